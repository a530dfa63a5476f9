from __future__ import annotations

import os
import shutil
import tempfile
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from entrepot.config import processes, static_files


def load_application() -> Any:
    """Return the WSGI application; runs in each web process, which must not outlive the one that started it."""
    processes.die_with_parent()
    from entrepot.config.wsgi import application, warm_up

    warm_up()
    processes.keep_what_is_loaded()
    return application


class Command(BaseCommand):
    help = "Serve the pages and the API with granian, for production behind a proxy that ends TLS."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
        parser.add_argument("--workers", type=int, default=settings.WORKERS, help="processes (ENTREPOT_WORKERS)")
        parser.add_argument("--threads", type=int, default=settings.THREADS, help="threads each (ENTREPOT_THREADS)")

    def handle(self, *args: Any, **options: Any) -> None:
        from granian import Granian
        from granian.constants import Interfaces
        from granian.log import LogLevels

        connection.ensure_connection()  # A clear word now instead of an error at each request.
        connection.close()
        static_files.collect()
        figures = tempfile.mkdtemp(prefix="entrepot-metrics-")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = figures
        # The prepared statements of a request are small and always take the same way: planning them anew for each
        # array of ids cost the database more than running them. Search asks for plans of its own.
        os.environ["PGOPTIONS"] = f"{os.environ.get('PGOPTIONS', '')} -c plan_cache_mode=force_generic_plan".strip()
        server = Granian(
            "entrepot.config.wsgi:application",
            address=options["host"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=options["workers"],
            blocking_threads=options["threads"],
            blocking_threads_idle_timeout=600,  # A thread owns a database connection: let it live.
            respawn_failed_workers=True,
            respawn_interval=0.5,
            workers_kill_timeout=15,
            log_level=LogLevels.warning,
        )
        try:
            server.serve(target_loader=load_application, wrap_loader=False)
        finally:
            shutil.rmtree(figures, ignore_errors=True)
