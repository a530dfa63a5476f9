"""What catalog asks of the outside: the bytes of pictures that a seller's feed names, and of feeds at an address."""

from __future__ import annotations

from typing import Protocol

from entrepot.kernel.sentences import Sentence


class NotFetched(Exception):
    """There are no bytes; the message is the reason for the seller. `again`: another time may go better."""

    def __init__(self, reason: Sentence, *, again: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


class WebSource(Protocol):
    """Fetches from addresses that strangers wrote: it must reach nothing but the public internet."""

    def fetch(self, url: str) -> bytes:
        """
        Return the bytes at an address.

        :raises NotFetched: the address may not be asked, does not answer, or answers too much.
        """


_bound: list[tuple[WebSource, WebSource]] = []


def bind(*, pictures: WebSource, feeds: WebSource) -> None:
    """Bind the sources, once, in `config/wiring.py`."""
    _bound[:] = [(pictures, feeds)]


def get_picture_source() -> WebSource:
    """Return the bound source of pictures."""
    assert _bound, "no picture source is bound (config/wiring.py)"
    return _bound[0][0]


def get_feed_source() -> WebSource:
    """Return the bound source of feeds, which are larger."""
    assert _bound, "no feed source is bound (config/wiring.py)"
    return _bound[0][1]
