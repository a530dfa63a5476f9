from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_wishes")]

    operations = [
        migrations.AddField(
            model_name="idempotencykey", name="session", field=models.IntegerField(default=0, db_default=0)
        )
    ]
