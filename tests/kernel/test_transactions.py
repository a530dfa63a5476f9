from __future__ import annotations

from dataclasses import dataclass

import pytest

from entrepot.kernel import facts
from entrepot.kernel.models import Fact
from entrepot.kernel.transactions import step, transaction


@dataclass(frozen=True)
class Rang(facts.Event):
    bell: str


@transaction
def ring(*, bell: str, fail: bool = False) -> str:
    facts.record(Rang(bell=bell))
    if fail:
        raise ValueError(bell)
    return bell


@transaction
def ring_twice() -> None:
    ring(bell="first")


def test_an_operation_commits_on_return(transactional_db: None) -> None:
    assert ring(bell="door") == "door"
    assert [fact.payload for fact in Fact.objects.all()] == [{"bell": "door"}]


def test_an_exception_undoes_the_whole_operation(db: None) -> None:
    with pytest.raises(ValueError, match="door"):
        ring(bell="door", fail=True)
    assert not Fact.objects.exists()


def test_an_operation_inside_another_is_a_programming_error(db: None) -> None:
    with pytest.raises(RuntimeError, match="durable"):
        ring_twice()
    assert not Fact.objects.exists()


def test_a_step_demands_an_open_transaction(transactional_db: None) -> None:
    @step
    def write() -> None:
        facts.record(Rang(bell="never"))

    with pytest.raises(AssertionError, match="is a step of a transaction and none is open"):
        write()
    assert not Fact.objects.exists()
