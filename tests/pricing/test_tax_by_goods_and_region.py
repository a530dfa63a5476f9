"""
The tax rate of goods and of a place inside a country: reduced and zero rates by HS prefix and date, states, provinces.

Net prices of 100.00 with 10.00 of delivery, sold inside the country unless a test says otherwise.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from entrepot.customs.rulebook import FoundRate
from entrepot.kernel.money import Money
from entrepot.pricing.quote import OrderQuote
from entrepot.pricing.rules import make_quote
from entrepot.pricing.trial import TrialItem, make_trial
from tests.builders.markets import ROUND_RATES, book, desk, offer, template, terms

TSHIRT, BOOK, PAPER, MEDICINE, RICE, BABY, BICYCLE = (
    "610910", "490199", "490290", "300490", "100630", "611120", "871200",
)  # fmt: skip
FACILITATOR = frozenset({"US-SALES-TAX"})


def rate(
    country: str, hs: str | None, *, on: str = "2026-11-22", region: str = "", postal_code: str = ""
) -> FoundRate | None:
    day = datetime.fromisoformat(on).date()
    return book().tax_rate(country=country, region=region, postal_code=postal_code, hs=hs, on=day)


@pytest.mark.parametrize(("country", "hs", "percent"), [
    ("AT", BOOK, "10"), ("BE", BOOK, "6"), ("BG", BOOK, "9"), ("CY", BOOK, "3"), ("CZ", BOOK, "0"), ("DE", BOOK, "7"),
    ("EE", BOOK, "9"), ("ES", BOOK, "4"), ("FI", BOOK, "13.5"), ("FR", BOOK, "5.5"), ("GR", BOOK, "6"),
    ("HR", BOOK, "5"), ("HU", BOOK, "5"), ("IE", BOOK, "0"), ("IT", BOOK, "4"), ("LT", BOOK, "5"), ("LU", BOOK, "3"),
    ("LV", BOOK, "5"), ("MT", BOOK, "5"), ("NL", BOOK, "9"), ("PL", BOOK, "5"), ("PT", BOOK, "6"), ("RO", BOOK, "11"),
    ("SE", BOOK, "6"), ("SI", BOOK, "5"), ("SK", BOOK, "5"),
    ("GB", BOOK, "0"), ("CH", BOOK, "2.6"), ("LI", BOOK, "2.6"), ("NO", BOOK, "0"), ("TR", BOOK, "0"),
    ("CN", BOOK, "9"), ("IN", BOOK, "0"), ("BR", BOOK, "0"), ("KR", BOOK, "0"), ("JP", BOOK, "10"), ("CA", BOOK, "5"),
    ("DE", MEDICINE, "19"), ("ES", MEDICINE, "4"), ("IT", MEDICINE, "10"), ("NL", MEDICINE, "9"),
    ("RU", MEDICINE, "10"),
    ("DE", RICE, "7"), ("DK", RICE, "25"), ("FR", RICE, "5.5"), ("IE", RICE, "0"), ("GB", RICE, "0"), ("JP", RICE, "8"),
    ("PL", RICE, "5"), ("NO", RICE, "15"), ("AU", RICE, "0"), ("NZ", RICE, "15"), ("CA", RICE, "0"), ("MX", RICE, "0"),
    ("IE", BABY, "0"), ("LU", BABY, "3"), ("GB", BABY, "0"), ("RU", BABY, "10"), ("DE", BABY, "19"),
    ("TR", TSHIRT, "10"), ("TR", "732393", "20"), ("PT", BICYCLE, "6"), ("ES", BICYCLE, "21"),
])  # fmt: skip
def test_goods_have_their_own_rate_and_it_is_sure(country: str, hs: str, percent: str) -> None:
    found = rate(book().home(country), hs)
    assert found is not None
    assert (found.rate, found.doubt) == (Decimal(percent), "")
    assert found.source


@pytest.mark.parametrize(("country", "hs", "on", "percent"), [
    ("FI", BOOK, "2025-12-31", "14"), ("FI", BOOK, "2026-01-01", "13.5"),
    ("SE", RICE, "2026-03-31", "12"), ("SE", RICE, "2026-04-01", "6"), ("SE", RICE, "2028-01-01", "12"),
    ("LT", BOOK, "2025-12-31", "9"), ("LT", BOOK, "2026-01-01", "5"),
    ("TR", TSHIRT, "2023-07-09", "8"), ("TR", TSHIRT, "2023-07-10", "10"),
])  # fmt: skip
def test_a_rate_changes_on_its_day(country: str, hs: str, on: str, percent: str) -> None:
    found = rate(country, hs, on=on)
    assert found is not None
    assert found.rate == Decimal(percent)


@pytest.mark.parametrize(("country", "hs"), [
    ("FR", MEDICINE), ("HU", RICE), ("AT", RICE), ("DK", BOOK), ("GB", "961900"), ("IN", TSHIRT), ("SK", RICE),
    ("DE", "220210"), ("IT", "970110"), ("SA", "300490"),
])  # fmt: skip
def test_a_doubtful_rate_is_flagged(country: str, hs: str) -> None:
    found = rate(country, hs)
    assert found is not None
    assert found.doubt == "rate_unconfirmed"


def test_islands_inside_the_tax_area_have_reduced_rates_of_their_own() -> None:
    for code, percent in (("1100-148", "6"), ("9000-001", "4"), ("9500-001", "4")):
        found = rate("PT", BOOK, postal_code=code)
        assert found is not None
        assert found.rate == Decimal(percent)
    for code, percent in (("75001", "5.5"), ("20000", "2.1")):
        found = rate("FR", RICE, postal_code=code)
        assert found is not None
        assert (found.rate, found.doubt) == (Decimal(percent), "")


def test_a_cart_of_a_book_and_a_shirt_bears_two_rates_in_germany() -> None:
    # 100.00 + 10.00: the delivery goes with the goods: 7 % of 55.00 = 3.85 and 19 % of 55.00 = 10.45.
    seller = terms("DE")
    delivery = template("10.00", "EUR")
    lines = [
        (offer(seller, "50.00", sku=f"SKU00000000{n}", hs=hs, tax_included=False, delivery=delivery), 1)
        for n, hs in enumerate((BOOK, TSHIRT), start=1)
    ]
    (order,) = make_quote(desk("DE", "EUR"), lines).orders
    assert [(part.rate, part.base, part.amount) for part in order.parts if part.group == "tax"] == [
        (Decimal(7), 5500, 385), (Decimal(19), 5500, 1045),
    ]  # fmt: skip
    assert (order.total, order.sure) == (12430, True)


# --- the United States ------------------------------------------------------------------------------------------------


def american(region: str, *, hs: str = TSHIRT, schemes: frozenset[str] = FACILITATOR) -> OrderQuote:
    counter = desk("US", "USD", region=region, schemes=schemes, basic_duty_rate=Decimal(0))
    return make_trial(
        counter, origin="CN", items=[TrialItem(Money(10000, "USD"), 1, hs)], delivery=Money(1000, "USD"), channel="post"
    )


@pytest.mark.parametrize(("region", "tax", "doubt"), [
    ("CT", 699, False),  # 6.35 % of 110.00 = 6.985: no local taxes.
    ("IN", 770, False),
    ("OR", 0, False),
    ("NY", 939, True),  # 4 % of the state and 4.54 % on average of the place: 8.54 % of 110.00 = 9.394.
    ("TX", 902, True),  # 6.25 % and 1.95 %: 9.02.
    ("AK", 200, True),  # No tax of the state, 1.82 % on average: 2.002.
])  # fmt: skip
def test_a_marketplace_collects_the_sales_tax_of_the_state_and_says_that_the_local_part_is_an_average(
    region: str, tax: int, doubt: bool
) -> None:
    order = american(region, hs="950300")
    (part,) = [row for row in order.parts if row.code == "sales_tax"]
    assert (part.amount, part.payable, part.liable) == (tax, "now", "platform")
    assert ("local_rate_estimated" in order.unsure) is doubt


def test_without_the_registration_nobody_collects_sales_tax() -> None:
    assert all(row.code != "sales_tax" for row in american("CT", schemes=frozenset()).parts)


def test_clothing_is_free_in_some_states_and_doubtful_in_others() -> None:
    assert american("NJ").tax == 0
    assert "rate_unconfirmed" in american("MA").unsure
    assert american("CT").tax == 699


def test_a_sale_inside_america_bears_the_destinations_tax_and_the_platform_owes_it() -> None:
    trader = terms("US", dispatch_postal_code="97201")
    line = offer(trader, "100.00", hs="950300", tax_included=False, delivery=template("10.00", "USD"))
    counter = desk("US", "USD", region="CT", postal_code="06103", schemes=FACILITATOR)
    (order,) = make_quote(counter, [(line, 1)]).orders
    (part,) = [row for row in order.parts if row.group == "tax"]
    assert (part.amount, part.liable, order.sure, order.import_charges) == (699, "platform", True, "none")
    # Puerto Rico is inside: 11.5 % of 110.00.
    island = desk("PR", "USD", postal_code="00901", schemes=FACILITATOR)
    (order,) = make_quote(island, [(line, 1)]).orders
    assert (order.tax, order.sure) == (1265, True)


# --- Canada and Brazil ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("region", "percent"), [
    ("AB", "5"), ("BC", "12"), ("MB", "12"), ("NB", "15"), ("NL", "15"), ("NS", "14"), ("NT", "5"), ("NU", "5"),
    ("ON", "13"), ("PE", "15"), ("QC", "14.975"), ("SK", "11"), ("YT", "5"),
])  # fmt: skip
def test_each_canadian_province_adds_its_own_tax(region: str, percent: str) -> None:
    found = rate("CA", "950300", region=region)
    assert found is not None
    assert (found.rate, found.doubt) == (Decimal(percent), "")


def test_an_import_to_quebec_bears_both_taxes() -> None:
    # 100 CAD of goods and a given duty of 10 %: 14.975 % of 110.00 = 16.4725.
    rates = replace(ROUND_RATES, per_eur={**ROUND_RATES.per_eur, "CAD": Decimal("1.5")})
    counter = desk("CA", "CAD", region="QC", rates=rates, schemes=frozenset(), basic_duty_rate=Decimal(10))
    order = make_trial(
        counter,
        origin="CN",
        items=[TrialItem(Money(10000, "CAD"), 1, TSHIRT)],
        delivery=Money(0, "CAD"),
        channel="post",
    )
    assert {part.code: part.amount for part in order.parts if part.amount} == {
        "goods": 10000,
        "duty": 1000,
        "gst": 1647,
    }


@pytest.mark.parametrize(("region", "icms"), [("SP", 1229), ("RJ", 1229), ("MG", 1500), ("BA", 1500)])
def test_each_brazilian_states_icms_lies_inside_its_own_base(region: str, icms: int) -> None:
    # 50 USD and 20 %: 60.00 × 17 / 83 = 12.289; 60.00 × 20 / 80 = 15.00.
    counter = desk("BR", "USD", region=region, schemes=frozenset({"BR-PRC"}))
    order = make_trial(
        counter, origin="CN", items=[TrialItem(Money(5000, "USD"), 1, "620342")], delivery=Money(0, "USD")
    )
    assert {part.code: part.amount for part in order.parts if part.amount} == {
        "goods": 5000,
        "duty": 1000,
        "icms": icms,
    }


def test_books_enter_brazil_free() -> None:
    counter = desk("BR", "USD", region="SP", schemes=frozenset({"BR-PRC"}))
    order = make_trial(counter, origin="CN", items=[TrialItem(Money(5000, "USD"), 1, BOOK)], delivery=Money(0, "USD"))
    assert (order.total, order.at_door, order.import_charges) == (5000, 0, "none")


def test_no_two_rates_of_the_same_goods_and_place_hold_on_one_day() -> None:
    for pack in book().library.countries.values():
        seen: dict[tuple[str, tuple[str, ...], tuple[str, ...]], list[tuple[date | None, date | None]]] = {}
        for row in pack.tax_rates:
            for prefix in row.hs or ("",):
                spans = seen.setdefault((prefix, tuple(row.regions), tuple(row.postal_codes)), [])
                for start, end in spans:
                    assert (row.valid_to and start and row.valid_to < start) or (
                        end and row.valid_from and row.valid_from > end
                    ), (pack.code, prefix, row)
                spans.append((row.valid_from, row.valid_to))


# --- regions by postal code -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "code", "region"), [
    ("US", "10001", "NY"), ("US", "06103", "CT"), ("US", "06390", "NY"), ("US", "90210", "CA"), ("US", "20500", "DC"),
    ("US", "20101", "VA"), ("US", "73301", "TX"), ("US", "73101", "OK"), ("US", "88510", "TX"), ("US", "99501", "AK"),
    ("US", "98101", "WA"), ("US", "02903", "RI"), ("US", "05501", "MA"), ("US", "05401", "VT"), ("US", "83702", "ID"),
    ("US", "82001", "WY"), ("US", "24701", "WV"), ("US", "72201", "AR"), ("US", "71101", "LA"), ("US", "96801", "HI"),
    ("CA", "M5H 2N2", "ON"), ("CA", "h2y 1c6", "QC"), ("CA", "X0A 0H0", "NU"), ("CA", "X1A 1A1", "NT"),
    ("BR", "01001-000", "SP"), ("BR", "30110-000", "MG"), ("BR", "69900-000", "AC"), ("BR", "68900-000", "AP"),
    ("BR", "70040-010", "DF"), ("BR", "74000-000", "GO"), ("BR", "76800-000", "RO"),
])  # fmt: skip
def test_a_postal_code_tells_the_state_where_the_address_does_not(country: str, code: str, region: str) -> None:
    assert book().place(country, "", code).region == region
    assert book().place(country, "Somewhere", code).region == region


def test_every_american_prefix_lies_in_one_state_at_most_and_a_named_state_counts_more_than_the_code() -> None:
    pack = book().pack("US")
    assert pack is not None
    codes = [one.code for one in pack.regions]
    assert len(codes) == len(set(codes)) == 52
    for prefix in range(1000):
        found = [one.code for one in pack.regions if any(re.search(p, f"{prefix:03d}01") for p in one.postal_codes)]
        assert len(found) <= 1, (prefix, found)
    assert book().place("US", "OR", "10001").region == "OR"


@pytest.mark.parametrize("country", ["CA", "BR"])
def test_an_address_that_tells_no_state_is_not_sure(country: str) -> None:
    found = rate(country, "950300")
    assert found is not None
    assert found.doubt == "region_unknown"


@pytest.mark.parametrize(
    ("country", "code"), [("US", "sales_tax"), ("AU", "gst"), ("JP", "consumption_tax"), ("CN", "vat"), ("IT", "vat")]
)
def test_the_tax_of_a_sale_inside_a_country_bears_that_taxs_name(country: str, code: str) -> None:
    assert book().tax_code(country) == code
