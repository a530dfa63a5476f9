"""Where the link in an invitation's mail leads: sign in or sign up, then accept."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.seller_centre import words
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import InvitationView
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@never_cache
def invitation(request: PageRequest, token: str) -> HttpResponse:
    """Show what is offered, and take it when the person whose mailbox it was sent to says so."""
    found = queries.get_invitation(token)
    if request.method == "POST" and request.user.is_authenticated:
        try:
            seat = operations.accept_invitation(token=token, person_id=request.user.pk, now=clock.now())
        except DomainError as refusal:
            return _page(request, found, refusal=refusal, status=409)
        messages.success(request, _("You act for %(name)s now.") % {"name": seat.seller_name})
        if seat.seller_state in ("approved", "suspended"):
            return redirect("seller_centre:today", seller_id=seat.seller_id)
        return redirect("seller_centre:home")
    return _page(request, found)


def _page(
    request: PageRequest, found: InvitationView, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    is_known = request.user.is_authenticated
    mailbox = request.user.email if is_known else found.email
    reason = found.closed_because(mailbox, clock.now())
    is_member = is_known and queries.membership(request.user.pk, found.seller_id) is not None
    back = urlencode({"next": request.path})
    context = {
        "invitation": found,
        "role": words.role(found.role),
        "role_may": _(words.ROLES[found.role][1]),
        "reason": reason,
        "refusal": _(words.INVITATION_CLOSED[reason]) if reason else refusals.text(refusal) if refusal else "",
        "is_member": is_member,
        "sign_in": f"{reverse('account_login')}?{back}",
        "sign_up": f"{reverse('account_signup')}?{back}",
    }
    return render(request, "seller_centre/invitation.html", context, status=status)
