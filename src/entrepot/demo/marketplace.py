"""Whether the demonstration marketplace is there, whole; made where it is not."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from entrepot.demo import seed
from entrepot.demo.models import Seeding
from entrepot.kernel import clock, sql


class State(StrEnum):
    """What the database holds."""

    EMPTY = "empty"
    HALF_MADE = "half made"
    WHOLE = "whole"
    SOMEBODYS = "somebody's"


def get_state() -> State:
    """Return what is there: nothing, a seeding that was broken off, a whole one, or a marketplace not made by us."""
    seeding = Seeding.objects.order_by("-id").first()
    if seeding is not None:
        return State.WHOLE if seeding.finished_at else State.HALF_MADE
    sellers = sql.fetch_one("SELECT EXISTS (SELECT FROM sellers_seller)")
    assert sellers is not None
    return State.SOMEBODYS if sellers[0] else State.EMPTY


def make(*, progress: Callable[[str], None]) -> None:
    """Fill the empty marketplace; noted before and after, so that one broken off is noticed."""
    seeding = Seeding.objects.create(started_at=clock.now())
    seed.seed(progress=progress, now=clock.now())
    seeding.finished_at = clock.now()
    seeding.save(update_fields=["finished_at"])
