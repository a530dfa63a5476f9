from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.ui import catalogues


class Command(BaseCommand):
    help = (
        "Keep the translation catalogues. `extract` brings every language's .po in line with the source; `compile` "
        "makes the machine-readable files; `check` fails on a missing message, other placeholders, missing plural "
        "forms, text equal to its source, or text in the wrong script."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["extract", "compile", "check"])

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "compile":
            made = catalogues.compile_into(settings.LOCALE_PATHS[0])
            self.stdout.write(f"compiled: {', '.join(made) or 'nothing to do'}")
            return
        found = catalogues.extract()
        if action == "extract":
            for language in catalogues.languages():
                self.stdout.write(f"{language}: {catalogues.update(language, found)} of {len(found)} untranslated")
            return
        flaws = [flaw for language in catalogues.languages() for flaw in catalogues.find_flaws(language, found)]
        for flaw in flaws:
            self.stderr.write(f"{flaw.language}: {flaw.message!r}: {flaw.fault}")
        if flaws:
            raise CommandError(f"{len(flaws)} flaws in the translations")
        self.stdout.write(f"{len(found)} messages in {len(catalogues.languages())} languages beside English: no flaw")
