from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("job_id", models.BigIntegerField()),
                ("name", models.TextField()),
                ("attempt", models.PositiveIntegerField()),
                ("error", models.TextField()),
                ("trace", models.TextField(blank=True, default="")),
                ("failed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["job_id", "id"], name="kernel_jobfailure_job")],
            },
        ),
        migrations.CreateModel(
            name="VerificationRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("actor", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("seconds", models.FloatField(default=0)),
                ("rows_read", models.BigIntegerField(default=0)),
                ("faults", models.PositiveIntegerField(default=0)),
                ("findings", models.JSONField(default=list)),
            ],
            options={
                "indexes": [models.Index(fields=["-asked_at"], name="kernel_verification_newest")],
            },
        ),
    ]
