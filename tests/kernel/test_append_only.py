from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import IntegrityError, connection, transaction as django_transaction

from entrepot.kernel import audit, facts
from entrepot.kernel.models import AuditEntry, Fact


@dataclass(frozen=True)
class Told(facts.Event):
    word: str


@pytest.mark.parametrize("table", ["kernel_fact", "kernel_auditentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET id = id + 1", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_database_refuses_to_change_what_was_recorded(db: None, table: str, change: str) -> None:
    facts.record(Told(word="once"))
    audit.record(actor="system", action="told", subject_kind="word", subject_id=1, word="once")
    with (
        pytest.raises(IntegrityError, match=f"{table} is append-only"),
        django_transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change.format(table))
    assert [fact.payload for fact in Fact.objects.all()] == [{"word": "once"}]
    assert AuditEntry.objects.count() == 1


def test_the_trail_lists_the_newest_first_and_by_subject(db: None) -> None:
    audit.record(actor="operator:1", action="approve_seller", subject_kind="seller", subject_id=7, reason="papers")
    audit.record(actor="operator:2", action="suspend_seller", subject_kind="seller", subject_id=8)
    audit.record(actor="operator:1", action="set_stage", subject_kind="market", subject_id="IT", stage="pilot")
    assert [entry.action for entry in audit.list_entries()] == ["set_stage", "suspend_seller", "approve_seller"]
    [entry] = audit.list_entries(subject_kind="seller", subject_id=7)
    assert (entry.actor, entry.subject_id, entry.details) == ("operator:1", "7", {"reason": "papers"})
    assert [entry.action for entry in audit.list_entries(limit=1)] == ["set_stage"]


def test_the_trail_is_written_only_inside_a_transaction(transactional_db: None) -> None:
    with pytest.raises(AssertionError, match="none is open"):
        audit.record(actor="system", action="told", subject_kind="word", subject_id=1)
    assert not AuditEntry.objects.exists()
