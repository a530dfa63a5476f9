"""What searchers of the made-up marketplace ask: rare, common, two-word, misspelt and narrowed searches."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from entrepot.bench import stocking, wares
from entrepot.search.ports import FACETS, SORTS

QUERIES = ("rare", "common", "two words", "misspelt", "faceted")
_DISTINCT = 24  # Questions of a kind for each destination: enough that nothing is asked twice within a second.


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a searcher wants goods sent, and what it pays and reads in."""

    country: str
    currency: str
    language: str

    @property
    def cookie(self) -> str:
        return f"entrepot_choice={self.country}.{self.currency}.{self.language}"


DESTINATIONS = (
    Destination("DE", "EUR", "en"),
    Destination("US", "USD", "en"),
    Destination("KZ", "KZT", "ru"),
    Destination("ES", "EUR", "es"),
)


def ask_all(*, listings: int, sellers: int) -> Iterator[tuple[str, str, str, list[tuple[str, str]]]]:
    """Yield (face, query, sort, [(path, cookie)]) for every kind of search and every order."""
    for query in QUERIES:
        wanted = [
            (destination, narrowed)
            for destination in DESTINATIONS
            for narrowed in _make(query, destination.language, listings=listings, sellers=sellers)
        ]
        random.Random(query).shuffle(wanted)
        for sort in SORTS:
            yield "api", query, sort, [(_api(destination, narrowed, sort), "") for destination, narrowed in wanted]
            yield (
                "html", query, sort,
                [(f"/search?{_query(narrowed, sort)}", destination.cookie) for destination, narrowed in wanted],
            )  # fmt: skip


def ask_products(listing_ids: dict[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield (face, [(path, cookie)]) for product pages, given the slugs of some listings by their ids."""
    pairs = [(DESTINATIONS[place % len(DESTINATIONS)], key) for place, key in enumerate(listing_ids)]
    yield (
        "product_api",
        [(f"/api/v1/listings/{key}?{urlencode(_where(destination))}", "") for destination, key in pairs],
    )
    yield (
        "product_html",
        [(f"/listing/{key}/{quote(listing_ids[key])}", destination.cookie) for destination, key in pairs],
    )


def order_by_price(destination: Destination) -> str:
    """Return the path of everything in the order of delivered prices."""
    return _api(destination, {"q": ""}, "price")


def _api(destination: Destination, narrowed: dict[str, Any], sort: str) -> str:
    """Return a search that asks for the facets that the page counts: spans of prices where prices count anyway."""
    is_priced = sort == "price" or "price_to" in narrowed
    facets = ",".join(name for name in FACETS if is_priced or name != "price")
    return f"/api/v1/listings?{urlencode(_where(destination))}&{_query(narrowed, sort)}&facets={facets}"


def _where(destination: Destination) -> dict[str, str]:
    return {"country": destination.country, "currency": destination.currency, "language": destination.language}


def _query(narrowed: dict[str, Any], sort: str) -> str:
    return urlencode({**narrowed, "sort": sort}, doseq=True)


def _make(query: str, language: str, *, listings: int, sellers: int) -> Iterator[dict[str, Any]]:
    """Yield what is asked, of wares that there are."""
    chance = random.Random(f"{query} {language}")
    ranks = {word: rank for rank, word in enumerate(wares.vocabulary(language))}
    made = 0
    while made < _DISTINCT:
        number = chance.randrange(listings)
        ware = wares.make(number, stocking.country_of(number, sellers))
        words = ware.in_language(language)
        if words is None:
            continue
        named = sorted((word for word in words.title.split() if word in ranks), key=lambda word: ranks[word])
        if len(named) < 2:
            continue
        rarest = named[-1]
        match query:
            case "rare":
                if ranks[rarest] < 2_000:
                    continue
                narrowed: dict[str, Any] = {"q": rarest}
            case "common":
                narrowed = {"q": wares.vocabulary(language)[chance.randrange(3, 60)]}
            case "two words":
                narrowed = {"q": " ".join(chance.sample(named, 2))}
            case "misspelt":
                if len(rarest) < 7 or ranks[rarest] < 200:
                    continue
                place = chance.randrange(2, len(rarest) - 1)
                narrowed = {"q": rarest[:place] + chance.choice("aeiou") + rarest[place + 1 :]}
                if narrowed["q"] in ranks:
                    continue
            case _:
                narrowed = {"q": named[0], **_narrow(ware, words, chance)}
        made += 1
        yield narrowed


def _narrow(ware: wares.Ware, words: wares.Words, chance: random.Random) -> dict[str, Any]:
    """Return one or two choices of facets that fit a ware."""
    name, value = chance.choice(words.attributes)
    choices: list[dict[str, Any]] = [
        {"brand": ware.brand},
        {"category": ware.category},
        {"attribute": f"{name}:{value}"},
        {"days_max": "15"},
        {"price_to": "60"},
        {"origin": ["CN", "TR"]},
    ]
    first, second = chance.sample(choices, 2)
    return first if chance.random() < 0.5 else {**first, **second}
