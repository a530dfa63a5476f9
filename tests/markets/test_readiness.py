"""What `entrepot markets check` tells: parts, sources, age, and the days on which nobody wrote an import rule."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from entrepot.markets.gaps import Gap, find_gaps
from entrepot.markets.packs import Goods, Regime, Threshold
from entrepot.markets.queries import UnknownCountry
from entrepot.markets.readiness import assess
from tests.builders.markets import book

TODAY = date(2026, 11, 22)
BOTH = ("post", "courier")


def regime(first: str | None, last: str | None = None, **changes: Any) -> Regime:
    return Regime(
        id=f"XX-{first}",
        valid_from=date.fromisoformat(first) if first else None,
        valid_to=date.fromisoformat(last) if last else None,
        collector="post",
        source="law",
        confidence="high",
        **changes,
    )


def test_rules_that_follow_each_other_leave_no_gap() -> None:
    rules = [regime("2024-01-01", "2025-12-31"), regime("2026-01-01")]
    assert find_gaps(rules, country="XX") == []
    assert find_gaps([regime(None)], country="XX") == []
    assert find_gaps([], country="XX") == []


def test_days_between_two_rules_are_a_gap_and_those_after_the_last_too() -> None:
    rules = [regime("2024-01-01", "2025-12-30"), regime("2026-01-01", "2027-03-31")]
    assert find_gaps(rules, country="XX") == [
        Gap(date(2025, 12, 31), date(2025, 12, 31), BOTH, ("low", "high")),
        Gap(date(2027, 4, 1), None, BOTH, ("low", "high")),
    ]


def test_a_rule_for_some_goods_a_scheme_or_other_senders_does_not_fill_a_gap() -> None:
    span = [regime("2024-01-01", "2024-12-31"), regime("2026-01-01")]
    gap = [Gap(date(2025, 1, 1), date(2025, 12, 31), BOTH, ("low", "high"))]
    for narrow in (
        {"goods": Goods(hs=("2203",))},
        {"goods": Goods(not_hs=("61",))},
        {"scheme": "XX-VAT"},
        {"dispatch_from": ("EU",)},
        {"not_origins": ("CN",)},
        {"regions": ("N",)},
    ):
        assert find_gaps([*span, regime("2025-01-01", "2025-12-31", **narrow)], country="XX") == gap
    assert find_gaps([*span, regime("2025-01-01", "2025-12-31")], country="XX") == []


def test_a_gap_may_be_of_one_channel_or_of_small_parcels_only() -> None:
    small = (Threshold(basis="goods", currency="EUR", up_to=150),)
    large = (Threshold(basis="goods", currency="EUR", above=150),)
    rules = [
        regime("2024-01-01", "2024-12-31", thresholds=small),
        regime("2024-01-01", thresholds=large),
        regime("2025-01-01", channels=("post",), thresholds=small),
    ]
    assert find_gaps(rules, country="XX") == [Gap(date(2025, 1, 1), None, ("courier",), ("low",))]


def test_the_gaps_of_the_packs_that_ship_are_those_that_their_notes_tell() -> None:
    found = {code: find_gaps(pack.regimes, country=code) for code, pack in book().library.countries.items()}
    assert found["IL"] == [Gap(date(2026, 1, 1), date(2026, 2, 24), BOTH, ("low", "high"))]
    # The Union's duty of 3 EUR ends on 2028-07-01 unless it is prolonged.
    ends = Gap(date(2028, 7, 2), None, BOTH, ("low",))
    members = set(book().library.unions["EU"].members)
    assert {code for code, gaps in found.items() if gaps == [ends]} >= members
    # American relief without China, 2025: what followed by courier was not kept.
    assert {code for code, gaps in found.items() if gaps} - members == {
        "IL", "US", "PR", "MC", "AX", "GP", "MQ", "GF", "RE", "YT", "MF",
    }  # fmt: skip


@pytest.mark.parametrize(("day", "state"), [("2026-01-15", "missing"), ("2026-11-22", "doubtful")])
def test_a_gap_of_today_is_a_missing_part_and_one_of_the_past_a_doubtful_one(day: str, state: str) -> None:
    library = book().library
    report = assess(library.countries["IL"], library, today=date.fromisoformat(day))
    (found,) = [part for part in report["parts"] if part["detail"] == "no regime from 2026-01-01 to 2026-02-24"]
    assert found["state"] == state
    assert report["gaps"] == [
        {"first": "2026-01-01", "last": "2026-02-24", "channels": list(BOTH), "values": ["low", "high"]}
    ]


def test_a_report_counts_rules_by_confidence_and_names_their_sources() -> None:
    library = book().library
    norway = assess(library.countries["NO"], library, today=TODAY)
    assert (norway["buying"], norway["regimes"], norway["gaps"]) == ("ready", 2, [])
    assert set(norway["confidence"]) <= {"high", "medium", "low"}
    assert "https://toll.no/en/online-shopping/the-voec-scheme" in norway["sources"]
    parts = {part["part"]: part for part in norway["parts"]}
    assert parts["place Svalbard"]["detail"] == "the rules of SJ"
    assert parts["tax rates of goods"]["detail"].startswith("known: ")
    unknown = assess(library.countries["TV"], library, today=TODAY)
    assert (unknown["buying"], unknown["selling"], unknown["regimes"]) == ("missing", "missing", 0)


def test_an_old_pack_says_so() -> None:
    library = book().library
    old = library.countries["NO"].model_copy(update={"reviewed_on": date(2025, 1, 1)})
    report = assess(old, replace(library, countries={**library.countries, "NO": old}), today=TODAY)
    assert report["age_days"] == 690
    assert [part["detail"] for part in report["parts"] if part["part"] == "review"] == ["last reviewed 690 days ago"]


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("markets", "check", *arguments, stdout=out)
    return out.getvalue()


def test_check_prints_a_countrys_readiness() -> None:
    report = json.loads(said("it", "--json"))
    assert (report["country"], report["file"], report["selling"]) == ("IT", "it.toml", "ready")
    words = said("DE")
    assert words.startswith("DE Germany: buying doubtful, selling missing; reviewed 2026-11-22")
    assert "no regime from 2028-07-02 on, low value" in words
    assert "place Büsingen am Hochrhein: the rules of CH" in words
    with pytest.raises(UnknownCountry):
        said("AF")


def test_check_prints_all_countries_by_readiness_and_the_days_without_a_rule_once() -> None:
    lines = said().splitlines()
    states = [line[36:46].strip() for line in lines[1 : 1 + len(book().library.countries)]]
    assert states == sorted(states, key=("ready", "doubtful", "missing").index)
    assert f"{len(states)} destinations: " in "\n".join(lines)
    (shared,) = [line for line in lines if line.startswith("no regime from 2028-07-02 on")]
    assert shared.split(": ")[1].split()[:3] == ["AT", "AX", "BE"]
    assert len(json.loads(said("--json"))) == len(states)
