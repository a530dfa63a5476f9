"""A checkout over the API costs no statement beyond those of the rooms: two for the cart, sixteen to place and pay."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.client import Api
from tests.api.shop import cart_body, place, seller_with_goods

CART_STATEMENTS_MAX = 2
CHECKOUT_STATEMENTS_MAX = 15


@pytest.mark.django_db(transaction=True)
def test_a_checkout_of_three_sellers_stays_within_its_statements(api: Api) -> None:
    goods = [seller_with_goods(country)[1] for country in ("CN", "CN", "TR")]
    place(api, api.post("/carts", cart_body(*goods)).json, key="warm")  # What a process reads once is read by now.
    with CaptureQueriesContext(connection) as asked:
        cart = api.post("/carts", cart_body(*goods)).json
        for_cart = len(asked.captured_queries)
        placed = place(api, cart)
    assert placed.json["purchase"]["payment"]["state"] == "captured"
    statements = [query["sql"] for query in asked.captured_queries]
    assert for_cart <= CART_STATEMENTS_MAX, statements[:for_cart]
    assert len(statements) <= CHECKOUT_STATEMENTS_MAX, [text[:90] for text in statements]
