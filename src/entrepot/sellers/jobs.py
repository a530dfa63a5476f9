"""Work after the answer: files whose rows are gone, names to be held against lists."""

from __future__ import annotations

import contextlib
from typing import Any
from uuid import UUID

from django.core.files.storage import storages

from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound
from entrepot.kernel.jobs import job
from entrepot.sellers.operations import screening


@job
def delete_private_files(*, keys: list[str]) -> None:
    """Delete files of private storage; those that are gone already are left at that."""
    for key in keys:
        storages["private"].delete(key)


@job
def screen_sellers(*, facts: list[dict[str, Any]]) -> None:
    """Hold the names of sellers that have just been submitted, or are paid to another name, against the lists."""
    for seller_id in dict.fromkeys(fact["seller_id"] for fact in facts):
        screen_seller(seller_id=seller_id)


@job
def screen_seller(*, seller_id: str) -> None:
    """Hold one seller's names against the lists; a seller that is gone meanwhile is left at that."""
    with contextlib.suppress(NotFound):
        screening.screen_seller(seller_id=UUID(seller_id), now=clock.now())
