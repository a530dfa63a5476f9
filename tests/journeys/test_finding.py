"""
Finding goods with pages, in a real browser: each test is one person's way through one shop of two sellers, which is
stocked once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.management import call_command
from playwright.sync_api import Page, expect

from entrepot.kernel import clock
from tests import conftest
from tests.builders import catalog
from tests.journeys import stage
from tests.journeys.inspection import inspecting
from tests.journeys.pages import DESKTOP, PHONE, Reader, text, texts
from tests.journeys.stage import Calendar

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.usefixtures("transactional_db")

COLOURS = ("blue", "green", "red")
BOWLS, BAGS = 30, 3


@dataclass(frozen=True)
class Shop:
    """Thirty bowls of a Chinese seller in three colours, three bags and a lamp of an Italian one."""

    url: str


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: Any, words: None) -> Iterator[Shop]:
    """Stock a shop and serve it, once for all tests of this file; the tables are emptied at the end."""
    from pytest_django.live_server_helper import LiveServer

    with django_db_blocker.unblock(), time_machine.travel(conftest.NOW, tick=True) as traveller:
        server = LiveServer("localhost")
        try:
            _stock(Calendar(traveller, conftest.do_all_jobs))
            yield Shop(server.url)
        finally:
            server.stop()
            call_command("flush", verbosity=0, interactive=False)


def _stock(calendar: Calendar) -> None:
    stage.open_shop()
    chinese = stage.settled_seller("CN", email="wei@example.cn", store="Jingdezhen Kiln", slug="jingdezhen")
    italian = stage.settled_seller("IT", email="bianca@example.it", store="Bottega Lungarno", slug="lungarno")
    now = clock.now()
    for number in range(BOWLS):
        colour = COLOURS[number % len(COLOURS)]
        catalog.listing(
            chinese, title=f"Porcelain bowl {number}, {colour}", price=f"{60 + 7 * number}.00", hs="691110", now=now,
            category="handmade", weight_g=600, language="en", brand="Kiln", attributes=[("Colour", colour)],
            translations={"ar": f"وعاء خزفي {number}"},
        )  # fmt: skip
    for number in range(BAGS):
        catalog.listing(
            italian, title=f"Leather bag {number}", price=f"{50 + 20 * number}.00", hs="420221", category="handbags",
            weight_g=900, language="en", brand="Lungarno", now=now, translations={"ar": f"حقيبة جلدية {number}"},
        )  # fmt: skip
    calendar.settle()


@pytest.fixture
def transactional_db(shop: Shop) -> None:
    """In place of pytest-django's own, which empties the tables after each test: here they stay for the whole file."""


@pytest.fixture
def address(shop: Shop) -> str:
    return shop.url


def _count(page: Page) -> int:
    return int(text(page.locator("#count")).split()[0])


def _prices(page: Page) -> list[float]:
    return [float(price.strip("€£ ").replace(",", "")) for price in texts(page.locator(".card-price"))]


def _wait_for_count(page: Page, count: int) -> None:
    expect(page.locator("#count")).to_contain_text(f"{count} listing")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_somebody_types_chooses_narrows_down_sorts_turns_the_page_and_comes_back(
    read: Callable[..., Reader], device: dict[str, Any]
) -> None:
    reader = read(locale="en-GB", device=device)
    page = reader.goto("/")
    page.locator("#search").press_sequentially("porc", delay=20)
    option = page.get_by_role("option", name="porcelain bowl", exact=True)
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search")).to_have_attribute("aria-activedescendant", "suggestion-1")
    option.click()
    page.wait_for_url("**/search?q=porcelain+bowl")
    _wait_for_count(page, BOWLS)

    sheet = page.locator("#results").get_by_role("button", name="Narrow down")
    if device is PHONE:
        sheet.click()
    page.get_by_role("checkbox", name="blue").check()
    _wait_for_count(page, 10)
    page.get_by_role("checkbox", name="red").check()
    _wait_for_count(page, 20)
    assert page.url.endswith("/search?q=porcelain+bowl&attribute=Colour%3Ablue&attribute=Colour%3Ared")
    assert page.evaluate("document.activeElement.value") == "Colour:red"  # Focus stays where it was.
    page.get_by_role("checkbox", name="green").check()
    _wait_for_count(page, BOWLS)
    if device is PHONE:
        page.get_by_role("button", name=f"Show {BOWLS} listings").click()
        expect(page.locator("#facets")).not_to_be_visible()
        expect(sheet.locator(".count")).to_have_text("3")

    page.get_by_role("link", name="Delivered price").click()
    page.wait_for_url("**&sort=price")
    prices = _prices(page)
    assert prices == sorted(prices)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**page=2")
    expect(page.locator(".card")).to_have_count(BOWLS - 24)
    later = _prices(page)
    assert later == sorted(later)
    assert prices[-1] <= later[0]

    page.go_back()
    expect(page.locator(".card")).to_have_count(24)
    assert _prices(page) == prices
    page.reload()
    assert _prices(page) == prices
    page.go_back()
    page.go_back()
    _wait_for_count(page, 20)
    chips = page.get_by_role("navigation", name="Chosen")
    assert texts(chips.locator("a")) == ["Colour: blue", "Colour: red", "Drop all"]
    chips.get_by_role("link", name="Drop all").click()
    _wait_for_count(page, BOWLS)
    assert page.url.endswith("/search?q=porcelain+bowl")


def test_somebody_without_script_finds_by_a_form_and_its_button(read: Callable[..., Reader]) -> None:
    reader = read(locale="en-GB", device=DESKTOP, scripts=False)
    page = reader.goto("/")
    page.fill("#search", "bowl")
    page.press("#search", "Enter")
    page.wait_for_url("**/search?q=bowl")
    assert page.get_by_role("listbox").count() == 0
    page.get_by_role("checkbox", name="green").check()
    page.fill("#price-from", "1")
    page.get_by_role("button", name=f"Show {BOWLS} listings").click()
    page.wait_for_url("**/search?q=bowl&attribute=Colour%3Agreen&price_from=1&currency=GBP")
    assert _count(page) == 10
    page.get_by_role("link", name="Delivered price", exact=True).click()
    page.wait_for_url("**&sort=price")
    assert _prices(page) == sorted(_prices(page))
    page.get_by_role("link", name="Remove “Colour: green”").click()
    assert _count(page) == BOWLS


def test_escape_puts_suggestions_away_and_enter_searches_for_what_was_typed(read: Callable[..., Reader]) -> None:
    reader = read(locale="en-GB", device=DESKTOP)
    page = reader.goto("/")
    field = page.locator("#search")
    field.press_sequentially("lea", delay=20)
    listbox = page.get_by_role("listbox")
    expect(listbox).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    last = page.locator("[role=option]").last
    expect(last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(listbox).not_to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=lea")
    assert _count(page) == BAGS


def test_somebody_who_reads_arabic_finds_and_narrows_down_on_a_phone(read: Callable[..., Reader]) -> None:
    reader = read(locale="ar-SA", device=PHONE)
    page = reader.goto("/")
    page.locator("#search").press_sequentially("حقي", delay=20)
    page.get_by_role("option").first.click()
    page.wait_for_url("**/search?q=**")
    assert page.locator("html").get_attribute("dir") == "rtl"
    expect(page.locator(".card")).to_have_count(BAGS)
    page.locator("#results [popovertarget=facets]").click()
    page.locator("#price-from").focus()
    span = page.locator("#price-spans a").first
    expect(span).to_be_visible()
    span.click()
    page.wait_for_url("**currency=SAR")
    assert page.locator(".card").count() < BAGS


def test_everybody_can_use_a_list_its_sheet_and_what_is_suggested(browser: Browser, shop: Shop) -> None:
    for language in ("en", "ar"):
        with inspecting(browser, shop.url, choice=f"DE.EUR.{language}") as inspector:
            for address in (
                "/search?q=bowl&attribute=Colour:blue&price_from=1&sort=price",
                "/search?q=zzzz+bowl&origin=IT&as_typed=1",
                "/category/handbags",
                "/store/jingdezhen?q=bowl",
            ):
                inspector.look(address, f"{address} ({language})")
            page = inspector.page
            page.locator("#search").press_sequentially("ki", delay=20)
            expect(page.get_by_role("listbox")).to_be_visible()
            inspector.check(f"suggestions ({language})")
            page.goto("/search?q=bowl&attribute=Colour:blue")
            page.set_viewport_size({"width": 390, "height": 844})
            page.locator("#results [popovertarget=facets]").click()
            expect(page.locator("#facets")).to_be_visible()
            inspector.check(f"the sheet ({language})")
            assert inspector.faults == []
