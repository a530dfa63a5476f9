"""Where the shop delivers and in which currencies it prices, as the page frame asks; kept for some seconds."""

from __future__ import annotations

import time

from entrepot.kernel import clock
from entrepot.markets import queries as markets
from entrepot.ui.ports import Reach

_KEPT_SECONDS = 20
_kept: tuple[float, Reach] | None = None
_origins_kept: tuple[float, tuple[str, ...]] | None = None


def get_reach() -> Reach:
    """Return the shop's reach; a market's switch shows on pages within some seconds."""
    global _kept
    if _kept is not None and time.monotonic() - _kept[0] < _KEPT_SECONDS:
        return _kept[1]
    at = clock.now()
    reach = Reach(markets.list_destinations(at), frozenset({"EUR", *markets.get_fx(at=at).per_eur}))
    _kept = (time.monotonic(), reach)
    return reach


def forget() -> None:
    """Read again at the next page."""
    global _kept, _origins_kept
    _kept = _origins_kept = None


def list_origins() -> tuple[str, ...]:
    """Return the countries whose sellers are admitted; kept as long as the reach."""
    global _origins_kept
    if _origins_kept is None or time.monotonic() - _origins_kept[0] > _KEPT_SECONDS:
        _origins_kept = (time.monotonic(), markets.list_seller_countries(clock.now()))
    return _origins_kept[1]
