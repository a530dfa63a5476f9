"""What an editor needs of catalog: versions, whole replacement, drafts, states together, pictures in their places."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import ListingChanged, ListingIncomplete, ListingInput, PicturePlace, SkuInput
from entrepot.catalog.queries import ListingFilter, ListingView
from entrepot.catalog.rules import texts
from entrepot.kernel.errors import InvalidField, NotFound
from tests.builders import catalog as builders, orders
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def media(tmp_path: Path, settings: object) -> Path:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def listing() -> ListingView:
    return orders.goods(orders.shop("IT"), price="20.00", title="Wool scarf")


def _again(listing: ListingView) -> ListingView:
    return queries.get_listing(listing.id, "", seller_id=listing.seller_id)


def _input(listing: ListingView, **fields: object) -> ListingInput:
    sku = SkuInput(seller_sku=listing.skus[0].seller_sku, price="20.00")
    return ListingInput(**{"listing_id": listing.id, "title": "Warm scarf", "skus": (sku,), **fields})  # type: ignore[arg-type]


def test_a_listing_that_changed_since_it_was_read_is_not_overwritten(listing: ListingView) -> None:
    version = _again(listing).version
    name = listing.skus[0].seller_sku
    operations.set_stock(seller_id=listing.seller_id, stock={name: 1}, now=NOW)
    assert _again(listing).version == version, "a count moves by itself"
    operations.set_prices(seller_id=listing.seller_id, prices={name: ("25.00", "EUR")}, now=NOW)
    with pytest.raises(ListingChanged) as refusal:
        operations.upsert_listing(
            seller_id=listing.seller_id, listing=_input(listing), expected_version=version, now=NOW
        )
    found = _again(listing)
    assert refusal.value.fields["version"] == found.version
    assert (found.title, found.skus[0].price.text) == ("Wool scarf", "25.00")
    operations.upsert_listing(
        seller_id=listing.seller_id, listing=_input(listing), expected_version=found.version, now=NOW
    )
    assert _again(listing).title == "Warm scarf"


def test_a_complete_listing_takes_away_what_it_does_not_name(listing: ListingView) -> None:
    whole = _input(listing, home_tax_rate=Decimal(4), is_complete=True)
    operations.upsert_listing(seller_id=listing.seller_id, listing=whole, now=NOW)
    assert (_again(listing).skus[0].weight_g, _again(listing).home_tax_rate) == (None, Decimal(4))
    operations.upsert_listing(seller_id=listing.seller_id, listing=_input(listing), now=NOW)
    assert _again(listing).home_tax_rate == Decimal(4), "another way of writing leaves what it does not name"


def test_a_draft_may_lack_what_is_sold_and_is_not_put_on_sale_so() -> None:
    seller = orders.shop("IT")
    builders.ensure_categories()
    draft = operations.upsert_listing(
        seller_id=seller.id, listing=ListingInput(title="A thought", skus=(), state="draft"), now=NOW
    )
    with pytest.raises(InvalidField):
        operations.upsert_listing(seller_id=seller.id, listing=ListingInput(title="A thought", skus=()), now=NOW)
    with pytest.raises(ListingIncomplete):
        operations.set_listing_state(seller_id=seller.id, listing_ids=[draft.listing_id], state="active", now=NOW)
    result = operations.set_listing_states(seller_id=seller.id, listing_ids=[draft.listing_id], state="active", now=NOW)
    assert (result.changed, result.blocked, result.incomplete) == (0, 0, 1)
    assert queries.get_listing(draft.listing_id, "", seller_id=seller.id).state == "draft"


def test_states_of_many_are_set_together_or_not_at_all_when_one_is_anothers(listing: ListingView) -> None:
    theirs = orders.goods(orders.shop("ES"))
    with pytest.raises(NotFound):
        operations.set_listing_states(
            seller_id=listing.seller_id, listing_ids=[listing.id, theirs.id], state="paused", now=NOW
        )
    assert (_again(listing).state, _again(theirs).state) == ("active", "active")


def _kept(colour: str) -> operations.KeptPicture:
    target = io.BytesIO()
    Image.new("RGB", (100, 100), colour).save(target, "PNG")
    return operations.keep_picture(content=target.getvalue())


def test_pictures_stand_as_they_were_arranged_and_the_others_go(listing: ListingView, media: Path) -> None:
    code = listing.skus[0].sku
    red, blue = PicturePlace(kept=_kept("red")), PicturePlace(kept=_kept("blue"), sku=code)
    operations.arrange_pictures(seller_id=listing.seller_id, listing_id=listing.id, places=[red, blue, red], now=NOW)
    first = _again(listing).pictures
    assert [picture.sku for picture in first] == [None, code]
    places = [PicturePlace(picture_id=first[1].id), PicturePlace(kept=_kept("green"))]
    operations.arrange_pictures(seller_id=listing.seller_id, listing_id=listing.id, places=places, now=NOW)
    second = _again(listing).pictures
    assert (second[0].id, second[0].sku, len(second)) == (first[1].id, None, 2)


def test_pictures_and_variants_of_others_cannot_be_arranged(listing: ListingView, media: Path) -> None:
    theirs = orders.goods(orders.shop("ES"))
    operations.arrange_pictures(
        seller_id=theirs.seller_id, listing_id=theirs.id, places=[PicturePlace(kept=_kept("red"))], now=NOW
    )
    picture = _again(theirs).pictures[0]
    for place in (PicturePlace(picture_id=picture.id), PicturePlace(kept=_kept("blue"), sku=theirs.skus[0].sku)):
        with pytest.raises(NotFound):
            operations.arrange_pictures(seller_id=listing.seller_id, listing_id=listing.id, places=[place], now=NOW)
    with pytest.raises(NotFound):
        operations.arrange_pictures(seller_id=listing.seller_id, listing_id=theirs.id, places=[], now=NOW)
    assert (_again(listing).pictures, _again(theirs).pictures) == ((), (picture,))


def test_listings_are_counted_by_what_they_lack(listing: ListingView) -> None:
    seller = listing.seller_id
    builders.listing(seller, hs=None, weight_g=None, stock=0, state="paused")
    page = queries.list_seller_listings(seller, wanted=ListingFilter(without_weight=True), sort="cheapest")
    assert page.count == 1
    assert page.by_state == {"active": 1, "paused": 1}
    assert page.lacking == {"without_hs": 1, "without_weight": 1, "without_picture": 2, "out_of_stock": 1}
    ids = queries.list_seller_listing_ids(seller, wanted=ListingFilter(state="active"), limit=10)
    assert ids == (listing.id,)
    assert [sku.seller_sku for sku in queries.list_seller_skus(seller, listing_ids=ids)] == [listing.skus[0].seller_sku]
    assert queries.list_seller_skus(orders.shop("ES").id, listing_ids=ids) == ()


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("<p>One.</p>", "One."),
        ("<p>One &amp; two.<br>Three.</p><p>Four.</p>", "One & two.\nThree.\n\nFour."),
        ("<p>One <b>bold</b> word.</p>", "<p>One <b>bold</b> word.</p>"),
        ("<ul><li>a</li></ul>", "<ul><li>a</li></ul>"),
        ("", ""),
    ],
)
def test_a_description_is_edited_as_it_would_be_typed(kept: str, typed: str) -> None:
    assert texts.as_typed(kept) == typed
    assert texts.safe_html(typed) == kept
