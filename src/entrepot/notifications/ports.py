"""How a webhook leaves the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came back: the status, or the reason why there is none."""

    status: int | None
    error: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class WebhookSender(Protocol):
    """Posts a body to an address of the public internet and follows no redirect."""

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Receipt: ...


_sender: WebhookSender | None = None


def bind_sender(sender: WebhookSender) -> None:
    """Name who posts webhooks; `config/wiring.py` calls it once."""
    global _sender
    _sender = sender


def get_sender() -> WebhookSender:
    """Return who posts webhooks."""
    assert _sender is not None, "config/wiring.py binds the sender at the start"
    return _sender
