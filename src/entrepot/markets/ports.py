"""What markets asks of the outside: the files of published exchange rates."""

from __future__ import annotations

from typing import Protocol


class RatesNotFetched(Exception):
    """The publisher did not answer, or not with a file; the message says why."""


class RatesFetcher(Protocol):
    """Fetches from the addresses of known publishers."""

    def fetch(self, url: str) -> bytes:
        """
        Return the bytes at an address.

        :raises RatesNotFetched: it does not answer, or answers too much.
        """


_bound: list[RatesFetcher] = []


def bind_fetcher(fetcher: RatesFetcher) -> None:
    """Bind the fetcher, once, in `config/wiring.py`."""
    _bound[:] = [fetcher]


def get_fetcher() -> RatesFetcher:
    """Return the bound fetcher."""
    assert _bound, "no fetcher of exchange rates is bound (config/wiring.py)"
    return _bound[0]
