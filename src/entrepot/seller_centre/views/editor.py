"""The listing editor: a listing is written, looked at as buyers abroad would see its price, saved and put on sale."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import ListingChanged, Shown, UpsertResult
from entrepot.catalog.queries import ListingView
from entrepot.customs.classification import Candidate
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.languages import text_language
from entrepot.seller_centre import suggestions, words
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.editor import checklist, pictures, preview
from entrepot.seller_centre.editor.changes import Difference, differences
from entrepot.seller_centre.editor.sheet import Sheet
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

_SAVES = {"save": None, "publish": "active"}


@seat("manage_listings")
def new(request: PageRequest, member: Membership) -> HttpResponse:
    """Write a new listing."""
    return _editor(request, member, None)


@seat("manage_listings")
def edit(request: PageRequest, member: Membership, listing_id: UUID) -> HttpResponse:
    """Change a listing of the seller's."""
    return _editor(request, member, queries.get_listing(listing_id, "", seller_id=member.seller_id))


def _editor(request: PageRequest, member: Membership, listing: ListingView | None) -> HttpResponse:
    seller = sellers.get_seller(member.seller_id)
    if seller.store is None:
        messages.warning(request, _("Open your store first: listings stand in a store."))
        return redirect(link(member, "store"))
    shelves = Shelves(request.choice.language)
    sheet = Sheet.open(seller=seller, shelves=shelves, listing=listing)
    wanted = request.POST.get("do", "")
    changes: list[Difference] = []
    status = 200
    if request.method == "POST":
        sheet.take(request.POST)
        sheet.picture_faults = pictures.take(request.FILES.getlist("pictures"), member.seller_id, sheet.pictures)
        pictures.move(sheet.pictures, wanted)
        if code := suggestions.taken(request.POST):
            sheet.values["hs_code"] = code
            sheet.show()
        elif wanted in ("variants", "add") or (wanted in _SAVES and sheet.has_other_options):
            _make_variants(request, sheet, wanted)
        elif wanted in _SAVES:
            saved, changes = _save(sheet, wanted, suggestions.shown(request.POST, member))
            if saved is not None:
                _tell_saved(request, saved, wanted)
                return redirect(link(member, "listing_edit", listing_id=saved.listing_id))
            status = 409 if changes else 422
    return show(request, member, "listings/editor", "listings", _context(request, member, sheet, changes), status)


def _make_variants(request: PageRequest, sheet: Sheet, wanted: str) -> None:
    sheet.make_variants()
    if wanted in _SAVES:
        messages.warning(request, _("The variants were made from your options. Look at their prices, then save."))


def _save(sheet: Sheet, wanted: str, shown: Shown | None) -> tuple[UpsertResult | None, list[Difference]]:
    """Save what was typed; return what was saved, or nothing and what somebody else changed meanwhile."""
    if wanted == "publish" and not sheet.is_priced:
        sheet.check()
        sheet.forms[0].fields["price"].required = True
        sheet.forms[0].add_error("price", _("Nothing can be bought without a price."))
        return None, []
    if not sheet.check():
        return None, []
    seller_id = sheet.seller.id
    state = _SAVES[wanted] or ("draft" if sheet.listing is None else sheet.listing.state)
    try:
        saved = operations.upsert_listing(
            seller_id=seller_id,
            listing=sheet.as_input(None if state == "blocked" else state),
            expected_version=sheet.version if sheet.listing else None,
            shown=shown,
            now=clock.now(),
        )
        codes = {label: saved.skus[name] for label, name in sheet.names.items()}
        places = pictures.places(sheet.pictures, codes)
        operations.arrange_pictures(seller_id=seller_id, listing_id=saved.listing_id, places=places, now=clock.now())
    except NotFound:
        raise
    except ListingChanged:
        return None, _changed(sheet)
    except DomainError as refusal:
        sheet.refuse(refusal)
        return None, []
    return saved, []


def _changed(sheet: Sheet) -> list[Difference]:
    """Return what is stored by now beside what was typed; saving again takes what was typed."""
    assert sheet.listing is not None, "only a stored listing changes"
    listing = queries.get_listing(sheet.listing.id, "", seller_id=sheet.seller.id)
    stored = Sheet.open(seller=sheet.seller, shelves=sheet.shelves, listing=listing)
    sheet.version = listing.version
    return differences(sheet, stored)


def _tell_saved(request: PageRequest, saved: UpsertResult, wanted: str) -> None:
    if wanted == "publish":
        messages.success(request, _("It is on sale. Buyers find it within a minute."))
    elif saved.created:
        messages.success(request, _("The draft is saved."))
    else:
        messages.success(request, _("Saved."))


def _context(request: PageRequest, member: Membership, sheet: Sheet, changes: list[Difference]) -> dict[str, Any]:
    now = clock.now()
    listing = sheet.listing
    data = request.POST if request.method == "POST" else None
    countries = preview.chosen_countries(request.session, data, now)
    number = preview.shown_variant(sheet, request.POST.get("shown", ""))
    text, tone = words.state(listing.state if listing else "draft", words.LISTING_STATES)
    slug = sheet.shelves.find(sheet.values["category"]) if sheet.values["category"] else None
    candidates: tuple[Candidate, ...] = ()
    if sheet.values["title"] and not (listing and listing.hs_code):
        candidates = queries.suggest_codes(sheet.as_described(), seller_id=member.seller_id, category=slug)
    todo = checklist.points(sheet)
    name = listing.title if listing else _("New listing")
    return {
        "sheet": sheet,
        "listing": listing,
        "changes": changes,
        "state_text": text,
        "state_tone": tone,
        "suggested": suggestions.rows(candidates),
        "sealed": suggestions.seal(candidates),
        "points": todo,
        "troubles": queries.list_picture_troubles(member.seller_id, listing.id) if listing else (),
        "lacking": sum(1 for point in todo if not point.is_done),
        "preview": preview.rows(sheet, number=number, countries=countries, at=now),
        "preview_countries": countries,
        "preview_choices": preview.country_choices(now),
        "shown": number,
        "translations": _translations(listing) if listing else [],
        "crumbs": crumbs((_("Listings"), link(member, "listings")), here=name),
    }


def _translations(listing: ListingView) -> list[dict[str, Any]]:
    codes = dict.fromkeys([*(text_language(code) for code, _name in settings.LANGUAGES), *listing.languages])
    return [
        {"code": code, "name": formats.language_name(code), "is_there": code in listing.languages}
        for code in codes
        if code != listing.language
    ]
