"""Fixtures of the journeys. Nothing of Django is imported above the fixtures: pytest may read this before its set-up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from tests.journeys.stage import Calendar


@pytest.fixture
def calendar(transactional_db: None, run_jobs: Callable[..., int], now: object) -> Iterator[Calendar]:
    """The journey's clock; it starts at the tests' own moment and runs on."""
    from tests.journeys.stage import Calendar

    with time_machine.travel(now, tick=True) as traveller:  # type: ignore[arg-type]
        yield Calendar(traveller, run_jobs)


@pytest.fixture
def simulated_carrier() -> Iterator[None]:
    """Let the simulated carrier book labels and move parcels by the calendar, as in the demonstration."""
    from entrepot.integrations.simulated_carrier import SimulatedCarrier
    from entrepot.shipping import ports

    ports.bind(ports.ANY_CARRIER, SimulatedCarrier())
    yield
    ports.unbind_all()


@pytest.fixture(autouse=True)
def _no_write_limit() -> Iterator[None]:
    """Journeys write fast from one address; the limit has a test of its own."""
    from entrepot.api import limits

    limits.writes._buckets.clear()
    yield
    limits.writes._buckets.clear()
