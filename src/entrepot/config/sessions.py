"""Django's sessions in the database, read with a plain statement: each page of a person who is signed in asks."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from entrepot.kernel import sql

_FIND = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    def decode(self, session_data: Any) -> dict[str, Any]:
        """Open what is kept of a session; the pages of one person bring the same, whose seal is tried once."""
        return copy.deepcopy(_opened(session_data))

    def _get_session_from_db(self) -> Session | None:
        row = sql.fetch_one(_FIND, [self.session_key, timezone.now()])
        if row is None or self.session_key is None:
            self._session_key = None
            return None
        return Session(session_key=self.session_key, session_data=row[0], expire_date=row[1])


@lru_cache(maxsize=4096)
def _opened(session_data: Any) -> dict[str, Any]:
    opened: dict[str, Any] = db.SessionStore().decode(session_data)
    return opened
