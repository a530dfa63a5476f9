"""
Papers as PDF: a page with letters for Latin, Cyrillic, Greek and Arabic scripts, shaped and ordered as they are read.

What the letters do not cover (Chinese, Japanese, Korean …) is written in Latin ones; the exact text stands in the data
beside every paper.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from anyascii import anyascii
from django.conf import settings
from django.utils.translation import get_language
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from entrepot.ui import formats
from entrepot.ui.words import interface_language

_FONTS = Path(__file__).parent / "fonts"
FONT = "Letters"
_FIRST_EAST_ASIAN = 0x2E80


@cache
def _letters() -> frozenset[int]:
    return frozenset(TTFont(_FONTS / "DejaVuSans.ttf", lazy=True).getBestCmap())


def writable(text: str) -> str:
    """Return the text with whatever the letters do not cover in Latin ones."""
    letters = _letters()
    written = "".join(sign if ord(sign) in letters or sign.isspace() else _in_latin(sign) for sign in text)
    return re.sub(r" {2,}", " ", written).strip()


def writable_language(language: str | None) -> str:
    """Return the language that a paper can be written in for this reader: English where the letters do not cover it."""
    wanted = interface_language(language or "")
    is_covered = writable(formats.language_own_name(wanted)) == formats.language_own_name(wanted)
    return wanted if is_covered else settings.LANGUAGE_CODE


def _in_latin(sign: str) -> str:
    written = anyascii(sign)
    return f" {written} " if ord(sign) >= _FIRST_EAST_ASIAN else written  # There each sign is a word or a syllable.


class Paper(FPDF):
    """A PDF page in the house's letters. `line_of` makes text writable itself; cells are given `writable` text."""

    def __init__(self, *, title: str, landscape: bool = False, page_format: str | tuple[float, float] = "A4") -> None:
        super().__init__(orientation="landscape" if landscape else "portrait", unit="mm", format=page_format)
        self.add_font(FONT, "", _FONTS / "DejaVuSans.ttf")
        self.add_font(FONT, "B", _FONTS / "DejaVuSans-Bold.ttf")
        self.set_text_shaping(True)
        self.set_title(title)
        self.set_creator("Entrepot")
        self.set_lang(get_language() or "en")
        self.text_align = "right" if formats.direction(get_language()) == "rtl" else "left"
        self.set_auto_page_break(auto=True, margin=15)
        self.set_margins(15, 15, 15)
        self.set_font(FONT, size=9)
        self.add_page()

    def line_of(self, text: str, *, size: float = 9, bold: bool = False, gap: float = 1.5) -> None:
        """Write one paragraph over the page's width and go to the next line."""
        self.set_font(FONT, style="B" if bold else "", size=size)
        align = self.text_align[0].upper()
        self.multi_cell(0, size * 0.5, writable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)

    def content(self) -> bytes:
        """Return the finished paper."""
        return bytes(self.output())
