"""Settings as they come from the environment: what is empty, what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from entrepot.config import environment
from entrepot.config.environment import SETTINGS, BadSetting


def test_an_empty_variable_is_one_that_was_not_set() -> None:
    assert environment.read({setting.name: "" for setting in SETTINGS}) == environment.read({})
    empty = environment.read({"ENTREPOT_DATA_DIR": " "})
    assert environment.data_dir(empty) == Path(".entrepot").resolve()  # Never the folder that one happens to be in.


def test_all_settings_that_cannot_be_used_are_named_at_once() -> None:
    with pytest.raises(BadSetting) as refused:
        environment.read({"DATABASE_URL": "mysql://x", "ENTREPOT_WORKERS": "many", "ENTREPOT_LOG_FORMAT": "text"})
    assert "DATABASE_URL='mysql://x' must be a PostgreSQL address" in str(refused.value)
    assert "ENTREPOT_WORKERS='many' must be a whole number from" in str(refused.value)
    assert "ENTREPOT_LOG_FORMAT" not in str(refused.value)
