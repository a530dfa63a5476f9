"""The first page: what waits for somebody, and the figures of the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_GET

from entrepot.kernel import clock, verification_runs
from entrepot.kernel.money import Money, Rounding
from entrepot.ledger import queries as ledger
from entrepot.markets import queries as markets
from entrepot.operator_console.desk import Counts, actor, counts_of, operators_only, show
from entrepot.orders.queries import oversight
from entrepot.payouts import operations as payouts, queries as payout_queries
from entrepot.sellers import queries as sellers
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

_DAYS = 14
_RATES_OLD_AFTER = timedelta(days=4)  # Weekends and a bank holiday have none.
_PROOF_OLD_AFTER = timedelta(days=2)
_BARS = 12


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: what, how much of it, where it is done, and whether it is a fault."""

    icon: str
    title: str
    text: str
    link: str
    is_fault: bool


@operators_only
@require_GET
def overview(request: PageRequest) -> HttpResponse:
    """Show what waits and the key figures."""
    now = clock.now()
    days = oversight.count_orders_by_day(since=now.date() - timedelta(days=_DAYS - 1), until=now.date())
    held, held_total = _held(now)
    stages = markets.get_stages().values()
    context = {
        "waiting": [found for found in _waiting(request, now) if found],
        "days": [(formats.day(day), number, formats.number(number)) for day, number in reversed(days)],
        "orders_today": days[-1][1],
        "orders_in_all": sum(number for _day, number in days),
        "held": held,
        "held_bars": [row[:3] for row in held],
        "held_total": held_total,
        "escrow": [found.balance for found in ledger.balances("escrow") if found.balance.minor],
        "selling": sum(stage.can_sell for stage in stages),
        "buying": sum(stage.can_buy for stage in stages),
        "sellers": counts_of(request).sellers.get("approved", 0),
        "day_count": _DAYS,
    }
    return show(request, "overview", "home", context)


def _held(now: datetime) -> tuple[list[tuple[str, Money, str, str]], Money]:
    """Return (country, money held there in the operator's currency, in words, number of orders), the most first."""
    currency = markets.get_operator().currency
    rates = markets.get_fx(at=now)
    sums: dict[str, tuple[Decimal, int]] = {}
    for country, amount, orders in oversight.list_held_by_country():
        before, count = sums.get(country, (Decimal(0), 0))
        sums[country] = before + amount.decimal * rates.rate(amount.currency, currency), count + orders
    rows = []
    for country, (value, count) in sorted(sums.items(), key=lambda item: -item[1][0]):
        money = Money.parse(value, currency, rounding=Rounding.HALF_UP)
        rows.append((formats.country(country), money, formats.money(money), formats.number(count)))
    total = Money(sum(row[1].minor for row in rows), currency)
    return rows[:_BARS], total


def _waiting(request: PageRequest, now: datetime) -> list[Waiting | None]:
    counts = counts_of(request)
    return [
        _verification(counts),
        _held_buyers(counts),
        _failed_jobs(counts),
        _payments(counts),
        _late_orders(now),
        _payouts_due(request, now),
        _payouts_with_bank(),
        _rates(now),
        _proof(now),
    ]


def _verification(counts: Counts) -> Waiting | None:
    n = counts.sellers.get("submitted", 0)
    longest = sellers.verification_queue(limit=1) if n else ()
    if not longest:
        return None
    title = ngettext("%(n)s seller waits for verification", "%(n)s sellers wait for verification", n)
    text = _("The longest since %(moment)s") % {"moment": formats.moment(longest[0].submitted_at)}
    return Waiting("scales", title % {"n": formats.number(n)}, text, reverse("operator_console:verification"), False)


def _held_buyers(counts: Counts) -> Waiting | None:
    n = counts.buyers
    if not n:
        return None
    title = ngettext(
        "%(n)s purchase is held for its buyer's name", "%(n)s purchases are held for their buyers' names", n
    )
    text = _("Nothing of it is sent until you decide.")
    return Waiting("flag", title % {"n": formats.number(n)}, text, reverse("operator_console:buyers"), False)


def _failed_jobs(counts: Counts) -> Waiting | None:
    n = counts.jobs["failed"]
    if not n:
        return None
    title = ngettext("%(n)s job has failed for good", "%(n)s jobs have failed for good", n)
    text = _("Read what went wrong, and have them tried again when the cause is gone.")
    link = f"{reverse('operator_console:work')}?state=failed"
    return Waiting("alert", title % {"n": formats.number(n)}, text, link, True)


def _payments(counts: Counts) -> Waiting | None:
    n = counts.payments
    if not n:
        return None
    title = ngettext("%(n)s payment or refund to look at", "%(n)s payments or refunds to look at", n)
    text = _("The payment service refused them, or has not answered for half an hour.")
    return Waiting("card", title % {"n": formats.number(n)}, text, reverse("operator_console:payments"), True)


def _late_orders(now: datetime) -> Waiting | None:
    n = oversight.count_late_orders(now=now)
    if not n:
        return None
    title = ngettext("%(n)s order should have left by now", "%(n)s orders should have left by now", n)
    text = _("They cancel themselves, and the buyers get their money back.")
    link = f"{reverse('operator_console:purchases')}?state=to_ship"
    return Waiting("truck", title % {"n": formats.number(n)}, text, link, False)


def _payouts_due(request: PageRequest, now: datetime) -> Waiting | None:
    due = payouts.run_payouts(now=now, dry_run=True, actor=actor(request)).paid
    if not due:
        return None
    title = ngettext("%(n)s payout is due", "%(n)s payouts are due", len(due))
    sums: dict[str, int] = {}
    for paid in due:
        sums[paid.amount.currency] = sums.get(paid.amount.currency, 0) + paid.amount.minor
    text = formats.listing([formats.money(Money(minor, currency)) for currency, minor in sorted(sums.items())])
    return Waiting("money", title % {"n": formats.number(len(due))}, text, reverse("operator_console:payouts"), False)


def _payouts_with_bank() -> Waiting | None:
    n = payout_queries.count_payouts().get("made", 0)
    if not n:
        return None
    title = ngettext("%(n)s payout waits for the bank's word", "%(n)s payouts wait for the bank's word", n)
    text = _("Record which of them the bank paid, and which it did not.")
    return Waiting("clock", title % {"n": formats.number(n)}, text, reverse("operator_console:payouts"), False)


def _rates(now: datetime) -> Waiting | None:
    rates, link = markets.get_fx(at=now), reverse("operator_console:rates")
    if apart := markets.list_fx_disagreements(at=now):
        title = ngettext(
            "Sources disagree about %(n)s exchange rate", "Sources disagree about %(n)s exchange rates", len(apart)
        )
        text = _("The European Central Bank's rate counts where it has one.")
        return Waiting("globe", title % {"n": formats.number(len(apart))}, text, link, True)
    if now.date() - rates.date <= _RATES_OLD_AFTER:
        return None
    text = _("The newest are of %(day)s. Import today's: entrepot fx import FILE.") % {"day": formats.day(rates.date)}
    return Waiting("globe", _("The exchange rates are old"), text, link, True)


def _proof(now: datetime) -> Waiting | None:
    last = verification_runs.find_last_run()
    link = reverse("operator_console:proofs")
    if last is None:
        text = _("Have balances, orders, statements and stock proven from their first entry on.")
        return Waiting("shield", _("The books were never proven"), text, link, False)
    if last.faults:
        title = ngettext(
            "The proof of the books found %(n)s fault", "The proof of the books found %(n)s faults", last.faults
        )
        text = _("Proven on %(moment)s") % {"moment": formats.moment(last.asked_at)}
        return Waiting("alert", title % {"n": formats.number(last.faults)}, text, link, True)
    if now - last.asked_at > _PROOF_OLD_AFTER:
        text = _("The last proof is of %(moment)s; it found no fault.") % {"moment": formats.moment(last.asked_at)}
        return Waiting("shield", _("The books were not proven lately"), text, link, False)
    return None
