"""Orders' share of a person's data: carts, wishes, purchases, the addresses in them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.transactions import step
from entrepot.orders import queries
from entrepot.orders.operations.carts import FORGET_CONTACT
from entrepot.orders.queries.carts import open_contact

_OPEN_CARTS = "SELECT id, contact, lines::text, created_at FROM orders_cart WHERE person_id = %s AND status = 'open'"


class OrdersData:
    """Implements `accounts.ports.PersonalData`."""

    name = "orders"

    def export(self, *, person_id: UUID) -> dict[str, Any]:
        return {
            "carts": [_cart(*row) for row in sql.fetch_all(_OPEN_CARTS, [person_id])],
            "wishes": [
                {"listing": str(wish.listing_id), "price": str(wish.price), "added_at": wish.added_at.isoformat()}
                for wish in queries.list_wishes(person_id)
            ],
            "purchases": [_purchase(purchase) for purchase in queries.list_purchases(person_id, limit=10_000)],
        }

    def objections(self, *, person_id: UUID) -> list[str]:
        """An order that is not ended needs the address: it is still to be paid, sent, received or refunded."""
        return ["open_orders"] if queries.count_open_orders(person_id) else []

    @step
    def erase(self, *, person_id: UUID, now: datetime) -> None:
        """
        Blank e-mail, address and ids; amounts, goods and the country stay: tax law asks for them, and they name nobody.
        """
        sql.execute(
            "UPDATE orders_cart SET status = CASE status WHEN 'open' THEN 'expired' ELSE status END,"
            f" person_id = NULL, updated_at = %s, {FORGET_CONTACT} WHERE person_id = %s",
            [now, person_id],
        )
        sql.execute("DELETE FROM orders_wish WHERE person_id = %s", [person_id])
        # What an operator refused stays with its reason, as the law on sanctions asks; all else that matched goes.
        sql.execute(
            "UPDATE orders_buyerscreening s SET matches = '' FROM orders_purchase p"
            " WHERE p.id = s.purchase_id AND p.person_id = %s AND s.state <> 'refused'",
            [person_id],
        )
        sql.execute(
            "UPDATE orders_purchase SET contact = '', region = '', postal_code = '', person_id = NULL"
            " WHERE person_id = %s",
            [person_id],
        )


def _cart(cart_id: UUID, contact: str, lines: str, created_at: datetime) -> dict[str, Any]:
    email, address = open_contact(contact)
    return {
        "id": str(cart_id),
        "email": email,
        "address": address.as_json() if address else None,
        "lines": lines,
        "created_at": created_at.isoformat(),
    }


def _purchase(purchase: queries.PurchaseView) -> dict[str, Any]:
    return {
        "number": purchase.number,
        "placed_at": purchase.placed_at.isoformat(),
        "state": purchase.state,
        "total": str(purchase.total),
        "email": purchase.email,
        "address": purchase.address.as_json() if purchase.address else None,
        "orders": [
            {
                "number": order.number,
                "store": order.seller_name,
                "state": order.state,
                "total": str(order.total),
                "refunded": str(order.refunded),
                "lines": [{"title": line.title, "quantity": line.quantity} for line in order.lines],
                "tracking_numbers": [parcel.tracking_number for parcel in order.parcels],
            }
            for order in purchase.orders
        ],
    }
