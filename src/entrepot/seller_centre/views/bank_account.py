"""Where a seller is paid, and its change: the person proves themselves again, all owners are told, payouts rest."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.markets import queries as markets
from entrepot.seller_centre.forms import BankForm
from entrepot.seller_centre.seats import crumbs, link, seat, show
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import Membership
from entrepot.sellers.rules import CHANGED_ACCOUNT_RESTS_FOR
from entrepot.ui import refusals
from entrepot.ui.requests import PageRequest


@sensitive_post_parameters()
@reauthentication_required
@seat("manage_bank_account")
def bank_account(request: PageRequest, member: Membership) -> HttpResponse:
    """Show which account is paid to and take another one."""
    registration = queries.get_registration(member.seller_id)
    holder = registration.bank_account.holder if registration.bank_account else registration.legal_name
    form = BankForm(
        request.POST if request.method == "POST" else None,
        pack=markets.get_pack(registration.country),
        initial={"account_holder": holder},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_bank_account(
                seller_id=member.seller_id, person_id=member.person_id, fields=form.account(), now=clock.now()
            )
        except DomainError as refusal:
            refusals.into_form(form, refusal, form.names())
        else:
            messages.success(request, _("The account is kept. Every owner is told by e-mail."))
            return redirect("seller_centre:money", seller_id=member.seller_id)
    context = {
        "crumbs": crumbs((_("Money"), link(member, "money")), here=_("Bank account")),
        "form": form,
        "account": registration.bank_account,
        "currency": registration.payout_currency,
        "rest_days": CHANGED_ACCOUNT_RESTS_FOR.days,
        "may_change": member.seller_state == "approved",
    }
    return show(request, member, "bank_account", "money", context)
