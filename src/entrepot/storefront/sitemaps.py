"""
What search engines are told of: an index of files, each of at most 50,000 addresses, written as they are read.

A file of listings is named by its number; which listings stand in it never changes, as ids grow with time. So a file
is the same from day to day but for what its sellers changed, and no process ever holds more than some of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from uuid import UUID
from xml.sax.saxutils import escape

from django.urls import reverse

from entrepot.catalog import queries as catalog
from entrepot.kernel.errors import NotFound
from entrepot.markets import queries as markets
from entrepot.storefront import departments
from entrepot.storefront.country_rules import slug_of
from entrepot.storefront.discovery import absolute
from entrepot.storefront.kept import Kept

PER_FILE = 50_000
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_NOT_FOUND = ("/account/", "/admin/", "/api/", "/cart", "/checkout", "/choice/", "/compare", "/find-order", "/offline/",
              "/operator/", "/purchase/", "/seen/", "/seller/", "/suggestions", "/ui/", "/wishes")  # fmt: skip
_NARROWING = ("brand", "origin", "attribute", "price_from", "price_to", "days", "rating", "sort", "snapshot", "q")
_borders: Kept[str, tuple[UUID, ...]] = Kept(seconds=3600)


def write_robots() -> str:
    """Return what crawlers may visit: no page of one person's, no list narrowed down in one of countless ways."""
    rows = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOUND)]
    rows += [f"Disallow: /*?*{name}=" for name in _NARROWING]
    return "\n".join([*rows, "", f"Sitemap: {absolute(reverse('storefront:sitemap'))}", ""])


def write_index() -> str:
    """Return the index of all files."""
    paths = [reverse("storefront:sitemap_pages")]
    paths += [
        reverse("storefront:sitemap_listings", kwargs={"number": number + 1}) for number in range(len(_list_borders()))
    ]
    rows = "".join(f"<sitemap><loc>{escape(absolute(path))}</loc></sitemap>\n" for path in paths)
    return f"{_HEAD}<sitemapindex {_NAMESPACE}>\n{rows}</sitemapindex>\n"


def write_pages() -> Iterator[str]:
    """Write the file of everything but listings: the shop's own pages, categories, stores, countries."""
    own = ["/", "/search", *(reverse(f"storefront:{name}") for name in ("protection", "landed_cost"))]
    rows: list[tuple[str, date | None]] = [(path, None) for path in (*own, reverse("storefront:landed_cost_countries"))]
    nodes = list(departments.list_departments("en"))
    while nodes:
        node = nodes.pop()
        nodes.extend(node.children)
        rows.append((reverse("storefront:category", kwargs={"slug": node.slug}), None))
    rows += [
        (reverse("storefront:store", kwargs={"slug": store.slug}), store.changed_at.date())
        for store in catalog.list_stores()
    ]
    rows += [
        (reverse("storefront:landed_cost_country", kwargs={"country": slug_of(pack.code)}), pack.reviewed_on)
        for pack in markets.list_packs()
    ]
    return _write(sorted(rows, key=lambda row: row[0]))


def write_listings(number: int) -> Iterator[str]:
    """
    Write a file of listings.

    :raises NotFound: there are not so many files.
    """
    borders = _list_borders()
    if not 1 <= number <= len(borders):
        raise NotFound(sitemap=number)
    last = borders[number] if number < len(borders) else None
    found = catalog.walk_addresses(first=borders[number - 1], last=last)
    return _write((f"/listing/{row.key}/{row.slug}", row.changed_at.date()) for row in found)


def _list_borders() -> tuple[UUID, ...]:
    return _borders.get("", lambda: catalog.list_borders(size=PER_FILE))


def _write(rows: Iterable[tuple[str, date | None]]) -> Iterator[str]:
    yield f"{_HEAD}<urlset {_NAMESPACE}>\n"
    for path, changed in rows:
        lastmod = f"<lastmod>{changed.isoformat()}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(absolute(path))}</loc>{lastmod}</url>\n"
    yield "</urlset>\n"
