"""
Ranks by delivered price that were worked out before, on this machine's disk: a shelf for each country of buyers.

A listing's rank stands under the stamp of its document in the search index, which is another one after every change of
the listing, its seller or its delivery. Whatever else a price hangs on (rates, rules, tariff, the day, this version's
code) is in the shelf's name: once any of it changes, a new shelf is begun. So nothing on a shelf is ever out of date,
and all of it may be lost: a rank that is missing is worked out again.

Any number of processes read and write a shelf (LMDB). It is not forced to the disk; as a machine that went down could
leave half a shelf, the name holds what the kernel calls this run of the machine.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

import lmdb
import structlog

log = structlog.get_logger(__name__)

# Address space, not memory: a hundred million listings.
_SIZE_MAX = 1 << 32
_READERS_MAX = 1024
_KEY, _VALUE = struct.Struct(">Q"), struct.Struct("<q")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_ASKED_SECONDS = 3600.0
_ASKED, _WHOLE = "asked", "whole"


class Shelves:
    """The shelves under a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, tuple[str, lmdb.Environment]] = {}  # By country: of its shelves only one is asked for.
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._asked: dict[str, float] = {}

    def read(self, country: str, name: str, stamps: Sequence[int]) -> list[int | None]:
        """Return the ranks under some stamps in turn; None where there is none."""
        keys = [_KEY.pack(stamp) for stamp in stamps]
        try:
            with self._get(country, name).begin() as reading:
                # In the order in which they lie: half the time of looking for each by itself.
                found = dict(reading.cursor().getmulti(sorted(keys)))
        except (lmdb.Error, OSError) as trouble:
            log.warning("kept prices cannot be read", country=country, reason=str(trouble))
            return [None] * len(stamps)
        if not found:
            return [None] * len(stamps)
        unpack = _VALUE.unpack
        return [unpack(found[key])[0] if key in found else None for key in keys]

    def keep(self, country: str, name: str, ranks: Mapping[int, int]) -> None:
        """Keep ranks by their stamps."""
        rows = sorted((_KEY.pack(stamp), _VALUE.pack(rank)) for stamp, rank in ranks.items())
        try:
            with self._get(country, name).begin(write=True) as writing:
                writing.cursor().putmulti(rows)
        except (lmdb.Error, OSError) as trouble:
            log.warning("prices cannot be kept", country=country, reason=str(trouble))

    def count(self, country: str, name: str) -> int:
        """Return how many ranks there are."""
        return int(self._get(country, name).stat()["entries"])

    # --- which are wanted --------------------------------------------------------------------------------------------

    def ask(self, country: str) -> None:
        """Note that buyers of a country order by delivered price."""
        now = time.monotonic()
        if now - self._asked.get(country, float("-inf")) > _ASKED_SECONDS:
            self._asked[country] = now
            with contextlib.suppress(OSError):
                self._of(country).mkdir(parents=True, exist_ok=True)
                (self._of(country) / _ASKED).touch()

    def list_asked(self, *, within_seconds: float) -> list[str]:
        """Return the countries whose buyers ordered by delivered price within so many seconds, in a fixed order."""
        oldest = time.time() - within_seconds
        return [mark.parent.name for mark in sorted(self._folder.glob(f"*/{_ASKED}")) if mark.stat().st_mtime >= oldest]

    def is_whole(self, country: str, name: str) -> bool:
        """Say whether every listing was priced ahead."""
        return (self._of(country, name) / _WHOLE).exists()

    def note_whole(self, country: str, name: str) -> None:
        """Note that every listing was priced ahead."""
        self._of(country, name).mkdir(parents=True, exist_ok=True)
        (self._of(country, name) / _WHOLE).touch()

    def forget_whole(self) -> None:
        """Take back what was noted of every shelf."""
        for mark in self._folder.glob(f"*/*/{_WHOLE}"):
            mark.unlink(missing_ok=True)

    def clear(self, kept: Mapping[str, Collection[str]]) -> None:
        """Remove every shelf but those named, by country."""
        for place in self._folder.glob("*/*/"):
            if place.name not in kept.get(place.parent.name, ()):
                shutil.rmtree(place, ignore_errors=True)

    # --- files -------------------------------------------------------------------------------------------------------

    def _of(self, *names: str) -> Path:
        return self._folder.joinpath(*names)

    def _get(self, country: str, name: str) -> lmdb.Environment:
        known = self._open.get(country)
        if known is not None and known[0] == name and self._process == os.getpid():
            return known[1]
        with self._guard:
            if self._process != os.getpid():  # What was opened before a fork is not this process's.
                self._open.clear()
                self._process = os.getpid()
            known = self._open.get(country)
            if known is None or known[0] != name:
                # Never closed by hand: a thread may still read in the old one. It goes with its last reader.
                self._open.pop(country, None)
                del known
                place = self._of(country, name)
                place.mkdir(parents=True, exist_ok=True)
                known = self._open[country] = (
                    name,
                    lmdb.open(
                        str(place),
                        map_size=_SIZE_MAX,
                        max_readers=_READERS_MAX,
                        sync=False,
                        metasync=False,
                        readahead=False,
                    ),
                )
            return known[1]


@cache
def name_run() -> str:
    """Return what the kernel calls this run of the machine; nothing where it has no such name."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
