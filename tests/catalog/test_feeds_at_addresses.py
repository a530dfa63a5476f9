"""A feed is fetched from where it lies, tried, and imported; what cannot be fetched says why."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from entrepot.catalog import operations, ports, queries
from entrepot.catalog.operations import ImportOptions
from entrepot.catalog.ports import NotFetched
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.sentences import Sentence
from tests.builders import catalog as build_catalog, orders, sellers as build
from tests.conftest import NOW
from tests.pages import Reader

pytestmark = pytest.mark.django_db

_URL = "https://shop.example/export/goods.tsv"
_FEED = "id\ttitle\tprice\tavailability\nb-1\tLinen shirt\t20.00 EUR\tin_stock\nb-2\tNo price\t\tin_stock\n"


class _Web:
    """The web in memory: one address has a feed, another is gone."""

    def __init__(self) -> None:
        self.asked = itertools.count()

    def fetch(self, url: str) -> bytes:
        next(self.asked)
        if url != _URL:
            raise NotFetched(Sentence("The server answers %(answer)s.", answer="404 Not Found"))
        return _FEED.encode()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> _Web:
    made = _Web()
    monkeypatch.setattr(ports, "_bound", [(made, made)])
    return made


def test_a_feed_at_an_address_is_tried_and_then_imported_as_it_was_tried(
    web: _Web, run_jobs: Callable[..., int]
) -> None:
    build_catalog.ensure_categories()
    seller = orders.shop("IT")
    run_id = operations.queue_feed_at(
        url=_URL, seller_id=seller.id, dry_run=True, options=ImportOptions(with_pictures=False), now=NOW
    )
    waiting = queries.get_feed_run(seller.id, run_id)
    assert (waiting.state, waiting.name) == ("waiting", "goods.tsv")
    run_jobs()
    tried = queries.get_feed_run(seller.id, run_id)
    assert (tried.state, tried.created, tried.rejected_count, tried.can_be_applied) == ("done", 1, 1, True)
    assert queries.list_seller_listings(seller.id).count == 0
    operations.apply_feed(seller_id=seller.id, run_id=run_id, now=NOW)
    run_jobs()
    assert queries.list_seller_listings(seller.id).count == 1
    assert next(web.asked) == 1


def test_a_feed_that_cannot_be_fetched_says_why(web: _Web, run_jobs: Callable[..., int]) -> None:
    seller = orders.shop("IT")
    run_id = operations.queue_feed_at(url="https://shop.example/gone.xml", seller_id=seller.id, now=NOW)
    run_jobs()
    run = queries.get_feed_run(seller.id, run_id)
    assert (run.state, run.failure) == ("failed", "The server answers 404 Not Found.")
    assert operations.run_waiting_feed(run_id=run_id, now=NOW) is None


@pytest.mark.parametrize(
    "url", ["ftp://shop.example/feed.xml", "feed.xml", "https://", "https://[", "https://a/" + "b" * 2000]
)
def test_what_is_no_address_of_the_web_is_refused(web: _Web, url: str) -> None:
    seller = build.approved_seller("IT")
    with pytest.raises(InvalidField):
        operations.queue_feed_at(url=url, seller_id=seller.id, now=NOW)
    assert queries.list_feed_runs(seller.id) == ()


def test_a_seller_names_an_address_on_the_page(web: _Web, run_jobs: Callable[..., int]) -> None:
    build_catalog.ensure_categories()
    seller = orders.shop("IT")
    reader = Reader(person_id=build.owner_of(seller)).open(f"/seller/{seller.id}/import/")
    token = reader.page.xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    said: dict[str, Any] = {"csrfmiddlewaretoken": token, "do": "try", "in_stock_quantity": "10"}
    empty = reader.client.post(f"/seller/{seller.id}/import/", said)
    assert (empty.status_code, "name an address" in empty.content.decode()) == (422, True)
    wrong = reader.client.post(f"/seller/{seller.id}/import/", {**said, "url": "goods.tsv"})
    assert (wrong.status_code, "begins with https://" in wrong.content.decode()) == (422, True)
    reader.client.post(f"/seller/{seller.id}/import/", {**said, "url": _URL})
    run_jobs()
    (run,) = queries.list_feed_runs(seller.id)
    assert (run.state, run.dry_run, run.created) == ("done", True, 1)
