"""Exchange rates from the sites of central banks: markets' `RatesFetcher`, over the same bounded way as pictures."""

from __future__ import annotations

from entrepot.catalog.ports import NotFetched
from entrepot.integrations.public_web import PublicWeb
from entrepot.markets.ports import RatesNotFetched

_BYTES_MAX = 32 * 1024 * 1024


class PublishedRates:
    """Fetches from public addresses only, by name and certificate, bounded in time, size and redirects."""

    def __init__(self, web: PublicWeb | None = None) -> None:
        self._web = web or PublicWeb(bytes_max=_BYTES_MAX, wanted="application/xml, text/csv, application/zip, */*")

    def fetch(self, url: str) -> bytes:
        try:
            return self._web.fetch(url)
        except NotFetched as refusal:
            raise RatesNotFetched(str(refusal.reason)) from refusal
