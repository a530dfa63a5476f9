"""The base of every expected refusal. A broken invariant is an AssertionError instead: a bug is not a refusal."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

Kind = Literal["invalid", "not_found", "conflict", "forbidden", "unavailable"]


class DomainError(Exception):
    """
    An expected refusal: a stable `code`, a `kind` that says what sort of refusal it is, and named fields.

    The faces turn it into words and into an answer of their protocol; nothing here knows HTTP or a language.
    `summary` is one English sentence for logs, the command line and API clients.
    """

    code: ClassVar[str]
    kind: ClassVar[Kind] = "invalid"
    summary: ClassVar[str] = "The request was refused."

    def __init__(self, **fields: Any) -> None:
        super().__init__(self.summary)
        self.fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore, (type(self), self.fields)  # An exception's own pickling knows no named fields.

    def __str__(self) -> str:
        if not self.fields:
            return self.summary
        return f"{self.summary} ({', '.join(f'{name}: {value}' for name, value in self.fields.items())})"


def _restore(error: type[DomainError], fields: dict[str, Any]) -> DomainError:
    return error(**fields)


class InvalidField(DomainError):
    """One or more inputs cannot be taken: `errors` is a list of {"field", "reason"}."""

    code = "invalid_field"
    summary = "Some of the input cannot be taken."

    @classmethod
    def single(cls, field: str, reason: str) -> InvalidField:
        return cls(errors=[{"field": field, "reason": reason}])


class NotFound(DomainError):
    """The thing does not exist, or the caller may not know that it does."""

    code = "not_found"
    kind = "not_found"
    summary = "There is nothing here under this name."


class Forbidden(DomainError):
    """The caller is known but lacks the role for this."""

    code = "forbidden"
    kind = "forbidden"
    summary = "Your role does not allow this."
