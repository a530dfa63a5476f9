"""A landed cost in an operator's words: its parts by rule, rate, source and who owes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, gettext as _, gettext_noop

from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money
from entrepot.operator_console import corridors
from entrepot.pricing import labels
from entrepot.pricing.quote import GROUPS, OrderQuote
from entrepot.ui import refusals

IMPORT_CHARGES = {
    "none": (gettext_noop("No import charges"), "leaf"),
    "prepaid": (gettext_noop("Import charges are prepaid"), "leaf"),
    "due_at_door": (gettext_noop("Import charges fall due at the door"), "brick"),
    "unknown": (gettext_noop("Import charges are not known"), "brick"),
}
LIABLE = {
    "platform": gettext_noop("us"),
    "seller": gettext_noop("the seller"),
    "carrier": gettext_noop("the carrier"),
    "buyer": gettext_noop("the buyer"),
}


@dataclass(frozen=True, slots=True)
class Priced:
    """Goods with their landed cost in words, or why they cannot go."""

    title: str
    note: str
    refusal: str
    total: Money | None
    bar: Sequence[tuple[str, str, Money]]
    parts: Sequence[PartRow]
    charges: tuple[str, str] | None
    unsure: Sequence[str]


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a price: what, how much, by which rate, why, who owes it, where that is written."""

    label: str
    amount: Money
    rate: Decimal | None
    base: Money | None
    reason: str
    liable: str
    rule: str
    source: str
    valid_from: date | None
    is_at_door: bool


def priced(
    title: str, note: str, quote: OrderQuote | None, currency: str, refusal: DomainError | None = None
) -> Priced:
    """Return goods with their landed cost, or why they cannot go."""
    language = get_language() or "en"
    if quote is None:
        said = refusals.text(refusal) if refusal is not None else ""
        return Priced(title, note, said, None, (), (), None, ())
    charges, tone = IMPORT_CHARGES[quote.import_charges]
    return Priced(
        title=title,
        note=note,
        refusal="",
        total=Money(sum(part.amount for part in quote.parts), currency),
        bar=[
            (group, _(labels.GROUPS[group]), Money(amount, currency))
            for group in GROUPS
            if (amount := sum(part.amount for part in quote.parts if part.group == group))
        ],
        parts=part_rows(quote, currency),
        charges=(tone, _(charges)),
        unsure=[labels.reason(code, language) for code in quote.unsure],
    )


def part_rows(quote: OrderQuote, currency: str) -> list[PartRow]:
    """Return the parts of a quote that say something, in words."""
    language = get_language() or "en"
    return [
        PartRow(
            label=labels.label(part.code, language),
            amount=Money(part.amount, currency),
            rate=part.rate,
            base=None if part.base is None else Money(part.base, currency),
            reason=labels.reason(part.reason, language) if part.reason else "",
            liable=_(LIABLE[part.liable]) if part.liable else "",
            rule=part.rule if part.group not in ("goods", "delivery") else "",
            source=part.source,
            valid_from=part.valid_from,
            is_at_door=part.payable == "door",
        )
        for part in corridors.shown_parts(quote)
    ]
