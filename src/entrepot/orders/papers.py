"""A parcel's papers from what was frozen on its order: which the route asks for, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from entrepot.catalog import queries as catalog
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.money import Money, sum_money
from entrepot.markets import queries as markets
from entrepot.orders import queries
from entrepot.orders.queries.views import LineView, OrderView
from entrepot.orders.rules.shares import share_of
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination
from entrepot.sellers import queries as sellers
from entrepot.shipping import papers
from entrepot.shipping.ports import PaperContent, PaperLine, PaperParty
from entrepot.shipping.queries import ParcelView
from entrepot.shipping.rules import PaperKind, customs_papers


@dataclass(frozen=True, slots=True)
class ParcelPapers:
    """A parcel's papers: which customs papers are among them, the PDF, and what goes ahead electronically."""

    kinds: tuple[PaperKind, ...]
    pdf: bytes
    advance_data: dict[str, Any]


class NothingSent(DomainError):
    """None of the orders has a parcel yet, so there are no papers."""

    code = "nothing_sent"
    kind = "conflict"
    summary = "None of these orders has a parcel yet: papers come with the first one."


def get_parcel_papers(*, seller_id: UUID, order_id: UUID, parcel_id: UUID, now: datetime) -> ParcelPapers:
    """
    Return the label of a seller's parcel, with the customs papers that its way asks for.

    :raises NotFound: the seller has no such order, or the order no such parcel.
    """
    order = queries.get_seller_order(seller_id, order_id)
    parcel = next((parcel for parcel in order.parcels if parcel.id == parcel_id), None)
    if parcel is None:
        raise NotFound()
    content = _content(order, parcel, now=now)
    kinds = _kinds(order, content.value, parcel, now=now)
    return ParcelPapers(
        kinds=kinds,
        pdf=papers.render(content, kinds=kinds),
        advance_data=papers.advance_data(content, kinds=kinds),
    )


def get_papers_of_orders(*, seller_id: UUID, order_ids: Sequence[UUID], now: datetime) -> bytes:
    """
    Return labels and customs papers of all parcels of some of a seller's orders as one PDF.

    :raises NotFound: one of them is not the seller's.
    :raises NothingSent: there is no parcel among them.
    """
    parcels = []
    for order_id in dict.fromkeys(order_ids):
        order = queries.get_seller_order(seller_id, order_id)
        for parcel in order.parcels:
            content = _content(order, parcel, now=now)
            parcels.append((content, _kinds(order, content.value, parcel, now=now)))
    if not parcels:
        raise NothingSent()
    return papers.render_many(parcels, title="Papers of parcels")


def list_paper_kinds(order: OrderView, parcel: ParcelView, *, now: datetime) -> tuple[PaperKind, ...]:
    """
    Return which customs papers a parcel of a paid order travels with; none inside a customs union, but for places
    outside of its customs or its taxes (the Canary Islands, Livigno, Réunion).
    """
    return _kinds(order, _value(order, parcel), parcel, now=now)


def _kinds(order: OrderView, value: Money, parcel: ParcelView, *, now: datetime) -> tuple[PaperKind, ...]:
    address = order.address
    assert address is not None, "a parcel belongs to a paid order, and a paid order has an address"
    destination = Destination(parcel.destination_country, address.region, address.postal_code)
    if not pricing.crosses_border(order.quote.seller, destination):
        return ()
    rate = markets.get_fx(at=now).rate(value.currency, "EUR")
    return customs_papers(
        channel=parcel.channel, value_eur=value.decimal * Decimal(rate), weight_g=parcel.weight_g or 0
    )


def _content(order: OrderView, parcel: ParcelView, *, now: datetime) -> PaperContent:
    assert order.address is not None, "a parcel belongs to a paid order, and a paid order has an address"
    by_position = {line.position: line for line in order.lines}
    positions = _positions(order, parcel)
    service = order.quote.service
    return PaperContent(
        parcel_number=parcel.number,
        order_number=order.number,
        tracking_number=parcel.tracking_number,
        carrier=parcel.carrier,
        service_name=parcel.service_name,
        sender=_sender(order.seller_id, parcel),
        receiver=PaperParty(
            name=order.address.name,
            company=order.address.company,
            street=order.address.street,
            street2=order.address.street2,
            district=order.address.district,
            city=order.address.city,
            region=order.address.region,
            postal_code=order.address.postal_code,
            country=order.address.country,
            phone=order.address.phone,
            email="",
            ids=tuple(sorted(order.address.import_ids.items())),
        ),
        lines=tuple(_line(by_position[position], quantity) for position, quantity in positions.items()),
        gross_weight_g=parcel.weight_g,
        postage=service.price_native,
        incoterm="DDP" if order.quote.import_charges == "prepaid" or service.duties_prepaid else "DAP",
        tax_registration=_tax_registration(order, now=now),
        issued_on=parcel.shipped_at.date(),
    )


def _positions(order: OrderView, parcel: ParcelView) -> dict[int, int]:
    """Return the parcel's pieces by the line's position, matched by SKU (a SKU stands on one line of an order)."""
    by_sku = {line.sku_id: place for place, line in enumerate(order.quote.lines)}
    return {by_sku[line.sku_id]: line.quantity for line in parcel.lines}


def _value(order: OrderView, parcel: ParcelView) -> Money:
    """Return what the goods in a parcel are worth, without putting its papers together."""
    by_position = {line.position: line for line in order.lines}
    values = (_share(by_position[position], quantity) for position, quantity in _positions(order, parcel).items())
    return sum_money(values, order.lines[0].goods.currency)


def _share(line: LineView, quantity: int) -> Money:
    return Money(share_of(line.goods.minor, quantity, line.quantity), line.goods.currency)


def _line(line: LineView, quantity: int) -> PaperLine:
    return PaperLine(
        description=_description(line),
        quantity=quantity,
        net_weight_g=None if line.weight_g is None else line.weight_g * quantity,
        value=_share(line, quantity),
        hs_code=line.hs_code,
        origin_country=line.origin_country,
    )


def _description(line: LineView) -> str:
    """Return what customs is told the goods are: the English title where there is one."""
    cards = catalog.get_cards([line.listing_id], "en")
    return cards[0].title if cards else line.title


def _sender(seller_id: UUID, parcel: ParcelView) -> PaperParty:
    identity = sellers.legal_identity(seller_id)
    store = sellers.get_seller(seller_id).store
    is_home = store is None or store.dispatch_country == identity.country
    return PaperParty(
        name=identity.legal_name,
        company=identity.trade_name if identity.trade_name != identity.legal_name else "",
        street=identity.street if is_home else "",
        street2=identity.street2 if is_home else "",
        district="",
        city=identity.city if is_home or store is None else store.dispatch_city,
        region=identity.region if is_home or store is None else store.dispatch_region,
        postal_code=identity.postal_code if is_home or store is None else store.dispatch_postal_code,
        country=parcel.dispatch_country,
        phone=identity.phone,
        email=identity.email,
    )


def _tax_registration(order: OrderView, *, now: datetime) -> tuple[str, str] | None:
    """Return the operator's registration under which the import tax was collected, when the order's rule names one."""
    pack = markets.find_pack(order.country)
    schemes = {regime.id: regime.scheme for regime in pack.regimes if regime.scheme} if pack else {}
    wanted = {schemes[part.rule] for part in order.quote.parts if part.liable == "platform" and part.rule in schemes}
    for registration in markets.get_operator().registrations:
        if registration.scheme in wanted and registration.is_valid_on((order.paid_at or now).date()):
            return registration.scheme, registration.number
    return None
