from __future__ import annotations

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from entrepot.search import operations, queries


class Command(BaseCommand):
    help = (
        "Tells how many listings the search index holds and how many are offered. The index follows every change by "
        "itself; --rebuild writes it anew, while searches go on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="Write the whole index anew.")
        parser.add_argument("--json", action="store_true", help="Print the figures as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if options["rebuild"]:
            operations.drop_strays()
            for done in operations.rebuild_index():
                if not options["json"]:
                    self.stderr.write(f"\r{done} listings", ending="")
            if not options["json"]:
                self.stderr.write("")
        state = queries.get_index_state()
        seconds = round(time.monotonic() - started, 1)
        if options["json"]:
            figures = {"documents": state.documents, "offered": state.offered, "seconds": seconds}
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(f"{state.documents} documents of {state.offered} offered listings, {seconds} s.")
