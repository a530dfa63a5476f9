"""Messages said in a language of the caller's choice, whatever the page speaks."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.utils.translation import gettext, override

from entrepot.kernel.languages import nearest


def interface_language(code: str) -> str:
    """Return the language that somebody who reads `code` is spoken to in: English where theirs is not offered."""
    return nearest(code, (offered for offered, _ in settings.LANGUAGES)) or settings.LANGUAGE_CODE


@lru_cache(maxsize=8192)
def in_language(message: str, language: str) -> str:
    """Return a message of the catalogue in a language (`zh` and `zh-hans` alike)."""
    with override(interface_language(language)):
        return gettext(message)
