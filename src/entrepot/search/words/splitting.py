"""Tidied text cut into words: joined words, codes, numbers and amounts in the one form that queries use too."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from entrepot.search.words.folding import plain

# Scripts without blanks between words, and Korean, whose endings cling to words: cut into pairs of symbols.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3100-\u312f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003134f"
)
UNSPACED_RUN = re.compile(f"[{UNSPACED}]+")
# Signs that Python does not count as letters though words of Indian scripts hold them.
_LETTER = r"\w\u0900-\u0dff" + UNSPACED
CHUNK = re.compile(rf"[{_LETTER}]+(?:['.&\-][{_LETTER}]+)*")
_JOINER = re.compile(r"['.&\-]")
_ELIDED = re.compile(
    r"^(?:l|d|j|m|t|s|n|c|qu|jusqu|lorsqu|puisqu|quelqu|presqu|un|dell|all|dall|nell|sull|quell|quest|bell|sant|gl)$"
)
_ELIDING = frozenset({"fr", "it"})
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d]{2,})(\d+)")
# A number, an amount, a size or dimensions as `mark_amounts` writes them; a plain code.
CANONICAL = re.compile(r"[^\W\d]*\d+(?:\.\d+)?(?:x\d+(?:\.\d+)?)*[^\W\d]*")
JOINED_MAX = 24

# Which sign parts thousands from each other; the other one parts the decimals.
_COMMA_THOUSANDS = frozenset({"", "en", "zh", "ja", "ko", "th", "he", "hi"})


class Units:
    """The names of units: those that count wherever they follow a number, and those that must stand close to it."""

    def __init__(self) -> None:
        self.apart: dict[str, tuple[str, Decimal]] = {}
        self.glued: dict[str, tuple[str, Decimal]] = {}
        for row in tomllib.loads(files(__package__).joinpath("units.toml").read_text("utf-8"))["unit"]:
            measure = row["unit"], Decimal(row["factor"])
            self.apart |= dict.fromkeys(row["names"].split(), measure)
            self.glued |= dict.fromkeys(row.get("glued", "").split(), measure)
        self.glued |= self.apart

    def at(self, text: str, place: int) -> tuple[str, int]:
        """Return the unit's name that stands at a place of a text and where it ends; an empty name: none does."""
        is_apart = text[place : place + 1] in (" ", "-")
        known = self.apart if is_apart else self.glued
        start = place + is_apart
        found = _UNIT_NAME.match(text, start)
        if found is None:
            return "", place
        name = plain(found.group())
        if name in known and not _GOES_ON.match(text, found.end()):
            return name, found.end()
        if UNSPACED_RUN.match(name):
            for length in (4, 3, 2, 1):
                if name[:length] in known:
                    return name[:length], start + length
        return "", place


_UNIT_NAME = re.compile(r'"|[^\W\d]+')
_GOES_ON = re.compile(r"\d|[.,'\-&][^\W\d]")
_UNITS = Units()
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d{1,3}(?: 000)+(?![\d.,])|\d+(?:[.,]\d+)*")
_WORD_ON = re.compile(r"[\w.,]*")
_TIMES = re.compile(
    r"(\d+(?:[.,]\d+)?) ?[x*х] ?(\d+(?:[.,]\d+)?)(?: ?[x*х] ?(\d+(?:[.,]\d+)?))?(?![\d\-])(?=\W|[^\W\d]{2}|$)"
)
_FRACTION = re.compile(r"(?:(\d{1,3})[ \-])?(\d{1,2})/([1-9]\d?)(?![\d/.,])")
_SYSTEMS = "eu|uk|us|fr|it|ru|cn|jp"
_SYSTEM_NAMES = frozenset(_SYSTEMS.split("|"))
_SYSTEM_BEFORE = re.compile(rf"(?<![^\W_])({_SYSTEMS})[ -]?$")
_SIZE_AFTER = re.compile(r"(\d\d?(?:[.,]5)?)(?![\w.,]\d|\w)")
_SIZE_SYSTEM = re.compile(rf"(\d\d?(?:[.,]5)?)[ -]?({_SYSTEMS})\b")


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
    unit, factor = _UNITS.glued[name]
    return show_number(number), show_number(number * factor) + unit


def mark_amounts(text: str, language: str, *, keep_number: bool) -> str:
    """
    Return text with its numbers, amounts, sizes and dimensions each as one word of its canonical form.

    :param keep_number: as documents are kept, which are found by a number without its unit too.
    """
    pieces: list[str] = []
    last = 0
    place = 0
    while digit := _DIGIT.search(text, place):
        start = digit.start()
        if start and (text[start - 1].isalnum() or text[start - 1] in ".,") and not _stands_free(text, start):
            word = _WORD_ON.match(text, start)
            place = word.end() if word else start + 1
            continue
        begin, end, words = _amount_at(text, max(last, start - 4), start, language)
        if words:
            pieces += [text[last:begin], " ", *(words if keep_number else words[-1:]), " "]
            last = end
        place = end
    return "".join([*pieces, text[last:]]) if pieces else text


def _stands_free(text: str, start: int) -> bool:
    """Whether digits begin a number though something stands before them: a size's system, a symbol."""
    return bool(UNSPACED_RUN.match(text[start - 1]) or _SYSTEM_BEFORE.search(text, max(start - 4, 0), start))


def _amount_at(text: str, earliest: int, start: int, language: str) -> tuple[int, int, tuple[str, ...]]:
    """Return where an amount stands and its words, the canonical one last; no words: there is none."""
    if found := _TIMES.match(text, start):
        numbers = [show_number(read_number(part.replace(",", "."), "en")) for part in found.groups() if part]
        return start, found.end(), (*(f"{number} " for number in numbers), "x".join(numbers))
    if found := _FRACTION.match(text, start):
        name, end = _UNITS.at(text, found.end())
        if name:
            whole, part, parts = (Decimal(digits or 0) for digits in found.groups())
            unit, factor = _UNITS.glued[name]
            measure = show_number(round((whole + part / parts) * factor, 4)) + unit
            return start, end, (measure,)
    system = _SYSTEM_BEFORE.search(text, earliest, start)
    size = _SIZE_AFTER.match(text, start) if system else _SIZE_SYSTEM.match(text, start)
    if size:
        number = show_number(Decimal(size[1].replace(",", ".")))
        name = system[1] if system else size[2]
        return system.start() if system else start, size.end(), (f"{name} ", f"{number} ", name + number)
    written = _DIGITS.match(text, start)
    assert written, "a digit begins a number"
    name, end = _UNITS.at(text, written.end())
    number, measure = _measured(written.group(), name, language)
    if not number or (not name and end < len(text) and text[end].isalpha() and not UNSPACED_RUN.match(text[end])):
        return start, written.end(), ()
    return start, end, (f"{number} ", measure) if measure else (number,)


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
            parts, joined = parts_of(rest, language)
            # A name, such as L'Oréal, unless the language speaks so.
            return parts, joined if language in _ELIDING else head + rest
        if language == "tr":
            return [head], ""
        if rest == "s" and len(head) > 1:
            return [head], head + "s"
        if rest in ("t", "re", "ve", "ll", "m", "d"):
            return [], head + rest
    return parts, "".join(parts) if _make_one(chunk, parts) else ""


def _make_one(chunk: str, parts: list[str]) -> bool:
    """Whether parts may be written together too: "t-shirt", "u.s.a", "kd-55x80j"; not a date, nor ends of sentences."""
    if len(chunk) > JOINED_MAX or not 1 < len(parts) < 5:
        return False
    if "." in chunk:
        return all(len(part) <= 2 and part.isalpha() for part in parts)
    return len(parts) == 2 or any(len(part) <= 3 or _DIGIT.search(part) for part in parts)


def cut(text: str, language: str = "") -> list[str]:
    """Return the words of a tidied document text; joined words stand in parts and as a whole."""
    if _DIGIT.search(text):
        text = mark_amounts(text, language, keep_number=True)
    has_unspaced = not text.isascii() and UNSPACED_RUN.search(text)
    words: list[str] = []
    for chunk in CHUNK.findall(text):
        if has_unspaced and UNSPACED_RUN.search(chunk):
            cut_mixed(chunk, language, words)
        elif chunk.isalpha():
            words.append(chunk)
        else:
            words += _cut_chunk(chunk, language)
    return words


@lru_cache(maxsize=20_000)
def _cut_chunk(chunk: str, language: str) -> tuple[str, ...]:
    """Return the words of a chunk of letters, digits and the signs that join them."""
    if CANONICAL.fullmatch(chunk):
        split = _LETTERS_THEN_DIGITS.fullmatch(chunk)
        return (chunk, *split.groups()) if split and split[1] not in _SYSTEM_NAMES else (chunk,)
    if _JOINER.search(chunk):
        parts, joined = parts_of(chunk, language)
        return (*parts, joined) if joined else tuple(parts)
    return (chunk,)


def cut_mixed(chunk: str, language: str, words: list[str]) -> None:
    """Add the words of a chunk that holds symbols of a script without blanks."""
    last = 0
    for run in UNSPACED_RUN.finditer(chunk):
        if run.start() > last:
            words.extend(_cut_pieces(chunk[last : run.start()], language))
        words.extend(pairs(run.group()))
        last = run.end()
    if last < len(chunk):
        words.extend(_cut_pieces(chunk[last:], language))


def _cut_pieces(text: str, language: str) -> Iterator[str]:
    for piece in CHUNK.findall(text):
        yield from _cut_chunk(piece, language)
