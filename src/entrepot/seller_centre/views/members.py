"""Who acts for the business: members with their roles, and who was asked to become one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, Forbidden, NotFound
from entrepot.seller_centre import words
from entrepot.seller_centre.forms import InviteForm
from entrepot.seller_centre.seats import seat, show, store_tabs
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import InvitationView, Membership, MemberView
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@seat("view_members")
def members(request: PageRequest, member: Membership) -> HttpResponse:
    """Show the members and the open invitations, and invite another one."""
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if not member.may("manage_members"):
            raise Forbidden(role=member.role)
        if form.is_valid() and _invite(form, member):
            messages.success(request, _("Invited: %(email)s") % {"email": form.cleaned_data["email"]})
            return _back(member)
    context = {
        "tabs": store_tabs(member, "members"),
        "people": [_person(row, member) for row in queries.list_members(member.seller_id)],
        "invitations": [_invitation(row) for row in queries.list_invitations(member.seller_id)],
        "roles": [(code, words.role(code)) for code in words.ROLES],
        "form": form,
        "can_edit": member.may("manage_members"),
    }
    return show(request, member, "members", "store", context)


@seat("manage_members")
@require_POST
def change_role(request: PageRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """Give a member another role."""
    person = _find(member, member_id)
    try:
        operations.change_role(**_who(member), member_id=member_id, role=request.POST.get("role", ""), now=clock.now())
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
        return _back(member)
    messages.success(request, _("The role of %(email)s is changed.") % {"email": person.email})
    if member_id == member.person_id:  # Who is an owner no more may not see this page.
        return redirect("seller_centre:store", seller_id=member.seller_id)
    return _back(member)


@seat("view_store")
@require_POST
def remove(request: PageRequest, member: Membership, member_id: UUID) -> HttpResponse:
    """End a seat: an owner anybody's, everybody their own."""
    person = _find(member, member_id)
    try:
        operations.remove_member(**_who(member), member_id=member_id, now=clock.now())
    except operations.LastOwner as refusal:
        messages.error(request, refusals.text(refusal))
        return _back(member)
    messages.success(request, _("%(email)s is no member any more.") % {"email": person.email})
    return redirect("seller_centre:home") if member_id == member.person_id else _back(member)


@seat("manage_members")
@require_POST
def revoke(request: PageRequest, member: Membership, invitation_id: UUID) -> HttpResponse:
    """Take an invitation back."""
    try:
        found = operations.revoke_invitation(**_who(member), invitation_id=invitation_id, now=clock.now())
    except operations.InvitationClosed as refusal:
        messages.error(request, refusals.text(refusal))
    else:
        messages.success(request, _("The invitation to %(email)s is taken back.") % {"email": found.email})
    return _back(member)


def _who(member: Membership) -> dict[str, Any]:
    return {"seller_id": member.seller_id, "person_id": member.person_id}


def _back(member: Membership) -> HttpResponse:
    return redirect("seller_centre:members", seller_id=member.seller_id)


def _find(member: Membership, member_id: UUID) -> MemberView:
    for row in queries.list_members(member.seller_id):
        if row.person_id == member_id:
            return row
    raise NotFound(member_id=member_id)


def _invite(form: InviteForm, member: Membership) -> bool:
    try:
        operations.invite_member(**_who(member), **form.cleaned_data, now=clock.now())
    except DomainError as refusal:
        refusals.into_form(form, refusal)
        return False
    return True


def _person(row: MemberView, member: Membership) -> dict[str, Any]:
    return {
        "id": row.person_id,
        "email": row.email,
        "name": row.name,
        "role": row.role,
        "role_name": words.role(row.role),
        "joined_at": row.joined_at,
        "is_self": row.person_id == member.person_id,
    }


def _invitation(row: InvitationView) -> dict[str, Any]:
    state = "expired" if row.closed_because(row.email, clock.now()) == "expired" else row.state
    text, tone = words.state(state, words.INVITATION_STATES)
    return {
        "id": row.id,
        "email": row.email,
        "role_name": words.role(row.role),
        "created_at": row.created_at,
        "is_open": state == "open",
        "text": text,
        "tone": tone,
    }
