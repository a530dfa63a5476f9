"""The exchange rates in force: how old each is, by whom, and where two sources disagree."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel import clock
from entrepot.markets import queries as markets
from entrepot.operator_console.desk import operators_only, show
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

# Weekends and a bank holiday have no rates.
_OLD_AFTER_DAYS = 4


@operators_only
@require_GET
def rates(request: PageRequest) -> HttpResponse:
    """Show every rate, the oldest first, and what is wrong with some."""
    now = clock.now()
    table = markets.get_fx(at=now)
    limit = markets.get_operator().fx_stale_after_days
    rows = [
        {
            "currency": currency,
            "per_eur": formats.rate(per_eur),
            "day": table.dates[currency],
            "age": (now.date() - table.dates[currency]).days,
            "source": table.sources[currency],
        }
        for currency, per_eur in table.per_eur.items()
    ]
    disagreements = [
        _("%(currency)s: %(other)s in place of %(counts)s for one euro, %(percent)s %% apart (%(source)s)")
        % {
            "currency": formats.currency(found.counts.currency),
            "other": formats.rate(found.other.per_eur),
            "counts": formats.rate(found.counts.per_eur),
            "percent": formats.number(found.percent),
            "source": found.other.source,
        }
        for found in markets.list_fx_disagreements(at=now)
    ]
    context = {
        "rows": sorted(rows, key=lambda row: (row["day"], row["currency"])),
        "old_after": limit if limit is not None else _OLD_AFTER_DAYS,
        "limit": limit,
        "disagreements": disagreements,
        "missing": markets.list_currencies_without_rate(table).items(),
    }
    return show(request, "rates", "markets", context)
