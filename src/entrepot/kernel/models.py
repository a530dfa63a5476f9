from __future__ import annotations

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL


class XidField(models.Field):  # type: ignore[type-arg]
    """PostgreSQL's 64-bit transaction id (`xid8`). Filled by the database; read as an integer."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "xid8"

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> int | None:
        return None if value is None else int(value)

    def get_prep_value(self, value: int | None) -> str | None:
        return None if value is None else str(value)  # There is no cast from an integer: PostgreSQL reads the text.


class Fact(models.Model):
    """One thing that happened, written in the transaction that made it so. Append-only (a trigger refuses the rest)."""

    id = models.BigAutoField(primary_key=True)
    xid = XidField(db_default=RawSQL("pg_current_xact_id()", []))
    kind = models.TextField()
    payload = models.JSONField()
    recorded_at = models.DateTimeField(db_default=RawSQL("clock_timestamp()", []))

    class Meta:
        indexes = [models.Index(fields=["xid", "id"], name="kernel_fact_order")]


class FollowerPosition(models.Model):
    """How far a follower has read: every fact up to and including (xid, fact_id) is done."""

    name = models.TextField(primary_key=True)
    xid = models.BigIntegerField(default=0)
    fact_id = models.BigIntegerField(default=0)


class AuditEntry(models.Model):
    """What an operator or a seller's member decided: who, what, on which subject, with which details. Append-only."""

    id = models.BigAutoField(primary_key=True)
    actor = models.TextField()
    action = models.TextField()
    subject_kind = models.TextField()
    subject_id = models.TextField()
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField(db_default=RawSQL("clock_timestamp()", []))

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id", "id"], name="kernel_audit_subject")]


class JobFailure(models.Model):
    """
    One attempt of a job that ended in an exception: which, when, and what went wrong.

    `error` is the exception's class and message, `trace` the places in our code it came through; arguments are not
    kept here.
    """

    id = models.BigAutoField(primary_key=True)
    job_id = models.BigIntegerField()
    name = models.TextField()
    attempt = models.PositiveIntegerField()
    error = models.TextField()
    trace = models.TextField(default="", blank=True)
    failed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["job_id", "id"], name="kernel_jobfailure_job")]


class VerificationRun(models.Model):
    """
    One proof of books and stock: who asked, how it ended, and each check as it came out. While it runs it has no end.

    `findings` is [{check, proves, rows, seconds, faults: [{subject, detail}]}, …].
    """

    id = models.BigAutoField(primary_key=True)
    actor = models.TextField()
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(default=0)
    rows_read = models.BigIntegerField(default=0)
    faults = models.PositiveIntegerField(default=0)
    findings = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["-asked_at"], name="kernel_verification_newest")]
