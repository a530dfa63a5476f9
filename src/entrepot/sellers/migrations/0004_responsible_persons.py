from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0003_screening")]

    operations = [
        migrations.AddField(
            "store",
            "responsible",
            models.JSONField(
                default=dict,
                db_default={},
                help_text="Who answers in the European Union for the safety of the goods: name, address, country, email.",
            ),
        ),
        migrations.AddField(
            "store",
            "declared",
            models.JSONField(
                default=dict,
                db_default={},
                help_text="What the store says of all its goods, as words that restrictions read.",
            ),
        ),
    ]
