from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("markets", "0001_initial")]

    operations = [
        migrations.RemoveConstraint("fxrate", "markets_fxrate_once_a_day"),
        migrations.AddConstraint(
            "fxrate",
            models.UniqueConstraint(fields=["currency", "rate_date", "source"], name="markets_fxrate_once_a_day"),
        ),
    ]
