"""What a reader comes back to: the wish list, goods side by side, what was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import CardView
from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError, NotFound
from entrepot.kernel.money import Money
from entrepot.orders.queries import Wish
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import CardPrice
from entrepot.storefront import carts, comparing, seen, wishing, words
from entrepot.storefront.forms import AddForm
from entrepot.ui import formats
from entrepot.ui.redirects import safe_target
from entrepot.ui.requests import PageRequest


@dataclass(frozen=True, slots=True)
class WishRow:
    """A wish as the page shows it; `fell_from` is its seller's price when it was kept, where it costs less now."""

    id: UUID
    link: str
    title: str
    image: str
    price: str
    note: str
    fell_from: Money | None
    price_now: Money | None
    is_from: bool = False
    is_sold_out: bool = False
    sku: str = ""


@never_cache
@require_GET
def wishes(request: PageRequest) -> HttpResponse:
    """Show the wish list: what each costs delivered now, what fell in price, what is gone."""
    kept = wishing.list_wishes(request)
    ids = [wish.listing_id for wish in kept]
    views = {view.id: view for view in catalog.get_cards(ids, request.choice.language)}
    prices = pricing.get_card_prices(
        listing_ids=list(views), destination=request.choice.country, currency=request.choice.currency, at=clock.now()
    )
    skus = catalog.find_only_skus(list(views))
    rows = [_row(wish, views.get(wish.listing_id), prices.get(wish.listing_id), skus, request) for wish in kept]
    shown = {"place": "wishes", "tab": "wishes", "rows": rows, "wish_count": len(rows)}
    response = render(request, "storefront/wishes.html", shown)
    if request.user.is_authenticated:
        wishing.keep_count(response, len(rows))
    return response


def _row(
    wish: Wish, view: CardView | None, price: CardPrice | None, skus: dict[UUID, str], request: PageRequest
) -> WishRow:
    country = request.choice.country
    if view is None:
        return WishRow(wish.listing_id, "", _("Not offered any more"), "", "", "", None, None)
    if price is None:
        shown = formats.money(view.price)
        note = _("not delivered to %(country)s") % {"country": formats.place(country)}
    else:
        shown = formats.money(Money(price.amount, price.currency))
        note, _tone = words.delivered_note(price.import_charges, price.sure, country)
    fell = view.price.currency == wish.price.currency and view.price < wish.price
    is_sold_out = view.available < 1
    return WishRow(
        id=view.id,
        link=f"/listing/{view.id}/{view.slug}",
        title=view.title,
        image=view.image,
        price=shown,
        note=note,
        fell_from=wish.price if fell else None,
        price_now=view.price,
        is_from=bool(price and price.several_prices),
        is_sold_out=is_sold_out,
        sku=skus.get(view.id, "") if price is not None and not is_sold_out else "",
    )


@require_POST
def add_wish(request: PageRequest) -> HttpResponse:
    """Put a listing on the wish list."""
    view = _read_listing(request)
    response = _answer_wish(request, view.id, is_wished=True)
    try:
        wishing.add(request, response, listing_id=view.id, price=view.price)
    except DomainError as refusal:
        messages.error(request, words.refused(refusal))
        return _leave(request, reverse("storefront:wishes"))
    return response


@require_POST
def drop_wish(request: PageRequest) -> HttpResponse:
    """Take a listing off the wish list."""
    listing_id = _read_id(request)
    response = _answer_wish(request, listing_id, is_wished=False)
    wishing.drop(request, response, listing_id=listing_id)
    return response


@require_POST
def move_wish(request: PageRequest) -> HttpResponse:
    """Put a wish into the cart and take it off the list."""
    listing_id, form = _read_id(request), AddForm(request.POST)
    if not form.is_valid():
        raise NotFound(sku=request.POST.get("sku", ""))
    try:
        changed = carts.add(request, sku=form.cleaned_data["sku"], quantity=form.cleaned_data["quantity"])
    except DomainError as refusal:
        messages.error(request, words.refused(refusal))
        return redirect("storefront:wishes")
    response = redirect("storefront:cart")
    carts.keep(response, changed)
    wishing.drop(request, response, listing_id=listing_id)
    return response


@never_cache
@require_GET
def compare(request: PageRequest) -> HttpResponse:
    """Show goods side by side; the address says which, so that it can be shared."""
    asked = _to_ids(request.GET.getlist("of"))
    if not asked and (kept := comparing.COOKIE.read(request)):
        return redirect(_address(kept))
    found = comparing.compare(asked, request.choice)
    context = {
        "place": "",
        "columns": found.columns,
        "rows": found.rows,
        "most": comparing.MOST,
        "has_room": len(found.columns) < comparing.MOST,
    }
    return render(request, "storefront/compare.html", context)


@require_POST
def add_compared(request: PageRequest) -> HttpResponse:
    """Put a listing beside those that are compared; it is refused where four are."""
    view, kept = _read_listing(request), comparing.COOKIE.read(request)
    if view.id not in kept:
        if len(kept) >= comparing.MOST:
            messages.error(request, _("Four are compared at most. Take one out, then add another."))
            return redirect(_address(kept))
        kept = (*kept, view.id)
    response = redirect(_address(kept))
    comparing.COOKIE.write(response, kept)
    return response


@require_POST
def drop_compared(request: PageRequest) -> HttpResponse:
    """Take a listing out of those that the page compared; the others are what is compared from now on."""
    gone = _read_id(request)
    kept = tuple(one for one in _to_ids(request.POST.getlist("of")) if one != gone)[: comparing.MOST]
    response = redirect(_address(kept))
    comparing.COOKIE.write(response, kept)
    return response


@require_POST
def forget_seen(request: PageRequest) -> HttpResponse:
    """Forget what was looked at."""
    response = _leave(request, "/")
    seen.forget(response)
    return response


def _address(listing_ids: tuple[UUID, ...]) -> str:
    query = urlencode([("of", str(one)) for one in listing_ids])
    return reverse("storefront:compare") + (f"?{query}" if query else "")


def _answer_wish(request: PageRequest, listing_id: UUID, *, is_wished: bool) -> HttpResponse:
    """
    Return the product page's buttons and the number of wishes where they alone were asked for, else the page that led
    here. The list is as it was before.
    """
    if request.headers.get("HX-Request") == "true":
        count = wishing.count(request) + is_wished - wishing.is_wished(request, listing_id)
        shown = {"listing_id": listing_id, "is_wished": is_wished, "wish_count": count}
        return render(request, "storefront/_wish_answer.html", shown)
    messages.success(request, _("It is on your wish list.") if is_wished else _("It is off your wish list."))
    return _leave(request, reverse("storefront:wishes"))


def _leave(request: PageRequest, default: str) -> HttpResponse:
    return redirect(safe_target(request, request.headers.get("Referer"), default))


def _read_listing(request: PageRequest) -> CardView:
    """
    Return the listing that a form names.

    :raises NotFound: there is none that buyers may see.
    """
    found = catalog.get_cards([_read_id(request)], request.choice.language)
    if not found:
        raise NotFound(listing_id=request.POST.get("listing", ""))
    return found[0]


def _read_id(request: PageRequest) -> UUID:
    listing_id = _to_id(request.POST.get("listing", ""))
    if listing_id is None:
        raise NotFound(listing_id=request.POST.get("listing", ""))
    return listing_id


def _to_ids(texts: list[str]) -> list[UUID]:
    """Return the ids among some texts, each once."""
    return list(dict.fromkeys(found for text in texts if (found := _to_id(text)) is not None))


def _to_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
