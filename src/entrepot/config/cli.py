"""The `entrepot` command: Django's management commands and ours, with hyphens for underscores."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.management import ManagementUtility, get_commands
from django.core.management.base import BaseCommand

if TYPE_CHECKING:
    from entrepot.kernel.errors import DomainError

# What starts or prepares an installation has Django look it over first.
_CHECKED = frozenset({"serve", "prepare"})


def main() -> None:
    """
    Run one command; `--data-dir DIR` names the data folder of any command (as `ENTREPOT_DATA_DIR` does).

    Commands let refusals pass: here, and only here, they become sentences.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    arguments = ["entrepot", *take_data_dir(sys.argv[1:])]
    from django.db import InterfaceError, OperationalError, ProgrammingError

    from entrepot.kernel.errors import DomainError

    try:
        Entrepot(arguments).execute()
    except DomainError as refusal:
        if "--traceback" in arguments:
            raise
        sys.exit(in_words(refusal))
    except (OperationalError, InterfaceError, ProgrammingError) as trouble:
        sentence = explain(trouble)
        if sentence is None or "--traceback" in arguments:
            raise
        sys.exit(sentence)


class Entrepot(ManagementUtility):
    """Django's command line, with hyphens in names and our own commands shown first."""

    def fetch_command(self, subcommand: str) -> BaseCommand:
        name = subcommand.replace("-", "_")
        command = super().fetch_command(name)
        if name not in _CHECKED and get_commands().get(name, "").startswith("entrepot."):
            # Django's checks load every page and the whole API, which takes longer than most of our commands do.
            command.requires_system_checks = []
        return command

    def main_help_text(self, commands_only: bool = False) -> str:
        if commands_only:
            return super().main_help_text(commands_only)
        ours = sorted(name for name, app in get_commands().items() if app.startswith("entrepot."))
        lines = ["", "entrepot COMMAND [--data-dir DIR] [options]; each command explains itself with --help.", ""]
        for name in ours:
            first_sentence = self.fetch_command(name).help.split(". ")[0].rstrip(".")
            lines += [f"  {name.replace('_', '-'):<20}{first_sentence}"]
        return "\n".join([*lines, "", "Django's own commands (migrate, dbshell, createsuperuser ...) work too.", ""])


def take_data_dir(arguments: Sequence[str]) -> list[str]:
    """Return the arguments without `--data-dir DIR`, which is put into the environment before the settings are read."""
    rest: list[str] = []
    remaining = iter(arguments)
    for argument in remaining:
        name, equals, value = argument.partition("=")
        if name != "--data-dir":
            rest.append(argument)
            continue
        folder = value if equals else next(remaining, "")
        if not folder:
            sys.exit("--data-dir needs a folder")
        os.environ["ENTREPOT_DATA_DIR"] = folder
    return rest


def in_words(refusal: DomainError) -> str:
    """Return a refusal for a terminal: what was refused, and below it, a line each, what it is about."""
    from entrepot.ui import refusals

    rows: list[tuple[str, Any]] = [*refusals.field_errors(refusal)]
    rows = rows or [(name, value) for name, value in refusal.fields.items() if value not in (None, "", [], ())]
    return "\n".join([refusals.text(refusal), *(f"  {_place(name)}: {_told(value)}" for name, value in rows)])


def _place(name: str) -> str:
    """Return a field as a person counts: `items.0.value` is `item 1, value`."""
    return re.sub(r"^(\w+?)s\.(\d+)\.", lambda found: f"{found[1]} {int(found[2]) + 1}, ", name)


def _told(value: Any) -> str:
    """Return what a refusal tells as a person reads it, not as Python writes it."""
    match value:
        case {"amount": amount, "currency": currency}:
            return f"{amount} {currency}"
        case [{"file": _, "line": _, "reason": _}, *_]:  # A line each, as compilers name a place.
            return "".join(f"\n    {fault['file']}:{fault['line']}: {fault['reason']}" for fault in value)
        case dict():
            return ", ".join(f"{name} {_told(part)}" for name, part in value.items() if part is not None)
        case list() | tuple() | set() | frozenset():
            return "; ".join(_told(part) for part in value)
        case _:
            return str(value)


def explain(trouble: Exception) -> str | None:
    """Return one sentence that says what to do about a database that is away or not prepared; None for other faults."""
    from django.conf import settings
    from psycopg import errors

    cause = trouble.__cause__
    if isinstance(cause, errors.UndefinedTable | errors.InvalidCatalogName):
        return "The database is not prepared: run `entrepot prepare` first (`entrepot demo` does it by itself)."
    if isinstance(cause, errors.DatabaseError) and cause.sqlstate is not None and not cause.sqlstate.startswith("08"):
        return None
    if settings.DATABASES["default"]["HOST"] == str(settings.SOCKET_DIR):
        return (
            f"The database of {settings.DATA_DIR} is not running: start it with `entrepot demo` or "
            "`entrepot database`, or name another with DATABASE_URL or --data-dir."
        )
    return f"The database at DATABASE_URL does not answer: {str(trouble).strip().splitlines()[0]}"
