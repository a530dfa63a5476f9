from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from entrepot.kernel import audit, facts, sql
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction
from entrepot.markets import queries
from entrepot.markets.events import MarketStageChanged
from entrepot.markets.fx_sources import RateRow
from entrepot.markets.rules import STAGES

Side = Literal["selling", "buying"]

_SYNC = """
INSERT INTO markets_market (code, selling, buying, selling_reason, buying_reason, changed_at)
SELECT code, selling, buying, '', '', %s::timestamptz FROM unnest(%s::text[], %s::text[], %s::text[])
  AS pack (code, selling, buying)
ON CONFLICT (code) DO NOTHING
"""


@transaction
def sync_markets(*, now: datetime) -> int:
    """
    Give every pack without a market its row, in the stage that the pack proposes. Markets that exist stay as they are.

    :returns: the number of markets added.
    """
    packs = queries.list_packs()
    return sql.execute(
        _SYNC,
        [
            now,
            [pack.code for pack in packs],
            [pack.stage.selling for pack in packs],
            [pack.stage.buying for pack in packs],
        ],
    )


_LOCK = "SELECT selling, buying FROM markets_market WHERE code = %s FOR NO KEY UPDATE"
_SET = {
    side: f"UPDATE markets_market SET {side} = %s, {side}_reason = %s, changed_at = %s WHERE code = %s"
    for side in ("selling", "buying")
}


@transaction
def set_stage(*, country: str, side: Side, stage: str, actor: str, reason: str, now: datetime) -> bool:
    """
    Move one switch of a market; the same stage again changes nothing.

    :returns: whether it moved.
    :raises UnknownCountry: there is no such market.
    :raises InvalidField: no such side or stage; selling is to open without the pack's registration and payout; a
        suspension without a reason.
    """
    if side not in ("selling", "buying"):
        raise InvalidField.single("side", Sentence("must be selling or buying"))
    if stage not in STAGES:
        raise InvalidField.single("stage", Sentence("must be one of %(stages)s", stages=", ".join(STAGES)))
    if stage == "suspended" and not reason:
        raise InvalidField.single("reason", Sentence("a suspension needs a reason"))
    pack = queries.get_pack(country)
    if side == "selling" and stage in ("pilot", "open") and (pack.registration is None or pack.payout is None):
        lacks = Sentence("the pack of %(country)s has no registration or no payout section", country=country)
        raise InvalidField.single("stage", lacks)
    row = sql.fetch_one(_LOCK, [country])
    if row is None:
        raise queries.UnknownCountry(country=country)
    before = row[0] if side == "selling" else row[1]
    if before == stage:
        return False
    sql.execute(_SET[side], [stage, reason, now, country])
    audit.record(
        actor=actor,
        action=f"set_{side}_stage",
        subject_kind="market",
        subject_id=country,
        before=before,
        after=stage,
        reason=reason,
    )
    facts.record(MarketStageChanged(country=country, side=side, stage=stage))
    return True


_LOAD = """
INSERT INTO markets_fxrate (currency, rate_date, per_eur, source)
SELECT * FROM unnest(%s::text[], %s::date[], %s::numeric[], %s::text[])
ON CONFLICT (currency, rate_date, source) DO UPDATE SET per_eur = excluded.per_eur
WHERE markets_fxrate.per_eur IS DISTINCT FROM excluded.per_eur
"""


@transaction
def load_fx(*, rows: Sequence[RateRow], now: datetime) -> int:
    """
    Take rates into the history; a source's rate of a day given again replaces the one before.

    :returns: the number of rates added or changed.
    :raises InvalidField: a rate lies in the future.
    """
    unique = {(row.currency, row.rate_date, row.source): row for row in rows}
    if any(row.rate_date > now.date() for row in rows):
        raise InvalidField.single("rate_date", Sentence("lies in the future"))
    taken = list(unique.values())
    changed = sql.execute(
        _LOAD,
        [
            [row.currency for row in taken],
            [row.rate_date for row in taken],
            [row.per_eur for row in taken],
            [row.source for row in taken],
        ],
    )
    queries.forget_fx()
    return changed
