"""Letters made comparable: case, width, accents and the ways of writing that a reader takes for the same."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files

_ALIKE = {
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "′": "'", "＇": "'", "ʹ": "'",
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"', "＂": '"', "״": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-", "－": "-", "×": "x",
    "™": " ", "®": " ", "©": " ", "℠": " ", "_": " ", "\u2044": "/",
    "¼": " 1/4", "½": " 1/2", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "⅛": " 1/8",
    # Seen or unseen signs inside words that carry no meaning: soft hyphen, joiners, Arabic's stretching line.
    "\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": "", "\u0640": "",
}  # fmt: skip
_ALIKE_PATTERN = re.compile("[" + re.escape("".join(_ALIKE)) + "]")

_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "þ": "th"}
_LETTERS |= {"ё": "е", "ґ": "г", "ŋ": "n", "ŧ": "t", "ə": "e"}
# Arabic: forms of alef, ya and hamza, ta marbuta, which writers use as they please; Persian letters; digits.
_LETTERS |= dict(zip("أإآٱىئؤةکیگ", "ااااييوهكيك", strict=True))
for _zero in (0x0660, 0x06F0, 0x0966):
    _LETTERS |= {chr(_zero + digit): str(digit) for digit in range(10)}


def _marked() -> dict[str, str]:
    """Return the letters of Latin and Greek scripts that carry a mark, with the letter that stands below it."""
    found = {"ς": "σ"}
    for code in (*range(0x00C0, 0x0250), *range(0x0370, 0x0400), *range(0x1E00, 0x2000)):
        letter = chr(code).lower()
        base = unicodedata.normalize("NFD", letter)[0]
        if base != letter and base.isalpha():
            found[letter] = base
    return found


_LETTERS = {letter: base for letter, base in (_marked() | _LETTERS).items() if len(letter) == 1}
# Marks that stand by themselves after a letter: Latin ones that nothing composes with, Hebrew's and Arabic's vowels.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_MARK = re.compile(f"[{_MARKS}]")
_MARKED = re.compile("[" + "".join(sorted(_LETTERS)) + "]")
_SIMPLIFIED = dict(tomllib.loads(files(__package__).joinpath("traditional.toml").read_text("utf-8"))["pairs"].split())
_TRADITIONAL = re.compile("[" + "".join(_SIMPLIFIED) + "]")
_TAG = re.compile(r"<[^>]*>")


def tidy(text: str, language: str = "") -> str:
    """Return text in small letters and one way of writing, markup and signs without meaning gone; accents stay."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    if text.isascii():
        text = text.lower()
        return text.replace("_", " ") if "_" in text else text
    text = _ALIKE_PATTERN.sub(lambda found: _ALIKE[found.group()], text)
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
        text = _ALIKE_PATTERN.sub(lambda found: _ALIKE[found.group()], text)
    text = _MARK.sub("", text)
    text = _TRADITIONAL.sub(lambda found: _SIMPLIFIED[found.group()], text)
    if language == "tr":
        text = text.replace("I", "ı")
    return text.replace("İ", "i").lower()


def plain(text: str) -> str:
    """Return tidy text without accents and in one form of each letter, which is what bare words are made of."""
    return text if text.isascii() else _MARKED.sub(lambda found: _LETTERS[found.group()], text)


def plain_spanish(text: str) -> str:
    """Return what `plain` does but for ñ, which makes another word of it."""
    if "ñ" not in text:
        return plain(text)
    return "ñ".join(plain(part) for part in text.split("ñ"))
