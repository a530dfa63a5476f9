"""A seller hands in a feed and watches it being read, with scripts and without, then imports it for good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from entrepot.catalog import queries
from tests.journeys import stage
from tests.journeys.pages import DESKTOP, PHONE, Reader, text, texts
from tests.journeys.stage import Calendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words")]

SELLER = "timur@example.kz"


@pytest.mark.parametrize(("scripts", "device"), [(True, DESKTOP), (False, PHONE)], ids=["scripts", "no scripts"])
def test_a_seller_watches_an_import_without_touching_the_page(
    scripts: bool, device: dict[str, object], calendar: Calendar, live_server: LiveServer, read: Callable[..., Reader]
) -> None:
    stage.open_shop()
    firm = stage.settled_seller("KZ", email=SELLER, store="Alma Dom", slug="alma-dom")
    seller = read(locale="en-GB", device=device, scripts=scripts)
    seller.sign_in(SELLER)
    page = seller.goto(f"/seller/{firm.id}/import/")
    page.set_input_files("[name=feed]", stage.FEEDS / "almaty.yml")
    seller.press("Try it first")
    assert "It is being read." in text(page.locator("#run"))
    assert "Yandex Market (YML)" in text(page.locator("#run"))
    address = page.url

    calendar.settle()
    page.get_by_role("button", name="Import it now").wait_for()
    assert page.url == address
    assert texts(page.locator(".figure-card b")) == ["4", "3", "0", "0", "1"]
    assert queries.list_seller_listings(firm.id).count == 0

    seller.press("Import it now")
    calendar.settle()
    page.get_by_role("link", name="See the listings").wait_for()
    assert queries.list_seller_listings(firm.id).count == 3
    page.get_by_role("link", name="Answer for whole categories").click()
    assert page.get_by_role("heading", name="Your categories").count() == 1
