from __future__ import annotations

import re
import tomllib

import pytest
from django.core.management import get_commands, load_command_class

from entrepot.config import environment
from tests.architecture import source

DOCS = source.ROOT / "docs"
OURS = sorted(name for name, app in get_commands().items() if app.startswith("entrepot."))


def rows(page: str) -> list[list[str]]:
    """The rows of a page's tables, without their heads."""
    lines = (DOCS / page).read_text(encoding="utf-8").splitlines()
    found = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("|")]
    return [row for row in found if not set("".join(row)) <= set("-: ")]


def test_the_table_of_settings_is_the_table_in_the_documents() -> None:
    shown = [row for row in rows("settings.md") if row[0].startswith("`")]
    written = [
        [f"`{setting.name}`", f"`{setting.default}`" if setting.default else "", setting.meaning]
        for setting in environment.SETTINGS
    ]
    assert shown == written


@pytest.mark.parametrize("command", OURS)
def test_each_command_of_ours_is_documented_and_says_what_it_does(command: str) -> None:
    hyphened = command.replace("_", "-")
    pages = (DOCS / "operators.md").read_text(encoding="utf-8")
    assert f"`entrepot {hyphened}" in pages, f"docs/operators.md does not show `entrepot {hyphened}`"
    app = get_commands()[command]
    loaded = load_command_class(app, command) if isinstance(app, str) else app
    assert len(loaded.help) > 20


def test_each_dependency_has_a_line_that_says_why() -> None:
    project = tomllib.loads((source.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=!~ ;]", line, maxsplit=1)[0].lower() for line in wanted}
    shown = {row[0].strip("`").lower() for row in rows("dependencies.md") if row[0].startswith("`")}
    assert shown == names


def test_each_decision_is_listed() -> None:
    pages = {path.name for path in (DOCS / "decisions").glob("[0-9]*.md")}
    listed = set(re.findall(r"\(([0-9]{4}-[a-z0-9-]+\.md)\)", (DOCS / "decisions" / "README.md").read_text("utf-8")))
    assert listed == pages
