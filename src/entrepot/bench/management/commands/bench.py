from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.bench import checkout, pages, relevance, searching, stocking

_PRODUCTS = 200  # Whose pages are opened.


class Command(BaseCommand):
    help = (
        "Measure this machine with a private marketplace of its own (your data is not touched). "
        "`entrepot bench checkout` takes purchases from an empty cart to paid, over HTTP, on the production server; "
        "`entrepot bench pages` opens every page type of the demonstration's marketplace; "
        "`entrepot bench search` searches many made-up listings in every way; "
        "`entrepot bench relevance` says how good the order of search results is, on products with judged queries."
    )
    # The measured marketplace is a private one: this process may have no database at all.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="WHAT")
        measure = actions.add_parser("checkout", help="from an empty cart to a placed and paid purchase")
        measure.add_argument("--seconds", type=float, default=20.0, help="how long to measure (default 20)")
        measure.add_argument("--warm-up", type=float, default=4.0, help="seconds before the measurement (default 4)")
        measure.add_argument("--clients", type=int, default=4, help="buyers at once (default 4)")
        measure.add_argument("--keep", type=Path, metavar="DIR", help="keep the marketplace here for the next run")
        looking = actions.add_parser("pages", help="every page type: CPU, bytes, requests, how soon it stands")
        looking.add_argument("--requests", type=int, default=200, help="openings of each page (default 200)")
        looking.add_argument("--keep", type=Path, metavar="DIR", help="keep the marketplace here for the next run")
        looking.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        found = actions.add_parser("search", help="searches of every kind and order over many listings")
        found.add_argument("--listings", type=int, nargs="+", default=[10_000], help="listings (default 10000)")
        found.add_argument("--sellers", type=int, default=100, help="sellers, of seven countries (default 100)")
        found.add_argument("--seconds", type=float, default=3.0, help="for each kind and order (default 3)")
        found.add_argument("--clients", type=int, default=4, help="searchers at once (default 4)")
        found.add_argument("--faces", nargs="+", choices=list(searching.GOALS_MS), default=list(searching.GOALS_MS))
        found.add_argument("--keep", type=Path, metavar="DIR", help="keep each marketplace below this folder")
        found.add_argument("--json", action="store_true", help="print one JSON list and nothing else")
        shelve = actions.add_parser("shelve", help="fill this data folder's marketplace with wares to be searched")
        shelve.add_argument("--sellers", type=int, default=100)
        shelve.add_argument("--listings", type=int, default=10_000)
        shelve.add_argument("--json", action="store_true")
        judged = actions.add_parser("relevance", help="nDCG@10 of the search over products with judged queries")
        judged.add_argument("--products", type=Path, required=True, metavar="FILE.jsonl", help="one JSON object a line")
        judged.add_argument("--judgments", type=Path, required=True, metavar="FILE.csv", help="query,id,rating")
        judged.add_argument("--language", default="en", help="the language of products and queries (default en)")
        judged.add_argument("--baseline", action="store_true", help="also plain BM25 over title and description")
        judged.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        stock = actions.add_parser("stock", help="fill this data folder's marketplace for a measurement")
        for action in (measure, stock):
            action.add_argument("--sellers", type=int, default=100, help="sellers, of five countries (default 100)")
            action.add_argument("--listings", type=int, default=10_000, help="listings, spread evenly (default 10000)")
            action.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
        furnish = actions.add_parser("furnish", help="fill this data folder's marketplace as the demonstration does")
        furnish.add_argument("--json", action="store_true")
        oversold = actions.add_parser("oversold", help="count SKUs with more reserved than there is")
        oversold.add_argument("--json", action="store_true")
        actions.add_parser("await-idle", help="wait until the worker has nothing left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["action"]:
            case "checkout":
                self._checkout(options)
            case "relevance":
                self._relevance(options)
            case "search":
                self._search(options)
            case "shelve":
                shelved = stocking.shelve(
                    sellers=options["sellers"], listings=options["listings"], at_most=_PRODUCTS, progress=self._say
                )
                self.stdout.write(json.dumps({"products": shelved}))
            case "stock":
                made = stocking.stock(sellers=options["sellers"], listings=options["listings"], progress=self._say)
                self.stdout.write(json.dumps({"skus_by_seller": made}))
            case "pages":
                self._pages(options)
            case "furnish":
                self.stdout.write(json.dumps(stocking.furnish(progress=self._say)))
            case "oversold":
                self.stdout.write(json.dumps({"oversold": stocking.count_oversold()}))
            case "await-idle":
                stocking.await_idle()

    def _checkout(self, options: dict[str, Any]) -> None:
        load = checkout.Load(
            sellers=options["sellers"],
            listings=options["listings"],
            clients=options["clients"],
            seconds=options["seconds"],
            warm_up_seconds=options["warm_up"],
        )
        try:
            report = checkout.measure(load, keep=options["keep"], progress=self._say)
        except RuntimeError as trouble:
            raise CommandError(str(trouble)) from trouble
        if options["json"]:
            self.stdout.write(json.dumps(report))
            return
        cpu, statements = report["cpu_ms"], report["statements"]
        self.stdout.write(
            f"{report['purchases']} purchases, {report['purchases_per_s']} a second, "
            f"p50 {report['p50_ms']} ms, p95 {report['p95_ms']} ms\n"
            f"CPU per purchase: {cpu['total']} ms "
            f"(application {cpu['application']}, database {cpu['database']}, worker {cpu['worker']})\n"
            f"statements per purchase: {statements['total']} (web {statements['web']}, worker {statements['worker']}); "
            f"commits {report['commits']}\n"
            f"oversold: {report['oversold']}; refused: {report['refused'] or 'none'}; books verified"
        )

    def _pages(self, options: dict[str, Any]) -> None:
        try:
            report = pages.measure(requests=options["requests"], keep=options["keep"], progress=self._say)
        except RuntimeError as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(json.dumps(report) if options["json"] else pages.describe(report))

    def _search(self, options: dict[str, Any]) -> None:
        rows = []
        for listings in options["listings"]:
            load = searching.Load(
                listings=listings,
                sellers=options["sellers"],
                clients=options["clients"],
                seconds=options["seconds"],
                faces=tuple(options["faces"]),
            )
            keep = options["keep"] / str(listings) if options["keep"] else None
            try:
                rows += searching.measure(load, keep=keep, progress=self._say)
            except RuntimeError as trouble:
                raise CommandError(str(trouble)) from trouble
        self.stdout.write(json.dumps(rows) if options["json"] else searching.describe(rows))

    def _relevance(self, options: dict[str, Any]) -> None:
        try:
            report = relevance.measure(
                products=options["products"],
                judgments=options["judgments"],
                language=options["language"],
                with_baseline=options["baseline"],
            )
        except relevance.Unreadable as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(json.dumps(report) if options["json"] else relevance.describe(report))

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)
