"""What a browser notices of a page: requests, bytes, when its largest part stands, how much moves afterwards."""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_VISITS = 3
_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_OBSERVE = """
window.seen = {lcp: 0, cls: 0};
new PerformanceObserver(list => { for (const one of list.getEntries()) seen.lcp = one.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.cls += one.value;
}).observe({type: "layout-shift", buffered: true});
"""


class NoBrowser(RuntimeError):
    """There is nothing to browse with; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A first visit with nothing kept; pictures of goods are counted apart from all else."""

    requests: int
    pictures: int
    bytes_compressed: int
    lcp_ms: float
    cls: float


def visit_all(url: str, pages: Iterable[tuple[str, str, dict[str, str]]]) -> dict[str, Visit]:
    """
    Visit pages, each a few times with nothing kept, and return the visit in the middle by name.

    :param pages: (name, path, cookies) of each.
    :raises NoBrowser: Playwright or Chromium is not there.
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        raise NoBrowser("Playwright is not installed (it comes with the development packages)") from None
    chromium = next((path for name in _CHROMIUM if (path := shutil.which(name))), None)
    if chromium is None:
        raise NoBrowser("Chromium is not installed (Debian: apt install chromium)")
    flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync"]  # It calls nobody but the measured server.
    flags += ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root.
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=flags)
        except Error as trouble:
            raise NoBrowser(f"Chromium does not start: {trouble.message.splitlines()[0]}") from None
        try:
            return {name: _visit(browser, url, path, cookies) for name, path, cookies in pages}
        finally:
            browser.close()


def _visit(browser: Any, url: str, path: str, cookies: dict[str, str]) -> Visit:
    visits = [_visit_once(browser, url, path, cookies) for _ in range(_VISITS)]
    middle = sorted(visits, key=lambda visit: visit.lcp_ms)[_VISITS // 2]
    return Visit(
        middle.requests,
        middle.pictures,
        middle.bytes_compressed,
        round(middle.lcp_ms),
        round(statistics.median(visit.cls for visit in visits), 3),
    )


def _visit_once(browser: Any, url: str, path: str, cookies: dict[str, str]) -> Visit:
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}, service_workers="block")
    try:
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
        context.add_init_script(_OBSERVE)
        page = context.new_page()
        loaded: list[Any] = []
        page.on("response", lambda part: loaded.append(part))  # noqa: PLW0108 - Playwright marks what it is given.
        page.goto(path, wait_until="networkidle")
        seen = page.evaluate("seen")
        # What the browser's own viewer loads to show a paper in a frame is no part of the page.
        ours = [part for part in loaded if part.url.startswith(url) and part.frame == page.main_frame]
        pictures = [part for part in ours if "/media/" in part.url]
        rest = [part for part in ours if "/media/" not in part.url]
        size = sum(len(gzip.compress(part.body(), 6)) for part in rest if part.ok)
        return Visit(len(rest), len(pictures), size, seen["lcp"], seen["cls"])
    finally:
        context.close()
