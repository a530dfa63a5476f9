from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("sellers", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="store",
            name="stories",
            field=models.JSONField(
                db_default={},
                default=dict,
                help_text='The story in other languages than the store\'s own: {"en": "…"}.',
            ),
        ),
    ]
