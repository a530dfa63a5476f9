"""One search: which lanes are open to the buyer, what is asked of the engine, and what delivered prices say to it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR
from operator import itemgetter
from uuid import UUID

from entrepot.kernel.money import minor_digits
from entrepot.pricing import queries as pricing, ranking
from entrepot.pricing.quote import Destination
from entrepot.pricing.ranks import AMOUNT_MAX, LACKING, amount_of
from entrepot.search import facets, lanes, words
from entrepot.search.index_port import EngineAnswer, EngineQuery, SearchEngine
from entrepot.search.lanes import Way
from entrepot.search.ports import SORTS, Facet, SearchPage, SearchRequest

RANKED_WITHIN = 1000
PAGE_SIZE_MAX = 100
_OF_LANES = ("origin", "days")
_OF_ENGINE = ("category", "brand", "rating", "attribute")


def destination_of(request: SearchRequest) -> Destination | None:
    """Return where it should go; of a country alone its reference address, which cards are priced to as well."""
    if not request.country:
        return None
    if request.region or request.postal_code:
        return Destination(request.country, request.region, request.postal_code)
    return pricing.reference_destination(request.country)


def prepare(request: SearchRequest, *, engine: SearchEngine, at: datetime) -> Search:
    """Return the search for a request, ready to be asked."""
    destination = destination_of(request)
    known = engine.list_lanes(request.snapshot)
    ways = lanes.open_to(known, destination, at=at)
    chosen = None
    if request.origins or (request.days_max is not None and destination is not None):
        fitting = lanes.open_to(known, destination, origins=request.origins, days_max=request.days_max, at=at)
        chosen = frozenset(fitting)
    text, language = (request.q or "").strip(), request.language or "en"
    sort = request.sort if request.sort in SORTS else "relevance"
    query = EngineQuery(
        asked=words.ask(text, language) if text else None,
        language=language,
        lanes=frozenset(ways),
        sort="relevance" if sort == "price" else sort,
        limit=min(max(request.page_size, 1), PAGE_SIZE_MAX),
        category=request.category or "",
        store=request.store or "",
        brands=request.brands,
        attributes=request.attributes,
        rating_min=request.rating_min,
        snapshot=request.snapshot,
        chosen_lanes=chosen,
        may_estimate=True,
    )
    return Search(request, engine, at, ways, query)


@dataclass
class Search:
    """A request with what the engine is asked for it."""

    request: SearchRequest
    engine: SearchEngine
    at: datetime
    ways: Mapping[str, Way]
    query: EngineQuery
    _found_any: bool = field(default=False, init=False)  # Before a span of prices left something out.

    def with_words(self, text: str, *, unfinished: bool = False) -> Search:
        """Return this search for other words."""
        return replace(
            self, query=replace(self.query, asked=words.ask(text, self.query.language, unfinished=unfinished))
        )

    def in_language_of_attributes(self) -> Search:
        """Return this search with attributes in the language that has those chosen; itself where the reader's has."""
        own = self.query.language
        for language in (own, *(other for other in words.LANGUAGES if other != own)):
            having = EngineQuery(None, language, None, "newest", limit=1, attributes=self.query.attributes)
            if self.engine.find(having).count:
                return self if language == own else replace(self, query=replace(self.query, language=language))
        return self

    def is_for_nothing(self) -> bool:
        """Say whether what was typed holds no word at all, so that nothing can fit it."""
        asked = self.query.asked
        return asked is not None and not asked.wanted and not asked.unwanted

    def finds_without_choices(self) -> bool:
        """Say whether what was typed finds something once nothing is chosen besides: then it is spelt well."""
        if self._found_any:  # The span of prices alone left nothing.
            return True
        query = self.query
        typed = EngineQuery(query.asked, query.language, query.lanes, query.sort, limit=1, may_estimate=True)
        chosen = replace(query, limit=1, snapshot="") != typed
        return (chosen or self._is_narrowed) and self.engine.find(replace(typed, sort="newest")).count > 0

    def answer(self) -> SearchPage:
        """Return the page asked for."""
        size, page = self.query.limit, max(self.request.page, 1)
        start = (page - 1) * size
        if self.is_for_nothing():
            return SearchPage(0, (), page, size, snapshot=self.request.snapshot)
        if self._is_priced and (self._is_narrowed or self.request.sort == "price"):
            return self._answer_by_price(page, size, start)
        counts_prices = self._is_priced and "price" in self.request.facets
        if counts_prices and start + size <= RANKED_WITHIN:
            found = self.engine.find(replace(self.query, limit=RANKED_WITHIN, counted=self._counted()))
            ids, candidates = found.listing_ids[start : start + size], found
        else:
            found = self.engine.find(replace(self.query, offset=start, counted=self._counted()))
            ids, candidates = found.listing_ids, None
            if counts_prices:
                candidates = self.engine.find(replace(self.query, limit=RANKED_WITHIN, snapshot=found.snapshot))
        ranks = self._rank(candidates) if candidates is not None else ()
        shown = self._facets(found.counts, found.estimated, ranks, found.count)
        lacks = found.some_lack and not self._find_whole(found.snapshot, limit=1)
        return SearchPage(found.count, ids, page, size, facets=shown, lacks_words=lacks, snapshot=found.snapshot)

    def _find_whole(self, snapshot: str, *, limit: int) -> frozenset[UUID]:
        """Return listings that have every word that any listing has."""
        strict = replace(self.query, is_strict=True, sort="relevance", offset=0, limit=limit, snapshot=snapshot)
        return frozenset(self.engine.find(strict).listing_ids)

    def _answer_by_price(self, page: int, size: int, start: int) -> SearchPage:
        """Return the page in the order, or within the span, of delivered prices among the best by relevance."""
        counted, fits = () if self._is_narrowed else self._counted(), self._fitting()
        found = self.engine.find(replace(self.query, limit=RANKED_WITHIN, counted=counted))
        self.query = replace(self.query, snapshot=found.snapshot)
        self._found_any = found.count > 0
        ranks = self._rank(found)
        kept = [(rank, listing_id) for rank, listing_id in zip(ranks, found.listing_ids, strict=True) if fits(rank)]
        counts = self._count_among([listing_id for _, listing_id in kept]) if self._is_narrowed else found.counts
        shown = self._facets(counts, found.estimated, ranks, found.count)
        whole = self._find_whole(found.snapshot, limit=RANKED_WITHIN) if found.some_lack else frozenset()
        if self.request.sort == "price":  # Stable: of one price, the better match comes first.
            if found.some_lack:
                kept = [(rank if listing_id in whole else rank | LACKING, listing_id) for rank, listing_id in kept]
            kept.sort(key=_first)
        return SearchPage(
            len(kept) if self._is_narrowed else found.count,
            tuple(listing_id for _, listing_id in kept[start : start + size]),
            page,
            size,
            ranked_within=RANKED_WITHIN if found.count > RANKED_WITHIN else None,
            facets=shown,
            lacks_words=found.some_lack and bool(kept) and not any(listing_id in whole for _, listing_id in kept),
            snapshot=found.snapshot,
        )

    # --- facets ----------------------------------------------------------------------------------------------------

    def _counted(self) -> tuple[str, ...]:
        """Return what the engine is to count."""
        wanted: list[str] = [name for name in _OF_ENGINE if name in self.request.facets]
        if any(name in self.request.facets for name in _OF_LANES):
            wanted.append("lane")
        return tuple(wanted)

    def _facets(
        self,
        counts: Mapping[str, Mapping[str, int]],
        estimated: Collection[str],
        ranks: Sequence[int],
        count: int,
    ) -> tuple[Facet, ...]:
        request = self.request
        found: list[Facet] = []
        for name in request.facets:
            kind = "lane" if name in _OF_LANES else name
            made: Sequence[Facet] = ()
            if name == "category":
                made = (facets.categories(counts[name], request),)
            elif name == "brand":
                made = (facets.brands(counts[name], request),)
            elif name == "rating":
                made = (facets.ratings(counts[name], request),)
            elif name == "attribute":
                made = facets.attributes(counts[name], request)
            elif name == "origin":
                made = (facets.origins(counts[kind], self.ways, request),)
            elif name == "days" and request.country:
                made = (facets.days(counts[kind], self.ways, request),)
            elif name == "price" and self._is_priced:
                amounts = [amount for rank in ranks if (amount := amount_of(rank)) is not None]
                within = RANKED_WITHIN if count > RANKED_WITHIN else None
                made = (facets.prices(amounts, request, ranked_within=within),)
            found.extend(map(facets.estimate, made) if kind in estimated else made)
        return tuple(facet for facet in found if facet.values)

    def _count_among(self, kept: Sequence[UUID]) -> dict[str, Mapping[str, int]]:
        """
        Return the engine's counts of the listings within the span of prices.

        What is counted as if nothing of its kind were chosen needs the best listings without that choice, and their
        prices.
        """
        counted = self._counted()
        own = {kind: wider for kind in counted if (wider := self._without(kind)) is not None}
        counts = self._count(self.query, kept, [kind for kind in counted if kind not in own])
        for kind, wider in own.items():
            counts |= self._count(wider, self._find_fitting(wider), [kind])
        if "attribute" in counted:
            values = dict(counts["attribute"])
            for chosen in dict(self.query.attributes):
                others = tuple(pair for pair in self.query.attributes if pair[0] != chosen)
                wider = replace(self.query, attributes=others)
                found = self._count(wider, self._find_fitting(wider), ["attribute"])["attribute"]
                of_name = facets.begin_attribute(chosen)
                values |= {value: count for value, count in found.items() if value.startswith(of_name)}
            counts["attribute"] = values
        return counts

    def _count(self, query: EngineQuery, among: Sequence[UUID], kinds: Sequence[str]) -> dict[str, Mapping[str, int]]:
        """Return the counts of listings that were found by a query: they need not be looked for again."""
        if not kinds:
            return {}
        these = EngineQuery(
            None,
            query.language,
            None,
            "newest",
            limit=0,
            snapshot=query.snapshot,
            counted=tuple(kinds),
            among=tuple(among),
        )
        return dict(self.engine.find(these).counts)

    def _find_fitting(self, query: EngineQuery) -> list[UUID]:
        """Return the best listings of a query that are within the span of prices."""
        best, fits = self.engine.find(replace(query, limit=RANKED_WITHIN)), self._fitting()
        return [listing_id for listing_id, rank in zip(best.listing_ids, self._rank(best), strict=True) if fits(rank)]

    def _without(self, kind: str) -> EngineQuery | None:
        """Return what is asked without what was chosen of a kind; None where nothing was."""
        query = self.query
        if kind == "category" and query.category:
            return replace(query, category="")
        if kind == "brand" and query.brands:
            return replace(query, brands=())
        if kind == "rating" and query.rating_min is not None:
            return replace(query, rating_min=None)
        if kind == "lane" and query.chosen_lanes is not None:
            return replace(query, chosen_lanes=None)
        return None

    # --- delivered prices ------------------------------------------------------------------------------------------

    @property
    def _is_priced(self) -> bool:
        return bool(self.request.country and self.request.currency)

    @property
    def _is_narrowed(self) -> bool:
        return self.request.price_from is not None or self.request.price_to is not None

    def _rank(self, found: EngineAnswer) -> list[int]:
        """Return where what was found stands by its delivered price, in turn."""
        destination, currency = destination_of(self.request), self.request.currency
        assert destination is not None
        assert currency
        return ranking.list_ranks(
            listing_ids=found.listing_ids,
            stamps=found.stamps,
            destination=destination,
            currency=currency,
            at=self.at,
        )

    def _fitting(self) -> Callable[[int], bool]:
        """Return what says whether a rank's price is in the span that was asked for."""
        if not self._is_narrowed:
            return lambda _: True
        low, high = self.request.price_from, self.request.price_to
        minor = minor_digits(self.request.currency or "")
        least = 0 if low is None else int(low.scaleb(minor).to_integral_value(ROUND_CEILING))
        most = AMOUNT_MAX if high is None else int(high.scaleb(minor).to_integral_value(ROUND_FLOOR))

        def fits(rank: int) -> bool:
            amount = amount_of(rank)
            return amount is not None and least <= amount <= most

        return fits


_first = itemgetter(0)
