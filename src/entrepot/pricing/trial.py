"""A landed cost for goods that nobody listed: what `entrepot quote` and a page to try a corridor ask for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from entrepot.customs.rulebook import RuleBook
from entrepot.kernel.money import Money
from entrepot.pricing import rules
from entrepot.pricing.quote import GROUPS, Offer, OrderQuote, Part, SellerTerms
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import Channel, DeliveryTemplate, Service, Zone

_NOBODY = UUID(int=0)
_ANY_WEIGHT_G = 10**9


@dataclass(frozen=True, slots=True)
class TrialItem:
    """Goods to try: the net price of one piece in the quote's currency, and what customs asks of them."""

    value: Money
    quantity: int = 1
    hs: str | None = None
    origin: str | None = None
    weight_g: int | None = None


def all_schemes(book: RuleBook) -> frozenset[str]:
    """Return every registration that some regime or sale rule asks for."""
    packs = book.library.countries.values()
    return frozenset(row.scheme for pack in packs for rows in (pack.regimes, pack.sales) for row in rows if row.scheme)


def make_trial(
    desk: Desk,
    *,
    origin: str,
    items: Sequence[TrialItem],
    delivery: Money,
    channel: Channel | None = None,
    duties_prepaid: bool = False,
    origin_region: str = "",
    origin_postal_code: str = "",
) -> OrderQuote:
    """
    Return the landed cost of goods sent from a country by a registered trader there, prices without tax.

    Without a channel the regimes of every channel are asked; without region and postal code the goods leave from the
    country's reference address.

    :raises NotSellable, NoDelivery: a restriction forbids the goods, or the channel for them.
    """
    zone = Zone(frozenset({"*"}), frozenset(), ((_ANY_WEIGHT_G, delivery.minor),), 0, None, 0, 0)
    services = tuple(
        Service(name, name, "", name, (zone,), duties_prepaid, True, None)
        for name in (("post", "courier") if channel is None else (channel,))
    )
    template = DeliveryTemplate(delivery.currency, 0, 0, services)
    seller = _sender(desk, origin, origin_region, origin_postal_code)
    lines = [
        (
            Offer(
                sku=f"{position:03d}",
                sku_id=position,
                listing_id=_NOBODY,
                title="",
                image="",
                options={},
                seller=seller,
                price=item.value,
                tax_included=False,
                home_tax_rate=None,
                hs_code=item.hs,
                hs_confirmed=item.hs is not None,
                origin_country=item.origin or origin,
                weight_g=item.weight_g,
                dimensions_mm=None,
                shipping_class="standard",
                # Somebody in the European Union is taken to answer for their safety: a trial asks what goods cost.
                flags={"responsible_EU": True},
                category="",
                available=item.quantity,
                buyable=True,
                template=template,
            ),
            item.quantity,
        )
        for position, item in enumerate(items, start=1)
    ]
    return rules.make_order(replace(desk, any_channel=channel is None), lines)


def _sender(desk: Desk, country: str, region: str, postal_code: str) -> SellerTerms:
    """Return a registered trader of a country who sends from an address there."""
    pack = desk.book.pack(country)
    if pack is not None and not (region or postal_code):
        region, postal_code = pack.reference_address.region, pack.reference_address.postal_code
    return SellerTerms(
        seller_id=_NOBODY,
        store_slug="",
        store_name="",
        country=country,
        dispatch_country=country,
        dispatch_region=region,
        dispatch_postal_code=postal_code,
        vat_registered=True,
        registrations=frozenset({"OSS"}),
        eu_sales_over_threshold=True,
        payout_currency=desk.currency,
        can_sell=True,
    )


def landed_sums(order: OrderQuote) -> dict[str, int]:
    """Return the amounts of each group and the total, what falls due at the door included."""
    sums: dict[str, int] = {group: sum(part.amount for part in order.parts if part.group == group) for group in GROUPS}
    return {**sums, "total": sum(sums.values())}


def as_plain(order: OrderQuote, *, currency: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a trial as a document of decimal strings."""
    sums = landed_sums(order)
    return {
        "regime": order.regime,
        "currency": currency,
        **{name: Money(amount, currency).text for name, amount in sums.items()},
        "at_door": Money(order.at_door, currency).text,
        "import_charges": order.import_charges,
        "sure": order.sure,
        "unsure": list(order.unsure),
        "rates": order.rates,
        "parts": [_plain_part(part, currency, labels) for part in order.parts],
    }


def _plain_part(part: Part, currency: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "code": part.code,
        "label": labels[part.code],
        "group": part.group,
        "amount": Money(part.amount, currency).text,
        "rate": None if part.rate is None else f"{part.rate.normalize():f}",
        "base": None if part.base is None else Money(part.base, currency).text,
        "payable": part.payable,
        "liable": part.liable,
        "reason": part.reason,
        "rule": part.rule,
        "source": part.source,
        "valid_from": None if part.valid_from is None else part.valid_from.isoformat(),
    }
