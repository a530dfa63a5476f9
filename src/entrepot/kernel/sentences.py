"""Sentences for a person, written in English below and said in the reader's language above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Self


class Sentence(str):
    """
    An English sentence that remembers its message and values, so that a face can say it in another language.

    `Sentence("At most %(n)s pictures.", n=20)` is the text "At most 20 pictures." wherever a text is wanted. The
    message is one of the catalogue (`ui.catalogues` collects it); whole numbers are grouped. A value may be a sentence.
    """

    __slots__ = ("message", "values")

    message: str
    values: Mapping[str, Any]

    def __new__(cls, message: str, **values: Any) -> Self:
        written = {name: f"{value:,}" if isinstance(value, int) else value for name, value in values.items()}
        self = super().__new__(cls, message % written if values else message)
        self.message, self.values = message, values
        return self

    def said(self, translate: Callable[[str], str], number: Callable[[int], str]) -> str:
        """Return the sentence in another language, its numbers as that language writes them."""
        if not self.values:
            return translate(self.message)
        written = {
            name: value.said(translate, number)
            if isinstance(value, Sentence)
            else number(value)
            if isinstance(value, int)
            else value
            for name, value in self.values.items()
        }
        return translate(self.message) % written

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` makes the same sentence of."""
        values = {name: v.as_json() if isinstance(v, Sentence) else v for name, v in self.values.items()}
        return {"message": self.message, "values": values}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Return a sentence that was kept."""
        values = {
            name: cls.from_json(value) if isinstance(value, dict) else value
            for name, value in document["values"].items()
        }
        return cls(document["message"], **values)
