"""
What is wrong with a translation, as far as a machine can tell: `entrepot translations check`.

Each rule yields the fault in words. What may stand as it stands in English is kept with its reason in
`locale/allowed.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from gettext import c2py

from babel import Locale
from babel.messages.catalog import Catalog, Message
from django.utils.translation import to_locale

from entrepot.ui import catalogues

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|%[sd]")
_PERCENT = re.compile(r"%(?!%)")
_TAG = re.compile(r"<[^<>]+>")
_CODE = re.compile(r"`[^`]*`|https?://\S+|\S+@\S+\.\S+")
_ASIDE = re.compile(r"[(（]([^()（）]*)[)）]")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_NUMBER = re.compile(r"\d+(?:[.,\u00a0\u202f٬ ]\d{3})*(?:\.\d+)?")
_ENDINGS = {
    ".": ".。",
    "?": "?？؟",
    "!": "!！",
    ":": ":：",
    "…": "…",
    ",": ",，،",
    ";": ";；؛",
}
_CLOSING = "\"'”’»“)）」』]› \u2069"
# Words that no other language of ours writes: one of them in a translation was left standing.
_ENGLISH = frozenset("the of and your are with this that you from have been will which when what is to by".split())
_SCRIPTS = {"ar": "ARABIC", "ru": "CYRILLIC", "zh": "CJK"}
_NO_SCRIPT = frozenset({"MICRO", "FEMININE", "MASCULINE", "MODIFIER", "SCRIPT"})
_PERSIAN = frozenset("کیگپچژ")
_RUN_OF_WORDS = 4
_COUNTED_TO = 200
_WRITTEN_OUT_TO = 12  # "ten characters" is as good as "10 characters".


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong with one message of one language."""

    language: str
    message: str
    fault: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may stay as it is: names and codes (in lower case), and whole messages, each for some languages or all."""

    words: dict[str, frozenset[str]]
    messages: dict[str, frozenset[str]]

    def has_word(self, word: str, language: str) -> bool:
        found = self.words.get(word.lower().strip("’'-"))
        return found is not None and (not found or language in found)

    def has_message(self, message: str, language: str) -> bool:
        found = self.messages.get(message)
        return found is not None and (not found or language in found)


@cache
def allowed() -> Allowed:
    """Read `locale/allowed.toml`."""
    rows = tomllib.loads((catalogues.ALLOWED).read_text(encoding="utf-8"))
    words = {word.lower(): frozenset(row.get("languages", ())) for row in rows["words"] for word in row["words"]}
    messages = {text: frozenset(row.get("languages", ())) for row in rows["messages"] for text in row["messages"]}
    return Allowed(words, messages)


def find_flaws(language: str, found: Catalog) -> list[Flaw]:
    """Return what is wrong with a language's catalogue, given the messages of the source."""
    catalog = catalogues.read(language)
    flaws = [Flaw(language, "", fault) for fault in _header_faults(language, catalog)]
    for wanted in catalogues.messages_of(found):
        source = catalogues.sources_of(wanted)[0]
        message = catalog.get(wanted.id, wanted.context)
        if message is None or not any(catalogues.strings_of(message)):
            flaws.append(Flaw(language, source, "missing"))
            continue
        faults = dict.fromkeys(_faults(language, catalog, message))
        flaws += [Flaw(language, source, fault) for fault in faults]
    return flaws


@cache
def plural_forms(language: str) -> tuple[str, ...]:
    """Return the plural category that each whole number takes in a language by CLDR, from 0 on."""
    rule = Locale.parse(to_locale(language)).plural_form
    return tuple(rule(number) for number in range(_COUNTED_TO + 1))


def _header_faults(language: str, catalog: Catalog) -> Iterator[str]:
    """Find a plural rule in the catalogue's head that tells apart other numbers than the language does."""
    categories = plural_forms(language)
    forms = len(set(categories))
    pairs = {*zip(categories, _forms_of(catalog), strict=True)}
    if catalog.num_plurals != forms or len(pairs) != forms:
        yield f"the head's Plural-Forms are not the language's: it has {forms}, by CLDR"


def _forms_of(catalog: Catalog) -> tuple[int, ...]:
    """Return which of a message's forms each whole number takes by the catalogue's own rule, from 0 on."""
    form_of = c2py(catalog.plural_expr)
    return tuple(form_of(number) for number in range(_COUNTED_TO + 1))


def _faults(language: str, catalog: Catalog, message: Message) -> Iterator[str]:
    strings, sources = catalogues.strings_of(message), catalogues.sources_of(message)
    is_plural = len(sources) > 1
    forms = len(set(plural_forms(language))) if is_plural else 1
    if len(strings) != forms or not all(strings):
        yield f"has {sum(map(bool, strings))} plural forms of {forms}"
        return
    counted = Counter(_forms_of(catalog)) if is_plural else Counter()
    for form, string in enumerate(strings):
        # The form of one number only ("one day", "يومان") may leave the number out.
        yield from _placeholder_faults(string, sources, may_drop_number=counted[form] == 1)
        source = min(sources, key=lambda one: len({*_names(one)} ^ {*_names(string)}))
        yield from _form_faults(string, source)
        yield from _word_faults(language, string, sources)


def _names(text: str) -> list[str]:
    return sorted(match.group() for match in _PLACEHOLDER.finditer(text))


def _placeholder_faults(string: str, sources: tuple[str, ...], *, may_drop_number: bool) -> Iterator[str]:
    have, wanted = _names(string), _names(sources[-1])
    missing = Counter(wanted) - Counter(have)
    if set(have) - set(wanted) or (len(missing) if not may_drop_number else len(missing) > 1):
        yield f"other placeholders: {have} for {wanted}"
    elif any(name.startswith("%") for name in wanted):
        try:
            _ = string % defaultdict(int)
        except (ValueError, TypeError, KeyError):
            yield "a placeholder or percent sign is broken"


def _form_faults(string: str, source: str) -> Iterator[str]:
    if sorted(_TAG.findall(string)) != sorted(_TAG.findall(source)):
        yield f"other tags: {sorted(_TAG.findall(string))} for {sorted(_TAG.findall(source))}"
    if sorted(_CODE.findall(string)) != sorted(_CODE.findall(source)):
        yield f"other code or addresses: {sorted(_CODE.findall(string))} for {sorted(_CODE.findall(source))}"
    for blanks, place in ((_leading, "begins"), (_trailing, "ends")):
        if blanks(string) != blanks(source):
            yield f"{place} with other white space"
    if _ending(string) != _ending(source):
        yield f"ends with {_ending(string) or 'no sign'!r} instead of {_ending(source) or 'no sign'!r}"
    have, wanted = _numbers(string), _numbers(source)
    left_out = [number for number in wanted if number not in have and int(number) > _WRITTEN_OUT_TO]
    if left_out or set(have) - set(wanted) - _months(source):
        yield f"other numbers: {have} for {wanted}"


def _leading(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _trailing(text: str) -> str:
    return text[len(text.rstrip()) :]


def _ending(text: str) -> str:
    """Return the class of sign that a text ends with, quotation marks and brackets left aside; empty: none."""
    last = _TAG.sub("", text).strip().rstrip(_CLOSING).replace("...", "…")[-1:]
    return next((kind for kind, signs in _ENDINGS.items() if last and last in signs), "")


def _numbers(text: str) -> list[str]:
    bare = _PLACEHOLDER.sub("", _TAG.sub("", _CODE.sub("", text)))
    digits = "".join(str(unicodedata.decimal(sign, sign)) for sign in bare)
    return sorted(re.sub(r"\D", "", number) for number in _NUMBER.findall(digits))


def _months(source: str) -> set[str]:
    """Return the numbers of the months that an English text names: Chinese writes them as numbers."""
    names = Locale("en").months["format"]["wide"]
    return {str(number) for number, name in names.items() if name in _WORD.findall(source)}


def _word_faults(language: str, string: str, sources: tuple[str, ...]) -> Iterator[str]:
    known = allowed()
    if any(known.has_message(source, language) for source in sources):
        return
    prose, source = _prose(string, sources), " ".join(_prose(one, sources) for one in sources)
    codes = {word for word in _WORD.findall(source) if any(sign.isdigit() for sign in word)}
    words = [word for word in _WORD.findall(prose) if not known.has_word(word, language) and word not in codes]
    if string in sources and words:
        yield "equal to its source"
        return
    yield from _script_faults(language, prose, words)
    if kept := [word for word in words if word.lower() in _ENGLISH]:
        yield f"English words: {', '.join(kept)}"
    elif (run := _common_run(source, prose)) and not all(known.has_word(word, language) for word in run.split()):
        yield f"English words: {run}"


def _prose(text: str, sources: tuple[str, ...]) -> str:
    """Return a text's own words: no placeholders, tags and code, nor asides that name a thing as its home does."""
    text = _CODE.sub(" ", _PLACEHOLDER.sub(" ", _TAG.sub(" ", text)))
    asides = {aside for source in sources for aside in _ASIDE.findall(source)}
    return _ASIDE.sub(lambda match: " " if match.group(1) in asides else match.group(), text)


def _common_run(source: str, string: str) -> str:
    """Return words of the source that stand in the string in the same order, if there are several in a row."""
    words = [word.lower() for word in _WORD.findall(source)]
    text = " " + " ".join(word.lower() for word in _WORD.findall(string)) + " "
    for start in range(len(words) - _RUN_OF_WORDS + 1):
        run = " ".join(words[start : start + _RUN_OF_WORDS])
        if f" {run} " in text:
            return run
    return ""


def _script_faults(language: str, prose: str, words: list[str]) -> Iterator[str]:
    own = _SCRIPTS.get(language.partition("-")[0], "LATIN")
    foreign = []
    for word in re.findall(r"\w+", prose):
        scripts = {_script(sign) for sign in word if sign.isalpha()} - _NO_SCRIPT
        if len(scripts) > 1:
            yield f"letters of two scripts in {word!r}"
        elif scripts and scripts not in ({own}, {"LATIN"}):
            foreign.append(word)
    if own != "LATIN":
        foreign += [word for word in words if all(_script(sign) in ("LATIN", "") for sign in word if sign.isalpha())]
    if foreign:
        yield f"not in the language's script: {', '.join(foreign)}"
    if own == "ARABIC" and (wrong := sorted(_PERSIAN & {*prose})):
        yield f"letters that Arabic does not have: {' '.join(wrong)}"
    if own == "CJK" and (wrong := sorted({sign for sign in prose if _script(sign) == "CJK" and not _is_simple(sign)})):
        yield f"signs that are not simplified: {' '.join(wrong)}"


@cache
def _script(sign: str) -> str:
    return unicodedata.name(sign, "").partition(" ")[0]


@cache
def _is_simple(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
