"""Named SQL: a room's long statements live in its `sql/` folder, one file each, and run through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import ClientCursor

from entrepot.kernel.prepared import Prepared

Params = Sequence[Any] | Mapping[str, Any] | None


@cache
def load(package: str, name: str) -> str:
    """Return the text of `sql/<name>.sql` of a room; `package` is the room's `__package__`."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def fetch_all(statement: str, params: Params = None) -> list[tuple[Any, ...]]:
    """Run one statement and return all its rows."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not _is_plain(connection):
        with connection.cursor() as wrapped:
            wrapped.execute(statement, params)
            return list(wrapped.fetchall())
    with connection.wrap_database_errors:
        if params and (prepared := _prepared_of(connection)).keeps(statement):
            result, reader = prepared.run(statement, params)
            return list(reader.load_rows(0, result.ntuples, tuple))
        cursor = _cursor_of(connection)
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def fetch_all_planned_for(statement: str, params: Params) -> list[tuple[Any, ...]]:
    """
    Run one statement with a plan made for exactly these values, and return all its rows.

    For statements whose best way depends on what is asked (a rare word or a common one); the others run on the plan
    that the connection keeps. The driver writes the values into the text, so that nothing is left to keep a plan for.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        text = ClientCursor(connection.connection).mogrify(statement, params)
    return fetch_all(text)


def fetch_one(statement: str, params: Params = None) -> tuple[Any, ...] | None:
    """Run one statement and return its first row, or None."""
    rows = fetch_all(statement, params)
    return rows[0] if rows else None


def execute(statement: str, params: Params = None) -> int:
    """Run one statement and return the number of rows that it touched."""
    connection = connections[DEFAULT_DB_ALIAS]
    if not _is_plain(connection):
        with connection.cursor() as wrapped:
            wrapped.execute(statement, params)
            return int(wrapped.rowcount)
    with connection.wrap_database_errors:
        if params and (prepared := _prepared_of(connection)).keeps(statement):
            result, _ = prepared.run(statement, params)
            return result.command_tuples or 0
        cursor = _cursor_of(connection)
        cursor.execute(statement, params)
        return int(cursor.rowcount)


def _is_plain(connection: BaseDatabaseWrapper) -> bool:
    """
    Return whether nothing wants Django's own cursor: no connection yet, a wrapper that watches statements, a log of
    them, a transaction that is broken and must say so.
    """
    return (
        connection.connection is not None
        and not connection.execute_wrappers
        and not connection.queries_logged
        and not connection.needs_rollback
        and not connection.closed_in_transaction
    )


def _prepared_of(connection: BaseDatabaseWrapper) -> Prepared:
    """Return the statements that a connection keeps on the server."""
    prepared: Prepared | None = getattr(connection, "_entrepot_prepared", None)
    if prepared is None or prepared.link is not connection.connection:
        prepared = Prepared(connection.connection)
        connection._entrepot_prepared = prepared  # type: ignore[attr-defined]
    return prepared


def _cursor_of(connection: BaseDatabaseWrapper) -> Any:
    """Return the one driver's cursor of a connection, as Django sets cursors up: a new one for each statement costs."""
    link: Any = connection.connection
    cursor = getattr(connection, "_entrepot_cursor", None)
    if cursor is None or cursor.connection is not link or cursor.closed:
        cursor = connection.create_cursor()
        connection._entrepot_cursor = cursor  # type: ignore[attr-defined]
    return cursor
