"""The texts of a published nomenclature as an index: which codes share their rare words with a title (BM25)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

from entrepot.customs.classification.words import stems_of

_SATURATION, _LENGTH = 1.2, 0.6


@dataclass(frozen=True, slots=True)
class TextHit:
    """How near a code's texts are to a title, and the stems that they share."""

    code: str
    score: float
    stems: tuple[str, ...]


class TextIndex:
    """Codes of six digits with what is written of them and of the headings above them."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        """Index texts by code; those of chapters and headings count for every code below."""
        own: dict[str, list[str]] = {}
        for code, text in texts:
            own.setdefault(code[:6], []).append(text)
        self._codes = sorted(code for code in own if len(code) == 6)
        postings: dict[str, list[tuple[int, int]]] = {}
        lengths = []
        for place, code in enumerate(self._codes):
            counts = Counter(stem for text in own[code] for stem in stems_of([text]))
            counts.update({stem: 1 for text in own.get(code[:4], ()) for stem in stems_of([text])})
            lengths.append(sum(counts.values()))
            for stem, count in counts.items():
                postings.setdefault(stem, []).append((place, count))
        mean = sum(lengths) / len(lengths) if lengths else 1.0
        self._weights = {
            stem: [(place, _weight(count, lengths[place] / mean, len(found), len(lengths))) for place, count in found]
            for stem, found in postings.items()
        }

    def find(self, stems: Iterable[str], *, limit: int = 40) -> Sequence[TextHit]:
        """Return the codes that are nearest to some stems, the nearest first."""
        scores: dict[int, float] = {}
        shared: dict[int, list[str]] = {}
        for stem in sorted(stems):
            for place, weight in self._weights.get(stem, ()):
                scores[place] = scores.get(place, 0.0) + weight
                shared.setdefault(place, []).append(stem)
        best = sorted(scores, key=lambda place: (-scores[place], place))[:limit]
        return [TextHit(self._codes[place], scores[place], tuple(shared[place])) for place in best]


def _weight(count: int, length: float, found: int, codes: int) -> float:
    rarity = log(1 + (codes - found + 0.5) / (found + 0.5))
    return rarity * count * (_SATURATION + 1) / (count + _SATURATION * (1 - _LENGTH + _LENGTH * length))
