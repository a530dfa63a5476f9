"""Listings as an engine keeps them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from entrepot.catalog.rules import texts as catalog_texts
from entrepot.kernel import sql
from entrepot.search import lanes
from entrepot.search.index_port import Document, Text

_ROOM = "entrepot.search"
_DESCRIPTION_LENGTH_MAX = 4_000
_VALUES_LENGTH_MAX = 2_000
# What is longer is a sentence: it is searched, but nobody narrows a list by it.
_FACET_LENGTH_MAX = 80
_FACETS_MAX = 60
_SYSTEM = re.compile(r"(?<![A-Za-z])(?:EU|UK|US|FR|IT|RU|CN|JP)(?![A-Za-z])")
_SIZE = re.compile(r"\d\d?(?:[.,]5)?")
_CATEGORIES = "SELECT id, parent_id, slug, names::text FROM catalog_category"


@dataclass(frozen=True, slots=True)
class _Branch:
    """A category with what is above it: slugs from its department down, and all their names by language."""

    slugs: tuple[str, ...]
    names: tuple[Text, ...]


def read(listing_ids: Sequence[UUID], *, at: datetime) -> list[Document]:
    """Return the listings among these that a buyer can find: offered, of an open store of an approved seller."""
    wanted = list(listing_ids)
    lane_of = lanes.read(wanted, at=at)
    if not lane_of:
        return []
    branches = _read_branches()
    rows = sql.fetch_all(sql.load(_ROOM, "read_documents"), [list(lane_of)])
    return [_make(row, lane_of[row[0]], branches[row[3]]) for row in rows]


def _make(row: tuple[Any, ...], lane: str, branch: _Branch) -> Document:
    listing_id, listed_at, store, _, brand, seller_category, codes, stocked, texts, orders, kept_options = row
    options = [option for options in orjson.loads(kept_options) for option in options.items()]
    parts = [Text("", "codes", codes), *branch.names, Text("", "brand", brand)]
    parts.append(Text("", "category", seller_category or ""))
    named: list[tuple[str, str, str]] = []
    for language, title, description, attributes, words_for in orjson.loads(texts or b"[]"):
        # What there is to choose from (sizes, colours), in this language's words where it has them.
        chosen = [(words_for.get(name, name), words_for.get(value, value)) for name, value in options]
        pairs = list(dict.fromkeys((*map(tuple, attributes), *chosen)))
        values = " ".join(_say(name, value) for name, value in pairs)
        parts += (
            Text(language, "title", title),
            Text(language, "attributes", values[:_VALUES_LENGTH_MAX]),
            Text(language, "description", _to_plain(description)[:_DESCRIPTION_LENGTH_MAX]),
        )
        short = [
            pair for pair in pairs if 0 < len(pair[0]) <= _FACET_LENGTH_MAX and 0 < len(pair[1]) <= _FACET_LENGTH_MAX
        ]
        named += [(language, *pair) for pair in short[:_FACETS_MAX]]
    return Document(
        listing_id=listing_id,
        store=store,
        lane=lane,
        listed_at=listed_at,
        texts=tuple(part for part in parts if part.words),
        categories=branch.slugs,
        brand=brand,
        attributes=tuple(named),
        stocked=stocked,
        orders=max(0, orders),
    )


def _say(name: str, value: str) -> str:
    """Return an attribute's value as it is searched: of an option "EU size" the 42 is EU 42."""
    system = _SYSTEM.search(name)
    return f"{system.group()} {value}" if system and _SIZE.fullmatch(value) else value


def _to_plain(description: str) -> str:
    # A blank in front of each tag: without it the words around it would become one.
    return catalog_texts.plain(description.replace("<", " <")) if description else ""


def _read_branches() -> Mapping[int, _Branch]:
    """Return every category by its id. One statement; there are some hundred."""
    rows = {row[0]: row[1:] for row in sql.fetch_all(_CATEGORIES)}
    found: dict[int, _Branch] = {}

    def branch(category_id: int) -> _Branch:
        known = found.get(category_id)
        if known is None:
            parent_id, slug, names = rows[category_id]
            above = branch(parent_id) if parent_id is not None else _Branch((), ())
            texts = tuple(Text(language, "category", name) for language, name in sorted(orjson.loads(names).items()))
            known = found[category_id] = _Branch((*above.slugs, slug), (*above.names, *texts))
        return known

    return {category_id: branch(category_id) for category_id in rows}
