"""What the shop's own confirmed codes teach: counts of words by code and seller."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customs", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="LearnedWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("seller_id", models.UUIDField()),
                ("word", models.TextField()),
                ("code", models.CharField(max_length=6)),
                ("listings", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("word", "code", "seller_id"), name="customs_learnedword_once")
                ],
            },
        ),
    ]
