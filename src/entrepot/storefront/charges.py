"""A quote as pages show it: the bar, the table of parts with rule, rate, source and date, and what is not certain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _

from entrepot.customs import nomenclature
from entrepot.kernel.money import Money
from entrepot.orders.explaining import tell_rates
from entrepot.pricing import labels
from entrepot.pricing.quote import GROUPS, LineQuote, OrderQuote, Part, Quote
from entrepot.pricing.rule_titles import rule_title
from entrepot.storefront import words
from entrepot.ui import formats


@dataclass(frozen=True, slots=True)
class PartRow:
    """One line of the table of parts."""

    label: str
    amount: Money
    rate: Decimal | None
    base: Money | None
    liable: str
    source: str
    valid_from: date | None
    reason: str
    rule: str
    is_at_door: bool
    group: str
    goods: str = ""

    @property
    def is_charge(self) -> bool:
        """Whether a rule asks for it; goods and delivery are what the seller asks."""
        return self.group not in ("goods", "delivery")


@dataclass(frozen=True, slots=True)
class Charges:
    """One order's (or a whole quote's) charges in words."""

    bar: list[tuple[str, str, Money]]
    landed_bar: list[tuple[str, str, Money]]
    rows: list[PartRow]
    total: Money
    at_door: Money
    note: str
    tone: str
    unsure: list[str]
    is_at_door: bool
    rates_told: str

    @property
    def landed(self) -> Money:
        """All that it costs, what falls due on delivery with it."""
        return self.total + self.at_door


def of_order(order: OrderQuote, *, currency: str, country: str) -> Charges:
    """Return an order's charges in words."""
    at_door = Money(order.at_door, currency)
    note, tone = words.delivered_note(order.import_charges, order.sure, country, at_door)
    return Charges(
        bar=bar(order, currency),
        landed_bar=_landed_bar(order, currency),
        rows=[
            _row(part, currency, order.lines) for part in order.parts if part.amount or part.group in ("duty", "tax")
        ],
        total=Money(order.total, currency),
        at_door=at_door,
        note=note,
        tone=tone,
        unsure=words.why_unsure(order.unsure),
        is_at_door=order.import_charges == "due_at_door",
        rates_told=tell_rates(order),
    )


def write_table(order: OrderQuote, *, currency: str, country: str) -> SafeString:
    """Write the table of an order's parts; orders whose quotes say the same to the letter are written once."""
    return _write_table(msgspec.json.encode(order), currency, country, get_language() or "en")


@lru_cache(maxsize=1024)
def _write_table(order: bytes, currency: str, country: str, language: str) -> SafeString:
    told = of_order(msgspec.json.decode(order, type=OrderQuote), currency=currency, country=country)
    return mark_safe(render_to_string("storefront/_charges.html", {"charges": told}))  # noqa: S308 (a template's)


def bar(amounts: OrderQuote | Quote, currency: str) -> list[tuple[str, str, Money]]:
    """Return the segments of the price bar: (code, label, amount) of every group that costs something."""
    pairs = ((name, getattr(amounts, name)) for name in GROUPS)
    return [(name, words.group(name), Money(minor, currency)) for name, minor in pairs if minor]


def _landed_bar(order: OrderQuote, currency: str) -> list[tuple[str, str, Money]]:
    """Return the segments of the price bar with what falls due on delivery in them."""
    if not order.at_door:
        return bar(order, currency)
    sums = {name: sum(part.amount for part in order.parts if part.group == name) for name in GROUPS}
    return [(name, words.group(name), Money(minor, currency)) for name, minor in sums.items() if minor]


def _row(part: Part, currency: str, lines: Sequence[LineQuote]) -> PartRow:
    language = get_language() or "en"
    return PartRow(
        label=labels.label(part.code, language),
        amount=Money(part.amount, currency),
        rate=part.rate,
        base=None if part.base is None else Money(part.base, currency),
        liable=_(words.LIABLE[part.liable]) if part.liable else "",
        source=part.source,
        valid_from=part.valid_from,
        reason=labels.reason(part.reason, language) if part.reason else "",
        rule=rule_title(part.rule, language),
        is_at_door=part.payable == "door",
        group=part.group,
        goods=_goods(part, lines, language) if part.group == "duty" and part.amount else "",
    )


def _goods(part: Part, lines: Sequence[LineQuote], language: str) -> str:
    """Return on which goods a duty falls: `T-shirts, singlets (6109)`."""
    charged = (line.hs_code for line, share in zip(lines, part.shares, strict=True) if share and line.hs_code)
    headings = dict.fromkeys(code[:4] for code in charged)
    names = {heading: nomenclature.describe(heading, language=language) for heading in headings}
    return ", ".join(f"{name} ({heading})" for heading, name in names.items() if name)


def arrival(today: date, days_min: int, days_max: int) -> str:
    """Return the span of days in which a parcel ordered today arrives."""
    return formats.day_range(today + timedelta(days=days_min), today + timedelta(days=days_max))


def needs_consent(orders: Iterable[OrderQuote]) -> bool:
    """Tell whether the buyer must agree to pay charges at the door, or to charges that nobody knows."""
    return any(order.import_charges in ("due_at_door", "unknown") or order.at_door for order in orders)
