from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from lxml import etree
from PIL import Image

from entrepot.catalog import operations as catalog, queries
from entrepot.catalog.queries import ListingView
from entrepot.storefront import discovery, sitemaps
from tests.builders import markets, orders
from tests.conftest import NOW
from tests.pages import Reader
from tests.storefront.shelf import Shelf, address_of, stock

pytestmark = pytest.mark.django_db

BASE = "https://shop.example"
LANGUAGES = ["en", "es", "it", "ru", "tr", "zh-Hans", "ar"]
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(autouse=True)
def _public_address(settings: Any) -> None:
    settings.BASE_URL = BASE


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


def canonical(reader: Reader) -> str | None:
    found = reader.page.xpath("//link[@rel='canonical']/@href")
    assert len(found) < 2
    return found[0] if found else None


def is_hidden(reader: Reader) -> bool:
    return bool(reader.page.xpath("//meta[@name='robots' and @content='noindex']"))


def data(reader: Reader) -> dict[str, dict[str, Any]]:
    documents = [json.loads(node.text) for node in reader.page.xpath("//script[@type='application/ld+json']")]
    assert all(document["@context"] == "https://schema.org" for document in documents)
    return {document["@type"]: document for document in documents}


def told(reader: Reader) -> dict[str, str]:
    return {node.get("property"): node.get("content") for node in reader.page.xpath("//meta[@property]")}


def test_each_language_of_a_page_has_an_address_of_its_own_and_names_all_others(shelf: Shelf) -> None:
    address = address_of(shelf.lamp)
    for asked, own in (("", ""), ("?lang=it", "?lang=it"), ("?lang=xx", "")):
        reader = Reader("DE.EUR.en").open(address + asked)
        assert canonical(reader) == f"{BASE}{address}{own}"
        links = reader.page.xpath("//link[@rel='alternate']")
        named = {link.get("hreflang"): link.get("href") for link in links}
        assert list(named) == [*LANGUAGES, "x-default"]
        assert named["x-default"] == f"{BASE}{address}"
        assert named["zh-Hans"] == f"{BASE}{address}?lang=zh-hans"


def test_the_address_s_language_goes_before_the_reader_s_own_and_lasts_for_that_page(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.lamp) + "?lang=it")
    assert reader.page.get("lang") == "it"
    assert "Lampada da tavolo" in reader.words
    assert "€" in reader.page.xpath("//p[@class='price-figure']")[0].text_content()
    assert reader.open("/").page.get("lang") == "en"


def test_who_comes_for_a_language_without_a_choice_keeps_it(shelf: Shelf) -> None:
    client = Client()
    page = client.get(address_of(shelf.lamp), {"lang": "es"})
    assert client.cookies["entrepot_choice"].value == "ES.EUR.es"
    assert page.headers["Content-Language"] == "es"
    assert client.get("/").headers["Content-Language"] == "es"


def test_a_reader_who_says_where_they_are_is_not_taken_elsewhere_by_the_address_s_language(shelf: Shelf) -> None:
    client = Client(HTTP_ACCEPT_LANGUAGE="de-DE")
    client.get("/", {"lang": "es"})
    assert client.cookies["entrepot_choice"].value == "DE.EUR.es"


def test_choosing_a_language_leaves_the_one_that_the_address_asks_for(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open("/search?lang=it&sort=newest")
    assert reader.form("/choice/").fields["next"] == "/search?sort=newest"


def test_lists_have_one_address_whatever_narrows_or_orders_them(shelf: Shelf) -> None:
    for address, whole in (
        ("/category/shoes", "/category/shoes"),
        ("/category/shoes?sort=price", "/category/shoes"),
        ("/category/shoes?origin=CN", "/category/shoes"),
        ("/search?category=shoes", "/category/shoes"),
        ("/search", "/search"),
        (f"/store/{shelf.italian.store.slug}?origin=IT", f"/store/{shelf.italian.store.slug}"),
    ):
        reader = Reader("DE.EUR.en").open(address)
        assert canonical(reader) == BASE + whole, address
        assert not is_hidden(reader)


def test_a_list_s_later_pages_have_addresses_of_their_own(shelf: Shelf, run_jobs: Callable[..., int]) -> None:
    for number in range(25):
        orders.goods(shelf.chinese, title=f"Cup number {number}", category="kitchen", hs="691200")
    run_jobs()
    reader = Reader("DE.EUR.en").open("/category/kitchen?page=2")
    assert canonical(reader) == f"{BASE}/category/kitchen?page=2"
    assert data(reader)["ItemList"]["numberOfItems"] == 25


def test_what_is_one_person_s_own_or_was_typed_by_one_is_not_to_be_found(shelf: Shelf) -> None:
    pages = ["/search?q=lamp", f"/store/{shelf.italian.store.slug}?q=lamp", "/cart", "/wishes", "/compare",
             "/account/sign-in/", "/nothing/here", "/ui/", "/find-order"]  # fmt: skip
    for address in pages:
        reader = Reader("DE.EUR.en").open(address)
        assert is_hidden(reader), address
        assert canonical(reader) is None, address


def test_the_structured_price_is_the_price_on_the_page(shelf: Shelf) -> None:
    for choice in ("DE.EUR.en", "US.USD.en", "SA.SAR.ar"):
        reader = Reader(choice).open(address_of(shelf.lamp))
        product = data(reader)["Product"]
        offer = product["offers"]
        country, currency, _ = choice.split(".")
        written = reader.page.xpath("//p[@class='price-figure']")[0].text_content()
        assert offer["price"].replace(".", "") == "".join(str(int(sign)) for sign in written if sign.isdigit())
        assert offer["priceCurrency"] == currency
        assert offer["shippingDetails"]["shippingDestination"]["addressCountry"] == country
        assert told(reader)["product:price:amount"] == offer["price"]


def test_a_product_says_all_that_search_engines_ask_of_an_offer(shelf: Shelf) -> None:
    reader = Reader("DE.EUR.en").open(address_of(shelf.boots) + f"?sku={shelf.boots.skus[1].sku}")
    product = data(reader)["Product"]
    assert product["name"] == "Leather boots"
    assert product["sku"] == shelf.boots.skus[1].sku
    assert product["url"] == BASE + address_of(shelf.boots)
    offer = product["offers"]
    assert offer["@type"] == "Offer"
    assert offer["availability"] == "https://schema.org/LimitedAvailability"
    assert offer["itemCondition"] == "https://schema.org/NewCondition"
    assert offer["seller"]["name"] == "Wenzhou Step"
    assert offer["url"].endswith(f"?sku={shelf.boots.skus[1].sku}")
    shipping = offer["shippingDetails"]
    assert shipping["shippingRate"] == {"@type": "MonetaryAmount", "value": "0", "currency": "EUR"}
    times = shipping["deliveryTime"]
    assert {times[kind]["unitCode"] for kind in ("handlingTime", "transitTime")} == {"DAY"}
    assert 0 <= times["transitTime"]["minValue"] <= times["transitTime"]["maxValue"]
    crumbs = data(reader)["BreadcrumbList"]["itemListElement"]
    assert [crumb["position"] for crumb in crumbs] == list(range(1, len(crumbs) + 1))
    assert crumbs[-1]["item"] == product["url"]


def test_what_is_sold_out_or_not_sold_here_says_so_with_the_price_that_the_page_shows(shelf: Shelf) -> None:
    gone = Reader("DE.EUR.en").open(address_of(shelf.boots) + f"?sku={shelf.boots.skus[0].sku}")
    offer = data(gone)["Product"]["offers"]
    assert (offer["availability"], offer["price"], offer["priceCurrency"]) == (
        "https://schema.org/OutOfStock", "200.00", shelf.boots.currency,
    )  # fmt: skip
    assert "shippingDetails" not in offer
    markets.suspend("ES")
    closed = data(Reader("ES.EUR.en").open(address_of(shelf.lamp)))["Product"]["offers"]
    assert closed["ineligibleRegion"] == "ES"
    assert closed["price"] == "40.00"


def test_a_title_cannot_leave_its_script_element(shelf: Shelf) -> None:
    written = discovery.write_data({"@type": "Product", "name": "</script><!--&\u2028"})
    assert written.count("<") == 2
    assert json.loads(written.partition(">")[2].rpartition("<")[0])["name"] == "</script><!--&\u2028"


def test_the_front_page_says_who_runs_the_shop_and_how_it_is_searched(shelf: Shelf) -> None:
    found = data(Reader("DE.EUR.en").open("/"))
    assert found["Organization"]["url"] == f"{BASE}/"
    assert found["WebSite"]["potentialAction"]["target"]["urlTemplate"] == f"{BASE}/search?q={{search_term_string}}"


def test_a_category_names_its_goods_and_what_stands_above_it(shelf: Shelf) -> None:
    found = data(Reader("DE.EUR.en").open("/category/shoes"))
    assert [item["url"] for item in found["ItemList"]["itemListElement"]] == [BASE + address_of(shelf.boots)]
    assert found["BreadcrumbList"]["itemListElement"][0]["item"] == f"{BASE}/"


def test_a_list_without_a_picture_of_its_own_is_shared_with_that_of_its_first_goods(
    shelf: Shelf, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert "og:image" not in told(Reader("DE.EUR.en").open("/category/shoes"))
    content = io.BytesIO()
    Image.new("RGB", (800, 800), "red").save(content, "PNG")
    catalog.add_picture(
        seller_id=shelf.boots.seller_id, listing_ids=[shelf.boots.id], content=content.getvalue(), now=NOW
    )
    for path in ("/category/shoes", "/"):
        reader = Reader("DE.EUR.en").open(path)
        card = reader.page.xpath("//article[contains(., 'Leather boots')]//img/@src")[0]
        assert told(reader)["og:image"] == f"{BASE}{card}"
        assert reader.page.xpath("//meta[@name='twitter:card']/@content") == ["summary"]


def test_a_description_is_cut_between_words() -> None:
    assert discovery.shorten("<p>Soft &amp; light</p>") == "Soft & light"
    long = discovery.shorten("A lamp for every desk. " * 20)
    assert len(long) <= 160
    assert long.endswith("desk…") or long[-2].isalpha()


def in_order(shelf: Shelf) -> list[ListingView]:
    return sorted((shelf.shirt, shelf.lamp, shelf.boots), key=lambda listing: listing.id)


def addresses(path: str) -> list[str]:
    response = Client().get(path)
    assert response.status_code == 200
    content = b"".join(response) if response.streaming else response.content
    return [str(text) for text in etree.fromstring(content).xpath("//s:loc/text()", namespaces=SITEMAP)]


def test_the_sitemap_names_what_may_be_shown_and_nothing_else(shelf: Shelf) -> None:
    catalog.set_listing_state(seller_id=shelf.chinese.id, listing_ids=[shelf.boots.id], state="paused", now=NOW)
    assert addresses("/sitemap.xml") == [f"{BASE}/sitemap-pages.xml", f"{BASE}/sitemap-listings-1.xml"]
    assert set(addresses("/sitemap-listings-1.xml")) == {BASE + address_of(one) for one in (shelf.shirt, shelf.lamp)}
    pages = addresses("/sitemap-pages.xml")
    assert f"{BASE}/category/shoes" in pages
    assert f"{BASE}/store/{shelf.italian.store.slug}" in pages
    assert f"{BASE}/landed-cost/germany" in pages
    assert Client().get("/sitemap-listings-2.xml").status_code == 404


def test_parts_of_the_sitemap_hold_each_listing_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PER_FILE", 2)
    monkeypatch.setattr("entrepot.catalog.queries.offered._ROWS_AT_ONCE", 1)
    files = addresses("/sitemap.xml")[1:]
    assert len(files) == 2
    listed = [address for file in files for address in addresses(file.removeprefix(BASE))]
    assert listed == [BASE + address_of(one) for one in in_order(shelf)]


def test_walking_through_all_listings_reads_some_at_a_time(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("entrepot.catalog.queries.offered._ROWS_AT_ONCE", 2)
    borders = queries.list_borders(size=1000)
    found = [one.key for one in queries.walk_addresses(first=borders[0], last=None)]
    assert found == [listing.id for listing in in_order(shelf)]


def test_crawlers_are_told_where_the_sitemap_is_and_what_is_nobody_s_business() -> None:
    text = Client().get("/robots.txt").content.decode().splitlines()
    assert text[0] == "User-agent: *"
    assert f"Sitemap: {BASE}/sitemap.xml" in text
    for path in ("/account/", "/cart", "/checkout", "/purchase/", "/seller/", "/operator/", "/api/"):
        assert f"Disallow: {path}" in text
    assert "Vary" not in Client().get("/robots.txt").headers
