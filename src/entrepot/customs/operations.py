from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from entrepot.customs import queries
from entrepot.customs.queries import ROW_COLUMNS, row_of
from entrepot.customs.tariff_files import BadTariff, Fault, Schedule
from entrepot.customs.tariffs import ANY, TariffRow
from entrepot.kernel import audit, sql
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.transactions import transaction

Key = tuple[str, str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """The file that rows come from."""

    name: str
    format: str
    sha256: str


@dataclass(frozen=True, slots=True)
class TariffChange:
    """What an import did, or would do: counts, what was not taken and why, and whether missing rows were kept."""

    schedule: str
    version: int
    read: int
    rows: int
    added: int
    changed: int
    ended: int
    unchanged: int
    kept: int
    rejected: tuple[Fault, ...]
    not_understood: tuple[Fault, ...]
    remarks: dict[str, int]


@transaction
def import_tariff(
    *,
    schedule: str,
    found: Schedule,
    file: PublishedFile,
    holds_from: date | None,
    actor: str,
    now: datetime,
    dry_run: bool = False,
) -> TariffChange:
    """
    Bring a schedule in line with a published file. Rows are never changed: a new one takes an old one's place.

    A row without a date of its own holds from `holds_from`; what it says otherwise than before ends the day before
    that. Rows that the file no longer has end as well, unless some of its lines were not understood: then they are
    kept. The same file again changes nothing. With `dry_run` nothing is written.

    :raises InvalidField: the schedule has no name.
    :raises BadTariff: the file holds two different rates for the same goods.
    """
    if not schedule.strip():
        raise InvalidField.single("schedule", "required")
    sql.execute("SELECT pg_advisory_xact_lock(hashtext('customs_tariff'))")
    plan = _Plan(_current(schedule), holds_from)
    for row in _unique(found.rows, holds_from, file.name):
        plan.take(row)
    kept = plan.count_missing() if found.faults else 0
    if not found.faults:
        plan.end_missing()
    version = 0
    if not dry_run and (plan.new or plan.withdrawn):
        version = _write(schedule, plan, found, file, holds_from, actor, now)
    return TariffChange(
        schedule=schedule,
        version=version,
        read=found.read,
        rows=len(found.rows),
        added=plan.added,
        changed=plan.changed,
        ended=plan.ended,
        unchanged=plan.unchanged,
        kept=kept,
        rejected=tuple(found.faults),
        not_understood=tuple(found.not_understood),
        remarks=dict(found.remarks),
    )


class _Plan:
    """What to withdraw from and add to a schedule. Lives only inside `import_tariff`."""

    def __init__(self, current: dict[Key, dict[date | None, tuple[int, TariffRow]]], holds_from: date | None) -> None:
        self.current = current
        self.holds_from = holds_from
        self.seen: set[int] = set()
        self.withdrawn: list[int] = []
        self.new: list[TariffRow] = []
        self.added = self.changed = self.ended = self.unchanged = 0

    def take(self, row: TariffRow) -> None:
        standing = self._standing(row)
        if standing is None:
            self.added += 1
            self.new.append(self._dated(row))
            return
        number, old = standing
        self.seen.add(number)
        dated = row.valid_from is not None or self.holds_from is None
        if old == (row if dated else replace(row, valid_from=old.valid_from)):
            self.unchanged += 1
            return
        self.changed += 1
        self.withdrawn.append(number)
        if not dated:
            self._keep_until_then(old)
        self.new.append(self._dated(row))

    def _standing(self, row: TariffRow) -> tuple[int, TariffRow] | None:
        """Return the row in force that one of the file speaks of."""
        rows = self.current.get(_key(row), {})
        if row.valid_from is not None or self.holds_from is None:
            return rows.get(row.valid_from)
        still = [entry for entry in rows.values() if self._holds_then(entry[1])]
        return max(still, key=lambda entry: entry[1].valid_from or date.min) if still else None

    def _holds_then(self, row: TariffRow) -> bool:
        return row.valid_to is None or self.holds_from is None or row.valid_to >= self.holds_from

    def _dated(self, row: TariffRow) -> TariffRow:
        return row if row.valid_from is not None else replace(row, valid_from=self.holds_from)

    def _keep_until_then(self, old: TariffRow) -> None:
        assert self.holds_from is not None, "only a row without a date of its own ends another the day before"
        if old.valid_from is None or old.valid_from < self.holds_from:
            self.new.append(replace(old, valid_to=self.holds_from - timedelta(days=1)))

    def _missing(self) -> Iterable[tuple[int, TariffRow]]:
        for rows in self.current.values():
            for number, row in rows.values():
                if number not in self.seen and self._holds_then(row):
                    yield number, row

    def count_missing(self) -> int:
        return sum(1 for _ in self._missing())

    def end_missing(self) -> None:
        for number, row in list(self._missing()):
            self.ended += 1
            self.withdrawn.append(number)
            if self.holds_from is not None:
                self._keep_until_then(row)


def _key(row: TariffRow) -> Key:
    return row.destination, row.measure, row.hs_prefix, row.origins


def _unique(rows: Sequence[TariffRow], holds_from: date | None, file: str) -> list[TariffRow]:
    """Return rows without those that are said twice in the same words."""
    unique: dict[tuple[Any, ...], TariffRow] = {}
    for row in rows:
        key = (*_key(row), row.valid_from or holds_from)
        other = unique.setdefault(key, row)
        if other.charge != row.charge:
            goods = f"{row.destination} {row.hs_prefix or ANY} from {' '.join(row.origins) or ANY}"
            raise BadTariff(file=file, reason=f"two different rates of {row.measure} for {goods}")
    return list(unique.values())


def _current(schedule: str) -> dict[Key, dict[date | None, tuple[int, TariffRow]]]:
    found: dict[Key, dict[date | None, tuple[int, TariffRow]]] = {}
    for number, *values in sql.fetch_all(
        f"SELECT id, {ROW_COLUMNS} FROM customs_tariffentry WHERE schedule = %s AND withdrawn_by_id IS NULL",
        [schedule],
    ):
        row = row_of(values)
        found.setdefault(_key(row), {})[row.valid_from] = (number, row)
    return found


_BEGIN = """
INSERT INTO customs_tariffimport (schedule, file_name, file_format, file_sha256, holds_from, rows_read, rows_added,
  rows_changed, rows_ended, rows_rejected, imported_by, imported_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
_WITHDRAW = "UPDATE customs_tariffentry SET withdrawn_by_id = %s WHERE id = ANY(%s::bigint[])"
_ADD = f"""
INSERT INTO customs_tariffentry (schedule, added_by_id, {ROW_COLUMNS})
SELECT %s, %s, destination, measure, hs_prefix, string_to_array(origins, ' '), rate, specific, specific_currency,
  specific_unit, combine, at_most, valid_from, valid_to, source, confidence, note
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::numeric[], %s::numeric[], %s::text[], %s::text[],
  %s::text[], %s::numeric[], %s::date[], %s::date[], %s::text[], %s::text[], %s::text[])
  AS row ({ROW_COLUMNS})
"""


def _write(
    schedule: str,
    plan: _Plan,
    found: Schedule,
    file: PublishedFile,
    holds_from: date | None,
    actor: str,
    now: datetime,
) -> int:
    counts = [found.read, plan.added, plan.changed, plan.ended, len(found.faults)]
    begun = sql.fetch_one(_BEGIN, [schedule, file.name, file.format, file.sha256, holds_from, *counts, actor, now])
    assert begun is not None, "an INSERT that returns its id has a row"
    version = int(begun[0])
    sql.execute(_WITHDRAW, [version, plan.withdrawn])
    columns = list(zip(*(_values(row) for row in plan.new), strict=True)) or [()] * 15
    sql.execute(_ADD, [schedule, version, *(list(column) for column in columns)])
    audit.record(
        actor=actor,
        action="import_tariff",
        subject_kind="tariff_schedule",
        subject_id=schedule,
        file=file.name,
        sha256=file.sha256,
        added=plan.added,
        changed=plan.changed,
        ended=plan.ended,
        rejected=len(found.faults),
    )
    queries.forget_tariff()
    return version


def _values(row: TariffRow) -> tuple[Any, ...]:
    return (
        row.destination,
        row.measure,
        row.hs_prefix,
        " ".join(row.origins),
        row.rate,
        row.specific,
        row.specific_currency,
        row.specific_unit,
        row.combine,
        row.at_most,
        row.valid_from,
        row.valid_to,
        row.source,
        row.confidence,
        row.note,
    )


_TEXTS = """
INSERT INTO customs_publishedtext (area, language, code, text, source)
SELECT %s, %s, code, text, %s FROM unnest(%s::text[], %s::text[]) AS row (code, text)
ON CONFLICT (area, language, code) DO UPDATE SET text = excluded.text, source = excluded.source
WHERE (customs_publishedtext.text, customs_publishedtext.source) IS DISTINCT FROM (excluded.text, excluded.source)
"""


@dataclass(frozen=True, slots=True)
class TextsChange:
    """What an import of published texts did, or would do."""

    texts: int
    changed: int
    gone: int


@transaction
def import_nomenclature(
    *, texts: dict[str, str], area: str = "", language: str, source: str, actor: str
) -> TextsChange:
    """
    Take the published texts of codes in a language into use, in place of those there were. `area` is the country whose
    own digits the codes have (empty: the Harmonized System).

    :raises InvalidField: there is no text, or no source.
    """
    if not texts:
        raise InvalidField.single("texts", "required")
    if not source.strip():
        raise InvalidField.single("source", "required")
    gone = sql.execute(
        "DELETE FROM customs_publishedtext WHERE area = %s AND language = %s AND NOT code = ANY(%s::text[])",
        [area, language, list(texts)],
    )
    changed = sql.execute(_TEXTS, [area, language, source, list(texts), list(texts.values())])
    if gone or changed:
        audit.record(
            actor=actor,
            action="import_nomenclature",
            subject_kind="nomenclature",
            subject_id=f"{area} {language}".strip(),
            source=source,
            changed=changed,
            gone=gone,
        )
    return TextsChange(len(texts), changed, gone)
