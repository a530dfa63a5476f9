"""Facts and jobs: what happened, who has read it, what waits, runs, is tried again or has failed, and why."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from entrepot.kernel import clock, facts as log, queue
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.operator_console import words
from entrepot.operator_console.desk import actor, counts_of, operators_only, page_of, show
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest

_PER_PAGE = 50
STATES = {
    "failed": (gettext_noop("Failed"), "brick"),
    "retrying": (gettext_noop("To be tried again"), "brick"),
    "running": (gettext_noop("Running"), "sea"),
    "waiting": (gettext_noop("Waiting"), "quiet"),
    "later": (gettext_noop("Later"), "quiet"),
}
FOLLOWERS = {"jobs": gettext_noop("Jobs: each fact starts its reactions")}


@operators_only
@require_GET
def jobs(request: PageRequest) -> HttpResponse:
    """Show the jobs of the queue, the failed first, and how far facts are followed."""
    now = clock.now()
    state = request.GET.get("state", "")
    chosen = state if state in STATES else ""
    counts = counts_of(request).jobs
    page = page_of(request)
    rows = queue.list_jobs(state=chosen or None, now=now, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    total = counts[chosen] if chosen else sum(counts.values())
    context = {
        "tabs": _tabs("work"),
        "rows": [
            (row, words.job(row.name), *words.state(row.state, STATES), words.values(row.arguments)) for row in rows
        ],
        "followers": [(found, _(FOLLOWERS.get(found.name, found.name))) for found in log.list_followers()],
        "chips": [
            {"label": _("All"), "link": "?", "current": not chosen, "count": sum(counts.values())},
            *(
                {
                    "label": words.state(code, STATES)[0],
                    "link": f"?state={code}",
                    "current": code == chosen,
                    "count": counts[code],
                }
                for code in STATES
            ),
        ],
        "state": chosen,
        "page": page,
        "pages": -(-total // _PER_PAGE),
    }
    return show(request, "jobs", "work", context)


@operators_only
@require_POST
def retry(request: PageRequest, job_id: int) -> HttpResponse:
    """Have a job tried again that has failed for good."""
    try:
        queue.retry_job(job_id=job_id, actor=actor(request), now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("The job waits in the queue again."))
    return redirect("operator_console:work")


@operators_only
@require_GET
def facts(request: PageRequest) -> HttpResponse:
    """Show the log of facts, the newest first; what may tell of a person is left out."""
    kind = request.GET.get("kind", "")
    kinds = log.list_kinds()
    chosen = kind if kind in kinds else ""
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    rows = log.list_facts(kind=chosen or None, before=place, limit=_PER_PAGE + 1)
    kept = {"kind": chosen} if chosen else {}
    older = "?" + urlencode({**kept, "before": str(rows[_PER_PAGE - 1].id)}) if len(rows) > _PER_PAGE else ""
    context = {
        "tabs": _tabs("facts"),
        "rows": [(row, words.values(row.shown)) for row in rows[:_PER_PAGE]],
        "kinds": kinds,
        "kind": chosen,
        "older": older,
        "first": "?" + urlencode(kept) if place else "",
    }
    return show(request, "facts", "work", context)


def _tabs(current: str) -> list[dict[str, object]]:
    return words.tabs(current, [("work", _("Jobs")), ("facts", _("Facts")), ("proofs", _("Proof of the books"))])
