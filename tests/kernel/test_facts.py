from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event, Thread
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connection, connections, transaction as django_transaction

from entrepot.kernel import facts
from entrepot.kernel.models import Fact, FollowerPosition
from entrepot.kernel.transactions import transaction


@dataclass(frozen=True)
class Sold(facts.Event):
    number: int


@dataclass(frozen=True)
class Described(facts.Event):
    id: UUID
    rate: Decimal
    at: datetime
    skus: list[str]


@transaction
def sell(*numbers: int) -> None:
    facts.record(*(Sold(number=number) for number in numbers))


class Reader:
    """Follows under a name and keeps what it read."""

    def __init__(self, name: str = "reader") -> None:
        self.name = name
        self.numbers: list[int] = []

    def react(self, batch: Sequence[facts.StoredFact]) -> None:
        self.numbers += [fact.payload["number"] for fact in batch]

    def read(self, *, limit: int = 500) -> int:
        return facts.follow(name=self.name, react=self.react, limit=limit)


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection of another process, outside Django."""
    settings = {
        name: value
        for name, value in connection.get_connection_params().items()
        if name in {"dbname", "user", "password", "host", "port"}
    }
    with psycopg.connect(**settings) as other:
        yield other


def insert(other: psycopg.Connection, number: int) -> None:
    other.execute("INSERT INTO kernel_fact (kind, payload) VALUES ('Sold', %s::jsonb)", [f'{{"number": {number}}}'])


def test_a_fact_keeps_ids_rates_times_and_lists_as_text(transactional_db: None) -> None:
    told = Described(
        id=UUID(int=7), rate=Decimal("0.1281"), at=datetime(2026, 11, 20, 10, 0, tzinfo=UTC), skus=["A", "B"]
    )

    @transaction
    def tell() -> None:
        facts.record(told)

    tell()
    [stored] = facts.read_after(xid=0, fact_id=0)
    assert stored.kind == "Described"
    assert stored.payload == {
        "id": "00000000-0000-0000-0000-000000000007",
        "rate": "0.1281",
        "at": "2026-11-20T10:00:00+00:00",
        "skus": ["A", "B"],
    }


def test_several_facts_are_one_statement_in_order(
    transactional_db: None, django_assert_num_queries: Callable[..., object]
) -> None:
    with django_transaction.atomic(), django_assert_num_queries(1):
        facts.record(*(Sold(number=number) for number in range(50)))
    assert [fact.payload["number"] for fact in facts.read_after(xid=0, fact_id=0)] == list(range(50))


def test_no_facts_are_no_statement(db: None, django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(0):
        facts.record()


def test_a_follower_reads_each_fact_once_in_batches(transactional_db: None) -> None:
    sell(*range(7))
    reader = Reader()
    assert [reader.read(limit=3) for _ in range(4)] == [3, 3, 1, 0]
    assert reader.numbers == list(range(7))
    sell(7)
    assert reader.read() == 1
    assert reader.numbers == list(range(8))


def test_followers_do_not_disturb_each_other(transactional_db: None) -> None:
    sell(1, 2)
    first, second = Reader("first"), Reader("second")
    assert first.read() == 2
    sell(3)
    assert second.read() == 3
    assert first.read() == 1
    assert first.numbers == second.numbers == [1, 2, 3]


def test_a_transaction_held_open_from_before_loses_nothing(elsewhere: psycopg.Connection) -> None:
    insert(elsewhere, 1)  # It has its place in the order now, and commits last.
    sell(2)
    reader = Reader()
    assert not facts.is_waiting(name="reader")
    assert reader.read() == 0
    sell(3)
    assert reader.read() == 0
    elsewhere.commit()
    assert facts.is_waiting(name="reader")
    assert reader.read() == 3
    assert reader.numbers == [1, 2, 3]
    assert not facts.is_waiting(name="reader")


def test_a_late_commit_behind_facts_already_read_is_still_read(elsewhere: psycopg.Connection) -> None:
    sell(1)
    reader = Reader()
    assert reader.read() == 1
    insert(elsewhere, 2)
    sell(3)
    assert reader.read() == 0
    elsewhere.commit()
    sell(4)
    reader.read()
    assert reader.numbers == [1, 2, 3, 4]


def test_a_transaction_undone_leaves_no_gap_to_wait_for(elsewhere: psycopg.Connection) -> None:
    insert(elsewhere, 1)
    sell(2)
    elsewhere.rollback()
    reader = Reader()
    assert reader.read() == 1
    assert reader.numbers == [2]


def test_a_reaction_that_fails_moves_nothing(transactional_db: None) -> None:
    sell(1, 2)
    reader = Reader()
    reader.read(limit=1)

    def fail(_: Sequence[facts.StoredFact]) -> None:
        sell_inside()
        raise ValueError("no")

    def sell_inside() -> None:
        facts.record(Sold(number=99))

    with pytest.raises(ValueError, match="no"):
        facts.follow(name="reader", react=fail)
    assert Fact.objects.count() == 2
    reader.read()
    assert reader.numbers == [1, 2]


def test_while_one_follows_another_of_the_same_name_steps_back(transactional_db: None) -> None:
    sell(*range(5))
    inside, release = Event(), Event()
    first = Reader()

    def slowly(batch: Sequence[facts.StoredFact]) -> None:
        first.react(batch)
        inside.set()
        assert release.wait(60)

    def follow() -> None:
        try:
            Reader("reader").read(limit=1)  # Makes the position's row.
            facts.follow(name="reader", react=slowly, limit=2)
        finally:
            connections.close_all()

    thread = Thread(target=follow)
    thread.start()
    assert inside.wait(60)
    second = Reader()
    assert second.read() == 0
    release.set()
    thread.join(60)
    assert second.read() == 2
    assert (first.numbers, second.numbers) == ([1, 2], [3, 4])


def test_many_writers_and_two_followers_lose_and_double_nothing(transactional_db: None) -> None:
    writers_done = Event()
    readers = [Reader("same"), Reader("same")]

    def write(first: int) -> None:
        try:
            for number in range(first, first + 40):
                sell(number)
        finally:
            connections.close_all()

    def follow(reader: Reader) -> None:
        try:
            while reader.read(limit=7) or not writers_done.is_set() or facts.is_waiting(name="same"):
                pass
        finally:
            connections.close_all()

    writing = [Thread(target=write, args=[first]) for first in (0, 1000, 2000)]
    following = [Thread(target=follow, args=[reader]) for reader in readers]
    for thread in writing + following:
        thread.start()
    for thread in writing:
        thread.join(60)
    writers_done.set()
    for thread in following:
        thread.join(60)
    seen = readers[0].numbers + readers[1].numbers
    assert sorted(seen) == [*range(40), *range(1000, 1040), *range(2000, 2040)]
    assert FollowerPosition.objects.get(name="same").fact_id > 0


def test_after_a_restore_unread_facts_are_told_again_and_nothing_new_is_passed_over(transactional_db: None) -> None:
    far, quick, slow = 10**12, Reader("quick"), Reader("slow")
    sell(1, 2, 3)
    with connection.cursor() as cursor:  # As a dump of a server with a higher count brings them.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE kernel_fact SET xid = (%s + id)::text::xid8", [far])
        cursor.execute("RESET session_replication_role")
    first, second, third = Fact.objects.order_by("id").values_list("id", flat=True)
    FollowerPosition.objects.create(name="quick", xid=far + third, fact_id=third)
    FollowerPosition.objects.create(name="slow", xid=far + first, fact_id=first)

    assert facts.adopt_restored() == 2
    sell(4)
    quick.read()
    slow.read()
    assert slow.numbers == quick.numbers == [2, 3, 4]
    assert facts.adopt_restored() == 0
    with pytest.raises(IntegrityError, match="append-only"):
        Fact.objects.filter(id=second).update(kind="Changed")


def test_where_nothing_was_restored_adopting_changes_nothing(transactional_db: None) -> None:
    sell(1)
    reader = Reader()
    reader.read()
    before = list(Fact.objects.values_list("id", "xid"))
    assert facts.adopt_restored() == 0
    assert list(Fact.objects.values_list("id", "xid")) == before
