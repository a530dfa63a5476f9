"""A walk through all pages that a reader's links and forms lead to, one of each kind or a few."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, URLResolver, get_resolver, resolve

from tests.pages import Reader

_EACH = 4
_LEFT_ALONE = frozenset({"account_logout", "choice"})


def kind_of(address: str) -> str:
    """Return the name of the view that answers an address; empty: none of ours."""
    try:
        match = resolve(urlsplit(address).path)
    except Resolver404:
        return ""
    step = match.kwargs.get("step", "")
    return ":".join(filter(None, (match.view_name, step)))


def kinds() -> set[str]:
    """Return the names of all our views that show a page."""
    return set(_kinds(get_resolver().url_patterns, ""))


def _kinds(patterns: Iterable[Any], space: str) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            if pattern.namespace not in ("admin", "api"):
                yield from _kinds(pattern.url_patterns, inner)
        elif pattern.name:
            yield space + pattern.name


def pages(reader: Reader, starts: Iterable[str], kinds_seen: set[str] | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, address, page) of what can be reached, a few of every kind; note what forms lead to as seen, too."""
    waiting = deque(starts)
    known = set(waiting)
    seen: Counter[str] = Counter()
    while waiting:
        address = waiting.popleft()
        kind = kind_of(address)
        if not kind or seen[kind] >= _EACH or kind in _LEFT_ALONE:
            continue
        reader.open(address)
        seen[kind] += 1
        if kinds_seen is not None:
            kinds_seen |= {kind.partition(":step:")[0] if ":step:" in kind else kind, *_led_to(reader)}
        if not reader.text:
            continue
        yield kind, reader.address, reader.text
        for link in _links(reader):
            if link not in known:
                known.add(link)
                waiting.append(link)


def _led_to(reader: Reader) -> Iterator[str]:
    """Yield the kinds of views that the page's links and forms lead to."""
    if reader.text:
        for target in reader.page.xpath("//a/@href | //form/@action | //button/@formaction"):
            yield kind_of(urljoin(reader.address, target))


def _links(reader: Reader) -> Iterator[str]:
    for node in reader.page.xpath("//a[@href] | //form[@action and @method='get']"):
        target = urljoin(reader.address, node.get("href") or node.get("action"))
        parts = urlsplit(target)
        if not parts.netloc and not parts.path.startswith(("/admin", "/media", "/static", "/api")):
            yield parts._replace(fragment="").geturl()


def forms(reader: Reader, starts: Iterable[str]) -> Iterator[tuple[str, str, dict[str, Any], str]]:
    """Yield (kind, address to send to, fields with what they hold, page it stands on) of each kind of form."""
    known: set[tuple[str, tuple[str, ...]]] = set()
    found = []
    for kind, address, _ in pages(reader, starts):
        for form in reader.page.forms:
            target = urljoin(address, form.get("action") or urlsplit(address).path)
            names = tuple(sorted(name for name in form.fields if name))
            if form.method.upper() != "POST" or kind_of(target) in _LEFT_ALONE or (kind_of(target), names) in known:
                continue
            known.add((kind_of(target), names))
            found.append((kind, target, dict(form.form_values()), address))
    yield from found
