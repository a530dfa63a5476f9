"""How far a run is, and its failure as a sentence that every language can say."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_tenants")]

    operations = [
        migrations.AddField("feedrun", "failure_said", models.JSONField(null=True)),
        migrations.AddField("feedrun", "bytes_total", models.BigIntegerField(db_default=0, default=0)),
        migrations.AddField("feedrun", "bytes_read", models.BigIntegerField(db_default=0, default=0)),
    ]
