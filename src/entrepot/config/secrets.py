"""Keys that a fresh machine needs: made once, kept in the data folder, readable by its owner alone."""

from __future__ import annotations

import os
import secrets as _secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet


def secret_key(data: Path) -> str:
    """Return Django's secret key of this data folder, made at the first call."""
    return _kept(data / "keys" / "secret-key", lambda: _secrets.token_urlsafe(64))


def field_keys(configured: str, data: Path) -> list[str]:
    """Return the keys that encrypt personal data, the newest first (Fernet keys)."""
    if configured:
        return [key.strip() for key in configured.split(",") if key.strip()]
    return [_kept(data / "keys" / "field-key", lambda: Fernet.generate_key().decode())]


def _kept(path: Path, make: Callable[[], str]) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(make(), encoding="ascii")
    with suppress(FileExistsError):  # Two processes may start at once: the first one's key is kept.
        os.link(draft, path)
    draft.unlink()
    return path.read_text(encoding="ascii").strip()
