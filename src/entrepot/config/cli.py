"""The `entrepot` command: Django's management commands and ours, with hyphens for underscores."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from django.core.management import ManagementUtility, get_commands
from django.core.management.base import BaseCommand

# What starts or prepares an installation has Django look it over first.
_CHECKED = frozenset({"serve", "prepare"})


def main() -> None:
    """Run one command; `--data-dir DIR` names the data folder of any command (as `ENTREPOT_DATA_DIR` does)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    arguments = ["entrepot", *take_data_dir(sys.argv[1:])]
    from django.db import InterfaceError, OperationalError, ProgrammingError

    try:
        Entrepot(arguments).execute()
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
