"""Buyers' names that are like one on a list: what is held, and the decision."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.operator_console.desk import actor, operators_only, show
from entrepot.operator_console.forms import BuyerForm
from entrepot.operator_console.views.verification import LIST_KINDS
from entrepot.orders import operations
from entrepot.orders.queries import screening
from entrepot.sellers import queries as sellers
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest

ROLES = {"recipient": gettext_noop("Recipient"), "company": gettext_noop("Company")}
_PER_PAGE = 20


@operators_only
@require_GET
def held(request: PageRequest) -> HttpResponse:
    """Show the purchases that are held, the longest waiting first."""
    return _show(request)


@operators_only
@require_POST
def decide(request: PageRequest, purchase_id: UUID) -> HttpResponse:
    """Clear a purchase, or refuse it."""
    decision = request.POST.get("decision", "")
    if decision not in ("clear", "refuse"):
        raise NotFound(decision=decision)
    form = BuyerForm(request.POST, purchase_id=purchase_id)
    if not form.is_valid():
        return _show(request, form=form, status=422)
    act = operations.clear_purchase if decision == "clear" else operations.refuse_purchase
    try:
        act(purchase_id=purchase_id, reason=form.cleaned_data["reason"], actor=actor(request), now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        done = _("Recorded. Its sellers may send it.") if decision == "clear" else _("Refused. The money goes back.")
        messages.success(request, done)
    return redirect("operator_console:buyers")


def _show(request: PageRequest, *, form: BuyerForm | None = None, status: int = 200) -> HttpResponse:
    rows = [
        {
            "held": found,
            "hits": [(hit, _(ROLES[hit.role]), _(LIST_KINDS[hit.list_kind])) for hit in found.hits],
            "form": form if form and form.purchase_id == found.id else BuyerForm(purchase_id=found.id),
        }
        for found in screening.list_held(limit=_PER_PAGE)
    ]
    context = {"rows": rows, "count": screening.count_held(), "lists": sellers.list_screening_lists()}
    return show(request, "held", "buyers", context, status=status)
