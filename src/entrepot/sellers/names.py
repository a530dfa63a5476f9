"""
Comparing names with those on a list: how like they are, and why. Pure; names of any script.

A name is written in Latin letters, cut into words, and freed of legal forms (`LLC`, `ООО`, `S.p.A.`). Words are paired
with those that they are most like; the score says how much of both names is covered by the pairs. It tells what a
person should look at, never that two are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii

HIT_SCORE: Final = 78
STRONG_SCORE: Final = 92
_WORD_ALIKE: Final = 0.74
_KEY_LETTERS: Final = 4
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
# Legal forms and the small words of names: everybody has them, so they tell nobody apart.
_SMALL: Final = frozenset(
    "ab ag and as bv co company corp corporation de del der di do el et fze gmbh group holding inc incorporated jsc "
    "kft la limited llc llp ltd ltda mbh nv oao of ojsc ooo oy pao pjsc plc pte pty sa sac sas sarl sdn bhd sirket "
    "sirketi sl slu snc spa sprl sro srl tic too tov san ve the und van von zao i y e al bin ibn ould "
    "aktiengesellschaft gesellschaft societe societa sociedad anonima anonyme responsabilita limitata limitada "
    "obschestvo ogranichennoi otvetstvennostyu kompaniya aktsionernoe anonim".split()
)


@dataclass(frozen=True, slots=True)
class WordPair:
    """A word of the name and the one on the list that it was paired with; `alike` in percent."""

    ours: str
    listed: str
    alike: int


@dataclass(frozen=True, slots=True)
class Likeness:
    """How like two names are (0 to 100), which words were paired, and which found no partner."""

    score: int
    pairs: tuple[WordPair, ...]
    only_ours: tuple[str, ...]
    only_listed: tuple[str, ...]


_ARABIC: Final = str.maketrans("ىأإآة", "ياااه")  # Letters that are written for each other.
_DIGITS: Final = str.maketrans("013457", "oieast")  # Digits that stand for letters.


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words that tell a name apart, in small Latin letters; all of its words where none would be left."""
    text = unicodedata.normalize("NFKC", _BRACKETS.sub(" ", name).strip() or name).translate(_ARABIC)
    latin = anyascii(text).casefold().replace("'", "")
    latin = _DOTTED.sub(lambda found: found[0].replace(".", ""), latin)
    words = [word if word.isdigit() else word.translate(_DIGITS) for word in _NO_LETTER.split(latin) if word]
    telling = [word for word in words if word not in _SMALL]
    return tuple(telling or words)


# Letters that the spellings of one name swap; longer groups first.
_SOUNDS: Final = (
    ("shch", "s"), ("sch", "s"), ("tch", "s"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("sh", "s"), ("ch", "s"),
    ("zh", "s"), ("ts", "s"), ("tz", "s"), ("th", "t"), ("dj", "j"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("c", "k"),
    ("x", "ks"), ("w", "v"), ("z", "s"), ("dh", "d"), ("j", "y"),
)  # fmt: skip
_VOWELS = re.compile(r"[aeiouy]+")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Return what is left of a word when the spellings of one sound are made one and vowels go."""
    for group, sound in _SOUNDS:
        word = word.replace(group, sound)
    bare = _DOUBLED.sub(r"\1", _VOWELS.sub("", word))
    return bare or word


def keys_of(name: str) -> frozenset[str]:
    """Return the keys under which a name is found: beginning and ends of each word's skeleton, and of all in one."""
    words = words_of(name)
    bones = [skeleton(word) for word in words if len(word) > 1]
    whole = skeleton("".join(words))[: 2 * _KEY_LETTERS]
    # A letter more or less in the middle of a word leaves its ends.
    return frozenset(
        {*(bone[:_KEY_LETTERS] for bone in bones), *(f"{b[:2]}.{b[-1]}" for b in bones if len(b) > 2), whole}
    )


def compare(ours: str, listed: str) -> Likeness:
    """Return how like a name is to one on a list."""
    left, right = words_of(ours), words_of(listed)
    pairs, only_left, only_right = _pair(left, right)
    covered = sum(alike * len(mine) for mine, _, alike in pairs), sum(alike * len(theirs) for _, theirs, alike in pairs)
    sizes = sum(map(len, left)), sum(map(len, right))
    parts = [done / size if size else 0.0 for done, size in zip(covered, sizes, strict=True)]
    # A second name that one of them leaves out costs less than a word that differs; one word alone proves little.
    score = 0.3 * max(parts) + 0.7 * min(parts)
    if len(pairs) >= 2 and (not only_left or not only_right):
        score = max(score, 0.62 * max(parts) + 0.38 * min(parts))
    joined = _alike("".join(sorted(left)), "".join(sorted(right)))
    written = _alike("".join(left), "".join(right))
    return Likeness(
        score=round(100 * max(score, written if written > 0.9 else 0.0, joined if joined > 0.9 else 0.0)),
        pairs=tuple(WordPair(mine, theirs, round(100 * alike)) for mine, theirs, alike in pairs),
        only_ours=tuple(only_left),
        only_listed=tuple(only_right),
    )


def best(ours: str, listed: Iterable[str]) -> tuple[str, Likeness] | None:
    """Return the spelling of a listed name that a name is most like, or None when there is none."""
    compared = [(spelling, compare(ours, spelling)) for spelling in listed]
    return max(compared, key=lambda found: found[1].score, default=None)


_Pairs = list[tuple[str, str, float]]


def _pair(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[_Pairs, list[str], list[str]]:
    """Pair words, the most alike first; return the pairs and what found no partner on either side."""
    likely = sorted(
        ((word_likeness(mine, theirs), i, j) for i, mine in enumerate(left) for j, theirs in enumerate(right)),
        key=lambda found: (-found[0], found[1], found[2]),
    )
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    pairs: _Pairs = []
    for alike, i, j in likely:
        if alike < _WORD_ALIKE or i in taken_left or j in taken_right:
            continue
        taken_left.add(i)
        taken_right.add(j)
        pairs.append((left[i], right[j], alike))
    return (
        pairs,
        [word for i, word in enumerate(left) if i not in taken_left],
        [word for j, word in enumerate(right) if j not in taken_right],
    )


@lru_cache(maxsize=65536)
def word_likeness(first: str, second: str) -> float:
    """Return how like two words are, from 0 to 1: letters that differ, made milder where both sound the same."""
    if first == second:
        return 1.0
    if len(first) == 1 or len(second) == 1:  # An initial stands for a word, weakly.
        return 0.8 if first[0] == second[0] else 0.0
    alike = _alike(first, second)
    if min(len(first), len(second)) > 3 and skeleton(first) == skeleton(second):
        return max(alike, 0.9 if first[0] == second[0] else 0.85)
    return alike


@lru_cache(maxsize=65536)
def _alike(first: str, second: str) -> float:
    """Return 1 less the share of letters to be changed, added, left out or swapped with their neighbour."""
    longest = max(len(first), len(second))
    if not longest:
        return 0.0
    two_above: list[int] = []
    above = list(range(len(second) + 1))
    for i, letter in enumerate(first, start=1):
        row = [i]
        for j, other in enumerate(second, start=1):
            value = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == second[j - 2] and first[i - 2] == other:
                value = min(value, two_above[j - 2] + 1)
            row.append(value)
        two_above, above = above, row
    return 1 - above[-1] / longest
