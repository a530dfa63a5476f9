"""Delivered prices worked out ahead: by the follower, for the countries asked for, and again after each change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event
from uuid import UUID

import pytest

from entrepot.catalog import operations as catalog_operations
from entrepot.catalog.queries import ListingView
from entrepot.kernel import clock
from entrepot.pricing import cards, ranking
from entrepot.pricing.rules import Desk
from entrepot.pricing.shelves import Shelves
from entrepot.search import queries
from entrepot.search.embedded.engine import EmbeddedEngine
from entrepot.search.following import Building, Follower
from entrepot.search.index_port import EngineQuery
from entrepot.search.ports import SearchRequest, bind, get_engine
from entrepot.search.ranking_ahead import RankingAhead
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, orders

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelves:
    own = Shelves(tmp_path / "prices")
    monkeypatch.setattr(ranking, "_get_shelves", lambda: own)
    return own


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    own, usual = EmbeddedEngine(tmp_path / "index", stamp=lambda: "rules"), get_engine()
    bind(own)
    yield own
    own.release()
    bind(usual)


@pytest.fixture
def seller() -> SellerView:
    orders.open_buying("DE", "KZ")
    return orders.shop("CN")


def cheapest_first(country: str, currency: str) -> tuple[UUID, ...]:
    return queries.find(SearchRequest(country=country, currency=currency, sort="price")).listing_ids


def list_titled(seller: SellerView, prices: dict[str, str]) -> dict[str, ListingView]:
    return {title: catalog.listing(seller, title=title, price=price) for title, price in prices.items()}


def ranks_of(engine: EmbeddedEngine, desk: Desk, shelves: Shelves) -> dict[UUID, int | None]:
    found = engine.find(EngineQuery(None, "en", None, "newest", 100))
    ranks = shelves.read(desk.destination.country, ranking.name_shelf(desk), found.stamps)
    return dict(zip(found.listing_ids, ranks, strict=True))


def truth(desk: Desk, listings: dict[str, ListingView]) -> dict[UUID, int]:
    return cards.rank_cards(desk, [listing.id for listing in listings.values()])


def run(ahead: RankingAhead) -> None:
    for _ in range(100):
        if not ahead.step():
            return
    raise AssertionError("it does not come to an end")


def test_everything_is_ranked_for_who_asks_by_price_and_for_nobody_else(
    engine: EmbeddedEngine, seller: SellerView, shelves: Shelves
) -> None:
    made = list_titled(seller, {"apple": "10.00", "berry": "20.00", "cherry": "30.00"})
    follower = Follower(engine)
    for _ in range(5):
        follower.step()
    ahead = RankingAhead(engine)
    run(ahead)
    assert ranking.list_wanted_desks(at=clock.now()) == []

    found = queries.find(SearchRequest(q="apple", country="DE", currency="EUR", sort="price"))
    assert found.listing_ids == (made["apple"].id,)
    (desk,) = ranking.list_wanted_desks(at=clock.now())
    assert (desk.destination.country, desk.currency) == ("DE", "EUR")
    assert not ranking.is_whole(desk)
    assert [rank is None for rank in ranks_of(engine, desk, shelves).values()].count(True) == 2

    run(RankingAhead(engine))
    assert ranking.is_whole(desk)
    assert ranks_of(engine, desk, shelves) == truth(desk, made)
    assert ranking.list_kept(at=clock.now()) == [ranking.Kept("DE", 3, is_whole=True)]
    assert [path.name for path in shelves._folder.iterdir()] == ["DE"]
    follower.close()


def test_what_is_kept_is_taken_as_it_stands(engine: EmbeddedEngine, seller: SellerView, shelves: Shelves) -> None:
    made = list_titled(seller, {"apple": "10.00", "berry": "20.00"})
    follower = Follower(engine)
    for _ in range(5):
        follower.step()
    assert cheapest_first("DE", "EUR") == (made["apple"].id, made["berry"].id)
    (desk,) = ranking.list_wanted_desks(at=clock.now())
    found = engine.find(EngineQuery(None, "en", None, "newest", 100))
    places = {listing.id: place for place, listing in enumerate(reversed(made.values()))}
    shelves.keep(
        "DE",
        ranking.name_shelf(desk),
        {stamp: places[listing_id] for listing_id, stamp in zip(found.listing_ids, found.stamps, strict=True)},
    )
    assert cheapest_first("DE", "EUR") == (made["berry"].id, made["apple"].id)
    assert cheapest_first("DE", "USD") == (made["apple"].id, made["berry"].id), (
        "in other money it is worked out each time"
    )
    follower.close()


def test_a_listing_that_changed_is_ranked_again(engine: EmbeddedEngine, seller: SellerView, shelves: Shelves) -> None:
    made = list_titled(seller, {"apple": "10.00", "berry": "20.00"})
    follower, stop = Follower(engine), Event()
    for _ in range(5):
        follower.step()
    assert cheapest_first("DE", "EUR") == (made["apple"].id, made["berry"].id)
    follower.rest(0.5, stop)
    (desk,) = ranking.list_wanted_desks(at=clock.now())
    before = ranks_of(engine, desk, shelves)
    catalog_operations.set_prices(
        seller_id=seller.id,
        prices={made["apple"].skus[0].seller_sku: ("90.00", made["apple"].skus[0].price.currency)},
        now=clock.now() + timedelta(seconds=1),
    )
    follower.step()
    assert None in ranks_of(engine, desk, shelves).values()
    while None in ranks_of(engine, desk, shelves).values():
        follower.rest(0.1, stop)
    after = ranks_of(engine, desk, shelves)
    assert after == truth(desk, made)
    assert after[made["apple"].id] != before[made["apple"].id]
    assert after[made["berry"].id] == before[made["berry"].id]
    follower.close()


def test_an_index_built_anew_is_ranked_anew(engine: EmbeddedEngine, seller: SellerView, shelves: Shelves) -> None:
    made = list_titled(seller, {"apple": "10.00", "berry": "20.00"})
    assert engine.claim()
    building = Building(engine)
    while building.step():
        pass
    building.finish()
    assert cheapest_first("KZ", "KZT") == (made["apple"].id, made["berry"].id)
    run(RankingAhead(engine))
    (desk,) = ranking.list_wanted_desks(at=clock.now())
    assert ranking.is_whole(desk)

    again = Building(engine)
    while again.step():
        pass
    again.finish()
    assert not ranking.is_whole(desk)
    assert set(ranks_of(engine, desk, shelves).values()) == {None}
    run(RankingAhead(engine))
    assert ranks_of(engine, desk, shelves) == truth(desk, made)


def test_rules_and_rates_of_another_day_have_a_shelf_of_their_own(seller: SellerView, shelves: Shelves) -> None:
    shelves.ask("DE")
    (today,) = ranking.list_wanted_desks(at=clock.now())
    (tomorrow,) = ranking.list_wanted_desks(at=clock.now() + timedelta(days=1))
    assert ranking.name_shelf(today) != ranking.name_shelf(tomorrow)
    shelves.keep("DE", ranking.name_shelf(today), {1: 1})
    ranking.clear_all_but([tomorrow])
    assert ranking.list_kept(at=clock.now() + timedelta(days=1)) == [ranking.Kept("DE", 0, is_whole=False)]
    assert not list(shelves._folder.glob(f"*/{ranking.name_shelf(today)}"))
