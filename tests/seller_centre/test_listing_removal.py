"""A seller deletes a listing on its page, finds what was archived, and says in words what pictures show."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from entrepot.catalog import queries
from entrepot.kernel.errors import NotFound
from tests.builders import orders, sellers
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def _reader(seller: Any, path: str) -> Reader:
    return Reader(person_id=sellers.owner_of(seller)).open(f"/seller/{seller.id}/{path}")


def _post(reader: Reader, path: str, **data: Any) -> str:
    token = reader.page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    answer = reader.client.post(path, {"csrfmiddlewaretoken": token, **data}, follow=True)
    return str(answer.content.decode())


def test_what_was_never_ordered_is_deleted_and_what_was_is_found_in_the_archive() -> None:
    seller = orders.shop("CN")
    never, once = orders.goods(seller, title="Linen shirt"), orders.goods(seller, title="Wool scarf")
    orders.purchase((once, 1))
    for listing, said in ((never, "The listing is deleted."), (once, "The listing is archived")):
        reader = _reader(seller, f"listings/{listing.id}/")
        assert said in _post(reader, f"/seller/{seller.id}/listings/{listing.id}/remove")
    with pytest.raises(NotFound):
        queries.get_listing(never.id, "", seller_id=seller.id)
    assert "Wool scarf" not in _reader(seller, "listings/").words
    archive = _reader(seller, "listings/?state=archived")
    assert "Wool scarf" in archive.words
    _post(archive, f"/seller/{seller.id}/listings/{once.id}/state", to="active")
    assert queries.get_listing(once.id, "en").state == "active"


def test_a_picture_is_described_in_the_editor_and_read_out_in_the_shop() -> None:
    seller = orders.shop("CN")
    listing = orders.goods(seller, title="Wool scarf")
    kept = io.BytesIO()
    Image.new("RGB", (400, 400), "teal").save(kept, "PNG")
    reader = _reader(seller, f"listings/{listing.id}/")
    form = dict(reader.form(reader.address).form_values())
    upload = SimpleUploadedFile("scarf.png", kept.getvalue(), "image/png")
    page = reader.client.post(reader.address, {**form, "pictures": upload, "do": "upload"})
    reader._take(page, reader.address)
    fields = dict(reader.form(reader.address).form_values())
    reader.client.post(reader.address, {**fields, "alt": "A scarf, folded", "do": "save"})
    assert [one.alt for one in queries.get_listing(listing.id, "en").pictures] == ["A scarf, folded"]
    shown = Client(headers={"accept-language": "en"}).get(f"/listing/{listing.id}/{listing.slug}").content.decode()
    assert 'alt="A scarf, folded"' in shown
