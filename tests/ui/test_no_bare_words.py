"""The source itself: no template holds words that are no message, and no form or flash message a bare text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import html

import entrepot

PACKAGE = Path(entrepot.__file__).parent
# For engineers, who read English: the reference of the API.
ENGLISH = frozenset({"api/docs.html", "api/type.html"})
TEMPLATES = sorted(
    path
    for path in PACKAGE.rglob("templates/**/*")
    if path.suffix in (".html", ".txt") and path.as_posix().split("/templates/")[1] not in ENGLISH
)
_MESSAGE = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
_CLASSES = re.compile(r"{%\s*block (?:desk_width|width)\s*%}[^{]*{%\s*endblock\s*%}")
_CODE = re.compile(r"{#.*?#}|{%\s*comment.*?{%\s*endcomment\s*%}|{%.*?%}|{{.*?}}", re.DOTALL)
_UNREAD = re.compile(r"<(script|style|code|pre|svg)\b.*?</\1>", re.DOTALL)
_WORD = re.compile(r"\b(?![A-Z]{2,}(?![a-z]))[^\W\d_]{2,}")  # Not HS, PDF, XQ.
_SHOWN = ("alt", "title", "aria-label", "placeholder", "aria-description", "data-busy", "data-say", "content")
_NAMES = frozenset({"Entrepot"})


def _bare_words(source: str, *, is_html: bool) -> list[str]:
    source = _CODE.sub("", _MESSAGE.sub("", _CLASSES.sub("", source)))
    if not is_html:
        return [word for word in _WORD.findall(source) if word not in _NAMES]
    source = _UNREAD.sub("", source)
    root = html.fragments_fromstring(f"<div>{source}</div>")[0]
    texts = [text for node in root.iter() if isinstance(node.tag, str) for text in (node.text, node.tail) if text]
    texts += [
        node.get(name, "")
        for node in root.iter()
        for name in _SHOWN
        if isinstance(node.tag, str) and node.tag != "meta"
    ]
    return [word for text in texts for word in _WORD.findall(text) if word not in _NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_template_holds_no_words_that_are_no_message(path: Path) -> None:
    assert _bare_words(path.read_text(encoding="utf-8"), is_html=path.suffix == ".html") == []


def test_bare_words_are_found() -> None:
    source = '{% load i18n %}<p title="Hint">Old {% translate "new" %} <b>words</b>{# note #}</p>'
    assert _bare_words(source, is_html=True) == ["Old", "words", "Hint"]


def test_the_script_says_nothing_of_its_own() -> None:
    script = (PACKAGE / "ui" / "static" / "ui" / "entrepot.js").read_text(encoding="utf-8")
    texts = re.findall(r"""(["'`])((?:(?!\1).)*)\1""", re.sub(r"(?m)^\s*//.*$", "", script))
    assert [text for _, text in texts if re.search(r"[A-Z][a-z]+ [a-z]+", text)] == []


_SAID = frozenset({"label", "help_text", "verbose_name", "empty_label"})
_TOLD = frozenset({"error", "success", "warning", "info"})
FACES = ("storefront", "seller_centre", "operator_console", "ui", "integrations")


def _bare_texts(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        said = [word.value for word in node.keywords if word.arg in _SAID]
        if called.startswith("messages.") and called.rpartition(".")[2] in _TOLD:
            said += node.args[1:2]
        if called.endswith("ValidationError"):
            said += node.args[:1]
        for value in said:
            text = value.value if isinstance(value, ast.Constant) else ast.unparse(value)
            is_bare = isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and _WORD.search(str(text)))
            if is_bare and isinstance(value, ast.JoinedStr | ast.Constant) and value.__class__ is not bool:
                yield f"{called}({text})"


@pytest.mark.parametrize("room", FACES)
def test_a_form_and_a_flash_message_are_never_a_bare_text(room: str) -> None:
    found = [
        f"{path.relative_to(PACKAGE)}: {text}"
        for path in sorted((PACKAGE / room).rglob("*.py"))
        for text in _bare_texts(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def _reasons(source: str) -> Iterator[ast.expr]:
    """Yield what an operation says of a field: the second argument of `single`, and `reason` beside `field`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "single":
            yield from node.args[1:2]
        elif isinstance(node, ast.Dict):
            keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
            if "field" in keys and "reason" in keys:
                yield node.values[keys.index("reason")]


def test_every_reason_that_an_operation_gives_has_words() -> None:
    from entrepot.ui import refusals

    bare = []
    for path in sorted(PACKAGE.rglob("*.py")):
        if path.is_relative_to(PACKAGE / "demo"):
            continue  # It plays people, who write what they like.
        for reason in _reasons(path.read_text(encoding="utf-8")):
            is_text = isinstance(reason, ast.Constant) and isinstance(reason.value, str)
            if isinstance(reason, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "9" for part in reason.values)
                known = any(form.fullmatch(str(text)) for form, _ in refusals._WITH_VALUE)
            elif is_text:
                known = reason.value in refusals.REASONS
            else:
                continue
            if not known:
                bare.append(f"{path.relative_to(PACKAGE)}: {ast.unparse(reason)}")
    assert bare == []


def test_every_action_of_the_trail_has_words() -> None:
    from entrepot.operator_console import words

    actions = {
        str(word.value.value)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("audit.record", "note")
        for word in node.keywords
        if word.arg == "action" and isinstance(word.value, ast.Constant)
    }
    assert len(actions) > 30
    assert sorted(actions - words.ACTIONS.keys()) == []
