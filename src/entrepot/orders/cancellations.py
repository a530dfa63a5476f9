"""Why pieces of a paid order were cancelled, in the words that its seller, its buyer and the operator read."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

SELLERS_REASONS: Final = {
    "out_of_stock": gettext_noop("It is sold out"),
    "damaged": gettext_noop("It is damaged"),
    "wrong_price": gettext_noop("The price was wrong"),
    "no_way_there": gettext_noop("It cannot be sent there"),
    "buyer_asked": gettext_noop("The buyer asked for it"),
}

FOR_SELLER: Final = {
    **SELLERS_REASONS,
    "cancelled_by_buyer": gettext_noop("The buyer cancelled"),
    "cancelled_by_seller": gettext_noop("You cancelled"),
    "cancelled_by_platform": gettext_noop("We cancelled"),
    "not_dispatched": gettext_noop("It was not sent in time"),
}

FOR_OPERATOR: Final = {**FOR_SELLER, "cancelled_by_seller": gettext_noop("The seller cancelled")}

FOR_BUYER: Final = {
    "out_of_stock": gettext_noop("The seller cancelled: it is sold out."),
    "damaged": gettext_noop("The seller cancelled: it is damaged."),
    "wrong_price": gettext_noop("The seller cancelled: the price was wrong."),
    "no_way_there": gettext_noop("The seller cancelled: it cannot be sent to you."),
    "buyer_asked": gettext_noop("The seller cancelled, as you asked."),
    "cancelled_by_buyer": gettext_noop("You cancelled."),
    "cancelled_by_seller": gettext_noop("The seller cancelled."),
    "cancelled_by_platform": gettext_noop("We cancelled."),
    "not_dispatched": gettext_noop("The seller did not send in time."),
}
