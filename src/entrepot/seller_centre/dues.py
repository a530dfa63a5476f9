"""What a seller has to do, most urgent first: orders to send, papers, the store's own gaps, money that came back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils.translation import gettext as _, ngettext

from entrepot.catalog import queries as catalog
from entrepot.orders import queries as orders
from entrepot.payouts import queries as payouts
from entrepot.payouts.rules import PayoutState
from entrepot.seller_centre.seats import link
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership, StoreView
from entrepot.shipping import queries as shipping
from entrepot.ui import formats

Urgency = Literal["late", "soon", "open", "told"]
_RANK: dict[Urgency, int] = {"late": 0, "soon": 1, "open": 2, "told": 3}
_SOON = timedelta(hours=24)
ORDERS_SHOWN = 12
_RETURNED_LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Due:
    """One thing to do: what, the words beneath it, by when, and where one does it. `told` asks for nothing."""

    icon: str
    title: str
    text: str
    link: str
    urgency: Urgency
    at: datetime | None = None
    when: str = ""
    is_number: bool = False

    @property
    def is_late(self) -> bool:
        return self.urgency in ("late", "soon")


def list_dues(member: Membership, store: StoreView | None, *, now: datetime) -> list[Due]:
    """Return what is due for this seat and its store, by urgency, then by its day."""
    found = [*_registration(member), *_store(member, store), *_orders(member, now)]
    if member.may("view_payouts"):
        found += _payouts(member, now)
    return sorted(found, key=lambda due: (_RANK[due.urgency], due.at is None, due.at or now))


def _orders(member: Membership, now: datetime) -> Iterator[Due]:
    page = orders.list_fulfilment(member.seller_id, groups=["to_ship"], sort="deadline", page_size=ORDERS_SHOWN)
    for row in page.items:
        pieces = ngettext("%(n)s piece", "%(n)s pieces", row.to_ship) % {"n": formats.number(row.to_ship)}
        by = row.dispatch_due_at
        yield Due(
            icon="box",
            title=row.number,
            is_number=True,
            text=f"{formats.country(row.country)} · {pieces}",
            link=link(member, "order", order_id=row.id),
            urgency="open" if by is None or by - now > _SOON else "soon" if by > now else "late",
            at=by,
            when=_("by %(date)s") % {"date": formats.day(by)} if by else "",
        )
    if page.count > ORDERS_SHOWN:
        more = page.count - ORDERS_SHOWN
        text = ngettext("%(n)s more order waits to be sent", "%(n)s more orders wait to be sent", more)
        yield Due(
            icon="list",
            title=text % {"n": formats.number(more)},
            text="",
            link=link(member, "orders") + "?state=to_ship",
            urgency="told",
        )


def _registration(member: Membership) -> Iterator[Due]:
    if not member.may("view_registration"):
        return
    registration = sellers.get_registration(member.seller_id)
    where = link(member, "registration")
    if member.seller_state == "suspended":
        reasons = " ".join(row["reason"] for row in registration.reasons)
        yield Due("alert", _("Selling is suspended"), reasons, where, "late")
    papers = [part for part in registration.missing if part.startswith("documents.")]
    if papers:
        labels = {f"documents.{kind}": _(label) for kind, label, _required in registration.documents_wanted}
        missing = formats.listing([labels[part] for part in papers])
        yield Due("document", _("A paper of the business is missing"), missing, where, "soon")
    if any(part.startswith("ids.") for part in registration.missing):
        yield Due("document", _("A number of the business is missing"), "", where, "soon")


def _store(member: Membership, store: StoreView | None) -> Iterator[Due]:
    """Yield what keeps goods from being sold."""
    if store is None:
        text = _("Open your store: its name and where parcels leave from.")
        yield Due("store", text, "", link(member, "store"), "soon")
        return
    if store.state == "paused":
        text = _("Your store is paused")
        yield Due("store", text, _("Buyers see it and cannot buy."), link(member, "store"), "open")
    if not shipping.list_templates(seller_id=member.seller_id):
        text = _("Say what delivery costs; without that nothing can be sold.")
        yield Due("truck", text, "", link(member, "delivery"), "soon")
    categories = [row for row in catalog.list_seller_categories(member.seller_id) if row.without_hs]
    if categories:
        number = sum(row.without_hs for row in categories)
        text = ngettext("%(n)s listing has no HS code yet", "%(n)s listings have no HS code yet", number)
        yield Due(
            "globe",
            text % {"n": formats.number(number)},
            _("Confirm the customs tariff numbers, so that buyers abroad see one sure price."),
            link(member, "listings"),
            "open",
        )


def _payouts(member: Membership, now: datetime) -> Iterator[Due]:
    rows = payouts.list_seller_payouts(seller_id=member.seller_id, limit=10)
    for row in rows:
        where = link(member, "statement", payout_id=row.id)
        amount = formats.money(row.amount)
        if row.state == PayoutState.MADE:
            title = _("%(amount)s is on its way to your bank") % {"amount": amount}
            yield Due("money", title, f"{row.number} · …{row.account_hint}", where, "told", row.made_at)
        elif row.state == PayoutState.FAILED and row.settled_at and now - row.settled_at < _RETURNED_LATELY:
            title = _("A payout of %(amount)s came back") % {"amount": amount}
            yield Due("alert", title, row.failure_reason, link(member, "money"), "late", row.settled_at)
    hold = payouts.find_hold(member.seller_id)
    if hold is not None:
        yield Due("alert", _("Payouts are stopped"), hold.reason, link(member, "money"), "soon")
