"""Foreign keys over (id, seller_id): a row cannot point into another seller's. And the movements' guard."""

from django.db import migrations

from entrepot.kernel.append_only import guard

# (table, constraint, columns, target, target columns)
_KEYS = [
    (
        "catalog_listing",
        "catalog_listing_sellercategory_fk",
        "seller_category_id, seller_id",
        "catalog_sellercategory",
        "id, seller_id",
    ),
    (
        "catalog_listingtext",
        "catalog_listingtext_listing_fk",
        "listing_id, seller_id",
        "catalog_listing",
        "id, seller_id",
    ),
    (
        "catalog_sku",
        "catalog_sku_listing_fk",
        "listing_id, seller_id, currency",
        "catalog_listing",
        "id, seller_id, currency",
    ),
    ("catalog_stock", "catalog_stock_sku_fk", "sku_id, seller_id", "catalog_sku", "id, seller_id"),
    ("catalog_stockmovement", "catalog_stockmovement_sku_fk", "sku_id, seller_id", "catalog_sku", "id, seller_id"),
    ("catalog_picture", "catalog_picture_listing_fk", "listing_id, seller_id", "catalog_listing", "id, seller_id"),
    ("catalog_picture", "catalog_picture_sku_fk", "sku_id, seller_id", "catalog_sku", "id, seller_id"),
]


def _key(table: str, name: str, columns: str, target: str, target_columns: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns})"
        # A listing's currency may change; its SKUs' follows.
        f" REFERENCES {target} ({target_columns}){' ON UPDATE CASCADE' if 'currency' in columns else ''}",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("kernel", "0002_append_only")]

    operations = [*(_key(*row) for row in _KEYS), guard("catalog_stockmovement")]
