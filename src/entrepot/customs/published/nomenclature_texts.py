"""
Published texts of codes, in the forms in which they are found: a table of the Harmonized System (hscode or code, and
description), or the report of statistical lines of the United States (Tariff Number, Description).
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from entrepot.customs.tariff_files import BadTariff, Fault

_CODES = ("hscode", "code", "hs_code", "tariff number", "hts number")
_TEXTS = ("description", "text")


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts by code, lines read, and lines that were not taken."""

    by_code: dict[str, str]
    read: int
    faults: tuple[Fault, ...]


def read_texts(text: str, *, file: str) -> Texts:
    """
    Return the text of every code of 2 to 10 digits.

    :raises BadTariff: there is no column of codes beside one of texts within the first lines.
    """
    reader = csv.reader(io.StringIO(text))
    code_at = text_at = -1
    by_code: dict[str, str] = {}
    faults: list[Fault] = []
    read = 0
    for cells in reader:
        if code_at < 0:
            names = [cell.strip().lower() for cell in cells]
            code_at = next((names.index(name) for name in _CODES if name in names), -1)
            text_at = next((names.index(name) for name in _TEXTS if name in names), -1)
            if reader.line_num >= 5 and (code_at < 0 or text_at < 0):
                break
            continue
        if not any(cells):
            continue
        read += 1
        code = re.sub(r"[.\s]", "", cells[code_at]) if len(cells) > max(code_at, text_at) else ""
        words = " ".join(cells[text_at].split()) if code else ""
        if not re.fullmatch(r"\d{2,10}", code) or not words:
            faults.append(Fault(reader.line_num, f"{','.join(cells)[:60]!r}: no code with a text"))
        else:
            by_code[code] = words
    if code_at < 0 or text_at < 0:
        raise BadTariff(file=file, line=1, reason="no column of codes beside one of descriptions")
    return Texts(by_code, read, tuple(faults))
