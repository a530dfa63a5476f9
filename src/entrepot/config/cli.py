"""The `entrepot` command: Django's management commands and ours, with hyphens for underscores."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line


def main() -> None:
    """Run one command; `--data-dir DIR` names the data folder of any command (as `ENTREPOT_DATA_DIR` does)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    arguments = take_data_dir(sys.argv)
    if len(arguments) > 1 and not arguments[1].startswith("-"):
        arguments[1] = arguments[1].replace("-", "_")
    from django.db import InterfaceError, OperationalError, ProgrammingError

    try:
        execute_from_command_line(arguments)
    except (OperationalError, InterfaceError, ProgrammingError) as trouble:
        sentence = explain(trouble)
        if sentence is None or "--traceback" in arguments:
            raise
        sys.exit(sentence)


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
        return "The database is not prepared: run `entrepot migrate` first (`entrepot demo` does it by itself)."
    if isinstance(cause, errors.DatabaseError) and cause.sqlstate is not None and not cause.sqlstate.startswith("08"):
        return None
    if settings.DATABASES["default"]["HOST"] == str(settings.SOCKET_DIR):
        return (
            f"The database of {settings.DATA_DIR} is not running: start it with `entrepot demo` or "
            "`entrepot database`, or name another with DATABASE_URL or --data-dir."
        )
    return f"The database at DATABASE_URL does not answer: {str(trouble).strip().splitlines()[0]}"
