"""Finding and reading listings, the document and its page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from entrepot.api import document
from entrepot.markets import operations as markets
from tests.api.client import Api
from tests.api.shop import seller_with_goods

pytestmark = pytest.mark.django_db

REPOSITORY = Path(__file__).resolve().parents[2]


def test_listings_are_found_with_the_price_delivered(api: Api, run_jobs: Callable[..., int]) -> None:
    seller, shirt = seller_with_goods("CN", title="Plain cotton T-shirt", translations={"ar": "قميص قطني"})
    seller_with_goods("TR", title="Leather handbag", price="450.00")
    run_jobs()
    found = api.get("/listings?q=cotton&country=DE&currency=EUR").json
    assert found["count"] == 1
    (item,) = found["items"]
    assert item["id"] == str(shirt.id)
    assert item["store"] == {"slug": seller.store.slug, "name": seller.store.name, "country": "CN"}
    assert item["price"] == {"amount": "19.90", "currency": "CNY"}
    assert item["delivered"]["currency"] == "EUR"
    assert item["delivered"]["import_charges"] in ("none", "prepaid", "due_at_door", "unknown")
    assert Decimal(item["delivered"]["amount"]) > 0

    assert api.get(f"/listings?store={seller.store.slug}").json["items"][0]["delivered"] is None
    assert api.get("/listings?origin=TR").json["count"] == 1
    nothing = api.get("/listings?q=nothing-like-it").json
    assert (nothing["count"], nothing["items"]) == (0, [])
    assert api.get("/listings?q=cotton&language=ar").json["items"][0]["title"] == "قميص قطني"


def test_a_parameter_without_a_value_was_not_given(api: Api, run_jobs: Callable[..., int]) -> None:
    seller_with_goods("CN")
    run_jobs()
    everything = "/listings?q=&country=&region=&postal_code=&currency=&language=&category=&store=&origin=&sort=&page="
    assert api.get(everything).json == api.get("/listings").json
    assert api.get("/listings").json["count"] == 1


def test_pages_of_listings_follow_each_other(api: Api, run_jobs: Callable[..., int]) -> None:
    from tests.builders import catalog

    seller, _ = seller_with_goods("CN")
    for number in range(4):
        catalog.listing(seller, title=f"Tea cup {number}")
    run_jobs()
    pages = [api.get(f"/listings?sort=newest&page={page}&page_size=2").json for page in (1, 2, 3)]
    assert [page["count"] for page in pages] == [5, 5, 5]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert len(ids) == len(set(ids)) == 5


def test_a_listing_shows_its_delivered_price_part_by_part(api: Api) -> None:
    _, shirt = seller_with_goods("CN", price="80.00", description="<p>Soft</p><script>alert(1)</script>")
    found = api.get(f"/listings/{shirt.id}?country=DE").json
    delivered = found["delivered"]
    parts = sum((Decimal(part["amount"]) for part in delivered["parts"]), Decimal(0))
    assert parts == Decimal(delivered["amount"])
    assert delivered["currency"] == "EUR"
    assert found["refusal"] is None
    assert found["skus"] == [
        {"sku": shirt.sku, "options": {}, "price": {"amount": "80.00", "currency": "CNY"}, "available": 100}
    ]
    assert "<script>" not in found["description"]
    plain = api.get(f"/listings/{shirt.id}").json
    assert (plain["delivered"], plain["refusal"]) == (None, None)


def test_a_listing_says_why_it_does_not_go_somewhere(api: Api, now: datetime) -> None:
    _, shirt = seller_with_goods("CN")
    markets.set_stage(country="DE", side="buying", stage="suspended", actor="system", reason="test", now=now)
    found = api.get(f"/listings/{shirt.id}?country=DE")
    assert (found.json["delivered"], found.json["refusal"]) == (None, "corridor_closed")
    assert api.get("/listings?country=DE").json["count"] == 0


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("country=ZZ", "unknown_country"),
        ("currency=ZZZ", "unknown_currency"),
        ("page=0", "invalid_field"),
        ("page=x", "invalid_field"),
        ("page=99999999999999999999", "invalid_field"),
        ("sort=cheapest", "invalid_field"),
        ("q=%00", "invalid_field"),
        ("store=%00", "invalid_field"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(api: Api, query: str, code: str) -> None:
    found = api.get(f"/listings?{query}")
    assert (found.status, found.code) == (422, code)


def test_categories_are_a_tree_in_the_asked_language(api: Api) -> None:
    seller_with_goods("CN")
    english, arabic = (api.get(f"/categories?language={language}").json["items"] for language in ("en", "ar"))
    assert [node["slug"] for node in english] == [node["slug"] for node in arabic]
    assert english[0]["name"] != arabic[0]["name"]


def test_the_document_is_the_committed_one() -> None:
    kept = (REPOSITORY / "docs" / "openapi.json").read_bytes()
    assert kept == document.as_json(), "run `entrepot api-schema --write docs/openapi.json`"
    call_command("api_schema", check=REPOSITORY / "docs" / "openapi.json")


def test_a_changed_document_is_shown_as_a_difference(tmp_path: Path) -> None:
    changed = tmp_path / "openapi.json"
    changed.write_text(document.as_json().decode().replace('"Place a cart and pay"', '"Order"'))
    with pytest.raises(CommandError, match="Place a cart and pay"):
        call_command("api_schema", check=changed)


def test_every_operation_is_described_and_refuses_with_a_problem() -> None:
    described = document.build()
    assert described["openapi"] == "3.1.0"
    names = [operation["operationId"] for methods in described["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    for methods in described["paths"].values():
        for operation in methods.values():
            assert operation["description"]
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
    text = document.as_json().decode()
    for name in re.findall(r'"#/components/schemas/([^"]+)"', text):
        assert name in described["components"]["schemas"]


def test_the_document_and_its_page_are_served_without_script_or_foreign_sources(client: Client) -> None:
    served = client.get("/api/v1/openapi.json")
    assert json.loads(served.content) == document.build()
    page = client.get("/api/v1/docs")
    html = page.content.decode()
    assert page.status_code == 200
    assert "<script" not in html
    assert " style=" not in html
    assert re.findall(r'(?:src|href)="(https?:)?//', html) == []
    assert 'id="place_cart"' in html
    assert 'id="problem-out_of_stock"' in html
    anchors = set(re.findall(r' id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= anchors


@pytest.mark.parametrize("language", ["zh", "zh-hans", "zh-Hans", "zh-CN"])
def test_simplified_chinese_is_understood_however_it_is_named(
    language: str, api: Api, run_jobs: Callable[..., int]
) -> None:
    _, shirt = seller_with_goods("TR", title="Plain cotton T-shirt", translations={"zh": "纯棉 T 恤"})
    run_jobs()
    (item,) = api.get(f"/listings?language={language}").json["items"]
    shown = api.get(f"/listings/{shirt.id}?language={language}&country=DE&currency=EUR").json
    assert (item["title"], shown["title"], shown["language"]) == ("纯棉 T 恤", "纯棉 T 恤", "zh")
    (china,) = [one for one in api.get(f"/markets?language={language}").json["items"] if one["code"] == "CN"]
    assert china["name"] == "中国"
    departments = {one["slug"]: one["name"] for one in api.get(f"/categories?language={language}").json["items"]}
    assert departments["everything-else"] == "其他"
