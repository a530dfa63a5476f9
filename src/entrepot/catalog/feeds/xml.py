"""XML feeds, element by element: memory does not grow with the file, entities and outside references are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from entrepot.catalog.feeds.items import Damage
from entrepot.kernel.sentences import Sentence


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
        reason = Sentence(
            "The file breaks at line %(line)s, column %(column)s: %(fault)s.",
            line=line,
            column=column,
            fault=_words(fault),
        )
        yield Damage(count + 1, reason)
    except DefusedXmlException:
        reason = Sentence("The file declares XML entities of its own, which are not read here for safety.")
        yield Damage(count + 1, reason)
    except (EOFError, OSError) as fault:
        yield Damage(count + 1, Sentence("The file breaks off: %(fault)s.", fault=str(fault)))


_SAID = {
    "mismatched tag": Sentence("an element is closed that was not the last one opened"),
    "not well-formed (invalid token)": Sentence(
        "a symbol stands there that XML does not allow, often a bare & (write &amp;)"
    ),
    "undefined entity": Sentence("an entity such as &nbsp; is used that XML does not know (write &#160;)"),
    "no element found": Sentence("the file ends too early"),
    "unclosed token": Sentence("the file ends too early"),
    "unclosed CDATA section": Sentence("the file ends inside a CDATA section"),
    "junk after document element": Sentence("something stands behind the end of the document"),
}


def _words(fault: ParseError) -> str:
    text = str(fault).partition(":")[0]
    return _SAID.get(text, text)
