"""Buyer and operator read on an order's page how its price came about, and that it can be worked out again."""

from __future__ import annotations

import json

import pytest

from entrepot.kernel import sql
from entrepot.orders.queries import PurchaseView
from tests.builders import accounts as people, orders as build
from tests.pages import Reader

pytestmark = pytest.mark.django_db

SAME = "Worked out again from what the order keeps: the same to the last unit."


def bought() -> PurchaseView:
    return build.purchase((build.goods(build.shop("CN"), hs="640399", price="400.00"), 2))


def buyers_page(placed: PurchaseView) -> str:
    return Reader("DE.EUR.en").open(f"/purchase/{placed.id}?token={placed.token}").words


def operators_page(placed: PurchaseView) -> str:
    return Reader("DE.EUR.en", person_id=people.operator().id).open(f"/operator/purchases/{placed.id}/").words


def test_both_read_each_part_and_that_it_comes_out_the_same() -> None:
    placed = bought()
    vat = next(part for part in placed.orders[0].quote.parts if part.code == "vat")
    for page in (buyers_page(placed), operators_page(placed)):
        assert SAME in page
        assert "19% of" in page
        assert "since Jul 1, 2026" in page
        assert f"CNY/EUR {placed.orders[0].quote.rates['CNY/EUR']}" in page
    assert vat.rule in operators_page(placed)
    assert "Import one-stop shop" in buyers_page(placed)


def test_both_read_that_the_rule_book_was_changed_and_what_comes_out_now() -> None:
    placed = bought()
    order = placed.orders[0]
    document = json.loads(json.dumps(order.quote.as_json()))
    for part in document["parts"]:
        if part["code"] == "duty":  # As if the rule book had asked for a cent more when it was placed.
            part["amount"] += 1
            part["shares"][0] += 1
    sql.execute("UPDATE orders_order SET quote = %s::jsonb WHERE id = %s", [json.dumps(document), order.id])
    for page in (buyers_page(placed), operators_page(placed)):
        assert SAME not in page
        assert "What was charged stands." in page
        assert "Import duty: €3.01 then, €3.00 now" in page


def test_the_product_page_leads_to_what_applies_in_the_readers_country() -> None:
    goods = build.goods(build.shop("CN"), hs="640399")
    build.open_buying("DE")
    reader = Reader("DE.EUR.en").open(f"/listing/{goods.id}/{goods.slug}")
    (link,) = reader.page.xpath("//a[normalize-space()='How charges for Germany are worked out']/@href")
    assert Reader("DE.EUR.en").open(link).status == 200
    assert "/landed-cost" in reader.page.xpath("//footer//a/@href")
