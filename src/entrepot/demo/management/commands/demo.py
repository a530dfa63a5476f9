from __future__ import annotations

import fcntl
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from entrepot.config import embedded_postgres, preparation, wiring
from entrepot.config.supervisor import Hopeless, StopRequested, Supervisor, raise_on_signals
from entrepot.demo import marketplace, seed

# What the demo keeps below its data folder and --reset removes: nothing else there is touched.
KEPT = ("postgres", "postgres.new", "media", "private", "static", "outbox", "logs", "search")


class Command(BaseCommand):
    help = (
        "Serve the demonstration marketplace: starts the embedded PostgreSQL, prepares and fills the database at the "
        "first start, then runs the web processes and the worker until Ctrl-C. Everything lies in the data folder "
        "(--data-dir DIR, else ENTREPOT_DATA_DIR, else .entrepot)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default 8000)")
        parser.add_argument("--reset", action="store_true", help="throw all its data away first")
        parser.add_argument("--empty", action="store_true", help="leave the marketplace empty")
        parser.add_argument("--workers", type=int, default=1, help="web processes (default 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        self.url = f"http://{options['host']}:{options['port']}"
        raise_on_signals()
        data = Path(settings.DATA_DIR)
        data.mkdir(parents=True, exist_ok=True)
        _demand_free_port(options["host"], options["port"])
        try:
            with _alone_in(data, self.url):
                if options["reset"]:
                    self._reset(data)
                self._run(options)
        except StopRequested:
            self._say("Stopped; the data stays. The next start is quick.")
        except (embedded_postgres.PostgresTrouble, Hopeless) as trouble:
            raise CommandError(str(trouble)) from None

    def _run(self, options: dict[str, Any]) -> None:
        base_url = os.environ.get("ENTREPOT_BASE_URL", self.url)
        settings.BASE_URL = base_url
        settings.SIMULATED_CARRIER = True  # Nobody carries the demonstration's parcels.
        wiring.bind()
        hosts = {*settings.ALLOWED_HOSTS, options["host"]}
        environ = {
            **os.environ,
            "ENTREPOT_DATA_DIR": str(settings.DATA_DIR),
            "ENTREPOT_BASE_URL": base_url,
            "ENTREPOT_ALLOWED_HOSTS": ",".join(sorted(hosts)),
            "ENTREPOT_SIMULATED_CARRIER": "1",
        }
        all_of_it = Supervisor(environ=environ, say=self._say)
        try:
            self._prepare_database(all_of_it, fill=not options["empty"])
            self.is_filled = marketplace.get_state() == marketplace.State.WHOLE
            connection.close()
            data = ["--data-dir", str(settings.DATA_DIR)]
            web = ["--host", options["host"], "--port", str(options["port"]), "--workers", str(options["workers"])]
            all_of_it.start("web", "serve", *web, *data)
            all_of_it.start("worker", "worker", *data)
            self._wait_for_answer(all_of_it)
            self._welcome()
            all_of_it.watch()
        finally:
            self._say("Stopping")
            connection.close()
            all_of_it.stop()

    def _prepare_database(self, all_of_it: Supervisor, *, fill: bool) -> None:
        embedded = settings.DATABASES["default"]["HOST"] == str(settings.SOCKET_DIR)
        if embedded:
            self._say("Starting PostgreSQL")
            all_of_it.postgres = embedded_postgres.of_data_folder(settings.DATA_DIR, settings.SOCKET_DIR)
            if not all_of_it.postgres.start():
                raise CommandError(
                    "A PostgreSQL of this data folder runs already (`entrepot database`?). Stop it, "
                    "or use `entrepot serve` and `entrepot worker` beside it."
                )
            all_of_it.postgres.ensure_database(settings.DATABASES["default"]["NAME"])
        preparation.prepare(say=self._say)
        state = marketplace.get_state()
        if state == marketplace.State.HALF_MADE:
            if all_of_it.postgres is None:
                raise CommandError(
                    "The demonstration in this database was broken off while it was made: empty the database."
                )
            self._say("The last start was broken off while it filled the marketplace: beginning anew")
            connection.close()
            all_of_it.postgres.drop_database(settings.DATABASES["default"]["NAME"])
            all_of_it.postgres.ensure_database(settings.DATABASES["default"]["NAME"])
            for name in ("media", "private", "outbox", "search"):
                shutil.rmtree(settings.DATA_DIR / name, ignore_errors=True)
            preparation.prepare(say=self._say)
            state = marketplace.State.EMPTY
        if state == marketplace.State.EMPTY and fill:
            self._say("Filling the marketplace (once; this takes a while)")
            marketplace.make(progress=lambda words: self._say(f"  {words}"))
            preparation.prepare_search(say=self._say)

    def _reset(self, data: Path) -> None:
        if settings.DATABASES["default"]["HOST"] != str(settings.SOCKET_DIR):
            raise CommandError("DATABASE_URL names a server that is not the demo's own: empty that database by hand.")
        self._say(f"Removing the demonstration's data in {data}")
        for name in KEPT:
            path = data / name
            if path.is_dir():
                shutil.rmtree(path)

    def _wait_for_answer(self, all_of_it: Supervisor) -> None:
        self._say("Starting the web server and the worker")
        while True:
            all_of_it.look()
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):  # noqa: S310  Our own address.
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)

    def _welcome(self) -> None:
        seconds = time.monotonic() - self.begun
        self._say(f"Ready after {seconds:.0f} s")
        lines = [
            "",
            f"  Shop            {self.url}/",
            f"  Seller centre   {self.url}/seller/",
            f"  Operator        {self.url}/operator/",
            f"  API             {self.url}/api/v1/docs",
            f"  E-mails         {settings.DATA_DIR / 'outbox'}",
            "",
        ]
        if self.is_filled:
            lines.append("  Log in as")
            lines += [f"    {who.role:<22} {who.email:<34} {who.password:<20} {who.where}" for who in seed.logins()]
        else:
            lines.append("  Nobody is there yet: `entrepot create-operator` registers an operator.")
        lines += ["", "  Ctrl-C stops everything; the data stays.", ""]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _say(self, words: str) -> None:
        self.stdout.write(f"[{time.monotonic() - self.begun:6.1f} s] {words}")
        self.stdout.flush()


def _demand_free_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            reason = trouble.strerror or str(trouble)
            raise CommandError(f"Port {port} of {host} cannot be used ({reason}): take another with --port.") from None


@contextmanager
def _alone_in(data: Path, url: str) -> Iterator[None]:
    """Hold the data folder's lock: two demonstrations must not share one folder."""
    with (data / "demo.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CommandError(f"A demo of {data} runs already: {lock.read().strip()}.") from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}, {url}/")
        lock.flush()
        yield
