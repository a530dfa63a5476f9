"""
Stock: what buyers take from it and give back, and what the seller says there is.

Every change locks its rows in SKU order with FOR NO KEY UPDATE (beside foreign keys FOR UPDATE deadlocks), and writes
its movements in the same statement as the change. Callers take stock last, so that a hot row is locked shortest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.catalog.events import StockTurned
from entrepot.catalog.operations.results import Rejected, SetResult
from entrepot.catalog.rules.listings import ON_HAND_MAX, stock_reason
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import DomainError
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import step, transaction


class OutOfStock(DomainError):
    """Some SKUs no longer cover what is wanted: `skus` is a list of {"sku", "wanted", "available"} by public code."""

    code = "out_of_stock"
    kind = "conflict"
    summary = "Some of the goods are no longer in stock in this quantity."


_RESERVE = sql.load("entrepot.catalog", "reserve_stock")
_LEFT = sql.load("entrepot.catalog", "left_in_stock")
_RETURN = sql.load("entrepot.catalog", "return_stock")
_DISPATCH = sql.load("entrepot.catalog", "dispatch_stock")
_SET = sql.load("entrepot.catalog", "set_stock")
_LOCK = "SELECT sku_id FROM catalog_stock WHERE sku_id = ANY(%s) ORDER BY sku_id FOR NO KEY UPDATE"
_CODES = "SELECT id, code FROM catalog_sku WHERE id = ANY(%s)"


@step
def reserve_stock(*, wanted: Mapping[int, int], reference: UUID, at: datetime) -> None:
    """
    Reserve pieces for a purchase, all SKUs or none; the same reference again changes nothing. One statement.

    :param wanted: quantity (1 or more) by SKU id.
    :raises OutOfStock: some SKU covers less than is wanted; the caller's transaction must be undone.
    """
    sku_ids, quantities = _sorted(wanted)
    if sql.execute(_RESERVE, [sku_ids, quantities, reference, at]) < len(sku_ids):
        _demand_rest(wanted, reference)


def _demand_rest(wanted: Mapping[int, int], reference: UUID) -> None:
    """See that what was not taken just now had been taken under this reference before."""
    left, done = {}, set()
    for sku_id, available, is_reserved in sql.fetch_all(_LEFT, [reference, list(wanted)]):
        left[sku_id] = available
        if is_reserved:
            done.add(sku_id)
    short = sorted(set(wanted) - done)
    if short:
        codes = dict(sql.fetch_all(_CODES, [short]))
        raise OutOfStock(
            skus=[
                {
                    "sku": codes.get(sku_id, str(sku_id)),
                    "wanted": wanted[sku_id],
                    "available": max(left.get(sku_id, 0), 0),
                }
                for sku_id in short
            ]
        )


@step
def return_stock(*, quantities: Mapping[int, int], reference: UUID, at: datetime) -> None:
    """
    Give reserved pieces back: a purchase that was never paid, or lines cancelled before dispatch.

    :param reference: of this return (an expiry, one cancellation), so that a second telling changes nothing.
    """
    _change(_RETURN, quantities, reference, at)


@step
def dispatch_stock(*, quantities: Mapping[int, int], reference: UUID, at: datetime) -> None:
    """
    Let reserved pieces leave the house: `reserved` and `on_hand` both go down.

    `on_hand` stops at zero: a seller who counts by feed may have taken the pieces off already.

    :param reference: of the parcel, so that a second telling changes nothing.
    """
    _change(_DISPATCH, quantities, reference, at)


def _change(statement: str, quantities: Mapping[int, int], reference: UUID, at: datetime) -> None:
    sku_ids, amounts = _sorted(quantities)
    locked = sql.fetch_all(_LOCK, [sku_ids])
    assert len(locked) == len(sku_ids), "stock of a SKU that has none"
    sql.execute(statement, [sku_ids, amounts, reference, at])


def _sorted(quantities: Mapping[int, int]) -> tuple[list[int], list[int]]:
    assert quantities, "no SKU is named"
    assert all(quantity > 0 for quantity in quantities.values()), "quantities are positive"
    sku_ids = sorted(quantities)
    return sku_ids, [quantities[sku_id] for sku_id in sku_ids]


@step
def write_on_hand(*, seller_id: UUID, counts: Mapping[int, int], at: datetime) -> int:
    """
    Set the seller's own count of SKUs, new ones too; `reserved` is never touched. Unchanged counts write nothing.

    :returns: the number of SKUs whose count changed.
    """
    if not counts:
        return 0
    sku_ids, amounts = sorted(counts), [counts[sku_id] for sku_id in sorted(counts)]
    sql.fetch_all(_LOCK, [sku_ids])
    rows: Sequence[tuple[Any, ...]] = sql.fetch_all(_SET, [sku_ids, amounts, seller_id, at])
    turned = {str(listing_id) for _, listing_id in rows if listing_id is not None}
    if turned:
        facts.record(StockTurned(listing_ids=sorted(turned), seller_id=seller_id))
    return len(rows)


_SKU_IDS = """
SELECT k.id, k.seller_sku, s.on_hand FROM catalog_sku k JOIN catalog_stock s ON s.sku_id = k.id
WHERE k.seller_id = %s AND k.seller_sku = ANY(%s) ORDER BY k.id FOR NO KEY UPDATE OF s
"""


@transaction
def set_stock(
    *, seller_id: UUID, stock: Mapping[str, int], expected: Mapping[str, int] | None = None, now: datetime
) -> SetResult:
    """
    Set how many pieces the seller has, by the seller's own SKU names.

    :param expected: what the caller saw the counts to be; one that is another by now is rejected.
    :returns: how many counts changed, how many were so already, and the rejected ones with the reason.
    """
    rows = sql.fetch_all(_SKU_IDS, [seller_id, list(stock)])
    ids = {seller_sku: sku_id for sku_id, seller_sku, _ in rows}
    on_hand = {seller_sku: count for _, seller_sku, count in rows}
    rejected = [Rejected(name, "sku", Sentence("You have no SKU of this name.")) for name in stock if name not in ids]
    counts: dict[int, int] = {}
    for name, count in stock.items():
        if name not in ids:
            continue
        if not 0 <= count <= ON_HAND_MAX:
            rejected.append(Rejected(name, "stock", stock_reason()))
        elif expected and expected.get(name, on_hand[name]) != on_hand[name]:
            reason = Sentence("There are %(count)s pieces by now; look again.", count=on_hand[name])
            rejected.append(Rejected(name, "stock", reason))
        else:
            counts[ids[name]] = count
    changed = write_on_hand(seller_id=seller_id, counts=counts, at=now)
    return SetResult(updated=changed, unchanged=len(counts) - changed, rejected=tuple(rejected))
