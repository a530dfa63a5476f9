"""An explained order in words: for a page, for the command line, and as a document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext as _, gettext_noop, ngettext, override

from entrepot.customs.charges import Part
from entrepot.kernel.money import Money
from entrepot.orders.queries import Explanation
from entrepot.pricing import labels
from entrepot.pricing.quote import OrderQuote
from entrepot.ui import formats
from entrepot.ui.words import in_language, interface_language

OUTCOMES = {
    "same": gettext_noop("Worked out again from what the order keeps: the same to the last unit."),
    "changed": gettext_noop("The rule book says something else about that day by now. What was charged stands."),
    "forbidden": gettext_noop("The rule book forbids this sale by now. What was charged stands."),
    "erased": gettext_noop(
        "The buyer's address was erased, so it cannot be worked out again. What was charged stands."
    ),
    "not_kept": gettext_noop(
        "The order is older than the keeping of all that its price was worked out from. What was charged stands."
    ),
}
# Over a weekend with a holiday beside it rates are no newer.
_RATES_NEW_DAYS = 7
_SELLER_DUE = gettext_noop("What the seller gets")


@dataclass(frozen=True, slots=True)
class ExplainedWords:
    """What came of working an order out again, in the reader's words, and the exchange rates that it keeps."""

    is_same: bool
    text: str
    changes: tuple[str, ...]
    rates: tuple[str, ...]
    rates_told: str


def in_words(found: Explanation) -> ExplainedWords:
    """Return an explanation for a page, in the page's language."""
    language = get_language() or "en"
    message = _("%(part)s: %(before)s then, %(after)s now")
    changes = [
        message % {"part": _named(row.code, language), "before": _amount(row.before), "after": _amount(row.after)}
        for row in found.differences
    ]
    if found.refusal is not None:
        changes.append(_(found.refusal.summary))
    quote = found.order.quote
    rates = [f"{pair} {rate}" for pair, rate in quote.rates.items() if "/" in pair]
    return ExplainedWords(
        found.outcome == "same", _(OUTCOMES[found.outcome]), tuple(changes), tuple(rates), tell_rates(quote)
    )


def tell_rates(quote: OrderQuote) -> str:
    """Return of which day the exchange rates of a price are, and how old they were if that was more than a week."""
    if quote.rates_date is None:
        return ""
    said = {"day": formats.day(quote.rates_date), "n": formats.number(quote.rates_age_days)}
    if quote.rates_age_days <= _RATES_NEW_DAYS:
        return _("Converted at exchange rates of %(day)s.") % said
    return (
        ngettext(
            "Converted at exchange rates of %(day)s, %(n)s day old.",
            "Converted at exchange rates of %(day)s, %(n)s days old.",
            quote.rates_age_days,
        )
        % said
    )


def _named(code: str, language: str) -> str:
    return _(_SELLER_DUE) if code == "seller_due" else labels.label(code, language)


def _amount(amount: Money | None) -> str:
    return "–" if amount is None else formats.money(amount)


def as_plain(found: Explanation, language: str) -> dict[str, Any]:
    """Return an explanation as a document of decimal strings."""
    order, quote = found.order, found.order.quote
    return {
        "order": order.number,
        "placed_at": order.placed_at.isoformat(),
        "from": quote.seller.dispatch_country,
        "to": found.destination.country,
        "outcome": found.outcome,
        "reproduced": found.outcome == "same",
        "differences": [
            {
                "code": row.code,
                "before": None if row.before is None else row.before.text,
                "after": None if row.after is None else row.after.text,
            }
            for row in found.differences
        ],
        "refusal": None if found.refusal is None else found.refusal.code,
        **_priced(quote, order.currency),
        "parts": [_plain_part(part, order.currency, language) for part in quote.parts],
        "lines": [
            {
                "sku": line.sku,
                "quantity": line.quantity,
                "unit_price": {"amount": line.unit_price.text, "currency": line.unit_price.currency},
                "hs": line.hs_code,
                "origin": line.origin_country,
                "weight_g": line.weight_g,
                "total": Money(line.total, order.currency).text,
            }
            for line in quote.lines
        ],
    }


def _priced(quote: OrderQuote, currency: str) -> dict[str, Any]:
    sums = {name: getattr(quote, name) for name in ("goods", "delivery", "duty", "tax", "fees", "total", "at_door")}
    return {
        "regime": quote.regime,
        "currency": currency,
        **{name: Money(minor, currency).text for name, minor in sums.items()},
        "import_charges": quote.import_charges,
        "sure": quote.sure,
        "unsure": list(quote.unsure),
        "rates": quote.rates,
        "rates_date": None if quote.rates_date is None else quote.rates_date.isoformat(),
    }


def _plain_part(part: Part, currency: str, language: str) -> dict[str, Any]:
    return {
        "code": part.code,
        "label": labels.label(part.code, language),
        "amount": Money(part.amount, currency).text,
        "native": {"amount": part.native.text, "currency": part.native.currency},
        "rate": None if part.rate is None else f"{part.rate.normalize():f}",
        "base": None if part.base is None else Money(part.base, currency).text,
        "payable": part.payable,
        "liable": part.liable,
        "reason": labels.reason(part.reason, language) if part.reason else "",
        "rule": part.rule,
        "source": part.source,
        "valid_from": None if part.valid_from is None else part.valid_from.isoformat(),
    }


def as_lines(found: Explanation, language: str) -> Iterator[str]:
    """Yield an explanation for a terminal."""
    order, quote, currency = found.order, found.order.quote, found.order.currency
    yield f"Order {order.number}, {order.placed_at:%Y-%m-%d}: {quote.seller.dispatch_country} to {order.country}"
    for line in quote.lines:
        goods = ", ".join(filter(None, (f"HS {line.hs_code or '?'}", line.origin_country, _weight(line.weight_g))))
        yield f"  {line.quantity} × {line.sku}  {line.unit_price}  {goods}"
    yield from part_lines(quote.parts, currency, language)
    yield sum_line("Paid", Money(quote.total, currency), language)
    if quote.at_door:
        yield sum_line("Due on delivery, estimated", Money(quote.at_door, currency), language)
    yield from doubt_lines(quote, language)
    if quote.rates:
        yield f"{_told_rates(quote, language)} {', '.join(f'{pair} {rate}' for pair, rate in quote.rates.items())}"
    yield in_language(OUTCOMES[found.outcome], language)
    for row in found.differences:
        yield f"  {_named(row.code, language)}: {row.before or 'nothing'} then, {row.after or 'nothing'} now"
    if found.refusal is not None:
        yield f"  {found.refusal}"


def _weight(weight_g: int | None) -> str:
    return "" if weight_g is None else f"{weight_g} g"


def part_lines(parts: Iterable[Part], currency: str, language: str) -> Iterator[str]:
    """Yield each part of a price with its rate, its reason, its rule and source."""
    for part in parts:
        amount = Money(part.amount, currency)
        rate = ""
        if part.rate is not None and part.base is not None:
            base = in_language("of %(base)s", language) % {"base": Money(part.base, currency).text}
            rate = f"  {part.rate.normalize():f} % {base}"
        door = f"  ({in_language('due on delivery', language)})" if part.payable == "door" and part.amount else ""
        yield f"{labels.label(part.code, language):<28}{amount.text:>14} {currency}{rate}{door}"
        if part.reason:
            yield f"    {labels.reason(part.reason, language)}"
        if part.group not in ("goods", "delivery") and part.source:
            since = ""
            if part.valid_from:
                since = f", {in_language('since %(date)s', language) % {'date': part.valid_from.isoformat()}}"
            yield f"    {part.rule}{since}: {in_language(part.source, language)}"


def sum_line(message: str, amount: Money, language: str) -> str:
    """Return a sum below the parts; `message` is one of the catalogue."""
    return f"{in_language(message, language):<28}{amount.text:>14} {amount.currency}"


def doubt_lines(quote: OrderQuote, language: str) -> Iterator[str]:
    """Yield why a price is not sure, a line each."""
    for code in quote.unsure:
        yield f"{in_language('Not sure:', language)} {labels.reason(code, language)}"


def _told_rates(quote: OrderQuote, language: str) -> str:
    with override(interface_language(language)):
        return tell_rates(quote)
