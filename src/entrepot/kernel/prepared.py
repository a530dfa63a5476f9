"""
Statements that a connection uses again and again, kept prepared on the server and run without a driver's cursor.

A checkout runs a dozen short statements. Setting a cursor up for each, walking the driver's generators and making its
converters of types anew took longer than writing the values and reading the rows: here a connection keeps each
statement's name on the server and its converters, and asks the driver's C library directly.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from psycopg import Connection, OperationalError, adapt, pq
from psycopg.abc import Buffer, Transformer
from psycopg.adapt import PyFormat
from psycopg.errors import error_from_result

Params = Sequence[Any] | Mapping[str, Any]

_USES_BEFORE = 3  # What is asked more rarely is not worth a place on the server.
_STATEMENTS_MAX = 200  # Of one connection; and so many are counted at a time.
_KINDS_MAX = 8  # Numbers travel by their size, so one text may meet many kinds of values; the rest is run as it comes.
_PLACEHOLDER = re.compile(r"%(?:(%)|s|\((\w+)\)s)")


@dataclass(slots=True)
class _Statement:
    """One text of a connection: as the server reads it, the parameters' names in order, and what it keeps for them."""

    query: bytes
    names: tuple[str, ...] | None
    formats: list[PyFormat]
    converters: Transformer
    kept_as: dict[tuple[int, ...], bytes]  # By the types of the values: the server prepares each by itself.


class Prepared:
    """The prepared statements of one connection of the driver."""

    def __init__(self, link: Connection[Any]) -> None:
        self.link = link
        self._uses: dict[str, int] = {}
        self._statements: dict[str, _Statement] = {}
        self._numbers = count(1)

    def keeps(self, text: str) -> bool:
        """Count one more use of a statement and return whether it is run from here."""
        if text in self._statements:
            return True
        if len(self._statements) >= _STATEMENTS_MAX:
            return False
        if len(self._uses) >= _STATEMENTS_MAX:
            self._uses.clear()  # Texts put together from parts must not keep out what comes often.
        uses = self._uses[text] = self._uses.get(text, 0) + 1
        if uses <= _USES_BEFORE:
            return False
        del self._uses[text]
        query, names, number = _read(text)
        self._statements[text] = _Statement(query, names, [PyFormat.AUTO] * number, adapt.Transformer(self.link), {})
        return True

    def run(self, text: str, params: Params) -> tuple[pq.abc.PGresult, Transformer]:
        """
        Run a statement that `keeps` said yes to, within the connection's transaction.

        :returns: its result, and what reads the rows of it until the statement runs again.
        """
        statement = self._statements[text]
        converters = statement.converters
        values: Any = params if statement.names is None else [params[name] for name in statement.names]  # type: ignore[call-overload]
        written = converters.dump_sequence(values, statement.formats)
        types = tuple(converters.types or ())
        server = self.link.pgconn
        if not self.link.autocommit and server.transaction_status == pq.TransactionStatus.IDLE:
            self._check(self._begin(server))
        name = statement.kept_as.get(types)
        if name is None and len(statement.kept_as) < _KINDS_MAX:
            name = b"entrepot_%d" % next(self._numbers)
            self._check(server.prepare(name, statement.query, types))
            statement.kept_as[types] = name
        result = self._check(self._execute(server, name, statement.query, written, types, converters.formats))
        converters.set_pgresult(result)
        return result, converters

    @staticmethod
    def _begin(server: pq.abc.PGconn) -> pq.abc.PGresult:
        return server.exec_(b"BEGIN")

    @staticmethod
    def _execute(
        server: pq.abc.PGconn,
        name: bytes | None,
        query: bytes,
        values: Sequence[Buffer | None],
        types: Sequence[int],
        formats: Sequence[pq.Format] | None,
    ) -> pq.abc.PGresult:
        if name is None:
            return server.exec_params(query, values, types, formats)  # None is NULL.
        return server.exec_prepared(name, values, formats)  # type: ignore[arg-type]  # None is NULL.

    def _check(self, result: pq.abc.PGresult) -> pq.abc.PGresult:
        """Return a good result. :raises psycopg.Error: what the server said, or that it is gone."""
        if result.status in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            return result
        if self.link.pgconn.status != pq.ConnStatus.OK:
            raise OperationalError(result.get_error_message())
        raise error_from_result(result)


def _read(text: str) -> tuple[bytes, tuple[str, ...] | None, int]:
    """Return a statement with the server's placeholders ($1), the names in their order, the number of parameters."""
    places: dict[str | int, str] = {}

    def replace(found: re.Match[str]) -> str:
        if found[1]:
            return "%"
        return places.setdefault(found[2] or len(places), f"${len(places) + 1}")

    query = _PLACEHOLDER.sub(replace, text).encode()
    named = all(isinstance(place, str) for place in places)
    return query, tuple(map(str, places)) if named else None, len(places)
