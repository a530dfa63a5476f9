"""How an order's price came about: its parts by rule, rate, source and date, and the same worked out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError
from entrepot.markets import queries as markets
from entrepot.orders.queries.purchases import get_any_order
from entrepot.orders.queries.views import OrderView
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination, OrderQuote
from entrepot.pricing.reproduction import Difference, is_complete, list_differences, reproduce

# `same`: to the minor unit. `changed`: the rule book says something else about that day by now. `forbidden`: it forbids
# the sale by now. `erased`: the buyer's address is gone, and without it something else comes out. `not_kept`: the order
# is older than the keeping of all inputs. In all but the first the parts are those that were charged, as they are kept.
Outcome = Literal["same", "changed", "forbidden", "erased", "not_kept"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """
    An order's price and what comes out when it is worked out again by the rule book as it stands, for the order's day.

    `refusal` is why the sale would be forbidden.
    """

    order: OrderView
    destination: Destination
    outcome: Outcome
    again: OrderQuote | None = None
    differences: tuple[Difference, ...] = ()
    refusal: DomainError | None = None


_PLACES = """
SELECT o.id, p.country, p.region, p.postal_code, p.contact = ''
FROM orders_order o JOIN orders_purchase p ON p.id = o.purchase_id
WHERE o.id = ANY(%s::uuid[])
"""


def explain_order(order_id: UUID) -> Explanation:
    """
    Return how an order's price came about, for the platform itself.

    :raises NotFound: there is none.
    """
    return explain_orders([get_any_order(order_id)])[order_id]


def explain_orders(orders: Sequence[OrderView]) -> dict[UUID, Explanation]:
    """Return how the prices of orders came about, by order; one statement beside the day's exchange rates."""
    found = {}
    by_id = {order.id: order for order in orders}
    for order_id, country, region, postal_code, is_erased in sql.fetch_all(_PLACES, [list(by_id)]):
        found[order_id] = _explain(by_id[order_id], Destination(country, region, postal_code), is_erased=is_erased)
    return found


def _explain(order: OrderView, destination: Destination, *, is_erased: bool) -> Explanation:
    if not is_complete(order.quote):
        return Explanation(order, destination, "not_kept")
    desk = pricing.get_desk(destination=destination, currency=order.currency, at=order.placed_at)
    try:
        again = reproduce(order.quote, desk=desk, table=markets.get_fx(at=order.placed_at))
    except DomainError as refusal:
        return Explanation(order, destination, "erased" if is_erased else "forbidden", refusal=refusal)
    differences = list_differences(order.quote, again, currency=order.currency)
    outcome: Outcome = "same"
    if differences:
        outcome = "erased" if is_erased else "changed"
    return Explanation(order, destination, outcome, again, differences)
