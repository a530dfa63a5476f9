"""Suggested HS codes: what a seller's words, the shop's confirmed codes and the category say of goods without one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from orjson import loads  # Django leaves the JSON of raw statements as text.

from entrepot.catalog.queries.listings import ListingView, get_listing
from entrepot.catalog.rules.taxonomy import nodes
from entrepot.customs import classification, learned
from entrepot.customs.classification import Candidate, Described, Evidence, measuring
from entrepot.customs.classification.measuring import Labelled, Measured
from entrepot.customs.classification.suggesting import Ranking, rank
from entrepot.kernel import sql

_ROOM = "entrepot.catalog"
_LISTINGS_PER_CATEGORY = 12
_CATEGORIES_MAX = 60


@dataclass(frozen=True, slots=True)
class CategorySuggestion:
    """
    What a category of the seller's without a code may have: each code with how many of its listings speak for it.

    `candidates` are by the mean probability over the listings that were looked at, `looked_at` of `listings`.
    """

    id: int
    text: str
    listings: int
    looked_at: int
    candidates: tuple[Candidate, ...]
    agreeing: tuple[int, ...]


# What the category says: the seller's own confirmed codes in it, and those that at least two others confirmed.
_BESIDE = """
SELECT left(l.hs_code, 6), count(*) FILTER (WHERE l.seller_id = %(seller_id)s),
       count(DISTINCT l.seller_id) FILTER (WHERE l.seller_id <> %(seller_id)s)
FROM catalog_listing l JOIN catalog_category c ON c.id = l.category_id
WHERE c.slug = %(category)s AND l.hs_confirmed_at IS NOT NULL
GROUP BY 1
"""


def suggest_codes(
    goods: Described, *, seller_id: UUID | None = None, category: str | None = None
) -> tuple[Candidate, ...]:
    """
    Return at most five codes that goods may have, the likeliest first.

    :param category: the slug of the shop's category, whose names and confirmed codes count too.
    """
    words = classification.stems_of([goods.title])
    evidence = Evidence(
        by_word=learned.find_learned(words, seller_id=seller_id),
        beside=_beside(seller_id, category) if category else {},
    )
    return classification.suggest(_placed(goods, category), evidence=evidence, published=learned.get_text_index())


def suggest_codes_of_listing(seller_id: UUID, listing_id: UUID) -> tuple[Candidate, ...]:
    """
    Return the codes that a seller's listing may have.

    :raises NotFound: the seller has no such listing.
    """
    listing = get_listing(listing_id, "", seller_id=seller_id)
    return suggest_codes(_described(listing), seller_id=seller_id, category=listing.category_slug)


def _described(listing: ListingView) -> Described:
    """Return a listing as the suggester wants it."""
    return Described(
        title=listing.title,
        language=listing.language,
        attributes=tuple(listing.attributes),
        category=tuple(filter(None, (listing.seller_category,))),
        description=listing.description,
    )


def _beside(seller_id: UUID | None, category: str) -> Mapping[str, float]:
    rows = sql.fetch_all(_BESIDE, {"seller_id": seller_id or UUID(int=0), "category": category})
    counts = {code: 2.0 * own + (others if others > 1 else 0) for code, own, others in rows}
    return {code: count for code, count in counts.items() if count}


def _placed(goods: Described, category: str | None) -> Described:
    """Return the goods with the shop's own names of their category behind the seller's words."""
    node = next((node for node in nodes() if node.slug == category), None)
    if node is None:
        return goods
    language = (goods.language or "").partition("-")[0]
    return Described(
        title=goods.title,
        language=goods.language,
        attributes=goods.attributes,
        category=(*goods.category, node.names.get(language, node.names["en"])),
        description=goods.description,
    )


def suggest_codes_of_categories(seller_id: UUID) -> tuple[CategorySuggestion, ...]:
    """Return what the listings without a code speak for, by category of the seller's, the fullest categories first."""
    rows = sql.fetch_all(
        sql.load(_ROOM, "list_unclassified"),
        {"seller_id": seller_id, "per_category": _LISTINGS_PER_CATEGORY, "categories": _CATEGORIES_MAX},
    )
    stems = classification.stems_of(row[4] for row in rows)
    by_word = learned.find_learned(stems, seller_id=seller_id)
    published = learned.get_text_index()
    gathered: dict[int, _Gathered] = {}
    for category_id, text, slug, listings, title, language, attributes in rows:
        one = gathered.setdefault(category_id, _Gathered(category_id, text, listings))
        goods = _placed(Described(title, language, _pairs(attributes), tuple(filter(None, (text,)))), slug)
        own = {stem: by_word[stem] for stem in classification.stems_of([title]) if stem in by_word}
        one.add(classification.suggest(goods, evidence=Evidence(by_word=own), published=published))
    return tuple(one.summed() for one in gathered.values())


def _pairs(attributes: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(value)) for name, value in attributes)


class _Gathered:
    """The suggestions of a category's listings, summed."""

    def __init__(self, category_id: int, text: str, listings: int) -> None:
        self._id, self._text, self._listings = category_id, text, listings
        self._looked_at = 0
        self._trust: Counter[str] = Counter()
        self._first: Counter[str] = Counter()
        self._best: dict[str, Candidate] = {}

    def add(self, candidates: Sequence[Candidate]) -> None:
        self._looked_at += 1
        for place, candidate in enumerate(candidates):
            self._trust[candidate.code] += candidate.probability  # type: ignore[assignment]
            self._first[candidate.code] += place == 0
            known = self._best.get(candidate.code)
            if known is None or candidate.probability > known.probability:
                self._best[candidate.code] = candidate

    def summed(self) -> CategorySuggestion:
        whole = max(self._looked_at, 1)
        codes = sorted(self._trust, key=lambda code: (-self._trust[code], code))[:3]
        found = [
            Candidate(code, self._trust[code] / whole, self._best[code].why, self._best[code].facets) for code in codes
        ]
        return CategorySuggestion(
            self._id,
            self._text,
            self._listings,
            self._looked_at,
            tuple(found),
            tuple(self._first[code] for code in codes),
        )


_CONFIRMED = """
SELECT l.id, l.seller_id, l.hs_code, t.title, t.language, t.attributes::text, c.slug
FROM catalog_listing l
JOIN catalog_listingtext t ON t.listing_id = l.id AND t.language = l.language
JOIN catalog_category c ON c.id = l.category_id
WHERE l.hs_confirmed_at IS NOT NULL ORDER BY l.id LIMIT %s
"""
_MEASURED_MAX = 5_000


def measure_suggestions() -> Mapping[str, Mapping[str, Measured]]:
    """
    Return how well the shop's own confirmed listings are told, by language: by words alone, and with what others
    have confirmed. What a listing's own seller confirmed is never asked.
    """
    examples: list[Labelled] = []
    sellers: list[UUID] = []
    for _, seller_id, code, title, language, attributes, slug in sql.fetch_all(_CONFIRMED, [_MEASURED_MAX]):
        goods = _placed(Described(title, language, _pairs(loads(attributes))), slug)
        examples.append(Labelled(goods, (code[:6],), language))
        sellers.append(seller_id)
    if not examples:
        return {}
    published = learned.get_text_index()
    owners = {id(one.goods): seller_id for one, seller_id in zip(examples, sellers, strict=True)}

    def by_words(goods: Described) -> Ranking:
        return rank(goods, published=published)

    def with_others(goods: Described) -> Ranking:
        words = classification.stems_of([goods.title])
        evidence = Evidence(by_word=learned.find_learned(words, seller_id=owners[id(goods)], with_own=False))
        return rank(goods, evidence=evidence, published=published)

    return {
        "confirmed listings, by their words": measuring.measure(examples, by_words),
        "confirmed listings, by their words and other sellers' codes": measuring.measure(examples, with_others),
    }
