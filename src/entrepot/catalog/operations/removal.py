"""A listing is taken away: for good where nobody ever ordered of it, else into the archive."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from entrepot.catalog import events
from entrepot.catalog.operations.states import ListingBlocked
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.transactions import transaction

_LOCK = "SELECT state FROM catalog_listing WHERE id = %s AND seller_id = %s FOR NO KEY UPDATE"
_ARCHIVE = "UPDATE catalog_listing SET state = 'archived', updated_at = %s WHERE id = %s"
# A reservation writes its movement after it has locked the stock: holding these rows, none comes in between.
_STOCK = """
SELECT q.sku_id FROM catalog_stock q JOIN catalog_sku k ON k.id = q.sku_id
WHERE k.listing_id = %s ORDER BY q.sku_id FOR NO KEY UPDATE OF q
"""
_WAS_ORDERED = """
SELECT EXISTS (
  SELECT 1 FROM catalog_stockmovement m JOIN catalog_sku k ON k.id = m.sku_id
  WHERE k.listing_id = %s AND m.kind <> 'set'
)
"""
_OF_SKUS = "DELETE FROM {table} WHERE sku_id IN (SELECT id FROM catalog_sku WHERE listing_id = %s)"
_DELETE = (
    "DELETE FROM catalog_picture WHERE listing_id = %s",
    _OF_SKUS.format(table="catalog_stockmovement"),
    _OF_SKUS.format(table="catalog_stock"),
    "DELETE FROM catalog_sku WHERE listing_id = %s",
    "DELETE FROM catalog_listingtext WHERE listing_id = %s",
    "DELETE FROM catalog_listing WHERE id = %s",
)


@transaction
def remove_listing(*, seller_id: UUID, listing_id: UUID, now: datetime) -> bool:
    """
    Delete a listing that nobody ever ordered of; archive one that somebody did, so that its orders stay explained.

    An archived listing is seen by its seller alone, who may offer it again. Archiving it again changes nothing.

    :returns: whether it is gone for good.
    :raises NotFound: the seller has no such listing.
    :raises ListingBlocked: the operator has taken it down; what was wrong with it stays to be seen.
    """
    row = sql.fetch_one(_LOCK, [listing_id, seller_id])
    if row is None:
        raise NotFound(listing_id=str(listing_id))
    if row[0] == "blocked":
        raise ListingBlocked(listing_id=str(listing_id))
    sql.fetch_all(_STOCK, [listing_id])
    if row[0] != "archived":
        sql.execute(_ARCHIVE, [now, listing_id])
        facts.record(events.ListingsRemoved(listing_ids=[str(listing_id)], seller_id=seller_id))
    found = sql.fetch_one(_WAS_ORDERED, [listing_id])
    if found is not None and found[0]:
        return False
    for statement in _DELETE:
        sql.execute(statement, [listing_id])
    return True
