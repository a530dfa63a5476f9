from __future__ import annotations

import json
import signal
import sys
import threading
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from entrepot.kernel import clock
from entrepot.pricing import ranking
from entrepot.search import following, queries
from entrepot.search.following import Progress
from entrepot.search.ports import get_engine

_LOOK_SECONDS = 0.5
_WIDTH = 40


class Command(BaseCommand):
    help = (
        "Tells how many listings this machine's search index holds and how many are offered. The worker keeps it in "
        "line with every change by itself; --follow does that without a worker. --rebuild builds it anew while "
        "searches go on, in the worker where one runs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rebuild", action="store_true", help="Build the whole index anew.")
        parser.add_argument("--follow", action="store_true", help="Keep it in line with every change, until Ctrl-C.")
        parser.add_argument("--json", action="store_true", help="Print the figures as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        if options["follow"]:
            self._follow()
            return
        if options["rebuild"]:
            self._rebuild(is_quiet=options["json"])
        state, kept = queries.get_index_state(), ranking.list_kept(at=clock.now())
        seconds = round(time.monotonic() - started, 1)
        if options["json"]:
            figures = {
                "documents": state.documents,
                "offered": state.offered,
                "seconds": seconds,
                "priced": {of.country: {"listings": of.listings, "whole": of.is_whole} for of in kept},
            }
            self.stdout.write(json.dumps(figures))
        else:
            self.stdout.write(f"{state.documents} documents of {state.offered} offered listings, {seconds} s.")
            for of in kept:
                more = "" if of.is_whole else ", going on"
                self.stdout.write(f"Priced ahead for {of.country}: {of.listings} listings{more}.")

    def _follow(self) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        following.follow(stop, engine=get_engine())

    def _rebuild(self, *, is_quiet: bool) -> None:
        tell = (lambda progress: None) if is_quiet else self._draw
        wish = following.wish_rebuild()  # Where a worker writes the index, it builds it too.
        while following.is_rebuild_wished(wish) and not following.prepare(engine=get_engine(), tell=tell, anew=True):
            if (progress := following.read_progress()) is not None:
                tell(progress)
            time.sleep(_LOOK_SECONDS)
        if not is_quiet:
            self.stderr.write("")

    def _draw(self, progress: Progress) -> None:
        share = progress.done / max(progress.total, 1)
        bar = "#" * round(_WIDTH * share)
        line = f"[{bar:<{_WIDTH}}] {progress.done} of {progress.total} listings, {progress.seconds:.0f} s"
        self.stderr.write(f"\r{line}" if sys.stderr.isatty() else line, ending="" if sys.stderr.isatty() else "\n")
