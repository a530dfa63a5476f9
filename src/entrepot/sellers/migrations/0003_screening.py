import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sellers", "0002_stories"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScreeningList",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.TextField()),
                ("version", models.TextField()),
                ("kind", models.TextField()),
                ("entries", models.PositiveIntegerField()),
                ("imported_by", models.TextField()),
                ("imported_at", models.DateTimeField()),
                ("replaced_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_at", None)),
                        fields=("code",),
                        name="sellers_screeninglist_one_current",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("sanctions", "exposed"))),
                        name="sellers_screeninglist_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Screening",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("screened_at", models.DateTimeField()),
                ("names", models.JSONField()),
                ("lists", models.JSONField()),
                ("hits", models.JSONField()),
                ("cleared_at", models.DateTimeField(null=True)),
                ("cleared_by", models.TextField(blank=True, default="")),
                ("clear_reason", models.TextField(blank=True, default="")),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="screenings", to="sellers.seller"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["seller", "-id"], name="sellers_screening_newest")],
            },
        ),
        migrations.CreateModel(
            name="ListedName",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("entry_id", models.TextField()),
                ("spellings", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("keys", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)),
                ("kind", models.TextField()),
                ("countries", models.TextField(blank=True, default="")),
                ("programme", models.TextField(blank=True, default="")),
                (
                    "list",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="names", to="sellers.screeninglist"
                    ),
                ),
            ],
            options={
                "indexes": [django.contrib.postgres.indexes.GinIndex(fields=["keys"], name="sellers_listedname_keys")],
            },
        ),
    ]
