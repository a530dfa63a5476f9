"""Codes suggested for a seller's categories that have none: looked through and confirmed at once."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, ngettext

from entrepot.catalog import operations, queries
from entrepot.catalog.queries import CategorySuggestion
from entrepot.kernel import clock
from entrepot.seller_centre import suggestions
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.seller_centre.suggestions import Suggestion
from entrepot.sellers.queries import Membership
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Row:
    """A category with the codes that may be picked for it."""

    id: int
    text: str
    name: str
    listings: int
    why: str
    choices: list[Suggestion]
    picked: str
    is_marked: bool


@seat("manage_listings")
def codes(request: PageRequest, member: Membership) -> HttpResponse:
    """Show what the goods of each category without a code speak for, and confirm those that the seller marks."""
    found = queries.suggest_codes_of_categories(member.seller_id)
    shelves = Shelves(request.choice.language)
    rows = [row for one in found if (row := _row(request, one, shelves)).choices]
    status = 200
    if request.method == "POST":
        marked = [row for row in rows if row.is_marked]
        if marked:
            _confirm(request, member, marked)
            return redirect(link(member, "categories"))
        messages.warning(request, _("Mark the categories whose codes are right."))
        status = 422
    context = {
        "rows": rows,
        "crumbs": crumbs(
            (_("Listings"), link(member, "listings")),
            (_("Your categories"), link(member, "categories")),
            here=_("Suggested codes"),
        ),
    }
    return show(request, member, "listings/codes", "listings", context, status)


def _row(request: PageRequest, found: CategorySuggestion, shelves: Shelves) -> Row:
    choices = [one for one in suggestions.rows(found.candidates) if one.can_be_taken]
    picked = request.POST.get(f"code_{found.id}", "")
    return Row(
        id=found.id,
        text=found.text,
        name=shelves.name_of(found.text),
        listings=found.listings,
        why=choices[0].why if choices else "",
        choices=choices,
        picked=picked if picked in {one.code for one in choices} else "",
        is_marked=str(found.id) in request.POST.getlist("category"),
    )


def _confirm(request: PageRequest, member: Membership, marked: list[Row]) -> None:
    now = clock.now()
    listings = 0
    for row in marked:
        done = operations.set_category_customs(
            seller_id=member.seller_id,
            seller_category=row.text,
            hs_code=row.picked or row.choices[0].code,
            confirmed_by=member.person_id,
            shown=operations.Shown(member.person_id, tuple(one.code for one in row.choices)),
            now=now,
        )
        listings += done.listings
    text = ngettext("Confirmed for %(n)s listing.", "Confirmed for %(n)s listings.", listings)
    messages.success(request, text % {"n": formats.number(listings)})
