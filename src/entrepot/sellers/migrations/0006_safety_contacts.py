"""Manufacturers and responsible persons by name, of which a store and each listing choose; the store's one becomes one."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from entrepot.kernel.ids import new_id

_KEYS = [("sellers_store_manufacturer_fk", "manufacturer_id"), ("sellers_store_responsible_fk", "responsible_id")]
_COPY = """
INSERT INTO sellers_safetycontact (id, seller_id, name, address, country, email, is_in_eu, created_at)
SELECT gen_random_uuid(), seller_id, responsible_before->>'name', responsible_before->>'address',
       responsible_before->>'country', responsible_before->>'email', true, created_at
FROM sellers_store WHERE responsible_before <> '{}';
UPDATE sellers_store st SET responsible_id = c.id
FROM sellers_safetycontact c WHERE c.seller_id = st.seller_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""
_COPY_BACK = """
UPDATE sellers_store st
SET responsible_before = jsonb_build_object('name', c.name, 'address', c.address, 'country', c.country, 'email', c.email)
FROM sellers_safetycontact c WHERE c.id = st.responsible_id AND c.is_in_eu;
SET CONSTRAINTS ALL IMMEDIATE;
"""


def _chosen(name: str) -> migrations.AddField:
    return migrations.AddField(
        "store",
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


def _key(name: str, column: str) -> migrations.RunSQL:
    """Return a foreign key over (id, seller_id): a store cannot choose another seller's."""
    return migrations.RunSQL(
        f"ALTER TABLE sellers_store ADD CONSTRAINT {name} FOREIGN KEY ({column}, seller_id)"
        " REFERENCES sellers_safetycontact (id, seller_id)",
        f"ALTER TABLE sellers_store DROP CONSTRAINT {name}",
    )


class Migration(migrations.Migration):
    dependencies = [("sellers", "0005_store_pictures")]

    operations = [
        migrations.CreateModel(
            "SafetyContact",
            [
                ("id", models.UUIDField(default=new_id, editable=False, primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("address", models.TextField()),
                ("country", models.CharField(max_length=2)),
                ("email", models.TextField()),
                (
                    "is_in_eu",
                    models.BooleanField(
                        help_text="Whether it may answer in the Union, as the pack said when written down."
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "seller",
                    models.ForeignKey(
                        "sellers.Seller",
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="safety_contacts",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=["id", "seller"], name="sellers_safetycontact_owner")],
                "indexes": [models.Index(fields=["seller", "id"], name="sellers_safetycontact_seller")],
            },
        ),
        migrations.RenameField("store", "responsible", "responsible_before"),
        _chosen("manufacturer"),
        _chosen("responsible"),
        *(_key(*key) for key in _KEYS),
        migrations.RunSQL(_COPY, _COPY_BACK),
        migrations.RemoveField("store", "responsible_before"),
    ]
