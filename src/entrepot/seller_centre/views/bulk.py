"""Prices, stock and contacts for safety of many listings at once: asked, shown as they would become, then done."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _, ngettext

from entrepot.catalog import operations, queries
from entrepot.catalog.operations import Rejected
from entrepot.catalog.queries import SellerSku
from entrepot.catalog.rules.prices import PriceChange, change_price
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.money import Money
from entrepot.seller_centre.forms import ContactsForm
from entrepot.seller_centre.forms.choices import KEEP, contact_id
from entrepot.seller_centre.forms.listings import PriceForm, StockForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.seller_centre.selection import Selection
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import Membership
from entrepot.ui import formats, refusals
from entrepot.ui.requests import PageRequest

_COUNTED_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One variant: its price as it is and as it would become; `is_possible` when that is a price at all."""

    sku: SellerSku
    after: Money

    @property
    def is_possible(self) -> bool:
        return self.after.minor > 0

    @property
    def is_changed(self) -> bool:
        return self.after != self.sku.price


@seat("manage_listings")
def prices(request: PageRequest, member: Membership) -> HttpResponse:
    """Ask how the prices of the marked listings change, show each as it would become, then change them."""
    selection = Selection.of(request.GET)
    skus = queries.list_seller_skus(
        member.seller_id, listing_ids=selection.listing_ids(member.seller_id), language=request.choice.language
    )
    asked = "value" in request.GET
    form = PriceForm(request.GET if asked else None)
    rows: list[PriceRow] = []
    if asked and form.is_valid():
        currencies = {sku.price.currency for sku in skus}
        if form.cleaned_data["way"] != "percent" and len(currencies) > 1:
            form.add_error("way", _("These listings are priced in several currencies: change them by a percentage."))
        else:
            rows = _rows(skus, form.change())
    mark = _mark(rows)
    if request.method == "POST" and rows:
        if request.POST.get("mark") == mark:
            _change(request, member, rows)
            return redirect(f"{link(member, 'listings')}?{urlencode(selection.view.pairs)}")
        messages.warning(request, _("Prices changed meanwhile, so nothing was done. Look at the new preview."))
    context = {
        "selection": selection,
        "skus": skus,
        "form": form,
        "rows": rows,
        "changed": sum(1 for row in rows if row.is_changed and row.is_possible),
        "impossible": sum(1 for row in rows if not row.is_possible),
        "mark": mark,
        "crumbs": crumbs((_("Listings"), link(member, "listings")), here=_("Change prices")),
    }
    return show(request, member, "listings/prices", "listings", context, 422 if form.errors else 200)


def _rows(skus: Sequence[SellerSku], change: PriceChange) -> list[PriceRow]:
    return [PriceRow(sku, change_price(sku.price, change)) for sku in skus]


def _mark(rows: Sequence[PriceRow]) -> str:
    """Return what names a preview: what is confirmed must be what was shown."""
    shown = ";".join(f"{row.sku.sku_id}:{row.sku.price.minor}:{row.after.minor}" for row in rows)
    return hashlib.blake2b(shown.encode(), digest_size=12).hexdigest()


def _change(request: PageRequest, member: Membership, rows: Sequence[PriceRow]) -> None:
    wanted = [row for row in rows if row.is_changed and row.is_possible]
    result = operations.set_prices(
        seller_id=member.seller_id,
        prices={row.sku.seller_sku: (row.after.text, row.after.currency) for row in wanted},
        expected={row.sku.seller_sku: row.sku.price for row in wanted},
        now=clock.now(),
    )
    text = ngettext("%(n)s price was changed.", "%(n)s prices were changed.", result.updated)
    messages.success(request, text % {"n": formats.number(result.updated)})
    _tell_rejected(request, result.rejected)


@seat("manage_stock")
def stock(request: PageRequest, member: Membership) -> HttpResponse:
    """Show how many pieces there are of each variant of the marked listings, and take other counts."""
    selection = Selection.of(request.GET)
    skus = queries.list_seller_skus(
        member.seller_id,
        listing_ids=selection.listing_ids(member.seller_id),
        language=request.choice.language,
        limit=_COUNTED_AT_ONCE + 1,
    )
    shown = skus[:_COUNTED_AT_ONCE]
    form = StockForm(request.POST or None, skus=shown)
    if request.method == "POST" and form.is_valid():
        counts, expected = form.counts()
        result = operations.set_stock(seller_id=member.seller_id, stock=counts, expected=expected, now=clock.now())
        text = ngettext("%(n)s count was changed.", "%(n)s counts were changed.", result.updated)
        messages.success(request, text % {"n": formats.number(result.updated)})
        _tell_rejected(request, result.rejected)
        if not result.rejected:
            return redirect(f"{link(member, 'listings')}?{urlencode(selection.view.pairs)}")
        return redirect(f"{link(member, 'listing_stock')}?{urlencode(selection.pairs)}")
    context = {
        "selection": selection,
        "rows": [(sku, form[f"stock_{sku.sku_id}"], form[f"was_{sku.sku_id}"]) for sku in shown],
        "form": form,
        "is_cut": len(skus) > len(shown),
        "most": _COUNTED_AT_ONCE,
        "crumbs": crumbs((_("Listings"), link(member, "listings")), here=_("Change stock")),
    }
    return show(request, member, "listings/stock", "listings", context, 422 if form.errors else 200)


@seat("manage_listings")
def safety(request: PageRequest, member: Membership) -> HttpResponse:
    """Take who made the marked listings and who answers for their safety in the European Union."""
    selection = Selection.of(request.GET)
    contacts = sellers.list_safety_contacts(member.seller_id)
    if not contacts:
        messages.warning(request, _("Write down who makes your goods, and who answers for them in the European Union."))
        return redirect(link(member, "safety"))
    listing_ids = selection.listing_ids(member.seller_id)
    form = ContactsForm(
        request.POST if request.method == "POST" else None,
        contacts=contacts,
        none=_("As for the store"),
        keep=_("Leave as it is"),
        initial={"manufacturer_id": KEEP, "responsible_id": KEEP},
    )
    if request.method == "POST" and form.is_valid():
        said = {name: contact_id(said) for name, said in form.cleaned_data.items() if said != KEEP}
        try:
            changed = operations.set_listing_contacts(
                seller_id=member.seller_id,
                listing_ids=listing_ids,
                manufacturer_id=said.get("manufacturer_id"),
                responsible_id=said.get("responsible_id"),
                now=clock.now(),
            )
        except NotFound:
            raise
        except DomainError as refusal:
            refusals.into_form(form, refusal)
        else:
            text = ngettext("Saved for %(n)s listing.", "Saved for %(n)s listings.", changed)
            messages.success(request, text % {"n": formats.number(changed)})
            return redirect(f"{link(member, 'listings')}?{urlencode(selection.view.pairs)}")
    context = {
        "count": len(listing_ids),
        "form": form,
        "crumbs": crumbs((_("Listings"), link(member, "listings")), here=_("Product safety")),
    }
    return show(request, member, "listings/safety", "listings", context, 422 if form.errors else 200)


def _tell_rejected(request: PageRequest, rejected: Sequence[Rejected]) -> None:
    for one in rejected[:10]:
        text = _("%(sku)s was left as it is: %(reason)s")
        messages.warning(request, text % {"sku": one.sku, "reason": refusals.reason(one.reason, one.field)})
