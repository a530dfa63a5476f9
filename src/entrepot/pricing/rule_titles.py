"""The names of import rules, as packs give them."""

from __future__ import annotations

from functools import cache

from entrepot.markets import queries as markets
from entrepot.ui.words import in_language


def rule_title(rule: str, language: str) -> str:
    """Return an import rule's name in a language; nothing where its pack gives it none, or it is no import rule."""
    title = _titles().get(rule)
    return in_language(title, language) if title else ""


@cache
def _titles() -> dict[str, str]:
    packs = markets.list_packs()
    regimes = [regime for pack in packs for regime in pack.regimes]
    regimes += [regime for pack in packs for area in pack.territories for regime in area.regimes]
    return {regime.id: regime.title for regime in regimes if regime.title}
