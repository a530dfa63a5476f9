"""What the index keeps of a document, field by field."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

from tantivy import Document as Row, Schema, SchemaBuilder

from entrepot.search import lanes
from entrepot.search.embedded import fields
from entrepot.search.index_port import Document
from entrepot.shipping.rules import EVERYWHERE

_KEYS = ("by_newest", "by_orders", "by_rating")
ARE_STOCKED = 1 << 62  # The highest bit of a sort key: what can be bought now comes before all that cannot.
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LIKE_MAX = 24
BETWEEN = "\x1f"
SAMPLES = (256, 64, 16)  # One listing in so many; each sample holds those before it.
NOT, FROM = "-", "<"


@cache
def build() -> Schema:
    """Return the schema; words are split in Python, so a text field's tokens stand between blanks."""
    builder = SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    for name in ("id_high", "id_low", "written", "popularity", *_KEYS):
        builder.add_unsigned_field(name, fast=True)
    builder.add_unsigned_field("rating", fast=True, indexed=True)  # In hundredths of a star.
    builder.add_unsigned_field("lane_number", fast=True, indexed=True)
    for name in ("category", "brand"):
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("lane", "store", "brand_key", "sold_out", "reach", "sample"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_json_field("attributes", fast=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("like", stored=True)  # The only thing that is stored: the words that find its like.
    for name in fields.TEXT_FIELDS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    return builder.build()


@cache
def digest() -> str:
    """Return what names these fields and the text of lanes: an index of others cannot be asked."""
    names = [
        *_KEYS,
        *fields.TEXT_FIELDS,
        "attributes",
        "like",
        "rating",
        "sold_out",
        "brand_key",
        "reach",
        "lane_number",
        "written",
        "sample",
        f"lanes {lanes.FORMAT}",
    ]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()[:16]


@lru_cache(maxsize=50_000)
def list_reach(lane: str) -> tuple[str, ...]:
    """Return in words where a lane comes from (`<CN`) and leads: to countries, or everywhere (`*`) but to `-XX`."""
    options = lanes.read_reach(lane)
    sender = FROM + lane.partition("|")[0]
    if not options.get(EVERYWHERE):
        return (sender, *(country for country, ways in options.items() if ways))
    return (sender, EVERYWHERE, *(NOT + country for country, ways in options.items() if not ways))


@lru_cache(maxsize=50_000)
def number_lane(lane: str) -> int:
    """
    Return a number for a lane: what is counted and looked up sooner than its text.

    Of 52 bits, as counts come back by floating numbers; that two of some thousand lanes have the same is as likely as
    one in a hundred million.
    """
    return int.from_bytes(hashlib.blake2b(lane.encode(), digest_size=8).digest(), "big") >> 12


def language_key(language: str) -> str:
    """Return under which language attributes are kept: zh-hans and zh are one."""
    return language.partition("-")[0].lower()


def to_row(document: Document) -> Row:
    """Return a document as the index takes it."""
    number = document.listing_id.int
    seconds = max(0, int((document.listed_at - _EPOCH).total_seconds()))
    stocked = ARE_STOCKED if document.stocked else 0
    orders = min(document.orders, (1 << 24) - 1)
    stars = round(document.rating * 100) if document.rating is not None else 0
    texts = fields.to_fields(document)
    values: dict[str, Any] = {
        **texts,
        "id": document.listing_id.hex,
        "id_high": number >> 64,
        "id_low": number & 0xFFFF_FFFF_FFFF_FFFF,
        "written": _tell_time(),
        "popularity": fields.to_popularity(document),
        "by_newest": stocked | seconds,
        "by_orders": stocked | orders << 34 | seconds,
        "by_rating": stocked | stars << 52 | orders << 28 | seconds & 0xFFF_FFFF,
        "lane": document.lane,
        "lane_number": number_lane(document.lane),
        "reach": list(list_reach(document.lane)),
        "store": document.store,
        "sample": [str(of) for of in SAMPLES if number % of == 0],  # The end of an id is random.
        "category": list(document.categories),
        "like": _to_like(document),
    }
    if document.rating is not None:
        values["rating"] = stars
    if document.brand:
        values["brand"] = document.brand
        values["brand_key"] = document.brand.casefold() + BETWEEN + document.brand
    if not document.stocked:
        values["sold_out"] = "1"
    if document.attributes:
        by_language: dict[str, list[str]] = {}
        for language, name, value in document.attributes:
            by_language.setdefault(language_key(language), []).append(name + BETWEEN + value)
        values["attributes"] = by_language
    return Row.from_dict(values, build())


_told = [0]
_telling = threading.Lock()


def _tell_time() -> int:
    """Return the time in nanoseconds, later each time even where the clock stands or is set back."""
    with _telling:
        _told[0] = max(time.time_ns(), _told[0] + 1)
        return _told[0]


def _to_like(document: Document) -> bytes:
    words = " ".join(fields.to_like(document)[:_LIKE_MAX])
    return BETWEEN.join((" ".join(document.categories), document.brand, words)).encode()


def read_like(row: Row) -> tuple[list[str], str, list[str]]:
    """Return a stored document's categories from its department down, its brand, and the words that find its like."""
    categories, brand, words = bytes(row.get_first("like") or b"").decode().split(BETWEEN)
    return categories.split(), brand, words.split()
