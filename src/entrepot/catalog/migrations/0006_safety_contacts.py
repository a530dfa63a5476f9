"""The manufacturer and the responsible person of a listing, and of what a seller's category brings from now on."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_TABLES = ("listing", "sellercategory")
_NAMES = ("manufacturer", "responsible")


def _chosen(model: str, name: str) -> migrations.AddField:
    return migrations.AddField(
        model,
        name,
        models.ForeignKey(
            "sellers.SafetyContact",
            null=True,
            on_delete=django.db.models.deletion.DO_NOTHING,
            db_constraint=False,
            db_index=False,
            related_name="+",
        ),
    )


def _key(model: str, name: str) -> migrations.RunSQL:
    """Return a foreign key over (id, seller_id): nothing can name another seller's contact."""
    return migrations.RunSQL(
        f"ALTER TABLE catalog_{model} ADD CONSTRAINT catalog_{model}_{name}_fk FOREIGN KEY ({name}_id, seller_id)"
        " REFERENCES sellers_safetycontact (id, seller_id)",
        f"ALTER TABLE catalog_{model} DROP CONSTRAINT catalog_{model}_{name}_fk",
    )


def _index(name: str) -> migrations.AddIndex:
    """Return the index by which a contact that is to be dropped finds the listings that name it."""
    return migrations.AddIndex(
        "listing",
        models.Index(fields=[name], condition=Q(**{f"{name}__isnull": False}), name=f"catalog_listing_{name}"),
    )


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_feeds_at_addresses"), ("sellers", "0006_safety_contacts")]

    operations = [
        *(_chosen(model, name) for model in _TABLES for name in _NAMES),
        *(_key(model, name) for model in _TABLES for name in _NAMES),
        *(_index(name) for name in _NAMES),
    ]
