from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from entrepot.kernel import clock
from entrepot.payouts import operations
from entrepot.payouts.operations import PayoutReport
from entrepot.payouts.rules import SKIP_WORDS


class Command(BaseCommand):
    help = (
        "Pay sellers what is due: freeze a statement for each, post the ledger and make the files for the bank "
        "(ISO 20022 pain.001 and the countries' own forms). Run twice, it pays once. What the bank says of a payout is "
        "recorded in the operator's console."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="decide the same and write nothing")
        parser.add_argument("--currency", metavar="CODE", help="pay out this currency only, such as EUR")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *args: Any, dry_run: bool, currency: str | None, **options: Any) -> None:
        report = operations.run_payouts(now=clock.now(), currency=currency, dry_run=dry_run, actor="operator:command")
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report), ensure_ascii=False, indent=2))
        else:
            self._tell(report, dry_run=dry_run)

    def _tell(self, report: PayoutReport, *, dry_run: bool) -> None:
        for paid in report.paid:
            statement = "" if paid.number is None else f", statement {paid.number}"
            self.stdout.write(f"{'would pay' if dry_run else 'paid'} {paid.amount} to {paid.seller_name}{statement}")
        for row in report.skipped:
            words = SKIP_WORDS[row.reason]
            self.stdout.write(f"not paid: {row.seller_name}, {row.balance} on account, {row.due} due: {words}")
        for file in report.files:
            payments = "1 payment" if file.payments == 1 else f"{file.payments} payments"
            self.stdout.write(f"file {file.name} ({file.form}): {payments}, {file.total}")
        if report.files:
            self.stdout.write(f"The files are handed out at {settings.BASE_URL}/operator/payouts/runs/{report.run_id}/")
            if len({file.form for file in report.files}) > 1:
                self.stdout.write("A .csv holds the same payments as the .xml of its currency: hand in one of the two.")
        if not report.paid:
            self.stdout.write("No seller has money due.")


def _as_json(report: PayoutReport) -> dict[str, Any]:
    return {
        "run_id": report.run_id and str(report.run_id),
        "paid": [
            {
                "seller_id": str(paid.seller_id),
                "seller": paid.seller_name,
                "amount": paid.amount.text,
                "currency": paid.amount.currency,
                "payout_id": paid.payout_id and str(paid.payout_id),
                "number": paid.number,
            }
            for paid in report.paid
        ],
        "skipped": [
            {
                "seller_id": str(row.seller_id),
                "seller": row.seller_name,
                "balance": row.balance.text,
                "due": row.due.text,
                "currency": row.balance.currency,
                "reason": row.reason,
            }
            for row in report.skipped
        ],
        "files": [
            {
                "id": str(file.id),
                "name": file.name,
                "form": file.form,
                "payments": file.payments,
                "total": file.total.text,
                "currency": file.total.currency,
                "sha256": file.sha256,
            }
            for file in report.files
        ],
    }
