"""An explained order in words and as a document, for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from entrepot.customs.charges import Part
from entrepot.kernel.money import Money
from entrepot.orders.queries import Explanation
from entrepot.pricing import labels
from entrepot.pricing.quote import OrderQuote

OUTCOMES = {
    "same": "Worked out again from the order alone by the rule book as it stands: the same to the minor unit.",
    "changed": "The rule book says something else about that day by now; the parts are those that were charged.",
    "forbidden": "The rule book forbids this sale by now; the parts are those that were charged.",
    "erased": "The buyer's address was erased: it cannot be worked out again. The parts are those that were charged.",
    "not_kept": "The order is older than the keeping of all inputs; the parts are those that were charged.",
}


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
    yield f"{'Paid':<28}{Money(quote.total, currency).text:>14} {currency}"
    if quote.at_door:
        yield f"{'At the door, estimated':<28}{Money(quote.at_door, currency).text:>14} {currency}"
    if quote.unsure:
        yield f"Not sure: {' '.join(labels.reason(code, language) for code in quote.unsure)}"
    if quote.rates:
        yield f"Rates: {', '.join(f'{pair} {rate}' for pair, rate in quote.rates.items())}"
    yield OUTCOMES[found.outcome]
    for row in found.differences:
        yield f"  {labels.label(row.code, language)}: {row.before or 'nothing'} then, {row.after or 'nothing'} now"
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
            rate = f"  {part.rate.normalize():f} % of {Money(part.base, currency).text}"
        door = "  (at the door)" if part.payable == "door" and part.amount else ""
        yield f"{labels.label(part.code, language):<28}{amount.text:>14} {currency}{rate}{door}"
        if part.reason:
            yield f"    {labels.reason(part.reason, language)}"
        if part.group not in ("goods", "delivery") and part.source:
            since = f", since {part.valid_from.isoformat()}" if part.valid_from else ""
            yield f"    {part.rule}{since}: {part.source}"
