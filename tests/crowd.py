"""A crowd of buyers on a production server: they buy over HTTP, as careful clients do, until they are sent home."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from entrepot.bench.buyers import Buyer, Refused
from entrepot.bench.installation import Installation

T = TypeVar("T")

_COUNTRIES = ("DE", "FR", "GB", "NL")


@dataclass
class Crowd:
    """Buyers in threads of this process. `bought` holds [id, token] of every purchase that the shop acknowledged."""

    shop: Installation
    skus_by_seller: Sequence[Sequence[str]]
    patience_seconds: float = 10
    bought: list[list[str]] = field(default_factory=list)
    refusals: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self, size: int) -> None:
        """Let so many buyers begin."""
        self._threads = [threading.Thread(target=self._shop, args=[number], daemon=True) for number in range(size)]
        for thread in self._threads:
            thread.start()

    def wait_for(self, more: int, *, seconds_max: float = 90) -> None:
        """Wait until so many more purchases are acknowledged."""
        wanted, until = len(self.bought) + more, time.monotonic() + seconds_max
        while len(self.bought) < wanted:
            assert time.monotonic() < until, (
                f"{len(self.bought)} of {wanted} after {seconds_max} s; {self.refusals} {self.faults[-3:]}"
            )
            time.sleep(0.02)

    def stop(self) -> None:
        """Send them home, each after the purchase that it is at."""
        self._stop.set()
        for thread in self._threads:
            thread.join(120)

    def _shop(self, number: int) -> None:
        chance = random.Random(number)
        buyer = Buyer(self.shop.port, self.faults, patience_seconds=self.patience_seconds)
        turn = 0
        while not self._stop.is_set():
            turn += 1
            chosen = [chance.choice(skus) for skus in chance.sample(list(self.skus_by_seller), 3)]
            key = f"{number}-{turn}-{chance.getrandbits(64):x}"
            try:
                self.bought.append(buyer.buy(chosen, key, chance.choice(_COUNTRIES)))
            except Refused as refusal:
                self.refusals[str(refusal)] += 1
            except (OSError, http.client.HTTPException) as fault:
                self.faults.append(f"given up: {fault}")


def open_cart(shop: Installation, skus: Sequence[str], *, quantity: int = 1, country: str = "DE") -> dict[str, Any]:
    """Open a cart over HTTP."""
    lines = [{"sku": sku, "quantity": quantity} for sku in skus]
    cart: dict[str, Any] = Buyer(shop.port, []).open_cart(lines, country)
    return cart


def place(shop: Installation, cart: dict[str, Any], *, key: str) -> tuple[int, dict[str, Any]]:
    """Place a cart and pay; return the status and the answer, whatever they are."""
    body = {
        "shown_total": {"amount": cart["quote"]["total"], "currency": cart["quote"]["currency"]},
        "payment": {"method": "sandbox", "token": "tok_ok"},
        "accept_due_at_door": True,
    }
    headers = {"Content-Type": "application/json", "Idempotency-Key": key, "X-Cart-Token": cart["token"]}
    connection = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=120)
    connection.request("POST", f"/api/v1/carts/{cart['id']}/place", json.dumps(body), headers)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def at_once(*acts: Callable[[], T]) -> list[T]:
    """Do all of it at the same moment, each in a thread of its own; return what came of each, in order."""
    gate = threading.Barrier(len(acts))

    def do(act: Callable[[], T]) -> T:
        gate.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def assert_kept(shop: Installation, bought: Sequence[Sequence[str]]) -> None:
    """See that every acknowledged purchase is there, paid, and none of them is two."""
    assert len({purchase for purchase, _ in bought}) == len(bought)
    for purchase, token in bought:
        with urllib.request.urlopen(f"{shop.url}/api/v1/purchases/{purchase}?token={token}", timeout=60) as answer:
            found = json.load(answer)["purchase"]
        assert (found["state"], found["payment"]["state"]) == ("paid", "captured"), purchase


def assert_verified(shop: Installation) -> None:
    """Let the worker come to rest and have `entrepot verify` prove books and stock."""
    shop.run("bench", "await-idle")
    verified = shop.run("verify", "--json", check=False)
    assert verified.returncode == 0, verified.stdout[-3000:] + verified.stderr[-3000:]
