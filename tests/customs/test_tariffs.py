from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from entrepot.customs.tariff_files import COLUMNS, BadTariff, read_tariff, shipped_table
from entrepot.customs.tariffs import make_table

HEAD = ",".join(COLUMNS)
DAY = date(2026, 11, 22)


def row(**cells: str) -> str:
    filled = {
        "destination": "EU", "measure": "duty", "hs_prefix": "61", "origin": "*", "rate_percent": "12",
        "source": "a schedule", "confidence": "high", **cells,
    }  # fmt: skip
    return ",".join(filled.get(name, "") for name in COLUMNS)


def table(*rows: str):
    return make_table(read_tariff("\n".join([HEAD, *rows]), file="test.csv"))


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


@pytest.mark.parametrize(
    "cells",
    [
        {"rate_percent": "a lot"},
        {"rate_percent": ""},
        {"hs_prefix": "shirts"},
        {"valid_from": "soon"},
        {"confidence": "certain"},
        {"source": ""},
    ],
)
def test_a_row_that_makes_no_sense_is_refused_with_its_line(cells: dict[str, str]) -> None:
    with pytest.raises(BadTariff) as refusal:
        table("# a comment", row(), row(**cells))
    assert (refusal.value.fields["file"], refusal.value.fields["line"]) == ("test.csv", 4)


def test_other_columns_are_refused() -> None:
    with pytest.raises(BadTariff):
        read_tariff("destination,rate\nEU,5\n", file="test.csv")


def test_the_table_that_ships_marks_what_nobody_looked_up() -> None:
    rows = shipped_table().list_rows(["EU", "US", "GB", "AU", "JP", "KR"])
    assert rows
    for line in rows:
        assert line.source
        if "by recall" in line.source:
            assert line.confidence != "high"
