"""The marketplace's categories, and what sellers say of their own."""

from __future__ import annotations

import io

import pytest

from entrepot.catalog import operations, queries
from entrepot.catalog.rules import taxonomy
from entrepot.kernel import sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.ids import new_id
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, sellers
from tests.builders.catalog import NOW

PERSON = new_id()


@pytest.fixture
def seller(db: None) -> SellerView:
    catalog.ensure_categories()
    return sellers.approved_seller("KZ")


def feed(*offers: tuple[str, str, str]) -> bytes:
    rows = "".join(
        f'<offer id="{name}"><name>Goods {name}</name><price>100</price><currencyId>KZT</currencyId>'
        f'<param name="Тип">{kind}</param>{rest}</offer>'
        for name, kind, rest in offers
    )
    return f"<yml_catalog><shop><offers>{rows}</offers></shop></yml_catalog>".encode()


def read(seller: SellerView, content: bytes) -> None:
    report = operations.import_feed(stream=io.BytesIO(content), seller_id=seller.id, now=NOW)
    assert report.rejected == []


def customs(seller: SellerView) -> dict[str, tuple[str | None, str | None, int | None]]:
    rows = sql.fetch_all(
        "SELECT l.external_id, l.hs_code, l.origin_country, k.weight_g FROM catalog_listing l"
        " JOIN catalog_sku k ON k.listing_id = l.id WHERE l.seller_id = %s",
        [seller.id],
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def test_the_shipped_tree_has_names_in_every_language() -> None:
    nodes = taxonomy.nodes()
    assert len(nodes) > 100
    assert len([node for node in nodes if node.parent is None]) >= 25
    assert all(all(node.names.values()) for node in nodes)
    seen: set[str] = set()
    for node in nodes:
        assert node.parent is None or node.parent in seen
        assert node.slug not in seen
        seen.add(node.slug)
    assert taxonomy.FALLBACK in seen


def test_loading_the_tree_again_changes_nothing(db: None) -> None:
    operations.sync_categories()
    before = sql.fetch_all("SELECT c.*::text FROM catalog_category c ORDER BY id")
    assert operations.sync_categories() == len(before)
    assert sql.fetch_all("SELECT c.*::text FROM catalog_category c ORDER BY id") == before


def test_the_tree_is_named_in_the_readers_language(db: None) -> None:
    operations.sync_categories()
    tree = queries.list_categories("ru")
    assert (tree[0].slug, tree[0].name, tree[0].children[0].name) == ("electronics", "Электроника", "Телефоны")
    assert queries.list_categories("fi")[0].name == "Electronics"
    path = queries.get_category_path("laptops", "ar")
    assert [node.slug for node in path] == ["computers", "laptops"]
    with pytest.raises(NotFound):
        queries.get_category_path("no-such", "en")


@pytest.mark.parametrize(
    ("text", "google", "slug"),
    [
        ("Ноутбуки", "", "laptops"),
        ("Техника > Ноутбуки", "", "laptops"),
        ("أدوات المطبخ", "", "kitchen"),
        ("Something own", "Apparel & Accessories > Jewelry > Rings > Signet rings", "rings"),
        ("Apparel & Accessories > Shoes", "", "shoes"),
        ("Something own", "", None),
    ],
)
def test_a_sellers_words_find_their_place(text: str, google: str, slug: str | None) -> None:
    assert taxonomy.guess(text, google) == slug


def test_customs_said_for_a_category_hold_for_its_listings_and_those_to_come(seller: SellerView) -> None:
    own = "<weight>2.5</weight><tn-ved-codes><tn-ved-code>847130</tn-ved-code></tn-ved-codes>"
    read(seller, feed(("a", "Toner", ""), ("b", "Toner", own), ("c", "Paper", "")))
    done = operations.set_category_customs(
        seller_id=seller.id,
        seller_category="Toner",
        hs_code="844399",
        origin_country="CN",
        default_weight_g=900,
        confirmed_by=PERSON,
        now=NOW,
    )
    assert (done.categories, done.listings) == (1, 2)
    assert customs(seller) == {
        "a": ("844399", "CN", 900), "b": ("847130", "CN", 2500), "c": (None, None, None)
    }  # fmt: skip
    read(seller, feed(("a", "Toner", ""), ("d", "Toner", "")))
    assert customs(seller)["d"] == ("844399", "CN", 900)
    toner = queries.list_seller_categories(seller.id)[1]
    assert (toner.text, toner.hs_code, toner.confirmed_at, toner.listings, toner.without_hs) == (
        "Toner", "844399", NOW, 3, 0
    )  # fmt: skip


def test_what_is_said_again_replaces_what_was_said_not_what_listings_say_themselves(seller: SellerView) -> None:
    own = "<tn-ved-codes><tn-ved-code>847130</tn-ved-code></tn-ved-codes>"
    read(seller, feed(("a", "Toner", ""), ("b", "Toner", own)))
    for code in ("844399", "370790"):
        operations.set_category_customs(
            seller_id=seller.id, seller_category="Toner", hs_code=code, confirmed_by=PERSON, now=NOW
        )
    assert {name: row[0] for name, row in customs(seller).items()} == {"a": "370790", "b": "847130"}


def test_customs_said_for_one_of_our_categories_hold_for_what_lies_below_it(seller: SellerView) -> None:
    catalog.listing(seller, category="mens-shirts", hs=None, origin="", weight_g=None)
    catalog.listing(seller, category="laptops", hs=None, origin="")
    done = operations.set_category_customs(
        seller_id=seller.id, category="mens-fashion", hs_code="620520", confirmed_by=PERSON, now=NOW
    )
    assert done.listings == 1
    found = {item.category_slug: item.hs_code for item in queries.list_seller_listings(seller.id).items}
    assert found == {"mens-shirts": "620520", "laptops": None}


def test_another_sellers_category_is_not_found(seller: SellerView) -> None:
    read(seller, feed(("a", "Toner", "")))
    other = sellers.approved_seller("IT")
    with pytest.raises(NotFound):
        operations.set_category_customs(
            seller_id=other.id, seller_category="Toner", hs_code="844399", confirmed_by=PERSON, now=NOW
        )
    with pytest.raises(NotFound):
        operations.map_category(seller_id=other.id, seller_category="Toner", category="printer-supplies", now=NOW)
    assert customs(seller) == {"a": (None, None, None)}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"hs_code": "12"}, "hs_code"),
        ({"origin_country": "China"}, "origin_country"),
        ({"default_weight_g": 0}, "default_weight_g"),
        ({}, "hs_code"),
    ],
)
def test_customs_that_cannot_be_are_refused(seller: SellerView, said: dict[str, object], field: str) -> None:
    read(seller, feed(("a", "Toner", "")))
    with pytest.raises(InvalidField) as refusal:
        operations.set_category_customs(
            seller_id=seller.id, seller_category="Toner", confirmed_by=PERSON, now=NOW, **said
        )  # type: ignore[arg-type]
    assert [error["field"] for error in refusal.value.fields["errors"]] == [field]


def test_mapping_a_sellers_category_moves_its_listings_now_and_later(seller: SellerView) -> None:
    read(seller, feed(("a", "Toner", "")))
    assert (
        operations.map_category(seller_id=seller.id, seller_category="Toner", category="printer-supplies", now=NOW) == 1
    )
    read(seller, feed(("a", "Toner", ""), ("b", "Toner", "")))
    assert {item.category_slug for item in queries.list_seller_listings(seller.id).items} == {"printer-supplies"}
