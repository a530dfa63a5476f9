"""People, made through operations."""

from __future__ import annotations

from datetime import UTC, datetime

from entrepot.accounts import operations
from entrepot.accounts.queries import PersonView
from entrepot.kernel import ids

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
PASSWORD = "a long enough password"


def person(
    *, email: str | None = None, name: str = "Maria Rossi", password: str | None = None, now: datetime = NOW
) -> PersonView:
    """Register a person; pass `password=PASSWORD` for one who logs in."""
    address = email or f"person-{ids.new_number().lower()}@example.com"
    return operations.create_person(email=address, name=name, password=password, email_confirmed=True, now=now)


def operator(
    *, email: str | None = None, name: str = "Olga Operator", password: str | None = None, now: datetime = NOW
) -> PersonView:
    """Register an operator; pass `password=PASSWORD` for one who logs in."""
    address = email or f"operator-{ids.new_number().lower()}@example.com"
    return operations.create_operator(email=address, name=name, password=password, actor="system", now=now)
