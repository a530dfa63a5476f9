"""All sellers, by state, country and name."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpResponse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.operator_console import words
from entrepot.operator_console.desk import counts_of, operators_only, page_of, show
from entrepot.sellers import queries
from entrepot.ui import formats
from entrepot.ui.requests import PageRequest

_PER_PAGE = 50


@operators_only
@require_GET
def sellers(request: PageRequest) -> HttpResponse:
    """Show sellers, the newest first."""
    text = request.GET.get("q", "").strip()[:200]
    country = request.GET.get("country", "").upper()[:2]
    state = request.GET.get("state", "")
    chosen = state if state in words.SELLER_STATES else ""
    page = page_of(request)
    counts = _counts(request, country, text)
    rows = queries.list_sellers(
        state=chosen or None, country=country or None, text=text, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE
    )
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    kept = {name: value for name, value in (("q", text), ("country", country)) if value}

    def link(code: str) -> str:
        return "?" + urlencode({**kept, **({"state": code} if code else {})})

    codes = [code for code in words.SELLER_STATES if code in counts or code == chosen]
    context = {
        "rows": [(row, *words.state(row.state, words.SELLER_STATES)) for row in rows],
        "chips": [
            {"label": _("All"), "link": link(""), "current": not chosen, "count": sum(counts.values())},
            *(
                {
                    "label": words.state(code, words.SELLER_STATES)[0],
                    "link": link(code),
                    "current": code == chosen,
                    "count": counts.get(code, 0),
                }
                for code in codes
            ),
        ],
        "countries": sorted(
            ((code, formats.country(code)) for code in counts_of(request).sellers_by_country), key=lambda pair: pair[1]
        ),
        "text": text,
        "country": country,
        "state": chosen,
        "page": page,
        "pages": -(-total // _PER_PAGE),
    }
    return show(request, "sellers", "sellers", context)


def _counts(request: PageRequest, country: str, text: str) -> Mapping[str, int]:
    """Return how many of the sellers that are looked for are in each state."""
    if text:
        return queries.count_sellers(country=country or None, text=text)
    found = counts_of(request)
    return found.sellers_by_country.get(country, {}) if country else found.sellers
