"""Benchmarks of pure functions: no database, no network, nothing but the processor is asked."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import django
import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
django.setup()


@pytest.fixture(autouse=True)
def _as_in_production() -> Iterator[None]:
    """Let the garbage collector leave alone what was loaded at start, as the web processes do."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
