"""What everybody may expect of a page, read off a real browser: usable by all, light, whole, without a fault."""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

REQUESTS_MAX = 12
BYTES_MAX = 100_000
GRAVE = ("serious", "critical")
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}

_AXE = """options => axe.run(document, options).then(found => found.violations.map(one => [
  one.impact, one.id, one.nodes.length, one.nodes[0].html.slice(0, 160), one.nodes[0].target.join(' ')]))"""
_EVERYTHING = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_COLOURS = {"type": "rule", "values": ["color-contrast"]}
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_WIDEST = """() => [...document.querySelectorAll('body *')].filter(one => {
  const box = one.getBoundingClientRect();
  return box.width && (box.right > innerWidth + 1 || box.left < -1) && !one.closest('.table-wrap, .rail, .departments');
}).slice(0, 3).map(one => one.tagName + '.' + one.className).join(', ')"""


class Inspector:
    """One reader's browser window that takes note of whatever is wrong with the pages it opens."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._url = url
        self.faults: list[str] = []
        self._where = ""
        self._sizes: dict[str, int] = {}
        self._loaded: list[Response] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._note(f"script: {error}"))
        self.page.on("response", lambda part: self._loaded.append(part))

    def look(self, address: str, kind: str, status: int = 200) -> None:
        """Open a page and hold it against all that is expected of one."""
        self._where = kind
        self._loaded.clear()
        answer = self.page.goto(address)
        assert answer is not None
        if answer.status != status:
            self._note(f"answers {answer.status}")
        self._weigh()
        self._use(_EVERYTHING)

    def check(self, kind: str) -> None:
        """Hold the page as it stands, with what was opened on it, against what all can use."""
        self._where = kind
        self._use(_EVERYTHING)

    def look_in_the_dark(self, address: str, kind: str) -> None:
        """Open a page in the dark theme and hold its colours against each other."""
        self._where = f"{kind}, dark"
        self.page.emulate_media(color_scheme="dark")
        self.page.goto(address)
        self._use(_COLOURS)
        self.page.emulate_media(color_scheme="light")

    def _use(self, rules: dict[str, Any]) -> None:
        options = {"resultTypes": ["violations"], "preload": False, "runOnly": rules}
        self.page.evaluate(AXE_SCRIPT)
        for impact, rule, times, html, target in self.page.evaluate(_AXE, options):
            if impact in GRAVE:
                self._note(f"{impact} {rule} × {times}: {target} {html}")
        self.page.set_viewport_size(PHONE)
        if (pixels := self.page.evaluate(_WIDER)) > 0:
            self._note(f"wider than a phone by {pixels} px: {self.page.evaluate(_WIDEST)}")
        self.page.set_viewport_size(DESKTOP)

    def _weigh(self) -> None:
        """Count what a first visit loads from the shop; pictures of goods are left out, and papers in a frame."""
        ours = [one for one in self._loaded if one.url.startswith(self._url) and "/media/" not in one.url]
        kinds = [(one, one.request.resource_type) for one in ours if one.frame == self.page.main_frame]
        parts = [(one, kind) for one, kind in kinds if one.status == 200 or kind == "document"]
        if len(parts) > REQUESTS_MAX:
            self._note(f"{len(parts)} requests: {Counter(kind for _, kind in parts)}")
        weight = sum(self._size(one) for one, _ in parts)
        if weight > BYTES_MAX:
            self._note(f"{weight:,} bytes compressed")

    def _size(self, part: Response) -> int:
        if part.url not in self._sizes or part.request.resource_type == "document":
            self._sizes[part.url] = len(gzip.compress(part.body()))
        return self._sizes[part.url]

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser reports a page's own status, too; `look` holds that one.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            self._note(f"console: {message.text}")

    def _note(self, fault: str) -> None:
        self.faults.append(f"{self._where}: {fault}")


@contextmanager
def inspecting(browser: Browser, url: str, *, choice: str, session: str = "", cart: str = "") -> Iterator[Inspector]:
    """Open a window of a reader with a kept choice, signed in where a session is given."""
    context = browser.new_context(base_url=url, viewport=DESKTOP, reduced_motion="reduce", service_workers="block")
    kept = {"entrepot_choice": choice, "sessionid": session, "entrepot_cart": cart}
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in kept.items() if value])
    try:
        yield Inspector(context, url)
    finally:
        context.close()
