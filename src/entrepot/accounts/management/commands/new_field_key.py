from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from entrepot.kernel import encryption


class Command(BaseCommand):
    help = (
        "Prints a fresh key for encrypting personal data. Put it in front of the others in ENTREPOT_FIELD_KEYS "
        "(new,old), start the processes again, run `entrepot rotate-field-keys`, then take the old key out. A key made "
        "by Entrepot itself lies in the data folder under keys/field-key."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(encryption.new_key())
