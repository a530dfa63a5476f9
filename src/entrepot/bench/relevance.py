"""How good an order of relevance is: nDCG@10 of the shop's own search over products with judged queries."""

from __future__ import annotations

import csv
import json
import math
import re
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from tantivy import Document as Row, Index, Occur, Query, SchemaBuilder

from entrepot.search import spelling, words
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.index_port import Document, EngineAnswer, EngineQuery, Text

DEPTH = 10
_BATCH = 2_000
_NAMESPACE = UUID("5c9f3a52-6f0b-5d5e-9d42-0d1c3c1f7a10")
_LISTED_AT = datetime(2020, 1, 1, tzinfo=UTC)  # None of them is newer or more bought than another.
_WORD = re.compile(r"[^\W_]+")
_ID_COLUMNS = ("id", "docid", "product_id")


class Unreadable(RuntimeError):
    """A file does not say what it should; the text names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Product:
    """What a product says of itself."""

    id: str
    title: str
    description: str
    brand: str
    attributes: tuple[tuple[str, str], ...]


def measure(*, products: Path, judgments: Path, language: str, with_baseline: bool) -> dict[str, Any]:
    """
    Index the products, ask every judged query, and return how good the first ten answers are.

    A product that was not judged counts as not relevant, a query to which no product is relevant as 0.

    :raises Unreadable: a file is not in the form that docs/search-relevance.md describes.
    """
    started = time.perf_counter()
    goods = list(read_products(products))
    judged = read_judgments(judgments)
    known = {product.id for product in goods}
    report: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="entrepot-relevance-") as folder:
        engine = EmbeddedEngine(Path(folder), stamp=lambda: "relevance")
        _index(engine, goods, language)
        indexed = time.perf_counter()
        by_id = {to_listing_id(product.id): product for product in goods}
        searcher = _Searcher(engine, language, by_id)
        scores = [ndcg([by_id[found].id for found in searcher.ask(q)], ratings) for q, ratings in judged.items()]
        asked = time.perf_counter()
        engine.release()
    report["nDCG@10"] = round(sum(scores) / len(scores), 4)
    report["queries"] = len(judged)
    report["seconds"] = round(asked - started, 2)
    report["products"] = len(goods)
    report["queries_without_relevant"] = sum(1 for ratings in judged.values() if max(ratings.values()) <= 0)
    report["judged_but_missing"] = sum(1 for ratings in judged.values() for name in ratings if name not in known)
    report["milliseconds_per_query"] = round((asked - indexed) * 1000 / len(judged), 2)
    if with_baseline:
        ranked = rank_plainly(goods, judged)
        plain = [ndcg(ranked[q], ratings) for q, ratings in judged.items()]
        report["plain_bm25"] = round(sum(plain) / len(plain), 4)
    return report


def describe(report: dict[str, Any]) -> str:
    """Return the report in words."""
    size, speed = f"{report['queries']} queries and {report['products']} products", report["milliseconds_per_query"]
    lines = [f"nDCG@10 {report['nDCG@10']} over {size}, {report['seconds']} s ({speed} ms a query)"]
    if report["queries_without_relevant"]:
        lines.append(f"no product is relevant to {report['queries_without_relevant']} of the queries: each counts as 0")
    if report["judged_but_missing"]:
        lines.append(f"{report['judged_but_missing']} judgments are of products that the file does not hold")
    if "plain_bm25" in report:
        lines.append(f"plain BM25 over title and description: {report['plain_bm25']}")
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Searcher:
    """Asks the engine as a buyer's search does."""

    engine: EmbeddedEngine
    language: str
    products: Mapping[UUID, Product]

    def ask(self, q: str) -> Sequence[UUID]:
        """Return the best listings for what was typed, spelt otherwise if nothing has it, then with words missing."""
        found = self._find(q)
        if not found.count and (
            spelt := spelling.correct(q, self.language, engine=self.engine, read_texts=self._read_texts)
        ):
            found = self._find(spelt)
        return (found if found.count else self._find(q, is_lenient=True)).listing_ids

    def _find(self, q: str, *, is_lenient: bool = False) -> EngineAnswer:
        asked = words.ask(q, self.language)
        query = EngineQuery(asked, self.language, None, "relevance", limit=DEPTH, is_lenient=is_lenient)
        return self.engine.find(query) if asked.wanted else EngineAnswer(0, (), "")

    def _read_texts(self, listing_ids: Sequence[UUID]) -> list[tuple[UUID, str, str]]:
        return [(listing_id, self.language, self.products[listing_id].title) for listing_id in listing_ids]


def ndcg(ranked: Sequence[str], ratings: Mapping[str, float]) -> float:
    """Return the normalised discounted gain of the first ten, a rating's gain being 2 to its power less 1."""
    best = _gain(sorted(ratings.values(), reverse=True))
    return _gain([ratings.get(name, 0.0) for name in ranked]) / best if best else 0.0


def _gain(ratings: Sequence[float]) -> float:
    return sum((2.0**rating - 1.0) / math.log2(place + 2) for place, rating in enumerate(ratings[:DEPTH]))


def to_listing_id(name: str) -> UUID:
    """Return the id under which a product is kept, whatever its own looks like."""
    return uuid5(_NAMESPACE, name)


def _index(engine: EmbeddedEngine, goods: Sequence[Product], language: str) -> None:
    fresh = engine.start_anew() if engine.claim() else engine
    for start in range(0, len(goods), _BATCH):
        fresh.write([_to_document(product, language) for product in goods[start : start + _BATCH]])
    fresh.publish()


def _to_document(product: Product, language: str) -> Document:
    texts = (
        Text(language, "title", product.title),
        Text("", "brand", product.brand),
        Text(language, "attributes", " ".join(value for _, value in product.attributes)),
        Text(language, "description", product.description),
    )
    return Document(
        listing_id=to_listing_id(product.id),
        store="",
        lane="",
        listed_at=_LISTED_AT,
        texts=tuple(text for text in texts if text.words),
        brand=product.brand,
        attributes=tuple((language, name, value) for name, value in product.attributes),
    )


# --- files -----------------------------------------------------------------------------------------------------------


def read_products(path: Path) -> Iterator[Product]:
    """
    Yield the products of a file, one JSON object a line.

    :raises Unreadable: a line is no product.
    """
    seen: set[str] = set()
    with _open(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            where = f"{path.name}, line {number}"
            try:
                row = json.loads(line)
            except json.JSONDecodeError as trouble:
                raise Unreadable(f"{where}: not JSON ({trouble.msg} at column {trouble.colno})") from None
            if not isinstance(row, dict) or row.get("id") in (None, ""):
                raise Unreadable(f"{where}: not an object with an id")
            product = Product(
                id=str(row["id"]),
                title=_text(row.get("title"), where, "title"),
                description=_text(row.get("description"), where, "description"),
                brand=_text(row.get("brand"), where, "brand"),
                attributes=tuple(_pairs(row.get("attributes"), where)),
            )
            if product.id in seen:
                raise Unreadable(f"{where}: the id {product.id} was there before")
            seen.add(product.id)
            yield product
    if not seen:
        raise Unreadable(f"{path.name}: it holds no product")


def _text(value: Any, where: str, name: str) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, list) and all(isinstance(part, str | int | float) for part in value):
        return " ".join(map(str, value))
    raise Unreadable(f"{where}: {name} is neither a text nor a list of texts")


def _pairs(attributes: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield attributes given as an object, as pairs or as objects of a name and a value; a text stands for itself."""
    if not attributes:
        return
    if isinstance(attributes, str):
        yield "", attributes
        return
    entries = attributes.items() if isinstance(attributes, dict) else attributes
    for entry in entries if isinstance(attributes, dict | list) else ():
        match entry:
            case (str() as name, value) | [str() as name, value]:
                pass
            case {"name": name, "value": value}:
                pass
            case str() as value:
                name = ""
            case _:
                raise Unreadable(f"{where}: an attribute is neither a pair nor an object with name and value")
        if value is True:  # What is so is said by the name: "rechargeable".
            value = name
        if text := _text(value, where, f"the attribute {name}" if name else "an attribute"):
            yield str(name), text
    if not isinstance(attributes, dict | list):
        raise Unreadable(f"{where}: attributes are neither an object nor a list")


def read_judgments(path: Path) -> dict[str, dict[str, float]]:
    """
    Return the ratings of products by query, in the file's order.

    :raises Unreadable: a column is missing or a rating is no number from 0 up.
    """
    judged: dict[str, dict[str, float]] = {}
    with _open(path) as lines:
        rows = csv.DictReader(lines)
        columns = rows.fieldnames or ()
        id_column = next((name for name in _ID_COLUMNS if name in columns), "")
        if not id_column or "query" not in columns or "rating" not in columns:
            raise Unreadable(f"{path.name}: its first line must name the columns query, id and rating")
        for row in rows:
            where = f"{path.name}, line {rows.line_num}"
            try:
                rating = float(row["rating"])
            except (TypeError, ValueError):
                raise Unreadable(f"{where}: {row['rating']} is no rating") from None
            if not 0.0 <= rating <= 1000.0:
                raise Unreadable(f"{where}: a rating goes from 0 up to 1000")
            if not row["query"] or not row[id_column]:
                raise Unreadable(f"{where}: query or id is empty")
            judged.setdefault(row["query"], {})[row[id_column]] = rating
    if not judged:
        raise Unreadable(f"{path.name}: it holds no judgment")
    return judged


def _open(path: Path) -> Any:
    try:
        return path.open(encoding="utf-8-sig", newline="")
    except OSError as trouble:
        raise Unreadable(f"{path}: {trouble.strerror}") from None


# --- what it is compared with ----------------------------------------------------------------------------------------


def rank_plainly(goods: Sequence[Product], queries: Iterable[str]) -> dict[str, list[str]]:
    """Return what BM25 over title and description makes of each query: whole words, unstemmed, any of them, as is."""
    builder = SchemaBuilder()
    for name in ("title", "description"):
        builder.add_text_field(name, tokenizer_name="whitespace")
    builder.add_text_field("name", stored=True, tokenizer_name="raw")
    schema = builder.build()
    index = Index(schema)
    writer = index.writer(100_000_000, 1)
    for product in goods:
        texts = {"title": _words(product.title), "description": _words(product.description)}
        writer.add_document(Row.from_dict({"name": product.id, **texts}, schema))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    ranked = {}
    for q in queries:
        terms = [
            Query.term_query(schema, field, word) for word in _words(q).split() for field in ("title", "description")
        ]
        hits = searcher.search(Query.boolean_query([(Occur.Should, term) for term in terms]), DEPTH).hits
        ranked[q] = [searcher.doc(address)["name"][0] for _, address in hits]
    return ranked


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.lower()))
