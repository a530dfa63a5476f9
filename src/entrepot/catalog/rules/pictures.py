"""Pictures made safe and small: read with limits, turned upright, sRGB, no metadata, WebP in a few widths."""

from __future__ import annotations

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageCms, ImageOps

from entrepot.kernel.sentences import Sentence

SIZES = (320, 640, 1280)  # Widths in pixels.
BYTES_MAX = 15 * 1024 * 1024
PIXELS_MAX = 50_000_000
SIDE_MIN = 50
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "MPO")
_QUALITY = 80
_RECIPE = b"1"  # Part of a picture's name: another way of making them makes other names.
_TOO_MANY_PIXELS = Sentence("The picture has more than %(most)s million pixels.", most=PIXELS_MAX // 1_000_000)


class UnusablePicture(ValueError):
    """These bytes make no picture; `reason` is the sentence for their sender."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rendered:
    """A picture ready to keep: the hash that names it, its upright size, and the files by width."""

    content_hash: str
    width: int
    height: int
    files: dict[int, bytes]


def sizes_for(width: int) -> tuple[int, ...]:
    """Return the widths that a picture is kept in: the smallest always, then as far as it has pixels to show."""
    return tuple(size for size in SIZES if size == SIZES[0] or size < width * 2)


def file_name(content_hash: str, size: int) -> str:
    """Return where a size of a picture lies in the storage: by its content, so that a name never changes meaning."""
    return f"pictures/{content_hash[:2]}/{content_hash}/{size}.webp"


def name_of(content: bytes) -> str:
    """Return the hash that names what is made of these bytes."""
    return hashlib.blake2b(content, digest_size=16, person=_RECIPE).hexdigest()


def render(content: bytes) -> Rendered:
    """
    Return the picture in every size that it is kept in.

    :raises UnusablePicture: too large, too small, damaged, or no picture of a kind that is taken.
    """
    if len(content) > BYTES_MAX:
        raise UnusablePicture(Sentence("The file is larger than %(most)s MB.", most=BYTES_MAX // 1024 // 1024))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = _upright(content)
            width, height = picture.size
            files = {size: _webp(picture, size) for size in sizes_for(width)}
    except UnusablePicture:
        raise
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise UnusablePicture(_TOO_MANY_PIXELS) from None
    except Exception as fault:  # Pillow's decoders raise many kinds for damaged files.
        reason = Sentence("The file is no picture (JPEG, PNG, WebP, GIF), or it is damaged.")
        raise UnusablePicture(reason) from fault
    return Rendered(content_hash=name_of(content), width=width, height=height, files=files)


def _upright(content: bytes) -> Image.Image:
    opened = Image.open(io.BytesIO(content), formats=FORMATS)
    width, height = opened.size
    if width * height > PIXELS_MAX:
        raise UnusablePicture(_TOO_MANY_PIXELS)
    if min(width, height) < SIDE_MIN:
        reason = Sentence(
            "The picture is %(width)s × %(height)s pixels; at least %(least)s a side are needed.",
            width=width,
            height=height,
            least=SIDE_MIN,
        )
        raise UnusablePicture(reason)
    profile = opened.info.get("icc_profile")
    opened.draft("RGB", (2 * SIZES[-1], 2 * SIZES[-1]))  # A JPEG decodes at a fraction of its size where that will do.
    picture: Image.Image = ImageOps.exif_transpose(opened)
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        picture = _in_srgb(picture, profile)
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, "white")
        return Image.alpha_composite(ground, layer).convert("RGB")
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture  # A broken profile: the colours as they are.
    return changed if changed is not None else picture


def _webp(picture: Image.Image, size: int) -> bytes:
    width, height = picture.size
    if width > size:
        picture = picture.resize((size, max(1, round(height * size / width))), Image.Resampling.LANCZOS)
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=_QUALITY, method=2)
    return target.getvalue()
