"""How one parameter says an attribute's name and value: `Colour:Red`; a colon in the name itself is `%3A`."""

from __future__ import annotations

from urllib.parse import quote, unquote

_SAFE = "".join(sign for sign in map(chr, range(32, 127)) if sign not in ":%")


def write(name: str, value: str) -> str:
    """Return a name and a value as one text."""
    return f"{quote(name, safe=_SAFE) if ':' in name or '%' in name else name}:{value}"


def read(text: str) -> tuple[str, str] | None:
    """Return the name and the value that a text says, or None where it says no such pair."""
    name, _, value = text.partition(":")
    return (unquote(name), value) if name.strip() and value.strip() else None
