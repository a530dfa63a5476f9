from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.markets import operations, packs, queries
from entrepot.markets.rules import STAGES


class Command(BaseCommand):
    help = (
        "Look after the countries. `list` shows every market and its stages, `check` what a country's pack has and "
        "lacks, `stage` moves a market's switch, `sync` adds markets for new packs, `schema` prints the packs' JSON "
        "Schema."
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
        try:
            getattr(self, f"_{action}")(**options)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None

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
        for report in reports:
            sides = ", ".join(
                f"{side} {'ready' if report[f'{side}_ready'] else 'not ready'}" for side in ("buying", "selling")
            )
            self.stdout.write(f"{report['country']} {report['name']}: {sides}; reviewed {report['reviewed_on']}")
            if country:
                for part in report["parts"]:
                    source = f"  [{part['source']}]" if part["source"] else ""
                    self.stdout.write(
                        f"  {part['state']:<9} {part['side']:<8} {part['part']}: {part['detail']}{source}"
                    )

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
