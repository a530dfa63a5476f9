"""Contacts for product safety over the API: written down, named by the store, a listing, a category."""

from __future__ import annotations

import pytest

from entrepot.catalog import queries as catalog
from tests.api.client import api_of
from tests.api.shop import seller_with_goods

pytestmark = pytest.mark.django_db

MAKER = {"name": "Works", "address": "1 Road, Shenzhen", "country": "CN", "email": "a@works.example"}
REP = {"name": "Rep", "address": "Via 1, Roma", "country": "IT", "email": "rep@example.com"}


def test_contacts_are_kept_and_named_by_store_listing_and_category() -> None:
    seller, shirt = seller_with_goods("IT", external_id="shirt")
    api = api_of(seller)
    added = api.post("/seller/safety-contacts", MAKER)
    assert added.status == 201
    assert added.json == {"id": added.json["id"], **MAKER, "in_eu": False}
    maker = added.json["id"]
    rep = api.post("/seller/safety-contacts", REP).json["id"]

    chosen = api.put("/seller/safety-contacts", {"manufacturer_id": maker, "responsible_id": rep})
    assert (chosen.json["manufacturer_id"], chosen.json["responsible_id"]) == (maker, rep)
    assert [one["name"] for one in chosen.json["items"]] == ["Rep", "Works"]
    assert api.delete(f"/seller/safety-contacts/{rep}").code == "contact_in_use"
    assert api.put("/seller/safety-contacts", {"manufacturer_id": None, "responsible_id": None}).status == 200

    sku = {"seller_sku": shirt.skus[0].seller_sku, "price": "20.00"}
    told = {"external_id": "shirt", "title": "Shirt", "skus": [sku], "manufacturer_id": maker}
    assert api.post("/seller/listings", told).status == 200
    assert api.get(f"/seller/listings/{shirt.id}").json["manufacturer_id"] == maker
    assert api.post("/seller/listings", {**told, "manufacturer_id": ""}).status == 200
    assert api.get(f"/seller/listings/{shirt.id}").json["manufacturer_id"] is None

    (category,) = catalog.list_seller_categories(seller.id)
    done = api.put("/seller/categories/safety", {"seller_category": category.text, "responsible_id": rep})
    assert done.json == {"categories": 1, "listings": 1}
    assert api.get("/seller/categories").json["items"][0]["responsible_id"] == rep
    assert api.get(f"/seller/listings/{shirt.id}").json["responsible_id"] == rep

    assert api.put(f"/seller/safety-contacts/{maker}", {**MAKER, "country": "DE"}).json["in_eu"] is True
    assert api.delete(f"/seller/safety-contacts/{maker}").status == 204
    assert [one["name"] for one in api.get("/seller/safety-contacts").json["items"]] == ["Rep"]


@pytest.mark.parametrize("part", ["name", "address", "country", "email"])
def test_a_contact_lacks_no_part(part: str) -> None:
    seller, _ = seller_with_goods("IT")
    api = api_of(seller)
    assert api.post("/seller/safety-contacts", {**REP, part: ""}).status == 422
    assert api.get("/seller/safety-contacts").json["items"] == []
