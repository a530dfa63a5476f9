"""The audit trail: who decided what, when, on which subject."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from entrepot.kernel import audit
from entrepot.operator_console import words
from entrepot.operator_console.desk import operators_only, page_of, show
from entrepot.operator_console.forms import TrailSearch
from entrepot.ui.requests import PageRequest

_PER_PAGE = 50


@operators_only
@require_GET
def trail(request: PageRequest) -> HttpResponse:
    """Show the lines that fit, the newest first."""
    form = TrailSearch(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    since, until = asked.get("since"), asked.get("until")
    narrowed: dict[str, Any] = {
        "actor": asked.get("actor") or None,
        "action": asked.get("action") or None,
        "subject_kind": asked.get("kind") or None,
        "since": datetime.combine(since, time(), tzinfo=UTC) if since else None,
        "until": datetime.combine(until + timedelta(days=1), time(), tzinfo=UTC) if until else None,
    }
    page = page_of(request)
    count = audit.count_entries(**narrowed)
    entries = audit.list_entries(**narrowed, limit=_PER_PAGE, offset=(page - 1) * _PER_PAGE)
    actors = audit.list_actors()
    names = words.who(actors)
    context = {
        "entries": words.trail(entries),
        "form": form,
        "actors": [(code, names[code]) for code in actors],
        "actions": sorted(
            ((code, words.action(code)) for code in audit.list_actions()), key=lambda pair: pair[1].casefold()
        ),
        "kinds": sorted(((code, _(text)) for code, text in words.SUBJECTS.items()), key=lambda pair: pair[1]),
        "chosen": {name: asked.get(name) or "" for name in ("actor", "action", "kind")},
        "count": count,
        "page": page,
        "pages": -(-count // _PER_PAGE),
    }
    return show(request, "audit", "audit", context)
