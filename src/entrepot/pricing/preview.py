"""The delivered price of goods that a seller is still writing down: the one quote function, fed from an editor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from entrepot.catalog.operations.stores import tax_included_by_default
from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.pricing import rules
from entrepot.pricing.queries import (
    delivery_template,
    get_desk,
    reference_destination,
    refuse_what_cannot_be_bought,
    seller_terms,
)
from entrepot.pricing.quote import Offer, Quote

_NO_LISTING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Draft:
    """One piece of goods as its seller describes them; `category` is the slug of one of ours."""

    price: Money
    tax_included: bool | None = None
    home_tax_rate: Decimal | None = None
    hs_code: str | None = None
    origin_country: str | None = None
    weight_g: int | None = None
    dimensions_mm: tuple[int, int, int] | None = None
    shipping_class: str = "standard"
    category: str = ""
    flags: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a buyer in a country would pay for one piece, or why there is no price."""

    country: str
    currency: str
    quote: Quote | None
    refusal: DomainError | None


def preview_draft(*, seller_id: UUID, draft: Draft, countries: Iterable[str], at: datetime) -> list[Preview]:
    """
    Return the delivered price of one piece of a draft to each country's reference address, in the country's currency.

    What is typed as an HS code counts as confirmed, as it will when the listing is saved. Two statements.
    """
    found = _offer(seller_id, draft)
    stages = markets.get_stages()
    previews = []
    for country in countries:
        currency = markets.get_currency(country)
        quote, refusal = None, None
        try:
            desk = get_desk(destination=reference_destination(country), currency=currency, at=at)
            if found is not None:
                buying = stages[country].buying if country in stages else "closed"
                refuse_what_cannot_be_bought(desk, [(found[0], buying, found[1])])
                quote = rules.make_quote(desk, [(found[0], 1)])
        except DomainError as fault:
            refusal = fault
        previews.append(Preview(country=country, currency=currency, quote=quote, refusal=refusal))
    return previews


def _offer(seller_id: UUID, draft: Draft) -> tuple[Offer, str | None] | None:
    """Return the draft as an offer, and why nothing of this seller can be bought (None: it can)."""
    row = sql.fetch_one(
        sql.load(__package__, "seller_terms"), {"seller_id": seller_id, "shipping_class": draft.shipping_class}
    )
    if row is None:
        return None
    terms, reason = seller_terms(row[:13])
    declared = row[18]
    tax_included = draft.tax_included
    if tax_included is None:
        tax_included = tax_included_by_default(country=terms.country, vat_registered=terms.vat_registered)
    offer = Offer(
        sku="",
        sku_id=0,
        listing_id=_NO_LISTING,
        title="",
        image="",
        options={},
        seller=terms,
        price=draft.price,
        tax_included=tax_included,
        home_tax_rate=draft.home_tax_rate,
        hs_code=draft.hs_code,
        hs_confirmed=draft.hs_code is not None,
        origin_country=draft.origin_country,
        weight_g=draft.weight_g,
        dimensions_mm=draft.dimensions_mm,
        shipping_class=draft.shipping_class,
        flags={**json.loads(declared), **draft.flags},
        category=draft.category,
        available=1,
        buyable=reason is None,
        template=delivery_template(row[13:18]),
    )
    return offer, reason
