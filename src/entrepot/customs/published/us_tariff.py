"""
The Harmonized Tariff Schedule of the United States as the International Trade Commission publishes it.

Three forms are read: the export of hts.usitc.gov as CSV (`HTS Number`, `General Rate of Duty` …) or JSON (`htsno`,
`general` …), and the yearly tariff database (`hts8`, `mfn_text_rate` …). Column 1 general is the basic rate for all
origins; column 2 that for those without normal trade relations; the special column's rates of agreements are
preferences, which want a proof of origin.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from entrepot.customs.published.rate_texts import NotUnderstood, Rate, read_rate, read_special_rates
from entrepot.customs.tariff_files import BadTariff, Fault, Schedule, make_row
from entrepot.customs.tariffs import BASIC, PREFERENCE, TariffRow

SOURCE = "Harmonized Tariff Schedule of the United States (USITC)"
# General note 3(b): without normal trade relations.
COLUMN_2_ORIGINS = ("BY", "CU", "KP", "RU")
# General note 3(c). Left out: the Generalized System of Preferences (A, lapsed at the end of 2020), AGOA (D, renewed
# from year to year), and programs that ask for more than an origin (B, C, K, L, N).
PROGRAMS: Mapping[str, tuple[str, ...]] = {
    "AU": ("AU",),
    "BH": ("BH",),
    "CL": ("CL",),
    "CO": ("CO",),
    "E": tuple("AG AW BB BS BZ CW DM GD GY HT JM KN LC MS TT VC VG".split()),
    "IL": ("IL",),
    "JO": ("JO",),
    "JP": ("JP",),
    "KR": ("KR",),
    "MA": ("MA",),
    "NP": ("NP",),
    "OM": ("OM",),
    "P": tuple("CR DO GT HN NI SV".split()),
    "PA": ("PA",),
    "PE": ("PE",),
    "S": ("CA", "MX"),
    "SG": ("SG",),
}
_NAMES = {
    "code": ("htsno", "hts number", "hts8"),
    "general": ("general", "general rate of duty", "mfn_text_rate"),
    "special": ("special", "special rate of duty", "col1_special_text"),
    "other": ("other", "column 2 rate of duty", "col2_text_rate"),
}
_CODE = re.compile(r"\d{4,10}")


def read_hts(text: str, *, file: str) -> Schedule:
    """
    Return the rates of the schedule's lines; headings and statistical suffixes, which bear none, are only counted.

    A rate that cannot be computed becomes a row that says so (a quote is then not sure) and is reported.

    :raises BadTariff: the file is in none of the three forms.
    """
    schedule = Schedule()
    for line, cells in _lines(text, file):
        schedule.read += 1
        code = re.sub(r"[.\s]", "", cells["code"])
        if not code or not cells["general"].strip():
            schedule.remark("lines without a rate of their own")
        elif not _CODE.fullmatch(code):
            schedule.faults.append(Fault(line, f"{cells['code']!r} is no HTS number"))
        elif code[:2] in ("98", "99"):
            schedule.remark("special provisions (chapters 98 and 99), not taken")
        else:
            schedule.rows.extend(_rows(code, cells, schedule, line))
    return schedule


def _lines(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    records: Iterator[tuple[int, Mapping[str, Any]]]
    if text.lstrip().startswith("["):
        try:
            found = json.loads(text)
        except ValueError as fault:
            raise BadTariff(file=file, line=getattr(fault, "lineno", 1), reason="the JSON is malformed") from None
        entries = [entry for entry in found if isinstance(entry, dict)]
        records = iter(enumerate(entries, start=1))
        columns = {key for entry in entries for key in entry}
    else:
        reader = csv.DictReader(io.StringIO(text))
        records = ((reader.line_num, entry) for entry in reader)
        columns = set(reader.fieldnames or ())
    by_name = {column.strip().lower(): column for column in columns}
    chosen = {key: next((by_name[name] for name in names if name in by_name), "") for key, names in _NAMES.items()}
    if not chosen["code"] or not chosen["general"]:
        raise BadTariff(file=file, line=1, reason="no column of HTS numbers with one of general rates")
    for line, entry in records:
        yield line, {key: str(entry.get(column) or "") if column else "" for key, column in chosen.items()}


def _rows(code: str, cells: Mapping[str, str], schedule: Schedule, line: int) -> Iterator[TariffRow]:
    general = _understand(cells["general"], schedule, line)
    yield _row(code, BASIC, (), general, cells["general"], "column 1 general")
    if cells["other"].strip():
        other = _understand(cells["other"], schedule, line)
        if other is None or other != general:
            yield _row(code, BASIC, COLUMN_2_ORIGINS, other, cells["other"], "column 2")
    by_rate: dict[Rate, list[str]] = {}
    for words, symbols in read_special_rates(cells["special"]):
        try:
            rate = read_rate(words)
        except NotUnderstood:
            schedule.remark("special rates that are not understood, not taken")
            continue
        for symbol in symbols:
            origins = PROGRAMS.get(symbol.rstrip("+"), ())
            by_rate.setdefault(rate, []).extend(origins)
            if not origins:
                schedule.remark("special programs that want more than an origin, or lapsed, not taken")
    for rate, countries in by_rate.items():
        if countries and rate != general:
            yield _row(code, PREFERENCE, tuple(sorted(set(countries))), rate, "", "column 1 special")


def _understand(words: str, schedule: Schedule, line: int) -> Rate | None:
    try:
        return read_rate(words)
    except NotUnderstood:
        schedule.not_understood.append(Fault(line, " ".join(words.split())))
        return None


def _row(code: str, measure: str, origins: tuple[str, ...], rate: Rate | None, words: str, column: str) -> TariffRow:
    source = f"{SOURCE}, {column}"
    if rate is None:
        return make_row(
            destination="US",
            measure=measure,
            hs_prefix=code,
            origins=origins,
            combine="unknown",
            source=source,
            confidence="high",
            note=" ".join(words.split()),
        )
    return make_row(
        destination="US",
        measure=measure,
        hs_prefix=code,
        origins=origins,
        rate=rate.percent,
        specific=rate.amount,
        specific_currency="USD" if rate.amount else "",
        specific_unit=rate.unit if rate.amount else "",
        source=source,
        confidence="high",
    )
