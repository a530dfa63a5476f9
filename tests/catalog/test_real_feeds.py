"""Feeds of real shops, read whole where they lie beside the repository; they are nobody's to pass on."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from entrepot.catalog import checks, operations, queries
from entrepot.catalog.operations import FeedReport, ImportOptions
from tests.builders import catalog, sellers
from tests.builders.catalog import NOW

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"

# file, seller's country, format, read, created, rejected
FEEDS = [
    ("p-yml-ru-kz/alstyle.yml.gz", "KZ", "yml", 2003, 2003, 0),
    ("p-yml-ru-kz/vtt.yml.gz", "KZ", "yml", 3104, 2882, 222),
    ("p-yml-ru-kz/copyline.yml.gz", "KZ", "yml", 1224, 1219, 5),
    ("p-yml-ru-kz/akcent.yml", "KZ", "yml", 144, 144, 0),
    ("p-gmc-arabic-ksa/feed.xml.gz", "SA", "google", 959, 959, 0),
    ("p-shopify-csv/apparel.csv", "IT", "shopify", 22, 22, 0),
    ("p-shopify-csv/jewelery.csv", "IT", "shopify", 23, 23, 0),
    ("p-shopify-csv/home-and-garden.csv", "IT", "shopify", 21, 21, 0),
]


def read(path: Path, seller_id: object) -> FeedReport:
    with path.open("rb") as stream:
        return operations.import_feed(
            stream=stream,
            seller_id=seller_id,  # type: ignore[arg-type]
            options=ImportOptions(category_from="title"),
            now=NOW,
        )


@pytest.mark.parametrize(("file", "country", "kind", "rows", "created", "rejected"), FEEDS)
def test_a_real_feed_is_read_whole_and_a_second_time_changes_nothing(
    db: None, file: str, country: str, kind: str, rows: int, created: int, rejected: int
) -> None:
    path = DATA / file
    if not path.exists():
        pytest.skip(f"the real feeds do not lie at {DATA}")
    catalog.ensure_categories()
    seller = sellers.approved_seller(country)
    first = read(path, seller.id)
    assert (first.format, first.failure, first.read, first.created, len(first.rejected)) == (
        kind, None, rows, created, rejected
    )  # fmt: skip
    second = read(path, seller.id)
    assert (second.created, second.updated, second.unchanged) == (0, 0, created)
    assert {remark.field for remark in first.rejected} <= {"price"}
    assert sum(own.listings for own in queries.list_seller_categories(seller.id)) > 0
    assert list(checks.find_faults()) == []


def test_memory_does_not_grow_with_a_feed(db: None) -> None:
    path = DATA / "p-yml-ru-kz/vtt.yml.gz"
    if not path.exists():
        pytest.skip(f"the real feeds do not lie at {DATA}")
    catalog.ensure_categories()
    seller = sellers.approved_seller("KZ")
    read(path, seller.id)
    tracemalloc.start()
    read(path, seller.id)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 1024 * 1024, f"{peak:,} bytes at the peak"  # The file unpacked has 3.5 MB, 3,104 rows.
