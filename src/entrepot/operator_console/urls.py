"""Addresses of the operator's console."""

from __future__ import annotations

from django.urls import path
from django.views.generic import RedirectView

from entrepot.operator_console.views import markets, payouts, purchases, trail, verification

app_name = "operator_console"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="operator_console:markets"), name="home"),
    path("markets/", markets.board, name="markets"),
    path("markets/<str:code>/", markets.market, name="market"),
    path("verification/", verification.queue, name="verification"),
    path("sellers/", verification.sellers, name="sellers"),
    path("sellers/<uuid:seller_id>/", verification.case, name="case"),
    path("sellers/<uuid:seller_id>/decide", verification.decide, name="decide"),
    path("sellers/<uuid:seller_id>/papers/<uuid:document_id>", verification.document, name="document"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/<uuid:purchase_id>/", purchases.purchase, name="purchase"),
    path("orders/<uuid:order_id>/", purchases.order, name="order"),
    path("payouts/", payouts.payouts, name="payouts"),
    path("payouts/run", payouts.run, name="run_payouts"),
    path("payouts/runs/<uuid:run_id>/", payouts.one_run, name="run"),
    path("payouts/<uuid:payout_id>/bank", payouts.bank_said, name="bank_said"),
    path("payouts/files/<uuid:file_id>", payouts.bank_file, name="bank_file"),
    path("audit/", trail.trail, name="audit"),
]
