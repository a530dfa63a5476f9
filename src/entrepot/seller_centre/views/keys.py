"""The keys with which the seller's own programs act for it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.accounts import operations, queries
from entrepot.accounts.queries import ApiKeyView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.seller_centre import words
from entrepot.seller_centre.forms import KeyForm
from entrepot.seller_centre.seats import seat, show, store_tabs
from entrepot.sellers.queries import Membership
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@seat("manage_api_keys")
def keys(request: PageRequest, member: Membership) -> HttpResponse:
    """
    Show the keys, and make one.

    The answer to the form itself carries the secret, because nothing keeps it that a redirect could show it from.
    """
    form = KeyForm(request.POST if request.method == "POST" else None)
    made: ApiKeyView | None = None
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            made, secret = operations.issue_api_key(
                seller_id=member.seller_id, person_id=member.person_id, **form.cleaned_data, now=clock.now()
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            form = KeyForm()
    found = queries.list_api_keys(member.seller_id)
    makers = queries.get_people(list({key.person_id for key in found}))
    rows = [
        {
            "key": key,
            "scopes": [_(words.SCOPES[scope]) for scope in words.SCOPES if scope in key.scopes],
            "by": makers[key.person_id].email,
        }
        for key in sorted(found, key=lambda key: key.revoked_at is not None)
    ]
    context = {"tabs": store_tabs(member, "keys"), "rows": rows, "form": form, "made": made, "secret": secret}
    return show(request, member, "keys", "store", context)


@seat("manage_api_keys")
@require_POST
def revoke(request: PageRequest, member: Membership, key_id: UUID) -> HttpResponse:
    """Close a key at once and for good."""
    key = operations.revoke_api_key(
        seller_id=member.seller_id, key_id=key_id, person_id=member.person_id, now=clock.now()
    )
    messages.success(request, _("The key “%(name)s” works no more.") % {"name": key.name})
    return redirect("seller_centre:keys", seller_id=member.seller_id)
