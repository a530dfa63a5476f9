import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0002_append_only"),
        ("sellers", "0003_screening"),
    ]

    operations = [
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reason", models.TextField()),
                ("held_by", models.TextField()),
                ("held_at", models.DateTimeField()),
                ("lifted_by", models.TextField(blank=True, default="")),
                ("lifted_at", models.DateTimeField(null=True)),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="sellers.seller",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)), fields=("seller",), name="payouts_hold_one_at_a_time"
                    )
                ],
            },
        ),
    ]
