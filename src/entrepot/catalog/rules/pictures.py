"""Sizes and names of pictures."""

from __future__ import annotations

SIZES = (320, 640, 1280)  # Widths in pixels.


def file_name(content_hash: str, size: int) -> str:
    """Return where a size of a picture lies in the storage: by its content, so that a name never changes meaning."""
    return f"pictures/{content_hash[:2]}/{content_hash}/{size}.webp"
