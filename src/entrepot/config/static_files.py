"""Static files, collected once per state of their sources: stamped, compressed, ready for whitenoise."""

from __future__ import annotations

import fcntl
import hashlib
import shutil

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect() -> bool:
    """
    Collect the static files into the data folder when their sources changed; return whether they had.

    One process at a time: two that start together would clear away each other's files.
    """
    root = settings.STATIC_ROOT
    stamp = root / "sources"
    state = _state_of_sources()
    root.parent.mkdir(parents=True, exist_ok=True)
    with root.with_name(f"{root.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text(encoding="ascii") == state:
            return False
        if root.exists():
            shutil.rmtree(root)
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(state, encoding="ascii")
    return True


def _state_of_sources() -> str:
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list(None):
            digest.update(f"{path}\0{storage.size(path)}\0{storage.get_modified_time(path).timestamp()}\n".encode())
    return digest.hexdigest()
