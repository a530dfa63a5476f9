"""
Fixtures of the API's tests. Nothing of Django is imported above the fixtures: pytest may read this file before Django
is set up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from django.test import Client

    from tests.api.client import Api


@pytest.fixture(autouse=True)
def _no_write_limit() -> Iterator[None]:
    """Tests write fast; the limit has a test of its own."""
    from entrepot.api import limits

    limits.writes._buckets.clear()
    yield
    limits.writes._buckets.clear()


@pytest.fixture
def api(client: Client) -> Api:
    """The API without any key: a buyer's app."""
    from tests.api.client import Api

    return Api(client)


@pytest.fixture(autouse=True)
def _at_a_known_time(now: datetime) -> Iterator[None]:
    """The API reads the clock itself; here it starts at the tests' own moment and runs on."""
    with time_machine.travel(now, tick=True):
        yield
