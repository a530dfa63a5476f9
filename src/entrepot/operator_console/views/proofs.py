"""The proof of books and stock: how the last one ended, check by check, and a button for the next."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock, verification_runs
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.ui.requests import PageRequest

_GIVEN_UP_AFTER = timedelta(hours=1)  # So long a job of it never takes: whoever ran it is gone.


@operators_only
@require_GET
def proofs(request: PageRequest) -> HttpResponse:
    """Show the last proof and those before it."""
    runs = verification_runs.list_runs(limit=15)
    names = words.who(found.actor for found in runs)
    context = {
        "tabs": words.tabs("proofs", [("work", _("Jobs")), ("facts", _("Facts")), ("proofs", _("Proof of the books"))]),
        "last": verification_runs.find_last_run(),
        "pending": verification_runs.find_pending_run(since=clock.now() - _GIVEN_UP_AFTER),
        "runs": [(found, names[found.actor]) for found in runs],
    }
    return show(request, "proofs", "work", context)


@operators_only
@require_POST
def ask(request: PageRequest) -> HttpResponse:
    """Have the books proven by a job."""
    if verification_runs.find_pending_run(since=clock.now() - _GIVEN_UP_AFTER) is not None:
        messages.info(request, _("A proof waits or runs already."))
    else:
        verification_runs.request_run(actor=actor(request), now=clock.now())
        messages.success(request, _("The proof is asked for. Its answer shows here when the job has run."))
    return redirect("operator_console:proofs")
