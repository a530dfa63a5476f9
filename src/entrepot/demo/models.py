from __future__ import annotations

from django.db import models


class Seeding(models.Model):
    """That the demonstration marketplace was made: begun, and whole only when `finished_at` is set."""

    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
