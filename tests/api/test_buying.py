"""A buyer's app over the API: a delivered price, a cart, a paid purchase, all of it adding up."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from entrepot.catalog import queries as catalog
from tests.api import shop
from tests.api.client import Api
from tests.api.shop import SANDBOX, bought, cart_body, place, seller_with_goods

pytestmark = pytest.mark.django_db

GROUPS = ("goods", "delivery", "duty", "tax", "fees")


def _adds_up(order: dict[str, Any]) -> None:
    total = Decimal(order["total"])
    assert sum((Decimal(order[group]) for group in GROUPS), Decimal(0)) == total
    assert sum((Decimal(part["amount"]) for part in order["parts"]), Decimal(0)) == total


def test_a_cart_shows_one_delivered_price_whose_parts_add_up(api: Api) -> None:
    _, shirt = seller_with_goods("CN", price="80.00")
    _, bag = seller_with_goods("TR", price="450.00", hs="420222", category="handbags")
    found = api.post("/carts", cart_body(shirt, bag, quantity=2))
    assert found.status == 201
    cart = found.json
    assert cart["version"] == 1
    assert cart["needs"] == []
    assert cart["lines"] == [{"sku": shirt.sku, "quantity": 2}, {"sku": bag.sku, "quantity": 2}]
    quote = cart["quote"]
    assert [order["seller"]["country"] for order in quote["orders"]] == ["CN", "TR"]
    for order in quote["orders"]:
        _adds_up(order)
    assert sum((Decimal(order["total"]) for order in quote["orders"]), Decimal(0)) == Decimal(quote["total"])
    assert quote["currency"] == "EUR"
    codes = {part["code"] for part in quote["orders"][0]["parts"]}
    assert {"goods", "delivery", "vat"} <= codes
    vat = next(part for part in quote["orders"][0]["parts"] if part["code"] == "vat")
    assert (vat["rate"], vat["liable"], vat["label"]) == ("19", "platform", "VAT")


def test_labels_come_in_the_carts_language(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    english = api.post("/carts", cart_body(shirt)).json
    arabic = api.post("/carts", cart_body(shirt, language="ar")).json
    labels = [
        [part["label"] for order in cart["quote"]["orders"] for part in order["parts"]] for cart in (english, arabic)
    ]
    assert labels[0][0] == "Goods"
    assert len(labels[0]) == len(labels[1])
    assert [english["quote"]["total"]] == [arabic["quote"]["total"]]


def test_a_cart_is_read_and_changed_with_its_token_and_version(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt, email=None, address=None)).json
    assert cart["needs"] == ["email", "address"]
    token = {"X-Cart-Token": cart["token"]}
    assert api.get(f"/carts/{cart['id']}", **token).json == cart
    assert api.get(f"/carts/{cart['id']}?token={cart['token']}").json == cart
    assert api.get(f"/carts/{cart['id']}", Authorization=f"Bearer {cart['token']}").json == cart
    assert api.get(f"/carts/{cart['id']}", **{"X-Cart-Token": "wrong"}).status == 404

    change = {"version": 1, "email": "anna@example.org", "lines": [{"sku": shirt.sku, "quantity": 3}]}
    changed = api.patch(f"/carts/{cart['id']}", change, token)
    assert changed.status == 200
    assert (changed.json["version"], changed.json["needs"]) == (2, ["address"])
    assert changed.json["lines"] == [{"sku": shirt.sku, "quantity": 3}]

    stale = api.patch(f"/carts/{cart['id']}", change, token)
    assert (stale.status, stale.code) == (409, "cart_changed")
    without = api.patch(f"/carts/{cart['id']}", {"email": "b@example.org"}, token)
    assert (without.status, without.code) == (409, "cart_version_missing")
    assert api.get(f"/carts/{cart['id']}", **token).json == changed.json


def test_a_cart_of_two_sellers_is_placed_and_paid_once_per_key(api: Api) -> None:
    _, shirt = seller_with_goods("CN", stock=5)
    _, bag = seller_with_goods("TR", price="450.00")
    cart = api.post("/carts", cart_body(shirt, bag)).json
    first = place(api, cart)
    assert first.status == 201
    purchase = first.json["purchase"]
    assert (purchase["state"], purchase["payment"]["state"]) == ("paid", "captured")
    assert purchase["total"] == cart["quote"]["total"]
    assert [order["state"] for order in purchase["orders"]] == ["to_ship", "to_ship"]
    for order in purchase["orders"]:
        _adds_up(order)

    again = place(api, cart)
    assert (again.status, again.json) == (201, first.json)
    other = place(api, cart, accept_due_at_door=False)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    second = place(api, cart, key="key-2")
    assert (second.status, second.code) == (409, "cart_not_open")
    assert catalog.get_listing(shirt.id, "").skus[0].available == 4


def test_a_total_that_moved_is_not_charged(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt)).json
    found = place(api, cart, shown_total={"amount": "0.01", "currency": "EUR"})
    assert (found.status, found.code) == (409, "total_changed")
    assert found.json["shown"] == {"amount": "0.01", "currency": "EUR"}
    now = cart["quote"]["total"]
    assert found.json["detail"].endswith(f"(shown: 0.01 EUR, current: {now} EUR)")
    assert api.get(f"/carts/{cart['id']}?token={cart['token']}").json["status"] == "open"


def test_an_amount_that_the_currency_does_not_have_is_refused(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt)).json
    found = place(api, cart, shown_total={"amount": "1.234", "currency": "EUR"})
    assert (found.status, found.code) == (422, "amount_not_representable")


def test_what_is_not_in_stock_is_refused_and_nothing_is_placed(api: Api) -> None:
    _, shirt = seller_with_goods("CN", stock=2)
    cart = api.post("/carts", cart_body(shirt, quantity=2)).json
    rival = api.post("/carts", cart_body(shirt, quantity=1)).json
    assert place(api, rival).status == 201
    found = place(api, cart)
    assert (found.status, found.code) == (409, "out_of_stock")
    assert found.json["skus"] == [{"sku": shirt.sku, "wanted": 2, "available": 1}]
    assert api.get(f"/carts/{cart['id']}?token={cart['token']}").json["status"] == "open"


def test_a_declined_payment_can_be_tried_again(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt)).json
    purchase = place(api, cart, token="tok_decline").json["purchase"]
    assert (purchase["state"], purchase["payment"]["state"]) == ("awaiting_payment", "declined")
    address = f"/purchases/{purchase['id']}/payments"
    assert api.post(address, {"payment": SANDBOX}).status == 404
    paid = api.post(f"{address}?token={purchase['token']}", {"payment": SANDBOX}, {"Idempotency-Key": "again"})
    assert paid.status == 201
    assert paid.json["purchase"]["state"] == "paid"
    repeated = api.post(f"{address}?token={purchase['token']}", {"payment": SANDBOX}, {"Idempotency-Key": "again"})
    assert repeated.json == paid.json
    late = api.post(address, {"payment": SANDBOX, "token": purchase["token"]})
    assert (late.status, late.code) == (409, "purchase_not_payable")


def test_a_challenge_names_what_the_buyer_must_do_and_is_taken_up_after_it(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt)).json
    purchase = place(api, cart, token="tok_challenge").json["purchase"]
    assert purchase["payment"]["state"] == "challenge"
    assert purchase["payment"]["next_action"]["type"] == "redirect"
    assert purchase["payment"]["next_action"]["url"]


def test_an_unknown_payment_method_is_refused_before_anything_is_written(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt)).json
    found = place(api, cart, payment={"method": "barter", "token": "tok_ok"})
    assert (found.status, found.code) == (422, "unknown_payment_method")
    assert place(api, cart, key="key-2").status == 201


def test_a_purchase_is_there_for_its_token_and_its_owner_only(api: Api, django_user_model: Any) -> None:
    _, shirt = seller_with_goods("CN")
    owner = django_user_model.objects.create_user("owner@example.org")
    stranger = django_user_model.objects.create_user("stranger@example.org")
    mine = Client()
    mine.force_login(owner)
    purchase = bought(Api(mine), shirt)
    address = f"/purchases/{purchase['id']}"
    assert api.get(address).status == 404
    assert api.get(f"{address}?token=wrong").status == 404
    by_token = api.get(f"{address}?token={purchase['token']}")
    assert by_token.status == 200
    assert by_token.json["purchase"]["email"] == "anna@example.org"
    assert api.get(address, Authorization=f"Bearer {purchase['token']}").json == by_token.json
    assert Api(mine).get(address).json == by_token.json
    other = Client()
    other.force_login(stranger)
    assert Api(other).get(address).status == 404


def test_a_write_that_rides_on_a_session_needs_a_csrf_token(api: Api, django_user_model: Any) -> None:
    _, shirt = seller_with_goods("CN")
    client = Client(enforce_csrf_checks=True)
    client.force_login(django_user_model.objects.create_user("owner@example.org"))
    found = Api(client).post("/carts", cart_body(shirt))
    assert (found.status, found.code, found.json["reason"]) == (403, "forbidden", "csrf")


def test_a_buyer_cancels_what_was_not_sent_and_gets_its_share_back(api: Api) -> None:
    _, shirt = seller_with_goods("CN", stock=10)
    purchase = bought(api, shirt, quantity=3)
    (order,) = purchase["orders"]
    address = f"/purchases/{purchase['id']}/orders/{order['id']}/cancellations"
    body = {"lines": [{"position": 0, "quantity": 1}], "token": purchase["token"]}
    found = api.post(address, body)
    assert found.status == 200
    (changed,) = found.json["purchase"]["orders"]
    assert changed["lines"][0]["cancelled"] == 1
    assert Decimal(0) < Decimal(changed["refunded"]) < Decimal(changed["total"])
    too_many = api.post(address, {**body, "lines": [{"position": 0, "quantity": 3}]})
    assert (too_many.status, too_many.code) == (409, "too_many_pieces")
    unknown = api.post(address, {**body, "lines": [{"position": 7, "quantity": 1}]})
    assert (unknown.status, unknown.code) == (422, "invalid_field")
    assert api.post(address, {**body, "token": "wrong"}).status == 404


def test_receipt_is_confirmed_once_the_goods_were_sent(api: Api) -> None:
    seller, shirt = seller_with_goods("CN")
    purchase = bought(api, shirt)
    (order,) = purchase["orders"]
    address = f"/purchases/{purchase['id']}/orders/{order['id']}/receipt"
    early = api.post(address, {"token": purchase["token"]})
    assert (early.status, early.code) == (409, "order_not_in_state")
    from tests.api.client import api_of

    shipped = api_of(seller).post(f"/seller/orders/{order['id']}/parcels", {"tracking_number": "LX473124829CN"})
    assert shipped.status == 201, shipped.json
    found = api.post(address, {"token": purchase["token"]})
    assert found.json["purchase"]["orders"][0]["state"] == "completed"


def test_an_order_of_another_purchase_is_not_reached_through_ones_own(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    mine, theirs = bought(api, shirt, key="a"), bought(api, shirt, key="b")
    address = f"/purchases/{mine['id']}/orders/{theirs['orders'][0]['id']}"
    body = {"token": mine["token"]}
    assert api.post(f"{address}/receipt", body).status == 404
    assert api.post(f"{address}/cancellations", {**body, "lines": [{"position": 0, "quantity": 1}]}).status == 404


def test_a_quote_costs_what_a_cart_would(api: Api) -> None:
    _, shirt = seller_with_goods("CN")
    body = {"country": "DE", "currency": "EUR", "lines": [{"sku": shirt.sku, "quantity": 2}]}
    quote = api.post("/quotes", body)
    assert quote.status == 200
    cart = api.post("/carts", {**body, "email": None}).json
    assert quote.json["total"] == cart["quote"]["total"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"country": "ZZ"}, 422, "unknown_country"),
        ({"currency": "ZZZ"}, 422, "invalid_field"),
        ({"lines": [{"sku": "NOSUCHSKU", "quantity": 1}]}, 422, "unknown_sku"),
    ],
)
def test_what_nobody_knows_is_refused(api: Api, change: dict[str, Any], status: int, code: str) -> None:
    _, shirt = seller_with_goods("CN")
    found = api.post("/carts", cart_body(shirt, address=None, **change))
    assert (found.status, found.code) == (status, code)


def test_markets_say_what_an_address_and_customs_need(api: Api) -> None:
    shop.open_buying("DE", "BR")
    found = api.get("/markets?language=ar")
    brazil = next(market for market in found.json["items"] if market["code"] == "BR")
    assert brazil["name"] == "البرازيل"
    assert "cpf" in [one["kind"] for one in brazil["import_ids"]]
    assert [field["name"] for field in brazil["address_fields"] if field["required"]]
    assert "BRL" in found.json["currencies"]
