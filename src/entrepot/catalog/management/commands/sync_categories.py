from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from entrepot.catalog import operations


class Command(BaseCommand):
    help = "Loads the category tree that ships with Entrepot. Part of the set-up; again after an update."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{operations.sync_categories()} categories.")
