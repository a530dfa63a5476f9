"""What catalog asks of the outside: the bytes of a picture that a seller's feed names."""

from __future__ import annotations

from typing import Protocol


class NotFetched(Exception):
    """There are no bytes; the message is the reason for the seller. `again`: another time may go better."""

    def __init__(self, reason: str, *, again: bool = False) -> None:
        super().__init__(reason)
        self.again = again


class PictureSource(Protocol):
    """Fetches pictures from addresses that strangers wrote: it must reach nothing but the public internet."""

    def fetch(self, url: str) -> bytes:
        """
        Return the bytes at an address.

        :raises NotFetched: the address may not be asked, does not answer, or answers too much.
        """


_bound: list[PictureSource] = []


def bind(source: PictureSource) -> None:
    """Bind the source, once, in `config/wiring.py`."""
    _bound[:] = [source]


def get_picture_source() -> PictureSource:
    """Return the bound source."""
    assert _bound, "no picture source is bound (config/wiring.py)"
    return _bound[0]
