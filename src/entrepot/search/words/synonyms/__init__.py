"""
Synonyms: words that mean the same goods, as data. They count less than the word that was typed.

`LANGUAGE.toml` has groups of one language: `alike`, each name standing for every other of its group, and `also`
("footwear => shoes, boots"), where what is left finds what is right and not the other way round. `across.toml` has
groups over languages. An operator's folder (`ENTREPOT_SYNONYMS_DIR`) holds files of the same names that add to ours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from entrepot.search.index_port import Form, Group
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.splitting import CHUNK, UNSPACED_RUN, pairs, parts_of
from entrepot.search.words.stemming import LANGUAGES as STEMMED, stem

LANGUAGES = (*STEMMED, "zh")
_ACROSS = "across"
_ALIKE_WEIGHT, _ACROSS_WEIGHT = 0.5, 0.4
_WORDS_MAX = 3
_NAMES_MAX = 12
# Forms that one word may gain: a search costs by its forms.
_FORMS_MAX = 14


# By how many letters a word may differ from a name of its stem and still be it, inflected: "bed" is no "bedding".
_SLACK = {"": 3, "en": 2, "tr": 6, "ar": 4}
_ENDING_MAX = 3


class BadSynonyms(SystemExit):
    """A file of synonyms cannot be used; the message names file and line and says what is wrong."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of goods in a language."""

    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Rule:
    """Who types `typed` is shown what is called so as well."""

    typed: Name
    shown: tuple[Name, ...]


def list_rules(folder: Path) -> list[Rule]:
    """
    Return what the files of a folder say.

    :raises BadSynonyms: there is no such folder, a file cannot be read, or an entry says nothing.
    """
    if not folder.is_dir():
        raise BadSynonyms(f"ENTREPOT_SYNONYMS_DIR: {folder} is no folder")
    rules: list[Rule] = []
    for path in sorted(folder.glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as fault:
            raise BadSynonyms(f"{path}: {fault}") from None
        rules.extend(_read(path, text, document))
    return rules


def _read(path: Path, text: str, document: Mapping[str, Any]) -> Iterator[Rule]:
    language = path.stem
    if language != _ACROSS and language not in LANGUAGES:
        raise BadSynonyms(f"{path}: files are named {_ACROSS}.toml or by a language: {', '.join(LANGUAGES)}")
    for key, entries in document.items():
        if key not in ("alike", "also") or (key == "also" and language == _ACROSS) or not isinstance(entries, list):
            raise BadSynonyms(f"{path}: {key!r} is no list that such a file has")
        for entry in entries:
            try:
                yield from _read_entry(key, entry, language)
            except ValueError as fault:
                raise BadSynonyms(f"{path}, line {_line_of(entry, text)}: {fault}") from None


def _read_entry(key: str, entry: object, language: str) -> Iterator[Rule]:
    if language == _ACROSS:
        if not isinstance(entry, dict) or not all(isinstance(names, str) for names in entry.values()):
            raise ValueError("an entry names languages, each with its words")
        if unknown := entry.keys() - set(LANGUAGES):
            raise ValueError(f"there are no words of {', '.join(sorted(unknown))} here")
        yield from _each_other([name for code, names in entry.items() for name in _names(names, code)])
        return
    if not isinstance(entry, str):
        raise ValueError("an entry is a text")  # noqa: TRY004 - a fault of the file, not of the program
    if key == "alike":
        yield from _each_other(_names(entry, language))
        return
    typed, arrow, shown = entry.partition("=>")
    if not arrow:
        raise ValueError('an entry is written "typed => shown, shown"')
    for name in _names(typed, language):
        yield Rule(name, tuple(_names(shown, language)))


def _names(text: str, language: str) -> list[Name]:
    names = [Name(language, part.strip()) for part in text.split(",") if part.strip()]
    if not names:
        raise ValueError("there is no word in it")
    if dead := [name.text for name in names if not _key(name)]:
        raise ValueError(f"{dead[0]!r} holds no word that is kept by its stem")
    return names


def _each_other(names: Sequence[Name]) -> Iterator[Rule]:
    if not 1 < len(names) <= _NAMES_MAX * len(LANGUAGES):
        raise ValueError("a group has two names or more")
    for name in names:
        yield Rule(name, tuple(other for other in names if other != name))


def _line_of(entry: object, text: str) -> int:
    """Return the line where an entry stands; TOML's reader does not say."""
    written = entry if isinstance(entry, str) else next((word for word in _texts(entry)), "")
    return text[: max(text.find(written), 0)].count("\n") + 1


def _texts(entry: object) -> Iterator[str]:
    if isinstance(entry, dict):
        yield from (str(names) for names in entry.values())


def _key(name: Name) -> tuple[str, ...]:
    """Return a name as the tokens that it has in its language's field."""
    text = tidy(name.text, name.language)
    # Chinese names are compared as they are written: to cut them would load jieba into every process.
    if name.language == "zh":
        return (text,)
    chunks = [parts_of(chunk, name.language) for chunk in CHUNK.findall(text)]
    return tuple(stem([word for parts, joined in chunks for word in parts or [joined]], name.language))


def _form(name: Name, weight: float) -> Form:
    tokens = _key(name)
    if name.language == "zh" and len(tokens[0]) > 1 and UNSPACED_RUN.fullmatch(tokens[0]):
        return Form("", tuple(pairs(tokens[0])), weight)
    if len(tokens) == 1 and len(name.text) - len(tokens[0]) > _ENDING_MAX:
        return Form("", tuple(plain(tidy(name.text, name.language)).split()), weight)  # Bedding is more than a bed.
    return Form(name.language, tokens, weight)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is called so, as one stem: the lengths of the names that have it, and what is shown for them, in order."""

    lengths: set[int]
    forms: dict[Form, None]


class Book:
    """All synonyms in force, by language and by the stems of what is typed."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._entries: dict[str, dict[tuple[str, ...], _Entry]] = {}
        for rule in rules:
            by_key = self._entries.setdefault(rule.typed.language, {})
            entry = by_key.setdefault(_key(rule.typed), _Entry(set(), {}))
            entry.lengths.add(len(rule.typed.text))
            for name in rule.shown:
                alike = name.language == rule.typed.language
                entry.forms.setdefault(_form(name, _ALIKE_WEIGHT if alike else _ACROSS_WEIGHT))

    def is_name(self, word: str, language: str) -> bool:
        """Whether goods are called so in a language: then it is spelt well, whether or not anybody sells them."""
        key = _key(Name(language, word))
        entry = self._entries.get(language, {}).get(key) if key else None
        return entry is not None and _is_near(word, entry, _SLACK.get(language, _SLACK[""]))

    def widen(self, groups: Sequence[Group], languages: Sequence[str]) -> list[Group]:
        """
        Return the words asked for with what they are also called, looked up in these languages.

        A name of several words is added to each of them: a listing so called has all of them.
        """
        gained: list[list[Form]] = [[] for _ in groups]
        for language in languages:
            by_key = self._entries.get(language)
            if by_key:
                stems = [_stems(group, language) for group in groups]
                for start, end, entry in _matches(stems, by_key, language == "zh"):
                    typed = " ".join(group.typed for group in groups[start:end])
                    slack = _SLACK.get(language, _SLACK[""]) * (end - start)
                    if _is_near(typed, entry, slack):
                        for at in range(start, end):
                            gained[at].extend(sorted(entry.forms, key=lambda form: -form.weight))
        return [_with(group, forms) for group, forms in zip(groups, gained, strict=True)]


def _is_near(typed: str, entry: _Entry, slack: int) -> bool:
    """Whether what was typed is as long as a name of its stem, but for endings."""
    return any(abs(len(typed) - length) <= slack for length in entry.lengths)


def _stems(group: Group, language: str) -> tuple[str, ...]:
    if group.is_phrase:
        return ()
    return next((form.tokens for form in group.forms if form.language == language), ())


def _matches(
    stems: Sequence[tuple[str, ...]], by_key: Mapping[tuple[str, ...], _Entry], is_chinese: bool
) -> Iterator[tuple[int, int, _Entry]]:
    """Yield where names stand in a row of words, the longest at each place."""
    at = 0
    while at < len(stems):
        for length in range(min(_WORDS_MAX, len(stems) - at), 0, -1):
            row = stems[at : at + length]
            key = tuple(token for tokens in row for token in tokens)
            if is_chinese:
                key = ("".join(key),)
            if all(row) and (entry := by_key.get(key)):
                yield at, at + length, entry
                at += length - 1
                break
        at += 1


def _with(group: Group, forms: Sequence[Form]) -> Group:
    if not forms:
        return group
    known = {(form.language, form.tokens) for form in group.forms}
    new = {(form.language, form.tokens): form for form in forms if (form.language, form.tokens) not in known}
    return Group(group.typed, (*group.forms, *list(new.values())[:_FORMS_MAX]), group.open_end, group.is_phrase)


@lru_cache(maxsize=4)
def read_book(own_folder: str) -> Book:
    """
    Return the synonyms that come along and those of an operator's folder (empty: none).

    :raises BadSynonyms: a file cannot be used.
    """
    rules = list_rules(Path(__file__).parent)
    if own_folder:
        rules += list_rules(Path(own_folder))
    return Book(rules)
