"""What stands in the head of pages that may be found: `{% load discovery %}`, in the block `meta`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from entrepot.storefront import discovery, product_data
from entrepot.storefront.cards import Card
from entrepot.storefront.discovery import Page, Picture, shorten
from entrepot.ui import formats

register = template.Library()
_NOT_TO_BE_FOUND = mark_safe('<meta name="robots" content="noindex">')


@register.simple_tag(takes_context=True)
def page_head(context: Context, title: str, description: str, path: str = "", picture: Any = None) -> SafeString:
    """Write the head of a page with words of its own."""
    request = context["request"]
    page = Page(
        path=path or request.path,
        title=title,
        description=shorten(description),
        language=request.asked_language,
        picture=_picture(picture, title) or _first_picture(context.get("newest") or (), title),
        data=discovery.describe_shop() if request.path == "/" else (),
    )
    return discovery.write_head(page, shown_in=context["language"])


@register.simple_tag(takes_context=True)
def listing_head(context: Context) -> SafeString:
    """Write the head of a product page: its card, and the product with the price that the page shows."""
    view, sku, request = context["listing"], context["sku"], context["request"]
    shown = product_data.Shown(
        price=context.get("delivered") or sku.price,
        country=request.choice.country,
        service=context.get("service"),
    )
    path = product_data.path_of(view)
    steps = [("/", discovery.NAME), *((f"/category/{node.slug}", node.name) for node in context["path"])]
    page = Page(
        path=path,
        title=view.title,
        description=shorten(view.description) or view.title,
        language=request.asked_language,
        picture=_picture(context["picture"], view.title),
        price=shown.price,
        data=(
            product_data.describe(view, sku, shown),
            discovery.list_crumbs([*steps, (path, view.title)]),
        ),
    )
    return discovery.write_head(page, shown_in=context["language"])


@register.simple_tag(takes_context=True)
def list_head(context: Context) -> SafeString:
    """
    Write the head of a list of goods. What somebody searched for in words of their own is not to be found from
    outside; what only narrows or orders a list has the whole list as its address.
    """
    asked, request = context["asked"], context["request"]
    if asked.q:
        return _NOT_TO_BE_FOUND
    store, crumbs, cards = context.get("store"), context["crumbs"], context["cards"]
    is_whole = not asked.chosen and asked.sort == "relevance" and not (store and asked.category)
    path = f"/category/{asked.category}" if asked.category and not store else asked.path
    title = store.name if store else context["title"]
    steps = [(step["link"] or path, step["label"]) for step in crumbs]
    data = [discovery.list_items([card.link for card in cards], total=context["page"].count)] if is_whole else []
    if steps:
        data.insert(0, discovery.list_crumbs([("/", discovery.NAME), *steps]))
    page = Page(
        path=path,
        title=title,
        description=shorten(_store_words(context) if store else _list_words(title, is_all=not crumbs)),
        language=request.asked_language,
        number=context["page"].page if is_whole else 1,
        picture=_picture(context.get("cover") or context.get("logo"), title) or _first_picture(cards, title),
        data=tuple(data),
    )
    return discovery.write_head(page, shown_in=context["language"])


def _list_words(title: str, *, is_all: bool) -> str:
    if is_all:
        return _("Goods from sellers abroad at one delivered price. Your money is held safely until you have them.")
    return _("%(category)s from sellers abroad: every price is the price at your door, with duties and taxes.") % {
        "category": title
    }


def _store_words(context: Context) -> str:
    store = context["store"]
    if context.get("story"):
        return str(context["story"])
    return _("Goods of %(store)s, sent from %(country)s: every price is the price at your door.") % {
        "store": store.name,
        "country": formats.place(store.dispatch_country),
    }


def _picture(view: Any, alt: str) -> Picture | None:
    return Picture(view.url, view.width, view.height, view.alt or alt) if view else None


def _first_picture(cards: Sequence[Card], alt: str) -> Picture | None:
    """Return the picture of the first goods on a page that has none of its own."""
    return next((Picture(card.image, alt=alt) for card in cards if card.image), None)
