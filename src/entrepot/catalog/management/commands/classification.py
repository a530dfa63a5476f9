from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.catalog import operations, queries
from entrepot.customs import learned, nomenclature
from entrepot.customs.classification import Candidate, Described, measuring
from entrepot.customs.classification.measuring import Measured
from entrepot.customs.classification.suggesting import rank
from entrepot.customs.classification.texts import TextIndex
from entrepot.customs.published import formats
from entrepot.customs.published.nomenclature_texts import read_texts
from entrepot.kernel import arguments


class Command(BaseCommand):
    help = (
        "Suggested HS codes. `suggest TITLE` says which codes goods may have, and why; `learn` counts the words of the "
        "codes that sellers have confirmed (the worker does it every night); `measure` says how good suggestions are. "
        "See docs/classification.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True, metavar="suggest|learn|measure")
        suggest = acts.add_parser("suggest", help="the codes that goods may have")
        suggest.add_argument("title")
        suggest.add_argument("--language", help="what the title is written in; else told by its letters")
        suggest.add_argument("--category", metavar="SLUG", help="a category of the shop")
        suggest.add_argument("--attribute", action="append", default=[], metavar="NAME=VALUE")
        learn = acts.add_parser("learn", help="learn from the codes that sellers have confirmed")
        measure = acts.add_parser("measure", help="how good suggestions are")
        measure.add_argument(
            "files",
            nargs="*",
            type=Path,
            metavar="FILE",
            help="tables of titles with their codes (columns title, codes, language, group); without one, the shop's "
            "own confirmed listings are asked for, each by what other sellers have confirmed",
        )
        measure.add_argument(
            "--nomenclature",
            type=Path,
            metavar="FILE",
            help="published texts: every fifth subheading is kept back and asked for by its text",
        )
        for act in (suggest, learn, measure):
            act.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        try:
            document, lines = {"suggest": _suggest, "learn": _learn, "measure": _measure}[act](options)
        except OSError as fault:
            raise CommandError(arguments.why_unreadable(fault)) from None
        except ValueError as fault:
            raise CommandError(str(fault)) from None
        if options["json"]:
            self.stdout.write(json.dumps(document, ensure_ascii=False, indent=2))
            return
        for line in lines:
            self.stdout.write(line)


Answer = tuple[dict[str, Any], list[str]]


def _suggest(options: dict[str, Any]) -> Answer:
    pairs = [one.partition("=") for one in options["attribute"]]
    goods = Described(
        options["title"],
        options["language"],
        attributes=tuple((name.strip(), value.strip()) for name, _, value in pairs),
    )
    found = queries.suggest_codes(goods, category=options["category"])
    items = [
        {
            "code": one.code,
            "probability": round(one.probability, 3),
            "heading": nomenclature.describe(one.code),
            "facets": list(one.facets),
            "why": list(one.why),
        }
        for one in found
    ]
    lines = [_line(one) for one in found]
    return {"items": items}, lines or ["None of these words names goods that we know."]


def _line(one: Candidate) -> str:
    heading = nomenclature.describe(one.code) + (f" ({', '.join(one.facets)})" if one.facets else "")
    return f"{one.code:<6}  {one.probability:>4.0%}  {heading}   because of {', '.join(one.why)}"


def _learn(options: dict[str, Any]) -> Answer:
    kept = operations.learn_codes()
    return {"counts": kept}, [f"{kept:,} counts kept, of a word by code and seller."]


def _measure(options: dict[str, Any]) -> Answer:
    published = learned.get_text_index()
    sets: dict[str, Mapping[str, Measured]] = {}
    for path in options["files"]:
        examples = measuring.read_labelled(path)
        if examples:
            sets[path.name] = measuring.measure(examples, lambda goods: rank(goods, published=published))
    if options["nomenclature"]:
        text, _ = formats.read_text(options["nomenclature"])
        kept, asked = measuring.leave_out(read_texts(text, file=options["nomenclature"].name).by_code.items())
        index = TextIndex(kept)
        name = f"{options['nomenclature'].name}, subheadings kept back"
        sets[name] = measuring.measure(asked, lambda goods: rank(goods, published=index))
    if not sets:
        sets = dict(queries.measure_suggestions())
    if not sets:
        raise ValueError("there is nothing to measure on: no listing has a confirmed code")
    lines = [line for name, found in sets.items() for line in (name, *_tell(found), "")]
    return {name: {group: one.as_json() for group, one in found.items()} for name, found in sets.items()}, lines


def _tell(found: Mapping[str, Measured]) -> list[str]:
    lines = ["                     titles  covered   2 digits        4 digits        6 digits   at 1, 3, 5"]
    for group, one in found.items():
        by_digits = "  ".join(
            " ".join(f"{one.precision[digits][place]:>4.0%}" for place in (1, 3, 5)) for digits in (2, 4, 6)
        )
        lines.append(f"  {group[:18]:<18} {one.titles:>6,}  {one.covered:>6.0%}  {by_digits}")
    whole = found["all"]
    lines += [f"  said {one.mean:>4.0%}: right {one.right:>4.0%} of {one.suggestions:,}" for one in whole.bins] + [
        f"  mean error of the probabilities {whole.error:.0%}"
    ]
    return lines
