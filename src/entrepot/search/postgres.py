"""
The plain engine: PostgreSQL's own text search.

A document is one vector of the words of all its languages, each through its language's dictionary, and of the bare
words beside them, so that an unfinished word is found too. What may be sold now is asked of the live tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import orjson

from entrepot.kernel import sql
from entrepot.search.ports import Document, EngineQuery
from entrepot.search.rules import SIMPLE, config_of, configs_for, parse, prepare, to_tsquery

_ROOM = "entrepot.search"
_REMOVE = "DELETE FROM search_document WHERE listing_id = ANY(%s)"
_UNRESTRICT = "DELETE FROM search_restricted WHERE listing_id = ANY(%s)"
_RESTRICT = """
INSERT INTO search_restricted AS r (listing_id, rules)
SELECT x.listing_id, x.rules FROM jsonb_to_recordset(%s::jsonb) AS x(listing_id uuid, rules text[])
ORDER BY x.listing_id
ON CONFLICT (listing_id) DO UPDATE SET rules = excluded.rules WHERE r.rules IS DISTINCT FROM excluded.rules
"""
_BRANCH = """
l.category_id IN (
  WITH RECURSIVE branch AS (
    SELECT id FROM catalog_category WHERE slug = %(category)s
    UNION ALL
    SELECT c.id FROM catalog_category c JOIN branch b ON c.parent_id = b.id
  )
  SELECT id FROM branch
)"""
_CORRIDOR = """
EXISTS (
  SELECT 1 FROM open_corridor o
  WHERE o.country = s.country AND o.dispatch_country = st.dispatch_country
    AND (o.closed_hs = '{}' OR l.hs_code IS NULL OR NOT l.hs_code ^@ ANY(o.closed_hs))
    AND (x.rules IS NULL OR NOT x.rules && o.closed_rules)
)"""


class PostgresEngine:
    """The engine that needs nothing beside the database; enough for some hundred thousand listings."""

    def write(self, documents: Sequence[Document]) -> None:
        rows = [
            {
                "listing_id": document.listing_id,
                "seller_id": document.seller_id,
                "listed_at": document.listed_at,
                "parts": [
                    {"config": config, "weight": text.weight, "words": words}
                    for text in document.texts
                    if (words := prepare(text.words, text.language))
                    for config in dict.fromkeys((config_of(text.language), *((SIMPLE,) if text.weight == "A" else ())))
                ],
            }
            for document in documents
        ]
        if rows:
            sql.execute(sql.load(_ROOM, "write_documents"), [orjson.dumps(rows).decode()])
            self.restrict({document.listing_id: document.restricted for document in documents})

    def restrict(self, rules: Mapping[UUID, Sequence[str]]) -> None:
        sql.execute(_UNRESTRICT, [[listing_id for listing_id, names in rules.items() if not names]])
        touched = [{"listing_id": listing_id, "rules": list(names)} for listing_id, names in rules.items() if names]
        if touched:
            sql.execute(_RESTRICT, [orjson.dumps(touched).decode()])

    def remove(self, listing_ids: Sequence[UUID]) -> None:
        if listing_ids:
            sql.execute(_REMOVE, [list(listing_ids)])
            sql.execute(_UNRESTRICT, [list(listing_ids)])

    def find(self, query: EngineQuery) -> tuple[int, list[UUID]]:
        statement, parameters = compose(query)
        if statement is None:
            return 0, []
        rows = sql.fetch_all_planned_for(statement, parameters)
        if rows:
            return rows[0][0], [row[1] for row in rows]
        if query.offset == 0:
            return 0, []
        # A page behind the last one: the count is still told.
        return self.find(replace(query, limit=1, offset=0))[0], []


def compose(query: EngineQuery) -> tuple[str | None, dict[str, Any]]:
    """Return the statement that answers a query, with its parameters; None when nothing can fit."""
    parameters: dict[str, Any] = {"limit": query.limit, "offset": query.offset}
    conditions: list[str] = []
    parts: dict[str, str] = {"asked": "", "documents": "", "rank": "0", "corridors": "", "restricted": ""}
    if query.q.strip():
        asked = _asked(query)
        if not any(wanted or unwanted for _, wanted, unwanted in asked):
            return None, {}
        for name, column in (("configs", 0), ("wanted", 1), ("unwanted", 2)):
            parameters[name] = [row[column] for row in asked]
        parts["asked"] = (
            "asked AS MATERIALIZED ("
            "SELECT search_any(%(configs)s::text[], %(wanted)s::text[], %(unwanted)s::text[]) AS query),"
        )
        parts["documents"] = "JOIN search_document d ON d.listing_id = l.id CROSS JOIN asked"
        conditions.append("d.words @@ asked.query")
        if query.sort == "relevance":
            parts["rank"] = "ts_rank(d.words, asked.query, 1)"
    if query.category:
        conditions.append(_BRANCH)
        parameters["category"] = query.category
    if query.store:
        conditions.append("st.slug = %(store)s")
        parameters["store"] = query.store
    if query.corridors is not None:
        if not query.corridors:
            return None, {}
        conditions.append(_CORRIDOR)
        parameters["corridors"] = orjson.dumps(query.corridors).decode()
        parts["corridors"] = (
            "open_corridor AS MATERIALIZED (SELECT * FROM jsonb_to_recordset(%(corridors)s::jsonb)"
            " AS x(country text, dispatch_country text, closed_hs text[], closed_rules text[])),"
        )
        parts["restricted"] = "LEFT JOIN search_restricted x ON x.listing_id = l.id"
    statement = sql.load(_ROOM, "find")
    for name, text in parts.items():
        statement = statement.replace(f"/*{name}*/", text)
    return statement.replace(
        "/*conditions*/", "".join(f"\n    AND {condition}" for condition in conditions)
    ), parameters


def _asked(query: EngineQuery) -> list[tuple[str, str, str]]:
    """Return what was typed in the language of each dictionary that it may be meant in: wanted and unwanted."""
    asked = [
        (config, *to_tsquery(parse(query.q, language))) for config, language in configs_for(query.q, query.language)
    ]
    return list(dict.fromkeys(asked))
