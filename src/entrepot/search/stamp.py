"""
What names the way that documents are made, so that an index made otherwise is known and built anew: this version's
code and words, the rules of the packs, the database.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache

from entrepot.customs.rulebook import RuleBook
from entrepot.kernel import sql
from entrepot.kernel.digests import digest_files
from entrepot.pricing import queries as pricing

# All that decides what stands in a document: nobody has to remember raising a number. What only asks is not among it.
_MADE_BY = (
    "documents.py", "lanes.py", "lane_rules.py", "reach.py", "sql", "words", "embedded/fields.py", "embedded/schema.py",
)  # fmt: skip

# Transaction ids, and so places in the fact log, mean nothing on another server.
_DATABASE = """
SELECT (SELECT system_identifier FROM pg_control_system()),
       (SELECT oid::bigint FROM pg_database WHERE datname = current_database())
"""


def get_stamp() -> str:
    """Return what names the way that documents are made today."""
    row = sql.fetch_one(_DATABASE)
    assert row is not None
    return ".".join((_digest_code(), _digest_rules(pricing.get_book()), str(row[0]), str(row[1])))


@cache
def _digest_code() -> str:
    return digest_files(__package__, *_MADE_BY)


@lru_cache(maxsize=2)
def _digest_rules(book: RuleBook) -> str:
    """Return what names the rules that lanes are made by."""
    library = book.library
    told = (
        [(code, pack.restricted, pack.territories) for code, pack in sorted(library.countries.items())],
        library.defaults.restricted,
        library.sanctions,
        library.brands,
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
