"""The demonstration and the commands beside it, run as a person runs them: as processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from entrepot.bench.installation import free_port
from entrepot.config import environment

ENTREPOT = [sys.executable, "-m", "entrepot"]
ENVIRON = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("ENTREPOT_") and name not in {"DATABASE_URL", "PROMETHEUS_MULTIPROC_DIR"}
}


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="entrepot demo "))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(environment.socket_dir(folder), ignore_errors=True)
    shutil.rmtree(folder)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def new(*arguments: str) -> subprocess.Popen[str]:
        log = (data / f"{arguments[0]}.out").open("a+")
        process = subprocess.Popen(
            [*ENTREPOT, *arguments, "--data-dir", str(data)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, text=True, env=ENVIRON,
        )  # fmt: skip
        started.append(process)
        return process

    yield new
    for process in reversed(started):
        if process.poll() is None:
            process.terminate()
        process.wait(40)
    wait_until(lambda: not processes_of(data))


def wait_until(condition: Callable[[], object], seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def answers(port: int, path: str = "/healthz") -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def processes_of(data: Path, word: str = "") -> list[int]:
    """The live processes that name the data folder in their command line (but not this test)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            state = (entry / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()[0]
        except OSError:
            continue
        if str(data) in command and word in command and state not in "ZX" and int(entry.name) != os.getpid():
            found.append(int(entry.name))
    return found


def output(data: Path, name: str) -> str:
    return (data / f"{name}.out").read_text()


def run(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*ENTREPOT, *arguments], capture_output=True, text=True, check=False, env={**ENVIRON, **environ}, timeout=60
    )


def test_the_demo_starts_heals_itself_stops_and_comes_back(
    data: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    port = free_port()
    demo = start("demo", "--port", str(port), "--empty")
    wait_until(lambda: "Ctrl-C stops everything" in output(data, "demo"))
    assert answers(port)
    assert f"http://127.0.0.1:{port}/seller/" in output(data, "demo")
    assert "Nobody is there yet" in output(data, "demo"), "an empty marketplace has no log-ins"
    assert "Log in as" not in output(data, "demo")

    for word in ("entrepot serve", "entrepot worker", "bin/postgres"):
        [victim, *_] = sorted(processes_of(data, word))
        os.kill(victim, signal.SIGKILL)
        wait_until(lambda word=word, victim=victim: [pid for pid in processes_of(data, word) if pid != victim])
        wait_until(lambda: answers(port))
    assert "starting it again" in output(data, "demo")

    refused = run("demo", "--port", str(free_port()), "--data-dir", str(data))
    assert refused.returncode == 1
    assert re.search(rf"A demo of .* runs already: process {demo.pid}, http://127.0.0.1:{port}/", refused.stderr)

    with psycopg.connect(host=str(environment.socket_dir(data)), user="postgres", dbname="entrepot") as connection:
        connection.execute("INSERT INTO kernel_followerposition (name, xid, fact_id) VALUES ('kept', 0, 0)")
    demo.send_signal(signal.SIGINT)
    assert demo.wait(40) == 0
    assert processes_of(data) == []

    start("demo", "--port", str(port), "--empty")
    wait_until(lambda: output(data, "demo").count("Ctrl-C stops everything") == 2)
    with psycopg.connect(host=str(environment.socket_dir(data)), user="postgres", dbname="entrepot") as connection:
        assert connection.execute("SELECT count(*) FROM kernel_followerposition WHERE name = 'kept'").fetchone() == (1,)


def test_everything_ends_when_the_demo_is_killed(data: Path, start: Callable[..., subprocess.Popen[str]]) -> None:
    port = free_port()
    demo = start("demo", "--port", str(port), "--empty")
    wait_until(lambda: "Ctrl-C stops everything" in output(data, "demo"))
    assert len(processes_of(data)) >= 4
    demo.kill()
    demo.wait()
    wait_until(lambda: not processes_of(data), 30)
    assert not answers(port)


def test_requests_share_one_connection_and_one_that_was_lost_is_replaced_before_the_next(
    data: Path, start: Callable[..., subprocess.Popen[str]]
) -> None:
    port = free_port()
    start("database")
    wait_until(lambda: "PostgreSQL runs" in output(data, "database"))
    assert run("prepare", "--data-dir", str(data)).returncode == 0
    start("serve", "--port", str(port), "--workers", "1", "--threads", "1")
    wait_until(lambda: answers(port))
    backends = "SELECT pid FROM pg_stat_activity WHERE datname = 'entrepot' AND pid <> pg_backend_pid()"
    with psycopg.connect(
        host=str(environment.socket_dir(data)), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        before = connection.execute(backends).fetchall()
        assert len(before) == 1
        assert all(answers(port) for _ in range(20))
        assert connection.execute(backends).fetchall() == before  # One connection, kept over all requests.
        connection.execute(backends.replace("pid FROM", "pg_terminate_backend(pid, 60000) FROM"))
        assert answers(port)
        (after,) = connection.execute(backends).fetchall()
        assert after not in before


@pytest.mark.parametrize("command", [["migrate"], ["worker", "--until-idle"], ["serve"]])
def test_a_command_without_a_database_says_one_clear_sentence(data: Path, command: list[str]) -> None:
    done = run(*command, "--data-dir", str(data))
    assert done.returncode == 1
    assert done.stderr.strip() == (
        f"The database of {data} is not running: start it with `entrepot demo` or `entrepot database`, "
        "or name another with DATABASE_URL or --data-dir."
    )


def test_a_database_that_was_never_prepared_is_said(data: Path, start: Callable[..., subprocess.Popen[str]]) -> None:
    start("database")
    wait_until(lambda: "PostgreSQL runs" in output(data, "database"))
    done = run("worker", "--until-idle", f"--data-dir={data}")
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "The database is not prepared: run `entrepot prepare` first (`entrepot demo` does it by itself)."
    )


def test_an_unusable_setting_stops_the_start_with_all_faults() -> None:
    done = run("check", ENTREPOT_WORKERS="many", DATABASE_URL="mysql://x")
    assert done.returncode == 1
    assert done.stderr.strip().splitlines() == [
        "Entrepot cannot start:",
        "  DATABASE_URL='mysql://x' must be a PostgreSQL address such as postgresql://user:password@host:5432/name",
        "  ENTREPOT_WORKERS='many' must be a whole number from 1 to 64",
        "(see docs/settings.md)",
    ]


def test_a_taken_port_is_said_before_anything_is_made(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("demo", "--port", str(port), "--data-dir", str(data))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr
    assert not (data / "postgres").exists()
