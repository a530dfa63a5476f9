from __future__ import annotations

from django.db import models
from django.db.models import Q

from entrepot.markets.rules import STAGES


class Market(models.Model):
    """A country's two switches. Everything else about a country is its pack, a file."""

    code = models.CharField(max_length=2, primary_key=True)
    selling = models.TextField(default="closed")
    buying = models.TextField(default="closed")
    selling_reason = models.TextField(default="", blank=True)
    buying_reason = models.TextField(default="", blank=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(selling__in=STAGES), name="markets_market_selling_stage"),
            models.CheckConstraint(condition=Q(buying__in=STAGES), name="markets_market_buying_stage"),
        ]


class FxRate(models.Model):
    """Units of a currency per one euro, as one source gave it for one day. History is kept."""

    currency = models.CharField(max_length=3)
    rate_date = models.DateField()
    per_eur = models.DecimalField(max_digits=20, decimal_places=10)
    source = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["currency", "rate_date", "source"], name="markets_fxrate_once_a_day"),
            models.CheckConstraint(condition=Q(per_eur__gt=0), name="markets_fxrate_positive"),
        ]
        indexes = [models.Index(fields=["rate_date"], name="markets_fxrate_date")]
