from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html

from entrepot.kernel import sql
from entrepot.markets import operations as markets
from entrepot.storefront import departments
from tests.builders import orders, shipping as build_shipping
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup
from tests.storefront.shelf import Shelf, address_of, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.SAR.ar"])
def test_every_page_for_looking_around_renders_without_style_or_script_of_its_own(shelf: Shelf, choice: str) -> None:
    reader = Reader(choice)
    pages = [
        "/", "/search", "/search?q=shirt", "/search?sort=price", "/search?origin=IT", "/category/shoes",
        f"/store/{shelf.italian.store.slug}", address_of(shelf.shirt), address_of(shelf.lamp), "/protection", "/cart",
    ]  # fmt: skip
    for address in pages:
        reader.open(address)
        assert reader.status == 200, address
        assert reader.page.get("lang") == choice[-2:]
        assert unsafe_markup(reader.text) == [], address


def test_a_card_shows_the_delivered_price_and_says_what_is_in_it(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt")
    cards = reader.page.xpath("//article[@class='card']")
    assert len(cards) == 1
    words = " ".join(cards[0].text_content().split())
    assert "Plain cotton T-shirt" in words
    assert "€" in words
    assert "delivered to Germany, duties and taxes included" in words
    assert "China" in words


def test_the_product_page_charges_what_the_card_promised(shelf: Shelf) -> None:
    card = Reader("DE.EUR.en").open("/search?q=shirt").page.xpath("//p[@class='card-price']")[0].text_content().strip()
    page = Reader("DE.EUR.en").open(address_of(shelf.shirt)).page
    assert page.xpath("//p[@class='price-figure']")[0].text_content() == card


def test_the_price_opens_into_parts_with_rule_rate_and_source_that_add_up(shelf: Shelf) -> None:
    page = Reader("DE.EUR.en").open(address_of(shelf.shirt)).page
    table = page.xpath("//details[summary[contains(., 'How the price is made up')]]//table")[0]
    amounts = [_cents(cell.text_content()) for cell in table.xpath(".//tbody//td[@class='figure']")]
    assert sum(amounts) == _cents(table.xpath(".//tfoot//td")[0].text_content())
    words = " ".join(table.text_content().split())
    assert "VAT 19% of" in words
    assert "since Jul 1, 2026" in words
    assert "paid over by Entrepot" in words


def _cents(text: str) -> int:
    return round(float(text.strip().strip("€").replace(",", "")) * 100)


def test_a_listing_in_another_language_is_marked_as_translated_and_the_original_can_be_read(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.lamp))
    assert "Table lamp" in reader.words
    assert "Translated from Italian" in reader.words
    reader.open(f"{address_of(shelf.lamp)}?original=1")
    assert "Lampada da tavolo" in reader.words
    assert "Show the translation" in reader.words


def test_options_lead_to_their_variant_and_a_variant_that_is_sold_out_says_so(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.boots))
    choices = reader.page.xpath("//div[@class='choices']/a")
    assert [choice.text_content() for choice in choices] == ["38 (sold out)", "40", "42"]
    assert "choice-out" in choices[0].get("class")
    assert choices[1].get("aria-current") == "true"  # The first that is in stock.
    assert "Only 3 left" in reader.words
    reader.open(address_of(shelf.boots) + choices[0].get("href"))
    assert "Sold out" in reader.words
    assert not [form for form in reader.page.forms if form.get("action") == "/cart/add"]


def test_goods_that_may_not_go_to_the_reader_say_why_and_offer_a_way_on(shelf: Shelf) -> None:
    markets.set_stage(country="US", side="buying", stage="suspended", actor="system", reason="test", now=NOW)
    with moment():
        reader = Reader("US.USD.en").open(address_of(shelf.shirt))
    assert "Not sold to the United States" in reader.words
    assert "Deliveries to this country are suspended." in reader.words
    assert reader.page.xpath("//a[contains(., 'See similar goods')]")
    assert "You can have it sent to another country" in reader.words


def test_goods_that_do_not_go_to_the_reader_stand_beside_similar_ones_that_do(
    shelf: Shelf, run_jobs: Callable[..., int]
) -> None:
    build_shipping.template(shelf.italian, build_shipping.service("packet", build_shipping.zone("ES")))
    orders.goods(shelf.chinese, title="Another lamp", hs="940521", category="lighting")
    run_jobs()
    reader = Reader("DE.EUR.en").open(address_of(shelf.lamp))
    assert "Not sold to Germany" in reader.words
    assert "The seller does not deliver there." in reader.words
    (section,) = reader.page.xpath("//section[.//h2[contains(., 'Similar goods that go to Germany')]]")
    assert [" ".join(node.text_content().split()) for node in section.xpath(".//h3")] == ["Another lamp"]


def test_similar_goods_and_those_of_the_store_come_as_the_reader_scrolls_down_to_them(
    shelf: Shelf, run_jobs: Callable[..., int]
) -> None:
    orders.goods(shelf.chinese, title="Another shirt", category="mens-shirts")
    orders.goods(shelf.chinese, title="A bowl", hs="691200", category="lighting")
    run_jobs()
    reader = Reader("DE.EUR.en").open(address_of(shelf.shirt))
    (place,) = reader.page.xpath("//div[@hx-trigger='revealed']")
    links = [link.get("href") for link in place.xpath(".//section//a")]
    assert links == ["/category/mens-shirts", f"/store/{shelf.chinese.store.slug}"], "without script they lead on"
    assert not place.xpath(".//h3")

    address = place.get("hx-get")
    part = html.fromstring(reader.client.get(address, headers={"HX-Request": "true"}).content.decode())
    titles = {
        section.xpath("string(.//h2)"): [node.text_content().strip() for node in section.xpath(".//h3")]
        for section in part.xpath("//section")
    }
    assert titles["Similar goods"] == ["Another shirt"]
    assert "A bowl" in titles[f"More from {shelf.chinese.store.name}"]
    assert reader.open(address).address == address_of(shelf.shirt), "by itself it is no page"
    assert reader.client.get(f"/related/{uuid4()}").status_code == 404


def test_a_card_names_the_town_to_those_who_can_read_it(shelf: Shelf) -> None:
    for store, town in ((shelf.chinese, "温州"), (shelf.italian, "Como")):
        sql.execute("UPDATE sellers_store SET dispatch_city = %s WHERE seller_id = %s", [town, store.id])
    shown = {choice: Reader(choice).open("/search").page.text_content() for choice in ("DE.EUR.en", "DE.EUR.zh-hans")}
    assert "Como · Italy" in " ".join(shown["DE.EUR.en"].split())
    assert "温州" not in shown["DE.EUR.en"]
    assert "温州" in shown["DE.EUR.zh-hans"]
    assert "Como" in shown["DE.EUR.zh-hans"]


def test_the_legal_identity_stands_beside_the_goods(shelf: Shelf) -> None:
    words = Reader().open(address_of(shelf.shirt)).words
    assert shelf.chinese.legal_name in words
    assert "Who sells this" in words
    assert "The seller has certified to offer only goods that comply with the law." in words


def test_an_address_with_an_old_name_leads_to_the_present_one(shelf: Shelf) -> None:
    reader = Reader().open(f"/listing/{shelf.shirt.id}/an-old-name")
    assert reader.address.endswith(f"/{shelf.shirt.slug}")


@pytest.mark.parametrize(
    "address", ["/category/nothing", "/store/nothing", "/listing/01890000-0000-7000-8000-000000000000/x"]
)
def test_what_is_not_there_is_a_page_of_its_own(shelf: Shelf, address: str) -> None:
    reader = Reader().open(address)
    assert reader.status == 404
    assert "There is nothing here" in reader.words


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=99999", "page=²", "sort=x", "origin=<script>", "q=%00", "category=x"]
)
def test_no_query_breaks_the_search(shelf: Shelf, query: str) -> None:
    assert Reader().open(f"/search?{query}").status == 200


ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><svg onload=alert(1)>"


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.SAR.ar"])
def test_what_sellers_and_readers_write_comes_out_as_text(run_jobs: Callable[..., int], choice: str) -> None:
    orders.open_buying("DE", "SA")
    seller = orders.shop("CN", name=f"Store {ATTACK}"[:80])
    listing = orders.goods(
        seller, title=f"Shirt {ATTACK}", description=f"<p>Good</p>{ATTACK}", brand=f"Brand {ATTACK}"[:60]
    )
    run_jobs()
    reader = Reader(choice)
    for address in ("/", "/search?q=Shirt", f"/listing/{listing.id}/{listing.slug}", f"/store/{seller.store.slug}"):
        reader.open(address)
        assert reader.status == 200
        assert unsafe_markup(reader.text) == [], address
        assert not reader.page.xpath("//img[@src='x']"), address
        assert "Store &lt;script&gt;" in reader.text or address == "/" or "search" in address
    reader.open("/search?q=" + "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%20onfocus%3D%22alert(1)")
    assert unsafe_markup(reader.text) == []


def test_pages_ask_the_database_little(shelf: Shelf, django_assert_max_num_queries: Callable[..., object]) -> None:
    reader = Reader("DE.EUR.en")
    for address, most in (("/search", 6), (address_of(shelf.shirt), 3), ("/", 2)):
        reader.open(address)  # What a process keeps is kept now.
        with django_assert_max_num_queries(most):  # type: ignore[attr-defined]
            reader.open(address)


def _departments(reader: Reader) -> set[str]:
    return set(reader.page.xpath("//a[@class='tile']/@href"))


def test_the_front_page_names_only_departments_whose_goods_go_to_the_reader(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open("/")
    shown = _departments(reader)
    paths = {slug: departments.find_path(slug, "en")[0].slug for slug in ("mens-shirts", "lighting", "shoes")}
    assert shown == {f"/category/{slug}" for slug in paths.values()}
    for seller in (shelf.chinese, shelf.italian):
        build_shipping.template(seller, build_shipping.service("packet", build_shipping.zone("ES")))
    departments.forget()
    assert _departments(reader.open("/")) == set()
    assert _departments(Reader("ES.EUR.en").open("/")) == shown


def test_one_seller_does_not_fill_what_is_new(shelf: Shelf, run_jobs: Callable[..., int]) -> None:
    for number in range(5):
        orders.goods(shelf.chinese, title=f"Bulk {number}")
    run_jobs()
    section = Reader("DE.EUR.en").open("/").page.xpath("//section[.//h2[.='New in the warehouse']]")[0]
    titles = [" ".join(node.text_content().split()) for node in section.xpath(".//article")]
    assert sum("China" in title for title in titles) == 2
    assert len(titles) == 3
    assert sum("Table lamp" in title for title in titles) == 1


def test_what_the_front_page_asks_of_departments_is_kept(shelf: Shelf) -> None:
    first = departments.list_stocked("en", "DE")
    assert first
    with CaptureQueriesContext(connection) as captured:
        assert departments.list_stocked("en", "DE") == first
    assert len(captured) == 0


@pytest.mark.parametrize("address", ["/", "/search", "/search?q=shirt"])
def test_a_country_that_nothing_goes_to_is_told_so_and_shown_a_way_on(shelf: Shelf, address: str) -> None:
    reader = Reader("AF.USD.en").open(address)
    assert reader.status == 200
    assert "We do not deliver to Afghanistan yet" in reader.words
    assert "Choose another country at the top of the page" in reader.words
    assert "We do not deliver to" not in Reader("DE.EUR.en").open(address).words
