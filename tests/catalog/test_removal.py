"""A listing that nobody ordered of is deleted, another is archived; pictures say in words what they show."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import Error, transaction

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import PicturePlace
from entrepot.catalog.queries import ListingFilter
from entrepot.kernel import sql
from entrepot.kernel.errors import InvalidField, NotFound
from tests.builders import orders, sellers
from tests.catalog.test_pictures import picture

pytestmark = pytest.mark.django_db

_TABLES = ("sku", "listingtext", "picture")


def _rows(listing_id: object) -> list[int]:
    return [
        sql.fetch_all(f"SELECT count(*) FROM catalog_{table} WHERE listing_id = %s", [listing_id])[0][0]
        for table in _TABLES
    ]


def test_what_nobody_ever_ordered_is_gone_with_all_that_belongs_to_it(now: datetime) -> None:
    seller = orders.shop("IT")
    listing, other = orders.goods(seller, title="Linen shirt"), orders.goods(seller, title="Wool scarf")
    operations.add_picture(seller_id=seller.id, listing_ids=[listing.id], content=picture(), now=now)
    assert operations.remove_listing(seller_id=seller.id, listing_id=listing.id, now=now) is True
    assert _rows(listing.id) == [0, 0, 0]
    with pytest.raises(NotFound):
        queries.get_listing(listing.id, "", seller_id=seller.id)
    with pytest.raises(NotFound):
        operations.remove_listing(seller_id=seller.id, listing_id=listing.id, now=now)
    assert [row.id for row in queries.list_seller_listings(seller.id).items] == [other.id]


def test_what_was_ordered_goes_to_the_archive_and_may_come_back(now: datetime) -> None:
    seller = orders.shop("CN")
    listing = orders.goods(seller)
    orders.purchase((listing, 1), now=now)
    assert operations.remove_listing(seller_id=seller.id, listing_id=listing.id, now=now) is False
    assert operations.remove_listing(seller_id=seller.id, listing_id=listing.id, now=now) is False
    with pytest.raises(NotFound):
        queries.get_listing(listing.id, "en")
    page = queries.list_seller_listings(seller.id)
    assert (page.count, page.by_state) == (0, {"archived": 1})
    assert set(page.lacking.values()) == {0}
    assert queries.list_seller_listings(seller.id, wanted=ListingFilter(state="archived")).count == 1
    operations.set_listing_state(seller_id=seller.id, listing_ids=[listing.id], state="active", now=now)
    assert queries.get_listing(listing.id, "en").state == "active"


def test_another_sellers_listing_and_a_blocked_one_stay(now: datetime) -> None:
    seller, other = orders.shop("IT"), sellers.approved_seller("IT")
    listing = orders.goods(seller)
    with pytest.raises(NotFound):
        operations.remove_listing(seller_id=other.id, listing_id=listing.id, now=now)
    operations.block_listing(listing_id=listing.id, actor="operator", reason="Recalled.", now=now)
    with pytest.raises(operations.ListingBlocked):
        operations.remove_listing(seller_id=seller.id, listing_id=listing.id, now=now)
    assert queries.get_listing(listing.id, "", seller_id=seller.id).state == "blocked"


def test_movements_of_a_listing_on_sale_or_once_ordered_cannot_be_deleted(now: datetime) -> None:
    seller = orders.shop("CN")
    on_sale, ordered = orders.goods(seller), orders.goods(seller)
    orders.purchase((ordered, 1), now=now)
    operations.remove_listing(seller_id=seller.id, listing_id=ordered.id, now=now)
    for listing in (on_sale, ordered):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            sql.execute("DELETE FROM catalog_stockmovement WHERE sku_id = %s", [listing.skus[0].sku_id])


def test_a_picture_says_what_it_shows(now: datetime) -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller)
    kept = operations.keep_picture(content=picture())

    def arrange(*places: PicturePlace) -> None:
        operations.arrange_pictures(seller_id=seller.id, listing_id=listing.id, places=places, now=now)

    arrange(PicturePlace(kept=kept, alt=" A shirt on a line "))
    (shown,) = queries.get_listing(listing.id, "en").pictures
    assert shown.alt == "A shirt on a line"
    arrange(PicturePlace(picture_id=shown.id, alt="A shirt, folded"))
    assert queries.get_listing(listing.id, "en").pictures[0].alt == "A shirt, folded"
    with pytest.raises(InvalidField):
        arrange(PicturePlace(picture_id=shown.id, alt="x" * 201))
    assert queries.get_listing(listing.id, "en").pictures[0].alt == "A shirt, folded"
