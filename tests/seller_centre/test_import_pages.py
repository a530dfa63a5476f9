"""Import: a feed is tried first, its report says what would happen and why rows stay out, then it is done for good."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.catalog import operations, queries
from entrepot.kernel import sql
from tests.builders import catalog as catalog_builders, orders, sellers as seller_builders
from tests.conftest import NOW
from tests.pages import Reader

pytestmark = pytest.mark.django_db

FEED = """id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tbrand\tproduct_type
a-1\tBlue cap\tA cap.\thttps://example.com/a\t\tin_stock\t19.00 CNY\tX\tHats
a-2\t\tNo title.\thttps://example.com/b\t\tin_stock\t19.00 CNY\tX\tHats
=1+1\tRed cap\tA cap.\thttps://example.com/c\t\tin_stock\tcheap\tX\tHats
"""


def _import_page(seller: Any, choice: str = "DE.EUR.en") -> Reader:
    catalog_builders.ensure_categories()
    return Reader(choice, person_id=seller_builders.owner_of(seller)).open(f"/seller/{seller.id}/import/")


def _hand_in(reader: Reader, do: str, content: bytes = FEED.encode(), **fields: str) -> Reader:
    form = reader.form("/import/")
    data = {**dict(form.form_values()), **fields, "feed": SimpleUploadedFile("feed.tsv", content), "do": do}
    address = reader.address
    return reader._take(reader.client.post(address, data, follow=True), address)


def _figures(reader: Reader) -> list[str]:
    return [node.text_content() for node in reader.page.xpath("//div[@class='figure-card']/b")]


def test_a_feed_is_tried_and_then_imported(run_jobs: Callable[..., int]) -> None:
    seller = orders.shop("CN")
    reader = _hand_in(_import_page(seller), "try")
    assert "It is being read. You may leave this page; the report stays here." in reader.words
    assert "Google Merchant, table" in reader.words
    assert reader.page.xpath("//noscript/meta/@content") == ["3"]
    assert reader.page.get_element_by_id("run").get("hx-trigger") == "every 2s"
    run_jobs()
    reader.open(reader.address)
    assert _figures(reader) == ["3", "1", "0", "0", "2"]
    assert "Would be new" in reader.words
    assert "1 row can be taken. What was rejected stays out." in reader.words
    assert reader.page.get_element_by_id("run").get("hx-trigger") is None
    assert queries.list_seller_listings(seller.id).count == 0, "a trial changes nothing"
    trial = reader.address
    reader.send("/apply")
    run_jobs()
    reader.open(reader.address)
    assert _figures(reader) == ["3", "1", "0", "0", "2"]
    assert [row.title for row in queries.list_seller_listings(seller.id).items] == ["Blue cap"]
    assert "For some of these goods customs still asks something" in reader.words
    reader.open(trial)
    assert not reader.page.xpath("//form[contains(@action, '/apply')]"), "a file is imported once"
    assert _kept_files() == []


def _kept_files() -> list[str]:
    rows = sql.fetch_all("SELECT stored_file FROM catalog_feedrun WHERE stored_file <> ''")
    return [name for (name,) in rows if storages["private"].exists(name)]


def test_a_trial_cannot_be_imported_twice_nor_after_a_newer_one(run_jobs: Callable[..., int]) -> None:
    seller = orders.shop("CN")
    first = _hand_in(_import_page(seller), "try")
    run_jobs()
    first.open(first.address)
    _hand_in(_import_page(seller), "try")
    run_jobs()
    first.send("/apply")
    assert "This file is no longer kept: it was imported already, or a newer one was handed in." in first.words
    run_jobs()
    assert queries.list_seller_listings(seller.id).count == 0
    assert len(_kept_files()) == 1


def test_a_feed_is_imported_at_once_when_asked(run_jobs: Callable[..., int]) -> None:
    seller = orders.shop("CN")
    reader = _hand_in(_import_page(seller), "import", in_stock_quantity="4")
    run_jobs()
    reader.open(reader.address)
    assert _figures(reader) == ["3", "1", "0", "0", "2"]
    (row,) = queries.list_seller_listings(seller.id).items
    assert row.on_hand == 4
    assert "See the listings" in reader.words


def test_what_was_rejected_is_told_in_the_readers_language_and_as_a_table(run_jobs: Callable[..., int]) -> None:
    seller = orders.shop("CN")
    reader = _hand_in(_import_page(seller), "try")
    run_jobs()
    reader.open(reader.address)
    cells = [" ".join(node.text_content().split()) for node in reader.page.xpath("//section//tbody//td")]
    assert cells == ["3", "a-2", "Title", "The title is missing.", "4", "=1+1", "Price", "'cheap' is no price."]
    reader.open(reader.page.xpath("//a[contains(@href, 'rejected.csv')]/@href")[0])
    rows = list(csv.reader(io.StringIO(reader.content.decode("utf-8-sig"))))
    assert rows == [
        ["row", "id", "field", "reason", "taken"],
        ["3", "a-2", "title", "The title is missing.", "no"],
        ["4", "'=1+1", "price", "'cheap' is no price.", "no"],
    ]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "This file is empty."),
        (b"just,some,words\n1,2,3\n", "This file cannot be read as a product feed: neither XML with"),
        (b"\x1f\x8bnot gzip at all", "This file cannot be read as a product feed: the gzip file is damaged"),
    ],
)
def test_a_file_that_is_no_feed_is_refused_beside_the_field(content: bytes, fault: str) -> None:
    seller = orders.shop("CN")
    reader = _hand_in(_import_page(seller), "try", content)
    assert reader.status == 422
    assert reader.faults()[0].startswith(fault)
    assert queries.list_feed_runs(seller.id) == ()


def test_a_run_under_way_shows_how_far_it_is() -> None:
    seller = orders.shop("CN")
    catalog_builders.ensure_categories()
    run_id = operations.queue_feed(stream=io.BytesIO(FEED.encode()), name="feed.tsv", seller_id=seller.id, now=NOW)
    sql.execute(
        "UPDATE catalog_feedrun SET state = 'running', read = 2, created = 1, rejected_count = 1, bytes_total = 400,"
        " bytes_read = 100 WHERE id = %s",
        [run_id],
    )
    reader = _import_page(seller).open(f"/seller/{seller.id}/import/{run_id}/")
    assert reader.page.xpath("//progress/@value") == ["25"]
    assert "25%" in reader.words
    assert "1 row could not be taken so far" in reader.words
    assert _figures(reader) == ["2", "1", "0", "0", "1"]


def test_earlier_imports_stand_in_the_history(run_jobs: Callable[..., int]) -> None:
    seller = orders.shop("CN")
    _hand_in(_import_page(seller), "try")
    run_jobs()
    reader = _import_page(seller)
    cells = [" ".join(node.text_content().split()) for node in reader.page.xpath("//tbody//td")]
    assert cells[0].startswith("feed.tsv")
    assert cells[1:] == ["Tried", "3", "1", "0", "2"]
