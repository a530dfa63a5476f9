"""The nodes of an OpenSearch cluster: plain HTTP with JSON, kept connections, and a second try where one may help."""

from __future__ import annotations

import base64
import http.client
import json
import random
import ssl
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import structlog

from entrepot.search.index_port import SearchNotReady

log = structlog.get_logger(__name__)

_TRIES = 4
_PAUSE_SECONDS = 0.1
# Busy, or not there for a moment; every request of this adapter may be sent twice.
_AGAIN = frozenset({429, 502, 503, 504})


class ClusterAway(SearchNotReady):
    """No node of the cluster answers; buyers are told the same as while an index is being built."""


class ClusterRefused(Exception):
    """A node answered with a fault: `status`, `kind` as OpenSearch names it, its reason, the kinds of its causes."""

    def __init__(self, status: int, kind: str, reason: str, causes: Iterable[str] = ()) -> None:
        super().__init__(f"OpenSearch answered {status} {kind}: {reason}")
        self.status = status
        self.kind = kind
        self.causes = frozenset(causes)

    @classmethod
    def of(cls, status: int, error: Any) -> ClusterRefused:
        """Return what an answer's `error` says: most often a document, of some plugins a plain text."""
        if not isinstance(error, dict):
            return cls(status, "", str(error or ""))
        causes = (cause.get("type", "") for cause in error.get("root_cause", ()))
        return cls(status, error.get("type", ""), error.get("reason", ""), causes)

    @property
    def is_of_what_is_gone(self) -> bool:
        """Whether what was asked of, an index or a point in time, is not there."""
        return self.status == 404 or "search_context_missing_exception" in self.causes


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cluster is and how it is to be used, as `ENTREPOT_SEARCH` says it."""

    scheme: str
    nodes: tuple[tuple[str, int], ...]
    user: str
    password: str
    prefix: str
    ca_file: str
    shards: int
    replicas: int
    timeout_seconds: float


def read_place(address: str) -> Place:
    """
    Read `opensearch+https://user:password@node1:9200,node2:9200/prefix?ca=FILE&shards=1&replicas=1&timeout=5`.

    :raises ValueError: it is no such address; the message says what is wrong.
    """
    parts = urlsplit(address)
    scheme = parts.scheme.removeprefix("opensearch+")
    if scheme == parts.scheme or scheme not in ("http", "https"):
        raise ValueError("must begin with opensearch+https:// or opensearch+http://")
    account, _, hosts = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if unknown := sorted(options.keys() - {"ca", "shards", "replicas", "timeout"}):
        raise ValueError(f"does not know {', '.join(unknown)}")
    ca_file = options.get("ca", "")
    if ca_file and not Path(ca_file).is_file():
        raise ValueError(f"names a certificate file that is not there: {ca_file}")
    prefix = parts.path.strip("/") or "entrepot"
    if not prefix.replace("-", "").isalnum() or prefix != prefix.lower():
        raise ValueError("names its indices by small letters, digits and hyphens")
    nodes = tuple(_read_node(host) for host in hosts.split(","))
    numbers = {name: options.get(name, default) for name, default in (("shards", "1"), ("replicas", "1"))}
    if not all(number.isdecimal() for number in numbers.values()) or numbers["shards"] == "0":
        raise ValueError("has whole numbers of shards and replicas")
    return Place(
        scheme,
        nodes,
        unquote(user),
        unquote(password),
        prefix,
        ca_file,
        int(numbers["shards"]),
        int(numbers["replicas"]),
        float(options.get("timeout", "5")),
    )


def _read_node(host: str) -> tuple[str, int]:
    parts = urlsplit(f"//{host}")
    if not parts.hostname:
        raise ValueError("names no node")
    return parts.hostname, parts.port or 9200


class Cluster:
    """
    Sends requests to the nodes in turn. Any number of threads may ask; each keeps connections of its own.

    A node that is busy or does not answer is passed over: the next one is asked after a short, growing pause.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._context = ssl.create_default_context(cafile=place.ca_file or None) if place.scheme == "https" else None
        self._headers = {"Accept": "application/json"}
        if place.user:
            account = base64.b64encode(f"{place.user}:{place.password}".encode()).decode()
            self._headers["Authorization"] = f"Basic {account}"
        self._kept = threading.local()
        self._first = random.randrange(len(place.nodes))  # noqa: S311 (which node is asked first is no secret)

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        lines: Iterable[Mapping[str, Any]] | None = None,
        allowed: Sequence[int] = (),
        timeout_seconds: float | None = None,
        parameters: Mapping[str, str | int] | None = None,
    ) -> dict[str, Any]:
        """
        Send a request and return the answer's document; `lines` are sent as one JSON document a line.

        :param allowed: statuses beside those below 300 that are answers too; the document says `status` then.
        :raises ClusterRefused: a node answered with another status.
        :raises ClusterAway: no node answered in time.
        """
        target = f"{quote(path, safe='/,_-*')}{f'?{urlencode(parameters)}' if parameters else ''}"
        headers, payload = dict(self._headers), None
        if lines is not None:
            headers["Content-Type"] = "application/x-ndjson"
            payload = b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)
        elif body is not None:
            headers["Content-Type"] = "application/json"
            payload = json.dumps(body, ensure_ascii=False).encode()
        deadline = time.monotonic() + (timeout_seconds or self._place.timeout_seconds)
        status, text = self._try_nodes(method, target, payload, headers, deadline)
        document: dict[str, Any] = json.loads(text) if text else {}
        if status < 300:
            return document
        if status in allowed:
            return {"status": status, **document}
        raise ClusterRefused.of(status, document.get("error"))

    def _try_nodes(
        self, method: str, target: str, payload: bytes | None, headers: Mapping[str, str], deadline: float
    ) -> tuple[int, bytes]:
        nodes = self._place.nodes
        fault = "no time was left"
        for number in range(_TRIES):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            node = nodes[(self._first + number) % len(nodes)]
            try:
                status, text = self._send(node, method, target, payload, headers, left)
            except (OSError, http.client.HTTPException) as failure:
                fault = f"{node[0]}: {type(failure).__name__} {failure}"
                self._forget(node)
            else:
                fault = f"{node[0]}: status {status}"
                if status not in _AGAIN:
                    self._first = (self._first + number) % len(nodes)
                    return status, text
            pause = _PAUSE_SECONDS * 2**number * (1 + random.random())  # noqa: S311
            time.sleep(max(0.0, min(pause, deadline - time.monotonic())))
        log.warning("no node of the search cluster answers", fault=fault)
        raise ClusterAway

    def _send(
        self,
        node: tuple[str, int],
        method: str,
        target: str,
        payload: bytes | None,
        headers: Mapping[str, str],
        timeout_seconds: float,
    ) -> tuple[int, bytes]:
        connection = self._connections().get(node) or self._open(node)
        connection.timeout = timeout_seconds
        if connection.sock is not None:
            connection.sock.settimeout(timeout_seconds)
        connection.request(method, target, body=payload, headers=dict(headers))
        response = connection.getresponse()
        return response.status, response.read()

    def _open(self, node: tuple[str, int]) -> http.client.HTTPConnection:
        connection = (
            http.client.HTTPSConnection(*node, context=self._context)
            if self._context is not None
            else http.client.HTTPConnection(*node)
        )
        self._connections()[node] = connection
        return connection

    def _connections(self) -> dict[tuple[str, int], http.client.HTTPConnection]:
        kept: dict[tuple[str, int], http.client.HTTPConnection] | None = getattr(self._kept, "connections", None)
        if kept is None:
            kept = self._kept.connections = {}
        return kept

    def _forget(self, node: tuple[str, int]) -> None:
        connection = self._connections().pop(node, None)
        if connection is not None:
            connection.close()
