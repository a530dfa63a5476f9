"""Prices, set in bulk by the seller's own names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from entrepot.catalog import events
from entrepot.catalog.operations.results import Rejected, SetResult
from entrepot.catalog.rules.listings import parse_price
from entrepot.kernel import facts, sql
from entrepot.kernel.money import Money
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction

_SKU_PRICES = """
SELECT id, seller_sku, currency, listing_id, price_minor FROM catalog_sku
WHERE seller_id = %s AND seller_sku = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
_SET_PRICES = """
UPDATE catalog_sku k SET price_minor = x.price_minor
FROM (SELECT unnest(%s::bigint[]) AS id, unnest(%s::bigint[]) AS price_minor) x WHERE k.id = x.id
"""


@transaction
def set_prices(
    *,
    seller_id: UUID,
    prices: Mapping[str, tuple[str, str]],
    expected: Mapping[str, Money] | None = None,
    now: datetime,
) -> SetResult:
    """
    Set prices by the seller's own SKU names; each is (decimal text, currency), in the currency of its listing.

    :param expected: what the caller saw them to be; one that is another by now is rejected.
    :returns: how many changed, how many were so already, and the rejected ones with the reason.
    """
    found = {row[1]: row for row in sql.fetch_all(_SKU_PRICES, [seller_id, list(prices)])}
    rejected = [
        Rejected(name, "sku", Sentence("You have no SKU of this name.")) for name in prices if name not in found
    ]
    new: dict[int, int] = {}
    listing_ids: set[str] = set()
    for name, (text, currency) in prices.items():
        if name not in found:
            continue
        sku_id, _, own_currency, listing_id, before = found[name]
        if currency != own_currency:
            other = Sentence("This listing is priced in %(own)s, not %(other)s.", own=own_currency, other=currency)
            rejected.append(Rejected(name, "currency", other))
            continue
        if expected and name in expected and expected[name] != Money(before, own_currency):
            rejected.append(Rejected(name, "price", Sentence("The price was changed meanwhile.")))
            continue
        minor, reason = parse_price(text, currency)
        if minor is None:
            rejected.append(Rejected(name, "price", reason or ""))
        elif minor != before:
            new[sku_id] = minor
            listing_ids.add(str(listing_id))
    if new:
        sql.execute(_SET_PRICES, [list(new), list(new.values())])
        facts.record(events.ListingsChanged(listing_ids=sorted(listing_ids), seller_id=seller_id))
    unchanged = len(prices) - len(rejected) - len(new)
    return SetResult(updated=len(new), unchanged=unchanged, rejected=tuple(rejected))
