"""Feeds of several formats and much dirt, brought into listings."""

from __future__ import annotations

import gzip
import io
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, transaction

from entrepot.catalog import checks, operations, queries
from entrepot.catalog.operations import FeedReport, FeedUnreadable, ImportOptions
from entrepot.catalog.queries import ListingView, SellerListing
from entrepot.kernel import sql
from entrepot.kernel.ids import new_id
from entrepot.kernel.money import Money
from entrepot.sellers.queries import SellerView
from tests.builders import catalog, sellers
from tests.builders.catalog import NOW

FEEDS = Path(__file__).parent / "feeds"


@pytest.fixture
def seller(db: None) -> SellerView:
    catalog.ensure_categories()
    return sellers.approved_seller("IT")


def read(seller: SellerView, feed: str | bytes, **fields: Any) -> FeedReport:
    content = (FEEDS / feed).read_bytes() if isinstance(feed, str) else feed
    options = ImportOptions(**{name: fields.pop(name) for name in list(fields) if name in ImportOptions.__slots__})
    return operations.import_feed(stream=io.BytesIO(content), seller_id=seller.id, options=options, now=NOW, **fields)


def counts(report: FeedReport) -> tuple[int, int, int, int, int]:
    return report.read, report.created, report.updated, report.unchanged, len(report.rejected)


def said(remarks: list[Any]) -> dict[str, tuple[str, str]]:
    return {remark.id: (remark.field, remark.reason) for remark in remarks}


def listed(seller: SellerView) -> dict[str, SellerListing]:
    page = queries.list_seller_listings(seller.id, page_size=1000)
    return {item.external_id or "": item for item in page.items}


def view(seller: SellerView, external_id: str) -> ListingView:
    return queries.get_listing(listed(seller)[external_id].id, "", seller_id=seller.id)


def rows_of_everything(seller: SellerView) -> list[Any]:
    tables = ("catalog_listing", "catalog_listingtext", "catalog_sku", "catalog_stock", "catalog_stockmovement")
    return [
        sql.fetch_all(f"SELECT t.*::text FROM {table} t WHERE seller_id = %s ORDER BY 1", [seller.id])
        for table in (*tables, "catalog_picture", "catalog_sellercategory")
    ]


def test_a_google_feed_becomes_listings(seller: SellerView) -> None:
    report = read(seller, "google.xml")
    assert report.format == "google"
    assert counts(report) == (10, 4, 0, 0, 6)
    lamp = view(seller, "lamp-1")
    assert (lamp.title, lamp.description, lamp.brand) == ("Desk lamp & bulb", "<p>Bright lamp.</p>", "Lumen")
    assert (lamp.category_slug, lamp.seller_category) == ("lighting", "Lamps")
    line = lamp.skus[0]
    assert (line.seller_sku, line.price, line.on_hand, line.weight_g, line.gtin) == (
        "lamp-1", Money(7950, "EUR"), 10, 1200, "4006381333931"
    )  # fmt: skip
    over = view(seller, "sale-over").skus[0]
    assert (over.price, over.on_hand, over.gtin) == (Money(2000, "EUR"), 0, "")


def test_rows_of_one_group_become_variants_that_differ_by_what_differs(seller: SellerView) -> None:
    read(seller, "google.xml")
    shirt = view(seller, "group:shirt")
    assert [(line.seller_sku, line.options, line.price, line.on_hand) for line in shirt.skus] == [
        ("shirt-s", (("size", "S"),), Money(2500, "EUR"), 4),
        ("shirt-m", (("size", "M"),), Money(2600, "EUR"), 0),
    ]
    assert shirt.attributes == (("color", "Blue"),)


def test_each_rejected_row_says_why(seller: SellerView) -> None:
    report = read(seller, "google.xml")
    assert [(remark.row, remark.id, remark.field, remark.reason) for remark in report.rejected] == [
        (5, "no-price", "price", "The price is missing."),
        (
            6,
            "doubloon",
            "price",
            "The currency 'Doubloons' is not known here; write its code (ISO 4217), such as EUR.",
        ),
        (7, "either", "price", "'1.500' can be read as 1500 or as 1.500; write 1500.00 or 1.50."),
        (8, "lamp-1", "id", "The id 'lamp-1' stands in row 1 already; that row counts."),
        (9, "", "id", "The id is missing: without one the same row cannot be found again next time."),
        (10, "no-title", "title", "The title is missing."),
    ]


def test_what_is_left_out_of_a_row_is_told(seller: SellerView) -> None:
    report = read(seller, "google.xml")
    assert [(remark.id, remark.field) for remark in report.notes] == [("lamp-1", "picture"), ("sale-over", "gtin")]
    assert report.notes[1].reason == "Left out: A GTIN (EAN, UPC) has 8, 12, 13 or 14 digits."


@pytest.mark.parametrize("feed", ["google.xml", "google.tsv", "market.yml", "shopify.csv"])
def test_the_same_file_twice_changes_nothing(seller: SellerView, feed: str) -> None:
    first = read(seller, feed)
    before = rows_of_everything(seller)
    told = sql.fetch_one("SELECT count(*) FROM kernel_fact")
    second = read(seller, feed)
    assert counts(second) == (first.read, 0, 0, first.created, len(first.rejected))
    assert rows_of_everything(seller) == before
    assert sql.fetch_one("SELECT count(*) FROM kernel_fact") == told


@pytest.mark.parametrize("feed", ["google.xml", "google.tsv", "market.yml", "shopify.csv"])
def test_a_dry_run_reports_the_same_and_changes_nothing(seller: SellerView, feed: str) -> None:
    before = rows_of_everything(seller)
    dry = read(seller, feed, dry_run=True)
    assert rows_of_everything(seller) == before
    assert counts(dry) == counts(read(seller, feed))


def test_a_yandex_feed_becomes_listings(seller: SellerView) -> None:
    report = read(seller, "market.yml")
    assert report.format == "yml"
    assert counts(report) == (8, 6, 0, 0, 2)
    kettle = view(seller, "A1")
    assert (kettle.title, kettle.brand, kettle.seller_category) == ("Чайник KX-1", "Polaris", "Техника > Чайники")
    assert (kettle.currency, kettle.hs_code, kettle.origin_country) == ("RUB", "8516797000", "CN")
    assert kettle.attributes == (("Вес", "1,3 кг"), ("Объём", "1.7 л"), ("vendorCode", "KX-1"))
    assert (kettle.skus[0].price, kettle.skus[0].weight_g, kettle.skus[0].on_hand) == (Money(249000, "RUB"), 1300, 10)
    size = sql.fetch_one(
        "SELECT length_mm, width_mm, height_mm FROM catalog_sku WHERE id = %s", [kettle.skus[0].sku_id]
    )
    assert size == (205, 180, 250)
    cartridge = view(seller, "A2")
    assert (cartridge.seller_category, cartridge.skus[0].price, cartridge.skus[0].on_hand) == (
        "Картридж", Money(69050, "RUB"), 0
    )  # fmt: skip
    assert said(report.rejected) == {
        "Z1": ("price", "The price is 0; it must be above zero."),
        "Z2": ("price", "A price of 601683250105783020021568… is too high to be meant."),
    }


def test_offers_of_a_group_that_do_not_differ_stand_alone(seller: SellerView) -> None:
    read(seller, "market.yml")
    found = listed(seller)
    assert {"U1", "U2", "group:10"} <= found.keys()
    assert [(line.options, line.on_hand) for line in view(seller, "group:10").skus] == [
        ((("Размер", "S"),), 3),
        ((("Размер", "M"),), 5),
    ]


def test_a_shopify_table_becomes_listings(seller: SellerView) -> None:
    report = read(seller, "shopify.csv", currency="USD")
    assert report.format == "shopify"
    assert counts(report) == (5, 4, 0, 0, 1)
    ring = view(seller, "group:ring")
    assert (ring.title, ring.brand, ring.category_slug) == ("Silver ring", "Aurora", "rings")
    assert [(s.seller_sku, s.options, s.price, s.on_hand, s.weight_g) for s in ring.skus] == [
        ("ring/16", (("Size", "16"),), Money(4990, "USD"), 3, 12),
        ("ring/18", (("Size", "18"),), Money(5990, "USD"), 0, 12),
    ]
    mug = view(seller, "group:mug")
    assert (mug.skus[0].seller_sku, mug.skus[0].options, mug.skus[0].weight_g) == ("MUG-1", (), None)
    assert view(seller, "group:hidden").state == "draft"
    assert said(report.rejected) == {"P-1": ("price", "The price is missing.")}
    pictures = sql.fetch_all(
        "SELECT source_url, position, sku_id IS NOT NULL FROM catalog_picture WHERE listing_id = %s ORDER BY position",
        [ring.id],
    )
    assert pictures == [
        ("https://shop.example/ring.jpg", 0, False),
        ("https://shop.example/ring-2.jpg", 1, False),
        ("https://shop.example/ring-3.jpg", 2, False),
        ("https://shop.example/ring-18.jpg", 3, True),
    ]


def test_what_a_shop_publishes_later_is_offered_then_and_what_its_seller_pauses_stays_so(seller: SellerView) -> None:
    content = (FEEDS / "shopify.csv").read_bytes()
    published = content.replace(b"Rings,,false", b"Rings,,true").replace(b",draft", b",active")
    read(seller, content)
    assert view(seller, "group:hidden").state == "draft"
    read(seller, published)
    assert view(seller, "group:hidden").state == "active"
    operations.set_listing_state(
        seller_id=seller.id, listing_ids=[view(seller, "group:hidden").id], state="paused", now=NOW
    )
    read(seller, published)
    assert view(seller, "group:hidden").state == "paused"


def test_a_google_table_is_read_with_other_peoples_commas(seller: SellerView) -> None:
    report = read(seller, "google.tsv")
    assert report.format == "google-tsv"
    assert counts(report) == (3, 3, 0, 0, 0)
    carpet = view(seller, "t1")
    assert (carpet.skus[0].price, carpet.origin_country, carpet.category_slug) == (
        Money(148740, "TRY"), "TR", "carpets"
    )  # fmt: skip
    assert [(remark.field, remark.reason) for remark in report.notes] == [
        ("availability", "'perhaps' is no availability known here, such as in stock."),
        ("country_of_origin", "Left out: 'Atlantis' is no country known here; write its code, such as CN."),
    ]
    assert view(seller, "t2").skus[0].on_hand == 0


def test_a_packed_feed_is_unpacked(seller: SellerView) -> None:
    assert counts(read(seller, gzip.compress((FEEDS / "google.xml").read_bytes()))) == (10, 4, 0, 0, 6)


def yml(*offers: str) -> bytes:
    return f"<yml_catalog><shop><offers>{''.join(offers)}</offers></shop></yml_catalog>".encode()


def offer(name: str, price: str = "100", rest: str = "", title: str = "Thing") -> str:
    return f'<offer id="{name}"><name>{title}</name><price>{price}</price><currencyId>EUR</currencyId>{rest}</offer>'


def flags(seller: SellerView, external_id: str) -> dict[str, Any]:
    return view(seller, external_id).flags


def test_declarations_are_taken_from_the_columns_of_each_format(seller: SellerView) -> None:
    table = (
        "id\ttitle\tprice\tlithium\tbattery_wh\taerosol\tmedicine\tproof of origin\n"
        "phone\tA phone\t200.00 EUR\tUN3481\t19,4 Wh\tno\t\tyes\n"
        "hair\tHair spray\t9.00 EUR\tnone\t\tsí\t\t\n"
        "pills\tPills\t19.00 EUR\t\t\t\tprescription\t\n"
        "plain\tA cup\t5.00 EUR\t\t\t\t\t\n"
    )
    assert counts(read(seller, table.encode())) == (4, 4, 0, 0, 0)
    assert flags(seller, "phone") == {"lithium": "UN3481", "battery_wh": "19.4", "proof_of_origin": True}
    assert flags(seller, "hair") == {"lithium": "none", "aerosol": True}
    assert flags(seller, "pills") == {"medicine": "prescription"}
    assert flags(seller, "plain") == {}

    params = '<param name="Lithium battery">UN3480</param><param name="un-number">UN 1266</param>'
    read(seller, yml(offer("power", rest=params)))
    assert flags(seller, "power") == {"lithium": "UN3480", "flammable": "UN1266"}
    assert view(seller, "power").attributes == ()

    shopify = (
        "Handle,Title,Variant Price,Aerosol (product.metafields.customs.aerosol),UN number\n"
        "paint,Spray paint,12.00,TRUE,\nfoam,Shaving foam,4.00,,UN1950\n"
    )
    read(seller, shopify.encode())
    assert flags(seller, "group:paint") == flags(seller, "group:foam") == {"aerosol": True}


def test_declarations_that_cannot_be_read_are_left_out_with_a_note_and_the_rest_is_taken(seller: SellerView) -> None:
    table = (
        "id\ttitle\tprice\tlithium\tbattery_wh\taerosol\tblade\n"
        "phone\tA phone\t200.00 EUR\tLi-Ion\tmuch\tperhaps\tautomatic\n"
    )
    report = read(seller, table.encode())
    assert counts(report) == (1, 1, 0, 0, 0)
    assert [(remark.field, remark.reason) for remark in report.notes] == [
        ("lithium", "Left out: A lithium battery is one of UN3481, UN3480, UN3091, UN3090, none."),
        ("battery_wh", "Left out: battery_wh is a number above zero."),
        ("aerosol", "Left out: 'perhaps' is no declaration of this kind."),
    ]
    assert flags(seller, "phone") == {"blade": "automatic"}


def test_what_a_feed_does_not_declare_stands_as_it_was_said(seller: SellerView) -> None:
    read(seller, b"id\ttitle\tprice\tlithium\nphone\tA phone\t200.00 EUR\tUN3481\n")
    read(seller, b"id\ttitle\tprice\nphone\tA better phone\t200.00 EUR\n")
    assert view(seller, "phone").title == "A better phone"
    assert flags(seller, "phone") == {"lithium": "UN3481"}


def test_only_what_differs_is_changed(seller: SellerView) -> None:
    read(seller, yml(offer("a"), offer("b"), offer("c"), offer("d")))
    report = read(seller, yml(offer("a"), offer("b", "120"), offer("c", title="Other"), offer("e")))
    assert counts(report) == (4, 1, 2, 1, 0)
    assert (view(seller, "b").skus[0].price, view(seller, "c").title) == (Money(12000, "EUR"), "Other")
    assert view(seller, "d").skus[0].state == "active"


def test_rows_missing_from_the_feed_are_retired_only_when_asked_and_come_back(seller: SellerView) -> None:
    by_hand = catalog.listing(seller)
    read(seller, yml(offer("a"), offer("b")))
    assert read(seller, yml(offer("a")), retire_missing=True, dry_run=True).retired == 1
    assert view(seller, "b").skus[0].state == "active"
    assert read(seller, yml(offer("a")), retire_missing=True).retired == 1
    assert view(seller, "b").skus[0].state == "retired"
    assert queries.get_cards([view(seller, "b").id], "it") == []
    assert queries.get_listing(by_hand.id, "it").skus[0].state == "active"
    assert counts(read(seller, yml(offer("a"), offer("b")))) == (2, 0, 1, 1, 0)
    assert view(seller, "b").skus[0].state == "active"


def test_a_feeds_stock_sets_on_hand_and_never_what_is_reserved(seller: SellerView) -> None:
    read(seller, yml(offer("a", rest="<count>10</count>")))
    sku_id = view(seller, "a").skus[0].sku_id
    with transaction.atomic():
        operations.reserve_stock(wanted={sku_id: 8}, reference=new_id(), at=NOW)
    read(seller, yml(offer("a", rest="<count>5</count>")))
    line = view(seller, "a").skus[0]
    assert (line.on_hand, line.reserved, line.available) == (5, 8, 0)
    read(seller, yml(offer("a", rest="<count>20</count>")))
    line = view(seller, "a").skus[0]
    assert (line.on_hand, line.reserved, line.available) == (20, 8, 12)
    assert list(checks.find_faults()) == []


def test_in_stock_without_a_number_fills_an_empty_shelf_only(seller: SellerView) -> None:
    there, gone = '<offer id="a" available="true">', '<offer id="a" available="false">'
    row = "<name>Thing</name><price>1</price><currencyId>EUR</currencyId></offer>"
    read(seller, yml(there + row), in_stock_quantity=4)
    assert view(seller, "a").skus[0].on_hand == 4
    operations.set_stock(seller_id=seller.id, stock={"a": 77}, now=NOW)
    assert counts(read(seller, yml(there + row))) == (1, 0, 0, 1, 0)
    assert view(seller, "a").skus[0].on_hand == 77
    read(seller, yml(gone + row))
    assert view(seller, "a").skus[0].on_hand == 0


def test_a_sellers_own_correction_stays_until_the_feeds_row_changes(seller: SellerView) -> None:
    read(seller, yml(offer("a")))
    done = view(seller, "a")
    operations.upsert_listing(
        seller_id=seller.id,
        listing=operations.ListingInput(
            title="Corrected", listing_id=done.id, skus=(operations.SkuInput(seller_sku="a", price="100"),)
        ),
        now=NOW,
    )
    assert counts(read(seller, yml(offer("a")))) == (1, 0, 0, 1, 0)
    assert view(seller, "a").title == "Corrected"
    read(seller, yml(offer("a", title="New in the feed")))
    assert view(seller, "a").title == "New in the feed"


def test_variants_scattered_over_a_feed_meet_in_one_listing(seller: SellerView) -> None:
    def shirt(size: str) -> str:
        return (
            f"<item><id>s-{size}</id><item_group_id>g</item_group_id><title>Shirt</title><price>5 EUR</price>"
            f"<size>{size}</size><quantity>1</quantity></item>"
        )

    def other(number: int) -> str:
        return f"<item><id>o{number}</id><title>Other</title><price>5 EUR</price></item>"

    others = "".join(map(other, range(450)))
    feed = f"<rss><channel>{shirt('S')}{others}{shirt('M')}{shirt('L')}</channel></rss>".encode()
    assert counts(read(seller, feed)) == (453, 453, 0, 0, 0)
    assert {line.seller_sku for line in view(seller, "group:g").skus} == {"s-S", "s-M", "s-L"}
    assert counts(read(seller, feed)) == (453, 0, 0, 453, 0)


def test_a_broken_file_keeps_what_came_before_and_retires_nothing(seller: SellerView) -> None:
    read(seller, yml(offer("z")))
    broken = yml(offer("a"), offer("b"))[:-60] + b" R&D </offers>"
    report = read(seller, broken, retire_missing=True)
    assert report.created == 1
    assert report.failure is not None
    assert report.failure.startswith("The file breaks at line 1, column ")
    assert "often a bare &" in report.failure
    assert view(seller, "z").skus[0].state == "active"
    assert queries.list_feed_runs(seller.id)[0].state == "failed"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"name;ratingcount;kupon\nCap;3;x\n", "neither XML with"),
        (b"<html><body>Not found</body></html>", "neither XML with"),
        (b"\x1f\x8b\x08\x00damaged", "the gzip file is damaged"),
    ],
)
def test_what_is_no_feed_is_refused_whole(seller: SellerView, content: bytes, reason: str) -> None:
    with pytest.raises(FeedUnreadable) as refusal:
        read(seller, content)
    assert reason in refusal.value.fields["reason"]
    assert queries.list_feed_runs(seller.id) == ()


def test_entities_of_the_files_own_are_not_read(seller: SellerView) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + yml(offer("a", title="&b;"))
    report = read(seller, bomb, format="yml")
    assert report.failure is not None
    assert "XML entities of its own" in report.failure
    assert report.read == 0


def test_a_long_title_is_shortened_and_kept_whole_in_the_description(seller: SellerView) -> None:
    title = "word " * 40
    report = read(seller, yml(offer("a", title=title)))
    assert said(report.notes) == {"a": ("title", "Shortened to 150 symbols; the whole one leads the description.")}
    done = view(seller, "a")
    assert done.title == ("word " * 29).strip() + "…"
    assert done.description == f"<p>{title.strip()}</p>"


def test_goods_without_a_category_are_grouped_by_the_first_word_of_their_title_when_asked(seller: SellerView) -> None:
    feed = yml(offer("a", title="Ноутбук Acme 15"), offer("b", title="Ноутбук Other"), offer("c", title="Монитор 24"))
    read(seller, feed)
    assert [(c.text, c.listings) for c in queries.list_seller_categories(seller.id)] == [("", 3)]
    read(seller, feed, category_from="title")
    assert [(c.text, c.listings) for c in queries.list_seller_categories(seller.id)] == [
        ("Ноутбук", 2), ("Монитор", 1), ("", 0)
    ]  # fmt: skip


def test_a_run_is_recorded_with_its_rejected_rows_to_download(seller: SellerView) -> None:
    report = read(seller, "google.xml", name="google.xml")
    run = queries.list_feed_runs(seller.id)[0]
    assert (run.id, run.name, run.state, run.read, run.created, run.rejected_count) == (
        report.run_id, "google.xml", "done", 10, 4, 6
    )  # fmt: skip
    whole = queries.get_feed_run(seller.id, run.id)
    assert whole.rejected[0] == {"row": 5, "id": "no-price", "field": "price", "reason": "The price is missing."}
    lines = queries.get_feed_run_csv(seller.id, run.id).splitlines()
    assert lines[:2] == ["row,id,field,reason,taken", "5,no-price,price,The price is missing.,no"]
    assert len(lines) == 1 + 6 + 2


def test_a_feed_can_be_read_later_in_a_job(seller: SellerView, run_jobs: Any) -> None:
    content = (FEEDS / "shopify.csv").read_bytes()
    run_id = operations.queue_feed(
        stream=io.BytesIO(content),
        name="shop.csv",
        seller_id=seller.id,
        options=ImportOptions(with_pictures=False),
        now=NOW,
    )
    assert queries.get_feed_run(seller.id, run_id).state == "waiting"
    run_jobs()
    run = queries.get_feed_run(seller.id, run_id)
    assert (run.state, run.format, run.created, run.rejected_count) == ("done", "shopify", 4, 1)
    assert operations.run_waiting_feed(run_id=run_id, now=NOW) is None


def test_the_command_prints_the_report_as_json(seller: SellerView, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_feed", str(FEEDS / "google.xml"), seller=seller.store.slug, json=True)
    report = json.loads(capsys.readouterr().out)
    assert {name: report[name] for name in ("read", "created", "updated", "unchanged", "failure", "dry_run")} == {
        "read": 10, "created": 4, "updated": 0, "unchanged": 0, "failure": None, "dry_run": False
    }  # fmt: skip
    assert report["rejected"][0] == {"row": 5, "id": "no-price", "field": "price", "reason": "The price is missing."}


def test_the_command_tells_people_what_happened(seller: SellerView, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_feed", str(FEEDS / "google.xml"), seller=seller.store.slug, dry_run=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "Nothing was changed (dry run). It would be: 10 rows read (Google Merchant RSS or Atom (XML)): 4 created,"
        " 0 updated, 0 unchanged, 6 rejected."
    )
    assert lines[2] == "  row 5 (no-price), price: The price is missing."


def test_the_command_refuses_an_unknown_store_and_a_missing_file(seller: SellerView) -> None:
    with pytest.raises(CommandError, match="There is no store 'nowhere'"):
        call_command("import_feed", "x.xml", seller="nowhere")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_feed", "no-such.xml", seller=seller.store.slug)


@pytest.mark.django_db(transaction=True)
def test_a_feed_imported_while_fifty_buy_takes_nothing_from_them() -> None:
    catalog.ensure_categories()
    seller = sellers.approved_seller("IT")
    names = [f"n{number}" for number in range(40)]

    def feed(count: int) -> bytes:
        return yml(*(offer(name, str(100 + count), f"<count>{count}</count>") for name in names))

    read(seller, feed(500))
    ids = [item[0] for item in sql.fetch_all("SELECT id FROM catalog_sku WHERE seller_id = %s", [seller.id])]
    start = threading.Barrier(52)

    def buy(number: int) -> None:
        start.wait(timeout=60)
        wanted = {ids[(number * 7 + step * 11) % len(ids)]: 1 for step in range(3)}
        with transaction.atomic():
            operations.reserve_stock(wanted=wanted, reference=new_id(), at=NOW)
        connection.close()

    def bring(number: int) -> None:
        start.wait(timeout=60)
        for count in (400, 300):
            assert read(seller, feed(count + number)).rejected == []
        connection.close()

    with ThreadPoolExecutor(52) as pool:
        done = [pool.submit(buy, number) for number in range(50)] + [pool.submit(bring, number) for number in (1, 2)]
    assert [future.exception() for future in done] == [None] * 52
    reserved = sql.fetch_one("SELECT sum(reserved) FROM catalog_stock WHERE seller_id = %s", [seller.id])
    assert reserved == (150,)
    assert list(checks.find_faults()) == []
