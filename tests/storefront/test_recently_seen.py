from __future__ import annotations

from collections.abc import Callable

import pytest

from entrepot.catalog import operations as catalog
from entrepot.kernel import sql
from entrepot.storefront import kept
from tests.builders import orders
from tests.conftest import NOW
from tests.pages import Reader
from tests.storefront.shelf import Shelf, address_of, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


def seen(reader: Reader) -> list[str]:
    cards = reader.page.xpath("//section[.//h2='Recently seen']//*[@class='card-title']")
    return [card.text_content().strip() for card in cards]


def test_what_was_looked_at_is_shown_again_the_latest_first_and_never_itself(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en")
    assert seen(reader.open("/")) == []
    assert seen(reader.open(address_of(shelf.shirt))) == []
    assert seen(reader.open(address_of(shelf.lamp))) == ["Plain cotton T-shirt"]
    assert seen(reader.open(address_of(shelf.shirt))) == ["Table lamp"]
    assert seen(reader.open("/")) == ["Plain cotton T-shirt", "Table lamp"]


def test_no_more_than_a_dozen_are_remembered(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en")
    for number in range(13):
        reader.open(address_of(orders.goods(shelf.chinese, title=f"Bowl {number}")))
    assert seen(reader.open("/")) == [f"Bowl {number}" for number in range(12, 0, -1)]


def test_the_reader_has_it_forgotten(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.shirt)).open("/").send("/seen/forget")
    assert reader.address == "/"
    assert seen(reader) == []
    assert not reader.client.cookies["entrepot_seen"].value


def test_what_is_gone_or_makes_no_sense_is_not_shown(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.shirt)).open(address_of(shelf.lamp))
    catalog.set_listing_state(seller_id=shelf.italian.id, listing_ids=[shelf.lamp.id], state="paused", now=NOW)
    reader.client.cookies["entrepot_seen"] = reader.client.cookies["entrepot_seen"].value + ".x.===.%%%"
    kept.forget_all()
    assert seen(reader.open("/")) == ["Plain cotton T-shirt"]


def test_nothing_of_it_is_kept_on_the_server(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.shirt))
    assert sql.fetch_one("SELECT count(*) FROM django_session") == (0,)
    assert reader.client.cookies["entrepot_seen"]["httponly"]
    assert reader.client.cookies["entrepot_seen"]["samesite"] == "Lax"
