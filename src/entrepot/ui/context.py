"""What the page frame needs in every template."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from entrepot.ui import choice as choices, formats
from entrepot.ui.ports import get_reach


def page(request: HttpRequest) -> dict[str, Any]:
    """Give every template the reader's choice and the writing direction."""
    choice = getattr(request, "choice", None) or choices.read(request)
    language = get_language() or choice.language
    return {
        "choice": choice,
        "choice_country": formats.place(choice.country),
        "choice_language": formats.language_own_name(choice.language),
        "language": language,
        "direction": formats.direction(language),
        "choices": _Choices(),
        "is_htmx": request.headers.get("HX-Request") == "true",
    }


class _Choices:
    """The lists of the choice control, built only when a page writes them."""

    @property
    def countries(self) -> list[tuple[str, str]]:
        locale = formats.current()
        named = [(code, locale.territories.get(code, code)) for code in get_reach().destinations]
        return sorted(named, key=lambda pair: pair[1].casefold())

    @property
    def currencies(self) -> list[tuple[str, str]]:
        locale = formats.current()
        return [(code, locale.currencies.get(code, code)) for code in sorted(get_reach().currencies)]

    @property
    def languages(self) -> list[tuple[str, str]]:
        return [(code, formats.language_own_name(code)) for code, _ in settings.LANGUAGES]
