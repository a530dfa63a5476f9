from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from entrepot.kernel import arguments, clock
from entrepot.markets import fx, operations, ports, queries
from entrepot.markets.fx_sources import SOURCES
from entrepot.markets.rules import FxTable, UnknownCurrency


class Command(BaseCommand):
    help = (
        "Look after exchange rates. `import` takes a published file (the European Central Bank's XML, CSV or zip, the "
        "XML of the central banks of Russia, Kazakhstan and Türkiye, or currency,rate_date,per_eur,source), or fetches "
        "it; `show` prints the rates in force with their age, or how one pair comes about."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="import|show")
        taking = actions.add_parser("import", help="take the rates of a file, or of a source, into the history")
        taking.add_argument("file", type=Path, nargs="?", help="a published file")
        taking.add_argument("--fetch", choices=sorted(SOURCES), metavar="SOURCE", help=f"{', '.join(sorted(SOURCES))}")
        taking.add_argument(
            "--what", default="daily", choices=["daily", "90days", "history"], help="of the ECB: how far back"
        )
        taking.add_argument("--newest", action="store_true", help="only the newest day")
        showing = actions.add_parser("show", help="the rates in force, with their day, age and source")
        showing.add_argument("pair", nargs="?", help="such as USD/BRL: the rate and how it comes about")
        showing.add_argument("--on", type=arguments.day, metavar="DATE", help="as known on a day (default: today)")
        for action in (taking, showing):
            action.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "import":
            self._import(options)
        else:
            self._show(options["pair"], options["on"], as_json=options["json"])

    def _import(self, options: dict[str, Any]) -> None:
        if (options["file"] is None) == (options["fetch"] is None):
            raise CommandError("name a file, or a source with --fetch")
        try:
            if options["fetch"]:
                content = ports.get_fetcher().fetch(SOURCES[options["fetch"]].address(options["what"]))
            else:
                content = options["file"].read_bytes()
        except OSError as fault:
            raise CommandError(arguments.why_unreadable(fault)) from None
        except ports.RatesNotFetched as fault:
            raise CommandError(str(fault)) from None
        rows = fx.read_rates(content)
        now = clock.now()
        if options["newest"]:
            day = max(row.rate_date for row in rows)
            rows = [row for row in rows if row.rate_date == day]
        # A bank that sits further east publishes tomorrow's rate today.
        rows = [row for row in rows if row.rate_date <= now.date()] or rows
        changed = operations.load_fx(rows=rows, now=now)
        days = sorted({row.rate_date for row in rows})
        disagreements = queries.list_fx_disagreements(at=now)
        if options["json"]:
            report = {
                "read": len(rows),
                "changed": changed,
                "from": days[0].isoformat(),
                "to": days[-1].isoformat(),
                "sources": sorted({row.source for row in rows}),
                "disagreements": [_disagreement(found) for found in disagreements],
            }
            self.stdout.write(json.dumps(report))
            return
        self.stdout.write(f"{len(rows)} rates of {days[0]} to {days[-1]} read, {changed} added or changed")
        for found in disagreements:
            self.stderr.write(
                f"{found.counts.currency}: {found.other.source} says {found.other.per_eur.normalize():f} per EUR, "
                f"{found.percent} % off {found.counts.per_eur.normalize():f} of {found.counts.source}, which counts"
            )

    def _show(self, pair: str | None, on: date | None, *, as_json: bool) -> None:
        now = clock.now() if on is None else datetime.combine(on, time(23, 59), tzinfo=UTC)
        try:
            table = queries.get_fx(at=now)
        except DatabaseError:
            table = queries.get_shipped_fx()
            self.stderr.write("Without a database only the rates that ship are known.")
        if pair is not None:
            self._pair(pair, table, now.date(), as_json=as_json)
            return
        rows = [_rate(table, currency, now.date()) for currency in sorted(table.per_eur)]
        missing = queries.list_currencies_without_rate(table)
        if as_json:
            self.stdout.write(json.dumps(rows, indent=2))
            return
        for row in rows:
            age = f"{row['date']} ({_aged(row['age_days'])})"
            self.stdout.write(f"{row['currency']} {row['per_eur']:>18} per EUR  {age}  {row['source']}")
        for currency, countries in missing.items():
            self.stdout.write(f"{currency} no source quotes it; used by {', '.join(countries)}")

    def _pair(self, pair: str, table: FxTable, on: date, *, as_json: bool) -> None:
        source, slash, target = pair.upper().partition("/")
        if not (slash and source and target):
            raise CommandError("a pair is written such as USD/BRL")
        try:
            rate, legs = table.rate(source, target), table.path(source, target)
        except UnknownCurrency as unknown:
            raise CommandError(f"no source quotes {unknown.fields['currency']}") from None
        path = [_leg(leg.currency, leg.per_eur, leg.date, leg.source, on) for leg in legs]
        age = max((leg["age_days"] for leg in path), default=0)
        if as_json:
            self.stdout.write(
                json.dumps({"pair": f"{source}/{target}", "rate": f"{rate:f}", "age_days": age, "path": path})
            )
            return
        self.stdout.write(f"1 {source} = {rate:f} {target}, {_aged(age)}")
        for leg in path:
            self.stdout.write(
                f"  1 EUR = {leg['per_eur']} {leg['currency']}  {leg['date']} ({_aged(leg['age_days'])})  "
                f"{leg['source']}"
            )


def _rate(table: FxTable, currency: str, on: date) -> dict[str, Any]:
    return _leg(currency, table.per_eur[currency], table.dates[currency], table.sources[currency], on)


def _leg(currency: str, per_eur: Decimal, day: date, source: str, on: date) -> dict[str, Any]:
    return {
        "currency": currency,
        "per_eur": f"{per_eur:f}",
        "date": day.isoformat(),
        "age_days": (on - day).days,
        "source": source,
    }


def _aged(days: int) -> str:
    """Return how old a rate is; one from before the history begins is none of the day."""
    if days < 0:
        return "of a later day"
    return "1 day old" if days == 1 else f"{days} days old"


def _disagreement(found: fx.Disagreement) -> dict[str, Any]:
    return {
        "currency": found.counts.currency,
        "counts": f"{found.counts.per_eur:f}",
        "other": f"{found.other.per_eur:f}",
        "source": found.other.source,
        "percent": str(found.percent),
    }
