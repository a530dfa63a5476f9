"""Refusals in the reader's words. Each error's English `summary` is a message of the catalogue."""

from __future__ import annotations

from django.utils.translation import gettext

from entrepot.kernel.errors import DomainError

STATUS = {"invalid": 400, "not_found": 404, "conflict": 409, "forbidden": 403, "unavailable": 503}


def text(error: DomainError) -> str:
    """Return what was refused, in the language of the page."""
    return gettext(error.summary)


def field_errors(error: DomainError) -> list[tuple[str, str]]:
    """Return (field, reason in the reader's words) of an error that names fields; else an empty list."""
    rows = error.fields.get("errors")
    if not isinstance(rows, list):
        return []
    return [(str(row.get("field", "")), gettext(str(row.get("reason", "")))) for row in rows if isinstance(row, dict)]
