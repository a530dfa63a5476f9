from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from entrepot.config import preparation


class Command(BaseCommand):
    help = (
        "Bring the installation to what this version needs: database migrations, a market per country pack, the "
        "category tree, static files. Run it at the first start, after every update, and after restoring a dump; "
        "again does no harm. (`entrepot demo` does it by itself.)"
    )

    def handle(self, *args: Any, **options: Any) -> None:
        preparation.prepare(say=self.stdout.write)
        self.stdout.write("Prepared.")
