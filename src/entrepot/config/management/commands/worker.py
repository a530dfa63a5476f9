from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from entrepot.config import worker


class Command(BaseCommand):
    help = (
        "Work after the answers: turns facts into jobs and runs them, and what is due by the clock. "
        "Runs until SIGTERM or Ctrl-C, which lets running jobs finish. Any number may run beside each other."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--threads", type=int, default=2, help="jobs that run at once (default 2)")
        parser.add_argument("--until-idle", action="store_true", help="stop when no fact and no due job is left")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["until_idle"]:
            worker.run_until_idle(threads=options["threads"])
        else:
            worker.run(threads=options["threads"])
