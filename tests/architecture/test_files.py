from __future__ import annotations

import ast
import re

from tests.architecture import source

LINES_MAX = 500
FUNCTION_LINES_MAX = 70
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "core", "misc", "lib", "tools"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|\b[Ff]or now\b")


def test_no_file_is_long() -> None:
    long = {
        str(path.relative_to(source.ROOT)): lines
        for path in source.modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LINES_MAX
    }
    assert long == {}, "a file this long wants a better idea, not a second half"


def test_no_function_is_long() -> None:
    long = {}
    for path in source.modules():
        for node in ast.walk(source.tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long[f"{path.relative_to(source.ROOT)}:{node.lineno} {node.name}"] = lines
    assert long == {}


def test_no_module_has_a_name_that_says_nothing() -> None:
    named = [
        str(path.relative_to(source.ROOT))
        for path in source.modules()
        if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES
    ]
    assert named == []


def test_nothing_is_marked_as_unfinished() -> None:
    marked = [
        f"{path.relative_to(source.ROOT)}:{number} {line.strip()}"
        for path in source.modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if UNFINISHED.search(line)
    ]
    assert marked == []
