"""The corridor matrix as a heat map, and one corridor opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext as _
from django.views.decorators.http import require_GET

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import reach
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.markets.rules import CLOSED_MARKET
from entrepot.operator_console import corridors
from entrepot.operator_console.corridors import Cell, Matrix
from entrepot.operator_console.desk import operators_only, show
from entrepot.operator_console.forms import STAGES
from entrepot.operator_console.priced import Priced, priced
from entrepot.orders.queries import oversight
from entrepot.pricing import labels, queries as pricing
from entrepot.pricing.quote import OrderQuote
from entrepot.sellers import queries as sellers
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

_LISTINGS_TRIED = 3


@dataclass(frozen=True, slots=True)
class CellWords:
    """A cell in words: what is read aloud, what stands in it, how it is filled, where it leads."""

    destination: str
    name: str
    words: str
    tone: str
    sign: str
    listings: int
    fill: str
    is_sure: bool
    reason: str
    link: str


@operators_only
@require_GET
def matrix(request: PageRequest) -> HttpResponse:
    """Show every corridor, or those of one origin as a list."""
    origins = sorted(corridors.list_origins(), key=lambda code: formats.country(code).casefold())
    chosen = request.GET.get("from", "").upper()
    one = chosen if chosen in origins else ""
    shown = one or origins[0]
    drawn = corridors.draw(at=clock.now(), origins=(one,) if one else None)
    destinations = sorted(drawn.destinations, key=lambda code: formats.country(code).casefold())
    context = {
        "origins": [(code, formats.country(code)) for code in origins],
        "rows": [
            (code, formats.country(code), [_words(drawn.cells[origin, code], drawn) for origin in origins])
            for code in (() if one else destinations)
        ],
        "one": one,
        "shown": shown,
        "list": [_words(drawn.cells[shown, code], drawn) for code in destinations],
        "chips": [
            {"label": formats.country(code), "link": f"?from={code}", "current": code == shown, "count": None}
            for code in origins
        ],
        "key": [(_(words), tone, sign) for words, tone, sign in corridors.STATES.values()],
        "counts": _count(drawn),
    }
    return show(request, "corridors", "corridors", context)


def _count(drawn: Matrix) -> dict[str, int]:
    cells = drawn.cells.values()
    return {
        "open": sum(cell.is_open for cell in cells),
        "sanctioned": sum(cell.state == "sanctioned" for cell in cells),
        "undelivered": sum(cell.state == "undelivered" for cell in cells),
        "unsure": sum(cell.is_open and not cell.is_sure for cell in cells),
    }


def _words(cell: Cell, drawn: Matrix) -> CellWords:
    text, tone, sign = corridors.STATES[cell.state]
    return CellWords(
        destination=cell.destination,
        name=formats.country(cell.destination),
        words=_(text),
        tone=tone,
        sign=sign,
        listings=cell.listings,
        fill=_fill(cell, drawn.most),
        is_sure=cell.is_sure,
        reason=_reason(cell.reason),
        link=reverse("operator_console:corridor", args=[cell.origin, cell.destination]),
    )


def _fill(cell: Cell, most: int) -> str:
    if not cell.is_open:
        return "heat-closed"
    return f"heat-{min(4, 1 + 4 * cell.listings // most)}" if most else "heat-1"


def _reason(code: str) -> str:
    """Return why a corridor is closed: a sanction's code in words, a stage's reason as an operator wrote it."""
    if not code or " " in code:
        return code
    said = labels.reason(code, get_language() or "en")
    return said if said != code else code.replace("_", " ")


@operators_only
@require_GET
def corridor(request: PageRequest, origin: str, destination: str) -> HttpResponse:
    """Open one corridor: why it is as it is, what goes along it, and what goods would cost."""
    now = clock.now()
    sender, receiver = markets.get_pack(origin.upper()), markets.get_pack(destination.upper())
    if sender.registration is None:
        raise NotFound(origin=origin)
    cell = corridors.look_at(sender.code, receiver.code, at=now)
    stages = markets.get_stages()
    text, tone, _sign = corridors.STATES[cell.state]
    orders = oversight.count_orders_by_corridor(since=now - timedelta(days=30))
    context = {
        "cell": cell,
        "origin": sender.code,
        "destination": receiver.code,
        "title": _("%(origin)s to %(destination)s")
        % {"origin": formats.country(sender.code), "destination": formats.country(receiver.code)},
        "state": (tone, _(text)),
        "reason": _reason(cell.reason),
        "sides": [
            (formats.country(sender.code), sender.code, STAGES[stages.get(sender.code, CLOSED_MARKET).selling]),
            (formats.country(receiver.code), receiver.code, STAGES[stages.get(receiver.code, CLOSED_MARKET).buying]),
        ],
        "bans": [(ban, _reason(ban.reason)) for ban in markets.list_bans(sender.code, receiver.code, on=now.date())],
        "orders": sum(
            count.orders for count in orders if (count.origin, count.destination) == (sender.code, receiver.code)
        ),
        "senders": len(corridors.list_senders(sender.code, receiver.code)),
        "samples": _samples(sender.code, receiver.code, now),
        "listings": _listings(sender.code, receiver.code, now) if cell.is_open else [],
    }
    return show(request, "corridor", "corridors", context)


def _samples(origin: str, destination: str, now: datetime) -> list[Priced]:
    found = []
    for sample in corridors.try_goods(origin, destination, at=now):
        note = _("%(amount)s without tax") % {"amount": formats.money(sample.price)}
        found.append(priced(_(sample.goods), note, sample.quote, sample.currency, sample.refusal))
    return found


def _listings(origin: str, destination: str, now: datetime) -> list[Priced]:
    """Return the landed cost of real listings, as a buyer there would be quoted now."""
    language, currency = get_language() or "en", markets.get_currency(destination)
    senders = corridors.list_senders(origin, destination)
    names = sellers.get_sellers(senders)
    found = []
    for listing_id in reach.list_newest_of_sellers(list(senders), limit=_LISTINGS_TRIED):
        listing = catalog.get_listing(listing_id, language)
        order: OrderQuote | None = None
        refusal: DomainError | None = None
        try:
            quote = pricing.get_quote(
                lines=[(listing.sku, 1)],
                destination=pricing.reference_destination(destination),
                currency=currency,
                at=now,
                language=language,
            )
            order = quote.orders[0]
        except DomainError as fault:
            refusal = fault
        seller = names.get(listing.seller_id)
        found.append(priced(listing.title, seller.legal_name if seller else "", order, currency, refusal))
    return found
