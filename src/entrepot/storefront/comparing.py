"""Up to four listings side by side: what each is, costs and says of itself, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CardView, ListingView
from entrepot.kernel import clock
from entrepot.kernel.errors import NotFound
from entrepot.kernel.languages import text_language
from entrepot.kernel.money import Money
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import CardPrice
from entrepot.storefront import words
from entrepot.storefront.id_cookie import IdCookie
from entrepot.ui import formats
from entrepot.ui.choice import Choice

MOST = 4
COOKIE = IdCookie("entrepot_compare", most=MOST, days=30)


@dataclass(frozen=True, slots=True)
class Column:
    """One of the listings, at the head of its column."""

    id: UUID
    link: str
    title: str
    language: str
    is_foreign: bool
    image: str
    category: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What one listing says; `is_from`: it is the least of several prices."""

    text: str
    is_from: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """What the listings say to one question; `differs` where they do not all say the same."""

    label: str
    cells: tuple[Cell, ...]
    is_price: bool = False

    @property
    def differs(self) -> bool:
        return len(set(self.cells)) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Listings in the order asked for, and the rows beneath them."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def compare(listing_ids: Sequence[UUID], choice: Choice) -> Comparison:
    """Return listings side by side, as the reader would get them; those gone meanwhile are left out."""
    views = [view for listing_id in listing_ids[:MOST] if (view := _find(listing_id, choice)) is not None]
    ids = [view.id for view in views]
    by_id = {card.id: card for card in catalog.get_cards(ids, choice.language)}
    views = [view for view in views if view.id in by_id]
    prices = pricing.get_card_prices(
        listing_ids=[view.id for view in views],
        destination=choice.country,
        currency=choice.currency,
        at=clock.now(),
    )
    columns = tuple(
        Column(
            id=view.id,
            link=f"/listing/{view.id}/{view.slug}",
            title=view.title,
            language=view.language,
            is_foreign=view.language != text_language(choice.language),
            image=by_id[view.id].image,
            category=view.category_slug,
        )
        for view in views
    )
    rows = [
        Row(
            _("Delivered price"),
            tuple(_price(prices.get(view.id), choice) for view in views),
            is_price=True,
        ),
        _row(_("Duties and taxes"), [_charges(prices.get(view.id), choice) for view in views]),
        _row(_("Delivery"), [_days(prices.get(view.id)) for view in views]),
        _row(_("In stock"), [_stock(by_id[view.id]) for view in views]),
        _row(_("Store"), [view.store_name for view in views]),
        _row(_("Sold from"), [formats.country(view.store_country) for view in views]),
        *_align(views),
    ]
    return Comparison(columns, tuple(rows) if columns else ())


def _find(listing_id: UUID, choice: Choice) -> ListingView | None:
    try:
        return catalog.get_listing(listing_id, choice.language)
    except NotFound:
        return None


def _row(label: str, texts: Sequence[str]) -> Row:
    return Row(label, tuple(Cell(text) for text in texts))


def _align(views: Sequence[ListingView]) -> list[Row]:
    """Return a row for each attribute that any of the listings names, in the order in which they name them."""
    told = [{name.casefold(): (name, value) for name, value in _list_attributes(view)} for view in views]
    names = dict.fromkeys(key for attributes in told for key in attributes)
    rows = []
    for key in names:
        label = next(attributes[key][0] for attributes in told if key in attributes)
        rows.append(_row(label, [attributes.get(key, ("", "–"))[1] for attributes in told]))
    return rows


def _list_attributes(view: ListingView) -> list[tuple[str, str]]:
    brand = [(_("Brand"), view.brand)] if view.brand else []
    made_in = [(_("Made in"), formats.country(view.origin_country))] if view.origin_country else []
    return [*brand, *view.attributes, *made_in]


def _price(price: CardPrice | None, choice: Choice) -> Cell:
    if price is None:
        return Cell(_("not delivered to %(country)s") % {"country": formats.place(choice.country)})
    return Cell(formats.money(Money(price.amount, price.currency)), is_from=price.several_prices)


def _charges(price: CardPrice | None, choice: Choice) -> str:
    return words.delivered_note(price.import_charges, price.sure, choice.country)[0] if price else "–"


def _days(price: CardPrice | None) -> str:
    return words.days(price.days_min, price.days_max) if price else "–"


def _stock(card: CardView) -> str:
    return _("yes") if card.available > 0 else _("sold out")
