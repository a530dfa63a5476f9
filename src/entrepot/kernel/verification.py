"""What `entrepot verify` collects: each room proves its own invariants and names what breaks them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from entrepot.kernel import sql


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken invariant: the check's name, the offending row, and what is wrong with it."""

    check: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Check:
    """
    One invariant proven by SQL over whole tables.

    `faults` selects (subject, detail) of what breaks it, `rows` how many rows it looks at. A room that names its
    checks in `CHECKS` has each of them shown in the report.
    """

    name: str
    sentence: str
    rows: str
    faults: str

    def count_rows(self) -> int:
        row = sql.fetch_one(self.rows)
        assert row is not None
        return int(row[0])

    def find_faults(self) -> Iterator[Fault]:
        for subject, detail in sql.fetch_all(self.faults):
            yield Fault(self.name, str(subject), detail)


def run(checks: Sequence[Check]) -> Iterable[Fault]:
    """Yield what breaks any of the checks."""
    for check in checks:
        yield from check.find_faults()
