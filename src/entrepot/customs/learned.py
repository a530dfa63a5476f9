"""
What classification keeps in the database: the words of confirmed codes as counts, and the published texts as an index.

A seller's own counts speak to that seller; of others only how many sellers agree is told, and only where at least two
do, so that nobody's listings can be read from a suggestion.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from entrepot.customs.classification.texts import TextIndex
from entrepot.kernel import sql
from entrepot.kernel.transactions import step

_OWN_WEIGHT = 2.0
# A word that so many codes share tells nothing; it is not kept.
_CODES_PER_WORD_MAX = 40
_LOOK_SECONDS = 60
_kept: list[tuple[float, str, TextIndex | None]] = []  # At most one.

_FIND = """
SELECT word, code, coalesce(sum(listings) FILTER (WHERE seller_id = %(seller_id)s), 0)::int,
       count(*) FILTER (WHERE seller_id <> %(seller_id)s)
FROM customs_learnedword WHERE word = ANY(%(words)s::text[]) GROUP BY 1, 2
"""
_FILL = """
INSERT INTO customs_learnedword (seller_id, word, code, listings)
SELECT * FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::int[])
"""


@dataclass(frozen=True, slots=True)
class WordCount:
    """How many of a seller's listings with a word bear a code."""

    seller_id: UUID
    word: str
    code: str
    listings: int


@step
def replace_learned_words(counts: Iterable[WordCount]) -> int:
    """Keep these counts in place of those there were; words that many codes share are left out. Return how many."""
    rows = list(counts)
    codes: dict[str, set[str]] = {}
    for row in rows:
        codes.setdefault(row.word, set()).add(row.code)
    kept = [row for row in rows if len(codes[row.word]) <= _CODES_PER_WORD_MAX]
    sql.execute("DELETE FROM customs_learnedword")
    sql.execute(
        _FILL,
        [
            [row.seller_id for row in kept],
            [row.word for row in kept],
            [row.code for row in kept],
            [row.listings for row in kept],
        ],
    )
    return len(kept)


def find_learned(
    words: Iterable[str], *, seller_id: UUID | None, with_own: bool = True
) -> Mapping[str, Mapping[str, float]]:
    """
    Return by word how much the shop's confirmed codes speak for each code, to one seller (None: to an outsider).

    :param with_own: whether the seller's own confirmed codes count.
    """
    found: dict[str, dict[str, float]] = {}
    parameters = {"seller_id": seller_id or UUID(int=0), "words": sorted(words)}
    for word, code, own, others in sql.fetch_all(_FIND, parameters):
        weight = (_OWN_WEIGHT * own if with_own else 0.0) + (others if others > 1 else 0)
        if weight:
            found.setdefault(word, {})[code] = weight
    return found


def get_text_index() -> TextIndex | None:
    """
    Return the imported texts of the Harmonized System as an index, or None where none were imported.

    A process keeps it, and looks once a minute whether there is another import.
    """
    now = time.monotonic()
    if _kept and now - _kept[0][0] < _LOOK_SECONDS:
        return _kept[0][2]
    row = sql.fetch_one(
        "SELECT concat_ws(' ', count(*), max(id), min(source)) FROM customs_publishedtext WHERE area = ''"
    )
    version = row[0] if row else ""
    if not _kept or _kept[0][1] != version:
        texts = sql.fetch_all("SELECT code, text FROM customs_publishedtext WHERE area = ''")
        index = TextIndex(texts) if texts else None
    else:
        index = _kept[0][2]
    _kept[:] = [(now, version, index)]
    return index
