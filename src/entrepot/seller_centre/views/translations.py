"""A listing's words in other languages than its seller's."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from entrepot.catalog import operations, queries
from entrepot.catalog.queries import ListingView, TranslationView
from entrepot.catalog.rules import texts
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.kernel.languages import text_language
from entrepot.seller_centre.forms.editor import WordsForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest


@seat("manage_listings")
def translation(request: PageRequest, member: Membership, listing_id: UUID, language: str) -> HttpResponse:
    """Show a listing's own words beside those of another language, and take the latter."""
    listing = queries.get_listing(listing_id, "", seller_id=member.seller_id)
    offered = {text_language(code) for code, _name in settings.LANGUAGES}
    if language == listing.language or language not in offered | {*listing.languages}:
        raise Http404
    stored = queries.get_translation(member.seller_id, listing_id, language)
    form = _form(request, listing, stored)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_translation(
                seller_id=member.seller_id,
                listing_id=listing_id,
                language=language,
                title=form.cleaned_data["title"],
                description=form.cleaned_data["description"],
                attributes=form.attributes(),
                options=form.options(),
                now=clock.now(),
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            text = _("The words in %(language)s are saved.")
            messages.success(request, text % {"language": formats.language_name(language)})
            return redirect(link(member, "listing_edit", listing_id=listing_id))
    context = {
        "listing": listing,
        "code": language,
        "form": form,
        "is_there": stored is not None,
        "own_description": texts.as_typed(listing.description),
        "crumbs": crumbs(
            (_("Listings"), link(member, "listings")),
            (listing.title, link(member, "listing_edit", listing_id=listing_id)),
            here=formats.language_name(language),
        ),
    }
    return show(request, member, "listings/translation", "listings", context, 422 if form.errors else 200)


def _form(request: PageRequest, listing: ListingView, stored: TranslationView | None) -> WordsForm:
    words = list(dict.fromkeys(word for sku in listing.skus for pair in sku.options for word in pair))
    initial: dict[str, str] = {}
    if stored is not None:
        initial = {"title": stored.title, "description": texts.as_typed(stored.description)}
        for number, (name, value) in enumerate(stored.attributes[: len(listing.attributes)]):
            initial |= {f"attribute_{number}_name": name, f"attribute_{number}_value": value}
        initial |= {f"option_{number}": stored.options.get(word, "") for number, word in enumerate(words)}
    return WordsForm(request.POST or None, initial=initial, attributes=listing.attributes, options=words)


@seat("manage_listings")
@require_POST
def remove_translation(request: PageRequest, member: Membership, listing_id: UUID, language: str) -> HttpResponse:
    """Take a listing's words in another language away."""
    operations.remove_translation(seller_id=member.seller_id, listing_id=listing_id, language=language, now=clock.now())
    messages.success(request, _("The translation is removed; buyers read your own words."))
    return redirect(link(member, "listing_edit", listing_id=listing_id))
