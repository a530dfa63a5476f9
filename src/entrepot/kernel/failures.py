"""Why jobs fail: the exception of each attempt, without the data that it was about."""

from __future__ import annotations

import contextlib
import re
import traceback
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError

from entrepot.kernel import sql

_PACKAGE = Path(__file__).resolve().parents[1]
_MAILBOX = re.compile(r"[^\s@<>'\"]+@[^\s@<>'\"]+")
_ERROR_CHARACTERS = 500
_PLACES = 6

_NOTE = """
INSERT INTO kernel_jobfailure (job_id, name, attempt, error, trace, failed_at) VALUES (%s, %s, %s, %s, %s, %s)
"""


def note(*, job_id: int, name: str, attempt: int, fault: Exception, now: datetime) -> None:
    """Keep what an attempt of a job failed of. Where the database itself fails, the worker's log has to do."""
    with contextlib.suppress(DatabaseError):
        sql.execute(_NOTE, [job_id, name, attempt, describe(fault), locate(fault), now])


def describe(fault: Exception) -> str:
    """Return an exception's class and message in one line, mailboxes taken out."""
    message = " ".join(str(fault).split())
    text = f"{type(fault).__name__}: {message}" if message else type(fault).__name__
    return _MAILBOX.sub("…@…", text)[:_ERROR_CHARACTERS]


def locate(fault: Exception) -> str:
    """Return the last places of our own code that an exception came through, one per line, the innermost last."""
    places = []
    for frame in traceback.extract_tb(fault.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(_PACKAGE):
            places.append(f"{path.relative_to(_PACKAGE)}:{frame.lineno} {frame.name}")
    return "\n".join(places[-_PLACES:])


def forget(*, before: datetime) -> int:
    """Forget the failures noted before a moment whose job is gone; return how many."""
    return sql.execute(
        "DELETE FROM kernel_jobfailure f WHERE f.failed_at < %s"
        " AND NOT EXISTS (SELECT FROM procrastinate_jobs j WHERE j.id = f.job_id)",
        [before],
    )
