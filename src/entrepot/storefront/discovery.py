"""
How a page is found from outside: its one address, its languages, what search engines and social networks are told.

A page's address without `lang` speaks the reader's language; `?lang=it` makes it speak one, and is how each language
version is named to the outside. Canonical is the page that is shown without what only narrows or orders it; the
number of a list's page belongs to the address. Structured data says what the page says, prices included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from babel.core import get_global
from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from entrepot.kernel.money import Money

NAME = "Entrepot"
_DESCRIPTION_LENGTH_MAX = 160
_TAG = re.compile(r"<[^>]*>")
# JSON-LD stands in a script element: nothing in it may look like the end of one, or like a comment.
_ESCAPES = tuple((sign, f"\\u{ord(sign):04x}") for sign in "<>&\u2028\u2029")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture for social cards and structured data."""

    url: str
    width: int = 0
    height: int = 0
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """
    What the outside is told of a page: `path` and `number` (of a list's page) are its address, `language` what that
    address asks for (empty: the reader's own). `price` is what the page shows; `data` its structured data.
    """

    path: str
    title: str
    description: str
    language: str = ""
    number: int = 1
    picture: Picture | None = None
    price: Money | None = None
    data: tuple[Mapping[str, Any], ...] = ()

    def address(self, language: str = "") -> str:
        """Return the absolute address in a language, or the one that speaks the reader's."""
        return f"{settings.BASE_URL}{_address(self.path, self.number, language)}"


def absolute(path: str) -> str:
    """Return the public address of a path of this shop; a path in any script is written as addresses are."""
    return f"{settings.BASE_URL}{_quote(path)}"


_quote = lru_cache(maxsize=8192)(partial(quote, safe="/?=&{}"))  # A list has two dozen of them, the same for everybody.


def _address(path: str, number: int, language: str) -> str:
    return _quote(path) + _query(number, language)


@lru_cache(maxsize=1024)
def _query(number: int, language: str) -> str:
    said = [("lang", language)] if language else []
    if number > 1:
        said.append(("page", str(number)))
    return f"?{urlencode(said)}" if said else ""


def write_head(page: Page, *, shown_in: str) -> SafeString:
    """Write what a page that may be found has in its head."""
    address = page.address(page.language)
    rows = [_write_links(settings.BASE_URL, page.path, page.number, page.language)]
    told = {
        "og:site_name": NAME,
        "og:type": "product" if page.price is not None else "website",
        "og:locale": _locale(shown_in),
        "og:url": address,
        "og:title": page.title,
        "og:description": page.description,
    }
    if page.picture:
        told["og:image"] = absolute(page.picture.url)
        if page.picture.width:
            told |= {"og:image:width": str(page.picture.width), "og:image:height": str(page.picture.height)}
        told["og:image:alt"] = page.picture.alt or page.title
    if page.price is not None:
        told |= {"product:price:amount": page.price.text, "product:price:currency": page.price.currency}
    rows.append(f'<meta name="description" content="{escape(page.description)}">')
    rows += [f'<meta property="{name}" content="{escape(text)}">' for name, text in told.items()]
    size = "summary_large_image" if page.picture and page.picture.width else "summary"  # Of a card's it is not known.
    rows.append(f'<meta name="twitter:card" content="{size}">')
    rows += [write_data(document) for document in page.data]
    return mark_safe("\n  ".join(rows))  # noqa: S308 (everything in it is escaped above)


@lru_cache(maxsize=4096)
def _write_links(base: str, path: str, number: int, language: str) -> str:
    """Write a page's one address and those of its languages; the same for every reader."""

    plain = escape(base + _quote(path))

    def write(code: str) -> str:
        return plain + escape(_query(number, code))

    rows = [f'<link rel="canonical" href="{write(language)}">']
    rows += [f'<link rel="alternate" hreflang="{tag}" href="{write(code)}">' for code, tag in _languages()]
    rows.append(f'<link rel="alternate" hreflang="x-default" href="{write("")}">')
    return "\n  ".join(rows)


def write_data(document: Mapping[str, Any]) -> str:
    """Write structured data: a script element that holds data, which browsers do not run and the policy lets pass."""
    text = orjson.dumps({"@context": "https://schema.org", **document}).decode()
    for sign, written in _ESCAPES:
        text = text.replace(sign, written)
    return f'<script type="application/ld+json">{text}</script>'


@lru_cache(maxsize=4096)
def shorten(text: str) -> str:
    """Return the beginning of a text, marked up or not, as long as search engines show one."""
    plain = " ".join(unescape(_TAG.sub(" ", text[:2000])).split())
    if len(plain) <= _DESCRIPTION_LENGTH_MAX:
        return plain
    cut = plain[: _DESCRIPTION_LENGTH_MAX - 1]
    head = cut.rpartition(" ")[0] if " " in cut else cut
    return head.rstrip(" ,;:.–-") + "…"


def list_crumbs(steps: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Return the way to a page as structured data; steps are (path, name) from the front page down."""
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": absolute(path)}
            for position, (path, name) in enumerate(steps, start=1)
        ],
    }


def list_items(paths: Sequence[str], *, total: int) -> dict[str, Any]:
    """Return what a list shows as structured data; `total` is how much was found."""
    return {
        "@type": "ItemList",
        "numberOfItems": total,
        "itemListElement": [
            {"@type": "ListItem", "position": position, "url": absolute(path)}
            for position, path in enumerate(paths, start=1)
        ],
    }


def describe_shop() -> tuple[dict[str, Any], ...]:
    """Return who runs the shop and how it is searched, as structured data."""
    home = absolute("/")
    return (
        {
            "@type": "Organization",
            "@id": f"{home}#organization",
            "name": NAME,
            "url": home,
            "logo": absolute(static("ui/icon.svg")),
        },
        {
            "@type": "WebSite",
            "@id": f"{home}#website",
            "name": NAME,
            "url": home,
            "publisher": {"@id": f"{home}#organization"},
            "inLanguage": [tag for _code, tag in _languages()],
            "potentialAction": {
                "@type": "SearchAction",
                "target": {"@type": "EntryPoint", "urlTemplate": absolute("/search?q={search_term_string}")},
                "query-input": "required name=search_term_string",
            },
        },
    )


@cache
def _languages() -> tuple[tuple[str, str], ...]:
    """Return the languages of pages, each with its tag as hreflang writes it."""
    return tuple((code, _tag(code)) for code, _name in settings.LANGUAGES)


def _tag(code: str) -> str:
    language, _, script = code.partition("-")
    return f"{language}-{script.title()}" if script else language


@cache
def _locale(language: str) -> str:
    """Return a language with the country where most speak it, as Open Graph names it: it_IT."""
    code = language.partition("-")[0]
    country = get_global("likely_subtags").get(code, "").rpartition("_")[2]
    return f"{code}_{country}" if country else code
