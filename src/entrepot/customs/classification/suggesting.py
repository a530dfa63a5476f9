"""
The suggestion itself: what the lexicon, published texts and the shop's confirmed codes say of some goods, weighed.

Every source divides its own trust over codes; trusts are weighed by how much of the title the source understood. The
share that a code has at last becomes a probability by a curve that was fitted to titles with known codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log

from entrepot.customs.classification.declarations import commonness
from entrepot.customs.classification.described import Candidate, Described, Evidence
from entrepot.customs.classification.lexicon import Lexicon, Match, get_lexicon
from entrepot.customs.classification.texts import TextIndex
from entrepot.customs.classification.words import Unit, language_of, stems_of, units

CANDIDATES_MAX = 5
_HEAD_FIRST = frozenset({"ru", "es", "it", "ar"})
# Behind these (before, in Turkish) stands what the goods are meant for, not what they are.
_MEANT_FOR = frozenset("for для para per için için with с con".split())
_FOR_STEMS = frozenset(unit.stem for word in _MEANT_FOR for unit in units(word)) | {"لل"}
_TYPE_WORDS = frozenset(
    unit.stem for word in "type kind тип вид tür tip tipo نوع 类型 种类 类别 product".split() for unit in units(word)
)
_OTHER_LANGUAGE = 0.45
_BESIDE_HEAD, _BESIDE_HEAD_OF_MANY, _LATER_PART, _PURPOSE = 0.35, 0.6, 0.3, 0.1
_SHORT_TITLE = 8  # Units.
_OF_CATEGORY, _OF_TYPE, _OF_DESCRIPTION = 0.45, 0.7, 0.06
_DESCRIPTION_UNITS_MAX = 80
_COMMON = 0.15

# Share of the trust to probability: a logistic curve (shift, weight of the share, weight of what was understood),
# fitted to 91 real titles that neither the lexicon nor the weights were tuned by; others say how well it holds
# (docs/classification.md). No suggestion is surer than `_SHARE_MAX` makes it.
_CURVE_6 = (0.8, 0.65, 0.3)
_CURVE_4 = (-0.1, 0.52, 0.64)
_SHARE_MAX = 0.97
# Where no code of a heading stands out, only the heading is said.
_CODE_STANDS_OUT, _HEADING_STANDS_OUT = 0.3, 0.6
_WORTH_SHOWING = 0.03


@dataclass(slots=True)
class _Weighing:
    """What speaks for each code, and the words that said it."""

    scores: dict[str, float] = field(default_factory=dict)
    words: dict[str, dict[str, None]] = field(default_factory=dict)
    facets: dict[str, tuple[float, tuple[str, ...]]] = field(default_factory=dict)

    def add(self, code: str, score: float, words: Iterable[str], facets: tuple[str, ...] = ()) -> None:
        self.scores[code] = self.scores.get(code, 0.0) + score
        self.words.setdefault(code, {}).update(dict.fromkeys(words))
        if facets and score > self.facets.get(code, (0.0, ()))[0]:
            self.facets[code] = (score, facets)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Shares of codes and of headings, the best first, and how much was understood (0 to 1)."""

    codes: tuple[tuple[str, float], ...]
    headings: tuple[tuple[str, float], ...]
    understood: float
    words: Mapping[str, tuple[str, ...]]
    facets: Mapping[str, tuple[str, ...]]


def suggest(
    goods: Described, *, evidence: Evidence | None = None, published: TextIndex | None = None
) -> tuple[Candidate, ...]:
    """
    Return at most five codes that the goods may have, the likeliest first; none when nothing was understood.

    Where only the heading can be told, it comes first, with four digits.
    """
    return suggest_from(rank(goods, evidence=evidence, published=published))


def suggest_from(ranking: Ranking) -> tuple[Candidate, ...]:
    """Return the suggestion that shares of trust come to."""
    if not ranking.codes:
        return ()
    (_, best), *_ = ranking.codes
    sure = probability(best, ranking.understood, _CURVE_6)
    rest = sum(share for _, share in ranking.codes[1:])
    found = []
    for place, (code, share) in enumerate(ranking.codes[:CANDIDATES_MAX]):
        # What the first one leaves is divided among the others as the trust is.
        likely = (1 - sure) * share / rest if place else sure
        if place and likely < _WORTH_SHOWING:
            break
        found.append(Candidate(code, likely, ranking.words[code], ranking.facets.get(code, ())))
    if best < _CODE_STANDS_OUT:
        heading, share = ranking.headings[0]
        if share >= _HEADING_STANDS_OUT:
            leading = next(code for code, _ in ranking.codes if code.startswith(heading))
            sure = probability(share, ranking.understood, _CURVE_4)
            found = [Candidate(heading, sure, ranking.words[leading]), *found[: CANDIDATES_MAX - 1]]
    return tuple(found)


def rank(goods: Described, *, evidence: Evidence | None = None, published: TextIndex | None = None) -> Ranking:
    """Return the shares that all sources together give to codes and headings."""
    lexicon = get_lexicon()
    title = units(goods.title)
    language = language_of(goods.title) or (goods.language or "").partition("-")[0] or None
    weighing = _Weighing()
    strength = _weigh_lexicon(lexicon, goods, title, language, weighing)
    if published is not None:
        strength = max(strength, _weigh_texts(published, goods, strength, weighing))
    if evidence is not None:
        strength = max(strength, _weigh_evidence(evidence, title, weighing))
    for code in weighing.scores:
        weighing.scores[code] *= commonness(code) ** _COMMON
    whole = sum(weighing.scores.values()) or 1.0
    codes = sorted(
        ((code, score / whole) for code, score in weighing.scores.items()), key=lambda pair: (-pair[1], pair[0])
    )
    headings: dict[str, float] = {}
    for code, share in codes:
        headings[code[:4]] = headings.get(code[:4], 0.0) + share
    return Ranking(
        tuple(codes),
        tuple(sorted(headings.items(), key=lambda pair: (-pair[1], pair[0]))),
        min(strength, 1.0),
        {code: tuple(words) for code, words in weighing.words.items()},
        {code: facets for code, (_, facets) in weighing.facets.items()},
    )


def probability(share: float, understood: float, curve: tuple[float, float, float]) -> float:
    """Return how often a code with such a share of the trust is right."""
    shift, of_share, of_understood = curve
    kept = min(max(share, 0.001), _SHARE_MAX)
    return 1 / (1 + exp(-(shift + of_share * log(kept / (1 - kept)) + of_understood * understood)))


def _weigh_lexicon(
    lexicon: Lexicon, goods: Described, title: list[Unit], language: str | None, weighing: _Weighing
) -> float:
    """Weigh the goods that the words name, each divided over its codes by the facets; return the strongest weight."""
    observed: dict[str, dict[str, float]] = {}
    facet_words = [match.written for match in lexicon.observe(title, language, observed)]
    named = _weigh_names(lexicon, title, language, 1.0)
    described = units(goods.description[:1000])[:_DESCRIPTION_UNITS_MAX]
    for name, value in goods.attributes:
        found = units(value[:120])
        facet_words += [match.written for match in lexicon.observe(found, language, observed)]
        if any(unit.stem in _TYPE_WORDS for unit in units(name)):
            named += _weigh_names(lexicon, found, language, _OF_TYPE)
    for place, text in enumerate(goods.category):
        found = units(text)
        lexicon.observe(found, language_of(text) or language, observed)
        named += _weigh_names(lexicon, found, language_of(text) or language, _OF_CATEGORY / (place + 1))
    lexicon.observe(described, language, observed)
    if not named:
        named = _weigh_names(lexicon, described, language, _OF_DESCRIPTION)
    whole = sum(weight for _, weight, _ in named)
    for number, weight, written in named:
        kind = lexicon.goods[number]
        for code, share in kind.shares(observed).items():
            weighing.add(code, share * weight / whole, (written,), kind.facets_of(code))
    for code in weighing.scores:
        weighing.words[code].update(dict.fromkeys(facet_words[:2]))
    return max((weight for _, weight, _ in named), default=0.0)


def _weigh_names(
    lexicon: Lexicon, text: list[Unit], language: str | None, trust: float
) -> list[tuple[int, float, str]]:
    """Return the goods named in a text with their weights: the head of the phrase most, what it is meant for least."""
    matches = list(lexicon.names.find(text))
    if not matches:
        return []
    cut = next((place for place, unit in enumerate(text) if unit.divides and place > matches[0].start), len(text))
    purpose = _purposes(text, matches, language)
    plain = [match for match in matches if match.start < cut and match.start not in purpose] or matches[:1]
    head = plain[0] if language in _HEAD_FIRST else plain[-1]
    # A title stuffed with words has no head to speak of.
    beside = _BESIDE_HEAD if len(text) <= _SHORT_TITLE else _BESIDE_HEAD_OF_MANY
    named = []
    for match in matches:
        if match is head:
            weight = trust
        elif match.start in purpose:
            weight = trust * _PURPOSE
        else:
            weight = trust * (beside if match.start < cut else _LATER_PART)
        spoken = [(number, tongue) for number, tongue in match.meanings if language in (None, tongue) or tongue == "en"]
        weight *= (1.0 if spoken else _OTHER_LANGUAGE) * min(1.0 + 0.5 * (match.length - 1), 2.5)
        meanings = dict.fromkeys(number for number, _ in spoken or match.meanings)
        named += [(number, weight / len(meanings), match.written) for number in meanings]
    return named


def _purposes(text: list[Unit], matches: list[Match], language: str | None) -> set[int]:
    """Return where the goods start that only say what others are meant for."""
    found = set()
    for match in matches:
        before = [unit.stem for unit in text[max(0, match.start - 2) : match.start] if not unit.divides]
        after = text[match.start + match.length : match.start + match.length + 1]
        if language == "tr":
            meant = any(unit.stem in _FOR_STEMS for unit in after)
        else:
            meant = any(stem in _FOR_STEMS for stem in before)
        if meant:
            found.add(match.start)
    return found if len(found) < len(matches) else set()


def _weigh_texts(published: TextIndex, goods: Described, strength: float, weighing: _Weighing) -> float:
    """Weigh what a published nomenclature writes; it counts most where our own words understood least."""
    hits = published.find(stems_of([goods.title]))
    if not hits:
        return 0.0
    trust = 0.15 if strength >= 0.9 else 0.6 if strength > 0 else 1.0
    best = hits[0].score
    shares = {hit.code: exp(2.0 * (hit.score - best)) for hit in hits}
    whole = sum(shares.values())
    written = {unit.stem: unit.written for unit in units(goods.title)}
    for hit in hits:
        words = [written[stem] for stem in hit.stems if stem in written]
        weighing.add(hit.code, trust * shares[hit.code] / whole, words)
    return min(best / 30, 0.6)


def _weigh_evidence(evidence: Evidence, title: list[Unit], weighing: _Weighing) -> float:
    """Weigh the codes that were confirmed for goods of the same words and of the same category."""
    written = {unit.stem: unit.written for unit in title}
    strongest = 0.0
    for stem, counts in evidence.by_word.items():
        whole = sum(counts.values())
        purity = max(counts.values()) / whole
        trust = purity**2 * whole / (whole + 2)
        strongest = max(strongest, trust)
        for code, count in counts.items():
            weighing.add(code, 0.8 * trust * count / whole / len(evidence.by_word), (written.get(stem, stem),))
    beside = sum(evidence.beside.values())
    for code, count in evidence.beside.items():
        weighing.add(code, 0.25 * count / beside * beside / (beside + 2), ())
    return strongest
