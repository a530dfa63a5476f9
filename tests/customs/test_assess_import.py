"""What one regime after another asks of a consignment; the regimes here are written for the mechanism they show."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given, strategies as st

from entrepot.customs.charges import Part, split
from entrepot.customs.rulebook import RuleBook
from entrepot.customs.rules import Assessment, Consignment, Item, assess_import
from entrepot.customs.tariff_files import COLUMNS, read_tariff
from entrepot.customs.tariffs import make_table
from entrepot.kernel.money import Money
from entrepot.markets.packs import CountryPack
from tests.builders.markets import ROUND_RATES, book

DAY = date(2026, 11, 22)
HEAD = """
code = "AF"
name = "Testland"
languages = ["en"]
currency = "EUR"
reviewed_on = 2026-11-01
[[tax_rates]]
rate = 20
source = "code"
confidence = "high"
"""
BASE = 'source = "law"\nconfidence = "high"\ncollector = "carrier"\n'


def rule_book(text: str, tariff: str = "") -> RuleBook:
    pack = CountryPack.model_validate(tomllib.loads(HEAD + text, parse_float=Decimal))
    library = replace(book().library, countries={**book().library.countries, "AF": pack})
    rows = read_tariff(f"{','.join(COLUMNS)}\n{tariff}", file="test.csv") if tariff else []
    return RuleBook(library, make_table(rows))


def consignment(law: RuleBook, *items: Item, freight: int = 0, **changes: Any) -> Consignment:
    here = law.place(changes.pop("dispatch_country", "CN"), "", "")
    there = law.place("AF", changes.pop("region", ""), changes.pop("postal_code", ""))
    fields: dict[str, Any] = {
        "items": items,
        "freight_shares": split(freight, [item.goods for item in items]),
        "currency": "EUR",
        "lane": law.lane(here, there, changes.pop("on", DAY)),
        "channel": "post",
        "schemes": frozenset(),
        **changes,
    }
    return Consignment(**fields)


def item(goods: int, quantity: int = 1, hs: str | None = "610910", **changes: Any) -> Item:
    return Item(goods, quantity, hs, **{"origin": "CN", "weight_g": 500, **changes})


def assess(text: str, *items: Item, tariff: str = "", **changes: Any) -> Assessment:
    return assess_import(consignment(rule_book(text, tariff), *items, **changes), ROUND_RATES)


def amounts(found: Assessment) -> dict[str, int]:
    return {part.code: part.amount for part in found.parts}


def the(found: Assessment, code: str) -> Part:
    (part,) = [part for part in found.parts if part.code == code]
    return part


def test_the_first_regime_that_fits_governs_by_date_channel_origin_dispatch_and_goods() -> None:
    text = "".join(
        f'\n[[regimes]]\nid = "{name}"\n{BASE}{condition}\n'
        for name, condition in [
            ("ended", "valid_to = 2026-11-21"),
            ("later", "valid_from = 2026-11-23"),
            ("courier", 'channels = ["courier"]'),
            ("scheme", 'scheme = "X"'),
            ("from-eu", 'dispatch_from = ["EU"]'),
            ("made-in-tr", 'origins = ["TR"]'),
            ("shoes", 'goods = { hs = ["64"] }'),
            ("north", 'regions = ["N"]'),
            ("rest", ""),
        ]
    )
    assert assess(text, item(1000)).regimes == ("rest",)
    assert assess(text, item(1000), channel="courier").regimes == ("courier",)
    assert assess(text, item(1000), schemes=frozenset({"X"})).regimes == ("scheme",)
    assert assess(text, item(1000), dispatch_country="IT").regimes == ("from-eu",)
    assert assess(text, item(1000, origin="TR")).regimes == ("made-in-tr",)
    assert assess(text, item(1000, hs="640399")).regimes == ("shoes",)
    assert assess(text, item(1000), region="N").regimes == ("north",)
    assert assess(text, item(1000), on=date(2026, 11, 21)).regimes == ("ended",)
    # Goods of two kinds in one consignment may fall under two regimes.
    assert assess(text, item(1000), item(1000, hs="640399")).regimes == ("rest", "shoes")


def test_no_regime_is_unknown_and_charges_nothing() -> None:
    found = assess("", item(1000))
    assert (found.parts, found.unknown, found.unsure) == ((), True, ("regime_unknown",))


def test_thresholds_by_item_and_by_consignment_are_exact() -> None:
    text = "".join(
        f'\n[[regimes]]\nid = "{name}"\n{BASE}'
        f'thresholds = [{{ basis = "{basis}", scope = "{scope}", currency = "EUR", {limit} }}]\n'
        for name, basis, scope, limit in [
            ("item", "goods", "item", "below = 10"),
            ("consignment", "cif", "consignment", "up_to = 50"),
            ("above", "goods", "consignment", "above = 0"),
        ]
    )
    assert assess(text, item(2997, 3)).regimes == ("item",)
    assert assess(text, item(3000, 3)).regimes == ("consignment",)
    assert assess(text, item(4000), freight=1000).regimes == ("consignment",)
    assert assess(text, item(4000), freight=1001).regimes == ("above",)


def test_a_percentage_with_a_deduction_never_falls_below_zero() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "percentage"\nrate = 60\n'
        'deduction = 20\ncurrency = "USD"\n'
    )
    # 60 % of 40.00 = 24.00 less 20 USD = 16.00: 8.00. Of 20.00: 12.00 less 16.00: nothing.
    assert the(assess(text, item(4000)), "duty").amount == 800
    assert the(assess(text, item(2000)), "duty").amount == 0


def test_a_duty_on_the_excess_leaves_the_exemption_out() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "percentage"\nbase = "goods"\nrate = 15\n'
        'on = "excess"\nexempt = { basis = "goods", currency = "EUR", up_to = 200 }\n'
    )
    assert amounts(assess(text, item(20_000))) == {"duty": 0}
    assert amounts(assess(text, item(30_000))) == {"duty": 1500}
    found = the(assess(text, item(30_000)), "duty")
    assert (found.reason, found.base, found.rate) == ("on_excess", 30_000, 15)


def test_a_duty_on_the_whole_takes_all_once_the_limit_is_passed() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "percentage"\nbase = "goods"\nrate = 15\n'
        'exempt = { basis = "goods", currency = "EUR", up_to = 200 }\n'
    )
    assert amounts(assess(text, item(20_001))) == {"duty": 3000}


def test_the_rate_row_with_the_longest_prefix_or_the_place_wins() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "percentage"\nbase = "goods"\nrate = 5\n'
        'rates = [{ rate = 10, hs = ["61"] }, { rate = 20, hs = ["6109"] }, { rate = 1, dispatch_from = ["EU"] }]\n'
    )
    assert amounts(assess(text, item(1000))) == {"duty": 200}
    assert amounts(assess(text, item(1000, hs="610120"))) == {"duty": 100}
    assert amounts(assess(text, item(1000, hs="850440"))) == {"duty": 50}
    assert amounts(assess(text, item(1000, hs="850440"), dispatch_country="IT")) == {"duty": 10}
    two = assess(text, item(1000), item(1000, hs="850440"))
    assert [(part.rate, part.amount, part.shares) for part in two.parts] == [(5, 50, (0, 50)), (20, 200, (200, 0))]


def test_a_minimum_per_kilogram_needs_the_weight() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "percentage"\nrate = 5\nminimum_per_kg = 2\n'
        'currency = "EUR"\n'
    )
    assert the(assess(text, item(1000, weight_g=3000)), "duty").amount == 600
    unknown = assess(text, item(1000, weight_g=None))
    assert (the(unknown, "duty").amount, unknown.unsure) == (50, ("weight_unknown",))


def test_flat_duties_count_subheadings_pieces_parcels_or_kilograms() -> None:
    def flat(per: str) -> str:
        duty = f'kind = "flat"\namount = 3\ncurrency = "EUR"\nper = "{per}"\n'
        return f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\n{duty}'

    goods = (item(1000, 2), item(500, 1, hs="6109909999"), item(500, 1, hs="6109901111"), item(100, hs=None))
    assert the(assess(flat("subheading"), *goods), "duty").amount == 900
    assert the(assess(flat("subheading"), *goods), "duty").shares == (300, 150, 150, 300)
    assert the(assess(flat("item"), *goods), "duty").amount == 1500
    assert the(assess(flat("consignment"), *goods), "duty").amount == 300
    assert the(assess(flat("kg"), *goods), "duty").amount == 900  # 2.5 kg are three started ones.


def test_a_flat_duty_in_another_currency_keeps_its_own_amount() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "flat"\namount = 80\ncurrency = "USD"\n'
    found = the(assess(text, item(1000)), "duty")
    assert (found.amount, found.native) == (6400, Money(8000, "USD"))


def test_the_tax_base_is_what_the_regime_names() -> None:
    def taxed(base: str, more: str = "") -> int:
        text = (
            f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "percentage"\nbase = "goods"\nrate = 10\n'
            f"[[regimes.taxes]]\nbase = {base}\n{more}"
            '[[regimes.fees]]\ncode = "fee"\namount = 1\ncurrency = "EUR"\nsource = "x"\nconfidence = "high"\n'
        )
        return the(assess(text, item(10_000), freight=500), "vat").amount

    assert taxed('["goods"]') == 2000
    assert taxed('["goods", "freight"]') == 2100
    assert taxed('["goods", "freight", "duty"]') == 2300
    assert taxed('["goods", "freight", "duty", "fees"]') == 2320
    assert taxed('["goods"]', "inside = true\n") == 2500  # 20 of 80.
    assert taxed('["goods"]', "factor = 0.7\n") == 1400
    assert taxed('["goods"]', "rate = 5\n") == 500


def test_a_second_tax_can_lie_on_the_first() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.taxes]]\ncode = "excise"\nrate = 10\nbase = ["goods"]\n'
        '[[regimes.taxes]]\nbase = ["goods", "taxes"]\n'
    )
    assert amounts(assess(text, item(10_000))) == {"excise": 1000, "vat": 2200}


def test_too_little_in_all_is_not_collected() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}collection_floor = {{ up_to = 5, currency = "EUR" }}\n'
        '[[regimes.duties]]\nkind = "percentage"\nrate = 5\n[[regimes.taxes]]\nbase = ["goods"]\n'
    )
    assert amounts(assess(text, item(2000))) == {"duty": 0, "vat": 0}  # 1.00 + 4.00 = 5.00.
    assert {part.reason for part in assess(text, item(2000)).parts} == {"collection_floor"}
    assert amounts(assess(text, item(2004))) == {"duty": 100, "vat": 401}


def test_fees_may_depend_on_what_is_charged() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.taxes]]\nbase = ["goods"]\n'
        'exempt = { basis = "goods", currency = "EUR", up_to = 10 }\n'
        '[[regimes.fees]]\ncode = "advance"\nrate = 2\nminimum = 4\ncurrency = "EUR"\nwhen = "charged"\n'
        'source = "carrier"\nconfidence = "low"\n'
    )
    assert amounts(assess(text, item(1000))) == {"vat": 0}
    assert amounts(assess(text, item(10_000))) == {"vat": 2000, "advance": 400}
    assert amounts(assess(text, item(200_000))) == {"vat": 40_000, "advance": 800}
    assert assess(text, item(10_000)).unsure == ("fee_unconfirmed",)


def test_an_announced_fee_is_not_charged() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.fees]]\ncode = "soon"\namount = 2\ncurrency = "EUR"\ncharged = false\n'
        'source = "x"\nconfidence = "low"\n'
    )
    found = assess(text, item(1000))
    assert (found.parts, found.unsure) == ((), ())


def test_specific_and_compound_rates_of_the_tariff() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "tariff"\nbase = "goods"\n'

    def tariff(rate: str, amount: str, unit: str, combine: str, most: str = "") -> str:
        return f"AF,duty,61,*,{rate},{amount},EUR,{unit},{combine},{most},,,schedule,high,"

    goods = item(10_000, 2, weight_g=750)
    assert amounts(assess(text, goods, tariff=tariff("", "4", "kg", ""))) == {"duty": 600}
    assert amounts(assess(text, goods, tariff=tariff("", "1.5", "piece", ""))) == {"duty": 300}
    assert amounts(assess(text, goods, tariff=tariff("10", "4", "kg", "sum"))) == {"duty": 1600}
    assert amounts(assess(text, goods, tariff=tariff("10", "4", "kg", "max"))) == {"duty": 1000}
    assert amounts(assess(text, goods, tariff=tariff("10", "4", "kg", "min"))) == {"duty": 600}
    assert amounts(assess(text, goods, tariff=tariff("10", "4", "kg", "max", "5"))) == {"duty": 750}


def test_a_given_rate_stands_in_for_the_basic_one_only() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "tariff"\nbase = "goods"\n'
    tariff = "AF,duty,61,*,12,,,,,,,,schedule,high,\nAF,extra,61,CN,25,,,,,,,,list,high,"
    assert amounts(assess(text, item(10_000), tariff=tariff)) == {"duty": 1200, "extra": 2500}
    given = assess(text, item(10_000), tariff=tariff, basic_duty_rate=Decimal(5))
    assert amounts(given) == {"duty": 500, "extra": 2500}


def test_a_proof_of_origin_brings_the_rate_of_the_agreement() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "tariff"\nbase = "goods"\n'
    tariff = "AF,duty,61,*,12,,,,,,,,schedule,high,\nAF,preference,*,CN,2,,,,,,,,agreement,high,"
    assert amounts(assess(text, item(10_000), tariff=tariff)) == {"duty": 1200}
    proven = assess(text, item(10_000, flags=frozenset({"proof_of_origin"})), tariff=tariff)
    assert amounts(proven) == {"duty": 200}
    assert (the(proven, "duty").reason, the(proven, "duty").source) == ("preferential_rate", "agreement")


def test_a_rate_that_hangs_on_national_digits_or_on_a_list_leaves_its_doubt() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "tariff"\nbase = "goods"\n'
    national = "AF,duty,61091000,*,12,,,,,,,,schedule,high,\nAF,duty,61091090,*,20,,,,,,,,schedule,high,"
    found = assess(text, item(10_000), tariff=national)
    assert (amounts(found), found.unsure) == ({"duty": 2000}, ("tariff_by_national_code",))
    listed = "AF,duty,61,*,12,,,,,,,,schedule,high,\nAF,anti_dumping,61,CN,,,,,unknown,,,,cases,high,by maker"
    found = assess(text, item(10_000), tariff=listed)
    assert (amounts(found), found.unsure) == ({"duty": 1200}, ("surcharge_unconfirmed",))


def test_goods_on_the_list_of_exemptions_are_free_of_a_rules_surcharge() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\ncode = "surcharge"\nkind = "percentage"\n'
        'base = "goods"\nrate = 10\n'
    )
    tariff = "AF,surcharge_exempt,610910,*,0,,,,,,,,list,high,"
    assert amounts(assess(text, item(10_000), tariff=tariff)) == {"surcharge": 0}
    assert amounts(assess(text, item(10_000, hs="620342"), tariff=tariff)) == {"surcharge": 1000}


def test_an_unknown_rate_or_origin_leaves_its_reason() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.duties]]\nkind = "tariff"\n'
    found = assess(text, item(1000, origin=None, hs_confirmed=False))
    assert (found.unknown, found.unsure) == (True, ("hs_unconfirmed", "origin_unknown", "tariff_unknown"))
    assert the(found, "duty").reason == "tariff_unknown"


def test_low_confidence_and_doubts_make_a_regime_unsure() -> None:
    low = BASE.replace("high", "low")
    assert assess(f'[[regimes]]\nid = "r"\n{low}', item(1000)).unsure == ("regime_unconfirmed",)
    doubted = (
        f'[[regimes]]\nid = "r"\n{BASE}doubts = [{{ reason = "maybe", when = "charged" }}]\n'
        '[[regimes.taxes]]\nbase = ["goods"]\nexempt = { basis = "goods", currency = "EUR", up_to = 10 }\n'
    )
    assert assess(doubted, item(1000)).unsure == ()
    assert assess(doubted, item(1001)).unsure == ("maybe",)


def test_a_limit_per_month_depends_on_what_was_bought_before() -> None:
    text = (
        f'[[regimes]]\nid = "r"\n{BASE}[[regimes.taxes]]\nbase = ["goods"]\n'
        'exempt = { basis = "goods", scope = "person_month", currency = "EUR", up_to = 10 }\n'
    )
    assert assess(text, item(1000)).unsure == ("person_limit_unknown",)
    assert assess(text, item(1001)).unsure == ()


def test_who_collects_decides_what_is_paid_when() -> None:
    text = f'[[regimes]]\nid = "r"\n{BASE}[[regimes.taxes]]\nbase = ["goods"]\n'
    at_door = the(assess(text, item(1000)), "vat")
    prepaid = the(assess(text, item(1000), duties_prepaid=True), "vat")
    platform = the(assess(text.replace('"carrier"', '"platform"'), item(1000)), "vat")
    assert [(part.payable, part.liable) for part in (at_door, prepaid, platform)] == [
        ("door", "buyer"),
        ("now", "carrier"),
        ("now", "platform"),
    ]


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=9))
def test_a_split_adds_up_as_money_is_allocated(amount: int, weights: list[int]) -> None:
    shares = split(amount, weights)
    assert sum(shares) == amount
    assert list(shares) == [share.minor for share in Money(amount, "EUR").allocate(weights)]
