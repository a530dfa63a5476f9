"""Lists come in, sellers' names are held against them, and the operator judges what is alike."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from entrepot.kernel import audit, facts, jobs
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.kernel.transactions import step, transaction
from entrepot.sellers import names, rules
from entrepot.sellers.events import ScreeningListImported
from entrepot.sellers.lists import ListEntry
from entrepot.sellers.models import ListedName, Screening, ScreeningList
from entrepot.sellers.operations.access import lock_seller
from entrepot.sellers.queries import screening as queries
from entrepot.sellers.queries.screening import ListView, ScreeningView

_CODE = re.compile(r"[A-Za-z0-9][\w.\-]{0,39}")
_KINDS = ("sanctions", "exposed")
_BATCH = 2000
_HITS_KEPT = 50


class NamesNotCompared(DomainError):
    """There are lists, and the seller's names of today were not held against them yet."""

    code = "names_not_compared"
    kind = "conflict"
    summary = "The names of this seller were not compared with the lists in force yet: compare them first."


class HitsNotJudged(DomainError):
    """A name is like one on a list, and nobody has said whether they are the same."""

    code = "hits_not_judged"
    kind = "conflict"
    summary = "A name is like one on a list: say first why they are not the same."


class NothingToJudge(DomainError):
    """The newest comparison has no hit that waits for a judgement."""

    code = "nothing_to_judge"
    kind = "conflict"
    summary = "There is no match that waits for a judgement."


@transaction
def import_list(
    *, code: str, version: str, kind: str, entries: Iterable[ListEntry], actor: str, now: datetime
) -> ListView:
    """
    Take a list in place of its older version; jobs then compare every seller's names anew.

    :param kind: `sanctions`, or `exposed` for people near power.
    :raises InvalidField: a code, version or kind that is none, or nobody on the list.
    """
    if not _CODE.fullmatch(code):
        raise InvalidField.single("code", "invalid_format")
    if not version.strip() or len(version) > 100:
        raise InvalidField.single("version", "invalid_format")
    if kind not in _KINDS:
        raise InvalidField.single("kind", "invalid")
    older = ScreeningList.objects.filter(code=code, replaced_at=None)
    ListedName.objects.filter(list__in=older).delete()
    older.update(replaced_at=now)
    row = ScreeningList.objects.create(
        code=code, version=version.strip(), kind=kind, entries=0, imported_by=actor, imported_at=now
    )
    row.entries = _write_names(row, entries)
    if not row.entries:
        raise InvalidField.single("entries", "required")
    row.save(update_fields=["entries"])
    audit.record(
        actor=actor,
        action="import_screening_list",
        subject_kind="screening_list",
        subject_id=code,
        version=row.version,
        entries=row.entries,
    )
    facts.record(ScreeningListImported(code=code, version=row.version))
    sellers = queries.list_sellers_to_screen()
    jobs.defer_many("entrepot.sellers.jobs.screen_seller", [{"seller_id": str(seller_id)} for seller_id in sellers])
    return ListView(row.code, row.version, row.kind, row.entries, actor, now)


def _write_names(row: ScreeningList, entries: Iterable[ListEntry]) -> int:
    written, left = 0, iter(entries)
    while batch := list(islice(left, _BATCH)):
        ListedName.objects.bulk_create(
            ListedName(
                list=row,
                entry_id=entry.id,
                spellings=list(entry.names),
                keys=sorted({key for name in entry.names for key in names.keys_of(name)}),
                kind=entry.kind,
                countries=entry.countries,
                programme=entry.programme,
            )
            for entry in batch
        )
        written += len(batch)
    return written


@transaction
def screen_seller(*, seller_id: UUID, now: datetime) -> ScreeningView | None:
    """
    Hold a seller's names against the lists in force and keep what is alike. With the same names, lists and hits as
    before, the judgement of those stands. Without any list nothing is kept.

    :returns: the newest comparison; None where there is no list.
    :raises NotFound: no seller has this id.
    """
    lock_seller(seller_id)
    lists = queries.list_screening_lists()
    if not lists:
        return None
    given = queries.names_of(seller_id)
    hits = [asdict(hit) for hit in queries.find_hits(given)[:_HITS_KEPT]]
    before = Screening.objects.filter(seller_id=seller_id).order_by("-id").first()
    judged = before is not None and before.cleared_at is not None and _who(before.hits) == _who(hits)
    Screening.objects.create(
        seller_id=seller_id,
        screened_at=now,
        names=[{"role": role, "name": name} for role, name in given],
        lists=[{"code": found.code, "version": found.version, "kind": found.kind} for found in lists],
        hits=hits,
        cleared_at=before.cleared_at if judged and before else None,
        cleared_by=before.cleared_by if judged and before else "",
        clear_reason=before.clear_reason if judged and before else "",
    )
    return queries.find_screening(seller_id, in_force=lists)


def _who(hits: list[dict[str, Any]]) -> set[tuple[str, ...]]:
    return {(hit["name"], hit["list_code"], hit["entry_id"], hit["listed"]) for hit in hits}


@transaction
def clear_screening(*, seller_id: UUID, reason: str, actor: str, now: datetime) -> None:
    """
    Record the operator's judgement that none of the hits is this seller, and why.

    :raises NotFound: no seller has this id.
    :raises InvalidField: without a reason.
    :raises NothingToJudge: the newest comparison has no hit that waits.
    """
    lock_seller(seller_id)
    kept = rules.clean_text(reason)[:2000]
    if not kept:
        raise InvalidField.single("reason", "required")
    row = Screening.objects.filter(seller_id=seller_id).order_by("-id").first()
    if row is None or not row.hits or row.cleared_at is not None:
        raise NothingToJudge(seller_id=seller_id)
    row.cleared_at, row.cleared_by, row.clear_reason = now, actor, kept
    row.save(update_fields=["cleared_at", "cleared_by", "clear_reason"])
    audit.record(
        actor=actor,
        action="clear_screening",
        subject_kind="seller",
        subject_id=seller_id,
        hits=len(row.hits),
        reason=kept,
    )


@step
def demand_screened(seller_id: UUID) -> None:
    """
    Go on only where no list says otherwise.

    :raises NamesNotCompared: there are lists, and today's names were not held against them.
    :raises HitsNotJudged: a name is alike, and nobody has judged it.
    """
    lists = queries.list_screening_lists()
    found = queries.find_screening(seller_id, in_force=lists)
    if lists and (found is None or not found.is_current):
        raise NamesNotCompared(seller_id=seller_id)
    if found is not None and found.is_open:
        raise HitsNotJudged(seller_id=seller_id, hits=len(found.hits))
