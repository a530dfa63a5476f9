from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_removal_and_alt_texts")]

    operations = [migrations.AddField("feedrun", "source_url", models.TextField(db_default="", default=""))]
