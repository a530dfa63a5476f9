"""
Fixtures of the journeys. Nothing of Django is imported above the fixtures: pytest may read this file before Django is
set up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import time_machine

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

    from tests.journeys.pages import Reader
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


@pytest.fixture(scope="session")
def words() -> None:
    """Have the pages speak all languages, as the shop does once it is started."""
    from django.conf import settings

    from entrepot.ui import catalogues

    catalogues.compile_into(settings.LOCALE_PATHS[0])


@pytest.fixture(scope="session", autouse=True)
def _clicks_lead_to_whole_pages() -> Iterator[None]:
    """
    Have a click that leads to another page return when that page is read.

    Playwright's own returns when it begins: what is counted or filled in then is counted on half a page, and fields
    that are not there yet are passed over.
    """
    from playwright.sync_api import Locator

    click = Locator.click

    def click_and_read(found: Locator, **options: Any) -> None:
        click(found, **options)
        found.page.wait_for_load_state()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Locator, "click", click_and_read)
        yield


@pytest.fixture
def address(live_server: LiveServer) -> str:
    """The address of the shop that readers open; a journey with a shop of its own names that in place of it."""
    return live_server.url


@pytest.fixture
def read(browser: Browser, address: str) -> Iterator[Callable[..., Reader]]:
    """Open a browser for a person; what went wrong on its pages fails the test at its end."""
    from tests.journeys.pages import Reader

    readers: list[Reader] = []

    def open_reader(**wanted: Any) -> Reader:
        readers.append(Reader(browser, address, **wanted))
        return readers[-1]

    yield open_reader
    for reader in readers:
        reader.close()


@pytest.fixture(autouse=True)
def _no_write_limit() -> Iterator[None]:
    """Journeys write fast from one address; the limit has a test of its own."""
    from entrepot.api import limits

    limits.writes._buckets.clear()
    yield
    limits.writes._buckets.clear()
