"""
Counts what a process sends to PostgreSQL, at the driver: every statement, BEGIN and COMMIT included.

The counters lie in a small file that the bench reads while the process runs, so that counting costs no system call.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import pq
from psycopg._connection_base import BaseConnection
from psycopg._cursor_base import BaseCursor

from entrepot.kernel.prepared import Prepared

_SLOTS = 2  # Statements, commits.
_WRITES = (b"INSERT", b"UPDATE", b"DELETE", b"WITH")


@dataclass(frozen=True, slots=True)
class Counts:
    """Statements sent, and transactions that wrote and were committed."""

    statements: int
    commits: int

    def __sub__(self, earlier: Counts) -> Counts:
        return Counts(self.statements - earlier.statements, self.commits - earlier.commits)


def install(prefix: str) -> None:
    """Count this process's statements from now on, in a file named `<prefix>-<process id>`."""
    path = Path(f"{prefix}-{os.getpid()}")
    path.write_bytes(bytes(8 * _SLOTS))
    with path.open("r+b") as file:
        slots = memoryview(mmap.mmap(file.fileno(), 8 * _SLOTS)).cast("Q")
    command = BaseConnection._exec_command
    send, send_prepared = BaseCursor._execute_send, BaseCursor._send_query_prepared

    def count(server: Any, text: bytes) -> None:
        slots[0] += 1
        alone = server.transaction_status == pq.TransactionStatus.IDLE
        if alone and text.lstrip()[:6].upper().startswith(_WRITES):
            slots[1] += 1

    def counted_command(self: Any, text: Any, *arguments: Any, **options: Any) -> Generator[Any, Any, Any]:
        slots[0] += 1
        slots[1] += text == b"COMMIT"
        return (yield from command(self, text, *arguments, **options))

    def counted_send(self: Any, query: Any, **options: Any) -> None:
        count(self._conn.pgconn, query.query)
        send(self, query, **options)

    def counted_send_prepared(self: Any, name: bytes, query: Any, **options: Any) -> None:
        count(self._conn.pgconn, query.query)
        send_prepared(self, name, query, **options)

    begin, execute = Prepared._begin, Prepared._execute

    def counted_begin(server: Any) -> Any:
        slots[0] += 1
        return begin(server)

    def counted_execute(server: Any, name: bytes, query: bytes, *values: Any) -> Any:
        count(server, query)
        return execute(server, name, query, *values)

    Prepared._begin, Prepared._execute = staticmethod(counted_begin), staticmethod(counted_execute)  # type: ignore[method-assign, assignment]
    BaseConnection._exec_command = counted_command  # type: ignore[method-assign, assignment]
    BaseCursor._execute_send = counted_send  # type: ignore[method-assign]
    BaseCursor._send_query_prepared = counted_send_prepared  # type: ignore[method-assign, assignment]


def read(prefix: str) -> Counts:
    """Return the sum over every process that counts under this prefix."""
    statements = commits = 0
    for path in Path(prefix).parent.glob(f"{Path(prefix).name}-*"):
        slots = memoryview(path.read_bytes()).cast("Q")
        statements, commits = statements + slots[0], commits + slots[1]
    return Counts(statements, commits)
