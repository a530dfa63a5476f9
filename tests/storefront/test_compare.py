from __future__ import annotations

from collections.abc import Callable

import pytest

from entrepot.catalog import operations as catalog
from entrepot.catalog.queries import ListingView
from tests.builders import orders
from tests.conftest import NOW
from tests.pages import Reader
from tests.storefront.shelf import Shelf, address_of, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


def titles(reader: Reader) -> list[str]:
    return [node.text_content().strip() for node in reader.page.xpath("//thead//a[@class='line-title']")]


def rows(reader: Reader) -> dict[str, list[str]]:
    found = {}
    for row in reader.page.xpath("//table//tbody/tr"):
        label = row.xpath("th/bdi")[0].text_content()
        found[label] = [" ".join(cell.text_content().split()) for cell in row.xpath("td")]
    return found


def differing(reader: Reader) -> set[str]:
    return {
        row.xpath("th/bdi")[0].text_content()
        for row in reader.page.xpath("//table//tbody/tr[th/span[contains(@class, 'badge')]]")
    }


def put_beside(reader: Reader, *listings: ListingView) -> Reader:
    for listing in listings:
        page = reader.open(address_of(listing))
        page.post("/compare/add", dict(page.form("/wishes/add").form_values()))
    return reader


def test_goods_stand_side_by_side_at_an_address_that_can_be_shared(shelf: Shelf) -> None:
    reader = put_beside(Reader("DE.EUR.en"), shelf.shirt, shelf.lamp, shelf.boots)
    assert reader.address == f"/compare?of={shelf.shirt.id}&of={shelf.lamp.id}&of={shelf.boots.id}"
    assert titles(reader) == ["Plain cotton T-shirt", "Table lamp", "Leather boots"]
    shared = Reader("DE.EUR.en").open(reader.address)
    assert rows(shared) == rows(reader)
    assert Reader("DE.EUR.en").open("/compare").words.count("Nothing to compare yet") == 1
    assert reader.open("/compare").address.endswith(f"&of={shelf.boots.id}")


def test_each_delivered_price_is_that_of_its_own_page(shelf: Shelf) -> None:
    prices = [
        Reader("DE.EUR.en").open(address_of(one)).page.xpath("//p[@class='price-figure']")[0].text_content()
        for one in (shelf.shirt, shelf.lamp)
    ]
    reader = Reader("DE.EUR.en").open(f"/compare?of={shelf.shirt.id}&of={shelf.lamp.id}")
    assert rows(reader)["Delivered price"] == prices


def test_attributes_are_aligned_by_name_and_differences_said_in_words(shelf: Shelf) -> None:
    one = orders.goods(shelf.chinese, title="One", attributes=[("Material", "steel"), ("Height", "20 cm")])
    other = orders.goods(shelf.chinese, title="Other", attributes=[("height", "20 cm"), ("Colour", "red")])
    reader = Reader("DE.EUR.en").open(f"/compare?of={one.id}&of={other.id}")
    told = rows(reader)
    assert told["Material"] == ["steel", "–"]
    assert told["Height"] == ["20 cm", "20 cm"]
    assert told["Colour"] == ["–", "red"]
    assert {"Material", "Colour"} <= differing(reader)
    assert not {"Height", "Store", "Sold from"} & differing(reader)


def test_one_is_taken_out_and_the_others_stay(shelf: Shelf) -> None:
    reader = put_beside(Reader("DE.EUR.en"), shelf.shirt, shelf.lamp)
    reader.send("/compare/drop")
    assert titles(reader) == ["Table lamp"]
    assert titles(reader.open("/compare")) == ["Table lamp"]


def test_a_fifth_is_refused_and_changes_nothing(shelf: Shelf) -> None:
    more = [orders.goods(shelf.chinese, title=f"Bowl {number}") for number in (1, 2)]
    reader = put_beside(Reader("DE.EUR.en"), shelf.shirt, shelf.lamp, *more, shelf.boots)
    assert "Four are compared at most." in reader.words
    assert titles(reader) == ["Plain cotton T-shirt", "Table lamp", "Bowl 1", "Bowl 2"]


def test_what_is_hidden_or_makes_no_sense_is_left_out(shelf: Shelf) -> None:
    catalog.set_listing_state(seller_id=shelf.italian.id, listing_ids=[shelf.lamp.id], state="paused", now=NOW)
    reader = Reader("DE.EUR.en").open(f"/compare?of={shelf.lamp.id}&of=x&of={shelf.shirt.id}&of={shelf.shirt.id}")
    assert reader.status == 200
    assert titles(reader) == ["Plain cotton T-shirt"]
    assert differing(reader) == set()
