from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.kernel import encryption


class Command(BaseCommand):
    help = (
        "Encrypts everything that the rooms keep encrypted anew under the first key of ENTREPOT_FIELD_KEYS. It works "
        "in small batches beside a running server and may be repeated; afterwards the older keys can be taken out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help='Print {"changed": {column: count}}.')

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = encryption.rotate_all()
        except encryption.Undecryptable as fault:
            raise CommandError(
                f"A kept value opens with none of the keys: {fault}. Put the missing key back."
            ) from fault
        if options["json"]:
            self.stdout.write(json.dumps({"changed": changed}))
            return
        for name, count in changed.items():
            self.stdout.write(f"{name}: {count} encrypted anew")
        self.stdout.write("Everything is under the newest key.")
