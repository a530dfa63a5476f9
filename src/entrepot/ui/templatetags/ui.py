"""Components and formats for every template: `{% load ui %}`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, FileInput, RadioSelect
from django.http import QueryDict
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from entrepot.kernel.money import Money
from entrepot.ui import formats, sources
from entrepot.ui.choice import currency_of
from entrepot.ui.ports import Reach, get_reach

register = template.Library()

_POINTING_ICONS = frozenset({"chevron", "arrow", "exit"})  # Mirrored where one reads from the right.
_WIDELY_KNOWN = ("EUR", "USD", "GBP", "CNY")  # Offered beside the money of the countries that are delivered to.
_BETWEEN_TAGS = re.compile(r"\s*\n\s*<")
_FLAGS = frozenset("it fr es ru de cn tr kz sa gb".split())


@cache
def _sprite() -> str:
    return static("ui/icons.svg")


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Write an icon of the sprite; with a label it speaks, without it is decoration."""
    return _icon(name, label)


@lru_cache(maxsize=512)
def _icon(name: str, label: str) -> SafeString:
    mirrored = " icon-points" if name in _POINTING_ICONS else ""
    named = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html('<svg class="icon{}" {}><use href="{}#{}"/></svg>', mirrored, named, _sprite(), name)


@register.simple_tag
def flag(country: str) -> SafeString:
    """Write a country's small flag where the sprite has it, else its two letters as a plate."""
    return _flag(country)


@lru_cache(maxsize=512)
def _flag(country: str) -> SafeString:
    if country.lower() in _FLAGS:
        return format_html(
            '<svg class="flag" aria-hidden="true"><use href="{}#flag-{}"/></svg>', _sprite(), country.lower()
        )
    return format_html('<span class="flag flag-plate" aria-hidden="true">{}</span>', country)


@register.filter
def money(value: Money | None) -> str:
    """Write money as the reader's language does; nothing for None."""
    return "" if value is None else formats.money(value)


@register.simple_tag
def amount(minor: int, currency: str) -> str:
    """Write an amount in minor units of a currency."""
    return formats.money(Money(minor, currency))


@register.filter
def number(value: int | Decimal | None) -> str:
    return "" if value is None else formats.number(value)


@register.filter
def percent(value: Decimal | None) -> str:
    return "" if value is None else formats.percent(Decimal(value))


@register.filter
def day(value: date | datetime | None) -> str:
    return "" if value is None else formats.day(value)


@register.filter
def moment(value: datetime | None) -> str:
    return "" if value is None else formats.moment(value)


@register.filter
def country(code: str | None) -> str:
    return formats.country(code) if code else ""


@register.filter
def place(code: str | None) -> str:
    """Write a country's name as it stands inside a sentence."""
    return formats.place(code) if code else ""


@register.filter
def currency_name(code: str | None) -> str:
    return formats.currency(code) if code else ""


@register.filter
def language_name(code: str | None) -> str:
    return formats.language_name(code) if code else ""


@register.filter
def joined(items: Sequence[object]) -> str:
    return formats.listing([str(item) for item in items])


@register.filter
def direction(language: str | None) -> str:
    return formats.direction(language)


@register.simple_tag(takes_context=True)
def choice_list(context: dict[str, Any], kind: str) -> SafeString:
    """Write the buttons of the choice control, one press each; `kind` is `country`, `currency` or `language`."""
    return _choice_list(kind, getattr(context["choice"], kind), get_language() or "en", get_reach())


@register.simple_tag(takes_context=True)
def choice_lists(context: dict[str, Any]) -> SafeString:
    """Write all three lists of the choice control under their headings."""
    choice = context["choice"]
    return _choice_lists(choice.country, choice.currency, choice.language, get_language() or "en", get_reach())


@lru_cache(maxsize=1024)
def _choice_lists(country: str, currency: str, chosen_language: str, language: str, reach: Reach) -> SafeString:
    lists = {
        "countries": _choice_list("country", country, language, reach),
        "currencies": _choice_list("currency", currency, language, reach),
        "languages": _choice_list("language", chosen_language, language, reach),
    }
    return _squeezed("ui/components/choice_lists.html", lists)


@register.simple_tag
def kept(template: str, **values: Any) -> SafeString:
    """
    Write a part that depends on the language and the named values alone: it is rendered once and kept.

    Headers and footers are most of what a page costs before it says anything of its own.
    """
    return _kept(template, get_language() or "en", tuple(values.items()))


@lru_cache(maxsize=2048)
def _kept(template: str, language: str, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return _squeezed(template, dict(values))


@register.simple_tag
def kept_rows(template: str, **values: Any) -> SafeString:
    """
    Write a row of a table (or all rows of a list) that depends on the language and the named values alone.

    A row is kept under everything that it shows, so that what changes is written anew and nothing is ever out of date.
    Rows have room of their own: many of them do not push the header out.
    """
    return _kept_rows(template, get_language() or "en", tuple(values.items()))


@lru_cache(maxsize=2048)
def _kept_rows(template: str, language: str, values: tuple[tuple[str, Any], ...]) -> SafeString:
    return _squeezed(template, dict(values))


def _squeezed(template: str, context: dict[str, Any]) -> SafeString:
    """Return what a template writes without the blanks that only its source needs."""
    return SafeString(_BETWEEN_TAGS.sub(" <", render_to_string(template, context)).strip())


@lru_cache(maxsize=1024)
def _choice_list(kind: str, chosen: str, language: str, reach: Reach) -> SafeString:
    """Write a list once for all who chose alike; what is chosen stands first, the rest by the alphabet."""
    locale = formats.locale_of(language)
    if kind == "country":
        names = {code: str(locale.territories.get(code, code)) for code in {*reach.destinations, chosen}}
    elif kind == "currency":
        tenders = {currency_of(country, reach=reach) for country in reach.destinations}
        names = {code: f"{code} · {locale.currencies.get(code, code)}" for code in {*tenders, *_WIDELY_KNOWN, chosen}}
        names = {code: name for code, name in names.items() if code in reach.currencies}
    else:
        names = {code: formats.language_own_name(code) for code, _ in settings.LANGUAGES}
    entries = list(names.items())
    if kind != "language":  # A handful that keeps its order.
        entries.sort(key=lambda entry: (entry[0] != chosen, formats.sorting_key(entry[1])))
    context = {"kind": kind, "chosen": chosen, "entries": entries}
    return _squeezed("ui/components/choice_list.html", context)


@register.simple_tag
def source(text: str) -> SafeString:
    """Write where a rule stands: addresses as links, titles as they are."""
    return sources.write(text)


@register.simple_tag
def badge(tone: str, text: str) -> SafeString:
    """Write a state in words with a dot; tones: quiet, sea, leaf, brick."""
    return _badge(tone, conditional_escape(text))


@lru_cache(maxsize=1024)
def _badge(tone: str, text: SafeString) -> SafeString:
    return format_html('<span class="badge badge-{}">{}</span>', tone, text)


@dataclass(frozen=True, slots=True)
class Segment:
    """One colour of the price bar: where it starts and how wide it is, in thousandths."""

    code: str
    label: str
    amount: Money
    start: int
    width: int


def segments(parts: Sequence[tuple[str, str, Money]]) -> list[Segment]:
    """Return the segments of a price bar from (code, label, amount); each that costs anything is at least visible."""
    shown = [part for part in parts if part[2].minor > 0]
    total = sum(part[2].minor for part in shown)
    if not total:
        return []
    widths = [max(18, round(1000 * part[2].minor / total)) for part in shown]
    widths[0] -= sum(widths) - 1000
    result, start = [], 0
    for (code, label, value), width in zip(shown, widths, strict=True):
        result.append(Segment(code, label, value, start, width))
        start += width
    return result


@register.inclusion_tag("ui/components/price_bar.html")
def price_bar(parts: Sequence[tuple[str, str, Money]], key: bool = True) -> dict[str, Any]:
    """Write the thin stacked bar of goods, delivery, duty, tax and fees; the key where no table beside it says that."""
    return {"segments": segments(parts), "key": key}


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart: its width in thousandths of the longest."""

    label: str
    width: int
    text: str


@register.simple_tag
def bars(rows: Sequence[tuple[str, int | Decimal | Money, str]], label: str) -> SafeString:
    """Write a bar chart that starts at zero, from (label, value, the value in words); it is a table to who listens."""
    values = [value.minor if isinstance(value, Money) else value for _, value, _ in rows]
    longest = max([*values, 0]) or 1
    drawn = tuple(
        Bar(name, round(1000 * max(value, 0) / longest), text)
        for (name, _, text), value in zip(rows, values, strict=True)
    )
    return kept_rows("ui/components/bars.html", rows=drawn, label=label)


@register.filter
def heat(value: int | Decimal | None, most: int | Decimal) -> str:
    """Return the class of a heat map's cell: nothing for zero, `heat-1` to `heat-4` by its share of the most."""
    if not value or not most:
        return ""
    return f"heat-{min(4, 1 + int(4 * value / most))}"


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, hint: str = "", label: str = "") -> dict[str, Any]:
    """Write a form field: label (its own unless another is given), control, help and the fault beside it."""
    name = bound.auto_id or bound.name
    described = [f"{name}-hint"] if (hint or bound.help_text) else []
    if bound.errors:
        described.append(f"{name}-error")
    attrs: dict[str, Any] = {}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if bound.errors:
        attrs["aria-invalid"] = "true"
    widget = bound.field.widget
    kind = "check" if isinstance(widget, CheckboxInput) else "radio" if isinstance(widget, RadioSelect) else "line"
    if isinstance(widget, FileInput):
        kind = "file"
    return {
        "bound": bound,
        "label": label or bound.label,
        "control": bound.as_widget(attrs=attrs),
        "hint": hint or bound.help_text,
        "kind": kind,
        "id": name,
        "optional": not bound.field.required and kind != "check",
    }


@dataclass(frozen=True, slots=True)
class PageLink:
    """An entry of the pagination; without a number it stands for pages that are left out."""

    number: int = 0
    link: str = ""
    current: bool = False


@register.simple_tag(takes_context=True)
def pagination(context: dict[str, Any], page: int, pages: int, address: str = "") -> SafeString:
    """
    Write links to the neighbouring pages, keeping the rest of the address.

    :param address: of the pages up to their number, where the list makes its addresses itself.
    """
    if pages < 2:
        return SafeString()
    if address:
        return _pagination(get_language() or "en", address, page, pages)
    query: QueryDict = context["request"].GET
    kept = urlencode([(key, value) for key, values in query.lists() if key != "page" for value in values])
    return _pagination(get_language() or "en", f"?{kept}&page=" if kept else "?page=", page, pages)


_ADDRESS = "{address}"


def _pagination(language: str, address: str, page: int, pages: int) -> SafeString:
    """Write the pagination of a list; `address` ends where the page's number is put."""
    return SafeString(_paginate(language, page, pages).replace(_ADDRESS, conditional_escape(address)))


@lru_cache(maxsize=2048)
def _paginate(language: str, page: int, pages: int) -> SafeString:
    """Write a pagination with a place for the list's address, which is all that lists of a length differ in."""
    near = sorted({n for n in (1, page - 1, page, page + 1, pages) if 1 <= n <= pages})
    entries: list[PageLink] = []
    for position, n in enumerate(near):
        if position and n - near[position - 1] > 1:
            entries.append(PageLink())
        entries.append(PageLink(n, f"{_ADDRESS}{n}", n == page))
    shown = {
        "entries": entries,
        "previous": f"{_ADDRESS}{page - 1}" if page > 1 else "",
        "next": f"{_ADDRESS}{page + 1}" if page < pages else "",
    }
    return _squeezed("ui/components/pagination.html", shown)


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """Write this page's address with some of its query changed; an empty value removes it. The page number goes."""
    query = {key: values for key, values in context["request"].GET.lists() if key != "page"}
    for key, value in changes.items():
        if value in ("", None):
            query.pop(key, None)
        else:
            query[key] = [str(value)]
    return "?" + urlencode(query, doseq=True) if query else context["request"].path
