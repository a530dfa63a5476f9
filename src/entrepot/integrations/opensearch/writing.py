"""The writing side: what waits to be written into one index."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from entrepot.integrations.opensearch import keeping
from entrepot.integrations.opensearch.cluster import Cluster, ClusterRefused
from entrepot.search.index_port import Document

BATCH = 500
SECONDS = 120.0


class Writing:
    """What is to be written into one index: gathered, and sent some hundred at a time."""

    def __init__(self, cluster: Cluster, index: str) -> None:
        self.index = index
        self._cluster = cluster
        self._waiting: dict[str, dict[str, Any] | None] = {}

    def write(self, documents: Iterable[Document]) -> None:
        for document in documents:
            self._waiting[document.listing_id.hex] = keeping.to_source(document)
            if len(self._waiting) >= BATCH:
                self.flush()

    def remove(self, listing_ids: Iterable[UUID]) -> None:
        for listing_id in listing_ids:
            self._waiting[listing_id.hex] = None

    def flush(self) -> None:
        """
        Send what waits. What the cluster was too busy for is sent again.

        :raises ClusterRefused: it will not have a document.
        """
        waiting, self._waiting = self._waiting, {}
        for number in range(8):
            if not waiting:
                return
            time.sleep(0 if number == 0 else min(0.1 * 2**number, 5.0))
            answer = self._cluster.ask(
                "POST", f"/{self.index}/_bulk", lines=_to_lines(waiting), timeout_seconds=SECONDS
            )
            waiting = {name: waiting[name] for name in _list_busy(answer)}
        raise ClusterRefused(429, "es_rejected_execution_exception", f"{len(waiting)} documents are still waiting")


def _to_lines(waiting: Mapping[str, dict[str, Any] | None]) -> Iterable[dict[str, Any]]:
    for name, source in waiting.items():
        if source is None:
            yield {"delete": {"_id": name}}
        else:
            yield {"index": {"_id": name}}
            yield source


def _list_busy(answer: Mapping[str, Any]) -> list[str]:
    """Return the documents that the cluster had no room for; to remove what is not there is no fault."""
    busy = []
    for item in answer["items"] if answer["errors"] else ():
        ((action, result),) = item.items()
        if result["status"] == 429:
            busy.append(result["_id"])
        elif result["status"] >= 300 and not (action == "delete" and result["status"] == 404):
            raise ClusterRefused.of(result["status"], result.get("error"))
    return busy
