"""
Searchers under load: so many clients ask one of some addresses after the other, over connections that stay open.

Runs as a process of its own (`python -m entrepot.bench.searchers`), so that its CPU is not counted with the shop's. It
reads one JSON order a line on standard input and answers each with one line of JSON: what every request took, and what
went wrong.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

Ask = tuple[str, str]  # A path, and the cookies that it is asked with.


def _ask(port: int, asks: Iterator[Ask], until: float, milliseconds: list[float], faults: list[str]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for path, cookie in asks:
        started = time.monotonic()
        if started > until:
            break
        try:
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip"})
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as fault:
            faults.append(f"{path}: {type(fault).__name__} {fault}")
            connection.close()
            continue
        milliseconds.append((time.monotonic() - started) * 1000)
        if response.status != 200:
            faults.append(f"{path}: answer {response.status}")
    connection.close()


def carry_out(order: dict[str, Any]) -> dict[str, Any]:
    """Ask with so many clients for so long; each begins at another place of the list."""
    asks: list[Ask] = [(path, cookie) for path, cookie in order["asks"]]
    milliseconds: list[float] = []
    faults: list[str] = []
    started = time.monotonic()
    clients = []
    for number in range(order["clients"]):
        first = number * len(asks) // order["clients"]
        turn = itertools.cycle([*asks[first:], *asks[:first]])
        parameters = (order["port"], turn, started + order["seconds"], milliseconds, faults)
        clients.append(threading.Thread(target=_ask, args=parameters))
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return {"seconds": time.monotonic() - started, "milliseconds": milliseconds, "faults": faults}


def main() -> None:
    """Carry out orders until there are no more."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(carry_out(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
