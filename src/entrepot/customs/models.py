from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from entrepot.customs.tariff_files import COMBINATIONS, CONFIDENCES


class TariffImport(models.Model):
    """A published file that changed a schedule: what, from when, by whom. The newest one is the table's version."""

    id = models.BigAutoField(primary_key=True)
    schedule = models.TextField()
    file_name = models.TextField()
    file_format = models.TextField()
    file_sha256 = models.CharField(max_length=64)
    holds_from = models.DateField(null=True)
    rows_read = models.PositiveIntegerField()
    rows_added = models.PositiveIntegerField()
    rows_changed = models.PositiveIntegerField()
    rows_ended = models.PositiveIntegerField()
    rows_rejected = models.PositiveIntegerField()
    imported_by = models.TextField()
    imported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["schedule", "-id"], name="customs_tariffimport_newest")]

    def __str__(self) -> str:
        return f"{self.schedule} {self.id}"


class TariffEntry(models.Model):
    """
    One rate of an imported schedule. Never changed: what a later import says otherwise withdraws it and adds another,
    so that the table of any version can be had again.
    """

    id = models.BigAutoField(primary_key=True)
    schedule = models.TextField()
    added_by = models.ForeignKey(TariffImport, on_delete=models.PROTECT, related_name="added")
    withdrawn_by = models.ForeignKey(TariffImport, on_delete=models.PROTECT, null=True, related_name="withdrawn")
    destination = models.TextField()
    measure = models.TextField()
    hs_prefix = models.TextField(blank=True)
    origins = ArrayField(models.TextField())
    rate = models.DecimalField(max_digits=12, decimal_places=6)
    specific = models.DecimalField(max_digits=16, decimal_places=6)
    specific_currency = models.TextField(blank=True, default="")
    specific_unit = models.TextField(blank=True, default="")
    combine = models.TextField()
    at_most = models.DecimalField(max_digits=16, decimal_places=6, null=True)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    source = models.TextField()
    confidence = models.TextField()
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "destination", "measure", "hs_prefix", "origins", "valid_from"],
                condition=Q(withdrawn_by=None),
                nulls_distinct=False,
                name="customs_tariffentry_once",
            ),
            models.CheckConstraint(
                condition=Q(combine__in=COMBINATIONS) & Q(confidence__in=CONFIDENCES),
                name="customs_tariffentry_words",
            ),
            models.CheckConstraint(condition=Q(rate__gte=0) & Q(specific__gte=0), name="customs_tariffentry_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.destination} {self.measure} {self.hs_prefix}"


class PublishedText(models.Model):
    """
    What a published nomenclature says of a code, in one language; imported, never shipped. `area` is the country whose
    own digits the code has (empty: the Harmonized System).
    """

    id = models.BigAutoField(primary_key=True)
    area = models.TextField(blank=True)
    language = models.TextField()
    code = models.TextField()
    text = models.TextField()
    source = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "language", "code"], name="customs_publishedtext_once")]

    def __str__(self) -> str:
        return f"{self.code} ({self.language})"


class LearnedWord(models.Model):
    """
    How many listings of a seller whose title has a word bear a code that the seller confirmed. Made anew from the
    catalogue by `entrepot classification learn` and every night; what others read of it are counts of sellers.
    """

    id = models.BigAutoField(primary_key=True)
    seller_id = models.UUIDField()
    word = models.TextField()
    code = models.CharField(max_length=6)
    listings = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "code", "seller_id"], name="customs_learnedword_once"),
        ]

    def __str__(self) -> str:
        return f"{self.word}: {self.code}"
