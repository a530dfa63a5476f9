"""What names the rules by which documents are made, so that an index made by others is known and built anew."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from entrepot.customs.rulebook import RuleBook
from entrepot.kernel import sql
from entrepot.pricing import queries as pricing
from entrepot.search import words

_LAYOUT = 1  # Raised when documents are put together otherwise.


def get_stamp() -> str:
    """Return what names the rules that documents are made by today, and the database that they are made from."""
    row = sql.fetch_one(_DATABASE)
    assert row is not None
    return f"{_LAYOUT}.{words.VERSION}.{_digest(pricing.get_book())}.{row[0]}.{row[1]}"


# Transaction ids, and so places in the fact log, mean nothing on another server.
_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()),
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database())
"""


@lru_cache(maxsize=2)
def _digest(book: RuleBook) -> str:
    """Return what names the rules that lanes are made by."""
    library = book.library
    told = (
        [(code, pack.restricted, pack.territories) for code, pack in sorted(library.countries.items())],
        library.defaults.restricted,
        library.sanctions,
        library.brands,
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
