"""
The ground that every test stands on: a real PostgreSQL of this session's own, and a data folder that is thrown away.

`pytest` starts the embedded server under a temporary folder (fsync off), so that sessions do not disturb each other;
`TEST_DATABASE_URL` names another server instead (its role must be a superuser, to empty append-only tables).
Builders are imported as `from tests.builders import sellers`.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings as hypothesis_settings

# Before the settings are read: nothing of a test may touch the developer's own data folder or database.
_DATA = Path(tempfile.mkdtemp(prefix="entrepot-test-"))
_DATA.chmod(0o711)  # The server may run under another account, which walks through.
_MEMORY = Path("/dev/shm")  # Indexes live there where it can be: a test's generations need not outlast a power cut.
_INDEXES = Path(tempfile.mkdtemp(prefix="entrepot-test-", dir=_MEMORY)) if _MEMORY.is_dir() else _DATA
_ELSEWHERE = os.environ.get("TEST_DATABASE_URL", "")
for _name in [name for name in os.environ if name.startswith("ENTREPOT_")]:
    del os.environ[_name]
os.environ.update(
    ENTREPOT_DATA_DIR=str(_DATA),
    DATABASE_URL=_ELSEWHERE,
    DJANGO_SETTINGS_MODULE="entrepot.config.settings",
    DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright keeps an event loop in the thread of the test.
)

from django.conf import settings

from entrepot.config import environment
from entrepot.config.embedded_postgres import EmbeddedPostgres

settings.DATABASES["default"]["TEST"] = {"NAME": f"test_entrepot_{os.getpid()}"}
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True  # Pages need no collected files then.

_quiet = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
hypothesis_settings.register_profile("quick", max_examples=60, deadline=None, suppress_health_check=_quiet)
hypothesis_settings.register_profile("thorough", max_examples=1000, deadline=None, suppress_health_check=_quiet)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

if TYPE_CHECKING:
    from entrepot.bench.installation import Installation
    from tests.builders.search import UpToDateEngine

    Marketplace = tuple[Installation, list[list[str]]]

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what runs in a browser last: Playwright leaves an event loop running, in which a worker cannot start one."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Have each process of `-n 2` begin as a single one does: with settings, folder and database of its own."""
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure() -> None:
    shutil.rmtree(_DATA, ignore_errors=True)
    shutil.rmtree(_INDEXES, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres | None]:
    """The session's own server; None when `TEST_DATABASE_URL` names another."""
    if _ELSEWHERE:
        yield None
        return
    socket_dir = environment.socket_dir(_DATA)
    server = EmbeddedPostgres(
        folder=_DATA / "postgres", socket_dir=socket_dir, log_path=_DATA / "logs" / "postgres.log", durable=False
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(socket_dir, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(postgres: EmbeddedPostgres | None) -> None:
    """Have the server up before pytest-django makes the test database."""


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let the emptying of tables after a `transactional_db` test pass the triggers that refuse it elsewhere."""
    from django.db import connection
    from django.db.backends.postgresql.operations import DatabaseOperations

    flush = DatabaseOperations.execute_sql_flush

    def flush_append_only_too(self: DatabaseOperations, statements: Iterable[str]) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute("SET session_replication_role = replica")
        try:
            # Not Django's tables.
            flush(self, [*statements, "TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE"])
        finally:
            with self.connection.cursor() as cursor:
                cursor.execute("RESET session_replication_role")

    # Of the class: beside Playwright's event loop a test has a connection of its own.
    DatabaseOperations.execute_sql_flush = flush_append_only_too  # type: ignore[assignment]
    yield
    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    with django_db_blocker.unblock(), connection.cursor() as cursor:  # Or the test database could not be dropped.
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Launch the system's Chromium; tests that need it are left out where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = next((path for name in names if (path := shutil.which(name))), None)
    if chromium is None:
        pytest.skip("Chromium is not installed (Debian: apt install chromium)")
    quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    quiet += ["--disable-component-update", "--disable-sync"]  # It calls nobody but the server under test.
    no_sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root.
    return {**browser_type_launch_args, "executable_path": chromium, "args": [*quiet, *no_sandbox]}


@pytest.fixture(scope="session")
def marketplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Marketplace]:
    """
    A private installation that runs as production does (durable PostgreSQL, web server, worker), stocked with goods of
    six sellers. Tests share it, so each looks only at what it bought itself, and leaves web and worker running.
    """
    from entrepot.bench.installation import running

    folder = tmp_path_factory.mktemp("marketplace")
    for place in (folder, folder.parent):
        place.chmod(0o711)  # The database may run under another account, which walks through.
    with running(keep=folder) as installation:
        made = installation.run("bench", "stock", "--sellers", "6", "--listings", "60", "--json")
        installation.start_web()
        installation.start_worker()
        yield installation, json.loads(made.stdout)["skus_by_seller"]


@pytest.fixture
def now() -> datetime:
    """The moment at which a test takes place unless it says otherwise."""
    return NOW


@pytest.fixture(autouse=True)
def search_index() -> Iterator[UpToDateEngine]:
    """
    Give each test a search index of its own, bound as the engine, which knows of every change when it is asked.

    It costs nothing until something searches. What a test writes into it stays among what the facts tell of.
    """
    from entrepot.search import ports
    from tests.builders.search import UpToDateEngine

    engine = UpToDateEngine(Path(tempfile.mkdtemp(prefix="index-", dir=_INDEXES)))
    bound = ports.get_engine()
    ports.bind(engine)
    try:
        yield engine
    finally:
        engine.release()
        ports.bind(bound)
        shutil.rmtree(engine.path, ignore_errors=True)


@pytest.fixture
def run_jobs(now: datetime) -> Callable[..., int]:
    """
    Return a function that turns facts into jobs and runs what is due, until nothing is left: `run_jobs(at=now)`.

    It works inside a test's transaction (`db`) and with committed rows (`transactional_db`). A job's exception reaches
    the test. It returns the number of jobs run.
    """

    def run(*, at: datetime = now) -> int:
        return do_all_jobs(at=at)

    return run


def do_all_jobs(*, at: datetime) -> int:
    """Turn facts into jobs and run what is due, until nothing is left; return the number of jobs run."""
    from entrepot.config import worker
    from entrepot.config.subscriptions import SUBSCRIPTIONS
    from entrepot.kernel import jobs
    from tests.builders.facts import facts_of_this_transaction

    worker.find_jobs()
    done = 0
    while True:
        with facts_of_this_transaction():
            read = jobs.dispatch(SUBSCRIPTIONS)
        ran = _run_due_jobs(at)
        done += ran
        if not read and not ran:
            return done


_TAKE = """
DELETE FROM procrastinate_jobs
WHERE id = (SELECT id FROM procrastinate_jobs
            WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= %s) ORDER BY id LIMIT 1)
RETURNING task_name, args
"""


def _run_due_jobs(at: datetime) -> int:
    from procrastinate.contrib.django import app

    from entrepot.kernel import sql

    ran = 0
    while row := sql.fetch_one(_TAKE, [at]):
        name, arguments = row
        app.tasks[name].func(**json.loads(arguments))
        ran += 1
    return ran
