"""The door of the console, and its frame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, cached_property, wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.kernel import clock, queue
from entrepot.kernel.errors import Forbidden
from entrepot.orders.queries import screening
from entrepot.payments import queries as payments
from entrepot.sellers import queries as sellers
from entrepot.ui.rail import RailLink
from entrepot.ui.requests import PageRequest

DeskView = Callable[..., HttpResponseBase]
# A payment service that has not answered for so long is somebody's work.
UNANSWERED_AFTER = timedelta(minutes=30)


def operators_only(view: DeskView) -> DeskView:
    """Let operators in; strangers sign in first, everybody else is refused."""

    @login_required
    @never_cache
    @wraps(view)
    def run(request: PageRequest, **named: Any) -> HttpResponseBase:
        if not request.user.is_staff:
            raise Forbidden()
        return view(request, **named)

    return run


def actor(request: PageRequest) -> str:
    """Return who decides, as the audit trail names them."""
    return f"operator:{request.user.pk}"


def page_of(request: PageRequest) -> int:
    """Return which page of a list is asked for; the first where that is no number."""
    text = request.GET.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


class Counts:
    """What the frame counts on every page, and some pages tell more of: each is read once for a page."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    @cached_property
    def sellers_by_country(self) -> dict[str, dict[str, int]]:
        return sellers.count_sellers_by_country()

    @cached_property
    def sellers(self) -> Counter[str]:
        """How many sellers are in each state."""
        return sum(map(Counter, self.sellers_by_country.values()), Counter())

    @cached_property
    def buyers(self) -> int:
        """How many purchases are held because of a name."""
        return screening.count_held()

    @cached_property
    def payments(self) -> int:
        """How many payments and refunds somebody should look at."""
        return payments.count_to_look_at(before=self._now - UNANSWERED_AFTER)

    @cached_property
    def jobs(self) -> dict[str, int]:
        """How many jobs are in each state."""
        return queue.count_jobs(now=self._now)


def counts_of(request: PageRequest) -> Counts:
    """Return the counts of the page that answers a request."""
    counts: Counts = vars(request).setdefault("desk_counts", Counts(clock.now()))
    return counts


def show(
    request: PageRequest, template: str, place: str, context: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """Show a page of the console in its frame."""
    found = counts_of(request)
    counts = {
        "verification": found.sellers.get("submitted", 0),
        "buyers": found.buyers,
        "payments": found.payments,
        "work": found.jobs["failed"],
    }
    frame = {"rail": _rail(counts), "place": place}
    return render(request, f"operator_console/{template}.html", {**frame, **(context or {})}, status=status)


def _rail(counts: dict[str, int]) -> tuple[RailLink, ...]:
    entries = [
        ("home", "today", _("Overview")),
        ("markets", "globe", _("Markets")),
        ("corridors", "grid", _("Corridors")),
        ("verification", "scales", _("Verification")),
        ("sellers", "users", _("Sellers")),
        ("buyers", "flag", _("Buyers' names")),
        ("purchases", "box", _("Purchases")),
        ("payments", "card", _("Payments")),
        ("ledger", "list", _("Ledger")),
        ("payouts", "money", _("Payouts")),
        ("work", "clock", _("Jobs")),
        ("audit", "history", _("Audit trail")),
    ]
    return (
        *(
            RailLink(name, symbol, label, _link(f"operator_console:{name}"), counts.get(name, 0))
            for name, symbol, label in entries
        ),
        RailLink("rows", "search", _("All rows"), _link("admin:index")),
    )


@cache
def _link(name: str) -> str:
    return reverse(name)
