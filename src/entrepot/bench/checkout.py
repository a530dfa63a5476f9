"""How much a purchase costs the machine: from an empty cart to a placed and paid purchase of three sellers' goods."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from entrepot.bench.installation import Installation, Usage, running

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Load:
    """How large the marketplace is and how hard it is used."""

    sellers: int = 100
    listings: int = 10_000
    clients: int = 4
    seconds: float = 20.0
    warm_up_seconds: float = 4.0
    goods: int = 3
    countries: tuple[str, ...] = ("DE", "FR", "GB", "NL")


def measure(load: Load, *, keep: Path | None = None, progress: Progress) -> dict[str, Any]:
    """
    Build a private marketplace, load it, and return the figures per purchase.

    The worker has done all its work before the CPU is read, and `entrepot verify` has passed.

    :raises RuntimeError: the shop failed, or its books do not balance afterwards.
    """
    with running(keep=keep) as shop:
        progress(f"making {load.sellers} sellers with {load.listings} listings …")
        skus = _stock(shop, load)
        shop.start_web()
        shop.start_worker()
        progress(f"warming up for {load.warm_up_seconds:g} s …")
        drive(shop, skus, load, seconds=load.warm_up_seconds, seed=1)
        drain(shop)
        used, web, worker = shop.usage(), shop.counts("web"), shop.counts("worker")
        progress(f"measuring for {load.seconds:g} s with {load.clients} clients …")
        outcome = drive(shop, skus, load, seconds=load.seconds, seed=2)
        drain(shop)
        spent = shop.usage() - used
        web, worker = shop.counts("web") - web, shop.counts("worker") - worker
        progress("verifying the books …")
        verified = shop.run("verify", "--json", check=False)
        if verified.returncode:
            raise RuntimeError(f"the books do not balance after the load:\n{verified.stdout[-3000:]}")
        return _report(outcome, spent, web, worker, oversold=_oversold(shop))


def _stock(shop: Installation, load: Load) -> list[list[str]]:
    marker = shop.folder / f"stocked-{load.sellers}-{load.listings}.json"
    if not marker.exists():
        made = shop.run("bench", "stock", "--sellers", str(load.sellers), "--listings", str(load.listings), "--json")
        marker.write_text(made.stdout, encoding="utf-8")
    return list(json.loads(marker.read_text(encoding="utf-8"))["skus_by_seller"])


def order_for(shop: Installation, skus: list[list[str]], load: Load, *, seconds: float, seed: int) -> dict[str, Any]:
    """Return what a process of `bench.buyers` reads on its standard input."""
    return {
        "port": shop.port,
        "skus_by_seller": skus,
        "clients": load.clients,
        "seconds": seconds,
        "goods": load.goods,
        "countries": load.countries,
        "seed": seed,
    }


def drive(shop: Installation, skus: list[list[str]], load: Load, *, seconds: float, seed: int) -> dict[str, Any]:
    """Let buyers shop in a process of their own and return what they report."""
    done = subprocess.run(
        [sys.executable, "-m", "entrepot.bench.buyers"],
        input=json.dumps(order_for(shop, skus, load, seconds=seconds, seed=seed)) + "\n",
        text=True,
        capture_output=True,
        check=True,
    )
    outcome: dict[str, Any] = json.loads(done.stdout)
    if not outcome["purchases"]:
        raise RuntimeError(f"nobody could buy anything: {outcome['refusals']} {outcome['faults'][:3]}")
    return outcome


def drain(shop: Installation) -> None:
    """Wait until the worker has nothing left to do."""
    shop.run("bench", "await-idle")


def _oversold(shop: Installation) -> int:
    return int(json.loads(shop.run("bench", "oversold", "--json").stdout)["oversold"])


def _report(outcome: dict[str, Any], spent: Usage, web: Any, worker: Any, *, oversold: int) -> dict[str, Any]:
    purchases = len(outcome["purchases"])
    times = sorted(outcome["milliseconds"])
    quantiles = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99

    def per_purchase(value: float, digits: int = 2) -> float:
        return round(value / purchases, digits)

    return {
        "purchases_per_s": round(purchases / outcome["seconds"], 1),
        "p50_ms": round(quantiles[49], 1),
        "p95_ms": round(quantiles[94], 1),
        "cpu_ms": {
            "application": per_purchase(spent.application),
            "worker": per_purchase(spent.worker),
            "database": per_purchase(spent.database),
            "total": per_purchase(spent.total),
        },
        "statements": {
            "web": per_purchase(web.statements),
            "worker": per_purchase(worker.statements),
            "total": per_purchase(web.statements + worker.statements),
        },
        "commits": per_purchase(web.commits + worker.commits),
        "purchases": purchases,
        "oversold": oversold,
        "refused": outcome["refusals"],
        "faults": len(outcome["faults"]),
    }
