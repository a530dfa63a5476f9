"""
How much CPU a quote costs: `.venv/bin/pytest bench --benchmark-only` (docs/performance.md has the goals and figures).

Each round begins with a desk of its own, as each request does; the rule book is there and has been asked before.
"""

from __future__ import annotations

import time
from operator import attrgetter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench import goods
from entrepot.pricing.cards import price_card
from entrepot.pricing.quote import CardPrice, Offer, Quote
from entrepot.pricing.rules import make_quote

# The CPU of this process: what else runs on the machine counts as little as can be.
_CPU = {"timer": time.process_time, "min_rounds": 20, "max_time": 2.0}
_OF_QUOTES = pytest.mark.benchmark(group="a quote of 3 lines", **_CPU)
_OF_CARDS = pytest.mark.benchmark(group="cards", **_CPU)


@_OF_QUOTES
@pytest.mark.parametrize(
    ("origin", "destination", "price_minor", "regime"),
    [
        pytest.param("IT", "IT", 2990, "", id="domestic"),
        pytest.param("IT", "DE", 2990, "", id="intra-union"),
        pytest.param("CN", "DE", 9900, "DE-EUR3-2026", id="import, flat duty"),
        pytest.param("CN", "DE", 99_000, "DE-import", id="import with tariff, prepaid"),
        pytest.param("CN", "US", 9900, "US-IFR-2026", id="import with tariff and surcharges"),
    ],
)
def test_quote_of_three_lines(
    benchmark: BenchmarkFixture, origin: str, destination: str, price_minor: int, regime: str
) -> None:
    currency = "USD" if destination == "US" else "EUR"
    cart = goods.lines(origin, price_minor=price_minor)

    def quote() -> Quote:
        return make_quote(goods.desk(destination, currency), cart)

    found = benchmark(quote)
    assert len(found.orders[0].lines) == 3
    assert not regime or found.orders[0].regime == regime


@_OF_QUOTES
def test_quote_of_three_sellers(benchmark: BenchmarkFixture) -> None:
    cart = [(one, 1) for one in goods.shelf(3)]
    found = benchmark(lambda: make_quote(goods.desk("DE", "EUR", postal_code="10115"), cart))
    assert len(found.orders) == 3


def _price(offers: list[Offer]) -> list[CardPrice]:
    desk = goods.desk("DE", "EUR", postal_code="10115")
    return [card for offer in offers if (card := price_card(desk, offer)) is not None]


@_OF_CARDS
def test_page_of_24_cards(benchmark: BenchmarkFixture) -> None:
    assert len(benchmark(_price, goods.shelf(24))) == 24


@_OF_CARDS
def test_ranking_of_1000_candidates(benchmark: BenchmarkFixture) -> None:
    candidates = goods.shelf(1000)

    def rank() -> list[CardPrice]:
        return sorted(_price(candidates), key=attrgetter("amount"))

    ranked = benchmark(rank)
    assert len(ranked) == 1000
    assert ranked[0].amount <= ranked[-1].amount
