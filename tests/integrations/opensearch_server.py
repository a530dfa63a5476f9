"""
A small OpenSearch in memory, of what the adapter uses and no more: over real HTTP, refusing what OpenSearch refuses.

Written from its documentation (docs.opensearch.org: index, document, bulk, search, query DSL, aggregations, point in
time). It keeps to the semantics that matter: what is written is seen after a refresh, a point in time never changes,
sequence numbers guard writes, scores are BM25 (with exact lengths, where Lucene rounds them).
"""

from __future__ import annotations

import base64
import json
import math
import re
import ssl
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_WINDOW = 10_000
_KEYWORD_BYTES_MAX = 32_766
_K1, _B = 1.2, 0.75
_BODY_KEYS = {
    "query", "size", "from", "sort", "aggs", "post_filter", "track_total_hits", "_source", "pit", "search_after",
}  # fmt: skip


class Refused(Exception):
    def __init__(self, status: int, kind: str, reason: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.document: dict[str, Any] = {"error": {"type": kind, "reason": reason or kind}, "status": status}


@dataclass(frozen=True)
class Kept:
    """A document as it was written."""

    id: str
    source: dict[str, Any]
    sequence: int

    def values(self, name: str) -> list[Any]:
        found: Any = self.source
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return [] if found is None else found if isinstance(found, list) else [found]

    @cached_property
    def _tokens(self) -> dict[str, list[str]]:
        return {}

    def tokens(self, name: str) -> list[str]:
        if name not in self._tokens:
            self._tokens[name] = [token for value in self.values(name) for token in str(value).split()]
        return self._tokens[name]


class View:
    """What a search sees: documents that never change again, with the statistics of their words."""

    def __init__(self, index: Index, documents: Mapping[str, Kept]) -> None:
        self.index = index
        self.documents = dict(documents)
        self._statistics: dict[str, tuple[int, float, Counter[str]]] = {}

    def statistics(self, name: str) -> tuple[int, float, Counter[str]]:
        """Return how many documents have a field, its mean length, and in how many of them each word stands."""
        if name not in self._statistics:
            lists = [tokens for kept in self.documents.values() if (tokens := kept.tokens(name))]
            frequencies = Counter(token for tokens in lists for token in set(tokens))
            self._statistics[name] = len(lists), sum(map(len, lists)) / max(1, len(lists)), frequencies
        return self._statistics[name]

    def idf(self, name: str, token: str) -> float:
        documents, _, frequencies = self.statistics(name)
        number = frequencies[token]
        return math.log(1 + (documents - number + 0.5) / (number + 0.5))

    def bm25(self, name: str, idf: float, frequency: int, length: int) -> float:
        mean = self.statistics(name)[1]
        return idf * frequency / (frequency + _K1 * (1 - _B + _B * length / mean))


class Index:
    def __init__(self, name: str, body: Mapping[str, Any]) -> None:
        self.name = name
        self.mappings = body.get("mappings", {})
        self.live: dict[str, Kept] = {}
        self.aliases: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        self.view = View(self, self.live)

    def kind_of(self, name: str) -> str:
        """Return a field's type."""
        properties = self.mappings.get("properties", {})
        if name in properties:
            return str(properties[name].get("type", "object"))
        if name == "_score":
            return "score"
        for template in self.mappings.get("dynamic_templates", ()):
            ((_, rule),) = template.items()
            if fnmatchcase(name, rule["path_match"]):
                return str(rule["mapping"]["type"])
        return ""

    def check(self, source: Mapping[str, Any]) -> None:
        if self.mappings.get("dynamic") != "strict":
            return
        properties = self.mappings["properties"]
        for name, value in source.items():
            if name not in properties:
                raise Refused(
                    400, "strict_dynamic_mapping_exception", f"mapping set to strict, [{name}] is not allowed"
                )
            values = value if isinstance(value, list) else [value]
            if isinstance(value, bool):
                raise Refused(400, "mapper_parsing_exception", f"failed to parse field [{name}]")
            if properties[name]["type"] == "keyword" and any(len(v.encode()) > _KEYWORD_BYTES_MAX for v in values):
                raise Refused(400, "illegal_argument_exception", "immense term")

    def keep(self, source: dict[str, Any]) -> dict[str, Any]:
        """Return what is kept to be shown: `_source` may leave fields out."""
        wanted = self.mappings.get("_source", {}).get("includes")
        return source if wanted is None else {name: value for name, value in source.items() if name in wanted}


# --- queries ---------------------------------------------------------------------------------------------------------


def score(view: View, query: Mapping[str, Any], kept: Kept) -> float | None:
    """Return the score of a document for a query, None where it does not match."""
    if len(query) != 1:
        raise Refused(400, "parsing_exception", "a query has one name")
    ((name, body),) = query.items()
    try:
        judge = _QUERIES[name]
    except KeyError:
        raise Refused(400, "parsing_exception", f"unknown query [{name}]") from None
    return judge(view, body, kept)


def _all_of(body: Mapping[str, Any], *allowed: str) -> None:
    if unknown := set(body) - set(allowed):
        raise Refused(400, "parsing_exception", f"unknown {sorted(unknown)}")


def _term(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    ((name, wanted),) = body.items()
    value, boost = (wanted["value"], wanted.get("boost", 1.0)) if isinstance(wanted, dict) else (wanted, 1.0)
    kind = _searched(view, name)
    if kind == "text":
        tokens = kept.tokens(name)
        frequency = tokens.count(value)
        found = view.bm25(name, view.idf(name, value), frequency, len(tokens)) if frequency else None
        return None if found is None else float(boost * found)
    return boost if value in kept.values(name) else None


def _searched(view: View, name: str) -> str:
    kind = view.index.kind_of(name)
    about = view.index.mappings.get("properties", {}).get(name, {})
    if about.get("index") is False:
        raise Refused(400, "query_shard_exception", f"Cannot search on field [{name}] since it is not indexed.")
    return kind


def _terms(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    ((name, wanted),) = body.items()
    if len(wanted) > 65_536:
        raise Refused(400, "illegal_argument_exception", "too many terms")
    _searched(view, name)
    return 1.0 if set(wanted) & set(kept.values(name)) else None


def _phrase(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    ((name, wanted),) = body.items()
    words, tokens = wanted["query"].split(), kept.tokens(name)
    frequency = sum(tokens[at : at + len(words)] == words for at in range(len(tokens)))
    if not frequency:
        return None
    idf = sum(view.idf(name, word) for word in words)
    return float(wanted.get("boost", 1.0) * view.bm25(name, idf, frequency, len(tokens)))


def _prefix(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    ((name, wanted),) = body.items()
    return 1.0 if any(value.startswith(wanted["value"]) for value in kept.values(name)) else None


def _range(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    ((name, limits),) = body.items()
    _all_of(limits, "gte", "lte")
    values = kept.values(name)
    return (
        1.0 if any(limits.get("gte", -math.inf) <= value <= limits.get("lte", math.inf) for value in values) else None
    )


def _bool(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    _all_of(body, "must", "should", "filter", "must_not", "minimum_should_match")
    if any(score(view, query, kept) is not None for query in body.get("must_not", ())):
        return None
    if any(score(view, query, kept) is None for query in body.get("filter", ())):
        return None
    musts = [score(view, query, kept) for query in body.get("must", ())]
    if None in musts:
        return None
    shoulds = [found for query in body.get("should", ()) if (found := score(view, query, kept)) is not None]
    least = body.get("minimum_should_match", 0 if "must" in body or "filter" in body or "should" not in body else 1)
    if len(shoulds) < least:
        return None
    return sum(found for found in musts if found is not None) + sum(shoulds)


def _dis_max(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    found = [value for query in body["queries"] if (value := score(view, query, kept)) is not None]
    return max(found, default=None)


def _constant(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    return body.get("boost", 1.0) if score(view, body["filter"], kept) is not None else None


def _function(view: View, body: Mapping[str, Any], kept: Kept) -> float | None:
    _all_of(body, "query", "field_value_factor", "boost_mode")
    found = score(view, body["query"], kept)
    factor = body["field_value_factor"]
    values = kept.values(factor["field"]) or [factor["missing"]]
    assert body["boost_mode"] == "multiply"
    return None if found is None else float(found * values[0])


_QUERIES = {
    "match_all": lambda view, body, kept: 1.0,
    "match_none": lambda view, body, kept: None,
    "term": _term,
    "terms": _terms,
    "ids": lambda view, body, kept: 1.0 if kept.id in body["values"] else None,
    "match_phrase": _phrase,
    "prefix": _prefix,
    "range": _range,
    "bool": _bool,
    "dis_max": _dis_max,
    "constant_score": _constant,
    "function_score": _function,
}


# --- searches --------------------------------------------------------------------------------------------------------


def search(view: View, body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a search of a view."""
    if unknown := set(body) - _BODY_KEYS:
        raise Refused(400, "parsing_exception", f"unknown key {sorted(unknown)}")
    size, start = body.get("size", 10), body.get("from", 0)
    if start + size > _WINDOW:
        raise Refused(400, "illegal_argument_exception", "Result window is too large")
    if start and "search_after" in body:
        raise Refused(400, "illegal_argument_exception", "`from` must be 0 when `search_after` is used")
    query = body.get("query", {"match_all": {}})
    matched = [(kept, found) for kept in view.documents.values() if (found := score(view, query, kept)) is not None]
    answer: dict[str, Any] = {"timed_out": False, "_shards": {"total": 1, "successful": 1, "failed": 0}}
    if "aggs" in body:
        answer["aggregations"] = aggregate(view, body["aggs"], [kept for kept, _ in matched])
    if "post_filter" in body:
        matched = [(kept, found) for kept, found in matched if score(view, body["post_filter"], kept) is not None]
    order = [_read_sort(view, part) for part in body.get("sort", [{"_score": "desc"}])]
    rows = sorted(((_keys(order, kept, found), kept, found) for kept, found in matched), key=lambda row: row[0])
    if after := body.get("search_after"):
        beyond = _after_keys(order, after)
        rows = [row for row in rows if row[0] > beyond]
    hits = []
    for _, kept, found in rows[start : start + size]:
        hit = {"_index": view.index.name, "_id": kept.id, "_score": found, "sort": _shown(order, kept, found)}
        if body.get("_source", True):
            hit["_source"] = view.index.keep(kept.source)
        hits.append(hit)
    answer["hits"] = {"max_score": None, "hits": hits}
    if body.get("track_total_hits", True):
        answer["hits"]["total"] = {"value": len(matched), "relation": "eq"}
    return answer


Order = tuple[str, bool]


def _read_sort(view: View, part: Mapping[str, Any]) -> Order:
    ((name, how),) = part.items()
    direction = how["order"] if isinstance(how, dict) else how
    if view.index.kind_of(name) in ("text", ""):
        raise Refused(400, "illegal_argument_exception", f"No mapping found for [{name}] in order to sort on")
    return name, direction == "desc"


def _shown(order: list[Order], kept: Kept, found: float) -> list[Any]:
    return [found if name == "_score" else next(iter(kept.values(name)), None) for name, _ in order]


def _keys(order: list[Order], kept: Kept, found: float) -> tuple[Any, ...]:
    return _after_keys(order, _shown(order, kept, found))


def _after_keys(order: list[Order], values: list[Any]) -> tuple[Any, ...]:
    keys: list[Any] = []
    for (_, is_falling), value in zip(order, values, strict=True):
        is_missing = value is None  # `missing: _last` is the default.
        number = 0 if is_missing else value
        keys.append((is_missing, -number if is_falling and not isinstance(number, str) else number))
    return tuple(keys)


def aggregate(view: View, asks: Mapping[str, Any], matched: list[Kept]) -> dict[str, Any]:
    answer = {}
    for name, ask in asks.items():
        if set(name) & set("[]>"):
            raise Refused(400, "parsing_exception", f"Invalid aggregation name [{name}]")
        _all_of(ask, "terms", "range", "filter", "aggs")
        if "filter" in ask:
            inside = [kept for kept in matched if score(view, ask["filter"], kept) is not None]
            answer[name] = {"doc_count": len(inside), **aggregate(view, ask.get("aggs", {}), inside)}
        elif "range" in ask:
            answer[name] = {"buckets": [_span(ask["range"]["field"], span, matched) for span in ask["range"]["ranges"]]}
        else:
            answer[name] = _count_terms(view, ask["terms"], matched)
    return answer


def _span(name: str, span: Mapping[str, Any], matched: list[Kept]) -> dict[str, Any]:
    number = sum(any(span["from"] <= value < span["to"] for value in kept.values(name)) for kept in matched)
    return {"key": span["key"], "from": span["from"], "to": span["to"], "doc_count": number}


def _count_terms(view: View, ask: Mapping[str, Any], matched: list[Kept]) -> dict[str, Any]:
    _all_of(ask, "field", "size", "include")
    if view.index.kind_of(ask["field"]) == "text":
        raise Refused(400, "illegal_argument_exception", "Text fields are not optimised for aggregations")
    if ask["size"] > 65_535:
        raise Refused(400, "too_many_buckets_exception")
    wanted = re.compile(ask["include"], re.DOTALL) if "include" in ask else None
    counts = Counter(value for kept in matched for value in set(kept.values(ask["field"])))
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    rows = [row for row in rows if wanted is None or wanted.fullmatch(row[0])]
    shown = rows[: ask["size"]]
    return {
        "sum_other_doc_count": sum(number for _, number in rows[len(shown) :]),
        "buckets": [{"key": key, "doc_count": number} for key, number in shown],
    }


# --- the server ------------------------------------------------------------------------------------------------------


@dataclass
class Server:
    """The cluster: its indices and points in time, what it was asked, and how it is to misbehave."""

    user: str = ""
    password: str = ""
    address: str = ""
    indices: dict[str, Index] = field(default_factory=dict)
    points: dict[str, View] = field(default_factory=dict)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    busy_items: int = 0  # So many items of the next bulk requests are answered 429.
    faults: list[int] = field(default_factory=list)  # Statuses of the next answers; 0 breaks the connection.
    _serials: Iterator[int] = field(default_factory=lambda: count(1))
    _guard: threading.RLock = field(default_factory=threading.RLock)

    def answer(self, method: str, target: str, payload: bytes) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(target)
        path, parameters = unquote(parts.path), dict(parse_qsl(parts.query))
        is_lines = path.endswith(("/_bulk", "/_msearch"))
        body = [json.loads(line) for line in payload.splitlines()] if is_lines else json.loads(payload or b"null")
        with self._guard:
            self.asked.append((method, target, body))
            try:
                return 200, self._route(method, path.strip("/").split("/"), parameters, body)
            except Refused as refusal:
                return refusal.status, refusal.document

    def _route(self, method: str, path: list[str], parameters: Mapping[str, str], body: Any) -> dict[str, Any]:
        match method, *path:
            case "POST", "_search":
                return self._search(body)
            case "DELETE", "_search", "point_in_time":
                return {"pits": [{"pit_id": p, "successful": bool(self.points.pop(p, None))} for p in body["pit_id"]]}
            case "POST", "_aliases":
                return self._alias(body["actions"])
            case "GET", "_alias", alias:
                found = [one.name for one in self.indices.values() if alias in one.aliases]
                named: dict[str, Any] = {name: {"aliases": {alias: {}}} for name in found}
                if not named:
                    raise Refused(404, "aliases_not_found_exception", f"alias [{alias}] missing")
                return named
            case "PUT", name:
                return self._make(name, body)
            case "DELETE", name:
                self._find(name)
                del self.indices[name]
                return {"acknowledged": True}
            case "GET", pattern, "_alias":
                return {
                    one.name: {"aliases": {alias: {} for alias in one.aliases}}
                    for one in self.indices.values()
                    if fnmatchcase(one.name, pattern)
                }
            case "GET", name, "_doc", document_id:
                return self._get(name, document_id)
            case "PUT", name, ("_doc" | "_create") as how, document_id:
                return self._put(name, document_id, body, parameters, is_new=how == "_create")
            case "POST", name, "_bulk":
                return self._bulk(self._find(name), body)
            case "POST", name, "_refresh":
                self._find(name).refresh()
                return {"_shards": {"total": 1, "successful": 1, "failed": 0}}
            case "GET", name, "_count":
                return {"count": len(self._find(name).view.documents)}
            case "POST", name, "_msearch":
                return {"responses": [search(self._find(name).view, query) | {"status": 200} for query in body[1::2]]}
            case "POST", name, "_search", "point_in_time":
                assert parameters["keep_alive"].endswith("m")
                point = f"point-{next(self._serials)}"
                self.points[point] = self._find(name).view
                return {"pit_id": point, "creation_time": 1_790_000_000_000}
        raise Refused(400, "illegal_argument_exception", f"no handler found for {method} /{'/'.join(path)}")

    def _find(self, name: str) -> Index:
        if name not in self.indices:
            raise Refused(404, "index_not_found_exception", f"no such index [{name}]")
        return self.indices[name]

    def _make(self, name: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if name in self.indices:
            raise Refused(400, "resource_already_exists_exception", f"index [{name}] already exists")
        self.indices[name] = Index(name, body)
        return {"acknowledged": True, "shards_acknowledged": True, "index": name}

    def _alias(self, actions: list[dict[str, dict[str, str]]]) -> dict[str, Any]:
        for action in actions:
            ((what, about),) = action.items()
            aliases = self._find(about["index"]).aliases
            aliases.add(about["alias"]) if what == "add" else aliases.remove(about["alias"])
        return {"acknowledged": True}

    def _get(self, name: str, document_id: str) -> dict[str, Any]:
        kept = self._find(name).live.get(document_id)
        if kept is None:
            raise _not_found(name, document_id)
        about = {"_index": name, "_id": kept.id, "_seq_no": kept.sequence, "_primary_term": 1}
        return {**about, "found": True, "_source": kept.source}

    def _put(
        self, name: str, document_id: str, body: dict[str, Any], parameters: Mapping[str, str], *, is_new: bool
    ) -> dict[str, Any]:
        index = self._find(name)
        kept = index.live.get(document_id)
        if (is_new and kept is not None) or (
            "if_seq_no" in parameters and (kept is None or kept.sequence != int(parameters["if_seq_no"]))
        ):
            raise Refused(409, "version_conflict_engine_exception", f"[{document_id}]: version conflict")
        index.check(body)
        index.live[document_id] = Kept(document_id, body, next(self._serials))
        return {"_index": name, "_id": document_id, "result": "created" if kept is None else "updated"}

    def _bulk(self, index: Index, lines: list[dict[str, Any]]) -> dict[str, Any]:
        items: list[dict[str, Any]] = []
        rest = iter(lines)
        for line in rest:
            ((action, about),) = line.items()
            source = next(rest) if action == "index" else None
            items.append({action: {"_index": index.name, "_id": about["_id"], **self._do(index, about["_id"], source)}})
        has_errors = any("error" in result for item in items for result in item.values())
        return {"took": 1, "errors": has_errors, "items": items}

    def _do(self, index: Index, document_id: str, source: dict[str, Any] | None) -> dict[str, Any]:
        if self.busy_items > 0:
            self.busy_items -= 1
            return {"status": 429, "error": {"type": "rejected_execution_exception", "reason": "busy"}}
        if source is None:
            was_there = index.live.pop(document_id, None) is not None
            return {"status": 200, "result": "deleted"} if was_there else {"status": 404, "result": "not_found"}
        try:
            index.check(source)
        except Refused as refusal:
            return {"status": refusal.status, "error": refusal.document["error"]}
        index.live[document_id] = Kept(document_id, source, next(self._serials))
        return {"status": 201, "result": "created"}

    def _search(self, body: dict[str, Any]) -> dict[str, Any]:
        view = self.points.get(body["pit"]["id"])
        if view is None or view.index.name not in self.indices:
            refusal = Refused(404, "search_phase_execution_exception", "all shards failed")
            cause = {"type": "search_context_missing_exception", "reason": "No search context found for id [1]"}
            refusal.document["error"]["root_cause"] = [cause]
            raise refusal
        return {**search(view, body), "pit_id": body["pit"]["id"]}


def _not_found(name: str, document_id: str) -> Refused:
    refusal = Refused(404, "not_found")
    refusal.document = {"_index": name, "_id": document_id, "found": False}
    return refusal


@contextmanager
def running(*, tls: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Server]:
    """Run a cluster of one node on this machine."""
    server = Server(**settings)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            payload = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = 0, {}
            if server.faults:
                status = server.faults.pop(0)
                if status == 0:
                    self.close_connection = True
                    return
            elif server.user and self.headers.get("Authorization") != _account(server):
                status, document = 401, {"error": "Unauthorized"}
            else:
                status, document = server.answer(self.command, self.path, payload)
            text = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 (the names that http.server calls)

        def log_message(self, *arguments: Any) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    server.address = f"127.0.0.1:{http.server_address[1]}"
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def _account(server: Server) -> str:
    return "Basic " + base64.b64encode(f"{server.user}:{server.password}".encode()).decode()
