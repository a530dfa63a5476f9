"""Payout runs: what is due, whose money is frozen, a run, its files for the bank, what the bank said, what failed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.operator_console.forms import BankForm, FreezeForm
from entrepot.payouts import operations, queries
from entrepot.payouts.operations import PayoutReport
from entrepot.payouts.rules import PayoutState, Skip
from entrepot.ui import formats, refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

STATES = {
    "made": (gettext_noop("With the bank"), "sea"),
    "confirmed": (gettext_noop("Paid"), "leaf"),
    "failed": (gettext_noop("Came back"), "brick"),
}
SKIPS = {
    Skip.NOT_DUE: gettext_noop("nothing is due yet"),
    Skip.OWES_US: gettext_noop("the seller owes us"),
    Skip.BELOW_MINIMUM: gettext_noop("less than the smallest payout"),
    Skip.SUSPENDED: gettext_noop("the seller is suspended"),
    Skip.FROZEN: gettext_noop("the seller's payouts are frozen"),
    Skip.NO_ACCOUNT: gettext_noop("the seller gave no bank account"),
    Skip.OTHER_CURRENCY: gettext_noop("the seller's bank account is in another currency"),
    Skip.NO_OPERATOR_ACCOUNT: gettext_noop("we have no account in this currency"),
}
_FAILURES_SHOWN = 50


@operators_only
@require_GET
def payouts(request: PageRequest) -> HttpResponse:
    """Show what the next run would pay and to whom not, what failed, and the runs so far."""
    preview = operations.run_payouts(now=clock.now(), dry_run=True, actor=actor(request))
    runs = queries.list_runs(limit=30)
    holds = queries.list_holds()
    names = words.who([*(found.actor for found in runs), *(hold.held_by for hold in holds)])
    due = {paid.seller_id for paid in preview.paid}
    failed = queries.list_payouts(state=PayoutState.FAILED, limit=_FAILURES_SHOWN)
    context = {
        "paid": preview.paid,
        "skipped": [(row, _(SKIPS[row.reason])) for row in preview.skipped],
        "sums": _sums(preview),
        "holds": [(hold, names[hold.held_by]) for hold in holds],
        "failed": [(payout, payout.seller_id in due) for payout in failed],
        "runs": [(found, names[found.actor], _states(found.payouts)) for found in runs],
    }
    return show(request, "payouts", "payouts", context)


def _sums(preview: PayoutReport) -> list[str]:
    sums: dict[str, Any] = {}
    for paid in preview.paid:
        sums[paid.amount.currency] = (
            sums[paid.amount.currency] + paid.amount if paid.amount.currency in sums else paid.amount
        )
    return [formats.money(amount) for _currency, amount in sorted(sums.items())]


def _states(found: tuple[queries.PayoutView, ...]) -> list[tuple[str, str, int]]:
    """Return (words, tone, how many) of each state that a run's payouts are in."""
    counts = {code: sum(payout.state == code for payout in found) for code in STATES}
    return [(_(STATES[code][0]), STATES[code][1], number) for code, number in counts.items() if number]


@operators_only
@require_POST
def run(request: PageRequest) -> HttpResponse:
    """Pay what is due."""
    return _run(request, operations.run_payouts(now=clock.now(), actor=actor(request)))


@operators_only
@require_POST
def pay_again(request: PageRequest, payout_id: UUID) -> HttpResponse:
    """Pay a seller again whose payout came back, with whatever else is due to it by now."""
    payout = queries.get_statement(payout_id).payout
    if payout.state != PayoutState.FAILED:
        messages.info(request, _("This payout has not failed."))
        return redirect("operator_console:run", run_id=payout.run_id)
    report = operations.run_payouts(
        now=clock.now(), currency=payout.amount.currency, seller_id=payout.seller_id, actor=actor(request)
    )
    return _run(request, report)


def _run(request: PageRequest, report: PayoutReport) -> HttpResponse:
    if report.run_id is None:
        why = [_(SKIPS[row.reason]) for row in report.skipped[:1]]
        messages.info(
            request, " ".join([_("Nothing is due."), *why]) if len(report.skipped) == 1 else _("Nothing is due.")
        )
        return redirect("operator_console:payouts")
    text = ngettext("%(n)s payout made.", "%(n)s payouts made.", len(report.paid))
    messages.success(request, text % {"n": formats.number(len(report.paid))})
    return redirect("operator_console:run", run_id=report.run_id)


@operators_only
@require_GET
def one_run(request: PageRequest, run_id: UUID) -> HttpResponse:
    """Show one run with its payouts and its files for the bank."""
    found = queries.get_run(run_id)
    rows = []
    for payout in found.payouts:
        text, tone = STATES[str(payout.state)]
        rows.append((payout, _(text), tone))
    who = words.who([found.actor])[found.actor]
    # Some countries' banks take a form of their own: the same payments must not be handed in twice.
    has_either = len({file.form for file in found.files}) > 1
    context = {"run": found, "who": who, "rows": rows, "form": BankForm(), "has_either": has_either}
    return show(request, "run", "payouts", context)


@operators_only
@require_POST
def bank_said(request: PageRequest, payout_id: UUID) -> HttpResponse:
    """Record that the bank paid, or did not."""
    form = BankForm(request.POST)
    payout = queries.get_statement(payout_id).payout
    if not form.is_valid():
        messages.error(request, _("Write the bank's reference, or why it did not pay."))
        return redirect("operator_console:run", run_id=payout.run_id)
    who: dict[str, Any] = {"payout_id": payout_id, "actor": actor(request), "now": clock.now()}
    try:
        if request.POST.get("outcome") == "paid":
            operations.confirm_payout(**who, bank_reference=form.cleaned_data["word"])
        elif request.POST.get("outcome") == "failed":
            operations.fail_payout(**who, reason=form.cleaned_data["word"])
        else:
            raise NotFound(outcome=request.POST.get("outcome", ""))
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Recorded."))
    return redirect("operator_console:run", run_id=payout.run_id)


@operators_only
@require_POST
def freeze(request: PageRequest, seller_id: UUID) -> HttpResponse:
    """Freeze a seller's payouts with a reason, or release them."""
    who: dict[str, Any] = {"seller_id": seller_id, "actor": actor(request), "now": clock.now()}
    form = FreezeForm(request.POST)
    try:
        if request.POST.get("act") == "release":
            operations.release_payouts(**who)
            messages.success(request, _("The payouts are released: the next run pays what is due."))
        elif form.is_valid():
            operations.freeze_payouts(**who, reason=form.cleaned_data["reason"])
            messages.success(request, _("The payouts are frozen: what is due stays due."))
        else:
            messages.error(request, _("Write why the payouts are frozen."))
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    return redirect("operator_console:case", seller_id=seller_id)


@operators_only
@require_GET
def bank_file(request: PageRequest, file_id: UUID) -> FileResponse:
    """Hand out a file for the bank."""
    view, content = queries.read_bank_file(file_id)
    return attachment(content, file_name=view.name, media_type="application/octet-stream")
