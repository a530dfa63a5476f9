from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0004_responsible_persons")]

    operations = [
        migrations.AddField(
            "store",
            "pictures",
            models.JSONField(
                default=dict,
                db_default={},
                help_text='Its logo and cover: {"logo": {"content_hash", "width", "height"}}.',
            ),
        ),
    ]
