"""
Reading lists of sanctioned or politically exposed people and firms, as their publishers give them out.

Known forms: OpenSanctions' simple table, the annexes of EU regulations, the consolidated list of the United States,
OFAC's SDN files (with their file of other names), the XML of the United Nations; and any table with a column `name`.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import iterparse

from entrepot.kernel.errors import DomainError

_NOTHING = frozenset({"", "-0-"})
_ALSO_KNOWN = re.compile(r"\(\s*a\.?\s?k\.?\s?a\.?:?\s*([^)]+)\)", re.IGNORECASE)


class UnreadableList(DomainError):
    """The file is in no form that we read; `reason` says more."""

    code = "unreadable_list"
    summary = "This file is in no form of list that we read."


@dataclass(frozen=True, slots=True)
class ListEntry:
    """One listed person or firm: its id on the list, every spelling, and what the list says of it."""

    id: str
    names: tuple[str, ...]
    kind: str
    countries: str
    programme: str


def read(path: Path, *, other_names: Path | None = None) -> Iterator[ListEntry]:
    """
    Yield the entries of a list.

    :param other_names: OFAC keeps aliases in a file of its own (`alt.csv`).
    :raises UnreadableList: neither form nor columns are known.
    """
    with _open(path) as file:
        head = file.read(1024)
        file.seek(0)
        if head.lstrip("\ufeff \n").startswith("<"):
            found = _united_nations(path)
        elif head.lstrip("\ufeff")[:1].isdigit():
            found = _ofac(csv.reader(file), _aliases(other_names))
        else:
            found = _table(file, head)
        some = False
        for entry in found:
            if entry.names:
                some = True
                yield entry
    if not some:
        raise UnreadableList(file=path.name, reason="it names nobody")


def _open(path: Path) -> io.TextIOBase:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _said(value: str | None) -> str:
    text = " ".join((value or "").split())
    return "" if text in _NOTHING else text


def _spellings(*texts: str | None) -> tuple[str, ...]:
    """Return every spelling once, in order; lists within a text are separated by semicolons."""
    kept: dict[str, None] = {}
    for text in texts:
        for part in (text or "").split(";"):
            for spelling in (_ALSO_KNOWN.sub(" ", part), *_ALSO_KNOWN.findall(part)):
                if tidy := _said(spelling):
                    kept.setdefault(tidy)
    return tuple(kept)


def _kind(text: str) -> str:
    word = text.casefold()
    if word in ("person", "individual"):
        return "person"
    return "firm" if word in ("entity", "company", "organization", "legalentity", "firm") else "other"


def _table(file: io.TextIOBase, head: str) -> Iterator[ListEntry]:
    first_line = head.splitlines()[0] if head else ""
    delimiter = max((",", ";", "\t"), key=first_line.count)
    rows = csv.DictReader(file, delimiter=delimiter)
    columns = {(name or "").strip() for name in rows.fieldnames or ()}
    if not {"name"} & {column.casefold() for column in columns}:
        raise UnreadableList(columns=sorted(columns), reason="there is no column `name`")
    for number, row in enumerate(rows, start=1):
        yield _entry({(key or "").strip().casefold(): value for key, value in row.items() if key is not None}, number)


def _entry(row: Mapping[str, Any], number: int) -> ListEntry:
    if "celex" in row:
        entry_id = f"{_said(row['celex'])}/{_said(row.get('annex'))}/{_said(row.get('recordid'))}"
    else:
        entry_id = _said(row.get("id") or row.get("entity_number")) or str(number)
    return ListEntry(
        id=entry_id,
        names=_spellings(row["name"], row.get("alias"), row.get("aliases"), row.get("alt_names"), row.get("weakalias")),
        kind=_kind(_said(row.get("schema") or row.get("type") or row.get("kind"))),
        countries=_said(row.get("countries") or row.get("country") or row.get("nationality")),
        programme=_said(
            row.get("sanctions") or row.get("programs") or row.get("programkey") or row.get("programme")
            or row.get("dataset") or row.get("source")
        )[:300],
    )  # fmt: skip


def _aliases(path: Path | None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if path is not None:
        with _open(path) as file:
            for row in csv.reader(file):
                if len(row) >= 4:
                    found.setdefault(row[0], []).append(row[3])
    return found


def _ofac(rows: Iterable[list[str]], aliases: Mapping[str, list[str]]) -> Iterator[ListEntry]:
    for row in rows:
        if len(row) < 4 or not row[0].isdigit():
            continue
        kind = _said(row[2])
        names = (row[1], *aliases.get(row[0], ()))
        if kind == "individual":
            names = tuple(_given_name_first(name) for name in names)
        yield ListEntry(row[0], _spellings(*names), _kind(kind or "entity"), "", _said(row[3]))


def _given_name_first(name: str) -> str:
    family, comma, given = name.partition(",")
    return f"{given.strip()} {family.strip()}" if comma else name


def _united_nations(path: Path) -> Iterator[ListEntry]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as file:
        for _, node in iterparse(file, events=("end",)):
            if node.tag not in ("INDIVIDUAL", "ENTITY"):
                continue
            parts = [node.findtext(f"{place}_NAME") for place in ("FIRST", "SECOND", "THIRD", "FOURTH")]
            aliases = [alias.findtext("ALIAS_NAME") for alias in node.iter(f"{node.tag}_ALIAS")]
            yield ListEntry(
                id=_said(node.findtext("REFERENCE_NUMBER")) or _said(node.findtext("DATAID")),
                names=_spellings(" ".join(part.strip() for part in parts if part), *aliases),
                kind=_kind(node.tag),
                countries=", ".join(_said(value.text) for value in node.iterfind("NATIONALITY/VALUE") if value.text),
                programme=_said(node.findtext("UN_LIST_TYPE")),
            )
            node.clear()
