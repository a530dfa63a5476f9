"""Coming back to what one looked at, in a real browser: the list of wishes, goods side by side, what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.catalog.queries import ListingView
from entrepot.kernel import clock
from tests.builders import accounts, catalog
from tests.journeys import stage
from tests.journeys.pages import DESKTOP, PHONE, Reader, text, texts
from tests.journeys.stage import Calendar

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words")]

Goods = tuple[ListingView, ListingView, ListingView]
Device = Mapping[str, Any]


@pytest.fixture
def goods(calendar: Calendar) -> Goods:
    stage.open_shop()
    seller = stage.settled_seller("IT", email="bianca@example.it", store="Bottega Lungarno", slug="lungarno")
    named = (("Brown handbag", "89.90", "calf"), ("Black handbag", "120.00", "calf"), ("Travel bag", "240.00", "goat"))
    made = [
        catalog.listing(
            seller,
            title=title,
            language="en",
            price=price,
            hs="420221",
            category="handbags",
            weight_g=900,
            attributes=[("Leather", leather), ("Lining", "cotton")],
            now=clock.now(),
        )
        for title, price, leather in named
    ]
    calendar.settle()
    return made[0], made[1], made[2]


@pytest.fixture
def read(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Reader]]:
    """Open a browser for a person; what went wrong on its pages fails the test at its end."""
    readers: list[Reader] = []

    def open_reader(device: Device, **wanted: Any) -> Reader:
        readers.append(Reader(browser, live_server.url, locale="en-GB", device=device, **wanted))
        readers[-1].page.on("console", lambda said: _note(readers[-1], said))
        return readers[-1]

    yield open_reader
    for reader in readers:
        reader.close()


def _note(reader: Reader, said: Any) -> None:
    if said.type == "error":  # What the content security policy refuses is told here.
        reader.troubles.append(said.text)


def _page_of(listing: ListingView) -> str:
    return f"/listing/{listing.id}/{listing.slug}"


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_a_guest_looks_around_comes_back_and_signs_in_with_the_wishes_kept(
    goods: Goods, read: Callable[..., Reader], device: Device
) -> None:
    person = accounts.person(password=accounts.PASSWORD)
    reader = read(device)
    page = reader.page
    for listing in goods[:2]:
        reader.goto(_page_of(listing))
        page.locator("#wish").click()
        page.get_by_role("button", name="On your wish list").wait_for()
        assert page.url.endswith(str(listing.slug)), "the page stayed where it was"

    reader.goto("/")
    seen = page.locator("section", has=page.get_by_role("heading", name="Recently seen"))
    assert texts(seen.locator(".card-title")) == ["Black handbag", "Brown handbag"]

    reader.sign_in(person.email)
    reader.goto("/wishes")
    assert texts(page.locator("main article h2")) == ["Black handbag", "Brown handbag"]
    page.locator("main article").first.get_by_role("button", name="Add to cart").click()
    page.wait_for_url("**/cart")
    assert "Black handbag" in text(page.locator("main"))
    reader.goto("/wishes")
    assert texts(page.locator("main article h2")) == ["Brown handbag"]

    reader.goto("/")
    reader.press("Forget these")
    assert page.get_by_role("heading", name="Recently seen").count() == 0


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_three_bags_are_compared_and_the_page_is_shared(
    goods: Goods, read: Callable[..., Reader], device: Device
) -> None:
    reader = read(device)
    page = reader.page
    for listing in goods:
        reader.goto(_page_of(listing))
        reader.press("Compare")
        page.wait_for_url("**/compare?**")
    assert texts(page.locator("thead a.line-title")) == ["Brown handbag", "Black handbag", "Travel bag"]
    leather = page.locator("tbody tr", has_text="Leather")
    assert "differs" in text(leather.locator("th"))
    assert texts(leather.locator("td")) == ["calf", "calf", "goat"]
    assert "differs" not in text(page.locator("tbody tr", has_text="Lining").locator("th"))

    # However far the table is moved aside, what a row is about stays in view; the page itself does not move.
    edge = page.locator("tbody th").first.bounding_box()
    page.locator(".table-wrap").evaluate("wrap => { wrap.scrollLeft = wrap.scrollWidth; }")
    assert page.locator("tbody th").first.bounding_box() == edge
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

    friend = read(device)
    friend.goto(page.url)
    assert texts(friend.page.locator("thead a.line-title")) == ["Brown handbag", "Black handbag", "Travel bag"]
    reader.press("Remove")
    assert texts(page.locator("thead a.line-title")) == ["Black handbag", "Travel bag"]


def test_without_script_wishes_and_comparisons_work_the_same(goods: Goods, read: Callable[..., Reader]) -> None:
    reader = read(PHONE, scripts=False)
    reader.goto(_page_of(goods[0]))
    reader.press("Put on the wish list")
    assert "It is on your wish list." in text(reader.page.locator("main"))
    reader.goto(_page_of(goods[0]))
    reader.press("Compare")
    assert texts(reader.page.locator("thead a.line-title")) == ["Brown handbag"]
