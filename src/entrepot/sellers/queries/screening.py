"""Sellers' names held against lists: what was found, when, on which versions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from entrepot.kernel import encryption, sql
from entrepot.sellers import names
from entrepot.sellers.models import ListedName, Registration, Screening


@dataclass(frozen=True, slots=True)
class ListView:
    """A list in the version that is in force. `kind` is `sanctions` or `exposed` (people near power)."""

    code: str
    version: str
    kind: str
    entries: int
    imported_by: str
    imported_at: datetime


@dataclass(frozen=True, slots=True)
class HitView:
    """
    A name that is like one on a list: its role at the seller, both spellings, the score and what made it.

    `pairs` is (our word, the list's word, how alike in percent); the other two are words without a partner.
    """

    role: str
    name: str
    list_code: str
    list_version: str
    list_kind: str
    entry_id: str
    listed: str
    kind: str
    countries: str
    programme: str
    score: int
    is_strong: bool
    pairs: tuple[tuple[str, str, int], ...]
    only_ours: tuple[str, ...]
    only_listed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScreeningView:
    """
    One comparison of a seller's names. `is_open`: it has hits that nobody has judged.

    `is_current`: the seller's names and the lists are still those that were compared.
    """

    screened_at: datetime
    names: tuple[tuple[str, str], ...]
    lists: tuple[tuple[str, str], ...]
    hits: tuple[HitView, ...]
    cleared_at: datetime | None
    cleared_by: str
    clear_reason: str
    is_current: bool

    @property
    def is_open(self) -> bool:
        return bool(self.hits) and self.cleared_at is None


_LISTS = """
SELECT code, version, kind, entries, imported_by, imported_at
FROM sellers_screeninglist WHERE replaced_at IS NULL ORDER BY code
"""
_SCREENING = """
SELECT screened_at, names, lists, hits, cleared_at, cleared_by, clear_reason
FROM sellers_screening WHERE seller_id = %s ORDER BY id DESC LIMIT 1
"""
_NAMES = """
SELECT s.legal_name, r.trade_name, r.representative, a.details
FROM sellers_registration r
JOIN sellers_seller s ON s.id = r.seller_id
LEFT JOIN sellers_bankaccount a ON a.seller_id = r.seller_id AND a.replaced_at IS NULL
WHERE r.seller_id = %s
"""


def list_screening_lists() -> tuple[ListView, ...]:
    """Return the lists in force, by code."""
    return tuple(ListView(*row) for row in sql.fetch_all(_LISTS))


def find_screening(seller_id: UUID, *, in_force: Sequence[ListView]) -> ScreeningView | None:
    """
    Return the newest comparison of a seller's names, or None while there was none.

    :param in_force: today's lists (`list_screening_lists`), against which it is seen whether it is still current.
    """
    row = sql.fetch_one(_SCREENING, [seller_id])
    if row is None:
        return None
    screened_at, compared, lists, hits, cleared_at, cleared_by, clear_reason = row
    lists_then = tuple((found["code"], found["version"], found["kind"]) for found in orjson.loads(lists))
    names_then = tuple((name["role"], name["name"]) for name in orjson.loads(compared))
    return ScreeningView(
        screened_at=screened_at,
        names=names_then,
        lists=tuple((code, version) for code, version, _kind in lists_then),
        hits=tuple(as_hit(hit) for hit in orjson.loads(hits)),
        cleared_at=cleared_at,
        cleared_by=cleared_by,
        clear_reason=clear_reason,
        is_current=names_then == names_of(seller_id)
        and lists_then == tuple((found.code, found.version, found.kind) for found in in_force),
    )


def count_open_hits(seller_ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return how many hits nobody has judged, of those sellers whose names were compared."""
    newest = Screening.objects.filter(seller_id__in=list(seller_ids)).order_by("seller_id", "-id").distinct("seller_id")
    return {row.seller_id: 0 if row.cleared_at else len(row.hits) for row in newest}


def names_of(seller_id: UUID) -> tuple[tuple[str, str], ...]:
    """Return (role, name) of all who stand behind a seller, each name once."""
    row = sql.fetch_one(_NAMES, [seller_id])
    if row is None:
        return ()
    legal_name, trade_name, representative, account = row
    holder = json.loads(encryption.decrypt(account)).get("account_holder", "") if account else ""
    given = (
        ("legal_name", legal_name),
        ("trade_name", trade_name),
        ("representative", representative),
        ("account_holder", holder),
    )
    kept: dict[str, str] = {}
    for role, name in given:
        if name:
            kept.setdefault(name, role)
    return tuple((role, name) for name, role in kept.items())


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody on a list whose name may be like one of ours."""

    list_code: str
    list_version: str
    list_kind: str
    entry_id: str
    spellings: tuple[str, ...]
    kind: str
    countries: str
    programme: str


def list_candidates(keys: Sequence[str]) -> tuple[Candidate, ...]:
    """Return who on the lists in force shares one of some keys."""
    rows = (
        ListedName.objects.filter(Q(list__replaced_at=None) & Q(keys__overlap=list(keys)))
        .order_by("list__code", "id")
        .values_list(
            "list__code", "list__version", "list__kind", "entry_id", "spellings", "kind", "countries", "programme"
        )
    )
    return tuple(Candidate(*row[:4], tuple(row[4]), *row[5:]) for row in rows)


def find_hits(given: Sequence[tuple[str, str]]) -> list[HitView]:
    """
    Return who on the lists in force has a name like one of (role, name), the most alike first; each of them once, by
    the name that is most like theirs.
    """
    candidates = list_candidates(sorted({key for _, name in given for key in names.keys_of(name)}))
    best: dict[tuple[str, str], HitView] = {}
    for role, name in given:
        for candidate in candidates:
            hit = _compare(role, name, candidate)
            place = candidate.list_code, candidate.entry_id
            if hit is not None and (place not in best or hit.score > best[place].score):
                best[place] = hit
    return sorted(best.values(), key=lambda hit: (-hit.score, hit.list_code, hit.entry_id))


def compare_name(name: str) -> list[HitView]:
    """Return who on the lists in force has a name like this one, the most alike first."""
    return find_hits([("", name)])


def _compare(role: str, name: str, candidate: Candidate) -> HitView | None:
    found = names.best(name, candidate.spellings, kind=candidate.kind)
    if found is None or found[1].score < names.HIT_SCORE:
        return None
    listed, likeness = found
    return HitView(
        role=role,
        name=name,
        list_code=candidate.list_code,
        list_version=candidate.list_version,
        list_kind=candidate.list_kind,
        entry_id=candidate.entry_id,
        listed=listed,
        kind=candidate.kind,
        countries=candidate.countries,
        programme=candidate.programme,
        score=likeness.score,
        is_strong=likeness.score >= names.STRONG_SCORE,
        pairs=tuple((pair.ours, pair.listed, pair.alike) for pair in likeness.pairs),
        only_ours=likeness.only_ours,
        only_listed=likeness.only_listed,
    )


def list_sellers_to_screen() -> tuple[UUID, ...]:
    """Return the sellers whose names matter: those who wait, sell, or are suspended."""
    wanted = Registration.objects.filter(seller__state__in=("submitted", "approved", "suspended"))
    return tuple(wanted.order_by("seller_id").values_list("seller_id", flat=True))


def as_hit(document: Mapping[str, Any]) -> HitView:
    """Return a match as it was kept."""
    return HitView(
        **{
            **document,
            "pairs": tuple((ours, listed, alike) for ours, listed, alike in document["pairs"]),
            "only_ours": tuple(document["only_ours"]),
            "only_listed": tuple(document["only_listed"]),
        }
    )
