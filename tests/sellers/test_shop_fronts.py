"""A shop front gets a logo and a cover from who may manage the store; buyers see them."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from entrepot.kernel import audit
from entrepot.kernel.errors import Forbidden, InvalidField, NotFound
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import StorePicture
from tests.builders import orders, sellers as build
from tests.pages import Reader

pytestmark = pytest.mark.django_db

_PICTURE = StorePicture("ab" * 16, 800, 200)


def _png(width: int = 640, height: int = 160) -> SimpleUploadedFile:
    kept = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(kept, "PNG")
    return SimpleUploadedFile("cover.png", kept.getvalue(), "image/png")


def test_a_picture_stands_in_its_place_until_it_is_taken_away(now: datetime) -> None:
    seller = build.approved_seller("IT")
    who = {"seller_id": seller.id, "person_id": build.owner_of(seller), "now": now}
    store = operations.show_store_picture(**who, place="cover", picture=_PICTURE)
    assert store.pictures == {"cover": _PICTURE}
    store = operations.show_store_picture(**who, place="logo", picture=_PICTURE)
    assert set(store.pictures) == {"logo", "cover"}
    store = operations.show_store_picture(**who, place="cover", picture=None)
    assert set(store.pictures) == {"logo"}
    assert audit.list_entries(subject_kind="seller", subject_id=seller.id)[0].action == "show_store_picture"


def test_another_place_another_role_and_another_seller_are_refused(now: datetime) -> None:
    seller, other = build.approved_seller("IT"), build.approved_seller("IT")
    owner, packer = build.owner_of(seller), build.seat(seller, "fulfilment")
    with pytest.raises(InvalidField):
        operations.show_store_picture(seller_id=seller.id, person_id=owner, place="roof", picture=_PICTURE, now=now)
    with pytest.raises(Forbidden):
        operations.show_store_picture(seller_id=seller.id, person_id=packer, place="logo", picture=_PICTURE, now=now)
    with pytest.raises(NotFound):
        operations.show_store_picture(seller_id=other.id, person_id=owner, place="logo", picture=_PICTURE, now=now)
    assert queries.get_stores([seller.id])[seller.id].pictures == {}


def test_a_seller_uploads_a_cover_and_buyers_see_it() -> None:
    seller = orders.shop("IT")
    assert seller.store is not None
    reader = Reader(person_id=build.owner_of(seller)).open(f"/seller/{seller.id}/store/")
    token = reader.page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    address = f"/seller/{seller.id}/store/pictures/cover"
    reader.client.post(address, {"csrfmiddlewaretoken": token, "picture": _png()})
    kept = queries.get_stores([seller.id])[seller.id].pictures["cover"]
    assert (kept.width, kept.height) == (640, 160)
    assert kept.content_hash in Client().get(f"/store/{seller.store.slug}").content.decode()

    refused = reader.client.post(address, {"csrfmiddlewaretoken": token, "picture": _png(20, 20)}, follow=True)
    assert "at least 50 a side are needed" in refused.content.decode()
    reader.client.post(address, {"csrfmiddlewaretoken": token, "do": "remove"})
    assert queries.get_stores([seller.id])[seller.id].pictures == {}
