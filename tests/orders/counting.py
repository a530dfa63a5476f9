"""Counting what a piece of work asks of the database, BEGIN and COMMIT included, and of Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection


@dataclass
class Count:
    statements: list[str] = field(default_factory=list)
    calls: int = 0


@contextmanager
def statements() -> Iterator[Count]:
    """Collect every statement that goes to the server; a transaction of the driver's begins and ends by one each."""
    count = Count()

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        count.statements.append(" ".join(sql.split())[:100])
        return execute(sql, params, many, context)

    real = connection.set_autocommit

    def set_autocommit(autocommit: bool, *args: Any, **kwargs: Any) -> None:
        count.statements.append("COMMIT" if autocommit else "BEGIN")
        real(autocommit, *args, **kwargs)

    connection.set_autocommit = set_autocommit  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(listen):
            yield count
    finally:
        del connection.set_autocommit


@contextmanager
def python_calls() -> Iterator[Count]:
    """Count calls of Python functions."""
    count = Count()

    def profile(frame: Any, event: str, argument: Any) -> None:
        if event == "call":
            count.calls += 1

    sys.setprofile(profile)
    try:
        yield count
    finally:
        sys.setprofile(None)
