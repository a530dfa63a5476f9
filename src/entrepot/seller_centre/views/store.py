"""The store: its front, its story in several languages, where parcels leave from, and a pause."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.catalog import operations as catalog
from entrepot.catalog.queries import PictureView, show_picture
from entrepot.catalog.rules.pictures import BYTES_MAX
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, Forbidden, InvalidField, NotFound
from entrepot.kernel.sentences import Sentence
from entrepot.markets import queries as markets
from entrepot.seller_centre.forms import StoreForm, StoriesForm
from entrepot.seller_centre.seats import seat, show, store_tabs
from entrepot.sellers import operations, queries as sellers
from entrepot.sellers.queries import Membership, StorePicture, StoreView
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@seat("view_store")
def store(request: PageRequest, member: Membership) -> HttpResponse:
    """Show the store and take changes; the first time it opens."""
    current = _current(member)
    form = _form(request, member, current)
    if request.method == "POST":
        if not member.may("manage_store"):
            raise Forbidden(role=member.role)
        if form.is_valid() and _save(form, member, current):
            messages.success(request, _("Saved."))
            return redirect("seller_centre:store", seller_id=member.seller_id)
    context = {
        "store": current,
        "tabs": store_tabs(member, "store"),
        "form": form,
        "can_edit": member.may("manage_store"),
        "pictures": _pictures(current),
    }
    return show(request, member, "store", "store", context)


@seat("manage_store")
def stories(request: PageRequest, member: Membership) -> HttpResponse:
    """Take the store's story in the languages that buyers read."""
    current = _current(member)
    if current is None:
        return redirect("seller_centre:store", seller_id=member.seller_id)
    form = StoriesForm(request.POST if request.method == "POST" else None, store=current)
    if request.method == "POST" and form.is_valid():
        try:
            operations.tell_story(**_who(member), stories=form.stories())
        except DomainError as refusal:
            refusals.into_form(form, refusal, form.names())
        else:
            messages.success(request, _("Saved."))
            return redirect("seller_centre:stories", seller_id=member.seller_id)
    context = {"tabs": store_tabs(member, "stories"), "store": current, "form": form}
    return show(request, member, "stories", "store", context)


@seat("manage_store")
@require_POST
def picture(request: PageRequest, member: Membership, place: str) -> HttpResponse:
    """Put a picture on the shop front, or take one away."""
    if _current(member) is None or place not in sellers.STORE_PICTURES:
        raise NotFound()
    upload = request.FILES.get("picture")
    try:
        kept = _keep(upload) if upload is not None else None
        if kept is not None or request.POST.get("do") == "remove":
            operations.show_store_picture(**_who(member), place=place, picture=kept)
            messages.success(request, _("Saved."))
        else:
            messages.warning(request, _("Choose a file first."))
    except InvalidField as refusal:
        messages.error(request, refusals.field_errors(refusal)[0][1])
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    return redirect("seller_centre:store", seller_id=member.seller_id)


def _keep(upload: UploadedFile) -> StorePicture:
    if (upload.size or 0) > BYTES_MAX:
        reason = Sentence("The file is larger than %(most)s MB.", most=BYTES_MAX // 1024 // 1024)
        raise InvalidField.single("picture", reason)
    kept = catalog.keep_picture(content=upload.read())
    return StorePicture(kept.content_hash, kept.width, kept.height)


def _pictures(current: StoreView | None) -> list[tuple[str, str, str, PictureView | None]]:
    """Return the places of the shop front: code, name, hint, and the picture that is there."""
    if current is None:
        return []
    shown = {place: show_picture(**asdict(kept)) for place, kept in current.pictures.items()}
    return [
        ("logo", _("Logo"), _("Square, at least 320 pixels a side."), shown.get("logo")),
        ("cover", _("Cover"), _("Wide, best 1280 × 320 pixels: it stands above your goods."), shown.get("cover")),
    ]


@seat("manage_store")
@require_POST
def set_state(request: PageRequest, member: Membership) -> HttpResponse:
    """Pause the store, or open it again."""
    if _current(member) is None:
        raise NotFound()
    try:
        if request.POST.get("state") == "paused":
            operations.pause_store(**_who(member))
            messages.success(request, _("The store is paused. Orders that are placed go on."))
        else:
            operations.reopen_store(**_who(member))
            messages.success(request, _("The store is open again."))
    except DomainError as refusal:
        messages.error(request, refusals.text(refusal))
    return redirect("seller_centre:store", seller_id=member.seller_id)


def _current(member: Membership) -> StoreView | None:
    return sellers.get_stores([member.seller_id]).get(member.seller_id)


def _who(member: Membership) -> dict[str, Any]:
    return {"seller_id": member.seller_id, "person_id": member.person_id, "now": clock.now()}


def _form(request: PageRequest, member: Membership, current: StoreView | None) -> StoreForm:
    pack = markets.get_pack(member.seller_country)
    countries = list(dict.fromkeys([member.seller_country, *([current.dispatch_country] if current else [])]))
    initial: dict[str, Any] = {"name": member.seller_name}
    if current is not None:
        names = ("name", "story", "dispatch_country", "dispatch_region", "dispatch_postal_code", "dispatch_city")
        initial = {name: getattr(current, name) for name in (*names, "language")}
    return StoreForm(
        request.POST if request.method == "POST" else None,
        countries=countries,
        languages=list(pack.languages),
        is_new=current is None,
        initial=initial,
    )


def _save(form: StoreForm, member: Membership, current: StoreView | None) -> bool:
    try:
        if current is None:
            operations.open_store(**_who(member), **form.cleaned_data)
        else:
            operations.change_store(**_who(member), **form.cleaned_data)
    except DomainError as refusal:
        refusals.into_form(form, refusal)
        return False
    return True
