"""What a buyer typed as what engines look for."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings

from entrepot.search.index_port import Asked, Form, Group
from entrepot.search.words import compounds, splitting
from entrepot.search.words.chinese import cut_query, take_apart
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.stemming import is_stop_word, stem
from entrepot.search.words.synonyms import Book, read_book
from entrepot.search.words.texts import field_language

_LATIN = ("en", "es", "it", "tr", "de", "fr", "pt")
_LATIN_LETTER = re.compile(r"[a-z\u00c0-\u024f]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_ONLY_HAN = re.compile(rf"(?:[\u3400-\u4dbf\u4e00-\u9fff]|[^{splitting.UNSPACED}])+")
_DIGIT = re.compile(r"\d")
_LETTERS_THEN_DIGITS = re.compile(r"([^\W\d]{2,})(\d+)")
_OR = re.compile(r"(?<=\s)OR(?=\s)")
_WITH = re.compile(r"(?<!\S)w/(o\b)?\s*")
_WITHOUT = frozenset({"without", "sin", "senza", "sem", "sans", "ohne", "без", "بدون"})
# "Size" beside a number says what the number is; listings say the number.
_SIZE = frozenset(
    {"size", "sizes", "talla", "taglia", "misura", "numero", "tamanho", "taille", "pointure", "grosse", "beden"}
    | {"numara", "размер", "размера", "размеры", "مقاس", "المقاس", "قياس", "码", "尺码", "号"}
)
_SIZED = re.compile(r"(?:[a-z]{2})?\d\d?(?:\.5)?")
_EU_SIZE = re.compile(r"eu(\d\d(?:\.5)?)")
_INCHES = re.compile(r'(?<=\d)(?:"|\'\')(?!\w)')
# A phrase in quotation marks, or a piece without blanks; a minus before either excludes it.
_PIECE = re.compile(r'(?<!\S)(-?)"([^"]*)"?|(\S+)')
TYPED_MAX = 200
GROUPS_MAX = 12
_BARE, _OWN, _ENGLISH, _OTHER, _NUMBER_ALONE = 0.9, 1.0, 0.8, 0.6, 0.4
_PART, _BESIDE = 0.8, 0.5


def ask(q: str, language: str, *, unfinished: bool = False) -> Asked:
    """
    Return what was typed in a page's language: words, "phrases", -exclusions and OR, in every form that counts as each.

    Nothing that can be typed is an error; what holds no word asks for nothing. Words that only hold sentences together
    are left out unless there are no others. A group's first form is the bare word as it was typed, where it has one.
    `unfinished`: the last word is still being typed.
    """
    base = language.partition("-")[0].lower()
    text = _WITH.sub(_spell_out, _INCHES.sub(" inch ", tidy(_OR.sub(" | ", q[:TYPED_MAX]), base)))
    wanted: list[Group] = []
    unwanted: list[Group] = []
    is_alternative = False
    for minus, phrase, piece in _PIECE.findall(splitting.mark_amounts(text, base, keep_number=False)):
        if piece == "|":
            is_alternative = bool(wanted)
            continue
        is_phrase = not piece
        excluded = bool(minus) or (piece.startswith("-") and len(piece) > 1)
        groups = [_phrase(phrase, base)] if is_phrase else _groups(piece, base)
        groups = [group for group in groups if group.forms]
        if is_alternative and groups and not excluded:
            groups[0] = _either(wanted.pop(), groups[0])
        is_alternative = False
        (unwanted if excluded else wanted).extend(groups)
    wanted = _bind_without(_without_size_words(_without_stop_words(wanted, base)), base)[:GROUPS_MAX]
    book = read_book(settings.SYNONYMS_DIR)
    synonyms_of = _synonym_languages(text, base)
    wanted = book.widen(wanted, synonyms_of)
    if unfinished and wanted and not wanted[-1].is_phrase and not text.endswith((" ", '"')):
        last = wanted[-1]
        wanted[-1] = Group(last.typed, last.forms, open_end=True)
    wanted = _widen_by_compounds(_in_parts(wanted, base, book, synonyms_of)[:GROUPS_MAX])
    return Asked(tuple(wanted), tuple(unwanted[:GROUPS_MAX]))


def _spell_out(found: re.Match[str]) -> str:
    return "without " if found[1] else "with "


def _bind_without(groups: list[Group], language: str) -> list[Group]:
    """Return groups with "without" and the word after it as one: it is wanted that a listing says so."""
    found: list[Group] = []
    for group in groups:
        before = found[-1] if found else None
        if before is None or before.typed not in _WITHOUT or group.is_phrase or not group.typed.isalpha():
            found.append(group)
            continue
        forms = list(_forms([before.typed, group.typed], language))
        if before.typed == "without":
            word = plain(group.typed)
            forms += [Form("", row, _BARE) for row in (("no", word), (word, "free"), (f"{word}less",))]
        found[-1] = Group(f"{before.typed} {group.typed}", tuple(forms), is_phrase=True)
    return found


def _in_parts(groups: list[Group], language: str, book: Book, synonyms_of: list[str]) -> list[Group]:
    """Return groups with each compound as its parts, of which each is also there where the whole is."""
    found: list[Group] = []
    for group in groups:
        parts = [] if group.is_phrase or group.open_end else _parts(group.typed, language)
        if len(parts) < 2:
            found.append(group)
            continue
        widened = book.widen(parts, synonyms_of)
        found += [Group(group.typed, tuple(dict.fromkeys((*group.forms, *part.forms)))) for part in widened]
    return found


def _parts(word: str, language: str) -> list[Group]:
    """Return what a Chinese or German compound is made of; what hardly ever looks like one of another language."""
    if _HAN.search(word):
        return [Group(part, (Form("zh", (part,), _OWN * _PART),)) for part in take_apart(word)]
    if not _LATIN_LETTER.search(word) or not word.isalpha():
        return []
    weight = _PART * (_OWN if language == compounds.LANGUAGE else _OTHER)
    tokens = compounds.take_apart(plain(word))
    return [
        Group(word, tuple(Form(compounds.LANGUAGE, (form,), weight) for form in compounds.list_places(token)))
        for token in tokens
    ]


def _widen_by_compounds(groups: list[Group]) -> list[Group]:
    """Return words beside others as they stand before goods, too: "Maschine" and "Kaffee" are in Kaffeemaschine."""
    if len(groups) < 2:
        return groups
    found: list[Group] = []
    for group in groups:
        own = next((form for form in group.forms if form.language == compounds.LANGUAGE), None)
        token = compounds.to_beside(own.tokens[0]) if own and len(own.tokens) == 1 and not group.is_phrase else ""
        new = (Form(compounds.LANGUAGE, (token,), own.weight * _BESIDE),) if own and token else ()
        found.append(Group(group.typed, (*group.forms, *new), group.open_end, group.is_phrase))
    return found


def _either(one: Group, other: Group) -> Group:
    return Group(f"{one.typed} | {other.typed}", tuple(dict.fromkeys((*one.forms, *other.forms))))


def _synonym_languages(text: str, language: str) -> list[str]:
    """Return the languages whose synonyms count: the page's own, and the first of every script that was typed in."""
    found = [field_language(language)]
    scripts = (("en", _LATIN_LETTER), ("ru", _CYRILLIC), ("ar", _ARABIC), ("zh", _HAN))
    found += [name for name, script in scripts if script.search(text)]
    return list(dict.fromkeys(found))


def narrow(asked: Asked, count: Callable[[str, str], int]) -> Asked:
    """
    Return what was asked without forms that reach nothing more: an engine calls this before it looks.

    A search costs by its forms, and most words of a Latin script are of one language. Of languages that the buyer does
    not read, the two remain that reach the most listings, and only where they reach more than the bare word does; of
    other names for the same goods the four that reach the most.

    :param count: number of documents with a token, in a language's field (empty: among bare words).
    """

    def reach(form: Form) -> int:
        return min(count(form.language, token) for token in form.tokens)

    def kept(group: Group) -> Group:
        if len(group.forms) < 3:
            return group
        reached = {form: reach(form) for form in group.forms if form.weight <= _ENGLISH or not form.language}
        least = max((number for form, number in reached.items() if not form.language), default=0)
        chosen = {form for form in group.forms if form.weight > _ENGLISH}
        foreign = [form for form in reached if _OTHER <= form.weight <= _ENGLISH and reached[form] > least]
        alike = [form for form in reached if form.weight < _OTHER and reached[form]]
        chosen.update(sorted(foreign, key=lambda form: -reached[form])[:2])
        chosen.update(sorted(alike, key=lambda form: -reached[form])[:4])
        forms = tuple(form for form in group.forms if form in chosen)
        return Group(group.typed, forms, group.open_end, group.is_phrase)

    return Asked(tuple(kept(group) for group in asked.wanted), tuple(kept(group) for group in asked.unwanted))


def _without_stop_words(groups: list[Group], language: str) -> list[Group]:
    languages = {language, "en"}

    def holds(group: Group) -> bool:
        if group.is_phrase:
            return True
        script = "ru" if _CYRILLIC.search(group.typed) else "ar" if _ARABIC.search(group.typed) else ""
        return not any(is_stop_word(plain(group.typed), name) for name in languages | {script})

    return [group for group in groups if holds(group)] or groups


def _without_size_words(groups: list[Group]) -> list[Group]:
    def is_said(at: int) -> bool:
        beside = [*groups[max(at - 1, 0) : at], *groups[at + 1 : at + 2]]
        return plain(groups[at].typed) in _SIZE and any(_SIZED.fullmatch(group.typed) for group in beside)

    return [group for at, group in enumerate(groups) if group.is_phrase or not is_said(at)]


def _languages(word: str, language: str) -> list[tuple[str, float]]:
    """Return the languages that a word in its script may be of, with what a hit there weighs, the page's own first."""
    own = field_language(language)
    found: list[str] = []
    if _LATIN_LETTER.search(word):
        found = [own] if own in _LATIN else []
        found += [name for name in _LATIN if name != own]
    elif _CYRILLIC.search(word):
        found = ["ru"]
    elif _ARABIC.search(word):
        found = ["ar"]
    return [(name, _OWN if name == own else _ENGLISH if name == "en" else _OTHER) for name in found]


def _forms(words: list[str], language: str, *, joined: str = "") -> tuple[Form, ...]:
    """Return the forms of words in a row (mostly one), each once."""
    row = tuple(plain(word) for word in words)
    forms = [Form("", row, _BARE)] if row else []
    if joined:
        forms.append(Form("", (plain(joined),), _BARE))
    if size := _EU_SIZE.fullmatch(joined):
        forms.append(Form("", (size[1],), _NUMBER_ALONE))  # Many sellers name no system.
    if not any(_DIGIT.search(word) for word in words):
        for name, weight in _languages(" ".join(words), language):
            if row and (stems := tuple(stem(words, name))):
                forms.append(Form(name, stems, weight))
            if joined and (stems := tuple(stem([joined], name))):
                forms.append(Form(name, stems, weight))
    return tuple(dict.fromkeys(forms))


def _phrase(text: str, language: str) -> Group:
    words = splitting.cut(text, language)
    return Group(text, _forms(words, language) if words else (), is_phrase=True)


def _groups(piece: str, language: str) -> list[Group]:
    groups: list[Group] = []
    for chunk in splitting.CHUNK.findall(piece):
        if splitting.UNSPACED_RUN.search(chunk):
            groups.extend(_unspaced(chunk, language))
        elif split := _LETTERS_THEN_DIGITS.fullmatch(chunk):
            groups.append(Group(chunk, _forms(list(split.groups()), language, joined=chunk)))
        elif chunk.isalpha() or splitting.CANONICAL.fullmatch(chunk):
            groups.append(Group(chunk, _forms([chunk], language)))
        else:
            groups.extend(_joined(chunk, language))
    return groups


def _joined(chunk: str, language: str) -> list[Group]:
    parts, joined = splitting.parts_of(chunk, language)
    if len(parts) < 2:
        return [Group(chunk, _forms(parts, language, joined=joined))]
    if len(parts) <= 2 or any(len(part) <= 3 or _DIGIT.search(part) for part in parts):
        return [Group(chunk, _forms(parts, language, joined=joined))]
    return [Group(part, _forms([part], language)) for part in parts]


def _unspaced(chunk: str, language: str) -> list[Group]:
    """Return the groups of a chunk with symbols of a script without blanks: Chinese by its words, others by pairs."""
    if _HAN.search(chunk) and _ONLY_HAN.fullmatch(chunk):
        return _chinese(chunk, language)
    groups: list[Group] = []
    last = 0
    for run in splitting.UNSPACED_RUN.finditer(chunk):
        groups.extend(_groups(chunk[last : run.start()], language))
        groups.extend(Group(piece, (_pair_form(piece),)) for piece in _pieces(run.group()))
        last = run.end()
    return groups + _groups(chunk[last:], language)


def _chinese(chunk: str, language: str) -> list[Group]:
    groups: list[Group] = []
    other = ""  # Letters and digits between Chinese words are words of their own.
    place = 0
    for word in [*cut_query(chunk), ""]:
        if word and not _HAN.search(word):
            other += word
        elif other:
            groups.extend(_groups(other, language))
            other = ""
        if _HAN.search(word):
            groups.append(Group(word, (_row_form(word, chunk, place), Form("zh", (word,), _OWN))))
        place += len(word)
    return groups


def _row_form(word: str, chunk: str, place: int) -> Form:
    """Return a Chinese word as it stands among bare words: in pairs, a single symbol with the one beside it."""
    if len(word) > 1:
        return Form("", tuple(splitting.cut(word)), _BARE)
    beside = chunk[place : place + 2] if splitting.UNSPACED_RUN.match(chunk[place + 1 : place + 2]) else ""
    if not beside and place and splitting.UNSPACED_RUN.match(chunk[place - 1]):
        beside = chunk[place - 1 : place + 1]
    return Form("", (beside or word,), _BARE)


def _pair_form(run: str) -> Form:
    return Form("", tuple(splitting.pairs(run)), _BARE)


_SCRIPT_RUN = re.compile(
    r"[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u3400-\u4dbf\u4e00-\u9fff]+|[^\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+"
)


def _pieces(run: str) -> list[str]:
    """Return a run of symbols in pieces to look for: whole while it is short, else by script, particles left out."""
    if len(run) <= 6:
        return [run]
    found: list[str] = []
    for piece in _SCRIPT_RUN.findall(run):
        if len(piece) == 1:
            continue
        found.extend([piece] if len(piece) <= 6 else [piece[at : at + 4] for at in range(0, len(piece) - 1, 4)])
    return found or [run]
