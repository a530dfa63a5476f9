"""An operator at the console."""

from __future__ import annotations

import re

from tests.builders import accounts
from tests.pages import Reader

_MARKS = re.compile("[\u2066-\u2069]")  # They keep a name's own direction, and show nothing.


def operator(choice: str = "DE.EUR.en") -> Reader:
    """Return a browser in which an operator has signed in."""
    return Reader(choice, person_id=accounts.operator().id)


def table(reader: Reader, caption: str) -> list[list[str]]:
    """Return the cells of the page's table with a caption, row by row, without the head."""
    rows = reader.page.xpath(f"//table[caption[normalize-space()='{caption}']]/tbody/tr")
    return [[" ".join(_MARKS.sub("", cell.text_content()).split()) for cell in row.xpath("./td|./th")] for row in rows]
