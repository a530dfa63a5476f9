from __future__ import annotations

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from entrepot.config import embedded_postgres, environment
from entrepot.config.embedded_postgres import EmbeddedPostgres, PostgresTrouble

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root has to give up root")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a blank and a letter beyond ASCII in its name."""
    folder = Path(tempfile.mkdtemp(prefix="entrepot data é "))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def make(place: Path) -> Iterator[Callable[[], EmbeddedPostgres]]:
    """A maker of objects for one and the same cluster; all are stopped afterwards."""
    made: list[EmbeddedPostgres] = []

    def new() -> EmbeddedPostgres:
        server = EmbeddedPostgres(
            folder=place / "postgres", socket_dir=environment.socket_dir(place), log_path=place / "postgres.log"
        )
        made.append(server)
        return server

    yield new
    for server in made:
        server.stop()
    for server in made:
        wait_until(lambda server=server: not server.processes())  # Those of other starters end by themselves.
    shutil.rmtree(environment.socket_dir(place), ignore_errors=True)


def ask(place: Path, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
    with psycopg.connect(host=str(environment.socket_dir(place)), user="postgres", dbname=database) as connection:
        return connection.execute(statement).fetchall()


def starter_script(place: Path, then: str) -> str:
    return textwrap.dedent(f"""
        import sys, time
        from pathlib import Path
        sys.path.insert(0, {str(ROOT / "src")!r})
        from entrepot.config import environment
        from entrepot.config.embedded_postgres import EmbeddedPostgres
        place = Path({str(place)!r})
        server = EmbeddedPostgres(folder=place / "postgres", socket_dir=environment.socket_dir(place),
                                  log_path=place / "postgres.log")
        started = server.start()
        print("started" if started else "found", flush=True)
        {then}
        """)


IDENTIFIER = "SELECT system_identifier FROM pg_control_system()"


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def test_a_fresh_start_makes_the_cluster_and_a_second_one_keeps_it(
    place: Path, make: Callable[[], EmbeddedPostgres]
) -> None:
    server = make()
    assert server.start() is True
    assert server.ensure_database("entrepot") is True
    assert server.ensure_database("entrepot") is False
    [(version, collation, fsync, addresses)] = ask(
        place,
        "SELECT current_setting('server_version_num')::int, datlocale, current_setting('fsync'),"
        " current_setting('listen_addresses') FROM pg_database WHERE datname = 'entrepot'",
    )
    assert version >= 180000
    assert (collation, fsync, addresses) == ("C.UTF-8", "on", "")
    assert stat.S_IMODE(environment.socket_dir(place).stat().st_mode) == 0o700
    cluster = ask(place, IDENTIFIER)
    assert make().start() is False
    server.stop()
    assert not server.is_answering()
    assert not server.processes()

    again = make()
    assert again.start() is True
    assert ask(place, IDENTIFIER) == cluster
    assert again.ensure_database("entrepot") is False


def test_after_the_postmaster_is_killed_the_next_start_comes_back(
    place: Path, make: Callable[[], EmbeddedPostgres]
) -> None:
    server = make()
    server.start()
    server.ensure_database("entrepot")
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert (place / "postgres" / "postmaster.pid").exists()
    assert make().start() is True  # Its starter has not even collected the dead process: a zombie.
    assert ask(place, "SELECT 1", "entrepot") == [(1,)]


def test_a_recycled_process_id_in_a_stale_file_is_not_taken_for_the_server(
    place: Path, make: Callable[[], EmbeddedPostgres]
) -> None:
    server = make()
    server.start()
    assert server.pid is not None
    pid_file = place / "postgres" / "postmaster.pid"
    written = pid_file.read_text()
    os.kill(server.pid, signal.SIGKILL)
    wait_until(lambda: not server.processes())
    pid_file.write_text(written.replace(str(server.pid), str(os.getpid()), 1))
    (environment.socket_dir(place) / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    assert make().start() is True


def test_the_server_ends_with_its_starter_even_when_that_is_killed(
    place: Path, make: Callable[[], EmbeddedPostgres]
) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", starter_script(place, "time.sleep(60)")], stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    assert starter.stdout.readline() == "started\n"
    watcher = make()
    assert watcher.is_answering()
    starter.kill()
    starter.wait()
    wait_until(lambda: not watcher.processes())
    assert not (place / "postgres" / "postmaster.pid").exists()  # It shut down cleanly.
    starter.stdout.close()


def test_of_racing_starters_one_starts_it_and_the_others_find_it(
    place: Path, make: Callable[[], EmbeddedPostgres]
) -> None:
    script = starter_script(place, "sys.stdin.read()")
    racers = [
        subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(5)
    ]
    try:
        words = sorted(racer.stdout.readline().strip() for racer in racers if racer.stdout)
        assert words == ["found"] * 4 + ["started"]
        assert make().is_answering()
    finally:
        for racer in racers:
            racer.communicate("")


def test_a_half_made_cluster_is_thrown_away(place: Path, make: Callable[[], EmbeddedPostgres]) -> None:
    (place / "postgres.new").mkdir()
    (place / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert make().start() is True
    assert not (place / "postgres.new").exists()


def test_a_socket_folder_of_somebody_else_is_refused(place: Path, make: Callable[[], EmbeddedPostgres]) -> None:
    socket_dir = environment.socket_dir(place)
    socket_dir.symlink_to(place)
    try:
        with pytest.raises(PostgresTrouble, match="belongs to somebody else"):
            make().start()
    finally:
        socket_dir.unlink()


def test_a_server_that_cannot_start_says_why(place: Path, make: Callable[[], EmbeddedPostgres]) -> None:
    server = make()
    server.start()
    server.stop()
    (place / "postgres" / "local.conf").write_text("shared_buffers = 'no size'\n")
    with pytest.raises(PostgresTrouble, match="shared_buffers"):
        make().start()


@needs_root
def test_as_root_the_server_runs_under_the_service_account(place: Path, make: Callable[[], EmbeddedPostgres]) -> None:
    server = make()
    server.start()
    assert server.pid is not None
    status = Path(f"/proc/{server.pid}/status").read_text()
    uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert set(uids) == {str((place / "postgres").stat().st_uid)}
    assert "0" not in uids
    capabilities = next(line for line in status.splitlines() if line.startswith("CapEff:")).split()[1]
    assert int(capabilities, 16) == 0 or not os.access(embedded_postgres.programs_dir(), os.X_OK)


@needs_root
def test_as_root_below_a_closed_folder_nobodys_permissions_change(make: Callable[[], EmbeddedPostgres]) -> None:
    closed = Path(tempfile.mkdtemp(prefix="entrepot-closed-"))
    data = closed / "data"
    server = EmbeddedPostgres(
        folder=data / "postgres", socket_dir=environment.socket_dir(data), log_path=data / "postgres.log"
    )
    try:
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert server.start() is True
        assert ask(data, "SELECT 1") == [(1,)]
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        assert closed.stat().st_uid == 0
    finally:
        server.stop()
        shutil.rmtree(closed)
        shutil.rmtree(environment.socket_dir(data), ignore_errors=True)


@needs_root
def test_an_ordinary_user_starts_a_server_of_their_own() -> None:
    python = "/usr/bin/python3"  # The virtual environment's own may lie where only root can go.
    if not Path(python).exists():
        pytest.skip("no Python of the system to run as another user")
    place = Path(tempfile.mkdtemp(prefix="entrepot-user-"))
    os.chown(place, 1, 1)
    programs = embedded_postgres.programs_dir().parents[2]
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(programs), "HOME": str(place)}
    ordinary = ["setpriv", "--reuid", "1", "--regid", "1", "--clear-groups"]
    reachable = subprocess.run([*ordinary, "test", "-r", str(programs)], check=False).returncode == 0
    if not reachable:
        shutil.rmtree(place)
        pytest.skip("this checkout lies where no other user can go")
    try:
        then = "print((place / 'postgres').stat().st_uid); server.stop()"
        done = subprocess.run(
            [*ordinary, python, "-c", starter_script(place, then)],
            capture_output=True, text=True, check=False, env=environ, cwd="/",
        )  # fmt: skip
        assert (done.stdout, done.stderr) == ("started\n1\n", "")
    finally:
        shutil.rmtree(place)
        shutil.rmtree(environment.socket_dir(place), ignore_errors=True)
