from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from entrepot.customs.tariff_files import make_row, shipped_rows, shipped_table
from entrepot.customs.tariffs import TariffRow, TariffTable, make_table
from entrepot.kernel import sql

ROW_COLUMNS = (
    "destination, measure, hs_prefix, origins, rate, specific, specific_currency, specific_unit, combine, at_most,"
    " valid_from, valid_to, source, confidence, note"
)
_NAMES = [name.strip() for name in ROW_COLUMNS.split(",")]
_VERSION = "SELECT coalesce(max(id), 0) FROM customs_tariffimport"
_IN_FORCE = (
    f"SELECT {ROW_COLUMNS} FROM customs_tariffentry"
    " WHERE added_by_id <= %(version)s AND (withdrawn_by_id IS NULL OR withdrawn_by_id > %(version)s)"
)

# A process looks this often whether somebody imported a schedule.
_LOOK_SECONDS = 60
_kept: list[tuple[float, TariffTable]] = []  # At most one.


def get_tariff() -> TariffTable:
    """
    Return the tariff in force: what was imported before what ships, indexed.

    A process keeps it, and looks once a minute whether there is a newer import; only then rows are read again.
    """
    now = time.monotonic()
    if _kept and now - _kept[0][0] < _LOOK_SECONDS:
        return _kept[0][1]
    row = sql.fetch_one(_VERSION)
    version = row[0] if row else 0
    table = _kept[0][1] if _kept and _kept[0][1].version == version else get_tariff_of(version)
    _kept[:] = [(now, table)]
    return table


def get_tariff_of(version: int) -> TariffTable:
    """Return the tariff as it was when an import was the newest; 0: as it ships."""
    if not version:
        return shipped_table()
    return make_table(shipped_rows(), imported=list_imported_rows(version), version=version)


def forget_tariff() -> None:
    """Drop the process's kept table (after an import in the same process)."""
    _kept.clear()


def list_imported_rows(version: int) -> Iterator[TariffRow]:
    """Return the imported rows that were in force at a version."""
    for values in sql.fetch_all(_IN_FORCE, {"version": version}):
        yield row_of(values)


def row_of(values: Sequence[Any]) -> TariffRow:
    """Return database values in the order of `ROW_COLUMNS` as a row."""
    cells = dict(zip(_NAMES, values, strict=True))
    return make_row(**{**cells, "origins": tuple(cells["origins"])})


@dataclass(frozen=True, slots=True)
class TariffImportView:
    """An import as an operator sees it."""

    id: int
    schedule: str
    file_name: str
    file_format: str
    file_sha256: str
    holds_from: date | None
    read: int
    added: int
    changed: int
    ended: int
    rejected: int
    imported_by: str
    imported_at: datetime


def list_tariff_imports(*, limit: int = 50) -> list[TariffImportView]:
    """Return the newest imports first."""
    rows = sql.fetch_all(
        "SELECT id, schedule, file_name, file_format, file_sha256, holds_from, rows_read, rows_added, rows_changed,"
        " rows_ended, rows_rejected, imported_by, imported_at FROM customs_tariffimport ORDER BY id DESC LIMIT %s",
        [limit],
    )
    return [TariffImportView(*row) for row in rows]


def count_imported_rows() -> dict[tuple[str, str, str], int]:
    """Return how many imported rows are in force by schedule, destination and measure."""
    rows = sql.fetch_all(
        "SELECT schedule, destination, measure, count(*) FROM customs_tariffentry WHERE withdrawn_by_id IS NULL"
        " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    return {(schedule, destination, measure): count for schedule, destination, measure, count in rows}


@dataclass(frozen=True, slots=True)
class PublishedCode:
    """A code of a published nomenclature with its text."""

    code: str
    text: str
    area: str
    source: str


_TEXTS = """
SELECT DISTINCT ON (code) code, text, area, source FROM customs_publishedtext
WHERE code = ANY(%(codes)s::text[]) AND area = ANY(%(areas)s::text[]) AND language = ANY(%(languages)s::text[])
ORDER BY code, area = '', language <> %(language)s
"""
_SEARCH = """
SELECT code, text, area, source FROM customs_publishedtext
WHERE language = %(language)s AND area = %(area)s AND text ILIKE ALL(%(words)s::text[])
ORDER BY length(code) DESC, code LIMIT %(limit)s
"""


def find_published_texts(codes: Sequence[str], *, area: str = "", language: str) -> dict[str, PublishedCode]:
    """Return the published texts of codes, of a country's own digits too, in a language or else in English."""
    rows = sql.fetch_all(
        _TEXTS,
        {"codes": list(codes), "areas": ["", area], "languages": [language, "en"], "language": language},
    )
    return {row[0]: PublishedCode(*row) for row in rows}


def search_codes(words: str, *, area: str = "", language: str = "en", limit: int = 20) -> list[PublishedCode]:
    """Return published codes in whose text every word occurs, the longest codes first."""
    wanted = [f"%{word.replace('%', '').replace('_', '')}%" for word in words.split()]
    if not wanted:
        return []
    rows = sql.fetch_all(_SEARCH, {"language": language, "area": area, "words": wanted, "limit": limit})
    return [PublishedCode(*row) for row in rows]
