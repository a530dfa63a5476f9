from __future__ import annotations

import json
import re
from argparse import ArgumentTypeError
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from entrepot.customs import nomenclature, operations, queries
from entrepot.customs.operations import PublishedFile, TariffChange
from entrepot.customs.published import formats
from entrepot.customs.rulebook import RuleBook
from entrepot.customs.tariff_files import shipped_table
from entrepot.customs.tariff_report import (
    DOUBTS,
    VERDICTS,
    TariffReport,
    measure_in_words,
    rate_in_words,
    report,
    sum_in_words,
)
from entrepot.customs.tariffs import TariffTable
from entrepot.kernel import arguments, clock
from entrepot.markets import queries as markets

# So many lines of each kind are printed; --json has all.
_SHOWN_MAX = 20


def _country(text: str) -> str:
    code = text.upper()
    if code not in markets.list_iso_countries():
        raise ArgumentTypeError(f"{text!r} is no ISO 3166-1 country code")
    return code


def _area(text: str) -> str:
    """Return a country or a union with rules or rates of its own."""
    code = text.upper()
    if code not in markets.list_iso_countries() and code not in _unions():
        raise ArgumentTypeError(f"{text!r} is no ISO 3166-1 country code, and no union: {', '.join(sorted(_unions()))}")
    return code


def _unions() -> dict[str, str]:
    return {code: union.name for code, union in markets.get_library().unions.items()}


def _hs(text: str) -> str:
    code = re.sub(r"[.\s]", "", text)
    if not re.fullmatch(r"\d{4,10}", code):
        raise ArgumentTypeError(f"{text!r} is no HS code of 4 to 10 digits")
    return code


class Command(BaseCommand):
    help = (
        "Duty rates. `import FILE` takes a published schedule into use: the tariff of the United States with what "
        "sections 301, 232 and 122 add, or our own CSV for any country (docs/tariffs.md). `show` tells which rates "
        "fall on goods and why, `list` what is known of which country, and what was imported."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="import|show|list")
        taken = acts.add_parser("import", help="take a published schedule into use")
        taken.add_argument("file", type=Path, help="the file as published, gzipped or not")
        taken.add_argument("--format", choices=sorted(formats.FORMATS), help="told by the file's columns unless named")
        taken.add_argument(
            "--schedule", metavar="NAME", help="under which its rows are kept; the next file replaces them"
        )
        taken.add_argument(
            "--from",
            dest="holds_from",
            type=arguments.day,
            metavar="DATE",
            help="since when rows without a date of their own hold",
        )
        taken.add_argument(
            "--to", dest="holds_to", type=arguments.day, metavar="DATE", help="until when such rows hold"
        )
        taken.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        shown = acts.add_parser("show", help="which rates fall on goods, and why")
        shown.add_argument(
            "--to", dest="target", required=True, type=_area, metavar="XX", help="country of import, or a union (EU)"
        )
        shown.add_argument("--hs", required=True, type=_hs, metavar="CODE", help="customs code, 4 to 10 digits")
        shown.add_argument("--from", dest="origin", type=_country, metavar="XX", help="country of origin")
        shown.add_argument("--on", type=arguments.day, metavar="DATE", help="day of the import (default: today)")
        shown.add_argument(
            "--language", type=arguments.language, default="en", metavar="CODE", help="of the goods' names"
        )
        listed = acts.add_parser("list", help="what is known of which country, and what was imported")
        for act in (taken, shown, listed):
            act.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            {"import": self._import, "show": self._show, "list": self._list}[act](options)
        except OSError as fault:
            raise CommandError(arguments.why_unreadable(fault)) from None

    def _import(self, options: dict[str, Any]) -> None:
        path: Path = options["file"]
        text, digest = formats.read_text(path)
        form = formats.FORMATS[options["format"]] if options["format"] else formats.recognise(text, file=path.name)
        found = form.read(text, file=path.name)
        if options["holds_to"]:
            found = formats.end_on(found, options["holds_to"])
        change = operations.import_tariff(
            schedule=options["schedule"] or formats.schedule_name(path, form),
            found=found,
            file=PublishedFile(path.name, form.name, digest),
            holds_from=options["holds_from"],
            actor="operator:command",
            now=clock.now(),
            dry_run=options["dry_run"],
        )
        if options["json"]:
            self.stdout.write(json.dumps(_change_as_plain(change, form.name), ensure_ascii=False, indent=2))
        else:
            self._tell_change(change, form.meaning, dry_run=options["dry_run"])

    def _tell_change(self, change: TariffChange, meaning: str, *, dry_run: bool) -> None:
        self.stdout.write(f"{change.schedule}: {meaning}")
        self.stdout.write(
            f"{change.read:,} lines read, {change.rows:,} rates: {change.added:,} added, {change.changed:,} changed, "
            f"{change.ended:,} ended, {change.unchanged:,} as before"
        )
        for remark, count in sorted(change.remarks.items()):
            self.stdout.write(f"{count:,} {remark}")
        for title, faults in (
            ("rates that cannot be computed; a quote for such goods says so", change.not_understood),
            ("lines rejected", change.rejected),
        ):
            if faults:
                self.stdout.write(f"{len(faults):,} {title}:")
            for fault in faults[:_SHOWN_MAX]:
                self.stdout.write(f"  line {fault.line}: {fault.reason}")
            if len(faults) > _SHOWN_MAX:
                self.stdout.write(f"  and {len(faults) - _SHOWN_MAX:,} more (--json has all)")
        if change.kept:
            self.stdout.write(
                f"{change.kept:,} rates that the file lacks are kept, as some of its lines were rejected."
            )
        if dry_run:
            self.stdout.write("Nothing was changed (--dry-run).")
        elif not change.version:
            self.stdout.write("Nothing had to be changed.")

    def _show(self, options: dict[str, Any]) -> None:
        on = options["on"] or clock.now().date()
        book = RuleBook(markets.get_library(), _tariff())
        found = report(book, destination=options["target"], hs=options["hs"], origin=options["origin"], on=on)
        words = nomenclature.describe(options["hs"], language=options["language"])
        if options["json"]:
            self.stdout.write(json.dumps({"goods": words, **found.as_plain()}, ensure_ascii=False, indent=2))
            return
        countries = {**markets.list_iso_countries(), **_unions()}
        origin = countries[found.origin] if found.origin else "any country"
        self.stdout.write(
            f"{countries[found.destination]}: {found.hs} ({words or 'no words for this code'}) from {origin}"
        )
        self.stdout.write(f"on {found.on}: {sum_in_words(found.taken)}")
        self._tell_rows(found)
        if found.doubts:
            self.stdout.write(f"A quote is not sure: {'; '.join(DOUBTS[doubt] for doubt in found.doubts)}.")

    def _tell_rows(self, found: TariffReport) -> None:
        first = ("applies", "proof_needed")
        weighed = sorted(found.weighed, key=lambda one: one.verdict not in first)
        for one in weighed[:_SHOWN_MAX]:
            row = one.row
            mark = "=" if one.verdict == "applies" else "?" if one.verdict == "proof_needed" else "-"
            origins = " ".join(row.origins) or "any origin"
            spell = f"{row.valid_from or ''}..{row.valid_to or ''}" if row.valid_from or row.valid_to else "always"
            self.stdout.write(
                f"  {mark} {measure_in_words(row.measure)}: {rate_in_words(row)}"
                f"  [{row.destination} {row.hs_prefix or 'all goods'}, {origins}, {spell}]"
            )
            self.stdout.write(f"      {VERDICTS[one.verdict]}; {row.confidence} confidence: {row.source}")
        if len(weighed) > _SHOWN_MAX:
            self.stdout.write(f"  and {len(weighed) - _SHOWN_MAX:,} more (--json has all)")
        if not weighed:
            self.stdout.write("  No row speaks of these goods: import a schedule (`entrepot tariffs import`).")

    def _list(self, options: dict[str, Any]) -> None:
        table = _tariff()
        rows = [_coverage(table, place) for place in table.list_destinations()]
        try:
            imports = queries.list_tariff_imports()
        except DatabaseError:
            imports = []
        if options["json"]:
            plain = [
                {
                    "id": one.id,
                    "schedule": one.schedule,
                    "file": one.file_name,
                    "imported_at": one.imported_at.isoformat(),
                }
                for one in imports
            ]
            self.stdout.write(json.dumps({"destinations": rows, "imports": plain}, ensure_ascii=False, indent=2))
            return
        for row in rows:
            confidence = ", ".join(f"{count:,} {word}" for word, count in row["confidence"].items())
            self.stdout.write(
                f"{row['destination']:<6} {row['rows']:>7,} rates  {row['chapters']:>2} chapters  {confidence}"
            )
        for one in imports:
            self.stdout.write(
                f"{one.imported_at:%F} {one.schedule}: {one.file_name}, {one.added:,} added, {one.changed:,} changed, "
                f"{one.ended:,} ended, {one.rejected:,} rejected"
            )


def _tariff() -> TariffTable:
    try:
        return queries.get_tariff()
    except DatabaseError:
        return shipped_table()


def _coverage(table: TariffTable, place: str) -> dict[str, Any]:
    rows = table.list_rows([place])
    chapters = {row.hs_prefix[:2] for row in rows if row.measure == "duty" and row.hs_prefix}
    whole = any(row.measure == "duty" and not row.hs_prefix for row in rows)
    return {
        "destination": place,
        "rows": len(rows),
        "chapters": 96 if whole else len(chapters),
        "measures": dict(Counter(row.measure for row in rows)),
        "confidence": dict(sorted(Counter(row.confidence for row in rows).items())),
    }


def _change_as_plain(change: TariffChange, form: str) -> dict[str, Any]:
    return {
        "schedule": change.schedule,
        "format": form,
        "version": change.version,
        "read": change.read,
        "rows": change.rows,
        "added": change.added,
        "changed": change.changed,
        "ended": change.ended,
        "unchanged": change.unchanged,
        "kept": change.kept,
        "rejected": [{"line": fault.line, "reason": fault.reason} for fault in change.rejected],
        "not_understood": [{"line": fault.line, "rate": fault.reason} for fault in change.not_understood],
        "remarks": change.remarks,
    }
