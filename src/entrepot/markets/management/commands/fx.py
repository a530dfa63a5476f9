from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.kernel import clock
from entrepot.kernel.errors import DomainError
from entrepot.markets import fx, operations, queries


class Command(BaseCommand):
    help = (
        "Look after exchange rates. `import FILE` takes the European Central Bank's XML or CSV (daily, 90 days or all "
        "history) or a second source as CSV (currency,rate_date,per_eur,source); `show` prints the rates in force."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="import|show")
        taking = actions.add_parser("import", help="take the rates of a file into the history")
        taking.add_argument(
            "file", type=Path, help="a file; the ECB publishes eurofxref-daily.xml and eurofxref-hist.xml"
        )
        taking.add_argument("--newest", action="store_true", help="only the newest day of the file")
        showing = actions.add_parser("show", help="the rates in force, with their day and source")
        for action in (taking, showing):
            action.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            if action == "import":
                self._import(options["file"], newest=options["newest"], as_json=options["json"])
            else:
                self._show(as_json=options["json"])
        except DomainError as refusal:
            raise CommandError(str(refusal)) from None

    def _import(self, file: Path, *, newest: bool, as_json: bool) -> None:
        try:
            rows = fx.read_rates(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as fault:
            raise CommandError(str(fault)) from None
        if newest:
            day = max(row.rate_date for row in rows)
            rows = [row for row in rows if row.rate_date == day]
        changed = operations.load_fx(rows=rows, now=clock.now())
        days = sorted({row.rate_date for row in rows})
        if as_json:
            report = {"read": len(rows), "changed": changed, "from": days[0].isoformat(), "to": days[-1].isoformat()}
            self.stdout.write(json.dumps(report))
        else:
            self.stdout.write(f"{len(rows)} rates of {days[0]} to {days[-1]} read, {changed} added or changed")

    def _show(self, *, as_json: bool) -> None:
        now = clock.now()
        table = queries.get_fx(at=now)
        rows = [
            {
                "currency": currency,
                "per_eur": f"{rate:f}",
                "date": table.dates[currency].isoformat(),
                "age_days": (now.date() - table.dates[currency]).days,
                "source": table.sources[currency],
            }
            for currency, rate in sorted(table.per_eur.items())
        ]
        if as_json:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            age = f"{row['date']} ({row['age_days']} days)"
            self.stdout.write(f"{row['currency']} {row['per_eur']:>18} per EUR  {age}  {row['source']}")
