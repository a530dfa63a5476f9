"""What may not travel among the lines of an order, at the desk's prices: refused goods, and channels that close."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from entrepot.customs.lanes import Lane
from entrepot.customs.restrictions import UNCONFIRMED, may_sell_brand
from entrepot.kernel.money import Money
from entrepot.markets.packs import BrandRule
from entrepot.pricing.quote import Offer

if TYPE_CHECKING:
    from entrepot.pricing.rules import Desk

# Which rules close a channel to some of the lines, by channel.
Banned = dict[str, list[dict[str, str]]]


def judge(
    desk: Desk, lines: Sequence[tuple[Offer, int]], facts: Sequence[frozenset[str]], lane: Lane
) -> tuple[Banned, list[dict[str, str]]]:
    """
    Return the channels that may not carry the goods, and the goods that none may carry, each with its rule.

    :param facts: what was declared of each line's goods, as words.
    """
    banned: Banned = {}
    refused = []
    for (offer, _), declared in zip(lines, facts, strict=True):
        flags = declared if offer.hs_confirmed else declared | {UNCONFIRMED}
        for row in lane.kind(offer.hs_code, offer.origin_country, flags).restrictions:
            if row.above is not None and not _is_dearer(desk, offer.price, row.above, row.currency):
                continue
            fault = {"sku": offer.sku, "reason": row.reason, "rule": row.id, "source": row.source}
            for channel in row.channels:
                banned.setdefault(channel, []).append(fault)
            if not row.channels:
                refused.append(fault)
        if "brand" in flags and (rule := _foreign_brand(desk, offer, lane)):
            refused.append(
                {"sku": offer.sku, "reason": "brand_not_authorised", "rule": rule.name, "source": rule.source}
            )
    return banned, refused


def _is_dearer(desk: Desk, price: Money, limit: Decimal, currency: str) -> bool:
    return price.decimal * desk.rates.rate(price.currency, currency) > limit


def _foreign_brand(desk: Desk, offer: Offer, lane: Lane) -> BrandRule | None:
    """Return the rule of the mark that goods bear where it keeps this store from selling them there."""
    rule = desk.book.watched_brands.get(str(offer.flags["brand"]))
    areas = desk.book.areas(lane.there.code)
    if rule is None or may_sell_brand(rule, store=offer.seller.store_slug, destination_areas=areas, on=desk.on):
        return None
    return rule
