"""The network goes away while somebody reads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys import stage
from tests.journeys.pages import PHONE, Reader
from tests.journeys.stage import Calendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words")]

# A promise of the page's own, awaited there: the page's policy lets nobody poll it with expressions.
UNTIL_KEPT = """async () => {
  while (!await caches.match("/offline/last", {ignoreVary: true})) await new Promise((on) => setTimeout(on, 50));
}"""


def test_somebody_whose_network_goes_away_reads_so_in_arabic_and_comes_back(
    calendar: Calendar, read: Callable[..., Reader]
) -> None:
    stage.open_shop()
    reader = read(locale="ar-SA", device=PHONE)
    page = reader.goto("/protection")
    page.evaluate(UNTIL_KEPT)
    reader.context.set_offline(True)
    page.goto("/cart")
    assert page.url.endswith("/cart")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("main .icon").count() == 1
    reader.context.set_offline(False)
    page.locator("main a.button").first.click()
    page.wait_for_selector(".search")
    assert page.url.endswith("/cart")
