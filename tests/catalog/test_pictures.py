"""Pictures: uploaded or fetched, made safe and small."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from entrepot.catalog import operations, ports, queries
from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.catalog.ports import NotFetched
from entrepot.catalog.queries import ListingView
from entrepot.catalog.rules.pictures import UnusablePicture, render
from entrepot.kernel import sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from tests.builders import catalog, sellers
from tests.builders.catalog import NOW


def picture(width: int = 800, height: int = 600, *, kind: str = "JPEG", colour: str = "red", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(target, kind, **options)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def listing(db: None) -> ListingView:
    return catalog.listing(sellers.approved_seller())


def test_a_picture_is_kept_in_a_few_widths_as_webp() -> None:
    made = render(picture(2000, 1000))
    assert (made.width, made.height, sorted(made.files)) == (2000, 1000, [320, 640, 1280])
    assert {size: (opened(data).format, opened(data).size) for size, data in made.files.items()} == {
        320: ("WEBP", (320, 160)), 640: ("WEBP", (640, 320)), 1280: ("WEBP", (1280, 640))
    }  # fmt: skip


def test_a_small_picture_is_not_blown_up() -> None:
    made = render(picture(200, 200))
    assert [opened(data).size for data in made.files.values()] == [(200, 200)]


def test_metadata_is_stripped_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned by 90 degrees.
    exif[0x010F] = "Somebody's camera"
    made = render(picture(400, 300, exif=exif))
    assert (made.width, made.height) == (300, 400)
    assert all(not opened(data).getexif() and "exif" not in opened(data).info for data in made.files.values())


def test_see_through_parts_become_white() -> None:
    target = io.BytesIO()
    Image.new("RGBA", (100, 100), (255, 0, 0, 0)).save(target, "PNG")
    made = render(target.getvalue())
    assert opened(made.files[320]).convert("RGB").getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"not a picture", "The file is no picture"),
        (picture()[:500], "The file is no picture"),
        (picture(20, 20), "The picture is 20 × 20 pixels; at least 50 a side are needed."),
        (picture(10_000, 6_000), "The picture has more than 50 million pixels."),
        (b"x" * (16 * 1024 * 1024), "The file is larger than 15 MB."),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "The file is no picture"),
    ],
)
def test_what_makes_no_picture_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(UnusablePicture, match=reason.replace("(", r"\(")):
        render(content)


def test_an_uploaded_picture_stands_on_listing_and_card(listing: ListingView, media: Path) -> None:
    (added,) = operations.add_picture(seller_id=listing.seller_id, listing_ids=[listing.id], content=picture(), now=NOW)
    assert [size for size, _ in added.urls] == [320, 640, 1280]
    assert len(list(media.rglob("*.webp"))) == 3
    assert queries.get_listing(listing.id, "en").pictures == (added,)
    card = queries.get_cards([listing.id], "en")[0]
    assert card.image == added.urls[1][1]
    assert card.image_srcset.endswith(" 1280w")


def test_the_same_bytes_twice_are_one_picture(listing: ListingView, media: Path) -> None:
    for _ in range(2):
        operations.add_picture(seller_id=listing.seller_id, listing_ids=[listing.id], content=picture(), now=NOW)
    assert len(queries.get_listing(listing.id, "en").pictures) == 1


def test_pictures_are_put_in_order_and_taken_off(listing: ListingView, media: Path) -> None:
    ids = [
        operations.add_picture(
            seller_id=listing.seller_id, listing_ids=[listing.id], content=picture(colour=colour), now=NOW
        )[0].id
        for colour in ("red", "green", "blue")
    ]
    operations.order_pictures(
        seller_id=listing.seller_id, listing_id=listing.id, picture_ids=[ids[2], ids[0], ids[1]], now=NOW
    )
    operations.remove_picture(seller_id=listing.seller_id, picture_id=ids[0], now=NOW)
    assert [found.id for found in queries.get_listing(listing.id, "en").pictures] == [ids[2], ids[1]]


def test_another_seller_cannot_touch_a_listings_pictures(listing: ListingView, media: Path) -> None:
    (mine,) = operations.add_picture(seller_id=listing.seller_id, listing_ids=[listing.id], content=picture(), now=NOW)
    other = sellers.approved_seller("IT")
    with pytest.raises(NotFound):
        operations.add_picture(seller_id=other.id, listing_ids=[listing.id], content=picture(), now=NOW)
    with pytest.raises(NotFound):
        operations.remove_picture(seller_id=other.id, picture_id=mine.id, now=NOW)
    with pytest.raises(NotFound):
        operations.order_pictures(seller_id=other.id, listing_id=listing.id, picture_ids=[mine.id], now=NOW)
    assert queries.get_listing(listing.id, "en").pictures == (mine,)


def test_a_listing_has_at_most_twenty_pictures(listing: ListingView, media: Path) -> None:
    for number in range(20):
        content = picture(100, 100 + number)
        operations.add_picture(seller_id=listing.seller_id, listing_ids=[listing.id], content=content, now=NOW)
    with pytest.raises(InvalidField):
        operations.add_picture(seller_id=listing.seller_id, listing_ids=[listing.id], content=picture(100, 99), now=NOW)
    assert len(queries.get_listing(listing.id, "en").pictures) == 20


class Web:
    """A web of a few addresses: the fake of the port."""

    def __init__(self, **pages: bytes | NotFetched) -> None:
        self.pages = pages
        self.asked: list[str] = []

    def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        page = self.pages[url.rpartition("/")[2].partition(".")[0]]
        if isinstance(page, NotFetched):
            raise page
        return page


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Web:
    made = Web(
        good=picture(),
        same=picture(),
        text=b"<html>",
        gone=NotFetched(Sentence("The server answers %(answer)s.", answer="404 Not Found")),
        slow=NotFetched(Sentence("The server did not answer in time."), again=True),
    )
    monkeypatch.setattr(ports, "_bound", [(made, made)])
    return made


def listed_with(*names: str) -> ListingView:
    seller = sellers.approved_seller()
    catalog.ensure_categories()
    done = operations.upsert_listing(
        seller_id=seller.id,
        listing=ListingInput(
            title="Fetched",
            skus=(SkuInput(seller_sku="a", price="1"),),
            picture_urls=tuple(f"https://shop.example/{name}.jpg" for name in names),
        ),
        now=NOW,
    )
    return queries.get_listing(done.listing_id, "", seller_id=seller.id)


def states(listing: ListingView) -> list[tuple[str, str | None]]:
    statement = "SELECT state, failure FROM catalog_picture WHERE listing_id = %s ORDER BY position"
    return [tuple(row) for row in sql.fetch_all(statement, [listing.id])]


def test_a_feeds_pictures_are_fetched_in_a_job_and_failures_are_written_on_them(
    db: None, media: Path, web: Web, run_jobs: Any
) -> None:
    listing = listed_with("good", "gone", "text", "slow", "same")
    assert listing.pictures == ()
    run_jobs()
    assert states(listing) == [
        ("ready", None),
        ("failed", "The server answers 404 Not Found."),
        ("failed", "The file is no picture (JPEG, PNG, WebP, GIF), or it is damaged."),
        ("waiting", "The server did not answer in time."),
        ("failed", "The same picture stands on this listing already."),
    ]
    assert len(queries.get_listing(listing.id, "en").pictures) == 1


def test_a_slow_server_is_asked_three_times_at_most(db: None, media: Path, web: Web) -> None:
    listing = listed_with("slow")
    for _ in range(5):
        operations.fetch_pictures(listing_ids=[listing.id], now=NOW)
    assert len(web.asked) == 3
    assert states(listing) == [("failed", "The server did not answer in time.")]


def test_fetching_twice_asks_once(db: None, media: Path, web: Web) -> None:
    listing = listed_with("good")
    for _ in range(2):
        operations.fetch_pictures(listing_ids=[listing.id], now=NOW)
    assert len(web.asked) == 1
    assert default_storage.exists(f"pictures/{content_hash(listing)[:2]}/{content_hash(listing)}/320.webp")


def content_hash(listing: ListingView) -> str:
    row = sql.fetch_one("SELECT content_hash FROM catalog_picture WHERE listing_id = %s", [listing.id])
    assert row is not None
    return str(row[0])
