"""
What the United States lay on top of their tariff, as lists of tariff lines: section 301 (China) and its exclusions,
section 232, exemptions from the section 122 surcharge, antidumping and countervailing cases.

Such lists carry no dates: the operator says from when (and until when) they hold.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from entrepot.customs.tariff_files import BadTariff, Fault, Schedule, make_row
from entrepot.customs.tariffs import EXEMPT

_CODE = re.compile(r"\d{4,10}")


def read_section_301(text: str, *, file: str) -> Schedule:
    """Return additional duties on goods of Chinese origin (columns hts8, s301_rate)."""
    schedule = Schedule()
    for line, cells in _lines(schedule, text, file, "hts8", "s301_rate"):
        _take(
            schedule,
            line,
            cells["hts8"],
            cells["s301_rate"],
            measure="section_301",
            origins=("CN",),
            source="Section 301 of the Trade Act of 1974, China: lists 1 to 4A, review of 2024 (HTS 9903.88, 9903.91)",
            confidence="high",
        )
    return schedule


def read_section_301_exclusions(text: str, *, file: str) -> Schedule:
    """
    Return exclusions from the additional duties on Chinese goods (columns HTSUS, Description).

    An exclusion of a whole statistical line is taken, and not sure; one that describes a part of a line says nothing of
    goods that are known by their code alone.
    """
    schedule = Schedule()
    for line, cells in _lines(schedule, text, file, "htsus", "description"):
        if "official ustr exemption" not in cells["description"].lower():
            schedule.remark("exclusions of a part of a line, not taken")
            continue
        _take(
            schedule,
            line,
            cells["htsus"],
            "0",
            measure="section_301",
            origins=("CN",),
            source="Section 301, China: exclusions of the United States Trade Representative (HTS 9903.88.69, .70)",
            confidence="low",
        )
    return schedule


def read_section_232(text: str, *, file: str) -> Schedule:
    """
    Return additional duties on metals, vehicles, timber (columns hts8, s232_rate, category; or HTSUS, Rate).

    A derivative article is dutiable on its content of metal, which a listing does not tell: such rows are not sure.
    """
    schedule = Schedule()
    with_category = "s232_rate" in text[:200].lower()
    names = ("hts8", "s232_rate", "category") if with_category else ("htsus", "rate")
    for line, cells in _lines(schedule, text, file, *names):
        category = cells.get("category", "")
        whole = bool(category) and "derivative" not in category.lower()
        _take(
            schedule,
            line,
            cells[names[0]],
            cells[names[1]],
            measure="section_232",
            source="Section 232 of the Trade Expansion Act of 1962",
            confidence="medium" if whole else "low",
            note=category,
        )
    return schedule


def read_section_122_exemptions(text: str, *, file: str) -> Schedule:
    """Return goods that the section 122 surcharge leaves free (columns HTSUS, Description, Scope Limitations)."""
    schedule = Schedule()
    for line, cells in _lines(schedule, text, file, "htsus", "scope limitations"):
        if cells["htsus"].startswith("99"):
            schedule.remark("provisions of chapter 99, not taken")
        elif cells["scope limitations"]:
            schedule.remark("exemptions of a part of a line, not taken")
        else:
            _take(
                schedule,
                line,
                cells["htsus"],
                "0",
                measure=f"surcharge_122{EXEMPT}",
                source="Section 122 of the Trade Act of 1974: exempt goods (HTS chapter 99-III, U.S. note 2)",
                confidence="high",
            )
    return schedule


def read_trade_remedies(text: str, *, file: str) -> Schedule:
    """
    Return lines on which antidumping or countervailing cases lie (columns hts_prefix, country, case_desc).

    The rate hangs on the maker: a quote for such goods is not sure.
    """
    schedule = Schedule()
    cases: dict[tuple[str, str], list[str]] = {}
    for line, cells in _lines(schedule, text, file, "hts_prefix", "country", "case_desc"):
        code = re.sub(r"[.\s]", "", cells["hts_prefix"])
        if not _CODE.fullmatch(code) or not re.fullmatch(r"[A-Z]{2}", cells["country"]):
            schedule.faults.append(Fault(line, f"{cells['hts_prefix']!r}, {cells['country']!r}: no line and country"))
        else:
            cases.setdefault((code, cells["country"]), []).append(cells["case_desc"])
    for (code, country), names in cases.items():
        schedule.rows.append(
            make_row(
                destination="US",
                measure="anti_dumping",
                hs_prefix=code,
                origins=(country,),
                combine="unknown",
                source="Antidumping and countervailing duty orders (U.S. Department of Commerce)",
                confidence="medium",
                note="; ".join(dict.fromkeys(names)),
            )
        )
    return schedule


def _lines(schedule: Schedule, text: str, file: str, *columns: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text))
    names = {str(name).strip().lower(): name for name in reader.fieldnames or ()}
    if missing := [column for column in columns if column not in names]:
        raise BadTariff(file=file, line=1, reason=f"no column {', '.join(missing)}")
    for entry in reader:
        schedule.read += 1
        yield reader.line_num, {column: (entry[names[column]] or "").strip() for column in columns}


def _take(
    schedule: Schedule,
    line: int,
    code: str,
    rate: str,
    *,
    measure: str,
    source: str,
    confidence: str,
    origins: tuple[str, ...] = (),
    note: str = "",
) -> None:
    digits = re.sub(r"[.\s]", "", code)
    if not _CODE.fullmatch(digits):
        schedule.faults.append(Fault(line, f"{code!r} is no HTS number"))
        return
    try:
        percent = Decimal(rate)
    except InvalidOperation:
        schedule.faults.append(Fault(line, f"{rate!r} is no rate in percent"))
        return
    if not 0 <= percent <= 1000:
        schedule.faults.append(Fault(line, f"{rate!r} is no rate in percent"))
        return
    schedule.rows.append(
        make_row(
            destination="US",
            measure=measure,
            hs_prefix=digits,
            origins=origins,
            rate=percent,
            source=source,
            confidence=confidence,
            note=note,
        )
    )
