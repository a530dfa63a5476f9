"""
Buyers under load: each takes three goods of three sellers from an empty cart to a placed and paid purchase over HTTP.

Runs as a process of its own (`python -m entrepot.bench.buyers`), so that its CPU is not counted with the shop's. It
reads a JSON order on standard input and prints what happened as JSON on standard output.
"""

from __future__ import annotations

import http.client
import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from typing import Any

ADDRESSES = {
    "DE": {"street": "Lindenstraße 12", "city": "Berlin", "postal_code": "10969", "phone": "+4930901820"},
    "FR": {"street": "12 rue de Turenne", "city": "Paris", "postal_code": "75003", "phone": "+33142720011"},
    "GB": {"street": "4 Mill Lane", "city": "Leeds", "postal_code": "LS1 4AP", "phone": "+441132430000"},
    "NL": {"street": "Herengracht 100", "city": "Amsterdam", "postal_code": "1015 BS", "phone": "+31205551234"},
}
CURRENCIES = {"DE": "EUR", "FR": "EUR", "GB": "GBP", "NL": "EUR"}


_PATIENCE_SECONDS = 60  # A buyer whose connection broke asks again with the same key for so long.


@dataclass(slots=True)
class Outcome:
    """What one buyer did: ms per finished purchase, [id, token] of each, refusals by code, calls broken or put off."""

    milliseconds: list[float] = field(default_factory=list)
    purchases: list[list[str]] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Refused(Exception):
    """The shop answered with a problem document; the text is its code."""


@dataclass(slots=True)
class Buyer:
    """One buyer's connection; a call that breaks off is made again, as a careful client would."""

    port: int
    faults: list[str]
    patience_seconds: float = _PATIENCE_SECONDS
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def buy(self, skus: list[str], key: str, country: str) -> list[str]:
        """Take the SKUs from an empty cart to a paid purchase; return the purchase's id and token."""
        cart = self.open_cart([{"sku": sku, "quantity": 1} for sku in skus], country)
        placed = self.call(
            "POST",
            f"/api/v1/carts/{cart['id']}/place",
            {
                "shown_total": {"amount": cart["quote"]["total"], "currency": CURRENCIES[country]},
                "payment": {"method": "sandbox", "token": "tok_ok"},
                "accept_due_at_door": True,
            },
            {"Idempotency-Key": key, "X-Cart-Token": cart["token"]},
        )["purchase"]
        if placed["payment"]["state"] != "captured":
            raise Refused(f"payment_{placed['payment']['state']}")
        return [placed["id"], placed["token"]]

    def open_cart(self, lines: list[dict[str, Any]], country: str) -> Any:
        """Put SKUs with their quantities into a new cart of a buyer in a country."""
        return self.call(
            "POST",
            "/api/v1/carts",
            {
                "country": country,
                "currency": CURRENCIES[country],
                "language": "en",
                "email": "buyer@example.com",
                "address": {"name": "Anna Berg", "country": country, **ADDRESSES[country]},
                "lines": lines,
            },
        )

    def call(self, method: str, path: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        """Make one call, again and again while the server is away or still busy with the same key."""
        until = time.monotonic() + self.patience_seconds
        while True:
            try:
                return self._call(method, path, body, headers or {})
            except Refused as refusal:
                if str(refusal) not in ("request_in_flight", "http_503", "unavailable") or time.monotonic() > until:
                    raise
                self.faults.append(f"put off: {refusal}")
                time.sleep(0.2)
            except (OSError, http.client.HTTPException) as fault:
                self.faults.append(f"{type(fault).__name__}: {fault}")
                self.connection.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _call(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        self.connection.request(method, path, json.dumps(body), {"Content-Type": "application/json", **headers})
        response = self.connection.getresponse()
        text = response.read()
        if response.status >= 400:
            problem = json.loads(text) if text.startswith(b"{") else {}
            raise Refused("http_503" if response.status == 503 else problem.get("code", f"http_{response.status}"))
        return json.loads(text)


def _shop(order: dict[str, Any], number: int, until: float, outcome: Outcome) -> None:
    chance = random.Random(order["seed"] * 1000 + number)
    sellers: list[list[str]] = order["skus_by_seller"]
    buyer = Buyer(order["port"], outcome.faults)
    while time.monotonic() < until:
        chosen = [chance.choice(skus) for skus in chance.sample(sellers, min(order["goods"], len(sellers)))]
        key = f"{order['seed']}-{number}-{chance.getrandbits(64):x}"
        started = time.monotonic()
        try:
            outcome.purchases.append(buyer.buy(chosen, key, chance.choice(order["countries"])))
            outcome.milliseconds.append((time.monotonic() - started) * 1000)
        except Refused as refusal:
            outcome.refusals[str(refusal)] = outcome.refusals.get(str(refusal), 0) + 1
        except (OSError, http.client.HTTPException):
            break  # The shop stayed away for longer than a buyer waits; the faults say how.


def main() -> None:
    """Read the order, shop with so many buyers for so long, print the outcomes together."""
    order = json.loads(sys.stdin.readline())
    outcomes = [Outcome() for _ in range(order["clients"])]
    until = time.monotonic() + order["seconds"]
    buyers = [
        threading.Thread(target=_shop, args=[order, number, until, outcome]) for number, outcome in enumerate(outcomes)
    ]
    started = time.monotonic()
    for buyer in buyers:
        buyer.start()
    for buyer in buyers:
        buyer.join()
    refusals: dict[str, int] = {}
    for outcome in outcomes:
        for code, count in outcome.refusals.items():
            refusals[code] = refusals.get(code, 0) + count
    result = {
        "seconds": time.monotonic() - started,
        "milliseconds": [value for outcome in outcomes for value in outcome.milliseconds],
        "purchases": [value for outcome in outcomes for value in outcome.purchases],
        "refusals": refusals,
        "faults": [value for outcome in outcomes for value in outcome.faults],
    }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main()
