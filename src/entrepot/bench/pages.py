"""How much a page costs the machine and the reader, by page type, on the demonstration's marketplace."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from entrepot.bench import browsing
from entrepot.bench.installation import Installation, running
from entrepot.bench.visiting import BASELINES, PAGE_TYPES, PageType, Reader

Progress = Callable[[str], None]

_WARM_UP = 24  # Each web process has met the page, and the database has planned its statements.


def measure(*, requests: int, keep: Path | None = None, progress: Progress) -> dict[str, Any]:
    """
    Build a private marketplace with the demonstration's goods, open every page type so often, and return the figures.

    :raises NoSuchPage: a page does not answer as it should.
    """
    with running(keep=keep, settings={"ENTREPOT_SIMULATED_CARRIER": "1"}) as shop:  # It sends the orders.
        logins = _furnish(shop, progress)
        shop.start_web()
        readers = _readers(shop, logins)
        found = [(wanted, readers[wanted.who].find(wanted)) for wanted in (*BASELINES, *PAGE_TYPES)]
        rows = []
        for wanted, path in found:
            progress(f"measuring {wanted.name} …")
            rows.append(_measure(shop, readers[wanted.who], wanted, path, requests))
        noticed, missing = _browse(shop, readers, found[len(BASELINES) :], progress)
    for row in rows:
        row.update(noticed.get(row["page"], {}))
    return {
        "requests_each": requests,
        "python": platform.python_version(),
        "baselines": rows[: len(BASELINES)],
        "pages": rows[len(BASELINES) :],
        "browser": missing or "Chromium",
    }


def _furnish(shop: Installation, progress: Progress) -> dict[str, list[str]]:
    marker = shop.folder / "furnished.json"
    if not marker.exists():
        progress("furnishing a marketplace as the demonstration does (a minute or two) …")
        marker.write_text(shop.run("bench", "furnish", "--json").stdout, encoding="utf-8")
        shop.start_worker()  # It writes the search index and the letters; then it has no part in this.
        shop.run("bench", "await-idle")
        assert shop.worker is not None
        shop.worker.terminate()
        shop.worker.wait(60)
        shop.worker = None
    logins: dict[str, list[str]] = json.loads(marker.read_text(encoding="utf-8"))
    return logins


def _readers(shop: Installation, logins: dict[str, list[str]]) -> dict[str, Reader]:
    readers = {"visitor": Reader(shop.port)}
    readers["visitor"].put_into_cart()
    for who, (email, password) in logins.items():
        readers[who] = Reader(shop.port)
        readers[who].sign_in(email, password)
    return readers


def _measure(shop: Installation, reader: Reader, wanted: PageType, path: str, requests: int) -> dict[str, Any]:
    for _ in range(_WARM_UP):
        answer = reader.open(path)
    used, sent = shop.usage(), shop.counts("web")
    for _ in range(requests):
        reader.open(path)
    spent, asked = shop.usage() - used, shop.counts("web") - sent
    return {
        "page": wanted.name,
        "path": path,
        "web_cpu_ms": round(spent.application / requests, 2),
        "database_cpu_ms": round(spent.database / requests, 2),
        "statements": round(asked.statements / requests, 1),
        "html_bytes_compressed": answer.bytes_compressed,
        "goal_web_cpu_ms": wanted.goal_ms,
    }


def _browse(
    shop: Installation, readers: dict[str, Reader], found: Iterable[tuple[PageType, str]], progress: Progress
) -> tuple[dict[str, dict[str, Any]], str]:
    """Return what a browser notices by page, and why there is nothing where there is no browser."""
    progress("visiting with Chromium …")
    try:
        visits = browsing.visit_all(
            shop.url, [(wanted.name, path, readers[wanted.who].cookies) for wanted, path in found]
        )
    except browsing.NoBrowser as missing:
        return {}, str(missing)
    return {
        name: {
            "requests": visit.requests,
            "pictures": visit.pictures,
            "bytes_compressed": visit.bytes_compressed,
            "lcp_ms": visit.lcp_ms,
            "cls": visit.cls,
        }
        for name, visit in visits.items()
    }, ""


def describe(report: dict[str, Any]) -> str:
    """Return the report as a table with what its columns mean."""
    head = ("page type", "web", "goal", "database", "statements", "KB", "requests", "pictures", "LCP ms", "CLS")
    table = [head, *(_cells(row, "") for row in report["baselines"])]
    table += [_cells(row, f"{row['goal_web_cpu_ms']:g}") for row in report["pages"]]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) if n == 0 else cell.rjust(width) for n, (cell, width) in enumerate(pairs)).rstrip()
        for pairs in (list(zip(row, widths, strict=True)) for row in table)
    ]
    lines += [
        "",
        "web, database: CPU milliseconds of the web processes and of PostgreSQL for one opening of the page, the mean",
        f"of {report['requests_each']}; goal: what the web side should take at most. The first two rows are no page",
        "types: they show what every page costs before it says anything.",
        "KB: what a first visit loads, compressed, without the pictures of goods; where no browser looked, the page",
        "itself. LCP: when the largest part of the page stands; CLS: how much moves afterwards (0 is nothing).",
    ]
    if report["browser"] != "Chromium":
        lines.append(f"Requests, pictures, LCP and CLS were left out: {report['browser']}.")
    return "\n".join(lines)


def _cells(row: dict[str, Any], goal: str) -> tuple[str, ...]:
    def seen(name: str) -> str:
        return str(row[name]) if name in row else "–"

    return (
        row["page"],
        f"{row['web_cpu_ms']:.1f}",
        goal,
        f"{row['database_cpu_ms']:.1f}",
        f"{row['statements']:g}",
        f"{row.get('bytes_compressed', row['html_bytes_compressed']) / 1000:.1f}",
        seen("requests"),
        seen("pictures"),
        seen("lcp_ms"),
        seen("cls"),
    )
