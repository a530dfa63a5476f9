"""What the architecture tests read: the rooms, their floors, their files, the SQL in them."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "entrepot"


@cache
def floors() -> dict[str, int]:
    """Return each room's floor, counted from above, as `.importlinter` lays them."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    layers = contracts["importlinter:contract:floors"]["layers"].split("\n")
    rows = [row for row in layers if row.strip()]
    return {room.strip(): floor for floor, row in enumerate(rows) for room in row.split("|")}


def may_see(room: str, other: str) -> bool:
    """Return whether a room may know another: itself, or one on a lower floor."""
    return room == other or floors()[other] > floors()[room]


def room_of(path: Path) -> str:
    """Return the room that a file of the package lies in."""
    return path.relative_to(PACKAGE).parts[0]


@cache
def modules() -> tuple[Path, ...]:
    """Return the Python files of the package, without migrations."""
    return tuple(sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@dataclass(frozen=True)
class Statement:
    """A piece of SQL: the room it lies in, where, and its text without comments."""

    room: str
    where: str
    text: str


_LOOKS_LIKE_SQL = re.compile(r"^\s*(WITH|SELECT|INSERT|UPDATE|DELETE|TRUNCATE|LOCK|MERGE)\b", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@cache
def statements() -> tuple[Statement, ...]:
    """Return all SQL of the rooms: files under `sql/`, and texts in Python that begin like a statement."""
    return tuple(_statements())


def _statements() -> Iterator[Statement]:
    for path in sorted(PACKAGE.rglob("*.sql")):
        where = str(path.relative_to(ROOT))
        yield Statement(room_of(path), where, _COMMENT.sub(" ", path.read_text(encoding="utf-8")))
    for path in modules():
        if len(path.relative_to(PACKAGE).parts) == 1:
            continue
        for node in ast.walk(tree(path)):
            text = _text(node)
            if text and _LOOKS_LIKE_SQL.match(_COMMENT.sub(" ", text)):
                where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
                yield Statement(room_of(path), where, _COMMENT.sub(" ", text))


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return " ".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))
    return ""
