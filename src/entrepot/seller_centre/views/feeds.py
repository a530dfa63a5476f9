"""Feeds: one is handed in, read in a job, and its report says what changed and what was rejected and why."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_noop
from django.views.decorators.http import require_GET

from entrepot.catalog import operations, queries
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.seller_centre.forms import FeedForm
from entrepot.seller_centre.seats import seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui import refusals
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest

STATES = {
    "waiting": (gettext_noop("Waiting"), "quiet"),
    "running": (gettext_noop("Being read"), "sea"),
    "done": (gettext_noop("Done"), "leaf"),
    "failed": (gettext_noop("Could not be read"), "brick"),
}


@seat("manage_listings")
def feeds(request: PageRequest, member: Membership) -> HttpResponse:
    """Take a feed in and show those before."""
    form = FeedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        feed = form.cleaned_data["feed"]
        try:
            run_id = operations.queue_feed(
                stream=feed,
                name=feed.name,
                format=form.cleaned_data["format"] or None,
                seller_id=member.seller_id,
                dry_run=form.cleaned_data["dry_run"],
                now=clock.now(),
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            return redirect("seller_centre:feed_run", seller_id=member.seller_id, run_id=run_id)
    runs = [(run, *_words(run.state)) for run in queries.list_feed_runs(member.seller_id)]
    return show(request, member, "feeds", "feeds", {"form": form, "runs": runs})


@seat("view_listings")
@require_GET
def feed_run(request: PageRequest, member: Membership, run_id: UUID) -> HttpResponse:
    """Show how far a feed is, and its report."""
    run = queries.get_feed_run(member.seller_id, run_id)
    text, tone = _words(run.state)
    context = {"run": run, "state_text": text, "state_tone": tone, "is_open": run.state in ("waiting", "running")}
    return show(request, member, "feed_run", "feeds", context)


@seat("view_listings")
@require_GET
def rejected(request: PageRequest, member: Membership, run_id: UUID) -> FileResponse:
    """Hand out what was rejected and why, as a table."""
    table = queries.get_feed_run_csv(member.seller_id, run_id)
    return attachment(table.encode("utf-8-sig"), file_name=f"rejected-{run_id}.csv", media_type="text/csv")


def _words(state: str) -> tuple[str, str]:
    text, tone = STATES[state]
    return _(text), tone
