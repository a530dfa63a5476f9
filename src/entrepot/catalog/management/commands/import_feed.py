from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.catalog import operations, queries
from entrepot.catalog.feeds.opening import FORMATS
from entrepot.catalog.operations import FeedReport, ImportOptions
from entrepot.kernel import clock

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Brings a store's listings in line with a product feed: Google Merchant (RSS, text), Yandex Market YML or "
        "Shopify CSV, plain or gzipped. Rows that cannot be taken are reported with the reason and keep no other "
        "back. The same file again changes nothing. See docs/feeds.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="The feed's file; - reads from standard input.")
        parser.add_argument("--seller", required=True, metavar="STORE", help="The store's name in addresses (slug).")
        parser.add_argument("--format", choices=sorted(FORMATS), help="Guessed from the file when not given.")
        parser.add_argument("--dry-run", action="store_true", help="Report what would change, and change nothing.")
        parser.add_argument("--json", action="store_true", help="Print the report as JSON.")
        parser.add_argument("--currency", help="Of prices without one (Shopify's); else the seller's own.")
        parser.add_argument("--language", help="Of titles and descriptions; else the store's.")
        parser.add_argument(
            "--in-stock", type=int, default=10, metavar="N", help="Pieces that 'in stock' without a number means (10)."
        )
        parser.add_argument(
            "--retire-missing", action="store_true", help="Take off what the feed no longer names; else it stays."
        )
        parser.add_argument(
            "--category-from",
            choices=("feed", "title"),
            default="feed",
            help="Where the feed names no category: leave it empty, or group by the first word of the title.",
        )
        parser.add_argument("--no-pictures", action="store_true", help="Leave the feed's picture addresses aside.")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self._import(options)
        if options["json"]:
            self.stdout.write(json.dumps(self._as_json(report), ensure_ascii=False, indent=2))
        else:
            self._tell(report)
        if report.failure:
            raise SystemExit(1)

    def _import(self, options: dict[str, Any]) -> FeedReport:
        seller_id = queries.find_seller_by_store(options["seller"])
        if seller_id is None:
            raise CommandError(f"There is no store {options['seller']!r}. Its name stands in its address: /store/NAME.")
        arguments = {
            "format": options["format"],
            "seller_id": seller_id,
            "dry_run": options["dry_run"],
            "options": ImportOptions(
                currency=options["currency"],
                language=options["language"],
                in_stock_quantity=options["in_stock"],
                retire_missing=options["retire_missing"],
                category_from=options["category_from"],
                with_pictures=not options["no_pictures"],
            ),
            "now": clock.now(),
        }
        if options["file"] == "-":
            return operations.import_feed(stream=sys.stdin.buffer, name="standard input", **arguments)
        path = Path(options["file"])
        try:
            with path.open("rb") as stream:
                return operations.import_feed(stream=stream, name=path.name, **arguments)
        except OSError as fault:
            raise CommandError(f"{path}: {fault.strerror}") from fault

    @staticmethod
    def _as_json(report: FeedReport) -> dict[str, Any]:
        said = report.as_json()
        names = ("read", "created", "updated", "unchanged", "rejected", "retired", "notes", "failure", "format")
        return {name: said[name] for name in (*names, "dry_run", "run_id")}

    def _tell(self, report: FeedReport) -> None:
        head = "Nothing was changed (dry run). It would be: " if report.dry_run else ""
        self.stdout.write(
            f"{head}{report.read} rows read ({FORMATS[report.format]}): {report.created} created,"
            f" {report.updated} updated, {report.unchanged} unchanged, {len(report.rejected)} rejected"
            + (f", {report.retired} retired." if report.retired else ".")
        )
        for title, remarks in (("Rejected", report.rejected), ("Taken, with something left out", report.notes)):
            if remarks:
                self.stdout.write(f"{title}:")
            for remark in remarks[:_SHOWN]:
                self.stdout.write(f"  row {remark.row} ({remark.id or 'no id'}), {remark.field}: {remark.reason}")
            if len(remarks) > _SHOWN:
                self.stdout.write(f"  … and {len(remarks) - _SHOWN} more (--json lists them all).")
        if report.failure:
            self.stderr.write(report.failure)
