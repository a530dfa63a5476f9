"""Addresses of the operator's console."""

from __future__ import annotations

from django.urls import path

from entrepot.operator_console.views import (
    books,
    buyers,
    corridors,
    markets,
    overview,
    payments,
    payouts,
    proofs,
    purchases,
    sellers,
    trail,
    verification,
    work,
)

app_name = "operator_console"
urlpatterns = [
    path("", overview.overview, name="home"),
    path("markets/", markets.board, name="markets"),
    path("markets/<str:code>/", markets.market, name="market"),
    path("corridors/", corridors.matrix, name="corridors"),
    path("corridors/<str:origin>/<str:destination>/", corridors.corridor, name="corridor"),
    path("verification/", verification.queue, name="verification"),
    path("buyers/", buyers.held, name="buyers"),
    path("buyers/<uuid:purchase_id>/decide", buyers.decide, name="decide_buyer"),
    path("sellers/", sellers.sellers, name="sellers"),
    path("sellers/<uuid:seller_id>/", verification.case, name="case"),
    path("sellers/<uuid:seller_id>/decide", verification.decide, name="decide"),
    path("sellers/<uuid:seller_id>/compare", verification.compare, name="compare"),
    path("sellers/<uuid:seller_id>/judge", verification.judge, name="judge"),
    path("sellers/<uuid:seller_id>/payouts", payouts.freeze, name="freeze"),
    path("sellers/<uuid:seller_id>/papers/<uuid:document_id>", verification.document, name="document"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/<uuid:purchase_id>/", purchases.purchase, name="purchase"),
    path("orders/<uuid:order_id>/", purchases.order, name="order"),
    path("payments/", payments.payments, name="payments"),
    path("payments/refunds/<uuid:refund_id>/retry", payments.retry_refund, name="retry_refund"),
    path("ledger/", books.trial_balance, name="ledger"),
    path("ledger/accounts/", books.accounts, name="accounts"),
    path("ledger/accounts/<slug:kind>/<slug:currency>/", books.account, name="account"),
    path("ledger/posting", books.posting, name="posting"),
    path("payouts/", payouts.payouts, name="payouts"),
    path("payouts/run", payouts.run, name="run_payouts"),
    path("payouts/runs/<uuid:run_id>/", payouts.one_run, name="run"),
    path("payouts/<uuid:payout_id>/bank", payouts.bank_said, name="bank_said"),
    path("payouts/<uuid:payout_id>/again", payouts.pay_again, name="pay_again"),
    path("payouts/files/<uuid:file_id>", payouts.bank_file, name="bank_file"),
    path("work/", work.jobs, name="work"),
    path("work/jobs/<int:job_id>/retry", work.retry, name="retry_job"),
    path("work/facts/", work.facts, name="facts"),
    path("work/proofs/", proofs.proofs, name="proofs"),
    path("work/proofs/run", proofs.ask, name="ask_proof"),
    path("audit/", trail.trail, name="audit"),
]
