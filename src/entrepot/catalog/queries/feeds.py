"""Feed runs: what they did, and what they could not take."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orjson import loads  # Django leaves the JSON of raw statements as text.

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.sentences import Sentence

_ROOM = "entrepot.catalog"


@dataclass(frozen=True, slots=True)
class FeedRunView:
    """One reading of a feed, as its seller sees it; `rejected` and `notes` are lists of {row, id, field, reason}."""

    id: UUID
    name: str
    format: str
    state: str
    dry_run: bool
    read: int
    created: int
    updated: int
    unchanged: int
    retired: int
    rejected_count: int
    failure: str | None
    started_at: datetime
    finished_at: datetime | None
    can_be_applied: bool
    bytes_total: int
    bytes_read: int
    rejected: tuple[dict[str, Any], ...] = ()
    notes: tuple[dict[str, Any], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it still waits or is being read."""
        return self.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        """How much of the file was read."""
        return min(100 * self.bytes_read // self.bytes_total, 100) if self.bytes_total else 0


_RUN_COLUMNS = (
    "id, name, format, state, dry_run, read, created, updated, unchanged, retired, rejected_count,"
    " coalesce(failure_said::text, failure), started_at, finished_at,"
    " dry_run AND state = 'done' AND stored_file <> '', bytes_total, bytes_read"
)
_RUNS = f"SELECT {_RUN_COLUMNS} FROM catalog_feedrun WHERE seller_id = %s ORDER BY started_at DESC, id DESC LIMIT %s"
_RUN = f"SELECT {_RUN_COLUMNS}, rejected, notes FROM catalog_feedrun WHERE seller_id = %s AND id = %s"


def list_feed_runs(seller_id: UUID, *, limit: int = 50) -> tuple[FeedRunView, ...]:
    """Return a seller's newest feed runs, without their rejected rows."""
    return tuple(_run(row) for row in sql.fetch_all(_RUNS, [seller_id, limit]))


def get_feed_run(seller_id: UUID, run_id: UUID) -> FeedRunView:
    """
    Return one run with the rows that were rejected and the remarks on others.

    :raises NotFound: the seller has no such run.
    """
    row = sql.fetch_one(_RUN, [seller_id, run_id])
    if row is None:
        raise NotFound(run_id=str(run_id))
    *head, rejected, notes = row
    return _run([*head, tuple(map(_remark, loads(rejected))), tuple(map(_remark, loads(notes)))])


_FAILURE = list(FeedRunView.__slots__).index("failure")


def _run(row: Sequence[Any]) -> FeedRunView:
    values = list(row)
    failure = values[_FAILURE]
    if failure and failure.startswith("{"):
        values[_FAILURE] = Sentence.from_json(loads(failure))
    return FeedRunView(*values)


def _remark(kept: dict[str, Any]) -> dict[str, Any]:
    """Return a remark whose reason can be said in any language."""
    if said := kept.pop("said", None):
        kept["reason"] = Sentence.from_json(said)
    return kept


def get_feed_run_csv(seller_id: UUID, run_id: UUID, *, say: Callable[[str], str] = str) -> str:
    """
    Return a run's rejected rows and remarks as a table to download, with cells that no spreadsheet takes for formulas.

    :param say: returns a reason in the reader's language.
    :raises NotFound: the seller has no such run.
    """
    run = get_feed_run(seller_id, run_id)
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow(["row", "id", "field", "reason", "taken"])
    for taken, remarks in (("no", run.rejected), ("yes", run.notes)):
        for remark in remarks:
            cells = [*(str(remark[name]) for name in ("row", "id", "field")), say(remark["reason"])]
            table.writerow(
                [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t")) else cell for cell in cells] + [taken]
            )
    return target.getvalue()
