"""What is true of every quote, whatever is bought and wherever it goes."""

from __future__ import annotations

import json
from decimal import Decimal

from hypothesis import given, settings, strategies as st

from entrepot.kernel.money import Money, Rounding, minor_digits
from entrepot.markets.queries import get_shipped_fx, list_iso_countries
from entrepot.pricing.quote import GROUPS, Offer, Quote
from entrepot.pricing.refusals import NoDelivery, NotSellable
from entrepot.pricing.rules import make_quote
from entrepot.pricing.trial import TrialItem, make_trial
from tests.builders.markets import ROUND_RATES, book, desk, offer, template, terms

COUNTRIES = sorted(book().library.countries)
RATES = get_shipped_fx()
CURRENCIES = sorted(ROUND_RATES.per_eur)
HS = ["610910", "620342", "910211", "732393", "851713", "330300", "490199", "210690", "870899", "220421", None]
HOMES = ["CN", "RU", "TR", "IT", "ES", "KZ", "SA", "US"]
HOME_CURRENCY = {"CN": "CNY", "RU": "RUB", "TR": "TRY", "IT": "EUR", "ES": "EUR", "KZ": "KZT", "SA": "SAR", "US": "USD"}


@st.composite
def carts(draw: st.DrawFn) -> list[tuple[Offer, int]]:
    sellers = [
        terms(
            draw(st.sampled_from(HOMES)),
            name=f"store{number}",
            vat_registered=draw(st.booleans()),
            over_threshold=draw(st.booleans()),
            registrations=draw(st.sampled_from([(), ("OSS",)])),
        )
        for number in range(draw(st.integers(1, 2)))
    ]
    deliveries = [
        template(
            str(draw(st.integers(0, 500))),
            HOME_CURRENCY[seller.country],
            channel="courier",
            prepaid_price=draw(st.sampled_from([None, "60"])),
        )
        for seller in sellers
    ]
    lines = []
    for number in range(draw(st.integers(1, 5))):
        index = draw(st.integers(0, len(sellers) - 1))
        lines.append(
            (
                offer(
                    sellers[index],
                    f"{draw(st.integers(1, 3_000_000)) / 100:.2f}",
                    sku=f"SKU{number:09d}",
                    hs=draw(st.sampled_from(HS)),
                    hs_confirmed=draw(st.booleans()),
                    currency=draw(st.sampled_from([None, "USD"])),
                    tax_included=draw(st.booleans()),
                    home_tax_rate=draw(st.sampled_from([None, "10", "0"])),
                    weight_g=draw(st.sampled_from([None, 50, 700, 9000])),
                    delivery=deliveries[index],
                ),
                draw(st.integers(1, 9)),
            )
        )
    return lines


def quoted(lines: list[tuple[Offer, int]], country: str, currency: str, *, margin: str = "0") -> Quote | None:
    try:
        return make_quote(desk(country, currency, margin=margin, rates=RATES), lines)
    except (NoDelivery, NotSellable):
        return None


@given(carts(), st.sampled_from(COUNTRIES), st.sampled_from(CURRENCIES), st.sampled_from(["0", "1.5"]))
def test_a_total_is_the_sum_of_its_parts_and_shares_add_up(
    lines: list[tuple[Offer, int]], country: str, currency: str, margin: str
) -> None:
    quote = quoted(lines, country, currency, margin=margin)
    if quote is None:
        return
    assert quote.total == sum(order.total for order in quote.orders)
    for order in quote.orders:
        now = [part for part in order.parts if part.payable == "now"]
        assert order.total == sum(part.amount for part in now) == sum(line.total for line in order.lines)
        assert order.at_door == sum(part.amount for part in order.parts if part.payable == "door")
        for group in GROUPS:
            amount = getattr(order, group)
            assert amount == sum(part.amount for part in now if part.group == group)
            assert amount == sum(getattr(line, group) for line in order.lines)
        for part in order.parts:
            assert part.amount >= 0
            assert part.native.minor >= 0
            assert sum(part.shares) == part.amount
            assert sum(part.native_shares) == part.native.minor
            assert len(part.shares) == len(part.native_shares) == len(order.lines)
            if part.group == "tax" and not part.amount:
                assert part.reason or part.rate
        for name in ("goods", "delivery", "tax", "commission"):
            due = getattr(order.due_native, name)
            assert due.minor == sum(getattr(line.due, name).minor for line in order.lines)
            assert due.currency == order.seller.payout_currency
        if order.seller.payout_currency == currency:
            sellers = sum(part.amount for part in now if part.group == "tax" and part.liable == "seller")
            assert (order.due_native.goods.minor, order.due_native.delivery.minor) == (order.goods, order.delivery)
            assert order.due_native.tax.minor == sellers
        assert order.sure is (not order.unsure)


@given(carts(), st.sampled_from(COUNTRIES), st.sampled_from(CURRENCIES), st.randoms())
def test_the_order_of_items_never_matters(
    lines: list[tuple[Offer, int]], country: str, currency: str, random: object
) -> None:
    shuffled = list(lines)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert quoted(shuffled, country, currency) == quoted(lines, country, currency)


@given(carts(), st.sampled_from(COUNTRIES), st.sampled_from(CURRENCIES))
def test_a_quote_comes_back_from_json_as_it_was(lines: list[tuple[Offer, int]], country: str, currency: str) -> None:
    quote = quoted(lines, country, currency, margin="1")
    if quote is not None:
        assert Quote.from_json(json.loads(json.dumps(quote.as_json()))) == quote


@settings(max_examples=30)
@given(
    st.sampled_from(sorted(list_iso_countries())),
    st.integers(1, 100_000_000),
    st.sampled_from(HS),
    st.sampled_from([None, "post", "courier"]),
)
def test_every_iso_country_sends_to_every_other_without_a_crash(
    origin: str, minor: int, hs: str | None, channel: str | None
) -> None:
    for country in list_iso_countries():
        counter = desk(country, "EUR", rates=RATES)
        try:
            order = make_trial(
                counter,
                origin=origin,
                items=[TrialItem(Money(minor, "EUR"), 2, hs)],
                delivery=Money(500, "EUR"),
                channel=channel,  # type: ignore[arg-type]
            )
        except (NotSellable, NoDelivery):
            continue
        assert order.total >= 2 * minor
        if country not in COUNTRIES and country != origin:
            assert (order.import_charges, order.sure) == ("unknown", False)


@given(st.integers(1, 10**9), st.sampled_from(CURRENCIES), st.sampled_from(CURRENCIES))
def test_a_currency_round_trip_through_a_finer_unit_loses_at_most_one_minor_unit(
    minor: int, coarse: str, fine: str
) -> None:
    rates = RATES
    # Only the way through the finer minor unit can keep the value.
    if rates.rate(coarse, fine).scaleb(minor_digits(fine) - minor_digits(coarse)) < Decimal(1):
        coarse, fine = fine, coarse
    start = Money(minor, coarse)
    there = start.convert(rates.rate(coarse, fine), fine, rounding=Rounding.HALF_UP)
    back = there.convert(rates.rate(fine, coarse), coarse, rounding=Rounding.HALF_UP)
    assert abs(back.minor - start.minor) <= 1
