"""
A seller reaches its own rows and no other's, through every address of the API and every page of the seller centre.

The addresses come from the OpenAPI document and from the URL configuration, so that a new one is walked at once; one
that this file knows no case for fails, and tells what to add.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from entrepot.accounts import queries as accounts
from entrepot.accounts.models import Person
from entrepot.api import document
from entrepot.catalog import queries as catalog_queries
from entrepot.catalog.operations import feeds
from entrepot.catalog.queries import ListingView
from entrepot.kernel import sql
from entrepot.notifications.operations import webhooks
from entrepot.payouts import operations as payouts, queries as payout_queries
from entrepot.sellers import operations as sellers
from entrepot.sellers.queries import SellerView
from tests.api.client import Api, api_of
from tests.api.shop import bought, seller_with_goods
from tests.builders import safety as build_safety, sellers as build_sellers, shipping as build_shipping

pytestmark = pytest.mark.django_db

PREFIX = "/api/v1/seller/"
# Addresses of the seller centre that act for no seller yet.
PAGES_OF_NOBODY = {"seller/", "seller/register/", "seller/invitation/<str:token>"}


@dataclass(frozen=True)
class World:
    """Two sellers with a row of every kind; `intruder` is the one who tries."""

    owner: SellerView
    intruder: SellerView
    listing: ListingView
    ids: dict[str, str]
    as_owner: Api
    as_intruder: Api
    secrets: tuple[str, ...]

    def fill(self, path: str) -> str:
        """Return a path with the owner's ids in it."""
        return path.format_map(_Named(self.ids))


class _Named(dict[str, str]):
    def __missing__(self, name: str) -> str:
        raise AssertionError(f"give World.ids one of the owner's `{name}`, so that isolation is tested with it")


@pytest.fixture
def world(api: Api, now: datetime, run_jobs: Callable[..., int]) -> World:
    owner, shirt = seller_with_goods("IT", title="Ceramic bowl of the owner", external_id="owner-bowl")
    intruder, _ = seller_with_goods("IT", title="Wooden spoon", external_id="intruder-spoon")
    own_api = api_of(owner)
    paid_out = bought(api, shirt, key="paid-out")
    order_id = paid_out["orders"][0]["id"]
    shipped = own_api.post(f"/seller/orders/{order_id}/parcels", {"tracking_number": "RR473124829IT"})
    assert shipped.status == 201, shipped.json
    received = api.post(f"/purchases/{paid_out['id']}/orders/{order_id}/receipt", {"token": paid_out["token"]})
    assert received.status == 200, received.json
    run_jobs()
    payouts.run_payouts(now=now + timedelta(days=60))
    (payout,) = payout_queries.list_seller_payouts(seller_id=owner.id)
    open_order = bought(api, shirt, quantity=2, key="open")["orders"][0]
    endpoint, _ = webhooks.add_endpoint(
        seller_id=owner.id, url="https://erp.example.com/x", kinds=["order.paid"], actor="system", now=now
    )
    category = sql.fetch_one("SELECT id FROM catalog_sellercategory WHERE seller_id = %s", [owner.id])
    paper = sql.fetch_one("SELECT id FROM sellers_document WHERE seller_id = %s", [owner.id])
    invitation = sellers.invite_member(
        seller_id=owner.id, person_id=build_sellers.owner_of(owner), email="anna@example.com", role="viewer", now=now
    )
    build_shipping.template(owner, build_shipping.service("packet"), shipping_class="owners_own")
    assert category is not None
    assert paper is not None
    ids = {
        "seller_id": str(owner.id),
        "listing_id": str(shirt.id),
        "order_id": open_order["id"],
        "parcel_id": shipped.json["parcel_id"],
        "payout_id": str(payout.id),
        "webhook_id": str(endpoint.id),
        "category_id": str(category[0]),
        "contact_id": str(build_safety.contact(owner).id),
        "document_id": str(paper[0]),
        "run_id": str(_feed_run(owner, now)),
        "member_id": str(build_sellers.owner_of(owner)),
        "invitation_id": str(invitation.id),
        "key_id": str(accounts.list_api_keys(owner.id)[0].id),
        "shipping_class": "owners_own",
        "service": "packet",
        "zone": "0",
        "language": "de",
        "step": "about",
        "place": "cover",
    }
    told = (str(owner.id), str(shirt.id), open_order["id"], order_id, str(payout.id), str(endpoint.id), "owner-bowl")
    return World(owner, intruder, shirt, ids, own_api, api_of(intruder), told)


def _feed_run(seller: SellerView, now: datetime) -> UUID:
    file = SimpleUploadedFile("feed.csv", FEED.encode())
    return feeds.import_feed(stream=file.file, seller_id=seller.id, dry_run=True, name="feed.csv", now=now).run_id


FEED = (
    "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,"
    "Variant Inventory Qty,Variant Price\n"
    "bowl,Ceramic bowl,,Maker,Bowls,,TRUE,Title,Default Title,OWN-1,400,5,12.00\n"
)


# What a call sends that needs a body. A call with ids in its path must be refused with 404 whatever it sends.
def _bodies(world: World) -> dict[str, Any]:
    listing = {"title": "Taken over", "skus": [{"seller_sku": "TAKEN", "price": "1.00"}]}
    return {
        "replace_own_listing": listing,
        "set_own_translation": {"title": "Übernommen"},
        "ship_own_order": {"tracking_number": "RR473124829IT"},
        "cancel_own_order_lines": {"lines": [{"position": 0, "quantity": 1}]},
        "change_webhook": {"active": False},
        "change_safety_contact": {"name": "Taken", "address": "Via 1", "country": "IT", "email": "a@example.com"},
    }


def _set_stock(world: World) -> None:
    sku = world.listing.skus[0].seller_sku
    found = world.as_intruder.put("/seller/stock", {"rows": [{"seller_sku": sku, "stock": 0}]})
    assert (found.json["updated"], found.json["rejected"][0]["seller_sku"]) == (0, sku)


def _set_prices(world: World) -> None:
    sku = world.listing.skus[0].seller_sku
    row = {"seller_sku": sku, "amount": "0.01", "currency": "EUR"}
    found = world.as_intruder.put("/seller/prices", {"rows": [row]})
    assert (found.json["updated"], found.json["rejected"][0]["seller_sku"]) == (0, sku)


def _set_state(world: World) -> None:
    found = world.as_intruder.post(
        "/seller/listings/state", {"listing_ids": [str(world.listing.id)], "state": "paused"}
    )
    assert found.status == 404


def _set_customs(world: World) -> None:
    # The owner's category by the name that the owner gave it; the intruder has one of the same name, its own.
    found = world.as_intruder.put("/seller/categories/customs", {"category": "mens-shirts", "hs_code": "999999"})
    assert found.status in (200, 422)


def _upsert(world: World) -> None:
    body = {
        "external_id": "owner-bowl",
        "title": "The intruder's own bowl",
        "skus": [{"seller_sku": "INTRUDERS-OWN", "price": "1.00", "stock": 1}],
    }
    found = world.as_intruder.post("/seller/listings", body)
    assert (found.status, found.json["created"]) == (201, True)
    assert found.json["id"] != str(world.listing.id)


def _upsert_many(world: World) -> None:
    body = {
        "listings": [{"external_id": "owner-bowl", "title": "Another", "skus": [{"seller_sku": "S", "price": "1"}]}]
    }
    found = world.as_intruder.post("/seller/listings/batch", body)
    assert found.json["rejected"] == 0
    assert found.json["results"][0]["id"] != str(world.listing.id)


def _feed(world: World) -> None:
    client = world.as_intruder.client
    response = client.post(
        f"{PREFIX}feeds",
        {"file": SimpleUploadedFile("feed.csv", FEED.encode()), "format": "shopify", "currency": "EUR"},
        headers=world.as_intruder.headers,
    )
    assert response.status_code == 200, response.content


def _add_webhook(world: World) -> None:
    found = world.as_intruder.post("/seller/webhooks", {"url": "https://erp.example.com/y", "kinds": ["order.paid"]})
    assert found.status == 201


def _add_contact(world: World) -> None:
    told = {"name": "Own", "address": "Via 1", "country": "IT", "email": "a@example.com"}
    assert world.as_intruder.post("/seller/safety-contacts", told).status == 201
    assert "Own" not in json.dumps(world.as_owner.get("/seller/safety-contacts").json)


def _choose_contacts(world: World) -> None:
    theirs = world.ids["contact_id"]
    found = world.as_intruder.put("/seller/safety-contacts", {"manufacturer_id": theirs, "responsible_id": theirs})
    assert found.status == 422
    named = {"title": "Own", "skus": [{"seller_sku": "OWN-2", "price": "1.00"}], "manufacturer_id": theirs}
    assert world.as_intruder.post("/seller/listings", named).status == 422


def _listing_contacts(world: World) -> None:
    own = world.as_intruder.get("/seller/listings").json["items"][0]["id"]
    named = {"listing_ids": [own], "manufacturer_id": world.ids["contact_id"]}
    assert world.as_intruder.put("/seller/listings/safety", named).status == 422
    taken = {"listing_ids": [str(world.listing.id)], "manufacturer_id": ""}
    assert world.as_intruder.put("/seller/listings/safety", taken).status == 404


def _category_contacts(world: World) -> None:
    named = {"category": "mens-shirts", "responsible_id": world.ids["contact_id"]}
    assert world.as_intruder.put("/seller/categories/safety", named).status == 422


def _suggest(world: World) -> None:
    found = world.as_intruder.post("/seller/hs-suggestions", {"title": "Ceramic bowl", "seller_category": "owner-bowl"})
    assert found.status == 200
    assert "owner" not in json.dumps([one["why"] for one in found.json["items"] if one["code"] != "691200"])


# Writes that name no row in their path: each shows that nothing of the owner's is reached.
WRITES: dict[str, Callable[[World], None]] = {
    "set_own_stock": _set_stock,
    "set_own_prices": _set_prices,
    "set_own_listing_state": _set_state,
    "set_own_category_customs": _set_customs,
    "upsert_own_listing": _upsert,
    "upsert_own_listings": _upsert_many,
    "import_own_feed": _feed,
    "add_webhook": _add_webhook,
    "suggest_hs_codes": _suggest,
    "set_own_listing_safety": _listing_contacts,
    "set_own_category_safety": _category_contacts,
    "add_safety_contact": _add_contact,
    "choose_safety_contacts": _choose_contacts,
}


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document.build()["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in methods.items():
                yield method.upper(), path, operation


def _state_of(world: World) -> Any:
    """Return everything that the owner's API shows of the owner."""
    shown = []
    for method, path, operation in _operations():
        if method == "GET" and operation["operationId"] != "get_own_parcel_papers":
            shown.append(world.as_owner.get(world.fill(path)).json)
    return json.dumps(shown, sort_keys=True)


def test_every_address_of_the_api_refuses_another_sellers_rows(world: World) -> None:
    before = _state_of(world)
    bodies = _bodies(world)
    walked = set()
    for method, path, operation in _operations():
        name = operation["operationId"]
        assert operation["security"], f"{name} needs no key"
        walked.add(name)
        if "{" in path:
            address = world.fill(path)
            found = world.as_intruder.call(
                method, address, bodies.get(name, None if method in ("GET", "DELETE") else {})
            )
            assert (name, found.status, found.code) == (name, 404, "not_found")
        elif method == "GET":
            found = world.as_intruder.get(path)
            text = json.dumps(found.json)
            assert found.status == 200
            assert [secret for secret in world.secrets if secret in text] == [], f"{name} shows another seller's rows"
        else:
            assert name in WRITES, f"add a case for {name} to WRITES"
            WRITES[name](world)
    assert set(WRITES) <= walked
    assert set(bodies) <= walked
    assert _state_of(world) == before
    assert catalog_queries.get_listing(world.listing.id, "").title == "Ceramic bowl of the owner"


def test_the_same_addresses_show_the_owner_its_own_rows(world: World) -> None:
    for method, path, operation in _operations():
        if method == "GET" and "{" in path and operation["operationId"] != "get_own_parcel_papers":
            assert world.as_owner.get(world.fill(path)).status == 200, path


def test_every_address_of_the_api_wants_a_key(api: Api, world: World) -> None:
    for method, path, _ in _operations():
        found = api.call(method, world.fill(path), None if method in ("GET", "DELETE") else {})
        assert (path, found.status, found.code) == (path, 401, "unauthenticated")


def _pages() -> Iterator[str]:
    def walk(patterns: list[Any], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            route = prefix + str(pattern.pattern).removeprefix("^").removesuffix("$")
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern):
                yield route

    for route in walk(get_resolver().url_patterns, ""):
        if route.startswith("seller/"):
            yield route


def _named(route: str) -> str:
    """Return a route with bare names in braces: `<uuid:order_id>` becomes `{order_id}`."""
    parts = route.split("<")
    return parts[0] + "".join("{" + part.split(">")[0].split(":")[-1] + "}" + part.split(">")[1] for part in parts[1:])


def _status(client: Client, address: str) -> int:
    got = client.get(address).status_code
    return client.post(address).status_code if got == 405 else got


def test_every_page_of_the_seller_centre_refuses_a_stranger(world: World) -> None:
    client = Client()
    client.force_login(Person.objects.get(pk=build_sellers.owner_of(world.intruder)))
    routes = [route for route in _pages() if route not in PAGES_OF_NOBODY]
    assert routes, "the seller centre has pages"
    for route in routes:
        assert "seller_id>" in route, f"{route} names no seller: let it, or add it to PAGES_OF_NOBODY"
        address = "/" + world.fill(_named(route))
        assert (route, _status(client, address)) == (route, 404)


def test_a_seller_finds_no_other_sellers_rows_below_its_own_address(world: World) -> None:
    client = Client()
    client.force_login(Person.objects.get(pk=build_sellers.owner_of(world.intruder)))
    own = {**world.ids, "seller_id": str(world.intruder.id)}
    harmless = {"seller_id", "step", "language", "place"}
    for route in _pages():
        named = _named(route)
        names = {part.split("}")[0] for part in named.split("{")[1:]}
        if names <= harmless or route in PAGES_OF_NOBODY:
            continue
        address = "/" + named.format_map(_Named(own))
        assert (route, _status(client, address)) == (route, 404)


def test_a_seller_without_a_store_has_no_listings_of_others(world: World, now: datetime) -> None:
    bare = build_sellers.submitted_seller("IT")
    found = api_of(bare).get("/seller/listings")
    assert (found.json["count"], found.json["items"]) == (0, [])
