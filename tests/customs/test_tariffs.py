from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from entrepot.customs.rulebook import RuleBook
from entrepot.customs.tariff_files import COLUMNS, BadTariff, read_csv, read_tariff, shipped_rows, shipped_table
from entrepot.customs.tariffs import make_table
from tests.builders import markets

HEAD = ",".join(COLUMNS)
DAY = date(2026, 11, 22)


def row(**cells: str) -> str:
    filled = {
        "destination": "EU", "measure": "duty", "hs_prefix": "61", "origin": "*", "rate_percent": "12",
        "source": "a schedule", "confidence": "high", **cells,
    }  # fmt: skip
    return ",".join(filled.get(name, "") for name in COLUMNS)


def read(*rows: str):
    return read_tariff("\n".join([HEAD, *rows]), file="test.csv")


def table(*rows: str, imported: tuple[str, ...] = ()):
    return make_table(read(*rows), imported=read(*imported))


def rates(found) -> list[Decimal] | None:
    return None if found is None else [line.rate for line in found]


def test_the_longest_prefix_wins() -> None:
    tariff = table(row(), row(hs_prefix="6109", rate_percent="10"), row(hs_prefix="610910", rate_percent="8"))
    find = {"destinations": ("DE", "EU"), "origins": ("CN",), "on": DAY}
    assert rates(tariff.find(hs="610910", **find)) == [8]
    assert rates(tariff.find(hs="610990", **find)) == [10]
    assert rates(tariff.find(hs="6101201000", **find)) == [12]
    assert tariff.find(hs="620342", **find) is None


def test_a_row_for_the_origin_or_its_union_goes_before_one_for_all() -> None:
    tariff = table(row(), row(origin="TR", rate_percent="0"), row(origin="EAEU", rate_percent="7"))
    assert rates(tariff.find(destinations=("EU",), origins=("TR",), hs="610910", on=DAY)) == [0]
    assert rates(tariff.find(destinations=("EU",), origins=("RU", "EAEU"), hs="610910", on=DAY)) == [7]
    assert rates(tariff.find(destinations=("EU",), origins=(), hs="610910", on=DAY)) == [12]


def test_a_countrys_row_goes_before_its_unions_at_the_same_prefix() -> None:
    tariff = table(row(), row(destination="DE", rate_percent="3"))
    assert rates(tariff.find(destinations=("DE", "EU"), origins=("CN",), hs="610910", on=DAY)) == [3]


def test_rows_are_dated_and_the_later_start_goes_first() -> None:
    tariff = table(row(valid_to="2025-12-31", rate_percent="15"), row(valid_from="2026-01-01"))
    find = {"destinations": ("EU",), "origins": ("CN",), "hs": "610910"}
    assert rates(tariff.find(on=DAY, **find)) == [12]
    assert rates(tariff.find(on=date(2025, 5, 1), **find)) == [15]


def test_further_measures_are_added_to_the_basic_rate() -> None:
    tariff = table(row(), row(measure="section_301", origin="CN", rate_percent="7.5"))
    assert rates(tariff.find(destinations=("EU",), origins=("CN",), hs="610910", on=DAY)) == [12, Decimal("7.5")]
    assert rates(tariff.find(destinations=("EU",), origins=("VN",), hs="610910", on=DAY)) == [12]


def test_a_range_of_chapters_and_a_star_are_spelt_out() -> None:
    tariff = table(row(hs_prefix="25-97", rate_percent="4"), row(destination="AU", hs_prefix="*", rate_percent="5"))
    assert rates(tariff.find(destinations=("EU",), origins=("CN",), hs="940350", on=DAY)) == [4]
    assert tariff.find(destinations=("EU",), origins=("CN",), hs="010121", on=DAY) is None
    assert rates(tariff.find(destinations=("AU",), origins=("CN",), hs="010121", on=DAY)) == [5]


def test_one_row_may_name_several_places_and_headings() -> None:
    tariff = table(row(destination="AE OM", hs_prefix="6401-6403 6405", origin="CN HK"))
    for place in ("AE", "OM"):
        for origin in ("CN", "HK"):
            assert rates(tariff.find(destinations=(place,), origins=(origin,), hs="640299", on=DAY)) == [12]
    assert tariff.find(destinations=("AE",), origins=("CN",), hs="640411", on=DAY) is None
    assert tariff.find(destinations=("AE",), origins=("VN",), hs="640299", on=DAY) is None


# --- codes with national digits ---------------------------------------------------------------------------------------

TO_US = {"destinations": ("US",), "origins": ("CN",), "on": DAY}


def test_a_code_of_six_digits_gets_the_dearest_of_its_national_codes_with_a_doubt() -> None:
    tariff = table(
        row(destination="US", hs_prefix="61091000", rate_percent="16.5"),
        row(destination="US", hs_prefix="61091090", rate_percent="20"),
    )
    found = tariff.find(hs="610910", **TO_US)
    assert (rates(found), found[0].doubt) == ([20], "tariff_by_national_code")
    exact = tariff.find(hs="6109100012", **TO_US)
    assert (rates(exact), exact[0].doubt) == ([Decimal("16.5")], "")
    assert tariff.find(hs="610990", **TO_US) is None


def test_national_codes_that_bear_the_same_leave_no_doubt() -> None:
    lines = [row(destination="US", hs_prefix=f"610910{end}", rate_percent="16.5") for end in ("10", "90")]
    found = table(*lines).find(hs="610910", **TO_US)
    assert (rates(found), found[0].doubt) == ([Decimal("16.5")], "")


def test_an_additional_duty_on_a_part_of_the_national_codes_is_charged_with_a_doubt() -> None:
    basic = [row(destination="US", hs_prefix=f"610910{end}", rate_percent="16.5") for end in ("10", "90")]
    some = row(destination="US", hs_prefix="61091010", measure="section_301", origin="CN", rate_percent="7.5")
    found = table(*basic, some).find(hs="610910", **TO_US)
    assert rates(found) == [Decimal("16.5"), Decimal("7.5")]
    assert [line.doubt for line in found] == ["", "tariff_by_national_code"]
    both = row(destination="US", hs_prefix="61091090", measure="section_301", origin="CN", rate_percent="7.5")
    assert [line.doubt for line in table(*basic, some, both).find(hs="610910", **TO_US)] == ["", ""]


def test_a_list_of_national_codes_without_a_schedule_may_not_be_the_whole_code() -> None:
    basic = row(destination="US", hs_prefix="6109")
    listed = row(destination="US", hs_prefix="61091010", measure="section_301", origin="CN", rate_percent="7.5")
    found = table(basic, listed).find(hs="610910", **TO_US)
    assert [line.doubt for line in found] == ["", "tariff_by_national_code"]


# --- preferences and exemptions ---------------------------------------------------------------------------------------


def test_a_preference_counts_only_with_a_proof_of_origin() -> None:
    tariff = table(row(), row(hs_prefix="*", measure="preference", origin="GB", rate_percent="0"))
    find = {"destinations": ("DE", "EU"), "hs": "610910", "on": DAY}
    assert rates(tariff.find(origins=("GB",), **find)) == [12]
    assert rates(tariff.find(origins=("GB",), proof=True, **find)) == [0]
    assert rates(tariff.find(origins=("CN",), proof=True, **find)) == [12]
    assert rates(tariff.find(origins=(), proof=True, **find)) == [12]


def test_goods_exempt_of_a_rules_surcharge_are_known_and_charged_nothing_else() -> None:
    tariff = table(row(destination="US"), row(destination="US", hs_prefix="6109", measure="surcharge_122_exempt"))
    assert tariff.exempted == {"surcharge_122"}
    assert rates(tariff.find(hs="610910", **TO_US)) == [12]
    assert tariff.is_exempt("surcharge_122", hs="610910", **TO_US)
    assert not tariff.is_exempt("surcharge_122", hs="620342", **TO_US)
    assert not tariff.is_exempt("surcharge_122", hs=None, **TO_US)


def test_a_rate_that_cannot_be_computed_is_not_known() -> None:
    known = row(destination="US", hs_prefix="91")
    watch = row(destination="US", hs_prefix="9102", rate_percent="", combine="unknown", note="51c each + 6.25%")
    tariff = table(known, watch)
    assert tariff.find(hs="910211", **TO_US) is None
    assert rates(tariff.find(hs="910511", **TO_US)) == [12]
    unclear = row(destination="US", hs_prefix="91", measure="extra", rate_percent="", combine="unknown", note="a list")
    found = table(known, unclear).find(hs="910511", **TO_US)
    assert [(line.is_known, line.doubt) for line in found] == [(True, ""), (False, "surcharge_unconfirmed")]


# --- what was imported goes before what ships -------------------------------------------------------------------------


def test_an_imported_basic_rate_goes_before_ours_which_fills_its_gaps() -> None:
    tariff = table(row(hs_prefix="6109", rate_percent="10"), row(hs_prefix="62"), imported=(row(rate_percent="8"),))
    find = {"destinations": ("EU",), "origins": ("CN",), "on": DAY}
    assert rates(tariff.find(hs="610910", **find)) == [8]
    assert rates(tariff.find(hs="620342", **find)) == [12]


def test_an_imported_list_of_an_additional_duty_is_whole_from_its_first_day() -> None:
    ours = row(destination="US", hs_prefix="61", measure="section_301", origin="CN", rate_percent="7.5")
    listed = row(
        destination="US", hs_prefix="62", measure="section_301", origin="CN", rate_percent="25",
        valid_from="2026-02-21",
    )  # fmt: skip
    tariff = table(row(destination="US", hs_prefix="*"), ours, imported=(listed,))
    assert rates(tariff.find(hs="610910", **TO_US)) == [12]
    assert rates(tariff.find(hs="620342", **TO_US)) == [12, 25]
    before = {**TO_US, "on": date(2026, 1, 1)}
    assert rates(tariff.find(hs="610910", **before)) == [12, Decimal("7.5")]
    assert rates(tariff.find(hs="620342", **before)) == [12]


def test_every_row_that_was_weighed_says_why_it_counts_or_not() -> None:
    tariff = table(
        row(destination="US"),
        row(destination="US", hs_prefix="6109", rate_percent="10"),
        row(destination="US", hs_prefix="61091010", rate_percent="9"),
        row(destination="US", hs_prefix="6109", rate_percent="11", valid_to="2020-12-31"),
        row(destination="US", measure="preference", origin="CN", rate_percent="0"),
        row(destination="US", measure="preference", origin="KR", rate_percent="0"),
    )
    weighed = tariff.weigh(hs="6109109900", **TO_US)
    assert sorted((line.row.measure, line.row.hs_prefix, line.row.rate, line.verdict) for line in weighed) == [
        ("duty", "61", 12, "longer_prefix"),
        ("duty", "6109", 10, "applies"),
        ("duty", "6109", 11, "other_day"),
        ("preference", "61", 0, "proof_needed"),
    ]
    short = {
        line.row.hs_prefix: line.verdict for line in tariff.weigh(hs="610910", **TO_US) if line.row.rate in (9, 10)
    }
    assert short == {"6109": "applies", "61091010": "national_code"}


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        {"rate_percent": "a lot"},
        {"rate_percent": ""},
        {"hs_prefix": "shirts"},
        {"valid_from": "soon"},
        {"confidence": "certain"},
        {"source": ""},
        {"destination": "Europe"},
        {"origin": ""},
        {"measure": "Section 301"},
        {"hs_prefix": "62-61"},
        {"rate_percent": "-1"},
        {"rate_percent": "NaN"},
        {"rate_percent": "1.1234567"},
        {"specific_amount": "2"},
        {"specific_amount": "2", "specific_currency": "EUR", "specific_unit": "litre"},
        {"specific_currency": "EUR"},
        {"combine": "average"},
        {"combine": "max"},
        {"combine": "unknown", "note": "words"},
        {"combine": "unknown", "rate_percent": ""},
        {"valid_from": "2026-02-01", "valid_to": "2026-01-31"},
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_line(cells: dict[str, str]) -> None:
    with pytest.raises(BadTariff) as refusal:
        table("# a comment", row(), row(**cells))
    assert (refusal.value.fields["file"], refusal.value.fields["line"]) == ("test.csv", 4)


def test_bad_lines_lose_nothing_of_the_good_ones() -> None:
    found = read_csv("\n".join([HEAD, row(), "EU,duty", "", row(rate_percent="x"), row(hs_prefix="62")]), file="t.csv")
    assert [line.hs_prefix for line in found.rows] == ["61", "62"]
    assert [(fault.line, fault.reason) for fault in found.faults] == [
        (3, "2 cells in place of 15"),
        (5, "rate_percent 'x' is no number"),
    ]
    assert found.read == 4


def test_other_columns_are_refused() -> None:
    with pytest.raises(BadTariff):
        read_tariff("destination,rate\nEU,5\n", file="test.csv")


def test_the_table_that_ships_marks_what_nobody_looked_up() -> None:
    rows = shipped_table().list_rows(["EU", "US", "GB", "AU", "JP", "KR"])
    assert rows
    for line in rows:
        assert line.source
        if "approximate" in line.source:
            assert line.confidence != "high"


def test_the_table_that_ships_says_nothing_twice() -> None:
    seen = [(line.destination, line.measure, line.hs_prefix, line.origins, line.valid_from) for line in shipped_rows()]
    assert len(seen) == len(set(seen))


def test_where_a_tariff_is_charged_books_computers_and_clothes_have_a_rate(book: RuleBook) -> None:
    without = set()
    for code, pack in book.library.countries.items():
        if any(duty.kind == "tariff" for regime in pack.regimes for duty in regime.duties):
            for hs in ("490199", "847130", "610910"):
                if book.find_tariff(country=code, origin="CN", hs=hs, on=DAY) is None:
                    without.add(code)
    assert without == set()


@pytest.fixture
def book() -> RuleBook:
    return markets.book()
