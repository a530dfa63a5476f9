"""Tidied text cut into words: joined words, codes, numbers and amounts in the one form that queries use too."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

# Scripts without blanks between words, and Korean, whose endings cling to words: cut into pairs of symbols.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f"
)
UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")
# Signs that Python does not count as letters though words of Indian scripts hold them.
_LETTER = r"\w\u0900-\u0dff" + UNSPACED
CHUNK = re.compile(rf"[{_LETTER}]+(?:['.,&\-][{_LETTER}]+)*")
_JOINER = re.compile(r"['.,&\-]")
_ELIDED = re.compile(
    r"^(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quelqu|presqu|un|dell|all|dall|nell|sull|quell|quest|bell|sant|gl)$"
)
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d]{2,})(\d+)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
JOINED_MAX = 24

# Which sign parts thousands from each other; the other one parts the decimals.
_COMMA_THOUSANDS = frozenset({"", "en", "zh", "ja", "ko", "th", "he", "hi"})


def _units() -> tuple[dict[str, tuple[str, Decimal]], dict[str, tuple[str, Decimal]]]:
    apart, glued = {}, {}
    for row in tomllib.loads(files(__package__).joinpath("units.toml").read_text("utf-8"))["unit"]:
        measure = row["unit"], Decimal(row["factor"])
        apart |= dict.fromkeys(row["names"].split(), measure)
        glued |= dict.fromkeys(row.get("glued", "").split(), measure)
    return apart, glued | apart


_UNITS, _GLUED_UNITS = _units()
_DIGITS = r"\d{1,3}(?: 000)+|\d+(?:[.,]\d+)*"


def _names(units: dict[str, tuple[str, Decimal]]) -> str:
    return "|".join(re.escape(name) for name in sorted(units, key=len, reverse=True))


_MEASURE = re.compile(
    rf"(?<![\w.,])(?P<number>{_DIGITS})"
    rf"(?:(?:(?P<glued>{_names(_GLUED_UNITS)})|[ -](?P<unit>{_names(_UNITS)}))(?![^\W{UNSPACED}]|[.,'\-][^\W\d]))?"
    rf"(?=[\W{UNSPACED}]|$)"
)
_SIZES = "eu|uk|us|fr|it|ru|cn|jp"
_SIZE = re.compile(
    rf"\b(?:(?P<system>{_SIZES})[ -]?(?P<size>\d\d?(?:[.,]5)?)|(?P<size2>\d\d?(?:[.,]5)?)[ -]?(?P<system2>{_SIZES}))\b"
)
_TIMES = re.compile(
    r"(?<![\w.,\-])(\d+(?:[.,]\d+)?) ?[x*х] ?(\d+(?:[.,]\d+)?)(?: ?[x*х] ?(\d+(?:[.,]\d+)?))?"
    r"(?![\d\-])(?=\W|[^\W\d]{2}|$)"
)


def read_number(written: str, language: str = "") -> Decimal:
    """Return the number that digits with points and commas stand for, by a language's habit where it is open."""
    if " " in written:
        return Decimal(written.replace(" ", ""))
    signs = [sign for sign in written if sign in ".,"]
    if not signs:
        return Decimal(written)
    head, last = re.split(r"[.,](?=\d+$)", written, maxsplit=1)
    if len(set(signs)) == 2:
        return Decimal(re.sub("[.,]", "", head) + "." + last)
    habit = "," if language in _COMMA_THOUSANDS else "."
    groups = re.split("[.,]", written)
    grouped = len(groups[0]) <= 3 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
    if grouped and (len(signs) > 1 or signs[0] == habit):
        return Decimal("".join(groups))
    if len(signs) > 1:
        return Decimal(0)
    return Decimal(head + "." + last)


def show_number(number: Decimal) -> str:
    """Return a number as a word: no zeros that say nothing, a point before decimals."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=20_000)
def _measured(written: str, name: str, language: str) -> tuple[str, str]:
    """Return the words of a number and of the amount that it is of a unit, each empty where there is none."""
    if re.search(r"[.,]\d*[.,]", written) and not re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d+)?", written):
        return "", ""  # A date or a version.
    number = read_number(written, language)
    if not name:
        return show_number(number), ""
    unit, factor = _GLUED_UNITS[name]
    return show_number(number), show_number(number * factor) + unit


def mark_amounts(text: str, language: str, *, keep_number: bool) -> str:
    """Return text with its numbers, amounts, sizes and dimensions each as one word of its canonical form."""

    def amount(found: re.Match[str]) -> str:
        number, measure = _measured(found["number"], found["glued"] or found["unit"] or "", language)
        if not number:
            return found.group()
        if not measure:
            return f" {number} "
        return f" {number} {measure} " if keep_number else f" {measure} "

    def size(found: re.Match[str]) -> str:
        system = found["system"] or found["system2"]
        number = show_number(read_number(found["size"] or found["size2"], "en" if "." in found.group() else "de"))
        return f" {system} {number} {system}{number} " if keep_number else f" {system}{number} "

    def times(found: re.Match[str]) -> str:
        numbers = [show_number(read_number(part.replace(",", "."), "en")) for part in found.groups() if part]
        return " " + "x".join(numbers) + (" " + " ".join(numbers) if keep_number else "") + " "

    return _MEASURE.sub(amount, _TIMES.sub(times, _SIZE.sub(size, text)))


def pairs(run: str) -> list[str]:
    """Return the neighbouring pairs of a run of symbols, the symbol itself where it is alone."""
    return [run[at : at + 2] for at in range(max(len(run) - 1, 1))]


def parts_of(chunk: str, language: str) -> tuple[list[str], str]:
    """
    Return the words that a joined chunk is made of, and the word that they make together (empty: none).

    An article that clings ("l'huile") and an ending that does ("İstanbul'un") are no words.
    """
    parts = _JOINER.split(chunk)
    if "'" in chunk:
        head, _, rest = chunk.partition("'")
        if _ELIDED.match(head) and len(rest) > 2:
            return parts_of(rest, language)
        if language == "tr":
            return [head], ""
        if rest == "s" and len(head) > 1:
            return [head], head + "s"
        if rest in ("t", "re", "ve", "ll", "m", "d"):
            return [], head + rest
    joined = "".join(parts)
    return parts, joined if len(parts) <= 4 and len(joined) <= JOINED_MAX else ""


def cut(text: str, language: str = "") -> list[str]:
    """Return the words of a tidied document text; joined words stand in parts and as a whole."""
    if any(sign.isdigit() for sign in text):
        text = mark_amounts(text, language, keep_number=True)
    words: list[str] = []
    for chunk in CHUNK.findall(text):
        if chunk.isalpha() and not UNSPACED_RUN.search(chunk):
            words.append(chunk)
        else:
            _cut_chunk(chunk, language, words)
    return words


def _cut_chunk(chunk: str, language: str, words: list[str]) -> None:
    if UNSPACED_RUN.search(chunk):
        cut_mixed(chunk, language, words)
        return
    if _NUMBER.fullmatch(chunk):
        words.append(chunk)
        return
    if _JOINER.search(chunk):
        parts, joined = parts_of(chunk, language)
        words.extend(parts)
        if joined:
            words.append(joined)
        return
    words.append(chunk)
    if split := _LETTERS_THEN_DIGITS.fullmatch(chunk):
        words.extend(split.groups())


def cut_mixed(chunk: str, language: str, words: list[str]) -> None:
    """Add the words of a chunk that holds symbols of a script without blanks."""
    last = 0
    for run in UNSPACED_RUN.finditer(chunk):
        if run.start() > last:
            words.extend(CHUNK.findall(chunk[last : run.start()]))
        words.extend(pairs(run.group()))
        last = run.end()
    if last < len(chunk):
        words.extend(CHUNK.findall(chunk[last:]))
