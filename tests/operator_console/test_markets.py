"""Markets by stage, their readiness, and a switch that moves with a reason, after a question, with a trace."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.kernel import audit
from entrepot.markets import queries as markets
from tests.builders import orders, sellers
from tests.operator_console.desk import operator, table
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def _fields(reader: Reader, side: str, **changes: str) -> dict[str, Any]:
    form = next(form for form in reader.page.forms if form.fields.get("side") == side)
    return dict(form.form_values()) | changes


def _tiles(reader: Reader, stage: str) -> list[str]:
    tiles = reader.page.xpath(f"//section[@aria-labelledby='stage-{stage}']//a/b")
    return [" ".join(tile.xpath("text()")[-1].split()) for tile in tiles]


def test_markets_stand_by_the_stage_of_the_side_that_is_looked_at() -> None:
    orders.shop("CN")
    orders.open_buying("DE")
    reader = operator().open("/operator/markets/")
    assert "China" in _tiles(reader, "pilot") + _tiles(reader, "open")
    assert "Germany" in _tiles(reader, "closed")
    assert "1 seller ·" in reader.words
    reader.open("/operator/markets/?side=buying")
    assert "Germany" in _tiles(reader, "open")
    assert _tiles(reader, "suspended") == []


def test_a_market_shows_what_its_pack_has_from_which_source_and_how_sure() -> None:
    orders.open_buying("IT")
    reader = operator().open("/operator/markets/it/")
    readiness = table(reader, "Readiness: Buying")
    assert ["tax rate", "ready", "IVA 22 %", "newcraft.dev"] in readiness
    assert [
        "regime IT-excise",
        "doubtful",
        "since 2021-07-01, confidence low · Excise duty is not known.",
        "Directive (EU) 2020/262",
    ] in readiness
    assert ["payout", "ready", "SEPA transfer in EUR", ""] in table(reader, "Readiness: Selling")
    for words in ("VAT number (Partita IVA)", "within 3 days", "14 days after the release", "Registro delle imprese"):
        assert words in reader.words
    assert reader.open("/operator/markets/XX/").status == 404


def test_a_switch_asks_before_it_moves_and_leaves_a_trace() -> None:
    orders.open_buying("DE")
    reader = operator().open("/operator/markets/DE/")
    asked = reader.client.post(
        "/operator/markets/DE/", _fields(reader, "buying", stage="suspended", reason="Customs strike.")
    )
    assert b"Buyers here cannot place new orders." in asked.content
    assert markets.get_stages()["DE"].buying == "open", "a question moves nothing"

    reader._take(asked, "/operator/markets/DE/").send("/operator/markets/DE/")
    assert "The switch is moved and the reason kept." in reader.words
    assert markets.get_stages()["DE"].buying == "suspended"
    (entry, *_) = audit.list_entries(subject_kind="market", subject_id="DE")
    assert entry.actor.startswith("operator:")
    assert (entry.action, entry.details["after"], entry.details["reason"]) == (
        "set_buying_stage", "suspended", "Customs strike.",
    )  # fmt: skip
    assert "Customs strike." in reader.open("/operator/markets/DE/").words


def test_a_switch_does_not_move_without_a_reason_or_where_the_pack_lacks_what_it_needs() -> None:
    orders.open_buying("DE")
    reader = operator().open("/operator/markets/DE/")
    refused = reader.client.post("/operator/markets/DE/", _fields(reader, "buying", stage="suspended", reason=""))
    assert refused.status_code == 422
    assert "This is needed." in refused.content.decode()
    lacking = _fields(reader, "selling", stage="open", reason="Soon.", confirmed="yes")
    refused = reader.client.post("/operator/markets/DE/", lacking)
    assert refused.status_code == 422
    assert "the pack of DE has no registration or no payout section" in refused.content.decode()
    assert (markets.get_stages()["DE"].buying, markets.get_stages()["DE"].selling) == ("open", "closed")


def test_closing_a_side_says_how_many_sellers_it_concerns() -> None:
    sellers.approved_seller("CN")
    reader = operator().open("/operator/markets/CN/")
    asked = reader.client.post("/operator/markets/CN/", _fields(reader, "selling", stage="closed", reason="Over."))
    assert "It concerns 1 approved seller." in asked.content.decode()
