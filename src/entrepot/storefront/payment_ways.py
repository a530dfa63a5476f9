"""How a buyer can pay here: what the bound payment services offer, under one code each for the form."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from entrepot.payments import queries as payments

# The service that moves no money: the page says so beside its cards.
DEMONSTRATION = "sandbox"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to pay as the form shows it; `code` names it there."""

    code: str
    method: str
    token: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class Ways:
    """Every way to pay; none where the operator has not connected a payment service."""

    all: tuple[Way, ...]

    def __bool__(self) -> bool:
        return bool(self.all)

    @property
    def is_demonstration(self) -> bool:
        return any(way.method == DEMONSTRATION for way in self.all)

    def find(self, code: str) -> Way | None:
        return next((way for way in self.all if way.code == code), None)


def list_ways() -> Ways:
    """Return what can be chosen now, in the words of the page."""
    return Ways(
        tuple(
            Way(f"{way.method}:{way.token}", way.method, way.token, _(way.label), way.hint)
            for way in payments.list_ways_to_pay()
        )
    )
