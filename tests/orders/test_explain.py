"""Why an order costs what it costs: every part explained, and worked out again from the order alone."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.markets import loader, queries as markets
from entrepot.orders import queries
from entrepot.orders.queries import Explanation, OrderView
from tests.builders import accounts as people, orders as build

pytestmark = pytest.mark.django_db

SENDERS = ("CN", "IT", "TR", "ES", "KZ")
CODES = ("610910", "640399", "691110", "851671", "490199", None)
PEOPLE = {"name": "Ana Berg", "street": "Main 5", "phone": "+49 30 901820"}
PLACES: dict[str, dict[str, Any]] = {
    "DE": {"postal_code": "10115", "city": "Berlin"},
    "IT": {"postal_code": "00183", "city": "Roma", "region": "RM"},
    "ES": {"postal_code": "35001", "city": "Las Palmas", "region": "GC"},
    "FR": {"postal_code": "97400", "city": "Saint-Denis"},
    "GB": {"postal_code": "BT1 1AA", "city": "BELFAST"},
    "US": {"postal_code": "10001", "city": "New York", "region": "NY"},
    "CA": {"postal_code": "H2X 1Y4", "city": "Montréal", "region": "QC"},
    "BR": {"postal_code": "01305-000", "city": "São Paulo", "region": "SP", "import_ids": {"cpf": "390.533.447-05"}},
    "NO": {"postal_code": "0150", "city": "Oslo"},
    "CH": {"postal_code": "8001", "city": "Zürich"},
    "AU": {"postal_code": "2000", "city": "Sydney", "region": "NSW"},
}


def explained(order: OrderView) -> Explanation:
    return queries.explain_order(order.id)


def placed(sender: str = "CN", country: str = "DE", currency: str = "EUR", **fields: Any) -> OrderView:
    seller = build.shop(sender)
    goods = build.goods(seller, **fields)
    cart = build.cart((goods, 2), country=country, currency=currency, address=address(country))
    return queries.get_any_order(build.place(cart).orders[0].id)


def address(country: str) -> dict[str, Any]:
    return {**PEOPLE, **PLACES[country], "country": country}


@pytest.mark.parametrize("country", sorted(PLACES))
def test_orders_of_any_corridor_are_worked_out_again_to_the_minor_unit(country: str) -> None:
    chance = random.Random(country)
    for sender in chance.sample(SENDERS, 3):
        seller = build.shop(sender)
        lines = [
            (
                build.goods(
                    seller,
                    title=f"Thing {number}",
                    price=f"{chance.randint(100, 90_000) / 100:.2f}",
                    hs=chance.choice(CODES),
                ),
                chance.randint(1, 4),
            )
            for number in range(chance.randint(1, 3))
        ]
        currency = chance.choice(["EUR", "USD", markets.get_currency(country)])
        cart = build.cart(*lines, country=country, currency=currency, address=address(country))
        for order in build.place(cart).orders:
            found = explained(order)
            assert found.outcome == "same", (sender, country, found.differences, found.refusal)
            assert found.again is not None
            assert found.again.as_json() == order.quote.as_json()
            assert found.differences == ()


@pytest.fixture
def other_operator(tmp_path: Path, settings: Any) -> Iterator[None]:
    """The same operator without a single registration, on any day."""
    file = tmp_path / "operator.toml"
    head, _, rest = (Path(loader.__file__).parent / "operator.toml").read_text("utf-8").partition("# `scheme`")
    file.write_text(head + "[[bank_accounts]]" + rest.partition("[[bank_accounts]]")[2], "utf-8")

    def forget() -> None:
        markets.get_library.cache_clear()

    kept = settings.OPERATOR_FILE

    def switch() -> None:
        settings.OPERATOR_FILE = str(file)
        forget()

    yield switch  # type: ignore[misc]
    settings.OPERATOR_FILE = kept
    forget()


def test_a_rule_book_that_was_changed_since_is_told_and_what_was_charged_stands(other_operator: Any) -> None:
    order = placed(hs="640399")
    assert explained(order).outcome == "same"
    other_operator()
    found = explained(order)
    assert found.outcome == "changed"
    assert {row.code for row in found.differences} == {"duty", "vat"}
    assert found.order.quote == order.quote


def test_a_sale_that_would_be_forbidden_now_is_told() -> None:
    order = placed()
    quote = order.quote.as_json()
    quote["lines"][0]["hs_code"] = "930400"
    sql.execute("UPDATE orders_order SET quote = %s::jsonb WHERE id = %s", [json.dumps(quote), order.id])
    found = explained(order)
    assert (found.outcome, found.refusal and found.refusal.code) == ("forbidden", "not_sellable")


def test_an_order_of_the_time_before_all_inputs_were_kept_is_explained_from_its_parts() -> None:
    order = placed()
    quote = order.quote.as_json()
    for line in quote["lines"]:
        del line["terms"]
    sql.execute("UPDATE orders_order SET quote = %s::jsonb WHERE id = %s", [json.dumps(quote), order.id])
    found = explained(order)
    assert (found.outcome, found.again) == ("not_kept", None)
    assert found.order.quote.parts == order.quote.parts


def test_where_the_address_mattered_its_erasure_is_the_reason() -> None:
    person = people.person()
    seller = build.shop("IT")
    goods = build.goods(seller, hs="640399")
    to_the_canaries = build.cart((goods, 1), country="ES", address=address("ES"), person_id=person.id)
    order = build.place(to_the_canaries).orders[0]
    assert explained(order).outcome == "same"
    sql.execute(
        "UPDATE orders_purchase SET contact = '', region = '', postal_code = '' WHERE id = %s", [order.purchase_id]
    )
    assert explained(order).outcome == "erased"


def test_the_command_explains_an_order_as_json() -> None:
    order = placed(hs="640399")
    out = StringIO()
    call_command("quote", "explain", order.number, "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["order"], found["from"], found["to"]) == (order.number, "CN", "DE")
    assert (found["outcome"], found["reproduced"], found["differences"]) == ("same", True, [])
    assert found["total"] == order.total.text
    assert found["rates"] == order.quote.rates
    vat = next(part for part in found["parts"] if part["code"] == "vat")
    kept = next(part for part in order.quote.parts if part.code == "vat")
    assert (vat["rule"], vat["rate"], vat["liable"]) == (kept.rule, "19", "platform")
    assert vat["source"]
    assert vat["valid_from"]
    assert vat["base"]


def test_the_command_explains_an_order_in_words() -> None:
    order = placed(hs="640399")
    out = StringIO()
    call_command("quote", "explain", order.number.lower(), stdout=out)
    text = out.getvalue()
    assert f"Order {order.number}, 2026-11-20: CN to DE" in text
    assert "19 % of" in text
    assert "Converted at exchange rates of Apr 13, 2026, 221 days old. CNY/EUR" in text
    assert "the same to the last unit" in text


def test_the_command_asks_for_a_number_and_knows_which_are_none() -> None:
    with pytest.raises(CommandError, match="number is needed"):
        call_command("quote", "explain")
    with pytest.raises(NotFound, match="NOBODY-1"):
        call_command("quote", "explain", "NOBODY-1")
    with pytest.raises(CommandError, match="--from, --to, --item must be given"):
        call_command("quote")
    with pytest.raises(NotFound):
        queries.explain_order(people.person().id)
