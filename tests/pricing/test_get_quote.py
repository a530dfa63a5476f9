"""Quotes over real rows: one statement, the newest prices, and every refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from entrepot.catalog import operations as catalog_operations
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.kernel.money import Money
from entrepot.markets import operations as markets_operations, queries as markets
from entrepot.markets.fx import ECB, RateRow
from entrepot.pricing import queries
from entrepot.pricing.queries import CorridorClosed, NoDelivery, NotSellable, UnknownSku
from entrepot.pricing.quote import Destination, Quote
from entrepot.sellers import operations as sellers_operations
from entrepot.shipping import operations as shipping
from tests.builders import catalog, markets as market_builders, sellers

pytestmark = pytest.mark.django_db(transaction=True)

GERMANY = Destination("DE", "", "10115")


def service(price: int, *, countries: list[str] | None = None, channel: str = "post") -> dict[str, Any]:
    return {
        "code": "standard",
        "name": "Standard",
        "carrier": "Post",
        "channel": channel,
        "zones": [
            {
                "countries": countries or ["*"],
                "steps": [[30_000, price]],
                "per_item_minor": 0,
                "free_over_minor": None,
                "days_min": 7,
                "days_max": 15,
            }
        ],
        "duties_prepaid": False,
        "tracked": True,
        "volumetric_divisor": None,
    }


def selling(country: str, currency: str, now: datetime, *, price: int = 4000, **changes: Any) -> Any:
    seller = sellers.approved_seller(country)
    set_delivery(seller, currency, now, price=price, **changes)
    return seller


def set_delivery(
    seller: Any, currency: str, now: datetime, *, price: int, shipping_class: str = "standard", **changes: Any
) -> None:
    shipping.set_template(
        seller_id=seller.id,
        shipping_class=shipping_class,
        name="Standard",
        currency=currency,
        handling_days_min=1,
        handling_days_max=3,
        services=[service(price, **changes)],
        now=now,
    )


@pytest.fixture(autouse=True)
def _round_rates(now: datetime) -> None:
    """Eight yuan and 1.25 dollars to the euro, and every market in the stage of its pack."""
    market_builders.open_markets()
    rows = [
        RateRow(currency, now.date(), Decimal(rate), ECB)
        for currency, rate in (("CNY", "8"), ("USD", "1.25"), ("BRL", "6.25"))
    ]
    markets_operations.load_fx(rows=rows, now=now)


def quote(lines: list[tuple[str, int]], now: datetime, **changes: Any) -> Quote:
    fields = {"destination": GERMANY, "currency": "EUR", "at": now, **changes}
    return queries.get_quote(lines=lines, **fields)


def test_a_cart_of_two_sellers_is_quoted_in_one_statement(
    now: datetime, django_assert_num_queries: Callable[[int], Any]
) -> None:
    chinese, italian = selling("CN", "CNY", now), selling("IT", "EUR", now, price=610)
    shirt = catalog.listing(chinese, price="113.00", currency="CNY", hs="610910", tax_included=True).skus[0].sku
    pot = catalog.listing(italian, price="24.40", currency="EUR", hs="732393", tax_included=True).skus[0].sku
    quote([(shirt, 2)], now)  # Rates and rule book are read once.
    with django_assert_num_queries(1):
        found = quote([(shirt, 2), (pot, 1)], now)
    by_country = {order.seller.country: order for order in found.orders}
    # With 1 % margin 200.00 CNY are 25.25 EUR and the delivery of 40 CNY 5.05; duty 3.00; VAT 19 % of 30.30 = 5.76.
    assert by_country["CN"].total == 2525 + 505 + 300 + 576
    assert by_country["IT"].total == 2440 + 610
    assert found.valid_until == now + timedelta(minutes=30)
    assert found.fx_date == now.date()
    assert (found.sure, found.import_charges, found.needs) == (True, "prepaid", ())
    assert by_country["CN"].lines[0].title == "Plain cotton T-shirt"
    assert by_country["CN"].service.days_max == 18


def test_a_sku_named_twice_is_one_line(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    assert quote([(sku, 1), (sku, 2)], now) == quote([(sku, 3)], now)


def test_frozen_rates_hold_while_the_markets_move(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now), price="100.00", currency="CNY").skus[0].sku
    first = quote([(sku, 1)], now)
    frozen = queries.freeze_rates(first)
    markets_operations.load_fx(rows=[RateRow("CNY", now.date(), Decimal(7), ECB)], now=now)
    assert quote([(sku, 1)], now, rates=frozen) == first
    assert quote([(sku, 1)], now).total > first.total


def test_the_price_of_the_moment_is_quoted(now: datetime) -> None:
    seller = selling("CN", "CNY", now)
    listing = catalog.listing(seller, price="100.00", currency="CNY")
    before = quote([(listing.skus[0].sku, 1)], now)
    catalog_operations.set_prices(seller_id=seller.id, prices={listing.skus[0].seller_sku: ("120.00", "CNY")}, now=now)
    assert quote([(listing.skus[0].sku, 1)], now).goods > before.goods


def test_a_shipping_class_has_its_own_template(now: datetime) -> None:
    seller = selling("CN", "CNY", now)
    set_delivery(seller, "CNY", now, price=16_000, shipping_class="bulky")
    sku = catalog.listing(seller, shipping_class="bulky").skus[0].sku
    assert quote([(sku, 1)], now).orders[0].service.price_native == Money(16_000, "CNY")


def test_a_region_may_be_given_with_its_country(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    with_prefix = quote([(sku, 1)], now, destination=Destination("BR", "BR-CE"), currency="BRL")
    assert with_prefix == quote([(sku, 1)], now, destination=Destination("BR", "CE"), currency="BRL")
    assert with_prefix.needs == ("cpf",)


def test_an_unknown_sku_is_named(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    with pytest.raises(UnknownSku) as refusal:
        quote([(sku, 1), ("NOSUCHSKU000", 1)], now)
    assert refusal.value.fields["skus"] == ["NOSUCHSKU000"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "XXX"}, "currency"),
        ({"destination": Destination("ZZ")}, "country"),
    ],
)
def test_a_currency_or_country_that_is_none_is_refused(now: datetime, changes: dict[str, Any], field: str) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    with pytest.raises(InvalidField) as refusal:
        quote([(sku, 1)], now, **changes)
    assert refusal.value.fields["errors"][0]["field"] == field


@pytest.mark.parametrize("lines", [[], [("ANYSKU000000", 0)]])
def test_a_cart_needs_a_line_with_a_piece(now: datetime, lines: list[tuple[str, int]]) -> None:
    with pytest.raises(InvalidField):
        quote(lines, now)


def test_a_market_that_does_not_buy_closes_the_corridor(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    market_builders.suspend("DE", side="buying")
    with pytest.raises(CorridorClosed) as refusal:
        quote([(sku, 1)], now)
    assert refusal.value.fields == {
        "origin": "CN", "destination": "DE", "reason": "buying_suspended", "source": None,
    }  # fmt: skip


def test_sanctions_close_a_corridor_with_their_source(now: datetime, settings: Any, tmp_path: Any) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    market_builders.open_markets(buying=["RU"])
    path = tmp_path / "operator.toml"
    path.write_text('name = "Trial"\ncountry = "IT"\ncurrency = "EUR"\n', encoding="utf-8")
    settings.OPERATOR_FILE = str(path)
    markets.get_library.cache_clear()
    try:
        with pytest.raises(CorridorClosed) as refusal:
            quote([(sku, 1)], now, destination=Destination("RU"), currency="EUR")
        assert refusal.value.fields["reason"] == "sanctions_eu"
        assert "833/2014" in refusal.value.fields["source"]
        listing_id = catalog.listing(selling("TR", "EUR", now)).id
        assert queries.get_card_prices(listing_ids=[listing_id], destination="RU", currency="EUR", at=now) == {
            listing_id: None
        }
    finally:
        markets.get_library.cache_clear()


def test_a_seller_whose_market_is_suspended_sells_nothing(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now)).skus[0].sku
    market_builders.suspend("CN", side="selling")
    with pytest.raises(NotSellable) as refusal:
        quote([(sku, 1)], now)
    assert refusal.value.fields["lines"] == [{"sku": sku, "reason": "selling_suspended"}]


def test_a_suspended_seller_and_a_paused_listing_are_named_line_by_line(now: datetime) -> None:
    gone, there = selling("CN", "CNY", now), selling("CN", "CNY", now)
    first = catalog.listing(gone).skus[0].sku
    second = catalog.listing(there, state="paused").skus[0].sku
    third = catalog.listing(there).skus[0].sku
    sellers_operations.suspend_seller(
        seller_id=gone.id, actor="operator:1", reasons=[{"field": "papers", "reason": "expired"}], now=now
    )
    with pytest.raises(NotSellable) as refusal:
        quote([(first, 1), (second, 1), (third, 1)], now)
    assert sorted(refusal.value.fields["lines"], key=lambda line: line["reason"]) == [
        {"sku": second, "reason": "listing_not_active"},
        {"sku": first, "reason": "seller_not_selling"},
    ]


def test_a_seller_without_a_service_there_does_not_deliver(now: datetime) -> None:
    sku = catalog.listing(selling("CN", "CNY", now, countries=["FR"])).skus[0].sku
    with pytest.raises(NoDelivery) as refusal:
        quote([(sku, 1)], now)
    assert refusal.value.fields["lines"] == [{"sku": sku, "reason": "no_service"}]
    bare = catalog.listing(sellers.approved_seller("CN")).skus[0].sku
    with pytest.raises(NoDelivery) as refusal:
        quote([(bare, 1)], now)
    assert refusal.value.fields["lines"] == [{"sku": bare, "reason": "no_delivery_template"}]


# --- cards -----------------------------------------------------------------------------------------------------------


def test_a_page_of_cards_is_priced_in_two_statements_as_the_cart_would_be(
    now: datetime, django_assert_num_queries: Callable[[int], Any]
) -> None:
    seller = selling("CN", "CNY", now)
    listings = [catalog.listing(seller, price=f"{100 + number}.00", currency="CNY") for number in range(5)]
    wanted = [listing.id for listing in listings]
    queries.get_card_prices(listing_ids=wanted, destination="DE", currency="EUR", at=now)
    with django_assert_num_queries(2):
        cards = queries.get_card_prices(listing_ids=wanted, destination="DE", currency="EUR", at=now)
    for listing in listings:
        card = cards[listing.id]
        assert card is not None
        alone = quote([(listing.skus[0].sku, 1)], now)
        assert (card.amount, card.sure, card.import_charges) == (alone.total, alone.sure, alone.import_charges)
        assert (card.sku, card.from_price, card.several_prices) == (listing.skus[0].sku, listing.skus[0].price, False)
        assert (card.days_min, card.days_max) == (8, 18)


def test_a_card_shows_the_cheapest_variant_that_is_there(now: datetime) -> None:
    seller = selling("CN", "CNY", now)
    skus = [
        catalog_operations.SkuInput(seller_sku=name, price=price, options={"Size": name}, stock=stock)
        for name, price, stock in (("S", "50.00", 0), ("M", "60.00", 4), ("L", "70.00", 9))
    ]
    listing = catalog.listing(seller, currency="CNY", skus=skus)
    card = queries.get_card_prices(listing_ids=[listing.id], destination="DE", currency="EUR", at=now)[listing.id]
    assert card is not None
    assert (card.from_price, card.several_prices, card.available) == (Money.parse("60.00", "CNY"), True, 4)


def test_what_is_kept_of_cards_is_never_out_of_date(now: datetime) -> None:
    seller = selling("CN", "CNY", now)
    listing = catalog.listing(seller, price="100.00", currency="CNY")
    sku = listing.skus[0]

    def card() -> Any:
        return queries.get_card_prices(listing_ids=[listing.id], destination="DE", currency="EUR", at=now)[listing.id]

    def as_in_the_cart() -> bool:
        return bool(card().amount == card().amount == quote([(sku.sku, 1)], now).total)

    assert as_in_the_cart()
    first = card().amount
    # The seller's delivery, the price, the stock, the seller's standing, the market: each is seen at once.
    set_delivery(seller, "CNY", now, price=9000)
    assert card().amount > first
    assert as_in_the_cart()
    catalog_operations.set_prices(seller_id=seller.id, prices={sku.seller_sku: ("300.00", "CNY")}, now=now)
    assert card().from_price == Money.parse("300.00", "CNY")
    assert as_in_the_cart()
    catalog_operations.set_stock(seller_id=seller.id, stock={sku.seller_sku: 2}, now=now)
    assert card().available == 2
    market_builders.suspend("DE", side="buying")
    assert card() is None
    market_builders.open_markets(buying=["DE"])
    assert as_in_the_cart()
    sellers_operations.suspend_seller(
        seller_id=seller.id, actor="operator:1", reasons=[{"field": "papers", "reason": "expired"}], now=now
    )
    assert card() is None


def test_cards_that_cannot_be_bought_there_have_no_price(now: datetime) -> None:
    seller = selling("CN", "CNY", now, countries=["FR"])
    unreachable = catalog.listing(seller).id
    paused = catalog.listing(seller, state="paused").id
    unknown = uuid4()
    wanted = [unreachable, paused, unknown]
    cards = queries.get_card_prices(listing_ids=wanted, destination="DE", currency="EUR", at=now)
    assert cards == dict.fromkeys(wanted)
    market_builders.suspend("FR", side="buying")
    assert queries.get_card_prices(listing_ids=[unreachable], destination="FR", currency="EUR", at=now) == {
        unreachable: None
    }


# --- the command -----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("quote", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_quotes_a_corridor_as_json() -> None:
    found = run(
        "--from", "CN", "--to", "BR", "--currency", "USD", "--on", "2026-11-22",
        "--item", "hs=620342,value=50.00,quantity=1,weight_g=400", "--delivery", "0", "--channel", "registered",
    )  # fmt: skip
    wanted = ("regime", "currency", "goods", "delivery", "duty", "tax", "fees", "total", "sure")
    assert {name: found[name] for name in wanted} == {
        "regime": "BR-RC-le50", "currency": "USD", "goods": "50.00", "delivery": "0.00", "duty": "10.00",
        "tax": "12.29", "fees": "0.00", "total": "72.29", "sure": True,
    }  # fmt: skip
    icms = found["parts"][-1]
    assert {name: icms[name] for name in ("code", "label", "amount", "rate", "base", "valid_from")} == {
        "code": "icms", "label": "ICMS", "amount": "12.29", "rate": "17", "base": "60.00", "valid_from": "2023-08-01",
    }  # fmt: skip
    assert icms["source"].startswith("https://")
    assert sum(Decimal(part["amount"]) for part in found["parts"]) == Decimal(found["total"])


def test_the_command_takes_a_rate_of_exchange_and_of_duty() -> None:
    found = run("--from", "CN", "--to", "BR", "--currency", "BRL", "--item", "value=330", "--fx", "USD/BRL=5.50")
    assert (found["regime"], found["duty"], found["tax"], found["total"]) == (
        "BR-RC-50-3000",
        "88.00",
        "85.61",
        "503.61",
    )
    found = run(
        "--from", "CN", "--to", "DE", "--currency", "EUR", "--item", "hs=870899,value=200", "--duty-rate", "4.5"
    )
    assert (found["duty"], found["tax"], found["sure"]) == ("9.00", "39.71", True)


def test_the_total_of_the_command_has_what_falls_due_at_the_door() -> None:
    found = run("--from", "CN", "--to", "DE", "--currency", "EUR", "--item", "hs=610910,value=100", "--channel", "post")
    assert (found["total"], found["at_door"], found["import_charges"]) == ("122.57", "22.57", "due_at_door")


def test_the_command_tells_in_words_why_it_is_not_sure() -> None:
    out = StringIO()
    call_command("quote", "--from", "CN", "--to", "AF", "--item", "value=100", stdout=out)
    lines = out.getvalue().splitlines()
    assert "Not sure: The goods have no customs code yet." in lines
    assert "Not sure: The import rules of this destination are not known to us." in lines


@pytest.mark.parametrize(
    "arguments",
    [
        ("--from", "CN", "--to", "XX", "--item", "value=1"),
        ("--from", "CN", "--to", "DE", "--item", "value=one"),
        ("--from", "CN", "--to", "DE", "--item", "hs=12,value=1"),
        ("--from", "CN", "--to", "DE", "--item", "value=1,colour=red"),
        ("--from", "CN", "--to", "DE", "--item", "value=1", "--currency", "XXX"),
        ("--from", "CN", "--to", "DE", "--item", "value=0.001", "--currency", "EUR"),
        ("--from", "CN", "--to", "DE", "--item", "value=1", "--on", "soon"),
        ("--from", "CN", "--to", "DE", "--item", "value=1", "--fx", "USD=1"),
        ("--from", "CN", "--to", "DE", "--item", "hs=930400,value=1"),
    ],
)
def test_the_command_refuses_what_makes_no_sense(arguments: tuple[str, ...]) -> None:
    with pytest.raises((CommandError, DomainError)):
        call_command("quote", *arguments)


def test_a_line_names_the_chosen_options_in_the_readers_words(now: datetime) -> None:
    seller = selling("IT", "EUR", now)
    listing = catalog.listing(seller, options={"Colore": "rosso"})
    catalog_operations.set_translations(
        seller_id=seller.id,
        translations=[
            catalog_operations.Translation(
                listing_id=listing.id, language="en", title="A red bag", options={"Colore": "Colour", "rosso": "red"}
            )
        ],
        now=now,
    )
    lines = [(listing.skus[0].sku, 1)]

    english, italian = (
        queries.get_quote(lines=lines, destination=GERMANY, currency="EUR", at=now, language=language)
        for language in ("en", "it")
    )

    assert english.orders[0].lines[0].options == {"Colour": "red"}
    assert italian.orders[0].lines[0].options == {"Colore": "rosso"}
