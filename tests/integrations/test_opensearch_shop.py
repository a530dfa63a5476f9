"""The shop on an OpenSearch cluster: what buyers ask, over the follower and the adapter, to what they are shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from entrepot.catalog import operations as catalog
from entrepot.integrations.opensearch.cluster import read_place
from entrepot.integrations.opensearch.engine import OpenSearchEngine
from entrepot.markets import operations as markets
from entrepot.search import following, ports, queries
from entrepot.search.following import Follower
from entrepot.search.ports import FACETS, SearchRequest
from entrepot.sellers.queries import SellerView
from tests.builders import orders
from tests.builders.facts import facts_of_this_transaction
from tests.conftest import NOW
from tests.integrations import opensearch_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def follow() -> Iterator[Callable[[], None]]:
    """Bind a cluster as the engine; return what its worker does about every fact that waits."""
    bound = ports.get_engine()
    with opensearch_server.running() as server:
        engine = OpenSearchEngine(read_place(f"opensearch+http://{server.address}/shop"), stamp=lambda: "rules")
        ports.bind(engine)
        with facts_of_this_transaction():
            assert following.prepare(engine=engine, tell=lambda progress: None)
        follower = Follower(engine)

        def catch_up() -> None:
            with facts_of_this_transaction():
                for _ in range(50):
                    if follower.step() > 0:
                        break
                engine.publish()

        yield catch_up
        follower.close()
        ports.bind(bound)


@pytest.fixture
def shop() -> SellerView:
    orders.open_buying("DE", "US")
    return orders.shop("CN")


def find(q: str = "", **fields: Any) -> ports.SearchPage:
    return queries.find(SearchRequest(**{"q": q, "country": "DE", "currency": "EUR", **fields}), at=NOW)


def test_a_buyer_finds_narrows_and_compares(shop: SellerView, follow: Callable[[], None]) -> None:
    lamp = orders.goods(shop, title="Desk lamp", brand="Lumo", price="30.00", category="lighting")
    dear = orders.goods(shop, title="Floor lamp", brand="Stella", price="90.00", category="lighting")
    orders.goods(shop, title="Kettle", price="20.00")
    follow()

    page = find("lamp", sort="price", facets=FACETS)
    assert page.listing_ids == (lamp.id, dear.id)
    facets = {facet.name: {value.value: value.count for value in facet.values} for facet in page.facets}
    assert facets["brand"] == {"Lumo": 1, "Stella": 1}
    assert facets["category"]["lighting"] == 2
    assert facets["origin"] == {"CN": 2}
    assert find("lamp", brands=("Stella",)).listing_ids == (dear.id,)
    assert find("lamp", origins=("IT",)).listing_ids == ()


def test_what_changes_is_followed_and_a_switch_acts_at_once(shop: SellerView, follow: Callable[[], None]) -> None:
    lamp = orders.goods(shop, title="Desk lamp")
    follow()
    assert find("lamp").listing_ids == (lamp.id,)
    catalog.set_listing_state(seller_id=shop.id, listing_ids=[lamp.id], state="paused", now=NOW)
    follow()
    assert find("lamp").listing_ids == ()
    catalog.set_listing_state(seller_id=shop.id, listing_ids=[lamp.id], state="active", now=NOW)
    follow()
    markets.set_stage(country="DE", side="buying", stage="suspended", actor="system", reason="a strike", now=NOW)
    assert find("lamp").listing_ids == ()
    assert find("lamp", country="US", currency="USD").listing_ids == (lamp.id,)
