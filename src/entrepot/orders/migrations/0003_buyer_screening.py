from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="BuyerScreening",
            fields=[
                (
                    "purchase",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="orders.purchase",
                    ),
                ),
                ("state", models.TextField()),
                ("screened_at", models.DateTimeField()),
                ("lists", models.JSONField()),
                ("matches", models.TextField(blank=True, default="")),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(blank=True, default="")),
                ("reason", models.TextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(state__in=("clear", "held", "cleared", "refused")),
                        name="orders_buyerscreening_state",
                    ),
                    models.CheckConstraint(
                        condition=Q(state__in=["clear", "held"], decided_at__isnull=True)
                        | Q(state__in=["cleared", "refused"], decided_at__isnull=False),
                        name="orders_buyerscreening_decided",
                    ),
                ],
                "indexes": [
                    models.Index(fields=["screened_at"], name="orders_buyerscreening_held", condition=Q(state="held")),
                    models.Index(
                        fields=["decided_at"], name="orders_buyerscreening_refused", condition=Q(state="refused")
                    ),
                ],
            },
        ),
    ]
