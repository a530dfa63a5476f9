"""What may not travel: whether a restriction speaks of some goods. The rows come from packs (`restricted`)."""

from __future__ import annotations

from entrepot.customs.rulebook import goods_fit
from entrepot.markets.packs import Restriction


def forbids(row: Restriction, hs: str | None, flags: frozenset[str]) -> bool:
    """Say whether a restriction falls on goods; `row.channels` says by which channels (none named: by all)."""
    goods = row.goods
    # Without an HS code a rule that names codes cannot be tested; the quote is not sure then for that very reason.
    return goods_fit(goods, hs, flags)
