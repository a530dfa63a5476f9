"""Uploaded documents, hostile until proven otherwise: what they really are, and a form of them that is safe to keep."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import Final

import filetype
from PIL import Image, ImageOps

from entrepot.kernel.errors import DomainError
from entrepot.sellers import rules

SIZE_AT_MOST_BYTES: Final = 10 * 1024 * 1024
PIXELS_AT_MOST: Final = 60_000_000  # A page scanned at 600 dots per inch has 35 million.

_EXTENSIONS: Final = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}

# What makes a PDF act instead of show. Inside compressed objects they escape this look, which is why documents are
# also only ever handed out as downloads.
_ACTIVE_PDF: Final = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA|SubmitForm|ImportData)\b")
_TRAILING_PDF: Final = re.compile(rb"%%EOF\s*\Z")


class UnacceptableDocument(DomainError):
    """A file cannot be taken as a document; `reason` is a code."""

    code = "unacceptable_document"
    summary = "This file cannot be taken: send a PDF, JPEG or PNG of at most 10 MB."


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that may be kept: its real type and the bytes to keep."""

    media_type: str
    extension: str
    content: bytes


def inspect(content: bytes) -> Paper:
    """
    Return a file in the form in which it is kept: a PDF as it came, a picture written anew from its pixels, so that
    nothing hidden in it (markup, archives, a camera's position) survives.

    :raises UnacceptableDocument: it is no PDF, JPEG or PNG, too large, broken, or does something.
    """
    if not content:
        raise UnacceptableDocument(reason="empty")
    if len(content) > SIZE_AT_MOST_BYTES:
        raise UnacceptableDocument(reason="too_large")
    kind = filetype.guess(content[:8192])
    media_type = kind.mime if kind is not None else ""
    if media_type == "application/pdf":
        _check_pdf(content)
        return Paper(media_type=media_type, extension="pdf", content=content)
    if media_type in _EXTENSIONS:
        return Paper(
            media_type=media_type, extension=_EXTENSIONS[media_type], content=_rewrite_picture(content, media_type)
        )
    raise UnacceptableDocument(reason="not_a_document")


def shown_name(file_name: str, extension: str) -> str:
    """Return a sender's file name for show: no folders, nothing invisible, short, with the ending of the real type."""
    base = rules.clean_line(re.split(r"[/\\]", file_name)[-1])
    stem = re.sub(r"[<>:\"|?*;%]", "", base.rsplit(".", 1)[0]).strip(". ")
    return f"{stem[:100] or 'document'}.{extension}"


def _check_pdf(content: bytes) -> None:
    if not re.match(rb"%PDF-[12]\.\d", content):
        raise UnacceptableDocument(reason="not_a_document")
    # An archive or a page glued to the end makes one file two things; a PDF ends where it says so.
    if not _TRAILING_PDF.search(content[-1024:]):
        raise UnacceptableDocument(reason="data_after_the_end")
    if re.search(rb"/Encrypt\b", content):
        raise UnacceptableDocument(reason="locked_by_a_password")
    if _ACTIVE_PDF.search(content):
        raise UnacceptableDocument(reason="active_content")


def _rewrite_picture(content: bytes, media_type: str) -> bytes:
    name = {"image/jpeg": "JPEG", "image/png": "PNG"}[media_type]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=[name]) as picture:
                if picture.width * picture.height > PIXELS_AT_MOST:
                    raise UnacceptableDocument(reason="too_many_pixels")
                picture.load()
                upright = ImageOps.exif_transpose(picture)
    except UnacceptableDocument:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
        raise UnacceptableDocument(reason="broken_picture") from fault
    kept = Image.new("RGB", upright.size, "white")
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layer = upright.convert("RGBA")
        kept.paste(layer, mask=layer.getchannel("A"))
    else:
        kept.paste(upright.convert("RGB"))
    out = io.BytesIO()
    if name == "JPEG":
        kept.save(out, "JPEG", quality=90, optimize=True)
    else:
        kept.save(out, "PNG", optimize=True)
    return out.getvalue()
