"""What buyers in the countries that a seller chose would pay for what is being written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict
from django.utils.formats import sanitize_separators
from django.utils.translation import get_language, gettext as _

from entrepot.catalog.rules.listings import hs_fault, parse_price
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.pricing import labels
from entrepot.pricing.preview import Draft, Preview, preview_draft
from entrepot.pricing.quote import GROUPS, OrderQuote
from entrepot.seller_centre.editor import declared
from entrepot.seller_centre.editor.sheet import Sheet
from entrepot.ui import formats

COUNTRIES = 5
_USUAL = ("DE", "US", "GB", "SA", "BR", "KZ", "ES", "FR", "TR", "RU")
_KEPT = "seller_centre.preview_countries"


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of the price, in words."""

    label: str
    amount: Money
    reason: str
    is_at_door: bool


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """The delivered price in one country, or why there is none."""

    country: str
    total: Money | None
    bar: list[tuple[str, str, Money]]
    parts: list[PartRow]
    note: str
    tone: str
    unsure: list[str]
    why_not: str
    due: Money | None


def chosen_countries(session: SessionBase, data: QueryDict | None, at: datetime) -> list[str]:
    """Return the five countries to show: those of the form, else those of the last time, else usual ones; keep them."""
    offered = markets.list_destinations(at)
    asked = data.getlist("country") if data else []
    wanted = [code for code in dict.fromkeys(asked) if code in offered]
    wanted += [code for code in session.get(_KEPT, ()) if code in offered]
    wanted += [code for code in (*_USUAL, *offered) if code in offered]
    chosen = list(dict.fromkeys(wanted))[:COUNTRIES]
    if data is not None and chosen != session.get(_KEPT):
        session[_KEPT] = chosen
    return chosen


def country_choices(at: datetime) -> list[tuple[str, str]]:
    """Return the countries that goods are delivered to, by name."""
    named = ((code, formats.country(code)) for code in markets.list_destinations(at))
    return sorted(named, key=lambda pair: pair[1].casefold())


def rows(sheet: Sheet, *, number: int, countries: list[str], at: datetime) -> list[PreviewRow]:
    """Return the delivered prices of one piece of a variant, as far as it was typed; none without a price."""
    draft = _draft(sheet, number)
    if draft is None:
        return []
    return [_row(one) for one in preview_draft(seller_id=sheet.seller.id, draft=draft, countries=countries, at=at)]


def shown_variant(sheet: Sheet, asked: str) -> int:
    """Return the number of the variant to show: the one asked for, else the first that has a price."""
    priced = [row["number"] for row in sheet.sold_rows if row["row"]["price"]]
    return next((number for number in priced if str(number) == asked), priced[0] if priced else 0)


def _draft(sheet: Sheet, number: int) -> Draft | None:
    row, values = sheet.rows[number], sheet.values
    minor = parse_price(_decimal_text(row["price"]), sheet.currency)[0]
    if minor is None:
        return None
    code = values["hs_code"].replace(" ", "").replace(".", "")
    sides = [_number(row[name]) for name in ("length_cm", "width_cm", "height_cm")]
    length, width, height = (int(side * 10) if side else None for side in sides)
    weight = _number(row["weight_g"])
    slug = sheet.shelves.find(values["category"]) if values["category"] else None
    countries = markets.list_iso_countries()
    return Draft(
        price=Money(minor, sheet.currency),
        tax_included=bool(values["tax_included"]),
        home_tax_rate=_number(values["home_tax_rate"]),
        hs_code=code if code and hs_fault(code) is None else None,
        origin_country=values["origin_country"] if values["origin_country"] in countries else None,
        weight_g=int(weight) if weight else None,
        dimensions_mm=(length, width, height) if length and width and height else None,
        shipping_class=values["shipping_class"] or "standard",
        category=sheet.shelves.slugs_above(slug) if slug else "",
        flags=_flags(sheet),
    )


def _flags(sheet: Sheet) -> dict[str, Any]:
    """Return what is declared as far as it was typed."""
    said = {**sheet.values, "battery_wh": _number(sheet.values["battery_wh"])}
    return declared.as_flags(said, sheet.listing.flags if sheet.listing else {}) | _answers(sheet)


def _answers(sheet: Sheet) -> dict[str, Any]:
    """Return whether somebody in the Union answers for the goods, where they name somebody of their own."""
    named = {str(contact.id): contact for contact in sheet.contacts}
    manufacturer, responsible = (named.get(sheet.values[name]) for name in ("manufacturer_id", "responsible_id"))
    if manufacturer is None and responsible is None:
        return {}
    chosen = (manufacturer or sheet.store.manufacturer, responsible or sheet.store.responsible)
    return {"responsible_EU": any(contact is not None and contact.is_in_eu for contact in chosen)}


def _decimal_text(typed: str) -> str:
    return str(sanitize_separators(typed.strip()))


def _number(typed: str) -> Decimal | None:
    try:
        number = Decimal(_decimal_text(typed))
    except ArithmeticError:
        return None
    return number if number.is_finite() and 0 <= number < 10**7 else None


def _row(preview: Preview) -> PreviewRow:
    if preview.quote is None:
        why_not = _why_not(preview.refusal)
        return PreviewRow(preview.country, None, [], [], "", "", [], why_not, None)
    order, currency = preview.quote.orders[0], preview.currency
    language = get_language() or "en"
    note, tone = _note(order, currency)
    return PreviewRow(
        country=preview.country,
        total=Money(order.total, currency),
        bar=[
            (name, labels.group_label(name, language), Money(minor, currency))
            for name in GROUPS
            if (minor := getattr(order, name))
        ],
        parts=[
            PartRow(
                label=labels.label(part.code, language),
                amount=Money(part.amount, currency),
                reason=labels.reason(part.reason, language) if part.reason else "",
                is_at_door=part.payable == "door",
            )
            for part in order.parts
            if part.amount or part.group in ("duty", "tax")
        ],
        note=note,
        tone=tone,
        unsure=list(dict.fromkeys(labels.reason(code, language) for code in order.unsure)),
        why_not="",
        due=order.due_native.net,
    )


def _note(order: OrderQuote, currency: str) -> tuple[str, str]:
    if order.unsure == ("weight_unknown",) and order.import_charges in ("none", "prepaid"):
        return _("Delivery estimated: no weight"), "brick"
    if order.import_charges == "unknown" or not order.sure:
        return _("Import charges not sure"), "brick"
    if order.import_charges == "due_at_door":
        text = _("%(amount)s more due on delivery")
        return text % {"amount": formats.money(Money(order.at_door, currency))}, "brick"
    if order.import_charges == "prepaid":
        return _("Duties and taxes included"), "leaf"
    return _("No import charges"), "leaf"


def _why_not(refusal: DomainError | None) -> str:
    """Return why nothing can be sold to a country."""
    language = get_language() or "en"
    if refusal is None:
        return _("The store is not open yet.")
    lines = refusal.fields.get("lines")
    codes: list[Any] = [line.get("reason") for line in lines] if lines else [refusal.fields.get("reason")]
    said = [labels.reason(code, language) for code in codes if code in labels.REASONS]
    return " ".join(dict.fromkeys(said)) or _(refusal.summary)
