from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.api import document


class Command(BaseCommand):
    help = (
        "Print the API's OpenAPI document. With --check FILE, compare it with the committed one and exit with 1 when "
        "they differ; with --write FILE, replace it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--check", type=Path, metavar="FILE", help="compare with this file")
        choice.add_argument("--write", type=Path, metavar="FILE", help="write into this file")

    def handle(self, *args: Any, check: Path | None, write: Path | None, **options: Any) -> None:
        current = document.as_json().decode()
        if write is not None:
            write.write_text(current, encoding="utf-8")
            return
        if check is None:
            sys.stdout.write(current)
            return
        kept = check.read_text(encoding="utf-8") if check.exists() else ""
        if kept == current:
            return
        changes = list(
            difflib.unified_diff(
                kept.splitlines(), current.splitlines(), str(check), "the API as it is", lineterm="", n=2
            )
        )
        shown = "\n".join(changes[:200])
        raise CommandError(
            f"{shown}\n\nThe API's schema changed. Read the difference as its callers would; if it is meant, run "
            f"`entrepot api-schema --write {check}` and commit it, with a line in the changelog when callers notice."
        )
