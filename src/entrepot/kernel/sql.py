"""Named SQL: a room's long statements live in its `sql/` folder, one file each, and run through here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection, transaction

Params = Sequence[Any] | Mapping[str, Any] | None


@cache
def load(package: str, name: str) -> str:
    """Return the text of `sql/<name>.sql` of a room; `package` is the room's `__package__`."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def fetch_all(statement: str, params: Params = None) -> list[tuple[Any, ...]]:
    """Run one statement and return all its rows."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def fetch_all_planned_for(statement: str, params: Params) -> list[tuple[Any, ...]]:
    """
    Run one statement with a plan made for exactly these values, and return all its rows.

    For statements whose best way depends on what is asked (a rare word or a common one); the others run on the plan
    that the connection keeps.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_custom_plan")
        cursor.execute(statement, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def fetch_one(statement: str, params: Params = None) -> tuple[Any, ...] | None:
    """Run one statement and return its first row, or None."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def execute(statement: str, params: Params = None) -> int:
    """Run one statement and return the number of rows that it touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return int(cursor.rowcount)
