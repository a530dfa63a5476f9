"""Cards of listings: catalog's words and picture beside pricing's delivered price, one statement of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from uuid import UUID

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
from entrepot.ui.templatetags.ui import flag, icon

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
    link = f"/listing/{view.id}/{view.slug}"
    foreign = f' lang="{escape(view.language)}" dir="auto"' if view.language != text_language(choice.language) else ""
    several = f'<small class="quiet">{_("from")}</small> ' if price and price.several_prices else ""
    if price is None:
        text = formats.money(view.price)
        note, tone = _("not delivered to %(country)s") % {"country": formats.place(choice.country)}, "quiet"
    else:
        text = formats.money(Money(price.amount, price.currency))
        note, tone = words.delivered_note(price.import_charges, price.sure, choice.country)
    town = words.town(view.store_city, choice.language)
    html = _CARD % (
        _write_pictures(view),
        escape(link),
        foreign,
        escape(view.title),
        several + escape(text),
        " card-note-brick" if tone == "brick" else "",
        escape(note),
        flag(view.store_country),
        f"<bdi>{escape(town)}</bdi> · " if town else "",
        escape(formats.country(view.store_country)),
        _write_days(view, price),
    )
    return Card(
        id=view.id,
        link=link,
        is_offered=price is not None and view.available > 0,
        image=view.image,
        html=mark_safe(html),  # noqa: S308 (all that it says is escaped)
    )


# Written here and not in a template, for a tenth of the cost: a list has two dozen, which hardly anybody saw before.
_CARD = """<article class="card">
<div class="card-picture">
%s</div>
<h3 class="card-title">
<a href="%s"%s>%s</a>
</h3>
<p class="card-price">%s</p>
<p class="card-note%s">%s</p>
<p class="card-from">
<span>%s %s%s</span>
%s</p>
</article>"""
_PICTURE = '<img src="%s"%s alt="" width="400" height="400" loading="lazy" decoding="async">\n'
_SIZES = ' srcset="%s" sizes="(min-width: 40rem) 216px, 45vw"'


def _write_pictures(view: catalog.CardView) -> str:
    if not view.image:
        return f'<span class="nopicture">{icon("picture")}</span>\n'
    first = _PICTURE % (escape(view.image), _SIZES % escape(view.image_srcset))
    return first + _PICTURE % (escape(view.second_image), "") if view.second_image else first


def _write_days(view: catalog.CardView, price: CardPrice | None) -> str:
    if view.available < 1:
        return f"<span>{escape(_('sold out'))}</span>\n"
    return f"<span>{escape(words.days(price.days_min, price.days_max))}</span>\n" if price else ""
