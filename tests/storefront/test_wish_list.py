from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.http import HttpResponse

from entrepot.accounts import operations as accounts
from entrepot.accounts.queries import PersonView
from entrepot.catalog import operations as catalog
from entrepot.kernel.money import Money
from entrepot.orders import operations as orders, queries
from entrepot.orders.queries import Wish
from entrepot.storefront import wishing
from tests.builders import accounts as build, markets, orders as build_orders
from tests.conftest import NOW
from tests.pages import Reader
from tests.storefront.shelf import Shelf, address_of, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


@pytest.fixture
def owner() -> PersonView:
    return build.person(password=build.PASSWORD)


def wished(reader: Reader) -> list[str]:
    reader.open("/wishes")
    return [node.text_content().strip() for node in reader.page.xpath("//*[contains(@class, 'line-title')]")]


def test_a_guest_s_list_is_kept_in_the_browser_the_latest_first(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en")
    for listing in (shelf.shirt, shelf.lamp):
        reader.open(address_of(listing)).send("/wishes/add")
        assert reader.address == "/wishes"
        assert "It is on your wish list." in reader.words
    assert wished(reader) == ["Table lamp", "Plain cotton T-shirt"]
    assert wished(Reader("DE.EUR.en")) == []


def test_the_product_page_knows_what_is_on_the_list_and_takes_it_off(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.lamp)).send("/wishes/add")
    assert "On your wish list" in reader.open(address_of(shelf.lamp)).words
    reader.send("/wishes/drop")
    assert "Put on the wish list" in reader.open(address_of(shelf.lamp)).words
    assert wished(reader) == []


def test_htmx_is_answered_with_the_buttons_and_the_count_alone(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.shirt)).send("/wishes/add").open(address_of(shelf.lamp))
    fields = dict(reader.form("/wishes/add").form_values())
    for path, words, count in (
        ("/wishes/add", "On your wish list", 2),
        ("/wishes/add", "On your wish list", 2),
        ("/wishes/drop", "Put on the wish list", 1),
    ):
        answer = reader.client.post(path, fields, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        text = answer.content.decode()
        assert text.lstrip().startswith("<form")
        assert words in text
        for place in ("wish-count", "wish-count-below"):
            assert f'<span class="count" id="{place}" hx-swap-oob="true">{count}</span>' in text


@pytest.mark.parametrize("is_person", [False, True])
def test_every_page_leads_to_the_list_and_tells_how_much_is_on_it(
    shelf: Shelf, owner: PersonView, is_person: bool
) -> None:
    reader = Reader("DE.EUR.en", person_id=owner.id if is_person else None).open("/")
    assert [node.get("hidden") for node in reader.page.xpath("//a[@href='/wishes']/span[@class='count']")] == ["", ""]
    for listing in (shelf.shirt, shelf.lamp):
        reader.open(address_of(listing)).send("/wishes/add")
    for path in ("/", "/search", "/cart", "/wishes"):
        counts = reader.open(path).page.xpath("//a[@href='/wishes']/span[@class='count' and not(@hidden)]")
        assert [node.text_content() for node in counts] == ["2", "2"], path
    assert reader.page.xpath("//nav[@class='bottombar']/a[@aria-current]/@href") == ["/wishes"]


def test_the_list_shows_what_each_costs_delivered(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.lamp))
    price = reader.page.xpath("//p[@class='price-figure']")[0].text_content()
    reader.send("/wishes/add")
    assert reader.page.xpath("//p[@class='card-price']")[0].text_content() == price
    markets.suspend("ES")
    reader.client.cookies["entrepot_choice"] = "ES.EUR.en"
    assert "not delivered to Spain" in reader.open("/wishes").words


def test_a_fallen_price_and_goods_sold_out_or_gone_are_told(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader("DE.EUR.en", person_id=owner.id)
    kept = [
        Wish(shelf.lamp.id, Money(5000, shelf.lamp.currency), NOW),
        Wish(shelf.shirt.id, Money(9900, shelf.shirt.currency), NOW),
    ]
    orders.keep_wishes(person_id=owner.id, wishes=kept)
    reader.open("/wishes")
    assert reader.words.count("Price fell") == 1
    assert "The seller asked €50.00 when you put it here, and asks €40.00 now." in reader.words
    catalog.set_listing_state(seller_id=shelf.italian.id, listing_ids=[shelf.lamp.id], state="paused", now=NOW)
    assert "Not offered any more" in wished(reader)
    empty = build_orders.goods(shelf.chinese, title="Empty box", stock=0)
    reader.open(address_of(empty)).send("/wishes/add")
    assert "Sold out" in reader.open("/wishes").words


def test_what_needs_no_choice_moves_into_the_cart_from_the_list(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en")
    for listing in (shelf.shirt, shelf.boots):
        reader.open(address_of(listing)).send("/wishes/add")
    forms = [form for form in reader.page.forms if form.get("action").endswith("/wishes/move")]
    assert len(forms) == 1, "boots are chosen by size first"
    reader.send("/wishes/move")
    assert reader.address == "/cart"
    assert "Plain cotton T-shirt" in reader.words
    assert wished(reader) == ["Leather boots"]


def test_a_guest_s_list_moves_into_the_account_at_sign_in(shelf: Shelf, owner: PersonView) -> None:
    orders.keep_wishes(person_id=owner.id, wishes=[Wish(shelf.boots.id, Money(20000, "CNY"), NOW)])
    reader = Reader("DE.EUR.en")
    for listing in (shelf.lamp, shelf.boots):
        reader.open(address_of(listing)).send("/wishes/add")
    reader.open("/account/sign-in/").send("/account/sign-in/", login=owner.email, password=build.PASSWORD)
    assert not reader.client.cookies["entrepot_wishes"].value
    assert reader.open("/").page.xpath("//*[@id='wish-count']")[0].text_content() == "2"
    assert {wish.listing_id for wish in queries.list_wishes(owner.id)} == {shelf.lamp.id, shelf.boots.id}
    assert sorted(wished(reader)) == ["Leather boots", "Table lamp"]
    assert sorted(wished(Reader("DE.EUR.en", person_id=owner.id))) == ["Leather boots", "Table lamp"]


def test_a_full_list_takes_no_more_and_says_so(
    shelf: Shelf, owner: PersonView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrepot.orders.operations.wishes.WISHES_MAX", 1)
    reader = Reader("DE.EUR.en", person_id=owner.id)
    for listing in (shelf.lamp, shelf.shirt):
        reader.open(address_of(listing)).send("/wishes/add")
    assert "A wish list holds a hundred goods at most" in reader.words
    assert [wish.listing_id for wish in queries.list_wishes(owner.id)] == [shelf.lamp.id]


def test_a_guest_s_list_takes_a_hundred_and_no_more(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en")
    full = HttpResponse()
    wishing._write(full, [Wish(uuid4(), Money(10**9, "EUR"), NOW) for _ in range(100)])
    reader.client.cookies["entrepot_wishes"] = full.cookies["entrepot_wishes"].value
    assert len(full.cookies["entrepot_wishes"].value) <= 4096 - len("entrepot_wishes=")
    reader.open(address_of(shelf.lamp)).send("/wishes/add")
    assert "A wish list holds a hundred goods at most" in reader.words
    assert wished(reader) == ["Not offered any more"] * 100


def test_what_is_hidden_or_no_listing_cannot_be_wished(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.lamp))
    catalog.set_listing_state(seller_id=shelf.italian.id, listing_ids=[shelf.lamp.id], state="paused", now=NOW)
    reader.send("/wishes/add")
    assert reader.status == 404
    assert wished(reader) == []


@pytest.mark.parametrize("kept", ["x", "~~~", "ä", "A" * 40, "A" * 39, "A" * 28 + "RVVS" + "_" * 8, "/" * 80])
def test_a_cookie_that_makes_no_sense_is_an_empty_list(shelf: Shelf, kept: str) -> None:
    reader = Reader("DE.EUR.en")
    reader.client.cookies["entrepot_wishes"] = kept
    assert wished(reader) == []
    assert reader.status == 200


def test_wishes_are_handed_out_with_a_person_s_data_and_erased_with_it(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader("DE.EUR.en", person_id=owner.id).open(address_of(shelf.lamp)).send("/wishes/add")
    told = json.loads(reader.open("/account/data/export/").content)
    assert [wish["listing"] for wish in told["orders"]["wishes"]] == [str(shelf.lamp.id)]
    accounts.erase_person(person_id=owner.id, actor=f"person:{owner.id}", now=NOW)
    assert queries.list_wishes(owner.id) == ()
