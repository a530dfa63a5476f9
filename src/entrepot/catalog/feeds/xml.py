"""XML feeds, element by element: memory does not grow with the file, entities and outside references are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from entrepot.catalog.feeds.items import Damage


def local_name(tag: str) -> str:
    """Return an element's name without its namespace."""
    return tag.rpartition("}")[2]


def text_of(element: Element | None) -> str:
    """Return an element's own text, trimmed."""
    return (element.text or "").strip() if element is not None else ""


def elements(stream: BinaryIO, wanted: frozenset[str]) -> Iterator[Element | Damage]:
    """
    Yield every element of the wanted names when it is complete, and let go of it afterwards.

    A file that breaks yields a `Damage` last: what came before it was whole.
    """
    parents: list[Element] = []
    inside = 0
    count = 0
    try:
        for event, element in iterparse(stream, events=("start", "end")):
            name = local_name(element.tag)
            if event == "start":
                parents.append(element)
                inside += name in wanted
                continue
            parents.pop()
            if name not in wanted:
                continue
            inside -= 1
            if inside == 0:
                count += 1
                yield element
                if parents:
                    parents[-1].clear()
    except ParseError as fault:
        line, column = fault.position
        yield Damage(count + 1, f"The file breaks at line {line}, column {column}: {_words(fault)}.")
    except DefusedXmlException:
        yield Damage(count + 1, "The file declares XML entities of its own, which are not read here for safety.")
    except (EOFError, OSError) as fault:
        yield Damage(count + 1, f"The file breaks off: {fault}.")


_SAID = {
    "mismatched tag": "an element is closed that was not the last one opened",
    "not well-formed (invalid token)": "a symbol stands there that XML does not allow, often a bare & (write &amp;)",
    "undefined entity": "an entity such as &nbsp; is used that XML does not know (write &#160;)",
    "no element found": "the file ends too early",
    "unclosed token": "the file ends too early",
    "unclosed CDATA section": "the file ends inside a CDATA section",
    "junk after document element": "something stands behind the end of the document",
}


def _words(fault: ParseError) -> str:
    text = str(fault).partition(":")[0]
    return _SAID.get(text, text)
