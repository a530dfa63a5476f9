"""
The folder of an index: generations that never change, and which of them is the current one.

    generations/<name>/   segment files (hard links to the writer's), meta.json, about.json
    current               the name of the newest generation; replaced as a whole
    working/              the index that is being written; a new writer begins with a copy of the current generation
    building/             one that is being built anew
    lock                  held by the process that writes

A generation is made under another name and renamed, so that a reader sees a whole one or none. Segment files are never
changed once written, so a hard link is a copy that costs nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from entrepot.search.index_port import Position

KEPT_SECONDS = 600  # For so long a buyer may leaf through a list as it was when the first page was shown.
_TRIES = 20


@dataclass(frozen=True, slots=True)
class About:
    """
    What a generation says of itself: the fields it has (`schema`), the rules it was written by (`stamp`), up to which
    fact it follows, and how many documents it holds.
    """

    schema: str
    stamp: str
    position: Position
    documents: int


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of an index."""

    path: Path

    @property
    def working(self) -> Path:
        return self.path / "working"

    @property
    def building(self) -> Path:
        return self.path / "building"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def current(self) -> Path:
        return self.path / "current"

    @property
    def generations(self) -> Path:
        return self.path / "generations"

    def read_current(self) -> str:
        """Return the name of the newest generation; empty when there is none."""
        try:
            return self.current.read_text().strip()
        except FileNotFoundError:
            return ""

    def of(self, name: str) -> Path:
        """Return the folder of a generation; its name may come from outside."""
        return self.generations / Path(name).name

    def read_about(self, name: str) -> About | None:
        """Return what a generation says of itself; None when it is gone."""
        try:
            kept = json.loads((self.of(name) / "about.json").read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        return About(**{**kept, "position": Position(**kept["position"])})

    def publish(self, source: Path, about: About) -> str:
        """Make what an index has committed the newest generation, and return its name."""
        number = int((self.read_current() or "0-0").partition("-")[0]) + 1
        name = f"{number:09d}-{secrets.token_hex(4)}"
        unfinished = self.generations / f".{name}"
        unfinished.mkdir(parents=True)
        link_committed(source, unfinished)
        _write(unfinished / "about.json", json.dumps(asdict(about)).encode())
        _sync(unfinished)
        unfinished.rename(self.of(name))
        _sync(self.generations)
        beside = self.path / ".current"
        _write(beside, name.encode())
        beside.replace(self.current)
        _sync(self.path)
        return name

    def remove_old(self) -> None:
        """Remove generations that were followed by another one `KEPT_SECONDS` ago, and what was never finished."""
        current, limit = self.read_current(), time.time() - KEPT_SECONDS
        names = sorted(entry.name for entry in os.scandir(self.generations))
        for name, follower in zip(names, [*names[1:], ""], strict=True):
            if name.startswith("."):
                shutil.rmtree(self.generations / name, ignore_errors=True)
            elif name != current and follower:
                with contextlib.suppress(FileNotFoundError):
                    if (self.generations / follower / "about.json").stat().st_mtime < limit:
                        shutil.rmtree(self.generations / name, ignore_errors=True)


def link_committed(source: Path, target: Path) -> None:
    """Link the files of an index's last commit into an empty folder, while merges may go on."""
    for _ in range(_TRIES):
        meta = (source / "meta.json").read_bytes()
        try:
            names = [_link(source, target, name) for name in _files_of(source, meta)]
        except FileNotFoundError:  # A merge has just put another segment in its place.
            for leftover in target.iterdir():
                leftover.unlink()
            continue
        _write(target / "meta.json", meta)
        # So that a writer who goes on from here clears up what it no longer needs.
        _write(target / ".managed.json", json.dumps([*names, "meta.json"]).encode())
        return
    raise OSError(f"the files of {source} change faster than they can be linked")


def _files_of(folder: Path, meta: bytes) -> Iterator[str]:
    segments = json.loads(meta)["segments"]
    opstamps = {
        segment["segment_id"].replace("-", ""): segment["deletes"] and segment["deletes"]["opstamp"]
        for segment in segments
    }
    found: dict[str, list[str]] = {segment: [] for segment in opstamps}
    for entry in os.scandir(folder):
        segment, *rest = entry.name.split(".")
        if segment in found and (rest[-1] != "del" or rest[:-1] == [str(opstamps[segment])]):
            found[segment].append(entry.name)
    for segment, names in found.items():
        if not names or (opstamps[segment] and not any(name.endswith(".del") for name in names)):
            raise FileNotFoundError(segment)
        yield from names


def _link(source: Path, target: Path, name: str) -> str:
    os.link(source / name, target / name)
    return name


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
