"""Every page type of every face in Chromium, with axe-core: in English and Arabic, large and small, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, reverse
from django.utils.translation import override
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from entrepot.ui import views
from tests.builders import every_state
from tests.builders.every_state import Shop
from tests.journeys.inspection import Inspector, inspecting
from tests.journeys.stage import Calendar
from tests.pages import Reader
from tests.ui import walk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words")]

STARTS = {
    "visitor": ["/", "/search?q=bowl", "/cart", "/checkout", "/account/sign-in/", "/account/sign-up/", "/ui/"],
    "buyer": ["/account/"],
    "owner": ["/seller/"],
    "starter": ["/seller/"],
    "operator": ["/operator/"],
}
DARK = ("storefront:home", "storefront:listing", "storefront:purchase", "seller_centre:orders", "operator_console:home")
# Pages behind the buttons of a list, for what is marked in it.
FOR_MARKED = ("listing_prices", "listing_stock", "listing_safety")
# Addresses that hand out a file or lead on, and links that only a letter carries.
NO_PAGES = frozenset(
    "storefront:suggestions storefront:related storefront:export_data storefront:erase_data "
    "storefront:robots storefront:sitemap storefront:sitemap_pages storefront:sitemap_listings "
    "seller_centre:document seller_centre:papers seller_centre:papers_of_orders seller_centre:packing_slips "
    "seller_centre:rejected seller_centre:statement_pdf seller_centre:statement_csv seller_centre:invitation "
    "operator_console:document operator_console:bank_file operator_console:order".split()
)


def test_everybody_can_use_every_page(calendar: Calendar, browser: Browser, live_server: LiveServer) -> None:
    shop = every_state.build_shop()
    calendar.settle()
    faults: list[str] = []
    seen: set[str] = set()
    for who, starts in STARTS.items():
        reader = _reader(who, shop)
        found: dict[str, str] = {}
        for kind, address, _ in walk.pages(reader, [*starts, *_behind_buttons(who, shop)]):
            if reader.status == 200 and kind not in seen:
                found.setdefault(kind, address)
        seen |= {":".join(kind.split(":")[:2]) for kind in found} | set(found)  # A registration has many steps.
        for language in ("en", "ar"):
            with inspecting(browser, live_server.url, choice=f"DE.EUR.{language}", **_cookies(reader)) as inspector:
                _look_at(inspector, found, language)
                if who == "buyer":
                    _look_at_refusals(inspector, language)
                faults += inspector.faults
    faults += [f"{name}: no link of this shop leads there" for name in sorted(_pages_that_exist(shop) - seen)]
    assert not faults, "\n".join(faults)


def _reader(who: str, shop: Shop) -> Reader:
    reader = Reader("DE.EUR.en", person_id=getattr(shop, who, None))
    if who in ("visitor", "buyer"):
        reader.open(f"/listing/{shop.bowl.id}/{shop.bowl.slug}").send("/cart/add")
    return reader


def _behind_buttons(who: str, shop: Shop) -> list[str]:
    if who == "visitor":
        return [reverse("storefront:compare") + f"?of={shop.bowl.id}"]
    if who != "owner":
        return []
    return [reverse(f"seller_centre:{name}", args=[shop.seller.id]) + f"?listing={shop.bowl.id}" for name in FOR_MARKED]


def _cookies(reader: Reader) -> dict[str, str]:
    kept = reader.client.cookies
    names = {"session": "sessionid", "cart": "entrepot_cart"}
    return {wanted: kept[name].value for wanted, name in names.items() if name in kept}


def _look_at(inspector: Inspector, found: dict[str, str], language: str) -> None:
    for kind, address in found.items():
        inspector.look(address, f"{kind} ({language})")
        if kind in DARK:
            inspector.look_in_the_dark(address, f"{kind} ({language})")


def _look_at_refusals(inspector: Inspector, language: str) -> None:
    """Look at the pages that say what went wrong; the one for a fault of ours is shown in place of a page."""
    inspector.look("/nothing/here", f"404 ({language})", status=404)
    inspector.look("/operator/", f"403 ({language})", status=403)
    with override(language):
        broken = views.server_error(RequestFactory().get("/")).content.decode()
    inspector.page.route("**/broken", lambda route: route.fulfill(status=500, body=broken))
    inspector.look("/broken", f"500 ({language})", status=500)


def _pages_that_exist(shop: Shop) -> set[str]:
    """Return the names of the faces' pages: what does not refuse to be read, and is no file."""
    askers = {
        "storefront": _reader("buyer", shop),
        "seller_centre": _reader("owner", shop),
        "operator_console": _reader("operator", shop),
    }
    found = set()
    for face, name, converters in _routes():
        if face not in askers or f"{face}:{name}" in NO_PAGES:
            continue
        address = reverse(f"{face}:{name}", kwargs=_anything(converters, shop))
        if askers[face].client.get(address).status_code != HTTPStatus.METHOD_NOT_ALLOWED:
            found.add(f"{face}:{name}")
    return found


def _routes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield (face, name of the view, converters of its address) of every named address."""

    def below(
        resolver: URLResolver, face: str, converters: dict[str, Any]
    ) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for pattern in resolver.url_patterns:
            known = {**converters, **pattern.pattern.converters}
            if isinstance(pattern, URLResolver):
                yield from below(pattern, pattern.namespace or face, known)
            elif pattern.name:
                yield face, pattern.name, known

    yield from below(get_resolver(), "", {})


def _anything(converters: dict[str, Any], shop: Shop) -> dict[str, Any]:
    """Return arguments for an address: the shop's seller, and names of nothing."""
    nothing = {"UUIDConverter": uuid4(), "IntConverter": 1, "SlugConverter": "none", "StringConverter": "none"}
    kinds = {name: type(converter).__name__ for name, converter in converters.items()}
    return {name: shop.seller.id if name == "seller_id" else nothing[kind] for name, kind in kinds.items()}
