"""Every write of orders. Callers import this module; the files beside it are its own order."""

from __future__ import annotations

from entrepot.orders.operations.cancelling import SellerReason, cancel_lines, cancel_undispatched
from entrepot.orders.operations.carts import (
    CartChanged,
    CartNotOpen,
    change_cart,
    claim_cart,
    create_cart,
    expire_carts,
)
from entrepot.orders.operations.fulfilling import confirm_receipt, end_protection, record_delivery, ship
from entrepot.orders.operations.orders import OrderNotInState, TooManyPieces
from entrepot.orders.operations.paying import PaymentInProgress, PurchaseNotPayable, open_next_attempt
from entrepot.orders.operations.placing import (
    CartIncomplete,
    DueAtDoorNotAccepted,
    IdempotencyKeyReused,
    NothingToPay,
    RequestInFlight,
    TotalChanged,
    place_purchase,
)
from entrepot.orders.operations.releasing import release_escrow
from entrepot.orders.operations.screening import (
    NotHeld,
    PurchaseHeld,
    clear_purchase,
    give_back_refused,
    refuse_purchase,
    screen_again,
    screen_purchases,
)
from entrepot.orders.operations.settling import book_refund, expire_purchase, give_up_purchase, settle_payment
from entrepot.orders.operations.wishes import TooManyWishes, drop_wish, keep_wishes

__all__ = [
    "CartChanged",
    "CartIncomplete",
    "CartNotOpen",
    "DueAtDoorNotAccepted",
    "IdempotencyKeyReused",
    "NotHeld",
    "NothingToPay",
    "OrderNotInState",
    "PaymentInProgress",
    "PurchaseHeld",
    "PurchaseNotPayable",
    "RequestInFlight",
    "SellerReason",
    "TooManyPieces",
    "TooManyWishes",
    "TotalChanged",
    "book_refund",
    "cancel_lines",
    "cancel_undispatched",
    "change_cart",
    "claim_cart",
    "clear_purchase",
    "confirm_receipt",
    "create_cart",
    "drop_wish",
    "end_protection",
    "expire_carts",
    "expire_purchase",
    "give_back_refused",
    "give_up_purchase",
    "keep_wishes",
    "open_next_attempt",
    "place_purchase",
    "record_delivery",
    "refuse_purchase",
    "release_escrow",
    "screen_again",
    "screen_purchases",
    "settle_payment",
    "ship",
]
