"""Suggested HS codes as a seller reads them, and the sealed note of what was shown to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core import signing
from django.http import QueryDict
from django.utils.translation import get_language, gettext as _

from entrepot.catalog.operations import Shown
from entrepot.customs import classification, nomenclature
from entrepot.customs.classification import Candidate
from entrepot.sellers.queries import Membership
from entrepot.ui import formats

_SALT = "entrepot.seller_centre.suggestions"
_HOURS_MAX = 48
_TAKE = "take:"
# The seller's words may run the other way than the reader's sentence.
_ISOLATE, _END = "\u2068", "\u2069"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A code that may fit: as it is taken, as it is written, what it means, how likely it is, and why."""

    code: str
    written: str
    meaning: str
    percent: str
    why: str
    can_be_taken: bool

    @property
    def label(self) -> str:
        """The suggestion as a choice in a list."""
        return " · ".join(filter(None, (self.written, self.meaning, self.percent)))


def rows(candidates: Sequence[Candidate]) -> list[Suggestion]:
    """Return suggestions in words of the reader's language."""
    language = get_language() or "en"
    return [
        Suggestion(
            code=one.code,
            written=f"{one.code[:4]}.{one.code[4:]}".rstrip("."),
            meaning=_meaning(one, language),
            percent=formats.percent(Decimal(round(one.probability * 100))),
            why=", ".join(_("“%(word)s”") % {"word": f"{_ISOLATE}{word}{_END}"} for word in one.why[:4]),
            can_be_taken=len(one.code) == 6,
        )
        for one in candidates
    ]


def _meaning(one: Candidate, language: str) -> str:
    """Return the heading in words, with what tells the code from its neighbours: `T-shirts, singlets (cotton)`."""
    words = nomenclature.describe(one.code, language=language)
    facets = ", ".join(classification.name_facets(one.facets, language))
    return f"{words} ({facets})" if words and facets else words or facets


def seal(candidates: Sequence[Candidate]) -> str:
    """Return what was shown, so that the trail can name it when a code is confirmed."""
    return signing.dumps([one.code for one in candidates], salt=_SALT)


def shown(data: QueryDict, member: Membership, name: str = "shown") -> Shown | None:
    """Return the codes that a form says were suggested; nothing when it says none, or the note is not ours."""
    try:
        codes = signing.loads(data.get(name, ""), salt=_SALT, max_age=_HOURS_MAX * 3600)
    except signing.BadSignature:
        return None
    return Shown(member.person_id, tuple(map(str, codes)))


def taken(data: QueryDict) -> str | None:
    """Return the suggested code whose button was pressed."""
    code = data.get("do", "").removeprefix(_TAKE)
    return code if data.get("do", "").startswith(_TAKE) and code.isascii() and code.isdigit() else None
