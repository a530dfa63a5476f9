from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from entrepot.demo.identities import paper
from entrepot.sellers import papers

PDF = paper("Business licence", "Made for a test")


def _picture(kind: str, size=(40, 30), colour=(200, 30, 30), **options) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


def _refused(content: bytes) -> str:
    with pytest.raises(papers.UnacceptableDocument) as refusal:
        papers.inspect(content)
    return refusal.value.fields["reason"]


def test_a_pdf_is_kept_as_it_came():
    assert papers.inspect(PDF) == papers.Paper(media_type="application/pdf", extension="pdf", content=PDF)


@pytest.mark.parametrize(
    ("kind", "media_type", "extension"), [("JPEG", "image/jpeg", "jpg"), ("PNG", "image/png", "png")]
)
def test_a_picture_is_kept_in_its_own_format(kind, media_type, extension):
    kept = papers.inspect(_picture(kind))

    assert (kept.media_type, kept.extension) == (media_type, extension)
    with Image.open(io.BytesIO(kept.content)) as picture:
        assert (picture.format, picture.size, picture.mode) == (kind, (40, 30), "RGB")


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b"<!doctype html><p>licence.pdf",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00" + b"\x00" * 400,
        b"\x7fELF" + b"\x00" * 400,
        b"#!/bin/sh\nrm -rf /\n",
        b"\x00" * 1000,
        b"GIF89a" + b"\x00" * 100,
        b"  %PDF-1.7 not at the start %%EOF",
        b"<script>1</script>%PDF-1.7\n%%EOF",
    ],
)
def test_what_is_no_document_is_refused_whatever_its_name(content):
    assert _refused(content) == "not_a_document"


def test_an_archive_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("licence.pdf", PDF)

    assert _refused(out.getvalue()) == "not_a_document"


def test_an_empty_file_is_refused():
    assert _refused(b"") == "empty"


def test_a_file_above_ten_megabytes_is_refused():
    before, after = PDF[: -len(b"%%EOF\n")], b"\n%%EOF\n"
    room = papers.SIZE_AT_MOST_BYTES - len(before) - len(after) - 1
    at_the_limit = before + b"%" + b"x" * room + after

    assert len(at_the_limit) == 10 * 1024 * 1024
    assert papers.inspect(at_the_limit).media_type == "application/pdf"
    assert _refused(at_the_limit + b"\n") == "too_large"


def test_a_page_or_an_archive_behind_a_pdf_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x.html", "<script>alert(1)</script>")

    assert _refused(PDF + out.getvalue()) == "data_after_the_end"
    assert _refused(PDF + b"<html><script>alert(1)</script></html>") == "data_after_the_end"


@pytest.mark.parametrize("name", [b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/XFA", b"/SubmitForm"])
def test_a_pdf_that_does_something_is_refused(name):
    active = PDF.replace(b"/Type /Catalog", b"/Type /Catalog " + name + b" (x)")

    assert active != PDF
    assert _refused(active) == "active_content"


def test_a_pdf_locked_by_a_password_is_refused():
    assert _refused(PDF.replace(b"trailer", b"trailer\n<< /Encrypt 9 0 R >>")) == "locked_by_a_password"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_nothing_hidden_in_a_picture_survives(kind):
    markup = b"<script>alert(document.cookie)</script>"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x.html", markup)
    options = {"comment": markup} if kind == "JPEG" else {}
    picture = _picture(kind, **options) + archive.getvalue()

    kept = papers.inspect(picture).content

    assert b"script" not in kept
    assert b"PK\x05\x06" not in kept


def test_the_position_in_a_photograph_is_gone_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # Turned by a quarter.
    exif[0x8825] = {1: "N", 2: (41.0, 54.0, 10.0)}
    kept = papers.inspect(_picture("JPEG", exif=exif)).content

    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (30, 40)
        assert dict(picture.getexif()) == {}


def test_a_picture_that_would_fill_the_memory_is_refused():
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )

    assert _refused(bomb) in ("broken_picture", "too_many_pixels")


def test_a_broken_picture_is_refused():
    assert _refused(_picture("PNG")[:60]) == "broken_picture"
    assert _refused(b"\xff\xd8\xff\xe0" + b"\x00" * 100) == "broken_picture"


def test_a_transparent_picture_is_laid_on_white():
    out = io.BytesIO()
    Image.new("RGBA", (2, 2), (0, 0, 0, 0)).save(out, "PNG")

    with Image.open(io.BytesIO(papers.inspect(out.getvalue()).content)) as picture:
        assert picture.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("licence.pdf", "licence.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\скан.JPG", "скан.pdf"),
        ("evil\u202efdp.exe", "evilfdp.pdf"),
        ("<script>.pdf", "script.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie x.pdf"),
        ("", "document.pdf"),
        (".pdf", "document.pdf"),
        ("营业执照.pdf", "营业执照.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
    ],
)
def test_a_name_is_made_fit_to_show(given, shown):
    assert papers.shown_name(given, "pdf") == shown
