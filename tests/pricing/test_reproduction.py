"""A price is worked out again from what an order keeps, and a changed rule book is told."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from hypothesis import given, strategies as st

from entrepot.kernel.money import Money
from entrepot.pricing.quote import Offer, OrderQuote
from entrepot.pricing.reproduction import Difference, is_complete, list_differences, reproduce
from entrepot.pricing.rules import make_quote
from tests.builders.markets import ROUND_RATES, desk, offer, template, terms
from tests.pricing.test_quote_properties import COUNTRIES, CURRENCIES, RATES, carts, quoted

# A day's table that has nothing to do with the one of the sale: what an order kept is used, or the test fails.
OTHER_RATES = dataclasses.replace(ROUND_RATES, per_eur={code: Decimal(7) for code in RATES.per_eur}, _pairs={})


def kept(order: OrderQuote) -> OrderQuote:
    """What comes back of an order's quote from the database."""
    return OrderQuote.from_json(json.loads(json.dumps(order.as_json())))


@given(carts(), st.sampled_from(COUNTRIES), st.sampled_from(CURRENCIES), st.sampled_from(["0", "1.5"]))
def test_an_order_keeps_all_that_its_price_was_worked_out_from(
    lines: list[tuple[Offer, int]], country: str, currency: str, margin: str
) -> None:
    quote = quoted(lines, country, currency, margin=margin)
    for order in quote.orders if quote else ():
        again = reproduce(kept(order), desk=desk(country, currency, rates=OTHER_RATES), table=OTHER_RATES)
        assert again == order
        assert list_differences(order, again, currency=currency) == ()


def shoes() -> OrderQuote:
    seller = terms("CN")
    line = (offer(seller, "400.00", hs="640399", tax_included=False, delivery=template("40", "CNY")), 2)
    return kept(make_quote(desk("DE", "EUR"), [line]).orders[0])


def test_a_registration_that_was_struck_out_since_is_told_part_by_part() -> None:
    order = shoes()
    again = reproduce(order, desk=desk("DE", "EUR", schemes=frozenset()), table=ROUND_RATES)
    assert {row.code for row in list_differences(order, again, currency="EUR")} == {"duty", "vat"}
    # 2 × 50 EUR of goods and 5 EUR of delivery: under IOSS 3 EUR of duty, and 19 % of 105 EUR that the platform owes.
    # Without it the same VAT is on the duty too: 19 % of 108 EUR, at the door.
    vat = next(row for row in list_differences(order, again, currency="EUR") if row.code == "vat")
    assert vat == Difference("vat", Money(1995, "EUR"), Money(2052, "EUR"))


def changed(order: OrderQuote, change: Callable[[dict[str, Any]], object]) -> OrderQuote:
    document = json.loads(json.dumps(order.as_json()))
    change(document)
    return OrderQuote.from_json(document)


def test_a_rule_that_was_only_named_anew_changes_nothing() -> None:
    order = shoes()
    named_anew = changed(order, lambda document: document["parts"][-1].update(rule="other", source="another"))
    assert named_anew != order
    assert list_differences(order, named_anew, currency="EUR") == ()


def test_what_only_the_seller_would_get_otherwise_is_a_difference_too() -> None:
    order = shoes()

    def take_more(document: dict[str, Any]) -> None:
        for due in (document["due_native"], document["lines"][0]["due"]):
            due["commission"] += 100

    found = list_differences(order, changed(order, take_more), currency="EUR")
    assert found == (Difference("seller_due", order.due_native.net, order.due_native.net - Money(100, "CNY")),)


def test_an_order_of_the_time_before_terms_were_kept_is_not_complete() -> None:
    order = shoes()
    assert is_complete(order)
    assert not is_complete(changed(order, lambda document: document["lines"][0].pop("terms")))
