"""The port that every payment service is written to, and the register of those bound to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money

ChargeState = Literal["captured", "declined", "challenge", "pending", "unknown"]


@dataclass(frozen=True, slots=True)
class ChargeResult:
    """
    What a service said of a charge.

    `challenge` carries a `next_action` ({"type": "redirect", "url": ...}); `declined` a `decline_code`; `unknown` means
    that nobody can tell whether money moved: ask again with `look_up`, never charge again under another key.
    """

    state: ChargeState
    service_reference: str = ""
    decline_code: str = ""
    next_action: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RefundResult:
    """What a service said of a refund; `failed` is final, `unknown` is asked again with the same key."""

    state: Literal["succeeded", "failed", "unknown"]
    service_reference: str = ""
    failure_code: str = ""


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """
    One way to pay that the checkout offers: its label is a message of the catalogue, `hint` what tells it apart (the
    last digits of a card). `token` goes into the charge; a service that asks for the card on a page of its own offers
    one option, and its charge answers with a challenge.
    """

    token: str
    label: str
    hint: str = ""


class ServiceDidNotAnswer(Exception):
    """The service could not be reached or did not answer in time: the outcome is unknown."""


class PaymentService(Protocol):
    """
    One outside firm. Every call carries our key: the same key again must not move money again.

    Calls come outside any transaction; all but `list_options` may raise `ServiceDidNotAnswer`.
    """

    def list_options(self) -> tuple[PaymentOption, ...]:
        """Return what the checkout offers, the likeliest first. No call over the network."""
        ...

    def charge(self, *, key: str, amount: Money, token: str, description: str, return_url: str) -> ChargeResult:
        """Collect the amount; `return_url` is where a challenge sends the buyer back to (may be empty)."""
        ...

    def look_up(self, *, key: str) -> ChargeResult:
        """Say what became of a charge; `declined` with code `not_received` when the service never heard of the key."""
        ...

    def complete_challenge(self, *, key: str) -> ChargeResult:
        """Finish a charge whose challenge the buyer has passed, where the service wants to be told."""
        ...

    def refund(self, *, key: str, charge_key: str, amount: Money) -> RefundResult:
        """Give the amount back out of a captured charge."""
        ...


class UnknownPaymentMethod(DomainError):
    """No service of this name is offered here."""

    code = "unknown_payment_method"
    summary = "This payment method is not offered here."


_services: dict[str, PaymentService] = {}


def bind(name: str, service: PaymentService) -> None:
    """Offer a service under the name that buyers' requests carry as `method`."""
    _services[name] = service


def get(name: str) -> PaymentService:
    """
    Return the service bound under a name.

    :raises UnknownPaymentMethod: none is.
    """
    try:
        return _services[name]
    except KeyError:
        raise UnknownPaymentMethod(method=name, offered=names()) from None


def names() -> list[str]:
    """Return the names of all services offered, in order."""
    return sorted(_services)
