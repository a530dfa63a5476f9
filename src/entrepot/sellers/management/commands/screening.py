from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.kernel import arguments, clock
from entrepot.sellers import lists, measuring, operations, queries


class Command(BaseCommand):
    help = (
        "Lists of sanctioned or politically exposed people and firms: `import` takes a file in place of the list's "
        "older version, `show` names those in force, `compare` says what on them is like a name. Sellers' names are "
        "compared by jobs: when they register, are paid to another name, and when a list comes in; buyers' after they "
        "paid. `measure` says how good the comparison is on pairs of names that somebody labelled."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        taken = acts.add_parser("import", help="take a list into use")
        taken.add_argument("file", type=Path, help="OpenSanctions, EU, US, OFAC or UN form, or a table with `name`")
        taken.add_argument("--list", required=True, metavar="CODE", help="the list's name here, such as eu or ofac")
        taken.add_argument(
            "--list-version", required=True, metavar="TEXT", help="what its publisher calls this version"
        )
        taken.add_argument("--kind", choices=["sanctions", "exposed"], default="sanctions")
        taken.add_argument("--other-names", type=Path, metavar="FILE", help="OFAC's file of other names (alt.csv)")
        shown = acts.add_parser("show", help="name the lists in force")
        shown.add_argument("--json", action="store_true", help="print JSON")
        compared = acts.add_parser("compare", help="compare one name with the lists in force")
        compared.add_argument("name")
        compared.add_argument("--json", action="store_true", help="print JSON")
        measured = acts.add_parser("measure", help="recall and precision on labelled pairs of names")
        measured.add_argument("file", type=Path, help="a CSV with name1, name2, is_match and perhaps schema, category")
        measured.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            getattr(self, f"_{act}")(options)
        except OSError as fault:
            raise CommandError(arguments.why_unreadable(fault)) from None

    def _import(self, options: dict[str, Any]) -> None:
        entries = lists.read(options["file"], other_names=options["other_names"])
        found = operations.import_list(
            code=options["list"],
            version=options["list_version"],
            kind=options["kind"],
            entries=entries,
            actor="operator:command",
            now=clock.now(),
        )
        self.stdout.write(f"{found.code} {found.version}: {found.entries:,} entries are in force.")

    def _show(self, options: dict[str, Any]) -> None:
        found = queries.list_screening_lists()
        if options["json"]:
            rows = [
                {
                    "code": row.code,
                    "version": row.version,
                    "kind": row.kind,
                    "entries": row.entries,
                    "imported_at": row.imported_at.isoformat(),
                }
                for row in found
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in found:
            self.stdout.write(f"{row.code} {row.version} ({row.kind}): {row.entries:,} entries, {row.imported_at:%F}")
        if not found:
            self.stdout.write("No list is in force.")

    def _compare(self, options: dict[str, Any]) -> None:
        hits = queries.compare_name(options["name"])
        if options["json"]:
            rows = [
                {"score": hit.score, "listed": hit.listed, "list": hit.list_code, "entry": hit.entry_id} for hit in hits
            ]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for hit in hits:
            words = ", ".join(f"{ours} ~ {listed} {alike} %" for ours, listed, alike in hit.pairs)
            self.stdout.write(f"{hit.score:>3}  {hit.listed} ({hit.list_code} {hit.entry_id}): {words}")
        if not hits:
            self.stdout.write("Nobody on the lists in force has a name like this.")

    def _measure(self, options: dict[str, Any]) -> None:
        found = measuring.measure(measuring.read_pairs(options["file"]))
        if options["json"]:
            self.stdout.write(json.dumps({name: figures.as_json() for name, figures in found.items()}, indent=2))
            return
        self.stdout.write(f"{'':<44} {'pairs':>6} {'recall':>7} {'precision':>9} {'look-alikes flagged':>20}")
        order = ["all", "held out", "improved with"]
        for name in [*order, *sorted(set(found) - set(order))]:
            figures = found[name]
            shares = [_percent(share) for share in (figures.recall, figures.precision, figures.flagged)]
            self.stdout.write(f"{name:<44} {figures.pairs:>6} {shares[0]:>7} {shares[1]:>9} {shares[2]:>20}")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
