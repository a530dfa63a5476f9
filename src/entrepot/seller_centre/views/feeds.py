"""Feeds: one is handed in and tried first, its report says what would happen, and then it is imported for good."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, gettext_noop
from django.views.decorators.http import require_GET, require_POST

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import FeedUnreadable
from entrepot.catalog.queries import FeedRunView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.seller_centre.forms.feeds import FORMATS, FeedForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
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
_TRIED = (gettext_noop("Tried"), "sea")
_SHOWN_REMARKS = 200
# What the columns of a feed are called where a reason names one.
_FIELDS = {
    "id": gettext_noop("Id"),
    "title": gettext_noop("Title"),
    "price": gettext_noop("Price"),
    "sale_price": gettext_noop("Sale price"),
    "currency": gettext_noop("Currency"),
    "quantity": gettext_noop("Quantity"),
    "availability": gettext_noop("Availability"),
    "weight": gettext_noop("Weight"),
    "size": gettext_noop("Size"),
    "gtin": gettext_noop("GTIN"),
    "hs_code": gettext_noop("HS code"),
    "country_of_origin": gettext_noop("Made in"),
    "picture": gettext_noop("Picture"),
    "group": gettext_noop("Variants"),
    "stock": gettext_noop("Stock"),
    "options": gettext_noop("Variants"),
}


@seat("manage_listings")
def feeds(request: PageRequest, member: Membership) -> HttpResponse:
    """Take a feed in, to be tried or imported at once, and show those before."""
    form = FeedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run_id = _queue(form, member, is_trial=request.POST.get("do") != "import")
        except FeedUnreadable as refusal:
            form.add_error("feed", _unreadable(refusal))
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            return redirect(link(member, "feed_run", run_id=run_id))
    runs = [{"run": run, "format": _format(run), **_words(run)} for run in queries.list_feed_runs(member.seller_id)]
    context = {"form": form, "runs": runs}
    return show(request, member, "import/feeds", "feeds", context, 422 if form.errors else 200)


def _queue(form: FeedForm, member: Membership, *, is_trial: bool) -> UUID:
    said: dict[str, Any] = {
        "format": form.cleaned_data["format"] or None,
        "seller_id": member.seller_id,
        "dry_run": is_trial,
        "options": form.options(),
        "now": clock.now(),
    }
    feed = form.cleaned_data["feed"]
    if feed is None:
        return operations.queue_feed_at(url=form.cleaned_data["url"], **said)
    return operations.queue_feed(stream=feed, name=feed.name, **said)


@seat("view_listings")
@require_GET
def feed_run(request: PageRequest, member: Membership, run_id: UUID) -> HttpResponse:
    """Show how far a feed is, and its report."""
    run = queries.get_feed_run(member.seller_id, run_id)
    context = {
        "run": run,
        "format": _format(run),
        "failure": refusals.reason(run.failure) if run.failure else "",
        "rejected": _remarks(run.rejected),
        "notes": _remarks(run.notes),
        "taken": run.created + run.updated + run.unchanged,
        "may_manage": member.may("manage_listings"),
        "open_categories": run.state == "done" and not run.dry_run and _open_categories(member.seller_id),
        "crumbs": crumbs((_("Import a feed"), link(member, "feeds")), here=run.name or _("Feed")),
        **_words(run),
    }
    return show(request, member, "import/run", "feeds", context)


@seat("manage_listings")
@require_POST
def apply(request: PageRequest, member: Membership, run_id: UUID) -> HttpResponse:
    """Import a feed that was tried, for good."""
    try:
        run_id = operations.apply_feed(seller_id=member.seller_id, run_id=run_id, now=clock.now())
    except NotFound:
        raise
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    return redirect(link(member, "feed_run", run_id=run_id))


@seat("view_listings")
@require_GET
def rejected(request: PageRequest, member: Membership, run_id: UUID) -> FileResponse:
    """Hand out what was rejected and why, as a table in the reader's language."""
    table = queries.get_feed_run_csv(member.seller_id, run_id, say=refusals.reason)
    return attachment(table.encode("utf-8-sig"), file_name=f"rejected-{run_id}.csv", media_type="text/csv")


def _unreadable(refusal: FeedUnreadable) -> str:
    reason = Sentence("This file cannot be read as a product feed: %(reason)s.", reason=refusal.fields["reason"])
    return refusals.reason(reason)


def _words(run: FeedRunView) -> dict[str, str]:
    text, tone = _TRIED if run.dry_run and run.state == "done" else STATES[run.state]
    return {"state_text": _(text), "state_tone": tone}


def _format(run: FeedRunView) -> str:
    return str(FORMATS.get(run.format, ""))


def _remarks(kept: tuple[dict[str, Any], ...]) -> list[dict[str, Any]]:
    return [
        {
            "row": remark["row"],
            "id": remark["id"],
            "field": _(_FIELDS[remark["field"]]) if remark["field"] in _FIELDS else remark["field"],
            "reason": refusals.reason(remark["reason"], remark["field"]),
        }
        for remark in kept[:_SHOWN_REMARKS]
    ]


def _open_categories(seller_id: UUID) -> bool:
    return any(
        row.listings and (row.without_hs or row.without_origin) for row in queries.list_seller_categories(seller_id)
    )
