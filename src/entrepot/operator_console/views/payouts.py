"""Payout runs: what is due, a run, its files for the bank, and what the bank said."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_noop, ngettext
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.operator_console.forms import BankForm
from entrepot.payouts import operations, queries
from entrepot.payouts.rules import Skip
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
    Skip.NO_ACCOUNT: gettext_noop("the seller gave no bank account"),
    Skip.OTHER_CURRENCY: gettext_noop("the seller's bank account is in another currency"),
    Skip.NO_OPERATOR_ACCOUNT: gettext_noop("we have no account in this currency"),
}


@operators_only
@require_GET
def payouts(request: PageRequest) -> HttpResponse:
    """Show what the next run would pay and to whom not, and the runs so far."""
    preview = operations.run_payouts(now=clock.now(), dry_run=True, actor=actor(request))
    runs = queries.list_runs(limit=30)
    names = words.who(found.actor for found in runs)
    context = {
        "paid": preview.paid,
        "skipped": [(row, _(SKIPS[row.reason])) for row in preview.skipped],
        "runs": [(found, names[found.actor]) for found in runs],
    }
    return show(request, "payouts", "payouts", context)


@operators_only
@require_POST
def run(request: PageRequest) -> HttpResponse:
    """Pay what is due."""
    try:
        report = operations.run_payouts(now=clock.now(), actor=actor(request))
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
        return redirect("operator_console:payouts")
    if report.run_id is None:
        messages.info(request, _("Nothing is due."))
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
    return show(request, "run", "payouts", {"run": found, "rows": rows, "form": BankForm()})


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
        else:
            operations.fail_payout(**who, reason=form.cleaned_data["word"])
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("Recorded."))
    return redirect("operator_console:run", run_id=payout.run_id)


@operators_only
@require_GET
def bank_file(request: PageRequest, file_id: UUID) -> FileResponse:
    """Hand out a file for the bank."""
    view, content = queries.read_bank_file(file_id)
    return attachment(content, file_name=view.name, media_type="application/octet-stream")
