"""The forms in which a schedule may be given, by name: its reader, and what it is called where nothing else is said."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from entrepot.customs.published import us_additions, us_tariff
from entrepot.customs.tariff_files import BadTariff, Schedule, read_csv


class Reader(Protocol):
    """Reads a file's text; a line that it cannot use is a fault with its reason."""

    def __call__(self, text: str, *, file: str) -> Schedule: ...


@dataclass(frozen=True, slots=True)
class Format:
    """One form: `schedule` is the name under which its rows are kept (none: the file's own name)."""

    name: str
    meaning: str
    schedule: str
    read: Reader


FORMATS = {
    form.name: form
    for form in (
        Format("csv", "our own columns, for any country (docs/tariffs.md)", "", read_csv),
        Format(
            "us-hts", "tariff of the United States: export of hts.usitc.gov, CSV or JSON", "us-hts", us_tariff.read_hts
        ),
        Format("us-301", "section 301 duties on Chinese goods by line", "us-301", us_additions.read_section_301),
        Format(
            "us-301-exclusions",
            "exclusions from section 301",
            "us-301-exclusions",
            us_additions.read_section_301_exclusions,
        ),
        Format("us-232", "section 232 duties by line", "", us_additions.read_section_232),
        Format(
            "us-122-exemptions",
            "goods free of the section 122 surcharge",
            "us-122-exemptions",
            us_additions.read_section_122_exemptions,
        ),
        Format("us-remedies", "antidumping and countervailing cases", "us-remedies", us_additions.read_trade_remedies),
    )
}

# By the first line's columns, in lower case.
_SIGNS: tuple[tuple[str, frozenset[str]], ...] = (
    ("csv", frozenset({"destination", "measure", "hs_prefix"})),
    ("us-hts", frozenset({"hts number", "general rate of duty"})),
    ("us-hts", frozenset({"htsno", "general"})),
    ("us-hts", frozenset({"hts8", "mfn_text_rate"})),
    ("us-301", frozenset({"hts8", "s301_rate"})),
    ("us-232", frozenset({"hts8", "s232_rate"})),
    ("us-122-exemptions", frozenset({"htsus", "scope limitations"})),
    ("us-301-exclusions", frozenset({"htsus", "description"})),
    ("us-232", frozenset({"htsus", "rate"})),
    ("us-remedies", frozenset({"hts_prefix", "country", "case_desc"})),
)


def read_text(path: Path) -> tuple[str, str]:
    """
    Return a published file's text (gunzipped where needed) and the SHA-256 of the file as it lies there.

    :raises BadTariff: it is no text.
    """
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if content[:2] == b"\x1f\x8b":
        content = gzip.decompress(content)
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding), digest
        except UnicodeDecodeError:
            continue
    raise BadTariff(file=path.name, line=1, reason="the file is no text")


def recognise(text: str, *, file: str) -> Format:
    """
    Return the form of a file by its first line.

    :raises BadTariff: it is none that is known.
    """
    if text.lstrip().startswith("["):
        return FORMATS["us-hts"]
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    columns = {column.strip().lower() for column in next(csv.reader(io.StringIO(first)), [])}
    for name, signs in _SIGNS:
        if signs <= columns:
            return FORMATS[name]
    raise BadTariff(file=file, line=1, reason=f"its columns are those of none of {', '.join(FORMATS)}")


def schedule_name(path: Path, form: Format) -> str:
    """Return under which name a file's rows are kept: the form's, else the file's own."""
    own = re.sub(r"[^a-z0-9]+", "-", path.name.lower().partition(".")[0]).strip("-")
    return form.schedule or own


def end_on(schedule: Schedule, last_day: date) -> Schedule:
    """Return a schedule whose rows without an end of their own hold until a day."""
    rows = [row if row.valid_to else replace(row, valid_to=last_day) for row in schedule.rows]
    return replace(schedule, rows=rows)
