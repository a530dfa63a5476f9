"""What OpenSearch keeps of a listing: the index's definition, and documents as it takes them."""

from __future__ import annotations

import hashlib
import json
import math
from functools import cache, lru_cache
from typing import Any

from entrepot.search.embedded import fields, schema
from entrepot.search.index_port import Document

BETWEEN = schema.BETWEEN
LIKE_MAX = 24
_KEYWORD = {"type": "keyword"}
# Kept in the document, looked for nowhere.
_KEPT = {"type": "keyword", "index": False, "doc_values": False}


def mapping() -> dict[str, Any]:
    """Return the fields; words are cut in Python, so a text's tokens stand between blanks."""
    texts = {name: {"type": "text", "analyzer": "whitespace"} for name in fields.TEXT_FIELDS}
    return {
        "dynamic": "strict",
        "_source": {"includes": ["like", "categories", "brand"]},
        "dynamic_templates": [
            {name: {"path_match": f"{name}.*", "mapping": _KEYWORD}} for name in ("attributes", "spoken")
        ],
        "properties": {
            **texts,
            "id": _KEYWORD,
            "store": _KEYWORD,
            "lane": {"type": "keyword", "index": False},
            "lane_key": _KEYWORD,
            "categories": _KEYWORD,
            "brand": _KEYWORD,
            "brand_key": _KEYWORD,
            "attributes": {"type": "object", "dynamic": True},
            "spoken": {"type": "object", "dynamic": True},
            "stocked": {"type": "byte"},  # 1 or 0: sorted by, and gone on after.
            "listed_at": {"type": "long"},
            "orders": {"type": "integer"},
            "rating": {"type": "float"},
            "popularity": {"type": "float", "index": False},
            "like": _KEPT,
        },
    }


def definition(*, shards: int, replicas: int) -> dict[str, Any]:
    """Return the body that an index is made with; it is refreshed when a generation is published, and only then."""
    return {
        "settings": {
            "index": {"number_of_shards": shards, "number_of_replicas": replicas, "refresh_interval": "-1"},
        },
        "mappings": mapping(),
    }


@cache
def digest() -> str:
    """Return what names this definition: an index of another one cannot be asked."""
    return hashlib.sha256(json.dumps([mapping(), LIKE_MAX], sort_keys=True).encode()).hexdigest()[:16]


@lru_cache(maxsize=50_000)
def lane_key(lane: str) -> str:
    """Return a lane's short name, by which it is looked for: thousands of whole ones would make a long request."""
    return hashlib.sha256(lane.encode()).hexdigest()[:16]


def to_source(document: Document) -> dict[str, Any]:
    """Return a document as the index takes it."""
    texts = {name: " ".join(parts) for name, parts in fields.to_fields(document).items()}
    source: dict[str, Any] = {
        **texts,
        "id": document.listing_id.hex,
        "store": document.store,
        "lane": document.lane,
        "lane_key": lane_key(document.lane),
        "categories": list(document.categories),
        # Again as values, which can be listed: `words`, and the stems of each language.
        "spoken": {name: sorted(set(text.split())) for name, text in texts.items() if name != "details"},
        "stocked": int(document.stocked),
        "listed_at": int(document.listed_at.timestamp()),
        "orders": document.orders,
        "popularity": math.log2(2 + fields.to_popularity(document)),
        "like": fields.to_like(document)[:LIKE_MAX],
    }
    if document.brand:
        source |= {"brand": document.brand, "brand_key": document.brand.casefold() + BETWEEN + document.brand}
    if document.rating is not None:
        source["rating"] = document.rating
    attributes: dict[str, list[str]] = {}
    for language, name, value in document.attributes:
        attributes.setdefault(schema.language_key(language), []).append(name + BETWEEN + value)
    if attributes:
        source["attributes"] = attributes
    return source
