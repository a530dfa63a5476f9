"""A forbidden way: no buy button but the reason in words, not in that country's search, and no order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.catalog import operations as catalog
from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.kernel.errors import InvalidField
from entrepot.markets import queries as markets
from entrepot.pricing.refusals import CorridorClosed, NotSellable
from entrepot.search import queries as search
from entrepot.search.ports import SearchRequest
from entrepot.sellers.queries import SellerView
from tests.builders import orders, safety, shipping
from tests.builders.catalog import NOW
from tests.builders.search import build_index_anew
from tests.pages import Reader

pytestmark = pytest.mark.django_db
RunJobs = Callable[..., int]


def found(country: str, **fields: Any) -> tuple[Any, ...]:
    return search.find(SearchRequest(country=country, currency="EUR", **fields), at=NOW).listing_ids


def page(listing: ListingView, country: str, language: str = "en") -> Reader:
    return Reader(f"{country}.EUR.{language}").open(f"/listing/{listing.id}/{listing.slug}")


def offers_to_buy(reader: Reader) -> bool:
    return bool(reader.page.xpath("//form[contains(@action, '/cart')]"))


@pytest.fixture
def shop(db: None) -> SellerView:
    orders.open_buying("DE", "ES", "US", "BR", "SA")
    return orders.shop("CN")


@pytest.fixture
def operator_folder(tmp_path: Path, settings: Any) -> Iterator[Callable[..., None]]:
    """Return a function that writes files of the operator's own folder of packs, which hold at once."""

    def write(**files: str) -> None:
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_toml", ".toml")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        settings.COUNTRIES_DIR = str(tmp_path)
        markets.get_library.cache_clear()

    yield write
    markets.get_library.cache_clear()


def nobody_answers(seller: SellerView) -> None:
    safety.choose(seller)


def redeclare(listing: ListingView, **flags: Any) -> None:
    catalog.upsert_listing(
        seller_id=listing.seller_id,
        listing=ListingInput(
            listing_id=listing.id,
            title=listing.title,
            skus=(SkuInput(seller_sku=listing.skus[0].seller_sku, price="99.00", weight_g=300),),
            flags=flags,
        ),
        now=NOW,
    )


def test_goods_that_nobody_in_the_union_answers_for_are_not_sold_there(shop: SellerView, run_jobs: RunJobs) -> None:
    listing = orders.goods(shop, title="Kettle")
    run_jobs()
    cart = orders.cart((listing, 1))
    assert found("DE") == (listing.id,)
    assert offers_to_buy(page(listing, "DE"))

    nobody_answers(shop)
    run_jobs()
    reader = page(listing, "DE")
    assert not offers_to_buy(reader)
    assert "Not sold to Germany" in reader.words
    assert "Nobody in the European Union answers for the safety of these goods yet" in reader.words
    assert "Regulation (EU) 2023/988" in reader.words
    assert (found("DE"), found("ES", q="kettle"), found("US")) == ((), (), (listing.id,))
    assert offers_to_buy(page(listing, "US"))
    with pytest.raises(NotSellable) as refusal:
        orders.place(cart)
    assert [line["rule"] for line in refusal.value.fields["lines"]] == ["EU-responsible-person"]
    assert orders.stock_of(listing) == (100, 0)


def test_buyers_see_who_answers_for_the_safety_of_goods(shop: SellerView) -> None:
    reader = page(orders.goods(shop), "DE")
    assert "Entrepot Demo Representatives GmbH" in reader.words
    assert "Musterstraße 1, 10115 Berlin, Germany" in reader.words
    assert "safety@demo.example" in reader.words


@pytest.mark.parametrize(
    ("hs", "flags", "closed", "open_", "words"),
    [
        ("300490", {}, "DE", "BR", "Medicines may not be sent there."),
        ("821193", {"blade": "automatic"}, "US", "BR", "Knives that spring or fall open may not be sent there."),
        ("220421", {}, "SA", "BR", "The law of the country forbids these goods."),
        ("120999", {}, "ES", "SA", "Plants, seeds and fresh fruit may not be sent there without a certificate."),
    ],
)
def test_goods_stay_out_of_the_search_and_the_carts_of_countries_that_forbid_them(
    shop: SellerView, run_jobs: RunJobs, hs: str, flags: dict[str, Any], closed: str, open_: str, words: str
) -> None:
    listing = orders.goods(shop, hs=hs, flags=flags, title="Forbidden thing")
    plain = orders.goods(shop, title="Plain thing")
    run_jobs()
    assert set(found(closed)) == {plain.id}
    assert set(found(open_)) == {plain.id, listing.id}
    assert search.list_newest(country=closed, at_most=9, per_store=9, at=NOW) == (plain.id,)
    reader = page(listing, closed)
    assert not offers_to_buy(reader)
    assert words in reader.words
    assert "You can have it sent to another country" in reader.words


def test_a_new_declaration_closes_a_way_that_was_open(shop: SellerView, run_jobs: RunJobs) -> None:
    listing = orders.goods(shop, hs="442019", title="Carved box")
    run_jobs()
    cart = orders.cart((listing, 1))
    redeclare(listing, protected_species=True)
    run_jobs()
    assert found("DE") == ()
    with pytest.raises(NotSellable):
        orders.place(cart)
    redeclare(listing)
    run_jobs()
    assert found("DE") == (listing.id,)


def test_a_mark_is_sold_by_who_its_owner_allowed(
    shop: SellerView, run_jobs: RunJobs, operator_folder: Callable[..., None]
) -> None:
    branded = orders.goods(shop, title="Scarf", brand="Aurélia")
    in_title = orders.goods(shop, title="Scarf by AURELIA Milano, silk")
    other = orders.goods(shop, title="Aureliano's scarf")
    cart = orders.cart((branded, 1))
    assert shop.store is not None
    rule = (
        '[[brands]]\nname = "Aurélia"\nowner = "Aurélia S.p.A."\nproof = "letter of 3 March 2026"\n'
        'spellings = ["Aurelia Milano"]\nstores = [%s]\nareas = ["EU"]\n'
        'source = "Regulation (EU) 2017/1001, art. 9"\nconfidence = "high"\n'
    )
    operator_folder(brands_toml=rule % "")
    run_jobs()
    assert found("DE") == (other.id,)
    reader = page(in_title, "DE")
    assert not offers_to_buy(reader)
    assert "The owner of the brand has not allowed this store to sell it there." in reader.words
    with pytest.raises(NotSellable):
        orders.place(cart)

    operator_folder(brands_toml=rule % f'"{shop.store.slug}"')
    call_command_again(run_jobs)
    assert set(found("DE")) == {branded.id, in_title.id, other.id}
    assert found("US") == (other.id,)
    assert offers_to_buy(page(branded, "DE"))


def call_command_again(run_jobs: RunJobs) -> None:
    """Do what the worker does when other packs are in force: build the index anew."""
    build_index_anew()


def test_dear_goods_are_sanctioned_where_cheap_ones_are_not(
    run_jobs: RunJobs, operator_folder: Callable[..., None], settings: Any, tmp_path: Path
) -> None:
    """Council Regulation (EU) No 833/2014, annex XVIII; the operator's own file opens the rest of the corridor."""
    orders.open_buying("RU")
    italian = orders.shop("IT")
    dear = orders.goods(italian, price="366.00", hs="420221", title="Bag")  # 300 EUR and the home tax.
    cheap = orders.goods(italian, price="290.00", hs="420221", title="Purse")
    run_jobs()
    assert set(found("RU")) == {dear.id, cheap.id}
    (tmp_path / "operator.toml").write_text('name = "Trial"\ncountry = "IT"\ncurrency = "EUR"\n', encoding="utf-8")
    settings.OPERATOR_FILE = str(tmp_path / "operator.toml")
    operator_folder(sanctions__eu_toml='code = "EU"\nname = "European Union"\njurisdictions = ["EU"]\ncorridors = []\n')
    call_command_again(run_jobs)
    assert found("RU") == (cheap.id,)
    reader = page(dear, "RU")
    assert not offers_to_buy(reader)
    assert "Sanctions of the European Union forbid this sale." in reader.words
    assert "annex XVIII" in reader.words
    assert offers_to_buy(page(cheap, "RU"))


@pytest.mark.parametrize(
    ("country", "place", "is_closed"),
    [
        ("UA", {"region": "43", "postal_code": ""}, True),
        ("UA", {"region": "", "postal_code": "95000"}, True),
        ("UA", {"region": "30", "postal_code": "01001"}, False),
        ("RU", {"region": "", "postal_code": "299011"}, True),
        ("RU", {"region": "MOW", "postal_code": "101000"}, False),
    ],
)
def test_sanctions_fall_on_a_region_wherever_its_address_is_counted(
    operator_folder: Callable[..., None], settings: Any, tmp_path: Path, country: str, place: dict[str, str],
    is_closed: bool,
) -> None:  # fmt: skip
    from entrepot.markets.sanctions import End

    (tmp_path / "operator.toml").write_text('name = "Trial"\ncountry = "IT"\ncurrency = "EUR"\n', encoding="utf-8")
    settings.OPERATOR_FILE = str(tmp_path / "operator.toml")
    operator_folder(sanctions__eu_toml='code = "EU"\nname = "European Union"\njurisdictions = ["EU"]\ncorridors = []\n')
    there = End(country, **place)
    ways = [(End("IT"), there), (there, End("IT")), (End(country), there), (there, End("KZ"))]
    for origin, destination in ways:
        closed = not markets.sanctions_corridor(origin, destination, on=NOW.date()).open
        assert closed is is_closed, (origin, destination)


def test_a_cart_to_a_sanctioned_region_is_not_placed(
    operator_folder: Callable[..., None], settings: Any, tmp_path: Path
) -> None:
    orders.open_buying("UA")
    listing = orders.goods(orders.shop("IT"))
    (tmp_path / "operator.toml").write_text('name = "Trial"\ncountry = "IT"\ncurrency = "EUR"\n', encoding="utf-8")
    settings.OPERATOR_FILE = str(tmp_path / "operator.toml")
    operator_folder()
    kyiv = {**orders.BERLIN, "country": "UA", "city": "Kyiv", "postal_code": "01001", "region": "", "phone": ""}
    assert orders.cart((listing, 1), country="UA", address=kyiv).quote.total > 0
    with pytest.raises(CorridorClosed) as refusal:
        orders.cart((listing, 1), country="UA", address={**kyiv, "city": "Yalta", "postal_code": "98600"})
    assert refusal.value.fields["reason"] == "sanctions_eu"
    assert "692/2014" in str(refusal.value.fields["source"])


def test_batteries_are_asked_for_and_shape_the_price(shop: SellerView) -> None:
    assert markets.list_questions("851713") == ("lithium",)
    assert markets.list_questions("610910") == ()
    shipping.preset_templates(shop, now=NOW)
    with pytest.raises(InvalidField) as refusal:
        orders.goods(shop, hs="850760", flags={"lithium": "UN1234"})
    assert "one of UN3481, UN3480" in str(refusal.value.fields["errors"][0]["reason"])
    for flags in ({"responsible_EU": True}, {"brand": "x"}, {"battery_wh": "lots"}, {"battery_wh": "-1"}, {"Ü": True}):
        with pytest.raises(InvalidField):
            orders.goods(shop, flags=flags)
