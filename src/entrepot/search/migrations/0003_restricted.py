from __future__ import annotations

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_functions")]

    operations = [
        migrations.CreateModel(
            name="RestrictedListing",
            fields=[
                ("listing_id", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "rules",
                    django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
                ),
            ],
            options={"db_table": "search_restricted"},
        ),
    ]
