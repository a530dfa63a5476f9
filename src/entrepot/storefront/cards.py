"""Cards of listings: catalog's words and picture beside pricing's delivered price, one statement of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from entrepot.catalog import queries as catalog
from entrepot.kernel.money import Money
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import CardPrice
from entrepot.storefront import words
from entrepot.ui import formats
from entrepot.ui.choice import Choice
from entrepot.ui.templatetags.ui import flag


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows, in words."""

    id: UUID
    link: str
    title: str
    language: str
    image: str
    srcset: str
    price: str
    note: str
    tone: str
    store: str
    country: str
    country_name: str
    days: str
    flag: SafeString
    is_from: bool
    is_sold_out: bool


def build(listing_ids: Sequence[UUID], *, choice: Choice, at: datetime) -> list[Card]:
    """Return the cards of listings in the order given; those gone meanwhile are left out."""
    views = catalog.get_cards(listing_ids, choice.language) if listing_ids else ()
    prices = pricing.get_card_prices(
        listing_ids=[view.id for view in views], destination=choice.country, currency=choice.currency, at=at
    )
    return [_card(view, prices.get(view.id), choice) for view in views]


def _card(view: catalog.CardView, price: CardPrice | None, choice: Choice) -> Card:
    if price is None:
        text = formats.money(view.price)
        note, tone = _("not delivered to %(country)s") % {"country": formats.place(choice.country)}, "quiet"
    else:
        text = formats.money(Money(price.amount, price.currency))
        note, tone = words.delivered_note(price.import_charges, price.sure, choice.country)
    return Card(
        id=view.id,
        link=f"/listing/{view.id}/{view.slug}",
        title=view.title,
        language=view.language,
        image=view.image,
        srcset=view.image_srcset,
        price=text,
        note=note,
        tone=tone,
        store=view.store_name,
        country=view.store_country,
        country_name=formats.country(view.store_country),
        days=words.days(price.days_min, price.days_max) if price else "",
        flag=flag(view.store_country),
        is_from=bool(price and price.several_prices),
        is_sold_out=view.available < 1,
    )
