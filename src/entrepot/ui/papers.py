"""
Papers as PDF: a page with letters for Latin, Cyrillic, Greek and Arabic scripts, shaped and ordered as they are read.

Chinese is written in Debian's Noto Sans CJK where that is installed (`fonts-noto-cjk`), on papers whose reader reads
Chinese. Elsewhere, and for other scripts, what the letters do not cover is written in Latin ones; the exact text stands
in the data beside every paper.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path

from anyascii import anyascii
from django.conf import settings
from django.utils.translation import get_language, override
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from entrepot.ui import formats
from entrepot.ui.words import interface_language

_FONTS = Path(__file__).parent / "fonts"
FONT = "Letters"
CHINESE = "Chinese"
_FIRST_EAST_ASIAN = 0x2E80
# Debian's collections: their third font draws signs as mainland China does.
_EAST_ASIAN = {style: Path(f"/usr/share/fonts/opentype/noto/NotoSansCJK-{style}.ttc") for style in ("Regular", "Bold")}
_SIMPLIFIED = 2


@cache
def _letters() -> frozenset[int]:
    return frozenset(TTFont(_FONTS / "DejaVuSans.ttf", lazy=True).getBestCmap())


@cache
def has_chinese_letters() -> bool:
    """Return whether papers can be written in Chinese on this machine."""
    return all(path.is_file() for path in _EAST_ASIAN.values())


def writable(text: str) -> str:
    """Return the text with whatever the paper's letters do not cover in Latin ones."""
    letters = _letters()
    first_kept = _FIRST_EAST_ASIAN if _reads_chinese() and has_chinese_letters() else sys.maxunicode
    written = "".join(
        sign if ord(sign) in letters or sign.isspace() or ord(sign) >= first_kept else _in_latin(sign) for sign in text
    )
    return re.sub(r" {2,}", " ", written).strip()


def writable_language(language: str | None) -> str:
    """Return the language that a paper can be written in for this reader: English where the letters do not cover it."""
    wanted = interface_language(language or "")
    with override(wanted):
        is_covered = writable(formats.language_own_name(wanted)) == formats.language_own_name(wanted)
    return wanted if is_covered else settings.LANGUAGE_CODE


def _reads_chinese() -> bool:
    return (get_language() or "").startswith("zh")


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

    def get_fallback_font(self, char: str, style: str = "") -> str | None:
        """Return the font of a sign that the letters lack; the Chinese ones take a second to open, so only then."""
        if not self._fallback_font_ids and ord(char) >= _FIRST_EAST_ASIAN and has_chinese_letters():
            self.add_font(CHINESE, "", _EAST_ASIAN["Regular"], collection_font_number=_SIMPLIFIED)
            self.add_font(CHINESE, "B", _EAST_ASIAN["Bold"], collection_font_number=_SIMPLIFIED)
            self.set_fallback_fonts([CHINESE])
        return super().get_fallback_font(char, style)

    def line_of(self, text: str, *, size: float = 9, bold: bool = False, gap: float = 1.5) -> None:
        """Write one paragraph over the page's width and go to the next line."""
        self.set_font(FONT, style="B" if bold else "", size=size)
        align = self.text_align[0].upper()
        self.multi_cell(0, size * 0.5, writable(text), align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(gap)

    def content(self) -> bytes:
        """Return the finished paper."""
        return bytes(self.output())
