"""What the law gives a person: a copy of all that is kept about them, and to be forgotten."""

from __future__ import annotations

import orjson
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from entrepot.accounts import operations as accounts
from entrepot.kernel import clock
from entrepot.orders import queries as orders
from entrepot.storefront import words
from entrepot.storefront.forms import EraseForm
from entrepot.ui.downloads import attachment
from entrepot.ui.requests import PageRequest


@login_required
@never_cache
@require_GET
def personal_data(request: PageRequest) -> HttpResponse:
    """Show what a person can have done with their data."""
    return _show(request, EraseForm())


@login_required
@require_GET
def export(request: PageRequest) -> FileResponse:
    """Hand out everything that is kept about a person, from all rooms, as one file."""
    exported = accounts.export_person(request.user.pk)
    content = orjson.dumps(exported, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS, default=str)
    return attachment(content, file_name="entrepot-my-data.json", media_type="application/json")


@login_required
@never_cache
def erase(request: PageRequest) -> HttpResponse:
    """Erase a person's data at their word; where something unfinished needs it, say what, and erase nothing."""
    if request.method != "POST":
        return redirect("storefront:personal_data")
    person, form = request.user, EraseForm(request.POST)
    if form.is_valid() and person.has_usable_password() and not person.check_password(form.cleaned_data["password"]):
        form.add_error("password", _("This is not your password."))
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        accounts.erase_person(person_id=person.pk, actor=f"person:{person.pk}", now=clock.now())
    except accounts.ErasureRefused as refusal:
        return _show(request, form, refusals=words.erasure_refusals(refusal.fields["reasons"]), status=409)
    logout(request)
    messages.success(request, _("Your data is erased and the account is closed. You can buy as a guest at any time."))
    return redirect("storefront:home")


def _show(request: PageRequest, form: EraseForm, *, refusals: tuple[str, ...] = (), status: int = 200) -> HttpResponse:
    context = {
        "place": "account",
        "tab": "data",
        "form": form,
        "refusals": refusals,
        "open_orders": orders.count_open_orders(request.user.pk),
        "asks_password": request.user.has_usable_password(),
    }
    return render(request, "storefront/personal_data.html", context, status=status)
