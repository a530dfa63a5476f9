"""Runs of feeds as they are kept: begun, under way, done; and what each has to report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.catalog.feeds.meaning import CategoryFrom, Remark
from entrepot.catalog.operations import writing
from entrepot.kernel import sql
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction

KEPT_REMARKS = 10_000
_SHOWN_WHILE_READING = 50


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """
    What the seller decides about an import; None takes what the store says.

    `in_stock_quantity` stands for "in stock" without a number. `retire_missing` takes off what the feed no longer
    names. `category_from="title"` groups goods by the first word of their title where a feed names no category.
    """

    currency: str | None = None
    language: str | None = None
    in_stock_quantity: int = 10
    retire_missing: bool = False
    category_from: CategoryFrom = "feed"
    with_pictures: bool = True


@dataclass(slots=True)
class FeedReport:
    """
    What an import did, row by row: read = created + updated + unchanged + rejected.

    `notes` tell what was left out of rows that were taken. `failure` says where a damaged file broke off.
    """

    run_id: UUID
    format: str
    dry_run: bool
    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    rejected: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)
    failure: Sentence | None = None
    bytes_read: int = 0
    bytes_total: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        plain = {**asdict(self), "run_id": str(self.run_id)}
        for name in ("bytes_read", "bytes_total"):
            del plain[name]
        return plain


_START = """
INSERT INTO catalog_feedrun (id, seller_id, name, format, state, dry_run, options, started_at, rejected, bytes_total)
VALUES (%s, %s, %s, %s, 'running', %s, %s::jsonb, %s, '[]', %s)
ON CONFLICT (id) DO UPDATE SET
  format = excluded.format, state = excluded.state, options = excluded.options, started_at = excluded.started_at,
  bytes_total = excluded.bytes_total
"""
_GO_ON = """
UPDATE catalog_feedrun
SET read = %s, created = %s, updated = %s, unchanged = %s, rejected_count = %s, rejected = %s::jsonb, bytes_read = %s
WHERE id = %s
"""
_FINISH = """
UPDATE catalog_feedrun
SET state = %s, format = %s, read = %s, created = %s, updated = %s, unchanged = %s, retired = %s, rejected_count = %s,
    rejected = %s::jsonb, notes = %s::jsonb, failure = %s, failure_said = %s::jsonb, bytes_read = %s,
    finished_at = clock_timestamp()
WHERE id = %s
"""


@transaction
def start_run(*, report: FeedReport, seller_id: UUID, name: str, options: ImportOptions, now: datetime) -> None:
    """Record that a feed is being read."""
    said = writing.as_json(asdict(options))
    begun = [report.run_id, seller_id, name, report.format, report.dry_run, said, now, report.bytes_total]
    sql.execute(_START, begun)


@transaction
def record_progress(*, report: FeedReport) -> None:
    """Record how far a run is, with the first rows that it could not take."""
    counts = [report.read, report.created, report.updated, report.unchanged, len(report.rejected)]
    shown = _rows(report.rejected[:_SHOWN_WHILE_READING])
    sql.execute(_GO_ON, [*counts, shown, report.bytes_read, report.run_id])


@transaction
def finish_run(*, report: FeedReport, state: str, now: datetime) -> None:
    """Record what a run did."""
    counts = [report.read, report.created, report.updated, report.unchanged, report.retired, len(report.rejected)]
    sql.execute(
        _FINISH,
        [
            state,
            report.format,
            *counts,
            _rows(report.rejected[:KEPT_REMARKS]),
            _rows(report.notes[:KEPT_REMARKS]),
            report.failure,
            None if report.failure is None else writing.as_json(report.failure.as_json()),
            report.bytes_read,
            report.run_id,
        ],
    )


def _rows(remarks: Sequence[Remark]) -> str:
    """Return remarks as they are kept: with the message and values of their sentences, to be said in any language."""
    return writing.as_json([{**_plain(remark), **_said(remark.reason)} for remark in remarks])


def _plain(remark: Remark) -> dict[str, Any]:
    return {"row": remark.row, "id": remark.id, "field": remark.field, "reason": str(remark.reason)}


def _said(reason: str) -> dict[str, Any]:
    return {"said": reason.as_json()} if isinstance(reason, Sentence) else {}
