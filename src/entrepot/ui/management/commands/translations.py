from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from entrepot.ui import catalogue_faults, catalogues


class Command(BaseCommand):
    help = (
        "Keep the translation catalogues. `extract` brings every language's .po in line with the source; `compile` "
        "makes the machine-readable files; `check` fails on a missing message, one equal to its source, other "
        "placeholders, tags or numbers, missing plural forms, and text in the wrong script."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["extract", "compile", "check"])

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "compile":
            made = catalogues.compile_into(settings.LOCALE_PATHS[0])
            self.stdout.write(f"compiled: {', '.join(made) or 'nothing to do'}")
            return
        found = catalogues.extract()
        languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
        if action == "extract":
            for language in languages:
                self.stdout.write(f"{language}: {catalogues.update(language, found)} of {len(found)} untranslated")
            return
        flaws = [flaw for language in languages for flaw in catalogue_faults.find_flaws(language, found)]
        for flaw in flaws:
            self.stderr.write(f"{flaw.language}: {flaw.message!r}: {flaw.fault}")
        if flaws:
            raise CommandError(f"{_count(len(flaws), 'flaw')} in the translations")
        self.stdout.write(f"{_count(len(found), 'message')} in {len(languages)} languages beside English: no flaw")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
