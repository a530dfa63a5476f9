"""Why goods have no price somewhere: nobody may sell them there, or nobody brings them."""

from __future__ import annotations

from entrepot.kernel.errors import DomainError


class NotSellable(DomainError):
    """Some lines cannot be sold to this destination: `lines` is a list of {"sku", "reason"}."""

    code = "not_sellable"
    kind = "conflict"
    summary = "Some goods cannot be sold to this destination."


class NoDelivery(DomainError):
    """The seller has no delivery service for these goods to this destination: `lines` lists {"sku", "reason"}."""

    code = "no_delivery"
    kind = "conflict"
    summary = "No delivery service takes these goods to this destination."


class CorridorClosed(DomainError):
    """Nothing may be sold from one country to the other: `origin`, `destination`, `reason`, `source`."""

    code = "corridor_closed"
    kind = "conflict"
    summary = "Nothing may be sold between these countries at present."
