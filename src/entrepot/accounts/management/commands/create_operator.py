from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.accounts import operations
from entrepot.kernel import clock

VARIABLE = "ENTREPOT_OPERATOR_PASSWORD"


class Command(BaseCommand):
    help = (
        "Registers an operator, or makes an operator of the person with this e-mail address. The password is asked "
        f"for, or taken from the environment variable {VARIABLE}; never from the command line, where others see it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="The operator's e-mail address, which is the log-in name.")
        parser.add_argument("--name", default="", help="The operator's name.")

    def handle(self, *args: Any, **options: Any) -> None:
        person = operations.create_operator(
            email=options["email"],
            name=options["name"],
            password=self._password(options["email"]),
            actor="system",
            now=clock.now(),
        )
        self.stdout.write(f"{person.email} may enter the console.")

    def _password(self, email: str) -> str:
        given = os.environ.get(VARIABLE)
        if given is not None:
            return given
        if not sys.stdin.isatty():
            raise CommandError(f"There is no terminal to ask for a password: set {VARIABLE}.")
        first = getpass.getpass(f"Password of {email}: ")
        if first != getpass.getpass("Once more: "):
            raise CommandError("The two passwords differ.")
        return first
