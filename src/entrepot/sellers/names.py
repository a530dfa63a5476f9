"""
Comparing names with those on a list: how like they are, and why. Pure; names of any script.

A name is written in Latin letters, cut into words, and freed of legal forms (`LLC`, `ООО`, `S.p.A.`) and titles. Words
are paired with those that they are most like. What one name leaves out (a patronymic, a second name) costs little where
all else is there; what differs on both sides contradicts. The score tells what a person should look at, never that two
are one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from anyascii import anyascii
from babel import Locale

HIT_SCORE: Final = 78
STRONG_SCORE: Final = 92
_WORD_ALIKE: Final = 0.74
_KEY_LETTERS: Final = 4
# How much of the score a name loses for words that the other leaves out, and for words that contradict.
_OMITTED_OF_PERSON: Final = 0.2
_OMITTED_OF_FIRM: Final = 0.55
_OMITTED_PLACE: Final = 0.35
_CONTRADICTED: Final = 0.12
_BRACKETS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_NO_LETTER = re.compile(r"[^a-z0-9]+")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
_CAPITALS = re.compile(r"\b[B-DF-HJ-NP-TV-XZ]{2,3}\b")
# Legal forms of more than one word, as they are left when written in Latin letters; the longest first.
_FORM_PHRASES: Final = (
    "obshchestvo s ogranichennoy otvetstvennostyu", "obschestvo s ogranichennoi otvetstvennostyu",
    "otkrytoye aktsionernoye obshchestvo", "publichnoye aktsionernoye obshchestvo",
    "zakrytoye aktsionernoye obshchestvo", "aktsionernoye obshchestvo", "tovarishchestvo s ogranichennoy",
    "tovarystvo z obmezhenoyu vidpovidalnistyu", "open joint stock company", "public joint stock company",
    "closed joint stock company", "joint stock company", "limited liability company", "limited liability partnership",
    "public limited company", "gesellschaft mit beschrankter haftung", "societatea cu raspundere limitata",
    "societe a responsabilite limitee", "societe anonyme", "societa per azioni", "societa a responsabilita limitata",
    "sociedad de responsabilidad limitada", "sociedad anonima", "sociedade anonima", "spolka z ograniczona",
    "sp z o o", "sp z oo", "d o o", "s r o", "s p a", "s r l", "s a s", "s a r l", "s a", "anonim sirketi",
    "limited sirketi",
)  # fmt: skip
_FORMS: Final = frozenset(
    "ab ag aktiengesellschaft aktsionernoe anonim anonima anonyme as bhd bv co company corp corporation cv fze fzco "
    "gesellschaft gmbh group holding holdings inc incorporated jsc kft kk kompaniya limitada limitata limited llc llp "
    "lp ltd ltda mbh nv oao obschestvo ojsc ooo oy pao pjsc plc pte pty sa sac sarl sas sdn sirket sirketi sl slu snc "
    "sociedad societa societe spa sprl sro srl tic too tov zao doo ood ead".split()
)
# Titles, and the small words of names: everybody has them, so they tell nobody apart.
_SMALL: Final = frozenset(
    "abu al and bin bint ben da de del der di do dos dr e el et haji hajji i ibn la mr mrs ms mullah maulavi mawlawi "
    "of ould ogly oglu prof president general sayed sayyid shaikh sheik sheikh sir the und ustad van ve von y".split()
)
_LONG_FORMS: Final = tuple(sorted(form for form in _FORMS if len(form) > 9))
# Words that stand in the names of very many firms: as much as half a word.
_COMMON: Final = frozenset(
    "bank trading trade global international industries industry industrial solutions services service energy "
    "construction commercial technologies technology systems engineering shipping investment investments finance "
    "financial trust insurance enterprise enterprises general national import export".split()
)
# Places in firms' names: a branch in another country is another firm, one that is not named may be the same.
_PLACES: Final = frozenset(
    word
    for code, name in Locale("en").territories.items()
    for word in re.split(r"[^a-z]+", anyascii(name).casefold())
    if len(word) > 3 and word not in ("islands", "island", "united", "republic", "saint", "north", "south", "people")
) | frozenset("london moscow dubai istanbul paris berlin asia europe european america american".split())


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


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared: its telling words, and whether a legal form stood beside them."""

    words: tuple[str, ...]
    has_form: bool


_ARABIC: Final = str.maketrans("ىأإآة", "ياااه")  # Letters that are written for each other.
_DIGITS: Final = str.maketrans("013457", "oieast")  # Digits that stand for letters.
_ORDINALS: Final = {
    "1st": "first", "2nd": "second", "3rd": "third", "4th": "fourth", "5th": "fifth", "6th": "sixth",
    "7th": "seventh", "8th": "eighth", "9th": "ninth", "10th": "tenth",
}  # fmt: skip


def words_of(name: str) -> tuple[str, ...]:
    """Return the words that tell a name apart, in small Latin letters; all of its words where none would be left."""
    return _read(name, is_firm=False).words


@lru_cache(maxsize=8192)
def _read(name: str, *, is_firm: bool) -> Name:
    """Return a name as it is compared. In brackets stands what a person is called too, and where a firm sits."""
    shown = name if is_firm else _BRACKETS.sub(" ", name).strip() or name
    text = unicodedata.normalize("NFKC", shown).translate(_ARABIC)
    text = _CAPITALS.sub(lambda found: " ".join(found[0]), text) if not is_firm and not text.isupper() else text
    latin = anyascii(text).casefold().replace("'", "")
    latin = _DOTTED.sub(lambda found: found[0].replace(".", ""), latin)
    words = [_spelt(word) for word in _NO_LETTER.split(latin) if word]
    spaced = f" {' '.join(words)} "
    bare = spaced
    for phrase in _FORM_PHRASES:
        bare = bare.replace(f" {phrase} ", " ")
    telling = [word for word in bare.split() if word not in _SMALL and not _is_form(word)]
    has_form = bare != spaced or any(_is_form(word) for word in words)
    return Name(tuple(telling or words), has_form)


def _spelt(word: str) -> str:
    """Return a word with its digits as what they stand for, unless it is a number."""
    return word if word.isdigit() else _ORDINALS.get(word) or word.translate(_DIGITS)


@lru_cache(maxsize=16384)
def _is_form(word: str) -> bool:
    """Say whether a word is a legal form; a long one may be misspelt by a letter."""
    return word in _FORMS or (
        len(word) > 9 and any(abs(len(word) - len(form)) < 2 and _alike(word, form) > 0.9 for form in _LONG_FORMS)
    )


# Letters that the spellings of one name swap; longer groups first.
_SOUNDS: Final = (
    ("shch", "s"), ("sch", "s"), ("tch", "s"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("sh", "s"), ("ch", "s"),
    ("zh", "s"), ("ts", "s"), ("tz", "s"), ("th", "t"), ("dj", "j"), ("ck", "k"), ("qu", "k"), ("q", "k"), ("c", "k"),
    ("x", "ks"), ("w", "v"), ("z", "s"), ("dh", "d"), ("j", "y"),
)  # fmt: skip
_VOWELS = re.compile(r"[aeiouy]+")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=65536)
def _sound(word: str) -> str:
    """Return a word with the spellings of one sound made one."""
    if word.startswith("x"):
        word = f"s{word[1:]}"  # As Pinyin writes it.
    word = word.removesuffix("g") if word.endswith("ng") else word
    for group, sound in _SOUNDS:
        word = word.replace(group, sound)
    return _DOUBLED.sub(r"\1", word)


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """Return what is left of a word when the spellings of one sound are made one and vowels go."""
    word = _sound(word)
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


def compare(ours: str, listed: str, *, kind: str = "") -> Likeness:
    """
    Return how like a name is to one on a list.

    :param kind: what the list says of its entry: `person`, `firm`, or neither; a legal form in a name says firm too.
    """
    left, right = _read(ours, is_firm=kind == "firm"), _read(listed, is_firm=kind == "firm")
    is_firm = kind == "firm" or (kind != "person" and (left.has_form or right.has_form))
    if is_firm and kind != "firm":
        left, right = _read(ours, is_firm=True), _read(listed, is_firm=True)
    pairs, only_left, only_right = _pair(left.words, right.words)
    score = _score(pairs, only_left, only_right, is_firm=is_firm)
    if len(left.words) != len(right.words):  # One writes together what the other writes apart.
        together = _alike("".join(left.words), "".join(right.words))
        score = max(score, together if together > 0.9 else 0.0)
    signs = _alike_signs(ours, listed)
    if signs is not None:  # Signs that are each a word are compared as signs, not as they sound.
        score = min(score, signs)
    return Likeness(
        score=round(100 * score),
        pairs=tuple(WordPair(mine, theirs, round(100 * alike)) for mine, theirs, alike in pairs),
        only_ours=tuple(only_left),
        only_listed=tuple(only_right),
    )


def _score(pairs: _Pairs, only_left: list[str], only_right: list[str], *, is_firm: bool) -> float:
    """Return from 0 to 1: how alike the paired words are, less what one leaves out and what contradicts."""
    weigh = _weight_in_firm if is_firm else len
    paired = sum(weigh(mine) + weigh(theirs) for mine, theirs, _ in pairs)
    if not paired:
        return 0.0
    alike = sum((weigh(mine) + weigh(theirs)) * likeness for mine, theirs, likeness in pairs) / paired
    lost = sum(map(weigh, only_left)), sum(map(weigh, only_right))
    if only_left and only_right:
        # Both have a word that the other lacks: they speak of two.
        return alike * paired / (paired + sum(lost)) - _CONTRADICTED
    if not only_left and not only_right:
        return alike
    missing, rest = sum(lost), paired / 2
    if len(pairs) < 2 and not (is_firm and set(only_left or only_right) <= _PLACES):
        return alike * rest / (rest + missing)  # One word alone proves little.
    if is_firm:
        per_word = _OMITTED_PLACE if set(only_left or only_right) <= _PLACES else _OMITTED_OF_FIRM
    else:
        per_word = _OMITTED_OF_PERSON
    return alike * (1 - per_word * missing / (rest + missing))


def _weight_in_firm(word: str) -> float:
    """Return what a word weighs in a firm's name: short ones tell as much as others, common ones less."""
    return (0.5 if word in _COMMON or word in _PLACES else 1.0) * (4 + min(len(word), 8))


_SIGNS = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]")


def _alike_signs(ours: str, listed: str) -> float | None:
    """Return the share of equal signs of two names in Chinese or Korean writing; None where one is in another."""
    left, right = (tuple(_SIGNS.findall(name)) for name in (ours, listed))
    if len(left) < 2 or len(right) < 2:
        return None
    if bool(re.search(r"[\uac00-\ud7af]", ours)) != bool(re.search(r"[\uac00-\ud7af]", listed)):
        return None
    rest = list(right)
    same = 0
    for sign in left:
        if sign in rest:
            rest.remove(sign)
            same += 1
    return same / max(len(left), len(right))


def best(ours: str, listed: Iterable[str], *, kind: str = "") -> tuple[str, Likeness] | None:
    """Return the spelling of a listed name that a name is most like, or None when there is none."""
    compared = [(spelling, compare(ours, spelling, kind=kind)) for spelling in listed]
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
    if _sound(first) == _sound(second):
        return max(alike, 0.92)
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
