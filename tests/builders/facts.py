"""The facts that a test has recorded, before anything is committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from entrepot.kernel import facts


@contextmanager
def facts_of_this_transaction() -> Iterator[None]:
    """Followers never read facts of a running transaction; a `db` test lives in one, so it lifts that for itself."""
    guarded = facts._READ
    if connection.in_atomic_block:
        facts._READ = guarded.replace("AND f.xid < pg_snapshot_xmin(pg_current_snapshot())", "")
        assert guarded != facts._READ
    try:
        yield
    finally:
        facts._READ = guarded
