"""Who acts in a journey over HTTP: a visitor without a key, and a seller's system with one."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

GROUPS = ("goods", "delivery", "duty", "tax", "fees")


@dataclass(frozen=True)
class Answer:
    """What came back: its status, its JSON (or None) and its bytes."""

    status: int
    json: Any
    content: bytes
    content_type: str


@dataclass
class Caller:
    """Calls addresses below /api/v1 of a running server."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Call an address; a body is sent as JSON."""
        request = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", **self.headers, **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return _answer(response)
        except urllib.error.HTTPError as refusal:
            return _answer(refusal)

    def done(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """Call an address that must succeed and return its JSON."""
        found = self.call(method, path, body, headers)
        assert found.status < 400, f"{method} {path}: {found.status} {found.content[:800]!r}"
        return found.json

    def get(self, path: str) -> Any:
        return self.done("GET", path)


def _answer(response: Any) -> Answer:
    content = response.read()
    kind = response.headers.get("Content-Type", "")
    return Answer(response.status, json.loads(content) if "json" in kind else None, content, kind)


def place(visitor: Caller, cart: dict[str, Any], *, key: str, token: str = "tok_ok", **changes: Any) -> Answer:
    """Place a cart at the total that it shows."""
    body = {
        "shown_total": {"amount": cart["quote"]["total"], "currency": cart["quote"]["currency"]},
        "payment": {"method": "sandbox", "token": token},
        "accept_due_at_door": False,
        **changes,
    }
    headers = {"Idempotency-Key": key, "X-Cart-Token": cart["token"]}
    return visitor.call("POST", f"/carts/{cart['id']}/place", body, headers)


def assert_adds_up(quote: dict[str, Any]) -> None:
    """Hold a quote or a purchase to its own sums: parts and groups to each order, orders to the whole."""
    for order in quote["orders"]:
        assert sum(Decimal(order[group]) for group in GROUPS) == Decimal(order["total"])
        assert sum(Decimal(part["amount"]) for part in order["parts"]) == Decimal(order["total"])
    assert sum(Decimal(order["total"]) for order in quote["orders"]) == Decimal(quote["total"])
