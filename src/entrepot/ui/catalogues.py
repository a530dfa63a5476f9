"""
The translation catalogues: one per language, for the messages of all rooms, without the gettext programs.

`extract` reads templates (Django's templatize), Python calls of gettext, sentences, the `summary` of every domain
error, and the labels of country packs. The `.po` files are kept with the source; the machine-readable ones are made in
the data folder when they are missing or their source changed, so that a clean clone needs no step of its own.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import PLURALS
from babel.messages.pofile import read_po, write_po
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
SOURCE = PACKAGE / "ui" / "locale"
ALLOWED = SOURCE / "allowed.toml"
# How sources of packs and of exchange rates begin that are no titles but words of ours.
_SAID_BY_US = ("Our own rule", "Not yet compared with", "approximate figure")
DOMAIN = "django"
_KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "Sentence": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# Babel counts one form for Turkish; CLDR has two, and so has a sentence whose verb or suffix changes with the number.
PLURALS["tr"] = (2, "(n != 1)")


def languages() -> list[str]:
    """Return the languages that have a catalogue; English is the source and needs none."""
    return sorted(path.parent.parent.name for path in SOURCE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def path_of(language: str) -> Path:
    return SOURCE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def extract() -> Catalog:
    """Return every message of all rooms, without translations."""
    catalog = Catalog(domain=DOMAIN, project="Entrepot")
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        for message, context in [*_of_python(source), *_of_f_strings(source), *_of_errors(source)]:
            catalog.add(message, context=context)
    packs = PACKAGE / "markets"
    files = [*(packs / "countries").glob("*.toml"), *(packs / "unions").glob("*.toml"), packs / "defaults.toml"]
    for path in sorted(files):
        for label in _of_pack(tomllib.loads(path.read_text(encoding="utf-8"))):
            catalog.add(label)
    with (packs / "fx_snapshot.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(line for line in file if not line.startswith("#")):
            if row["source"].startswith(_SAID_BY_US):
                catalog.add(row["source"])
    for pattern in ("*.html", "*.txt"):
        for path in sorted(PACKAGE.rglob(f"templates/**/{pattern}")):
            for message, context in _of_template(path):
                catalog.add(message, context=context)
    return catalog


Found = tuple[str | tuple[str, str], str | None]


def _of_f_strings(source: str) -> Iterator[Found]:
    """Yield messages of calls inside f-strings, which Babel does not look into."""
    for text in ast.walk(ast.parse(source)):
        if not isinstance(text, ast.JoinedStr):
            continue
        for call in ast.walk(text):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "gettext"):
                yield from ((str(word.value), None) for word in call.args if isinstance(word, ast.Constant))


def _of_python(source: str) -> Iterator[Found]:
    for _, message, _, context in babel_extract("python", io.BytesIO(source.encode()), keywords=_KEYWORDS):
        yield ((message[0], message[1]) if isinstance(message, tuple) else message), context


def _of_template(path: Path) -> Iterator[Found]:
    calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # Every call stands on one line; the rest is blanked text whose indentation would not be Python's.
    yield from _of_python("\n".join(line.strip() for line in calls.splitlines()))


def _of_errors(source: str) -> Iterator[Found]:
    if "DomainError" not in source and "summary" not in source:
        return
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        for line in node.body:
            target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
            value = getattr(line, "value", None)
            if isinstance(target, ast.Name) and target.id == "summary" and isinstance(value, ast.Constant):
                yield str(value.value), None


def _of_pack(value: object) -> Iterator[str]:
    """
    Yield the labels and titles of a pack, wherever they stand in it, its territories' names, and what its sources say
    in our own words: titles of laws stay in their own language.
    """
    for name, child in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    ):
        if name in ("label", "title") and isinstance(child, str):
            yield child
        elif name == "source" and isinstance(child, str):
            yield from (part for part in child.split("; ") if part.startswith(_SAID_BY_US))
        elif name == "territories":
            yield from (territory["name"] for territory in child)
            yield from _of_pack(child)
        elif name != "columns":  # Those of a bank's file: the bank reads them, in its own words.
            yield from _of_pack(child)


def read(language: str) -> Catalog:
    """Return a language's catalogue as it is kept; an empty one where there is none yet."""
    path = path_of(language)
    if not path.is_file():
        return Catalog(locale=to_locale(language), domain=DOMAIN, project="Entrepot")
    return _parse(language, path.read_bytes())


def _parse(language: str, source: bytes) -> Catalog:
    return read_po(io.BytesIO(source), locale=to_locale(language), domain=DOMAIN)


def write(language: str, catalog: Catalog) -> None:
    """Keep a language's catalogue, sorted, without line numbers, so that a change shows only what changed."""
    catalog.fuzzy = False
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, sort_output=True, ignore_obsolete=True)


def update(language: str, found: Catalog) -> int:
    """Bring a catalogue in line with the source; return how many messages await translation."""
    catalog = read(language)
    catalog.update(found, no_fuzzy_matching=True)
    write(language, catalog)
    return sum(1 for message in messages_of(catalog) if not all(strings_of(message)))


def messages_of(catalog: Catalog) -> Iterator[Message]:
    """Yield a catalogue's messages, its head left out."""
    return (message for message in catalog if message.id)


def strings_of(message: Message) -> tuple[str, ...]:
    """Return a message's translation: one text, or one for each plural form."""
    string = message.string
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


def sources_of(message: Message) -> tuple[str, ...]:
    """Return a message in English: one text, or its singular and plural."""
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def compile_into(folder: Path) -> list[str]:
    """Make the machine-readable catalogues that are missing or out of date; return their languages."""
    made = []
    for language in languages():
        source = path_of(language).read_bytes()
        digest = hashlib.sha256(source).hexdigest()
        home = folder / to_locale(language) / "LC_MESSAGES"  # Django looks for `zh_Hans`, whatever we call ours.
        mark = home / f"{DOMAIN}.sha256"
        if mark.is_file() and mark.read_text(encoding="ascii") == digest:
            continue
        home.mkdir(parents=True, exist_ok=True)
        catalog = _parse(language, source)
        for name, content in ((f"{DOMAIN}.mo", _machine_readable(catalog)), (mark.name, digest.encode())):
            draft = home / f"{name}.{os.getpid()}"
            draft.write_bytes(content)
            draft.replace(home / name)  # Two processes may start at once: each replaces whole files.
        made.append(language)
    return made


def _machine_readable(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()
