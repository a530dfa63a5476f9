"""The pictures of a listing that is being written: those it has, and those that were uploaded and wait for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from uuid import UUID

from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict

from entrepot.catalog import operations
from entrepot.catalog.operations import KeptPicture, PicturePlace
from entrepot.catalog.queries import ListingView
from entrepot.catalog.rules.listings import ALT_MAX, PICTURES_MAX
from entrepot.catalog.rules.pictures import BYTES_MAX
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.sentences import Sentence
from entrepot.ui import refusals


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture in the editor: the text that names it in the form, its address, the variant that it shows, in words."""

    key: str
    url: str
    shows: str = ""
    alt: str = ""
    picture_id: int | None = None
    kept: KeptPicture | None = None


def of_listing(listing: ListingView, labels: dict[str, str]) -> list[PictureRow]:
    """Return the pictures that a listing has; `labels` are its variants' by public code."""
    return [
        PictureRow(
            key=f"id:{picture.id}",
            url=picture.small_url,
            shows=labels.get(picture.sku or "", ""),
            alt=picture.alt,
            picture_id=picture.id,
        )
        for picture in listing.pictures
    ]


def of_form(data: QueryDict, seller_id: UUID, own: Sequence[PictureRow]) -> list[PictureRow]:
    """Return the pictures that a form names, in its order; what it names and is not there is left out."""
    by_key = {row.key: row for row in own}
    rows: list[PictureRow] = []
    named = zip_longest(data.getlist("picture"), data.getlist("shows"), data.getlist("alt"), fillvalue="")
    for key, shows, alt in named:
        row = by_key.get(key) or _kept(key, seller_id)
        if row is not None and row.key not in {one.key for one in rows}:
            rows.append(replace(row, shows=shows, alt=alt.strip()[:ALT_MAX]))
    return rows


def _kept(key: str, seller_id: UUID) -> PictureRow | None:
    try:
        content_hash, width, height = signing.loads(key, salt=_salt(seller_id))
    except (signing.BadSignature, ValueError):
        return None
    kept = KeptPicture(content_hash, width, height)
    return PictureRow(key=key, url=kept.small_url, kept=kept)


def _salt(seller_id: UUID) -> str:
    return f"seller_centre.picture:{seller_id}"


def take(uploads: Iterable[UploadedFile], seller_id: UUID, rows: list[PictureRow]) -> list[str]:
    """Keep what was uploaded and add it to the rows; return why each file that was not taken was not."""
    faults = []
    for upload in uploads:
        try:
            if (upload.size or 0) > BYTES_MAX:
                reason = Sentence("The file is larger than %(most)s MB.", most=BYTES_MAX // 1024 // 1024)
                raise InvalidField.single("picture", reason)
            if len(rows) >= PICTURES_MAX:
                reason = Sentence("A listing has at most %(most)s pictures.", most=PICTURES_MAX)
                raise InvalidField.single("picture", reason)
            kept = operations.keep_picture(content=upload.read())
        except InvalidField as refusal:
            faults.append(f"{upload.name}: {refusals.field_errors(refusal)[0][1]}")
            continue
        key = signing.dumps([kept.content_hash, kept.width, kept.height], salt=_salt(seller_id))
        if key not in {row.key for row in rows}:
            rows.append(PictureRow(key=key, url=kept.small_url, kept=kept))
    return faults


def move(rows: list[PictureRow], what: str) -> None:
    """Do what a button says: `up-2`, `down-2`, `drop-2`."""
    deed, _, number = what.partition("-")
    place = int(number) if number.isascii() and number.isdecimal() else -1
    if not 0 <= place < len(rows):
        return
    if deed == "drop":
        del rows[place]
    elif deed == "up" and place:
        rows[place - 1 : place + 1] = [rows[place], rows[place - 1]]
    elif deed == "down" and place + 1 < len(rows):
        rows[place : place + 2] = [rows[place + 1], rows[place]]


def places(rows: Iterable[PictureRow], codes: dict[str, str]) -> list[PicturePlace]:
    """Return the pictures as catalog takes them; `codes` are the variants' public codes by their labels."""
    return [
        PicturePlace(picture_id=row.picture_id, kept=row.kept, sku=codes.get(row.shows), alt=row.alt) for row in rows
    ]
