"""What a seller's store brings to its listings: currency, language, whether prices hold tax."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError
from entrepot.kernel.transactions import step
from entrepot.markets import queries as markets


class NoStore(DomainError):
    """The seller has no store yet, so there is nowhere to list."""

    code = "no_store"
    kind = "conflict"
    summary = "Open a store first: listings stand in a store."


@dataclass(frozen=True, slots=True)
class StoreTerms:
    """The store's side of a listing's defaults."""

    seller_id: UUID
    store_id: UUID
    country: str
    currency: str
    language: str
    tax_included: bool


def tax_included_by_default(*, country: str, vat_registered: bool) -> bool:
    """
    Return whether prices of this seller hold tax unless a listing says otherwise.

    A registered seller's consumer prices do where the country's pack says that shops show them so; one that is not
    registered charges none.
    """
    pack = markets.find_pack(country)
    return vat_registered and (pack is None or pack.prices_include_tax)


# The lock serialises the writers of one seller's listings (two feeds, a feed and the API) until the commit.
_LOCK = """
SELECT pg_advisory_xact_lock(hashtextextended('catalog.listings:' || s.id::text, 0)),
       t.id, s.country, s.payout_currency, t.language, s.vat_registered
FROM sellers_seller s LEFT JOIN sellers_store t ON t.seller_id = s.id
WHERE s.id = %s
"""


@step
def lock_store(seller_id: UUID) -> StoreTerms:
    """
    Return the store's terms and keep other writers of this seller's listings waiting until the transaction ends.

    :raises NoStore: the seller is unknown or has not opened one.
    """
    row = sql.fetch_one(_LOCK, [seller_id])
    if row is None or row[1] is None:
        raise NoStore(seller_id=str(seller_id))
    _, store_id, country, currency, language, vat_registered = row
    return StoreTerms(
        seller_id=seller_id,
        store_id=store_id,
        country=country,
        currency=currency,
        language=language,
        tax_included=tax_included_by_default(country=country, vat_registered=vat_registered),
    )
