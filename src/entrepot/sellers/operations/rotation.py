"""A new field key reaches the identifiers: tokens and fingerprints alike."""

from __future__ import annotations

from entrepot.kernel import encryption
from entrepot.kernel.transactions import transaction
from entrepot.sellers.models import BusinessId

_BATCH = 500


def rotate_business_ids() -> int:
    """Renew what every identifier keeps under an older key; return how many changed."""
    changed, after = 0, 0
    while True:
        last, count = _rotate_batch(after)
        changed += count
        if last is None:
            return changed
        after = last


@transaction
def _rotate_batch(after: int) -> tuple[int | None, int]:
    """Renew the next rows in id order; return the last id seen (None at the end) and the number of changes."""
    rows = list(BusinessId.objects.select_for_update(no_key=True).filter(pk__gt=after).order_by("pk")[:_BATCH])
    changed = 0
    for row in rows:
        number = row.value or encryption.decrypt(row.value_encrypted)
        token = encryption.renew(row.value_encrypted) if row.value_encrypted else ""
        fingerprint = encryption.fingerprint(number)
        if (token, fingerprint) != (row.value_encrypted, row.fingerprint):
            row.value_encrypted, row.fingerprint = token, fingerprint
            row.save(update_fields=["value_encrypted", "fingerprint"])
            changed += 1
    return (rows[-1].pk if len(rows) == _BATCH else None), changed
