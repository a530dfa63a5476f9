"""
The reader's choice of destination, currency and language: guessed, then kept in a cookie as `ES.EUR.es`.

An address may ask for a language (`?lang=it`): so each language version of a page can be found and shared.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from entrepot.kernel.languages import nearest
from entrepot.ui.ports import Reach, get_reach

COOKIE = "entrepot_choice"
COOKIE_MAX_AGE_SECONDS = 365 * 24 * 3600
_COOKIE = re.compile(r"([A-Z]{2})\.([A-Z]{3})\.([a-zA-Z-]{2,11})")
_TAG = re.compile(r"([a-zA-Z]{2,3})(?:-([a-zA-Z]{4}))?(?:-([a-zA-Z]{2}|\d{3}))?")


@dataclass(frozen=True, slots=True)
class Choice:
    """Where to deliver, in which currency prices are shown, in which language the page speaks."""

    country: str
    currency: str
    language: str

    @property
    def cookie(self) -> str:
        return f"{self.country}.{self.currency}.{self.language}"


def from_cookie(text: str, *, reach: Reach, languages: tuple[str, ...]) -> Choice | None:
    """Return the kept choice, or None when it is no choice any more (a language or currency that is not offered)."""
    match = _COOKIE.fullmatch(text)
    if match is None:
        return None
    country, currency, language = match.groups()
    if language not in languages or currency not in reach.currencies:
        return None
    if country not in get_global("territory_currencies"):
        return None
    return Choice(country, currency, language)


def currency_of(country: str, *, reach: Reach) -> str:
    """Return the legal tender of a country by CLDR where the shop prices in it, else a currency that it does."""
    for currency in get_territory_currencies(country):
        if currency in reach.currencies:
            return currency
    return "USD" if "USD" in reach.currencies else min(reach.currencies)


def parse_accept_language(header: str) -> list[tuple[str, str, str]]:
    """Return (language, script, territory) by falling preference; unreadable parts are left out."""
    ranked: list[tuple[float, int, tuple[str, str, str]]] = []
    for position, part in enumerate(header[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        match = _TAG.fullmatch(tag)
        if match is None:
            continue
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            continue
        if quality > 0:
            language, script, territory = match.groups()
            ranked.append((-quality, position, (language.lower(), (script or "").title(), (territory or "").upper())))
    return [tag for _, _, tag in sorted(ranked)]


def preferred_language(header: str, languages: tuple[str, ...]) -> str:
    """Return the offered language that an Accept-Language header wants most; the first one where it names none."""
    return next((found for tag in parse_accept_language(header) if (found := _offered(tag, languages))), languages[0])


@lru_cache(maxsize=1024)
def guess(header: str, *, reach: Reach, languages: tuple[str, ...]) -> Choice:
    """Return the likeliest choice of a reader whose browser sent this Accept-Language header."""
    tags = parse_accept_language(header)
    language = preferred_language(header, languages)
    country = next((found for tag in tags if (found := _territory(tag, reach))), None)
    if country is None:
        country = _territory((language.split("-")[0], "", ""), reach) or _fallback(reach)
    return Choice(country, currency_of(country, reach=reach), language)


def _offered(tag: tuple[str, str, str], languages: tuple[str, ...]) -> str | None:
    return nearest("-".join(filter(None, tag)), languages)


def _territory(tag: tuple[str, str, str], reach: Reach) -> str | None:
    """Return where a reader of this language tag most likely lives, if the shop delivers there."""
    code, _, territory = tag
    if len(territory) == 2:
        return territory if territory in get_global("territory_currencies") else None
    likely = get_global("likely_subtags").get(code, "")
    home = likely.rpartition("_")[2] if "_" in likely else ""
    if home in reach.destinations:
        return home
    for country in reach.destinations:
        if code in get_official_languages(country):
            return country
    return None


def _fallback(reach: Reach) -> str:
    return "US" if "US" in reach.destinations or not reach.destinations else reach.destinations[0]


def asked_language(request: HttpRequest) -> str:
    """Return the language that the address asks for (`?lang=it`), or nothing."""
    if "lang=" not in request.META.get("QUERY_STRING", ""):
        return ""
    asked = request.GET.get("lang", "")
    return asked if any(asked == code for code, _ in settings.LANGUAGES) else ""


def read(request: HttpRequest) -> Choice:
    """
    Return the choice of the request's cookie, else the guess from Accept-Language; the language that the address asks
    for goes before both. A reader who tells nothing else (a search engine) is taken to live where it is spoken.
    """
    reach, languages = get_reach(), tuple(code for code, _ in settings.LANGUAGES)
    kept, asked = request.COOKIES.get(COOKIE), asked_language(request)
    found = from_cookie(kept, reach=reach, languages=languages) if kept else None
    if found is None:
        found = guess(request.headers.get("Accept-Language", "") or asked, reach=reach, languages=languages)
    return replace(found, language=asked) if asked and asked != found.language else found


def keep(response: HttpResponse, choice: Choice) -> None:
    """Keep a choice in the browser."""
    response.set_cookie(
        COOKIE,
        choice.cookie,
        max_age=COOKIE_MAX_AGE_SECONDS,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
