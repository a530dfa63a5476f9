from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.config import embedded_postgres, supervisor


class Command(BaseCommand):
    help = (
        "Run the embedded PostgreSQL of the data folder until Ctrl-C, for `entrepot serve` and `entrepot worker` "
        "beside it. (`entrepot demo` runs it by itself; with DATABASE_URL there is none.)"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--where", action="store_true", help="only print where its programs (psql, pg_dump) and its socket are"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASES["default"]["HOST"] != str(settings.SOCKET_DIR):
            raise CommandError("DATABASE_URL names another server: there is no embedded one to run.")
        if options["where"]:
            self.stdout.write(f"programs {embedded_postgres.programs_dir()}\nsocket   {settings.SOCKET_DIR}")
            return
        server = embedded_postgres.of_data_folder(settings.DATA_DIR, settings.SOCKET_DIR)
        supervisor.raise_on_signals()
        try:
            if not server.start():
                raise CommandError("It runs already.")
            server.ensure_database("entrepot")
            self.stdout.write(f"PostgreSQL runs; its socket is in {settings.SOCKET_DIR}. Ctrl-C stops it.")
            while server.pid is not None:
                time.sleep(0.5)
            raise CommandError(f"PostgreSQL ended; see {server.log_path}")
        except embedded_postgres.PostgresTrouble as trouble:
            raise CommandError(str(trouble)) from None
        except supervisor.StopRequested:
            pass
        finally:
            server.stop()
