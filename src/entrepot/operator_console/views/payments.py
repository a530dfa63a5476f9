"""Payments to look at: attempts without an answer, refunds that were refused; and all attempts by state."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock
from entrepot.operator_console import words
from entrepot.operator_console.desk import UNANSWERED_AFTER, actor, operators_only, page_of, show
from entrepot.orders.queries import oversight
from entrepot.payments import operations, queries
from entrepot.payments.queries import Attempt, Refund
from entrepot.ui.requests import PageRequest

_PER_PAGE = 50


@operators_only
@require_GET
def payments(request: PageRequest) -> HttpResponse:
    """Show what waits for a person, then all attempts, the newest first."""
    before = clock.now() - UNANSWERED_AFTER
    state = request.GET.get("state", "")
    chosen = state if state in words.ATTEMPT_STATES else ""
    counts = queries.count_attempts()
    page = page_of(request)
    attempts = queries.list_newest_attempts(state=chosen or None, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    stuck = queries.list_stuck(before=before)
    refunds = [*queries.list_failed_refunds(), *queries.list_refunds_to_send(before=before)]
    ids = {attempt.purchase_id for attempt in (*attempts, *stuck)} | {refund.purchase_id for refund in refunds}
    links = oversight.find_links(list(ids))
    numbers = {key: link.purchase_number for key, link in links.items()}
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    context = {
        "stuck": [_attempt(row, numbers) for row in stuck],
        "refunds": [_refund(row, numbers) for row in refunds],
        "attempts": [_attempt(row, numbers) for row in attempts],
        "chips": [
            {"label": _("All"), "link": "?", "current": not chosen, "count": sum(counts.values())},
            *(
                {
                    "label": words.state(code, words.ATTEMPT_STATES)[0],
                    "link": f"?state={code}",
                    "current": code == chosen,
                    "count": counts.get(code, 0),
                }
                for code in words.ATTEMPT_STATES
                if counts.get(code) or code == chosen
            ),
        ],
        "page": page,
        "pages": -(-total // _PER_PAGE),
    }
    return show(request, "payments", "payments", context)


def _attempt(attempt: Attempt, numbers: dict[UUID, str]) -> tuple[Attempt, str, str, str, str]:
    text, tone = words.state(str(attempt.state), words.ATTEMPT_STATES)
    return attempt, text, tone, words.code(attempt.decline_code), numbers.get(attempt.purchase_id, "")


def _refund(refund: Refund, numbers: dict[UUID, str]) -> tuple[Refund, str, str, str, str]:
    text, tone = words.state(str(refund.state), words.REFUND_STATES)
    return refund, text, tone, words.code(refund.failure_code), numbers.get(refund.purchase_id, "")


@operators_only
@require_POST
def retry_refund(request: PageRequest, refund_id: UUID) -> HttpResponse:
    """Ask the service once more for a refund that it refused."""
    if queries.get_refund(refund_id).state == "failed":
        operations.retry_refund(refund_id=refund_id, actor=actor(request))
        messages.success(request, _("The payment service is asked once more."))
    else:
        messages.info(request, _("This refund has not failed, or is tried again already."))
    return redirect("operator_console:payments")
