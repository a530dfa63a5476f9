"""
Where a listing stands in the order of delivered prices, as one number: what is in stock comes first, then what needs
nothing paid at the door, then what costs less. Pure.

From the highest bit down: sold out; LACKING, which is left to who orders; how import charges are paid; what one piece
costs in all, in minor units of the buyer's currency, what falls due at the door counted in.
"""

from __future__ import annotations

from entrepot.pricing.quote import CardPrice, ImportCharges

_AMOUNT_BITS = 59
AMOUNT_MAX = (1 << _AMOUNT_BITS) - 1
LACKING = 1 << 61
_SOLD_OUT = 1 << 62
_CHARGES: dict[ImportCharges, int] = {
    "none": 0,
    "prepaid": 0,
    "due_at_door": 1 << _AMOUNT_BITS,
    "unknown": 2 << _AMOUNT_BITS,
}
UNPRICED = (1 << 63) - 1  # It may not be sold there, or not be sent: behind all others.


def to_rank(price: CardPrice | None) -> int:
    """Return the rank of a card's price; None is what cannot be bought there."""
    if price is None:
        return UNPRICED
    stock = 0 if price.available > 0 else _SOLD_OUT
    return stock | _CHARGES[price.import_charges] | min(price.amount + price.at_door, AMOUNT_MAX)


def amount_of(rank: int) -> int | None:
    """Return what one piece costs in all, in minor units; None for what has no price."""
    return None if rank == UNPRICED else rank & AMOUNT_MAX
