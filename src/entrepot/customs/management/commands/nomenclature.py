from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError

from entrepot.customs import nomenclature, operations, queries
from entrepot.customs.classification import Candidate, Described, suggest
from entrepot.customs.published import formats
from entrepot.customs.published.nomenclature_texts import read_texts
from entrepot.kernel import arguments


class Command(BaseCommand):
    help = (
        "Names of customs codes. `show CODE` gives our own words for its chapter and heading, and the published text "
        "where one was imported; `import FILE` takes published texts into use (a table with a column of codes and one "
        "of descriptions); `search WORDS` finds codes by them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="import|search|show")
        taken = acts.add_parser("import", help="take published texts into use")
        taken.add_argument("file", type=Path, help="the file as published, gzipped or not")
        taken.add_argument("--source", required=True, metavar="TEXT", help="who publishes it, and which edition")
        found = acts.add_parser("search", help="find codes by words of their published texts")
        found.add_argument("words", nargs="+")
        shown = acts.add_parser("show", help="what a code means")
        shown.add_argument("code", help="2 to 10 digits")
        for act in (taken, found, shown):
            act.add_argument(
                "--country", default="", type=str.upper, metavar="XX", help="whose own digits the codes have"
            )
            act.add_argument("--language", type=arguments.language, default="en", metavar="CODE", help="of the texts")
            act.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            document = {"import": _import, "search": _search, "show": _show}[act](options)
        except OSError as fault:
            raise CommandError(arguments.why_unreadable(fault)) from None
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in document["lines"]:
            self.stdout.write(line)


def _import(options: dict[str, Any]) -> dict[str, Any]:
    text, _ = formats.read_text(options["file"])
    found = read_texts(text, file=options["file"].name)
    change = operations.import_nomenclature(
        texts=found.by_code,
        area=options["country"],
        language=options["language"],
        source=options["source"],
        actor="operator:command",
    )
    rejected = [{"line": fault.line, "reason": fault.reason} for fault in found.faults]
    summary = (
        f"{found.read:,} lines read, {change.texts:,} codes: {change.changed:,} new or changed, {change.gone:,} gone"
    )
    return {
        "read": found.read,
        "codes": change.texts,
        "changed": change.changed,
        "gone": change.gone,
        "rejected": rejected,
        "lines": [summary, *(f"  line {fault.line}: {fault.reason}" for fault in found.faults)],
    }


def _search(options: dict[str, Any]) -> dict[str, Any]:
    words = " ".join(options["words"])
    try:
        found = queries.search_codes(words, area=options["country"], language=options["language"])
    except DatabaseError:
        found = []  # Published texts lie in the database, our own words do not.
    own = nomenclature.search(words, language=options["language"])
    # Where no text holds the words themselves, what goods are called may still tell.
    guessed = [] if own or found else suggest(Described(words, options["language"]))
    return {
        "words": [{"code": step.code, "words": step.words} for step in own],
        "found": [{"code": one.code, "text": one.text} for one in found],
        "suggested": [{"code": one.code, "probability": round(one.probability, 3)} for one in guessed],
        "lines": [
            *(f"{step.code:<10}  {step.words}" for step in own),
            *(f"{one.code:<10}  {one.text}  [{one.source}]" for one in found),
            *(_guess(one, options["language"]) for one in guessed),
        ]
        or ["Neither our own words nor a published text hold these."],
    }


def _guess(one: Candidate, language: str) -> str:
    words = nomenclature.describe(one.code, language=language)
    return f"{one.code:<10}  {words}  [no text holds these words; suggested by them, {one.probability:.0%}]"


def _show(options: dict[str, Any]) -> dict[str, Any]:
    code = options["code"].replace(".", "").replace(" ", "")
    if not code.isdigit() or not 2 <= len(code) <= 10:
        raise CommandError(f"{options['code']!r} is no code of 2 to 10 digits")
    own = nomenclature.path(code, language=options["language"])
    codes = [code[:length] for length in (2, 4, 6, 8, 10) if length <= len(code)]
    try:
        published = queries.find_published_texts(codes, area=options["country"], language=options["language"])
    except DatabaseError:
        published = {}
    return {
        "code": code,
        "words": [{"code": step.code, "words": step.words} for step in own],
        "published": [
            {"code": one.code, "text": one.text, "source": one.source}
            for one in (published[step] for step in codes if step in published)
        ],
        "lines": [
            *(f"{step.code:<10}  {step.words}" for step in own),
            *(f"{step:<10}  {published[step].text}  [{published[step].source}]" for step in codes if step in published),
        ]
        or ["Nothing is known of this code."],
    }
