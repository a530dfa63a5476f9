"""A way on from a list that holds nothing: fewer filters, fewer words, other places, and why goods do not come here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CategoryView
from entrepot.kernel.errors import DomainError
from entrepot.pricing import queries as pricing
from entrepot.search import queries as search
from entrepot.storefront import departments, facets, words
from entrepot.storefront.narrowing import Narrowing
from entrepot.ui.choice import Choice

_WORDS_MAX = 6
_FILTERS_MAX = 8


@dataclass(frozen=True, slots=True)
class Way:
    """Another list and how many listings it holds."""

    label: str
    link: str
    count: int


@dataclass(frozen=True, slots=True)
class Help:
    """
    What else may be looked at, each only where it finds something.

    `fewer` are lists without one of the filters, `shorter` searches without one of the words, `wider` the same search
    outside of the category or store. `unsold` listings fit, but do not go to the buyer's country, for these `reasons`.
    """

    fewer: tuple[Way, ...]
    shorter: tuple[Way, ...]
    wider: tuple[Way, ...]
    unsold: int
    reasons: tuple[tuple[str, int], ...]
    departments: tuple[CategoryView, ...]


def build(asked: Narrowing, *, choice: Choice, at: datetime) -> Help:
    """Return ways on from a list that holds nothing."""

    def count(other: Narrowing) -> int:
        return search.find(other.change(as_typed=True).to_request(choice, page_size=1), at=at).count

    def list_filled(ways: Sequence[tuple[str, Narrowing]]) -> tuple[Way, ...]:
        counted = [Way(label, other.address, count(other)) for label, other in ways]
        return tuple(way for way in counted if way.count)

    plain = asked.change(as_typed=False)
    dropped = facets.list_without(plain)[:_FILTERS_MAX]
    fewer = list_filled([(_("without “%(filter)s”") % {"filter": label}, other) for label, other in dropped])
    shorter = list_filled(_list_shorter(plain))
    wider = list_filled(_list_wider(plain))
    unsold, reasons = _find_unsold(asked, choice, at)
    stocked = departments.list_stocked(choice.language, choice.country)
    return Help(fewer, shorter, wider, unsold, reasons, stocked)


def _list_shorter(asked: Narrowing) -> list[tuple[str, Narrowing]]:
    parts = asked.q.split()
    if not 2 <= len(parts) <= _WORDS_MAX:
        return []
    texts = [" ".join([*parts[:number], *parts[number + 1 :]]) for number in range(len(parts))]
    return [(text, asked.change(q=text)) for text in dict.fromkeys(texts)]


def _list_wider(asked: Narrowing) -> list[tuple[str, Narrowing]]:
    """Return the same search in all categories, and in all stores."""
    if not asked.q and not asked.chosen:
        return []
    ways = []
    if asked.category:
        ways.append((_("All categories"), facets.into_category(asked, "")))
    if asked.store:
        ways.append((_("All stores"), asked.change(store="", path="/search")))
    return ways


def _find_unsold(asked: Narrowing, choice: Choice, at: datetime) -> tuple[int, tuple[tuple[str, int], ...]]:
    """Return how many listings fit that do not come here, and why, the commonest reason first."""
    found = search.find_elsewhere(asked.to_request(choice), at=at)
    reasons: Counter[str] = Counter()
    for listing_id, count in found.kinds:
        try:
            listing = catalog.get_listing(listing_id, choice.language)
            pricing.get_quote(
                lines=[(listing.skus[0].sku, 1)],
                destination=pricing.reference_destination(choice.country),
                currency=choice.currency,
                language=choice.language,
                at=at,
            )
        except DomainError as refusal:
            reasons[words.refused(refusal)] += count
    return found.count, tuple(reasons.most_common())
