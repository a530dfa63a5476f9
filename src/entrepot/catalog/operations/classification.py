"""What confirmed codes teach, and the trace of suggestions that were taken or passed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from entrepot.customs import learned
from entrepot.customs.classification import stems_of
from entrepot.customs.learned import WordCount
from entrepot.kernel import audit, sql
from entrepot.kernel.transactions import step, transaction

_BATCH = 1_000
_CONFIRMED = """
SELECT l.id, l.seller_id, left(l.hs_code, 6), t.title
FROM (
  SELECT id, seller_id, hs_code FROM catalog_listing
  WHERE hs_confirmed_at IS NOT NULL AND id > %s ORDER BY id LIMIT %s
) l JOIN catalog_listingtext t ON t.listing_id = l.id
ORDER BY l.id
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """The codes that were suggested to a person who then confirms one."""

    person_id: UUID
    codes: tuple[str, ...]


@transaction
def learn_codes() -> int:
    """
    Count the words of all listings whose code a seller confirmed, for the suggester.

    :returns: how many counts are kept, of a word by code and seller.
    """
    counts: Counter[tuple[UUID, str, str]] = Counter()
    last = UUID(int=0)
    while rows := sql.fetch_all(_CONFIRMED, [last, _BATCH]):
        last = rows[-1][0]
        for (_listing_id, seller_id, code), texts in groupby(rows, key=lambda row: row[:3]):
            counts.update((seller_id, word, code) for word in stems_of(row[3] for row in texts))
    return learned.replace_learned_words(
        WordCount(seller_id, word, code, listings) for (seller_id, word, code), listings in counts.items()
    )


@step
def record_suggestion(seller_id: UUID, shown: Shown, *, subject_kind: str, subject_id: object, code: str) -> None:
    """Note which codes were suggested when a seller confirmed one, and whether it was one of them."""
    is_taken = code.startswith(tuple(shown.codes)) if shown.codes else False
    audit.record(
        actor=f"seller:{seller_id}/{shown.person_id}",
        action="confirm_suggested_hs" if is_taken else "confirm_other_hs",
        subject_kind=subject_kind,
        subject_id=subject_id,
        code=code,
        suggested=list(shown.codes),
    )
