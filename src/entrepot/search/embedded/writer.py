"""The one writer of an index: it adds, removes and publishes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from tantivy import Index, IndexWriter

from entrepot.search.embedded import schema
from entrepot.search.embedded.generations import About, Folder, link_committed
from entrepot.search.index_port import Document, Position

HEAP_BYTES = 32_000_000  # A batch of changes needs little; an index built anew gets more.
BUILDING_HEAP_BYTES = 200_000_000
_START = Position(0, 0)


class Lock:
    """The right to write: held by one process per folder, given back by the system when that dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def is_held(self) -> bool:
        return self._descriptor is not None

    def take(self) -> bool:
        """Take the lock; false when another process has it."""
        if self._descriptor is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def free(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Writer:
    """An index that is written: what is in it becomes visible with `publish` and not before."""

    def __init__(self, folder: Folder, *, stamp: str, anew: bool = False) -> None:
        """Begin with the current generation, or with nothing; what an earlier writer had not published is dropped."""
        self._folder = folder
        self._stamp = stamp
        self._path = folder.building if anew else folder.working
        current = folder.read_current()
        about = folder.read_about(current) if current and not anew else None
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir(parents=True)
        if about is not None:
            link_committed(folder.of(current), self._path)
            self._stamp = about.stamp  # Its older documents were written by these rules.
        self.position = about.position if about is not None else _START
        self._index = Index(schema.build(), str(self._path))
        self._writer: IndexWriter = self._index.writer(BUILDING_HEAP_BYTES if anew else HEAP_BYTES, 1)
        self._is_new = anew

    def write(self, documents: Sequence[Document]) -> None:
        """Put documents in place of what was kept of their listings."""
        for document in documents:
            if not self._is_new:
                self._writer.delete_documents_by_term("id", document.listing_id.hex)
            self._writer.add_document(schema.to_row(document))

    def remove(self, listing_ids: Sequence[UUID]) -> None:
        for listing_id in listing_ids:
            self._writer.delete_documents_by_term("id", listing_id.hex)

    def publish(self, position: Position) -> str:
        """Commit and make the newest generation of it; return its name."""
        self._writer.commit()
        self.position = position
        self._index.config_reader("manual")
        self._index.reload()
        documents = self._index.searcher().num_docs
        name = self._folder.publish(self._path, About(schema.digest(), self._stamp, position, documents))
        self._folder.remove_old()
        return name

    def finish(self) -> None:
        """Have the segments of an index that was built anew merged, before it is published."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._writer = self._index.writer(HEAP_BYTES, 1)

    def close(self) -> None:
        with contextlib.suppress(ValueError):
            self._writer.rollback()
            self._writer.wait_merging_threads()
