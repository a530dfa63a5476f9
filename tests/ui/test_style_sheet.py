from __future__ import annotations

import re
from pathlib import Path

import entrepot.ui

HOME = Path(entrepot.ui.__file__).parent
CSS = (HOME / "static/ui/entrepot.css").read_text(encoding="utf-8")


def test_the_one_style_sheet_stays_small() -> None:
    assert len(CSS.encode()) < 40 * 1024
    assert [path.name for path in HOME.rglob("*.css")] == ["entrepot.css"]


def test_the_style_sheet_knows_no_left_and_no_right() -> None:
    physical = (
        r"(margin|padding|border|inset)-(left|right|top|bottom)\s*:|[{;\s](left|right|top|bottom|width|height)\s*:"
    )
    assert re.findall(physical, CSS) == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (HOME / "static/ui/icons.svg").read_text(encoding="utf-8")))
    rooms = HOME.parent
    named = {
        name
        for path in rooms.rglob("templates/**/*.html")
        for name in re.findall(r'{% icon "(\w+)"|symbol="(\w+)"', path.read_text(encoding="utf-8"))
        for name in name
        if name
    }
    assert named - sprite == set()


def test_no_page_of_any_room_carries_style_or_script_of_its_own() -> None:
    for path in HOME.parent.rglob("templates/**/*.html"):
        if path.name == "letter.html" or {"notifications", "email"} & set(path.parts):
            continue  # Letters carry their style with them: a mail program loads no style sheet.
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text), path
