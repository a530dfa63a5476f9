"""A guest lost the link to an order: number and e-mail bring it back by mail, whoever asks learns nothing."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from entrepot.kernel import clock
from entrepot.notifications.operations import links
from entrepot.storefront.forms import FindOrderForm
from entrepot.ui.requests import PageRequest


@never_cache
def find_order(request: PageRequest) -> HttpResponse:
    """Ask for number and e-mail; send the link should they belong together, and say the same in either case."""
    form = FindOrderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="find_order"):
            form.add_error(None, _("That was often. Wait a few minutes and try again."))
            return _show(request, form, status=429)
        given = form.cleaned_data
        links.ask_for_link(number=given["number"], email=given["email"], now=clock.now())
        return _show(request, form, is_sent=True)
    return _show(request, form, status=422 if form.errors else 200)


def _show(request: PageRequest, form: FindOrderForm, *, is_sent: bool = False, status: int = 200) -> HttpResponse:
    context = {"place": "account", "form": form, "is_sent": is_sent}
    return render(request, "storefront/find_order.html", context, status=status)
