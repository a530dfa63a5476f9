"""
The supervisor of a whole installation on one machine: the embedded PostgreSQL, the web processes, the worker.

It starts them, starts again what dies, and stops all of them when it is told to; nothing outlives it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

from entrepot.config import processes
from entrepot.config.embedded_postgres import EmbeddedPostgres

LOOK_SECONDS = 0.25
YOUNG_SECONDS = 5.0
DEATHS_MAX = 3  # In a row and young: then something is wrong that another start does not mend.


class StopRequested(BaseException):
    """SIGINT or SIGTERM came. Not an Exception, so that nothing on the way takes it for a fault."""


class Hopeless(RuntimeError):
    """A process ends again and again right after its start."""


def raise_on_signals() -> None:
    """Turn SIGINT and SIGTERM into `StopRequested` in the main thread, even where SIGINT was ignored before."""

    def stop(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)  # Once is enough: stopping must not be interrupted.
        raise StopRequested(signal.Signals(number).name)

    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, stop)


@dataclass
class Child:
    """One kept process: what it is called, how it is started, and how it has fared."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    young_deaths: int = 0


@dataclass
class Supervisor:
    """Keeps the children alive until `StopRequested`."""

    environ: Mapping[str, str]
    say: Callable[[str], None]
    postgres: EmbeddedPostgres | None = None
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, *arguments: str) -> None:
        """Start one of our own commands as a child."""
        child = Child(name, [sys.executable, "-m", "entrepot", *arguments])
        self.children.append(child)
        self._start(child)

    def watch(self) -> None:
        """
        Start again what dies, for good.

        :raises Hopeless: a child dies right after each of several starts.
        """
        while True:
            time.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Look once after everything, and start again what died."""
        if self.postgres is not None and self.postgres.pid is None:
            self.say("PostgreSQL ended; starting it again")
            self.postgres.start()
        for child in self.children:
            if child.process is None or (code := child.process.poll()) is None:
                continue
            young = time.monotonic() - child.started_at < YOUNG_SECONDS
            child.young_deaths = child.young_deaths + 1 if young else 0
            if child.young_deaths >= DEATHS_MAX:
                raise Hopeless(f"The {child.name} process ends right after its start (exit status {code}).")
            self.say(f"the {child.name} process ended ({_describe(code)}); starting it again")
            self._start(child)

    def stop(self) -> None:
        """Stop all: first who asks the database, then the database."""
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        for child in self.children:
            if child.process is not None:
                processes.stop(child.process, seconds_max=25)
        if self.postgres is not None:
            self.postgres.stop()

    def _start(self, child: Child) -> None:
        child.process = processes.start(child.command, environ=self.environ)
        child.started_at = time.monotonic()


def _describe(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
