"""What names a state of code and data, so that what was made by another state is known."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

_KEPT = (".py", ".sql", ".toml", ".txt", ".csv")


def digest_files(package: str, *names: str) -> str:
    """Return a digest of some files and folders of a package; without names, of all its code and data."""
    digest = hashlib.sha256()
    for name in names or (".",):
        _add(digest, files(package).joinpath(name))
    return digest.hexdigest()[:16]


def _add(digest: hashlib._Hash, place: Traversable) -> None:
    if place.is_dir():
        for child in sorted(place.iterdir(), key=lambda child: child.name):
            _add(digest, child)
    elif place.name.endswith(_KEPT):
        digest.update(place.name.encode() + b"\0" + place.read_bytes())
