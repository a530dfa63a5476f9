"""
The ledger transfers of each act of an order's life, from what was frozen at placement.

Q is the buyer's currency, S the seller's payout currency, T a tax's own. Every part of a quote that is payable now has
one place to go, so what came in leaves to the minor unit: goods, delivery and the seller's own tax to the seller,
platform taxes to their office at capture, prepaid duties and fees to the carrier at release. Only where Q equals S can
a difference remain between what the buyer paid and what was frozen as the seller's due; it goes to `rounding`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from entrepot.kernel.money import Money
from entrepot.ledger.rules import EXCHANGE, AccountRef, NewTransfer, move
from entrepot.orders.rules.shares import share_between, share_of
from entrepot.pricing.quote import OrderQuote, Part

# [owner of the tax account, minor units in Q, minor units in T, T]
TaxAtCapture = list[Any]
# The registration under which, or the country to which, a rule's charges are owed.
Authorities = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LineCount:
    """A line's pieces, in the order of the quote's lines."""

    ordered: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class CancelledAmounts:
    """What cancelling some pieces takes off an order: per line and in all, and the transfers if it was paid."""

    per_line: tuple[int, ...]
    total: int
    transfers: tuple[NewTransfer, ...]


def _is_platform_tax(part: Part) -> bool:
    return part.payable == "now" and part.group == "tax" and part.liable == "platform"


def _is_sellers(part: Part) -> bool:
    return part.group in ("goods", "delivery") or (part.group == "tax" and part.liable == "seller")


def _owner(part: Part, authorities: Authorities) -> str:
    """Return the owner text of the account that a charge is owed on: who owes it, and to whom."""
    return f"{part.liable}:{authorities.get(part.rule, part.rule)}"


def taxes_at_capture(quote: OrderQuote, authorities: Authorities) -> list[TaxAtCapture]:
    """Return what goes to tax offices when the buyer's money comes, compact enough to stand on the order's row."""
    found: dict[tuple[str, str], list[int]] = {}
    for part in quote.parts:
        if _is_platform_tax(part) and (part.amount or part.native.minor):
            sums = found.setdefault((_owner(part, authorities), part.native.currency), [0, 0])
            sums[0] += part.amount
            sums[1] += part.native.minor
    return [[owner, amount, native, currency] for (owner, currency), (amount, native) in sorted(found.items())]


def capture_transfers(*, order_id: UUID, total: Money, taxes: Sequence[TaxAtCapture]) -> Iterator[NewTransfer]:
    """Yield what a payment's capture moves for one order: into escrow, and the platform's taxes out of it."""
    escrow = AccountRef("escrow", total.currency)
    yield NewTransfer(AccountRef("psp_receivable", total.currency), escrow, total, "capture", order_id)
    for owner, amount, native, currency in taxes:
        yield from move(
            debit=escrow,
            credit=AccountRef("tax_payable", currency, owner),
            given=Money(amount, total.currency),
            due=Money(native, currency),
            kind="tax",
            reference=order_id,
        )


def stray_capture_transfers(*, purchase_id: UUID, amount: Money) -> Iterator[NewTransfer]:
    """Yield what a payment moves that came too late or twice: it waits to go back."""
    yield NewTransfer(
        AccountRef("psp_receivable", amount.currency),
        AccountRef("refund_pending", amount.currency),
        amount,
        "capture",
        purchase_id,
        "came too late or twice",
    )


def settled_refund_transfers(*, reference: UUID, amount: Money) -> Iterator[NewTransfer]:
    """Yield what a refund moves that the payment service has taken on."""
    yield NewTransfer(
        AccountRef("refund_pending", amount.currency),
        AccountRef("psp_receivable", amount.currency),
        amount,
        "refund",
        reference,
        "taken on by the payment service",
    )


def cancel_pieces(
    quote: OrderQuote,
    *,
    order_id: UUID,
    currency: str,
    authorities: Authorities,
    counts: Sequence[LineCount],
    cancel: Mapping[int, int],
) -> CancelledAmounts:
    """
    Return what cancelling pieces (by the line's place in the quote) takes off, and the transfers of the refund:
    the platform's tax comes back from its office, then all of it leaves escrow for the buyer.
    """
    escrow = AccountRef("escrow", currency)
    per_line = [0] * len(counts)
    reversals: list[NewTransfer] = []
    for part in quote.parts:
        if part.payable != "now":
            continue
        given_back = native_back = 0
        for place, pieces in cancel.items():
            count = counts[place]
            before, after = count.cancelled, count.cancelled + pieces
            share = share_between(part.shares[place], before=before, after=after, of=count.ordered)
            per_line[place] += share
            given_back += share
            native_back += share_between(part.native_shares[place], before=before, after=after, of=count.ordered)
        if _is_platform_tax(part):
            reversals += move(
                debit=AccountRef("tax_payable", part.native.currency, _owner(part, authorities)),
                credit=escrow,
                given=Money(native_back, part.native.currency),
                due=Money(given_back, currency),
                kind="tax_reversal",
                reference=order_id,
            )
    total = sum(per_line)
    refund = []
    if total:
        pending = AccountRef("refund_pending", currency)
        refund.append(NewTransfer(escrow, pending, Money(total, currency), "refund", order_id))
    return CancelledAmounts(per_line=tuple(per_line), total=total, transfers=(*reversals, *refund))


@dataclass(frozen=True, slots=True)
class SellerAmounts:
    """The seller's due in S for the pieces that were not cancelled."""

    goods: int
    delivery: int
    tax: int
    commission: int


def seller_amounts(quote: OrderQuote, counts: Sequence[LineCount]) -> SellerAmounts:
    """Return the seller's due for what is left of the order, each line's share rounded as its cancellations were."""
    goods = delivery = tax = commission = 0
    for line, count in zip(quote.lines, counts, strict=True):
        goods += _left(line.due.goods_minor, count)
        delivery += _left(line.due.delivery_minor, count)
        tax += _left(line.due.tax_minor, count)
        commission += _left(line.due.commission_minor, count)
    return SellerAmounts(goods=goods, delivery=delivery, tax=tax, commission=commission)


def release_transfers(
    quote: OrderQuote,
    *,
    order_id: UUID,
    seller_id: UUID,
    currency: str,
    authorities: Authorities,
    counts: Sequence[LineCount],
) -> list[NewTransfer]:
    """Return what a completed order's release moves: everything that is left of it in escrow."""
    due = seller_amounts(quote, counts)
    payout_currency = quote.due_native.currency
    seller = AccountRef("seller_payable", payout_currency, str(seller_id))
    sellers_share = sum(_part_left(part, counts) for part in quote.parts if part.payable == "now" and _is_sellers(part))
    amounts = (("goods", due.goods), ("delivery", due.delivery), ("seller_tax", due.tax))
    transfers = list(
        _to_seller(
            order_id=order_id,
            seller=seller,
            given=Money(sellers_share, currency),
            amounts=[(kind, Money(minor, payout_currency)) for kind, minor in amounts if minor],
        )
    )
    if due.commission:
        commission = Money(due.commission, payout_currency)
        revenue = AccountRef("commission_revenue", payout_currency)
        transfers.append(NewTransfer(seller, revenue, commission, "commission", order_id))
    for part in quote.parts:
        if part.payable == "now" and not _is_sellers(part) and not _is_platform_tax(part):
            collector = _owner(part, authorities) if part.liable == "platform" else quote.service.carrier
            transfers += _prepaid(part, order_id=order_id, collector=collector, currency=currency, counts=counts)
    return transfers


def _to_seller(
    *, order_id: UUID, seller: AccountRef, given: Money, amounts: Sequence[tuple[str, Money]]
) -> Iterator[NewTransfer]:
    escrow = AccountRef("escrow", given.currency)
    if given.currency != seller.currency:
        position = AccountRef("fx_position", seller.currency)
        if given:
            memo = f"for {seller.owner}"
            yield NewTransfer(escrow, AccountRef("fx_position", given.currency), given, EXCHANGE, order_id, memo)
        for kind, amount in amounts:
            yield NewTransfer(position, seller, amount, kind, order_id)
        return
    for kind, amount in amounts:
        yield NewTransfer(escrow, seller, amount, kind, order_id)
    rest = given.minor - sum(amount.minor for _, amount in amounts)
    rounding = AccountRef("rounding", given.currency)
    if rest > 0:
        yield NewTransfer(escrow, rounding, Money(rest, given.currency), "rounding", order_id)
    elif rest < 0:
        yield NewTransfer(rounding, escrow, Money(-rest, given.currency), "rounding", order_id)


def _prepaid(
    part: Part, *, order_id: UUID, collector: str, currency: str, counts: Sequence[LineCount]
) -> Iterator[NewTransfer]:
    """Yield a prepaid duty, import tax or fee on its way to who collects it: the carrier, or the named office."""
    kind = "fees" if part.group == "fees" else "duty"
    native = sum(_left(share, count) for share, count in zip(part.native_shares, counts, strict=True))
    return move(
        debit=AccountRef("escrow", currency),
        credit=AccountRef("fee_payable" if part.group == "fees" else "duty_payable", part.native.currency, collector),
        given=Money(_part_left(part, counts), currency),
        due=Money(native, part.native.currency),
        kind=kind,
        reference=order_id,
        memo=part.code,
    )


def _part_left(part: Part, counts: Sequence[LineCount]) -> int:
    return sum(_left(share, count) for share, count in zip(part.shares, counts, strict=True))


def _left(amount: int, count: LineCount) -> int:
    return amount - share_of(amount, count.cancelled, count.ordered)
