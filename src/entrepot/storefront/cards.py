"""Cards of listings: catalog's words and picture beside pricing's delivered price, one statement of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _

from entrepot.catalog import queries as catalog
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import CardPrice
from entrepot.storefront import words
from entrepot.storefront.kept import Kept
from entrepot.ui import formats
from entrepot.ui.choice import Choice

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Card:
    """
    A listing's card as pages carry it. `is_offered`: the goods can be delivered to the reader and are in stock; `image`
    is the address of its picture, empty where there is none.
    """

    id: UUID
    link: str
    is_offered: bool
    image: str
    html: SafeString


def build(listing_ids: Sequence[UUID], *, choice: Choice, at: datetime) -> list[Card]:
    """Return the cards of listings in the order given; those gone meanwhile are left out."""
    if not listing_ids:
        return []
    views = catalog.get_cards(listing_ids, choice.language)
    prices = pricing.get_card_prices(
        listing_ids=[view.id for view in views], destination=choice.country, currency=choice.currency, at=at
    )
    language = get_language() or "en"
    return [_card(view, prices.get(view.id), choice, language) for view in views]


_cards: Kept[tuple[UUID, Choice], Card] = Kept(seconds=_SECONDS, most=20_000)


def recall(listing_ids: Sequence[UUID], *, choice: Choice, at: datetime) -> list[Card]:
    """Return cards as `build` does, where a minute's age does no harm: beside other goods, on the front page."""

    def make(missing: list[tuple[UUID, Choice]]) -> dict[tuple[UUID, Choice], Card]:
        built = build([listing_id for listing_id, _choice in missing], choice=choice, at=at)
        return {(card.id, choice): card for card in built}

    found = _cards.get_many([(listing_id, choice) for listing_id in listing_ids], make)
    return [found[listing_id, choice] for listing_id in listing_ids if (listing_id, choice) in found]


@lru_cache(maxsize=8192)
def _card(view: catalog.CardView, price: CardPrice | None, choice: Choice, language: str) -> Card:
    """Return a card in words; all that it says is in the key, so that what is kept is never old."""
    if price is None:
        text = formats.money(view.price)
        note, tone = _("not delivered to %(country)s") % {"country": formats.place(choice.country)}, "quiet"
    else:
        text = formats.money(Money(price.amount, price.currency))
        note, tone = words.delivered_note(price.import_charges, price.sure, choice.country)
    shown = {
        "link": f"/listing/{view.id}/{view.slug}",
        "title": view.title,
        "language": view.language,
        "is_foreign": view.language != text_language(choice.language),
        "image": view.image,
        "srcset": view.image_srcset,
        "second_image": view.second_image,
        "price": text,
        "note": note,
        "tone": tone,
        "country": view.store_country,
        "country_name": formats.country(view.store_country),
        "town": words.town(view.store_city, choice.language),
        "days": words.days(price.days_min, price.days_max) if price else "",
        "is_from": bool(price and price.several_prices),
        "is_sold_out": view.available < 1,
    }
    lines = (line.strip() for line in render_to_string("storefront/_card.html", {"card": shown}).splitlines())
    return Card(
        id=view.id,
        link=f"/listing/{view.id}/{view.slug}",
        is_offered=price is not None and view.available > 0,
        image=view.image,
        html=mark_safe("\n".join(line for line in lines if line)),  # noqa: S308 (a template's output)
    )
