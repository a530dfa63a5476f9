from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from entrepot.kernel import audit, sql
from entrepot.kernel.errors import InvalidField
from entrepot.markets import operations, queries
from entrepot.markets.models import Market
from tests.builders import markets as builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator_in(tmp_path: Path, settings: object) -> Iterator[object]:
    """Return a function that seats the operator in a country."""

    def seat(country: str) -> None:
        path = tmp_path / "operator.toml"
        path.write_text(f'name = "Trial"\ncountry = "{country}"\ncurrency = "EUR"\n', encoding="utf-8")
        settings.OPERATOR_FILE = str(path)  # type: ignore[attr-defined]
        queries.get_library.cache_clear()

    yield seat
    queries.get_library.cache_clear()


def test_a_corridor_is_open_where_both_markets_are(now: datetime) -> None:
    builders.open_markets()
    assert queries.corridor("RU", "DE", at=now).open
    assert queries.corridor("IT", "RU", at=now).open
    assert queries.corridor("KZ", "SA", at=now).open  # A pilot sells.


def test_a_market_that_does_not_sell_or_buy_closes_its_corridors_with_the_reason(now: datetime) -> None:
    builders.open_markets()
    assert queries.corridor("DE", "IT", at=now).reason == "selling_closed"
    builders.suspend("FR", side="buying", reason="customs strike")
    found = queries.corridor("IT", "FR", at=now)
    assert (found.open, found.reason, found.source) == (False, "buying_suspended", "customs strike")
    assert queries.corridor("IT", "AF", at=now).reason == "buying_closed"


@pytest.mark.parametrize(
    ("country", "reason", "source"),
    [
        ("IT", "sanctions_eu", "Council Regulation (EU) No 833/2014 with its annexes on goods, and No 269/2014"),
        ("GB", "sanctions_gb", "The Russia (Sanctions) (EU Exit) Regulations 2019 (SI 2019/855)"),
        ("US", "sanctions_us", "Executive Orders 14024, 14068 and 14114; 31 CFR part 587; 15 CFR 746.5, 746.8, 746.10"),
    ],
)
def test_western_operators_find_russian_corridors_suspended_in_both_directions(
    operator_in: object, now: datetime, country: str, reason: str, source: str
) -> None:
    builders.open_markets()
    operator_in(country)  # type: ignore[operator]
    for origin, destination in (("RU", "DE"), ("IT", "RU"), ("RU", "KZ")):
        found = queries.corridor(origin, destination, at=now)
        assert (found.open, found.reason, found.source) == (False, reason, source)
    assert queries.corridor("RU", "RU", at=now).open  # Nothing crosses a border.
    assert queries.corridor("CN", "DE", at=now).open


def test_an_operator_in_singapore_is_bound_by_the_united_nations_only(now: datetime) -> None:
    assert queries.get_operator().country == "SG"
    builders.open_markets()
    assert queries.sanctions_corridor("CN", "KP", on=now.date()).reason == "sanctions_un"
    assert queries.sanctions_corridor("RU", "ES", on=now.date()).open


def test_sanctions_can_fall_on_goods_regions_and_values_only(tmp_path: Path, settings: object, now: datetime) -> None:
    (tmp_path / "sanctions").mkdir()
    (tmp_path / "sanctions" / "sg.toml").write_text(
        """
code = "SG"
name = "Singapore"
jurisdictions = ["SG"]

[[corridors]]
id = "SG-RU-electronics"
country = "RU"
direction = "to"
hs = ["8542"]
reason = "sanctions_sg"
source = "Regulation of Imports and Exports Act"
confidence = "high"

[[corridors]]
id = "SG-RU-luxury"
country = "RU"
direction = "to"
regions = ["CR"]
above = 300
currency = "EUR"
reason = "sanctions_sg"
source = "a notice"
confidence = "high"
valid_from = 2026-01-01
""",
        encoding="utf-8",
    )
    settings.COUNTRIES_DIR = str(tmp_path)  # type: ignore[attr-defined]
    queries.get_library.cache_clear()
    try:
        day = now.date()
        assert not queries.sanctions_corridor("CN", "RU", hs="854231", on=day).open
        assert queries.sanctions_corridor("CN", "RU", hs="610910", on=day).open
        assert queries.sanctions_corridor("RU", "CN", hs="854231", on=day).open
        luxury = {"value": Decimal(301), "currency": "EUR"}
        assert not queries.sanctions_corridor("CN", "RU", region="CR", on=day, **luxury).open
        assert queries.sanctions_corridor("CN", "RU", region="MOW", on=day, **luxury).open
        assert queries.sanctions_corridor("CN", "RU", region="CR", value=Decimal(300), currency="EUR", on=day).open
        assert queries.sanctions_corridor("CN", "RU", region="CR", on=day.replace(year=2025), **luxury).open
    finally:
        queries.get_library.cache_clear()


def test_a_stage_moves_with_a_line_in_the_trail_and_a_fact(now: datetime) -> None:
    builders.open_markets()
    moved = operations.set_stage(
        country="KZ", side="selling", stage="open", actor="operator:7", reason="the pilot went well", now=now
    )
    assert moved
    assert queries.get_stages()["KZ"].selling == "open"
    (entry,) = audit.list_entries(subject_kind="market", subject_id="KZ")
    assert (entry.actor, entry.action) == ("operator:7", "set_selling_stage")
    assert entry.details == {"before": "pilot", "after": "open", "reason": "the pilot went well"}
    facts = sql.fetch_all("SELECT kind, payload->>'country', payload->>'side', payload->>'stage' FROM kernel_fact")
    assert facts == [("MarketStageChanged", "KZ", "selling", "open")]


def test_the_same_stage_again_changes_nothing(now: datetime) -> None:
    builders.open_markets()
    assert not operations.set_stage(country="CN", side="selling", stage="open", actor="operator:7", reason="", now=now)
    assert audit.list_entries(subject_kind="market") == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stage": "ajar"}, "stage"),
        ({"side": "lending"}, "side"),
        ({"stage": "suspended", "reason": ""}, "reason"),
        ({"country": "DE", "side": "selling", "stage": "open"}, "stage"),  # Its pack has no registration section.
    ],
)
def test_a_stage_that_makes_no_sense_is_refused_and_nothing_moves(
    now: datetime, change: dict[str, str], field: str
) -> None:
    builders.open_markets()
    before = list(Market.objects.order_by("code").values_list("code", "selling", "buying"))
    asked = {"country": "FR", "side": "buying", "stage": "closed", "reason": "why", **change}
    with pytest.raises(InvalidField) as refusal:
        operations.set_stage(actor="operator:7", now=now, **asked)  # type: ignore[arg-type]
    assert refusal.value.fields["errors"][0]["field"] == field
    assert list(Market.objects.order_by("code").values_list("code", "selling", "buying")) == before
    assert audit.list_entries(subject_kind="market") == []


def test_syncing_adds_new_markets_and_leaves_the_others_as_they_stand(now: datetime) -> None:
    assert operations.sync_markets(now=now) == len(queries.list_packs())
    builders.suspend("FR")
    assert operations.sync_markets(now=now) == 0
    assert queries.get_stages()["FR"].buying == "suspended"


def test_destinations_and_seller_countries_follow_the_stages(now: datetime) -> None:
    builders.open_markets()
    assert {"CN", "RU", "TR", "IT", "ES", "KZ", "SA"} <= set(queries.list_seller_countries(now))
    assert "FR" in queries.list_destinations(now)
    builders.suspend("FR")
    assert "FR" not in queries.list_destinations(now)


def test_the_command_lists_and_moves_markets(now: datetime) -> None:
    call_command("markets", "sync", stdout=StringIO())
    call_command("markets", "stage", "kz", "--selling", "open", "--reason", "ready", stdout=StringIO())
    out = StringIO()
    call_command("markets", "list", stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("KZ")]
    assert "selling open" in line
    with pytest.raises(InvalidField, match="no registration"):
        call_command("markets", "stage", "DE", "--selling", "open", stdout=StringIO())
