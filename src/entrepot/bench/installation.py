"""A private marketplace to measure: its own database, the production web server and the worker, under one folder."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from entrepot.bench import counting
from entrepot.config import environment
from entrepot.config.embedded_postgres import EmbeddedPostgres

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU milliseconds used so far by the web processes, the worker and every process of the database."""

    application: float
    worker: float
    database: float

    def __sub__(self, earlier: Usage) -> Usage:
        return Usage(
            self.application - earlier.application, self.worker - earlier.worker, self.database - earlier.database
        )

    @property
    def total(self) -> float:
        return self.application + self.worker + self.database


@dataclass(slots=True)
class Installation:
    """A running marketplace; `url` is where it answers. Use `running()` to have one."""

    folder: Path
    port: int
    postgres: EmbeddedPostgres
    settings: Mapping[str, str] = field(default_factory=dict)
    web: subprocess.Popen[bytes] | None = field(default=None)
    worker: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environ(self, role: str = "") -> dict[str, str]:
        """Return the environment of this installation's commands; a role's processes count their statements."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("ENTREPOT_")}
        kept |= {
            "ENTREPOT_DATA_DIR": str(self.folder),
            "DATABASE_URL": "",
            "ENTREPOT_BASE_URL": self.url,
            "ENTREPOT_API_WRITES_PER_MINUTE": "100000000",
            **self.settings,
        }
        if role:
            kept["ENTREPOT_BENCH_COUNTS"] = str(self.folder / "counts" / role)
        return kept

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one `entrepot` command on this installation and return what it printed."""
        command = [sys.executable, "-m", "entrepot", *arguments]
        done = subprocess.run(command, env=self.environ(), text=True, capture_output=True, check=False)
        if check and done.returncode:
            raise RuntimeError(f"entrepot {' '.join(arguments)} failed:\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done

    def start_web(self) -> None:
        """Start the production web server and wait until it answers."""
        self.web = self._spawn("web", "serve", "--port", str(self.port))
        self._await_answer()

    def start_worker(self) -> None:
        """Start the worker."""
        self.worker = self._spawn("worker", "worker")

    def counts(self, role: str) -> counting.Counts:
        return counting.read(str(self.folder / "counts" / role))

    def usage(self) -> Usage:
        """Return the CPU used so far, processes that have ended within a tree included."""
        return Usage(
            application=_tree_milliseconds(self.web.pid) if self.web else 0.0,
            worker=_tree_milliseconds(self.worker.pid) if self.worker else 0.0,
            database=_tree_milliseconds(self.postgres.pid) if self.postgres.pid else 0.0,
        )

    def kill(self, role: str) -> None:
        """End the web server, the worker or the database with SIGKILL, all its processes at once."""
        if role == "database":
            victims = self.postgres.processes()
        else:
            process = self.web if role == "web" else self.worker
            assert process is not None, f"the {role} is not running"
            victims = list(reversed(_tree(process.pid)))
        for pid in victims:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if role != "database":
            assert process is not None
            process.wait()

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    process.kill()
        self.postgres.stop()

    def _spawn(self, role: str, *arguments: str) -> subprocess.Popen[bytes]:
        (self.folder / "counts").mkdir(exist_ok=True)
        log = (self.folder / "logs" / f"{role}.log").open("ab")
        return subprocess.Popen(
            [sys.executable, "-m", "entrepot", *arguments],
            env=self.environ(role),
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )

    def _await_answer(self, seconds_max: float = 60) -> None:
        deadline = time.monotonic() + seconds_max
        while time.monotonic() < deadline:
            assert self.web is not None, "the web server was started"
            if self.web.poll() is not None:
                break
            with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.url}/healthz", timeout=2):
                return
            time.sleep(0.1)
        log = (self.folder / "logs" / "web.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the web server does not answer:\n{log[-2000:]}")


@contextlib.contextmanager
def running(*, keep: Path | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Installation]:
    """
    Make a private installation with its database migrated, and take it away afterwards.

    `keep` names a folder that stays (a second run finds what the first one made); `settings` are variables that its
    processes have beside the usual ones.
    """
    folder = keep or Path(tempfile.mkdtemp(prefix="entrepot-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # The database may run under another account, which walks through.
    (folder / "logs").mkdir(exist_ok=True)
    socket_dir = environment.socket_dir(folder.resolve())
    postgres = EmbeddedPostgres(
        folder=folder.resolve() / "postgres", socket_dir=socket_dir, log_path=folder / "logs" / "postgres.log"
    )
    installation = Installation(folder=folder, port=free_port(), postgres=postgres, settings=settings or {})
    try:
        postgres.start()
        postgres.ensure_database("entrepot")
        installation.run("migrate", "--verbosity", "0")
        yield installation
    finally:
        installation.stop()
        if keep is None:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(socket_dir, ignore_errors=True)


def free_port() -> int:
    """
    Return a port of this machine on which a server can listen, stop and listen again.

    It lies below those that the system gives to outgoing connections: while the server is away, a client that tries
    again would take the very port sooner or later, and be connected with itself.
    """
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _tree(root: int) -> list[int]:
    """Return a process and all its descendants, parents first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(_stat_fields(entry)[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    found = [root]
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def _stat_fields(path: Path) -> list[str]:
    """Return the fields of /proc/<pid>/stat after the program's name (which may hold blanks): state, parent, …"""
    return path.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()


def _tree_milliseconds(root: int) -> float:
    """Return the CPU of a process tree: of the living, and of the dead that a living parent has waited for."""
    ticks = 0
    for pid in _tree(root):
        with contextlib.suppress(OSError):
            fields = _stat_fields(Path(f"/proc/{pid}/stat"))
            ticks += sum(int(value) for value in fields[11:15])  # utime, stime, cutime, cstime
    return ticks * 1000 / _TICKS_PER_SECOND
