"""How much a search costs the machine: a large marketplace, the production server, searches of every kind and order."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from entrepot.bench import questions
from entrepot.bench.installation import Installation, running

Progress = Callable[[str], None]
Row = dict[str, Any]

_WORKERS = 2
_LOOK_SECONDS = 3.0
_PRICES_SECONDS_MAX = 3600.0
GOALS_MS = {"api": 6.0, "html": 10.0, "product_api": 2.0, "product_html": 5.0}


@dataclass(frozen=True, slots=True)
class Load:
    """How large the marketplace is and how hard it is searched; `seconds` are for each kind of search and order."""

    listings: int = 10_000
    sellers: int = 100
    clients: int = 4
    seconds: float = 3.0
    warm_up_seconds: float = 2.0  # Each web process has met every question of a kind.
    faces: tuple[str, ...] = tuple(GOALS_MS)


def measure(load: Load, *, keep: Path | None = None, progress: Progress) -> list[Row]:
    """
    Build a private marketplace with its index, search it in every way, and return one row for each.

    The last rows of a face, their query and sort `all`, are over all its searches together.

    :raises RuntimeError: something answered wrongly.
    """
    rows: list[Row] = []
    with running(keep=keep, settings={"ENTREPOT_WORKERS": str(_WORKERS)}) as shop:
        products = _furnish(shop, load, progress)
        shop.start_web()
        shop.start_worker()
        _await_index(shop)
        _await_prices(shop, progress)
        with _Searchers(shop, load) as searchers:
            for face, query, sort, asks in questions.ask_all(listings=load.listings, sellers=load.sellers):
                if face in load.faces:
                    rows.append(searchers.measure(face, query, sort, asks))
                    progress(describe_row(rows[-1]))
            for face, asks in questions.ask_products(products):
                if face in load.faces:
                    rows.append(searchers.measure(face, "", "", asks))
                    progress(describe_row(rows[-1]))
        rows += [_together(load.listings, face, searchers.taken) for face in ("api", "html") if face in load.faces]
    return rows


def _furnish(shop: Installation, load: Load, progress: Progress) -> dict[str, str]:
    """Fill the marketplace and build its index, unless that was done before; return slugs of some listings by id."""
    marker = shop.folder / "shelved.json"
    if not marker.exists():
        progress(f"making {load.sellers} sellers with {load.listings:,} listings …")
        made = shop.run("bench", "shelve", "--sellers", str(load.sellers), "--listings", str(load.listings), "--json")
        marker.write_text(json.dumps({"listings": load.listings, **json.loads(made.stdout)}), encoding="utf-8")
    if json.loads(shop.run("search_index", "--json").stdout)["documents"] == 0:  # None, or one of another version.
        progress("building the search index …")
        progress(_build_index(shop))
    kept = json.loads(marker.read_text(encoding="utf-8"))
    if kept["listings"] != load.listings:
        raise RuntimeError(f"{shop.folder} holds {kept['listings']:,} listings: name another folder")
    return dict(kept["products"])


def _build_index(shop: Installation) -> str:
    """Rebuild the whole index as an operator would; return how long it took and what it needed."""
    started = time.monotonic()
    command = [sys.executable, "-m", "entrepot", "search_index", "--rebuild", "--json"]
    with (shop.folder / "logs" / "index.log").open("ab") as log:
        process = subprocess.Popen(command, env=shop.environ(), stdout=log, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"the index could not be built: {shop.folder / 'logs' / 'index.log'}")
    size = sum(file.stat().st_size for file in (shop.folder / "search").rglob("*") if file.is_file())
    return (
        f"index built in {time.monotonic() - started:.0f} s ({used.ru_utime + used.ru_stime:.0f} s of CPU), "
        f"at most {used.ru_maxrss / 1024:.0f} MB of memory, {size / 1e6:.0f} MB on disk"
    )


def _await_index(shop: Installation) -> None:
    """Wait while the worker builds the index anew, because it was made by other rules than today's."""
    time.sleep(_LOOK_SECONDS)
    while (shop.folder / "search" / "progress.json").exists():
        time.sleep(_LOOK_SECONDS)


def _await_prices(shop: Installation, progress: Progress) -> None:
    """Ask once for each destination's order by price, and wait while the worker prices every listing for them."""
    started = time.monotonic()
    for destination in questions.DESTINATIONS:
        with urllib.request.urlopen(shop.url + questions.order_by_price(destination), timeout=60) as answer:
            answer.read()
    while (took := time.monotonic() - started) < _PRICES_SECONDS_MAX:
        time.sleep(_LOOK_SECONDS)
        kept = json.loads(shop.run("search_index", "--json").stdout)["priced"]
        if all(kept.get(destination.country, {}).get("whole") for destination in questions.DESTINATIONS):
            progress(f"priced ahead for {', '.join(sorted(kept))} in {took:.0f} s")
            return
    raise RuntimeError("the worker does not come to an end with pricing ahead")


@dataclass(slots=True)
class _Taken:
    """What the searches of a face took together."""

    seconds: float
    milliseconds: list[float]
    cpu_ms: float


class _Searchers:
    """The process that searches, and what its searches took so far."""

    def __init__(self, shop: Installation, load: Load) -> None:
        self._shop = shop
        self._load = load
        self.taken: dict[str, list[_Taken]] = {}

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "entrepot.bench.searchers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)

    def measure(self, face: str, query: str, sort: str, asks: Sequence[tuple[str, str]]) -> Row:
        """Warm up, then measure one kind of search."""
        self._ask(asks, self._load.warm_up_seconds)
        used = self._shop.usage()
        outcome = self._ask(asks, self._load.seconds)
        spent = self._shop.usage() - used
        if outcome["faults"] or not outcome["milliseconds"]:
            first = next(iter(outcome["faults"]), "nobody was answered")
            raise RuntimeError(f"{face} {query} {sort}: {len(outcome['faults'])} requests failed, such as {first}")
        taken = _Taken(outcome["seconds"], outcome["milliseconds"], spent.total)
        self.taken.setdefault(face, []).append(taken)
        return _row(self._load.listings, face, query, sort, taken)

    def _ask(self, asks: Sequence[tuple[str, str]], seconds: float) -> dict[str, Any]:
        order = {"port": self._shop.port, "asks": asks, "seconds": seconds, "clients": self._load.clients}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        outcome: dict[str, Any] = json.loads(self._process.stdout.readline())
        return outcome


def _row(listings: int, face: str, query: str, sort: str, taken: _Taken) -> Row:
    times = taken.milliseconds
    quantiles = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    return {
        "listings": listings,
        "face": face,
        "query": query,
        "sort": sort,
        "requests_per_s": round(len(times) / taken.seconds, 1),
        "p50_ms": round(quantiles[49], 1),
        "p95_ms": round(quantiles[94], 1),
        "cpu_ms": round(taken.cpu_ms / len(times), 2),
    }


def _together(listings: int, face: str, taken: dict[str, list[_Taken]]) -> Row:
    """
    Return one row over all searches of a face.

    Each kind counts alike, however many of it were answered in its time: a mean of fast ones alone would flatter.
    """
    parts = taken[face]
    fewest = min(len(part.milliseconds) for part in parts)
    times = [value for part in parts for value in part.milliseconds[:fewest]]
    cpu = statistics.mean(part.cpu_ms / len(part.milliseconds) for part in parts)
    seconds = sum(part.seconds * fewest / len(part.milliseconds) for part in parts)
    return _row(listings, face, "all", "all", _Taken(seconds, times, cpu * len(times)))


def describe_row(row: Row) -> str:
    """Return a row as a line of a table."""
    return (
        f"{row['listings']:>9,}  {row['face']:<12}  {row['query']:<10}  {row['sort']:<10}  "
        f"{row['requests_per_s']:>7.1f}/s  p50 {row['p50_ms']:>7.1f}  p95 {row['p95_ms']:>7.1f}  "
        f"CPU {row['cpu_ms']:>7.2f} ms"
    )


def describe(rows: Sequence[Row]) -> str:
    """Return the rows as a table, with the goals for those over all."""
    lines = [describe_row(row) for row in rows]
    lines += [
        f"goal for {row['face']}: {GOALS_MS[row['face']]:g} CPU-ms, it takes {row['cpu_ms']:g}"
        for row in rows
        if row["query"] in ("all", "")
    ]
    return "\n".join(lines)
