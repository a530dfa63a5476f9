"""The account of a buyer: orders, and the addresses that were used."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from entrepot.orders import queries
from entrepot.storefront import words
from entrepot.storefront.views.purchase import address_lines
from entrepot.ui.requests import PageRequest

_ADDRESSES = 3


@login_required
@never_cache
@require_GET
def account(request: PageRequest) -> HttpResponse:
    """Show what a person bought, the newest first."""
    purchases = queries.list_purchases(request.user.pk)
    rows = []
    for found in purchases:
        text, tone = words.purchase_state(found)
        rows.append(
            {
                "id": found.id,
                "number": found.number,
                "placed_at": found.placed_at,
                "sellers": [order.seller_name for order in found.orders],
                "total": found.total,
                "text": text,
                "tone": tone,
            }
        )
    addresses = list(dict.fromkeys(tuple(address_lines(found)) for found in purchases if found.address))[:_ADDRESSES]
    return render(request, "storefront/account.html", {"place": "account", "purchases": rows, "addresses": addresses})
