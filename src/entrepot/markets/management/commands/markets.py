from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.kernel import clock
from entrepot.markets import operations, packs, queries
from entrepot.markets.rules import STAGES


def _gap_words(gap: dict[str, Any]) -> str:
    until = f"to {gap['last']}" if gap["last"] else "on"
    limits = "" if len(gap["values"]) > 1 else f", {gap['values'][0]} value"
    ways = "" if len(gap["channels"]) > 1 else f", by {gap['channels'][0]}"
    return f"from {gap['first']} {until}{limits}{ways}"


class Command(BaseCommand):
    help = (
        "Look after the countries. `list` shows every market and its stages, `check` what a country's pack has and "
        "lacks, from which sources, how old, and the days without a rule, `stage` moves a market's switch, `sync` adds "
        "markets for new packs, `schema` prints the packs' JSON Schema."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="list|check|stage|sync|schema")
        listing = actions.add_parser("list", help="every market with its stages")
        check = actions.add_parser("check", help="is a country's pack complete, from which sources, how old")
        check.add_argument("country", nargs="?", type=str.upper, help="ISO code (default: all)")
        stage = actions.add_parser("stage", help="move a market's selling or buying switch")
        stage.add_argument("country", type=str.upper, help="ISO code")
        stage.add_argument("--selling", choices=STAGES)
        stage.add_argument("--buying", choices=STAGES)
        stage.add_argument("--reason", default="", help="why; needed for a suspension")
        actions.add_parser("sync", help="give every pack without a market its row")
        schema = actions.add_parser("schema", help="the JSON Schema of the packs")
        schema.add_argument("kind", nargs="?", choices=sorted(packs.SCHEMAS), help="one kind only")
        for action in (listing, check):
            action.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        getattr(self, f"_{action}")(**options)

    def _list(self, *, json: bool, **_: Any) -> None:
        stages = queries.get_stages()
        rows = [
            {
                "country": pack.code,
                "name": pack.name,
                "selling": stages[pack.code].selling if pack.code in stages else "closed",
                "buying": stages[pack.code].buying if pack.code in stages else "closed",
                "currency": pack.currency,
            }
            for pack in queries.list_packs()
        ]
        if json:
            self._print(rows)
            return
        for row in rows:
            self.stdout.write(
                f"{row['country']}  {row['name']:<24} selling {row['selling']:<10} buying {row['buying']:<10} "
                f"{row['currency']}"
            )

    def _check(self, *, country: str | None, json: bool, **_: Any) -> None:
        today = clock.now().date()
        codes = [country] if country else [pack.code for pack in queries.list_packs()]
        reports = [queries.readiness(code, today=today) for code in codes]
        if json:
            self._print(reports[0] if country else reports)
            return
        if country:
            self._one(reports[0])
        else:
            self._all(reports)

    def _one(self, report: dict[str, Any]) -> None:
        age = "1 day" if report["age_days"] == 1 else f"{report['age_days']} days"
        self.stdout.write(
            f"{report['country']} {report['name']}: buying {report['buying']}, selling {report['selling']}; "
            f"reviewed {report['reviewed_on']}, {age} ago"
        )
        for part in report["parts"]:
            source = f"  [{part['source']}]" if part["source"] else ""
            self.stdout.write(f"  {part['state']:<9} {part['side']:<8} {part['part']}: {part['detail']}{source}")
        counts = ", ".join(f"{count} {word}" for word, count in report["confidence"].items())
        self.stdout.write(f"  rules by confidence: {counts or 'none'}; sources: {len(report['sources'])}")
        closed = report["restrictions"]
        self.stdout.write(
            f"  what may not travel: {closed['own']} rules of its own and its unions, {closed['everywhere']} that hold "
            f"everywhere, {closed['sanctions']} sanctions that bind the operator"
        )
        for source in closed["sources"]:
            self.stdout.write(f"    [{source}]")
        for gap in report["gaps"]:
            self.stdout.write(f"  no regime {_gap_words(gap)}")

    def _all(self, reports: list[dict[str, Any]]) -> None:
        order = {"ready": 0, "doubtful": 1, "missing": 2}
        reports = sorted(reports, key=lambda r: (order[r["buying"]], order[r["selling"]], r["country"]))
        self.stdout.write(
            f"{'':<3} {'country':<32} {'buying':<9} {'selling':<9} {'rules':>5} {'rates':>5} {'bans':>4} {'low':>4} "
            f"{'gaps':>4} {'days old':>8}"
        )
        for report in reports:
            self.stdout.write(
                f"{report['country']:<3} {report['name']:<32} {report['buying']:<9} {report['selling']:<9} "
                f"{report['regimes']:>5} {report['rates']:>5} "
                f"{report['restrictions']['own'] + report['restrictions']['sanctions']:>4} "
                f"{report['confidence'].get('low', 0):>4} {len(report['gaps']):>4} {report['age_days']:>8}"
            )
        counts = Counter(report["buying"] for report in reports)
        self.stdout.write(
            f"{len(reports)} destinations: {counts['ready']} ready, {counts['doubtful']} doubtful, "
            f"{counts['missing']} with a part missing"
        )
        # Members of a union share its gaps: they are told once.
        spans: dict[str, list[str]] = {}
        for report in reports:
            for gap in report["gaps"]:
                spans.setdefault(_gap_words(gap), []).append(report["country"])
        for words, countries in sorted(spans.items()):
            self.stdout.write(f"no regime {words}: {' '.join(sorted(countries))}")

    def _stage(self, *, country: str, selling: str | None, buying: str | None, reason: str, **_: Any) -> None:
        if not (selling or buying):
            raise CommandError("name --selling or --buying")
        for side, stage in (("selling", selling), ("buying", buying)):
            if stage is None:
                continue
            moved = operations.set_stage(
                country=country,
                side=side,  # type: ignore[arg-type]
                stage=stage,
                actor="operator:command",
                reason=reason,
                now=clock.now(),
            )
            self.stdout.write(f"{country} {side}: {stage}" + ("" if moved else " (as before)"))

    def _sync(self, **_: Any) -> None:
        self.stdout.write(f"{operations.sync_markets(now=clock.now())} markets added")

    def _schema(self, *, kind: str | None, **_: Any) -> None:
        schemas = packs.json_schemas()
        self._print(schemas[kind] if kind else schemas)

    def _print(self, document: Any) -> None:
        self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
