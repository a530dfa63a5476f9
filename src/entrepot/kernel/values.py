"""Values that are kept as JSON: frozen, made and compared in no time, written and read by one call each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Self

import msgspec


class Value(msgspec.Struct, frozen=True):
    """
    A frozen value with its JSON: dates, ids and decimal numbers as text, `Money` as `[minor, currency]`.

    As plain objects go a quote is made of many: a struct costs a fifth of a frozen dataclass to make, and its JSON is
    written and read without a dictionary in between. Keys that a class does not know are passed over when read, fields
    with a default may be missing: what was kept before a field was there stays readable. `msgspec.structs.replace`
    makes a changed copy.
    """

    def as_json(self) -> dict[str, Any]:
        """Return the value as plain JSON objects."""
        document: dict[str, Any] = msgspec.to_builtins(self)
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return the value of plain JSON objects."""
        return msgspec.convert(document, cls)

    def encode(self) -> str:
        """Return the value as JSON text."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def decode(cls, text: str | bytes) -> Self:
        """Return the value of a JSON text."""
        value: Self = _decoder(cls).decode(text)
        return value


@cache
def _decoder(cls: type[Value]) -> msgspec.json.Decoder[Any]:
    # Made once: putting a type's decoder together costs more than reading a quote with it.
    return msgspec.json.Decoder(cls)
