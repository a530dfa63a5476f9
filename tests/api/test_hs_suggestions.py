"""Suggested HS codes over the API: for words, for a listing, for categories. Nothing is set by asking."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.catalog import queries as catalog
from tests.api.client import Api, api_of
from tests.api.shop import seller_with_goods
from tests.builders import orders

pytestmark = pytest.mark.django_db


def test_words_get_codes_with_their_reasons() -> None:
    seller, _ = seller_with_goods("TR")
    found = api_of(seller).post("/seller/hs-suggestions", {"title": "Erkek pamuklu tişört", "language": "tr"})
    assert found.status == 200
    best = found.json["items"][0]
    assert (best["code"], best["why"]) == ("610910", ["tişört", "Erkek", "pamuklu"])
    assert best["heading"] == "T-shirts, singlets"
    assert 0.8 < best["probability"] < 1


def test_attributes_and_category_count() -> None:
    seller, _ = seller_with_goods("TR")

    def first(**body: Any) -> str:
        return str(api_of(seller).post("/seller/hs-suggestions", body).json["items"][0]["code"])

    assert first(title="Blanket", attributes=[["Material", "100% wool"]]) == "630120"
    assert first(title="Ladoga 4711", seller_category="Wool blankets") == "630120"


def test_a_listing_and_its_category_get_codes_and_keep_none() -> None:
    seller, _ = seller_with_goods("IT")
    listing = orders.goods(seller, title="Borsa a spalla in pelle", language="it", hs=None, seller_category="Borse")
    own = api_of(seller)
    assert own.get(f"/seller/listings/{listing.id}/hs-suggestions").json["items"][0]["code"] == "420221"
    (category,) = own.get("/seller/categories/hs-suggestions").json["items"]
    assert (category["seller_category"], category["listings"], category["looked_at"]) == ("Borse", 1, 1)
    assert category["items"][0]["code"] == "420221"
    after = catalog.get_listing(listing.id, "", seller_id=seller.id)
    assert (after.hs_code, after.hs_confirmed_at) == (None, None)
    sent = own.put("/seller/categories/customs", {"seller_category": "Borse", "hs_code": "420221"})
    assert sent.status == 200
    assert own.get("/seller/categories/hs-suggestions").json["items"] == []


def test_words_that_name_nothing_get_an_empty_list() -> None:
    seller, _ = seller_with_goods("IT")
    assert api_of(seller).post("/seller/hs-suggestions", {"title": "Xqzzk Blorf"}).json == {"items": []}


@pytest.mark.parametrize(
    "body", [{}, {"title": ""}, {"title": "x", "language": "no such"}, {"title": "x", "hs_code": "610910"}]
)
def test_a_body_that_cannot_be_read_is_refused(body: dict[str, Any]) -> None:
    seller, _ = seller_with_goods("IT")
    found = api_of(seller).post("/seller/hs-suggestions", body)
    assert (found.status, found.code) == (422, "invalid_field")


def test_another_sellers_listing_and_a_missing_key_are_refused(api: Api) -> None:
    _, listing = seller_with_goods("IT")
    stranger, _ = seller_with_goods("ES")
    assert api_of(stranger).get(f"/seller/listings/{listing.id}/hs-suggestions").status == 404
    assert api.post("/seller/hs-suggestions", {"title": "Bag"}).status == 401
