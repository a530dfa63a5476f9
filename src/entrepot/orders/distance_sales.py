"""
What sellers sold across borders inside the European Union: above 10,000 EUR in this calendar year or the last one the
buyer's country taxes them (Directive 2006/112/EC, article 59c). Whether they passed it is the sellers' room's to keep.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.money import Money, Rounding
from entrepot.markets import queries as markets
from entrepot.markets.rules import FxTable
from entrepot.sellers import operations as sellers, queries as seller_queries

_UNION = "EU"
THRESHOLD_EUR = Money.parse("10000", "EUR")

# Net goods and their delivery, of what was paid and not cancelled, by year and currency.
_SOLD = """
SELECT o.seller_id, extract(year FROM o.paid_at AT TIME ZONE 'UTC')::int, o.currency,
       sum((l.goods_minor + l.delivery_minor) * (l.ordered - l.cancelled) / l.ordered)::bigint
FROM orders_order o
JOIN orders_orderline l ON l.order_id = o.id
JOIN orders_consignment c ON c.order_id = o.id
WHERE o.paid_at >= %s AND c.regime = ANY(%s::text[])
GROUP BY 1, 2, 3
"""


def record_distance_sales(*, now: datetime) -> list[UUID]:
    """
    Bring each seller's mark up to date with what it sold; return those whose mark changed.

    A mark set by the seller's own declaration (sales elsewhere count too) is never taken away within the two years.
    """
    since = datetime(now.year - 1, 1, 1, tzinfo=UTC)
    rows = sql.fetch_all(_SOLD, [since, _list_rules()])
    over = _find_over(rows, fx=markets.get_fx(at=now))
    known = seller_queries.get_sellers(over)
    changed = [seller_id for seller_id in over if not known[seller_id].eu_sales_over_threshold]
    for seller_id in changed:
        sellers.record_eu_threshold(seller_id=seller_id, is_over=True, actor="system", now=now)
    return changed


def _list_rules() -> list[str]:
    """Return the ids of the rules that govern sales across a border inside the Union, by which orders were priced."""
    packs = markets.list_packs()
    rules = [rule for pack in packs if _UNION in pack.unions for rule in pack.sales]
    # Northern Ireland is inside for goods.
    rules += [rule for pack in packs for part in pack.territories if _UNION in part.unions for rule in part.sales]
    # What the platform is deemed to have bought and sold is no sale of the seller's.
    return sorted({rule.id for rule in rules if rule.movement == "intra_union" and rule.liable != "platform"})


def _find_over(rows: Iterable[tuple[Any, ...]], *, fx: FxTable) -> list[UUID]:
    sums: dict[tuple[UUID, int], Money] = defaultdict(lambda: Money.zero("EUR"))
    for seller_id, year, currency, minor in rows:
        rate: Decimal = fx.rate(currency, "EUR")
        sums[(seller_id, year)] += Money(minor, currency).convert(rate, "EUR", rounding=Rounding.HALF_UP)
    return sorted({seller_id for (seller_id, _), amount in sums.items() if amount.minor > THRESHOLD_EUR.minor})
