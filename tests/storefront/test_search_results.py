"""Results, categories and stores, narrowed down as a reader without script does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from entrepot.catalog.queries import ListingView
from entrepot.markets import operations as markets
from entrepot.search import finding, queries as search
from entrepot.search.ports import Facet, FacetValue, SearchRequest
from entrepot.sellers.queries import SellerView
from entrepot.storefront import facets
from entrepot.storefront.narrowing import Narrowing
from tests.builders import orders, shipping as build_shipping
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup

pytestmark = pytest.mark.django_db

SHIRTS = (  # Title, brand, colour, price in the seller's money.
    ("Cotton shirt", "Aster", "Blue", "90.00"),
    ("Linen shirt", "Aster", "White", "180.00"),
    ("Wool shirt", "Birch", "Blue", "260.00"),
    ("Silk shirt", "Corvo", "Red", "600.00"),
)


@dataclass(frozen=True)
class Rail:
    """Shirts of a Chinese seller, a shirt and a lamp of an Italian one."""

    chinese: SellerView
    italian: SellerView
    shirts: list[ListingView]
    lamp: ListingView


@pytest.fixture
def rail(run_jobs: Callable[..., int]) -> Rail:
    orders.open_buying("DE", "ES")
    chinese, italian = orders.shop("CN", name="Wenzhou Step"), orders.shop("IT", name="Seta Comense")
    shirts = [
        orders.goods(chinese, title=title, brand=brand, price=price, attributes=[("Colour", colour)], language="en")
        for title, brand, colour, price in SHIRTS
    ]
    shirts.append(orders.goods(italian, title="Linen shirt from Como", price="70.00", brand="Birch", language="en"))
    lamp = orders.goods(
        italian, title="Table lamp", price="40.00", hs="940521", category="lighting", brand="Corvo", language="en"
    )
    run_jobs()
    return Rail(chinese, italian, shirts, lamp)


def _titles(reader: Reader) -> list[str]:
    return [" ".join(node.text_content().split()) for node in reader.page.xpath("//h3[@class='card-title']")]


def _count(reader: Reader) -> str:
    return str(reader.page.get_element_by_id("count").text_content()).split(" listing")[0]


def _boxes(reader: Reader, name: str) -> dict[str, int]:
    """Return the values of a facet that can be ticked, with their counts."""
    return {
        box.get("value"): int(box.getparent().xpath("./small")[0].text_content())
        for box in reader.page.xpath(f"//input[@name='{name}' and @value!='']")
    }


def _links(reader: Reader, group: str) -> dict[str, tuple[str, str]]:
    """Return the links of a group as (count, address) by what they say."""
    return {
        link.xpath("./span")[0].text_content(): (link.xpath("./small")[0].text_content(), link.get("href"))
        for link in reader.page.xpath(f"//details[@id='group-{group}']//li/a")
    }


def _chips(reader: Reader) -> dict[str, str]:
    return {
        " ".join(chip.text_content().split()): chip.get("href")
        for chip in reader.page.xpath("//nav[@aria-label='Chosen']/a")
    }


def _query(address: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(address).query)


def test_a_list_can_be_narrowed_by_what_its_goods_have_with_how_many_are_left(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt")
    assert _count(reader) == "5"
    assert _boxes(reader, "brand") == {"Aster": 2, "Birch": 2, "Corvo": 1}
    assert _boxes(reader, "origin") == {"CN": 4, "IT": 1}
    assert _boxes(reader, "attribute") == {"Colour:Blue": 2, "Colour:Red": 1, "Colour:White": 1}
    assert {name: count for name, (count, _) in _links(reader, "category").items()} == {"Men's fashion": "5"}
    assert unsafe_markup(reader.text) == []


def test_several_values_of_a_kind_mean_any_and_several_kinds_mean_all(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt&brand=Aster&brand=Birch&attribute=Colour:Blue")
    assert sorted(_titles(reader)) == ["Cotton shirt", "Wool shirt"]
    assert _count(reader) == "2"
    # Each kind is counted as if nothing of its own were chosen.
    assert _boxes(reader, "brand") == {"Aster": 1, "Birch": 1}
    assert _boxes(reader, "attribute") == {"Colour:Blue": 2, "Colour:White": 1}
    ticked = {box.get("value") for box in reader.page.xpath("//input[@checked and @value!='']")}
    assert ticked == {"Aster", "Birch", "Colour:Blue"}


def test_a_form_sent_without_script_leads_to_the_one_address_of_its_list(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt&sort=price")
    form = reader.page.get_element_by_id("facets-form")
    assert form.fields["q"] == "shirt"
    sent = [(name, value) for name, value in form.form_values()] + [("brand", "Corvo"), ("brand", "Birch")]
    answer = reader.client.get("/search", dict_of(sent))
    assert answer.status_code == 302
    assert answer["Location"] == "/search?q=shirt&brand=Birch&brand=Corvo&sort=price"
    reader.open(answer["Location"])
    assert _count(reader) == "3"
    assert reader.page.get_element_by_id("facets-foot", None) is None
    assert "Show 3 listings" in reader.words


def dict_of(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def test_what_is_chosen_stands_above_the_list_and_is_dropped_one_by_one_or_all_at_once(rail: Rail) -> None:
    address = "/search?q=shirt&brand=Aster&origin=CN&attribute=Colour%3ABlue&days_max=60&sort=price"
    reader = Reader("DE.EUR.en").open(address)
    chips = _chips(reader)
    assert list(chips) == ["China", "Aster", "Colour: Blue", "up to 60 days", "Drop all"]
    for chip, name in zip(chips.values(), ("origin", "brand", "attribute", "days_max"), strict=False):
        assert _query(chip) == [pair for pair in _query(address) if pair[0] != name]
    assert chips["Drop all"] == "/search?q=shirt&sort=price"
    (count,) = reader.page.xpath("//button[@popovertarget='facets']/span[@class='count']")
    assert count.text_content() == "4"


def test_links_keep_what_else_is_chosen(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt&brand=Aster&origin=CN&price_from=1")
    kept = [("q", "shirt"), ("brand", "Aster"), ("origin", "CN"), ("price_from", "1"), ("currency", "EUR")]
    for link in reader.page.xpath("//nav[@aria-label='Order of the list']/a/@href"):
        assert [pair for pair in _query(link) if pair[0] != "sort"] == kept
    for _, link in _links(reader, "category").values():
        assert [pair for pair in _query(link) if pair[0] != "category"] == kept
    for _, link in _links(reader, "price").values():
        assert {("q", "shirt"), ("brand", "Aster"), ("origin", "CN")} <= set(_query(link))


def _cents(text: str) -> int:
    return round(float(text.strip().removeprefix("from").strip().strip("€").replace(",", "")) * 100)


def _prices(reader: Reader) -> list[int]:
    return [_cents(node.text_content()) for node in reader.page.xpath("//p[@class='card-price']")]


def test_delivered_prices_order_and_narrow_a_list_from_and_to_in_the_readers_money(rail: Rail) -> None:
    prices = _prices(Reader("DE.EUR.en").open("/search?q=shirt&sort=price"))
    assert prices == sorted(prices)
    assert len(prices) == 5
    low, high = prices[1] / 100, prices[3] / 100
    reader = Reader("DE.EUR.en").open(f"/search?q=shirt&price_from={low}&price_to={high}&sort=price")
    assert _prices(reader) == prices[1:4]
    assert _count(reader) == "3"
    assert reader.page.get_element_by_id("price-from").get("value") == f"{low:g}"
    ranges = _links(reader, "price")
    for count, address in ranges.values():
        span = Reader("DE.EUR.en").open(address)
        assert _count(span) == count, address


def test_spans_of_prices_are_counted_once_somebody_turns_to_them(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt&brand=Aster&brand=Birch")
    assert reader.page.get_element_by_id("price-from") is not None
    assert _links(reader, "price") == {}
    (later,) = reader.page.xpath("//details[@id='group-price']//@hx-get")
    assert later == "/search?q=shirt&brand=Aster&brand=Birch&spans=1"
    spans = Reader("DE.EUR.en").open(later).page
    assert spans.get("id") == "price-spans"
    counted = {link.get("href"): link.xpath("./small")[0].text_content() for link in spans.xpath(".//a")}
    assert len(counted) > 1
    for address, count in counted.items():
        assert {("brand", "Aster"), ("brand", "Birch")} < set(_query(address))
        assert _count(Reader("DE.EUR.en").open(address)) == count


def test_every_count_is_what_one_finds_by_choosing_it(rail: Rail) -> None:
    start = "/search?q=shirt&origin=CN"
    reader = Reader("DE.EUR.en").open(start)
    for name in ("brand", "attribute", "days_max"):
        for value, count in _boxes(reader, name).items():
            assert _count(Reader("DE.EUR.en").open(f"{start}&{name}={value}")) == str(count), (name, value)
    for count, address in _links(reader, "category").values():
        assert _count(Reader("DE.EUR.en").open(address)) == count


def test_a_category_is_narrowed_at_its_own_address(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/category/mens-fashion?origin=IT")
    assert _titles(reader) == ["Linen shirt from Como"]
    steps = reader.page.xpath("//nav[@class='crumbs']//a/@href")
    assert steps == ["/search"]
    for _, link in _links(reader, "category").values():
        assert link.startswith("/category/")
        assert _query(link) == [("origin", "IT")]
    assert _chips(reader) == {"Italy": "/category/mens-fashion"}


def test_a_store_is_searched_and_narrowed_within_itself(rail: Rail) -> None:
    home = f"/store/{rail.chinese.store.slug}"
    reader = Reader("DE.EUR.en").open(home)
    assert _count(reader) == "4"
    assert _boxes(reader, "brand") == {"Aster": 2, "Birch": 1, "Corvo": 1}
    assert _boxes(reader, "origin") == {}  # One country leaves no choice.
    reader.open(f"{home}?q=linen&brand=Aster")
    assert _titles(reader) == ["Linen shirt"]
    assert _chips(reader) == {"Aster": f"{home}?q=linen"}
    assert all(link.startswith(home) for link in reader.page.xpath("//nav[@aria-label='Order of the list']/a/@href"))


def test_pages_follow_each_other_without_gap_or_repeat_while_goods_are_added(
    rail: Rail, run_jobs: Callable[..., int]
) -> None:
    for number in range(30):
        orders.goods(rail.chinese, title=f"Tea cup {number}", price="30.00", language="en")
    run_jobs()
    reader = Reader("DE.EUR.en").open("/search?q=cup&sort=newest")
    assert _count(reader) == "30"
    first = _titles(reader)
    (following,) = reader.page.xpath("//a[@rel='next']/@href")
    assert dict(_query(following))["snapshot"]
    for number in range(3):
        orders.goods(rail.chinese, title=f"New cup {number}", price="30.00", language="en")
    run_jobs()
    reader.open(following)
    titles = first + _titles(reader)
    assert sorted(titles) == sorted(f"Tea cup {number}" for number in range(30))
    assert _count(Reader("DE.EUR.en").open("/search?q=cup&sort=newest")) == "33"
    # Whatever else one presses starts the list anew, from what there is now.
    assert all("snapshot" not in link for link in reader.page.xpath("//nav[@aria-label='Order of the list']/a/@href"))


def test_a_page_that_the_list_no_longer_has_leads_to_its_first(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=shirt&brand=Aster&page=9")
    assert reader.address == "/search?q=shirt&brand=Aster"
    assert _count(reader) == "2"


def test_a_part_of_the_page_asked_for_by_script_says_the_address_of_its_list(rail: Rail) -> None:
    reader = Reader("DE.EUR.en")
    asked = "/search?price_from=&price_to=&brand=Birch&q=shirt&days_max="
    answer = reader.client.get(asked, headers={"HX-Request": "true", "HX-Current-URL": "http://x/search?q=shirt"})
    assert answer.status_code == 200
    assert answer["HX-Push-Url"] == "/search?q=shirt&brand=Birch"
    again = reader.client.get(
        asked, headers={"HX-Request": "true", "HX-Current-URL": "http://x/search?q=shirt&brand=Birch"}
    )
    assert again["HX-Push-Url"] == "false"
    reader.open("/search?q=shirt&brand=Birch")
    assert reader.page.get_element_by_id("page-link").get("value") == "/search?q=shirt&brand=Birch"


@pytest.mark.parametrize(
    "query",
    [
        "brand=%00&attribute=%3A&origin=%3Cscript%3E", "price_from=9&price_to=NaN", "price_from=1e400",
        "page=40&q=shirt", "snapshot=gone&page=2", "days_max=1&rating_min=5", "attribute=" + "x" * 300 + ":y",
        "brand=" + "%F0%9F%98%80" * 60, "sort=rating", "sort=orders", "category=nothing&q=shirt",
        "q=%22%27-%2B%2A%3F%28%29", "q=" + "a+" * 120,
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["/search", "/category/mens-fashion", "store"])
def test_no_address_breaks_a_list(rail: Rail, place: str, query: str) -> None:
    path = f"/store/{rail.chinese.store.slug}" if place == "store" else place
    reader = Reader("DE.EUR.en").open(path)
    reader.open(f"{path}?{query}")
    assert reader.status == 200
    assert unsafe_markup(reader.text) == []


def _ways(reader: Reader) -> dict[str, dict[str, str]]:
    """Return the ways on from an empty list: by heading, what finds how many."""
    return {
        " ".join(part.xpath("./h3")[0].text_content().split()): {
            chip.xpath("./bdi")[0].text_content(): chip.xpath("./span")[0].text_content()
            for chip in part.xpath(".//a[@class='chip']")
        }
        for part in reader.page.xpath("//section[h3 and .//a[@class='chip']]")
    }


def test_nothing_found_shows_which_words_and_filters_stand_in_the_way(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=table+lamp&brand=Corvo&origin=CN&as_typed=1")
    assert "Nothing found" in reader.words
    ways = _ways(reader)
    assert ways["Fewer filters"] == {"without “China”": "1"}
    (link,) = reader.page.xpath("//a[@class='chip'][contains(bdi, 'China') and span]/@href")
    assert _titles(reader.open(link)) == ["Table lamp"]
    reader.open("/category/mens-fashion?brand=Corvo&origin=IT")
    assert _ways(reader)["Elsewhere in the shop"] == {"All categories": "1"}
    reader.open("/search?q=xylophone&as_typed=1")
    assert _ways(reader) == {}
    assert reader.page.xpath("//a[.='See all goods']")
    assert {"/category/mens-fashion", "/category/home"} & set(reader.page.xpath("//a[@class='chip']/@href"))


def test_goods_that_fit_but_are_not_sold_here_are_counted_with_the_reason(rail: Rail) -> None:
    build_shipping.template(rail.italian, build_shipping.service("packet", build_shipping.zone("ES")))
    reader = Reader("DE.EUR.en").open("/search?q=lamp")
    assert "1 listing fits, but is not sold to Germany" in reader.words
    assert "The seller does not deliver there. (1)" in reader.words
    assert _titles(Reader("ES.EUR.en").open("/search?q=lamp")) == ["Table lamp"]
    markets.set_stage(country="IT", side="selling", stage="suspended", actor="system", reason="test", now=NOW)
    with moment():
        assert "is not sold to Germany" not in Reader("DE.EUR.en").open("/search?q=lamp").words


def test_another_spelling_that_was_searched_for_is_said_and_can_be_refused(rail: Rail) -> None:
    reader = Reader("DE.EUR.en").open("/search?q=cottton")
    assert "Showing results for “cotton”." in reader.words
    assert _titles(reader) == ["Cotton shirt"]
    (link,) = reader.page.xpath("//a[contains(., 'Search for “cottton” instead')]/@href")
    assert link == "/search?q=cottton&as_typed=1"
    reader.open(link)
    assert "Nothing found" in reader.words


def test_goods_that_lack_a_word_are_said_to(rail: Rail) -> None:
    some = "Nothing has every word of “xylophone lamp”. These have some of them."
    reader = Reader("DE.EUR.en").open("/search?q=xylophone+lamp")
    assert some in reader.words
    assert _titles(reader) == ["Table lamp"]
    assert "Nothing has every word" not in reader.open("/search?q=table+lamp").words


def test_what_is_spelt_well_is_not_mended_because_of_a_filter(rail: Rail) -> None:
    found = search.find(SearchRequest(q="lamp", country="DE", currency="EUR", brands=("Nobody",)), at=NOW)
    assert (found.count, found.asked_instead) == (0, "")


def _suggested(text: str, choice: str = "DE.EUR.en") -> list[tuple[str, str]]:
    answer: Any = Reader(choice).client.get("/suggestions", {"q": text})
    assert answer.status_code == 200
    reader = Reader(choice).open(f"/suggestions?q={text}")
    assert unsafe_markup(f"<div>{reader.text}</div>") == []
    if not reader.text.strip():
        return []
    return [
        (" ".join(option.xpath("./span")[0].text_content().split()), option.get("href"))
        for option in reader.page.xpath("//a[@role='option']")
    ]


def test_typing_is_completed_with_words_categories_and_brands_that_find_something(rail: Rail) -> None:
    assert ("linen shirt", "/search?q=linen+shirt") in _suggested("lin")
    assert ("Birch", "/search?brand=Birch") in _suggested("bir")
    assert any(link.startswith("/category/") for _, link in _suggested("light"))
    assert _suggested("") == _suggested("%00") == _suggested("qqqqqq") == []
    assert _suggested("lin", "AF.USD.en") == []  # Nothing goes there.


def test_a_suggested_listing_leads_to_its_page(rail: Rail) -> None:
    (link,) = [link for text, link in _suggested("table") if text == "Table lamp"]
    reader = Reader("DE.EUR.en").open(link)
    assert reader.address == f"/listing/{rail.lamp.id}/{rail.lamp.slug}"


def test_estimated_numbers_are_marked_and_what_nearly_all_have_is_no_choice() -> None:
    brands = Facet("brand", (FacetValue("Aster", 9_100), FacetValue("Birch", 0, chosen=True)), estimated=True)
    days = Facet("days", (FacetValue("7", 4_300), FacetValue("30", 12_000)), estimated=True)
    narrowing = Narrowing(q="shirt", brands=("Birch",))
    brand, time = facets.build([brands, days], narrowing, path=(), language="en", total=12_020)[1:]
    assert "~9,100" in brand.rows
    assert ">0<" not in brand.rows
    assert "~4,300" in time.rows
    assert "12,000" not in time.rows


def test_where_more_fit_than_are_compared_by_price_page_and_interface_say_so(
    rail: Rail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "RANKED_WITHIN", 2)  # A thousand listings would take the test minutes.
    asked = "q=shirt&origin=CN&brand=Aster&brand=Birch"
    reader = Reader("DE.EUR.en")
    said = {
        "sort=price": "Delivered prices are compared among the 2 best matches of 3. Narrow the list down",
        "price_from=1": "Delivered prices are compared among the 2 best matches. Narrow the list down",
    }
    for query, sentence in said.items():
        assert sentence in reader.open(f"/search?{asked}&{query}").words, query
        assert len(_titles(reader)) == 2  # What lies beyond is on no page.
    for quiet in (f"/search?{asked}", "/search?q=shirt&brand=Aster&sort=price"):
        assert "Delivered prices are compared" not in reader.open(quiet).words
    answer = reader.client.get(f"/api/v1/listings?country=DE&currency=EUR&{asked}&sort=price").json()
    assert (answer["count"], answer["ranked_within"], len(answer["items"])) == (3, 2, 2)
