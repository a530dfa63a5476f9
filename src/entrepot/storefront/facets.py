"""What a list can be narrowed by, as its page shows it: boxes to tick and links, each with how many goods it leaves."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from html import escape

from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, ngettext

from entrepot.catalog.queries import CategoryView
from entrepot.search import attributes
from entrepot.search.ports import Facet
from entrepot.storefront import departments
from entrepot.storefront.narrowing import Narrowing
from entrepot.ui import formats
from entrepot.ui.templatetags.ui import flag

_SHOWN_AT_ONCE = 10
_OPEN_ATTRIBUTES = 2
_NEARLY_ALL = 0.97  # What an estimate makes of all.
_CHECKED, _CURRENT = " checked", ' aria-current="true"'
# Written here and not in a template: a page has a hundred of these rows, and they are most of what it costs to write.
_BOX = (
    '<li><label class="check"><input class="tick" type="%s" name="%s" value="%s" id="%s"%s>%s'
    '<span dir="auto">%s</span><small class="push quiet">%s</small></label></li>'
)
_LINK = '<li><a id="%s" href="%s"%s><span>%s</span><small class="push quiet">%s</small></a></li>'


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of values: `rows` are shown at once, `more` behind a fold. `key` names it on the page."""

    key: str
    title: str
    rows: SafeString
    more: SafeString = SafeString("")  # noqa: RUF009 (it never changes)
    is_open: bool = True

    @property
    def is_price(self) -> bool:
        return self.key == "price"

    @property
    def is_category(self) -> bool:
        return self.key == "category"


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing that is chosen, in words, and the list without it."""

    label: str
    link: str


def build(
    facets: Sequence[Facet], narrowing: Narrowing, *, path: Sequence[CategoryView], language: str, total: int
) -> list[Group]:
    """Return what a list of so many can be narrowed by. A kind that leaves no choice is not shown."""
    found = {facet.name: facet for facet in facets if facet.name != "attribute"}
    groups: list[Group | None] = []
    if "category" in found:
        groups.append(_categories(found["category"], narrowing, path, language))
    if found or narrowing.chosen:
        groups.append(Group("price", _("Delivered price"), write_spans(found.get("price"), narrowing)))
    if "origin" in found:
        groups.append(_origins(found["origin"], narrowing))
    if "brand" in found:
        groups.append(_boxes("brand", _("Brand"), found["brand"], narrowing.brands))
    if "days" in found:
        groups.append(_steps("days_max", _("Delivery time"), found["days"], narrowing.days_max, days, total))
    if "rating" in found:
        groups.append(_steps("rating_min", _("Rating"), found["rating"], narrowing.rating_min, rating, total))
    of_category = [facet for facet in facets if facet.name == "attribute"]
    groups += [_attribute(facet, narrowing, position) for position, facet in enumerate(of_category)]
    return [group for group in groups if group is not None]


def list_chips(narrowing: Narrowing, *, path: Sequence[CategoryView]) -> list[Chip]:
    """Return what is chosen, each with the way to drop it."""
    chips = []
    if path and not narrowing.path.startswith("/category/"):
        chips.append(Chip(path[-1].name, narrowing.change(category="", attributes=()).address))
    return chips + [Chip(label, other.address) for label, other in list_without(narrowing)]


def list_without(narrowing: Narrowing) -> list[tuple[str, Narrowing]]:
    """Return what is chosen in words, each with the list that is not narrowed by it."""
    found = []
    if narrowing.price_from is not None or narrowing.price_to is not None:
        text = price_range(narrowing.price_from, narrowing.price_to, narrowing.currency)
        found.append((text, narrowing.without("price")))
    found += [(formats.country(code), narrowing.without("origins", code)) for code in narrowing.origins]
    found += [(brand, narrowing.without("brands", brand)) for brand in narrowing.brands]
    found += [(f"{pair[0]}: {pair[1]}", narrowing.without("attributes", pair)) for pair in narrowing.attributes]
    if narrowing.days_max is not None:
        found.append((days(narrowing.days_max), narrowing.without("days_max")))
    if narrowing.rating_min is not None:
        found.append((rating(narrowing.rating_min), narrowing.without("rating_min")))
    return found


def into_category(narrowing: Narrowing, slug: str) -> Narrowing:
    """Return the list of a category that keeps what is chosen; attributes mean something in their category alone."""
    if narrowing.q or narrowing.store:
        return narrowing.change(category=slug, attributes=())
    path = f"/category/{slug}" if slug else "/search"
    return narrowing.change(path=path, category=slug, attributes=())


def days(most: int) -> str:
    """Return a delivery time as one chooses it."""
    text = ngettext("up to %(days)s day", "up to %(days)s days", most)
    return text % {"days": formats.number(most)}


def rating(least: int) -> str:
    """Return a rating as one chooses it."""
    if least >= 5:
        return ngettext("%(stars)s star", "%(stars)s stars", least) % {"stars": formats.number(least)}
    return ngettext("%(stars)s star and more", "%(stars)s stars and more", least) % {"stars": formats.number(least)}


def price_range(low: Decimal | None, high: Decimal | None, currency: str) -> str:
    """Return a span of prices in words, whole amounts without decimals."""
    if low is None or not low:
        return _("up to %(amount)s") % {"amount": formats.round_money(high or Decimal(0), currency)}
    if high is None:
        return _("%(amount)s and more") % {"amount": formats.round_money(low, currency)}
    amounts = {"low": formats.round_money(low, currency), "high": formats.round_money(high, currency)}
    return _("%(low)s to %(high)s") % amounts


def _categories(facet: Facet, narrowing: Narrowing, path: Sequence[CategoryView], language: str) -> Group | None:
    """Return what a category is narrowed down to: what is below it, else what stands beside it."""
    counts = {value.value: value.count for value in facet.values}
    current = path[-1].slug if path else ""
    entries = [
        (
            into_category(narrowing, node.slug).address,
            node.slug == current,
            node.name,
            _write_count(counts[node.slug], facet) if counts.get(node.slug) else "",
        )
        for node in _neighbours(path, language)
        if node.slug == current or node.slug in counts
    ]
    if not entries:
        return None
    return Group("category", _("Category") if path else _("Departments"), _write_links(entries))


def _neighbours(path: Sequence[CategoryView], language: str) -> Sequence[CategoryView]:
    if not path:
        return departments.list_departments(language)
    if path[-1].children:
        return path[-1].children
    return path[-2].children if len(path) > 1 else departments.list_departments(language)


def write_spans(facet: Facet | None, narrowing: Narrowing) -> SafeString:
    """Write links to the spans of prices; one that is chosen is dropped by pressing it again."""
    entries: list[tuple[str, bool, str, str]] = []
    if facet is None:
        return _write_links(entries)
    for value in facet.values:
        low, high = _read_span(value.value)
        if low is None and high is None:
            continue
        is_chosen = (low, high) == (narrowing.price_from, narrowing.price_to)
        target = narrowing.without("price") if is_chosen else narrowing.change(price_from=low, price_to=high)
        text = price_range(low, high, narrowing.currency)
        counted = _write_count(value.count, facet) if value.count else ""
        entries.append((target.address, is_chosen, text, counted))
    return _write_links(entries)


def _read_span(text: str) -> tuple[Decimal | None, Decimal | None]:
    low, _dash, high = text.partition("-")
    try:
        return (Decimal(low) if low else None), (Decimal(high) if high else None)
    except InvalidOperation:
        return None, None


def _origins(facet: Facet, narrowing: Narrowing) -> Group | None:
    return _boxes("origin", _("Sold from"), facet, narrowing.origins, label=formats.country, mark=flag)


def _attribute(facet: Facet, narrowing: Narrowing, position: int) -> Group | None:
    chosen = tuple(value for name, value in narrowing.attributes if name == facet.label)
    return _boxes(
        "attribute",
        facet.label,
        facet,
        chosen,
        write=lambda value: attributes.write(facet.label, value),
        is_open=bool(chosen) or position < _OPEN_ATTRIBUTES,
    )


def _boxes(
    name: str,
    title: str,
    facet: Facet,
    chosen: Sequence[str],
    *,
    label: Callable[[str], str] = str,
    mark: Callable[[str], str] = lambda _value: "",
    write: Callable[[str], str] = str,
    is_open: bool = True,
) -> Group | None:
    """Return a kind of which several may be ticked; what is ticked stands among the first, even where it finds none."""
    if len(facet.values) < 2 and not chosen:
        return None
    counts = {value.value: value.count for value in facet.values} | {
        value: 0 for value in chosen if all(value != other.value for other in facet.values)
    }
    late = set(list(counts)[_SHOWN_AT_ONCE:]) - set(chosen)
    rows: tuple[list[str], list[str]] = ([], [])
    for value, count in counts.items():
        said = write(value)
        counted = _write_count(count, facet)
        row = _write_box("checkbox", name, said, _id(name, said), value in chosen, label(value), counted, mark(value))
        rows[value in late].append(row)
    key = name if name != "attribute" else _id(name, title)
    return Group(key, title, _joined(rows[0]), _joined(rows[1]), is_open)


def _steps(
    name: str, title: str, facet: Facet, chosen: int | None, label: Callable[[int], str], total: int
) -> Group | None:
    """Return a kind of which one is chosen, or any; what all of the list has is no choice."""
    every = total if chosen is None else None
    if every and facet.estimated:
        every = round(every * _NEARLY_ALL)
    counts = {
        int(one.value): one.count
        for one in facet.values
        if one.value.isdecimal() and (every is None or one.count < every)
    }
    if not counts and chosen is None:
        return None
    if chosen is not None and chosen not in counts:
        counts[chosen] = 0
    rows = [_write_box("radio", name, "", f"{name}-any", chosen is None, _("Any"), "")]
    rows += [
        _write_box(
            "radio", name, str(value), f"{name}-{value}", value == chosen, label(value), _write_count(count, facet)
        )
        for value, count in counts.items()
    ]
    return Group(name, title, _joined(rows))


@lru_cache(maxsize=16_384)
def _write_box(
    kind: str, name: str, value: str, key: str, is_chosen: bool, label: str, counted: str, mark: str = ""
) -> str:
    return _BOX % (kind, name, escape(value), key, _CHECKED if is_chosen else "", mark, escape(label), counted)


def _write_count(count: int, facet: Facet) -> str:
    """Write how many goods a value leaves; of an estimate nothing is as likely as a few."""
    if not facet.estimated:
        return formats.number(count)
    return f"~{formats.number(count)}" if count else ""


def _write_links(entries: Sequence[tuple[str, bool, str, str]]) -> SafeString:
    """Write links from (address, whether it is chosen, what it says, how many it leaves)."""
    rows = []
    for link, is_chosen, text, counted in entries:
        rows.append(_LINK % (_id("link", text), escape(link), _CURRENT if is_chosen else "", escape(text), counted))
    return _joined(rows)


def _joined(rows: Sequence[str]) -> SafeString:
    return mark_safe("".join(rows))  # noqa: S308 (each row escapes what it is given)


def _id(name: str, value: str) -> str:
    """Return a name of a box that stays the same from answer to answer, so that focus stays where it is."""
    return f"{name}-{zlib.crc32(value.encode()):08x}"


def write_hidden(narrowing: Narrowing) -> SafeString:
    """Return the fields that the form carries along: what it does not ask itself."""
    kept = {"q", "category", "sort", "as_typed"}
    pairs = [pair for pair in narrowing.change().pairs() if pair[0] in kept]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)
