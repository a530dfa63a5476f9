"""Purchases whose buyers' names were compared with lists: those held, and what was found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.kernel import encryption, sql
from entrepot.kernel.money import Money
from entrepot.sellers.queries import HitView, as_hit


@dataclass(frozen=True, slots=True)
class HeldPurchase:
    """A paid purchase that waits for an operator: since when, what it came to, where it goes, and which names match."""

    id: UUID
    number: str
    country: str
    total: Money
    screened_at: datetime
    lists: tuple[str, ...]
    hits: tuple[HitView, ...]


_HELD = """
SELECT p.id, p.number, p.country, p.total_minor, p.currency, s.screened_at, s.lists::text, s.matches
FROM orders_buyerscreening s JOIN orders_purchase p ON p.id = s.purchase_id
WHERE s.state = 'held'
ORDER BY s.screened_at, p.id
LIMIT %s OFFSET %s
"""


def list_held(*, limit: int = 20, offset: int = 0) -> tuple[HeldPurchase, ...]:
    """Return the purchases that are held, the longest waiting first."""
    return tuple(
        HeldPurchase(
            id=row[0],
            number=row[1],
            country=row[2],
            total=Money(row[3], row[4]),
            screened_at=row[5],
            lists=tuple(f"{found['code']} {found['version']}" for found in json.loads(row[6])),
            hits=open_matches(row[7]),
        )
        for row in sql.fetch_all(_HELD, [limit, offset])
    )


def count_held() -> int:
    """Return how many purchases are held."""
    row = sql.fetch_one("SELECT count(*) FROM orders_buyerscreening WHERE state = 'held'")
    return int(row[0]) if row else 0


def is_held(purchase_id: UUID) -> bool:
    """Tell whether nothing of a purchase may be sent until an operator has decided."""
    return find_state(purchase_id) in ("held", "refused")


def find_state(purchase_id: UUID) -> str | None:
    """Return what became of comparing a purchase's names; None: they were not compared yet."""
    row = sql.fetch_one("SELECT state FROM orders_buyerscreening WHERE purchase_id = %s", [purchase_id])
    return row[0] if row else None


def seal_matches(hits: Sequence[HitView]) -> str:
    """Return matches as they are kept: encrypted, nothing where there is none."""
    return encryption.encrypt(json.dumps([asdict(hit) for hit in hits])) if hits else ""


def open_matches(token: str) -> tuple[HitView, ...]:
    """Return what `seal_matches` encrypted."""
    documents: list[dict[str, Any]] = json.loads(encryption.decrypt(token)) if token else []
    return tuple(as_hit(document) for document in documents)
