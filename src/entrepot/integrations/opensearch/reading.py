"""The reading side: a published generation, and what was learnt of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast
from uuid import UUID

from tantivy import Searcher

from entrepot.integrations.opensearch import asking
from entrepot.integrations.opensearch.cluster import Cluster, ClusterRefused
from entrepot.integrations.opensearch.state import Generation
from entrepot.search import words
from entrepot.search.embedded import matching
from entrepot.search.index_port import Asked, EngineAnswer, EngineQuery, SearchNotReady

T = TypeVar("T")

_KEEP_ALIVE = "10m"
_WINDOW = 10_000  # What OpenSearch gives from a beginning; what lies beyond is walked to.
_LANES_MAX = 50_000
_BUCKETS_MAX = 65_000  # A cluster refuses more than 65,535 in one answer.
_REMEMBERED_MAX = 20_000
_GOING_ON_MAX = 50


def open_point(cluster: Cluster, index: str) -> str:
    parameters = {"keep_alive": _KEEP_ALIVE, "allow_partial_pit_creation": "false"}
    answer = cluster.ask("POST", f"/{index}/_search/point_in_time", parameters=parameters)
    return str(answer["pit_id"])


class Reading:
    """A generation to ask, with what was learnt of it: lanes, counts of words, questions."""

    def __init__(self, cluster: Cluster, index: str, generation: Generation, *, shards: int) -> None:
        self._cluster = cluster
        self._index = index
        self._name = generation.name
        self._point = generation.point
        self.is_newest = True
        # Half an answer is none; and rarity is that of the whole index, not of the part that a node happens to hold.
        self._parameters: dict[str, str | int] = {"allow_partial_search_results": "false"}
        if shards > 1:
            self._parameters["search_type"] = "dfs_query_then_fetch"
        self._lanes: dict[str, int] | None = None
        self._lane_names: frozenset[str] = frozenset()
        self._total: int | None = None
        self._counts: dict[tuple[str, str], int] = {}
        self._asked: dict[tuple[Asked, bool], tuple[asking.Query, asking.Query | None]] = {}

    # --- questions -------------------------------------------------------------------------------------------------

    def find(self, query: EngineQuery) -> EngineAnswer:
        asked = whole = None
        if query.asked is not None:
            asked, whole = self._to_words(query.asked, is_lenient=query.is_lenient)
        if query.is_strict and whole is not None:
            asked, whole = whole, None
        looks_at_lanes = query.lanes is not None or query.chosen_lanes is not None or "lane" in query.counted
        known = self.lanes if looks_at_lanes else {}
        body = asking.to_body(query, asked, known, whole=whole)
        start = query.offset
        if start + query.limit > _WINDOW:
            body, start = self._walk(body, query.offset)
        answer = self._search({**body, "size": query.limit, **({"from": start} if start else {})})
        counts = asking.read_facets(query, answer["aggregations"], known) if query.counted else {}
        return EngineAnswer(
            count=answer["hits"]["total"]["value"],
            listing_ids=tuple(UUID(hit["_id"]) for hit in answer["hits"]["hits"]),
            snapshot=self._name,
            counts=counts,
            some_lack=whole is not None,
        )

    def _walk(self, body: dict[str, Any], offset: int) -> tuple[dict[str, Any], int]:
        """Return the body of a search that goes on after as many hits as lie before a slice that is far down."""
        plain = {**body, "track_total_hits": False}
        plain.pop("aggs", None)
        after: list[Any] | None = None
        left = offset
        while left > 0:
            step = min(left, _WINDOW)
            hits = self._search({**plain, "size": step, **({"search_after": after} if after else {})})["hits"]["hits"]
            if not hits:
                break
            after = hits[-1]["sort"]
            left -= len(hits)
        return {**body, **({"search_after": after} if after else {})}, 0

    @property
    def lanes(self) -> dict[str, int]:
        """The lanes that listings stand in, with their number."""
        if self._lanes is None:
            values = {"terms": {"field": "lane", "size": _LANES_MAX}}
            answer = self._search({"size": 0, "aggs": {"lanes": values}})
            self._lanes = {row["key"]: row["doc_count"] for row in answer["aggregations"]["lanes"]["buckets"]}
        return self._lanes

    @property
    def lane_names(self) -> frozenset[str]:
        if not self._lane_names:
            self._lane_names = frozenset(self.lanes)
        return self._lane_names

    def list_beginning(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """Return the values of a field that begin so, with the number of their listings, the commonest first."""
        values = {"terms": {"field": field, "size": min(limit, _BUCKETS_MAX)}}
        if prefix:
            values["terms"]["include"] = asking.begins_so(prefix)
        query = {"prefix": {field: {"value": prefix}}} if prefix else {"match_all": {}}
        answer = self._search({"size": 0, "query": query, "aggs": {"values": values}})
        return [(row["key"], row["doc_count"]) for row in answer["aggregations"]["values"]["buckets"]]

    def list_similar(self, listing_id: UUID, lanes: frozenset[str] | None, limit: int) -> list[UUID]:
        """Return listings in stock with the same words, brand and category, the likest first."""
        found = self._search({"size": 1, "query": {"ids": {"values": [listing_id.hex]}}})["hits"]["hits"]
        if not found:
            return []
        source = found[0]["_source"]
        query = asking.like(
            source.get("like", []),
            brand=source.get("brand", ""),
            categories=source.get("categories", []),
            unlike=listing_id.hex,
            lanes=asking.stand_in(lanes, self.lanes) if lanes is not None else None,
        )
        order = [{"_score": "desc"}, {"listed_at": "desc"}, {"id": "asc"}]
        answer = self._search({"size": limit, "query": query, "sort": order, "_source": False})
        return [UUID(hit["_id"]) for hit in answer["hits"]["hits"]]

    # --- words -----------------------------------------------------------------------------------------------------

    def _to_words(self, asked: Asked, *, is_lenient: bool) -> tuple[asking.Query, asking.Query | None]:
        """
        Return the query for what was asked, lacking as many of its words as leave enough to show, and the one of those
        that lack nothing that others have (None: all do). It is remembered.
        """
        known = self._asked.get((asked, is_lenient))
        if known is not None:
            return known
        if len(self._asked) >= _REMEMBERED_MAX:
            self._asked = {}
        found: dict[tuple[str, str], int] = {}
        narrowed = self._with_counts(
            found,
            lambda count: words.narrow(
                asked, lambda language, word: count(f"words_{language}" if language else "words", word)
            ),
        )
        wide = self._with_counts(found, lambda count: matching.widen(cast(Searcher, _Counting(count)), narrowed))
        going_on = {
            begun: [word for word, _ in self.list_beginning("spoken.words", begun, _GOING_ON_MAX)]
            for group in wide.wanted
            if group.open_end and (begun := asking.beginning(group))
        }
        self._with_counts(found, lambda count: asking.to_words(wide, asking.Counts(count, 1), going_on, missing=0))
        counts = asking.Counts(lambda field, word: found[field, word], self._total or 0)
        unknown, missing = self._count_missing(wide, counts, going_on, is_lenient=is_lenient)
        query = asking.to_words(wide, counts, going_on, missing=missing)
        whole = asking.to_words(wide, counts, going_on, missing=unknown) if missing > unknown else None
        known = self._asked[asked, is_lenient] = query, whole
        return known

    def _count_missing(
        self, asked: Asked, counts: asking.Counts, going_on: Mapping[str, Sequence[str]], *, is_lenient: bool
    ) -> tuple[int, int]:
        """
        Return how many of the words every listing lacks, and how many one may lack so that there is enough to show (see
        `matching`).
        """
        wanted = len(asked.wanted)
        if wanted < 2:
            return 0, 0
        known = sum(any(any(asking.places(form, counts)) for form in group.forms) for group in asked.wanted)
        least = wanted - max(known, 1)
        if least and not is_lenient:
            return 0, 0
        tries = range(least, wanted - 1)
        queries = [asking.to_words(asked, counts, going_on, missing=missing) for missing in tries]
        for missing, found in zip(tries, self._ask_many(queries), strict=True):
            if found >= matching.ENOUGH:
                return least, missing
        return least, max(least, wanted - 1)

    def _with_counts(self, found: dict[tuple[str, str], int], work: Callable[[Callable[[str, str], int]], T]) -> T:
        """
        Do some work that looks at counts of words: once to learn which, and again with all of them asked at once.

        :param found: the counts that are known; those of this work are added.
        """
        wished: dict[tuple[str, str], None] = {}

        def wish(field: str, word: str) -> int:
            wished[field, word] = None
            return 0

        work(wish)
        remembered = self._counts
        found.update((pair, remembered[pair]) for pair in wished if pair in remembered)
        unknown = [pair for pair in wished if pair not in found]
        if unknown:
            everything: asking.Query = {"match_all": {}}
            of_words: list[asking.Query] = [{"term": {field: {"value": word}}} for field, word in unknown]
            self._total, *counts = self._ask_many([everything, *of_words])
            found.update(zip(unknown, counts, strict=True))
            if len(self._counts) > _REMEMBERED_MAX:
                self._counts = {}
            self._counts.update(zip(unknown, counts, strict=True))
        return work(lambda field, word: found[field, word])

    def _ask_many(self, queries: Sequence[asking.Query]) -> list[int]:
        """Return how many listings fit each query, in one request."""
        if not queries:
            return []
        bodies = ({"query": query, "size": 0, "track_total_hits": True} for query in queries)
        lines = (line for body in bodies for line in ({}, body))
        answers = self._cluster.ask("POST", f"/{self._index}/_msearch", lines=lines)["responses"]
        for answer in answers:
            if "error" in answer:
                raise ClusterRefused.of(answer["status"], answer["error"])
        return [answer["hits"]["total"]["value"] for answer in answers]

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        """
        Ask this generation.

        Its point in time may be gone: nobody asked for a while, or a node was restarted. The newest generation is what
        the index shows, so another point is opened there; an older one is gone for good.
        """
        try:
            return self._ask_point(body)
        except ClusterRefused as refusal:
            if not refusal.is_of_what_is_gone:
                raise
            if not self.is_newest:
                raise Gone from refusal
        try:
            self._point = open_point(self._cluster, self._index)
            return self._ask_point(body)
        except ClusterRefused as refusal:
            if not refusal.is_of_what_is_gone:
                raise
            raise SearchNotReady from refusal  # The index was taken away.

    def _ask_point(self, body: dict[str, Any]) -> dict[str, Any]:
        point = {"id": self._point, "keep_alive": _KEEP_ALIVE}
        answer = self._cluster.ask("POST", "/_search", {**body, "pit": point}, parameters=self._parameters)
        self._point = answer.get("pit_id", self._point)
        return answer


class Gone(Exception):
    """A snapshot that the cluster no longer keeps."""


class _Counting:
    """What `matching` asks of an index, from counts."""

    def __init__(self, count: Callable[[str, str], int]) -> None:
        self.doc_freq = count
