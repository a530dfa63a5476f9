"""Statements that are asked again and again run beside the driver's cursor, and mean the same."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from entrepot.kernel import prepared, sql

pytestmark = pytest.mark.django_db(transaction=True)

_ALL_KINDS = """
SELECT %(id)s::uuid, %(at)s::timestamptz, %(rate)s::numeric, %(codes)s::text[], %(payload)s::jsonb::text,
       %(nothing)s::text, %(yes)s, %(id)s::uuid = %(id)s::uuid, 'a' LIKE '%%a', %(bytes)s::bytea
"""
_VALUES: dict[str, Any] = {
    "id": UUID(int=7),
    "at": datetime(2026, 11, 22, 9, 30, 0, 125, tzinfo=UTC),
    "rate": Decimal("19.60"),
    "codes": ["a,b", 'c"d', "ё"],
    "payload": '{"a": [1, null]}',
    "nothing": None,
    "yes": True,
    "bytes": b"\x00\xff",
}


def _names_on_server() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'entrepot%%'", [])
        return int(cursor.fetchone()[0])


def _asked(times: int, statement: str, params: Any) -> list[list[tuple[Any, ...]]]:
    return [sql.fetch_all(statement, params) for _ in range(times)]


def test_a_statement_reads_the_same_before_and_after_it_is_kept() -> None:
    connection.close()  # What earlier tests asked is kept by another one.
    answers = _asked(6, _ALL_KINDS, _VALUES)

    assert _names_on_server() == 1
    assert all(answer == answers[0] for answer in answers)
    assert [type(value) for value in answers[5][0]] == [type(value) for value in answers[0][0]]
    assert answers[0][0][:4] == (_VALUES["id"], _VALUES["at"], _VALUES["rate"], _VALUES["codes"])


def test_a_kept_statement_takes_numbers_of_every_size() -> None:
    numbers = [1, 2, 3, 4, 40_000, 5_000_000_000, -1, 10**20]

    assert [sql.fetch_all("SELECT %s + 1", [number]) for number in numbers] == [[(number + 1,)] for number in numbers]


def test_a_statement_is_kept_for_a_few_kinds_of_values_and_answers_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setattr(prepared, "_KINDS_MAX", 2)
    numbers = [1, 1, 1, 1, 40_000, 5_000_000_000, 10**20, 5_000_000_000]

    assert [sql.fetch_all("SELECT %s + 1", [number]) for number in numbers] == [[(number + 1,)] for number in numbers]
    assert _names_on_server() == 2
    connection.close()


def test_writes_say_how_many_rows_they_touched_and_are_undone_with_their_transaction() -> None:
    sql.execute("CREATE TABLE kept (id int PRIMARY KEY)")
    try:
        for number in range(6):
            assert sql.execute("INSERT INTO kept VALUES (%s), (%s)", [number, number + 100]) == 2
        with transaction.atomic():
            assert sql.execute("INSERT INTO kept VALUES (%s), (%s)", [50, 150]) == 2
            transaction.set_rollback(True)
        assert sql.fetch_all("SELECT count(*) FROM kept") == [(12,)]
    finally:
        sql.execute("DROP TABLE kept")


def test_a_refusal_of_the_server_is_djangos_error_and_the_connection_goes_on() -> None:
    sql.execute("CREATE TABLE kept (id int PRIMARY KEY)")
    try:
        for number in range(5):
            sql.execute("INSERT INTO kept VALUES (%s)", [number])
        with pytest.raises(IntegrityError, match="kept_pkey") as refusal, transaction.atomic():
            sql.execute("INSERT INTO kept VALUES (%s)", [4])
        assert isinstance(refusal.value.__cause__, psycopg.errors.UniqueViolation)
        assert sql.execute("INSERT INTO kept VALUES (%s)", [5]) == 1
    finally:
        sql.execute("DROP TABLE kept")


def test_a_lost_server_is_said_so_and_the_next_connection_starts_afresh() -> None:
    _asked(5, "SELECT %s::int", [1])
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    other.close()

    with pytest.raises(OperationalError):
        sql.fetch_all("SELECT %s::int", [1])
    connection.close()

    assert _asked(5, "SELECT %s::int", [2]) == [[(2,)]] * 5
    assert _names_on_server() == 1


def test_texts_in_any_number_fill_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setattr(prepared, "_STATEMENTS_MAX", 3)
    for number in range(6):
        assert _asked(5, f"SELECT %s::int + {number}", [1]) == [[(1 + number,)]] * 5

    assert _names_on_server() == 3
    connection.close()
