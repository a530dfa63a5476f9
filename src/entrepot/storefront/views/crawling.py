"""What search engines ask for: which pages there are, and which they should leave alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from entrepot.storefront import sitemaps

_XML = "application/xml; charset=utf-8"
_ROWS_PER_CHUNK = 500
_hourly = cache_control(public=True, max_age=3600)


@_hourly
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Say what crawlers may visit, and where the sitemap is."""
    return HttpResponse(sitemaps.write_robots(), content_type="text/plain; charset=utf-8")


@_hourly
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """Hand out the index of the sitemap's files."""
    return HttpResponse(sitemaps.write_index(), content_type=_XML)


@_hourly
@require_safe
def sitemap_pages(request: HttpRequest) -> StreamingHttpResponse:
    """Hand out the addresses of everything but listings."""
    return StreamingHttpResponse(_in_chunks(sitemaps.write_pages()), content_type=_XML)


@_hourly
@require_safe
def sitemap_listings(request: HttpRequest, number: int) -> StreamingHttpResponse:
    """Hand out the addresses of some listings, as they are read."""
    return StreamingHttpResponse(_in_chunks(sitemaps.write_listings(number)), content_type=_XML)


def _in_chunks(rows: Iterable[str]) -> Iterator[str]:
    """Join some rows at a time: a write to the network for each would cost more than reading it."""
    rows = iter(rows)
    while chunk := "".join(islice(rows, _ROWS_PER_CHUNK)):
        yield chunk
