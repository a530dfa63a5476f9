"""
The words that schemas are made of.

Requests are strict: an unknown field, a number as text or a control character is refused, not repaired. The patterns
run in pydantic's core, so they cost nothing on the hot path, and the OpenAPI document shows them.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

# No control characters: PostgreSQL cannot store NUL, and a line break in a name or an e-mail header is an attack.
_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
_MANY_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"


def _line(longest: int, *, shortest: int = 0) -> StringConstraints:
    return StringConstraints(pattern=_ONE_LINE, min_length=shortest, max_length=longest, strip_whitespace=True)


Line = Annotated[str, _line(200)]
ShortLine = Annotated[str, _line(64)]
RequiredLine = Annotated[str, _line(200, shortest=1)]
RequiredShortLine = Annotated[str, _line(64, shortest=1)]
Search = Annotated[str, _line(200)]
Prose = Annotated[str, StringConstraints(pattern=_MANY_LINES, max_length=50_000)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s\x00-\x1f\x7f]+$", max_length=2_000)]

CountryCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(examples=["DE"])]
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["EUR"])]
LanguageCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$", max_length=16), Field(examples=["en"])
]
Email = Annotated[
    str,
    StringConstraints(pattern=r"^[^@\s\x00-\x1f\x7f<>,;:\"()\\]+@[^@\s\x00-\x1f\x7f<>,;:\"()\\]+$", max_length=254),
    Field(examples=["buyer@example.org"]),
]
Amount = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?$"),
    Field(description="A decimal number of major units, as text.", examples=["12.50"]),
]
Sku = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$"), Field(examples=["7K3M9XQ2RT4V"])]
Quantity = Annotated[int, Field(ge=1, le=999, strict=True)]
Page = Annotated[int, Field(ge=1, le=10_000)]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:=-]{1,200}$")]
Slug = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f/\s]{1,120}$")]


class Request(BaseModel):
    """The base of every body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class QueryParameters(BaseModel):
    """The base of what a query string says: a parameter without a value (`?q=&store=`) is one that was not given."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _leave_out_empty(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        said = {name: _said(value) for name, value in given.items()}
        return {name: value for name, value in said.items() if value not in ("", [])}


def _said(value: Any) -> Any:
    return [one for one in value if one != ""] if isinstance(value, list) else value


class Answer(BaseModel):
    """The base of every answer: it has exactly these members (tests hold the answers against it)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(Answer):
    """An amount in major units, as text, with its ISO 4217 currency."""

    amount: str
    currency: str


class ProblemDocument(BaseModel):
    """A refusal (RFC 9457). `code` is stable; refusals carry further members of their own."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
