"""What narrows a search, as queries of the index that count nothing towards the score."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from tantivy import FieldType, Occur, Query

from entrepot.search.embedded import schema
from entrepot.search.index_port import EngineQuery

Part = tuple[Occur, Query]
_FEW = 64
ATTRIBUTE = "attribute:"  # Before an attribute's name: each name is a kind of its own.


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search: by kind, so that a facet is counted without its own."""

    always: tuple[Part, ...]
    by_kind: Mapping[str, Part]

    def without(self, kind: str = "") -> list[Part]:
        """Return all of them but those of a kind."""
        return [*self.always, *(part for name, part in self.by_kind.items() if name != kind)]


def build(query: EngineQuery) -> Filters:
    """Return what narrows a search, but for its lanes."""
    always: list[Part] = []
    if query.store:
        always.append(one_of("store", (query.store,)))
    if query.among is not None:
        always.append(these(query.among))
    by_kind: dict[str, Part] = {}
    if query.category:
        by_kind["category"] = one_of("category", (query.category,))
    if query.brands:
        by_kind["brand"] = one_of("brand", query.brands)
    if query.rating_min is not None:
        by_kind["rating"] = _must(
            Query.range_query(schema.build(), "rating", FieldType.Unsigned, lower_bound=query.rating_min * 100)
        )
    wanted: dict[str, list[str]] = {}
    for name, value in query.attributes:
        wanted.setdefault(name, []).append(name + schema.BETWEEN + value)
    for name, values in wanted.items():
        by_kind[ATTRIBUTE + name] = one_of(f"attributes.{schema.language_key(query.language)}", values)
    return Filters(tuple(always), by_kind)


def one_of(field: str, values: Collection[str] | Collection[int]) -> Part:
    """Return the demand that a field holds one of some values."""
    return any_of(field, values) if len(values) <= _FEW else _must(_set(field, values))


def any_of(field: str, values: Collection[str] | Collection[int]) -> Part:
    """Return the same, each value looked for beside the others instead of all that have one being read first."""
    queries = [Query.term_query(schema.build(), field, value, "basic") for value in values]
    either = Query.boolean_query([(Occur.Should, query) for query in queries]) if len(queries) > 1 else queries[0]
    return _must(either)


def these(listing_ids: Collection[UUID]) -> Part:
    """Return the demand to be one of some listings."""
    return any_of("id", [listing_id.hex for listing_id in listing_ids]) if listing_ids else _must(Query.empty_query())


def _set(field: str, values: Collection[str] | Collection[int]) -> Query:
    return Query.term_set_query(schema.build(), field, list(values))


def join(parts: Collection[Part], *, scored: Query | None = None) -> Query:
    """Return the query that demands all of these parts; the score is that of `scored` alone."""
    demanded: list[Part] = [(Occur.Must, scored)] if scored is not None else []
    demanded += parts
    if not any(occur == Occur.Must for occur, _ in demanded):
        demanded.insert(0, _must(Query.all_query()))
    return Query.boolean_query(demanded) if len(demanded) > 1 else demanded[0][1]


def _must(query: Query) -> Part:
    return Occur.Must, Query.const_score_query(query, 0.0)
