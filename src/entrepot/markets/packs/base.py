"""What every pack is written in: codes, percentages, dates, sources."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Confidence = Literal["high", "medium", "low"]
Stage = Literal["closed", "pilot", "open", "suspended"]
Channel = Literal["post", "courier"]
Collector = Literal["platform", "post", "carrier", "importer"]


def _code_of(pattern: str, what: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"{value!r} is no {what}")
        return value

    return AfterValidator(check)


def _is_regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as fault:
        raise ValueError(f"{value!r} is no regular expression: {fault}") from None
    return value


Country = Annotated[str, _code_of(r"[A-Z]{2}", "ISO 3166-1 country code")]
# A country, a union, or a part of a country that a pack names (`ES-CN`).
Area = Annotated[str, _code_of(r"[A-Z]{2,8}(-[A-Z0-9]{1,12})?", "code of a country, union or part of a country")]
Currency = Annotated[str, _code_of(r"[A-Z]{3}", "ISO 4217 currency code")]
HsPrefix = Annotated[str, _code_of(r"[0-9]{2,10}", "HS code or prefix of one")]
Percent = Annotated[Decimal, Field(ge=0, le=1000)]
Amount = Annotated[Decimal, Field(ge=0)]
Regex = Annotated[str, AfterValidator(_is_regex)]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt key must not pass silently for an absent one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Strict):
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        return self

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Sourced(Dated):
    """Whatever is said of the law says where it stands and how far it was confirmed; `low` is never called sure."""

    source: Text
    confidence: Confidence
    note: str = ""
