"""Catalog's work after the answer: pictures fetched, feeds read, confirmed codes learned from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from entrepot.catalog import operations
from entrepot.kernel import clock, jobs
from entrepot.kernel.jobs import job, periodic

_LISTINGS_PER_JOB = 10
_PAUSE = timedelta(minutes=10)


@job
def queue_pictures(*, facts: list[dict[str, Any]]) -> None:
    """On `PicturesWaiting`: spread the fetching over small jobs, so that one slow shop holds up few."""
    listing_ids = list(dict.fromkeys(listing_id for fact in facts for listing_id in fact["listing_ids"]))
    starts = range(0, len(listing_ids), _LISTINGS_PER_JOB)
    jobs.defer_many(
        fetch_pictures, ({"listing_ids": listing_ids[start : start + _LISTINGS_PER_JOB]} for start in starts)
    )


@job(queue="media")
def fetch_pictures(*, listing_ids: list[str]) -> None:
    """Fetch what these listings still wait for; what a server refuses for the moment is asked again later."""
    now = clock.now()
    result = operations.fetch_pictures(listing_ids=[UUID(listing_id) for listing_id in listing_ids], now=now)
    if result.waiting:
        jobs.defer(fetch_pictures, run_at=now + _PAUSE, listing_ids=listing_ids)


@job(queue="feeds", attempts=3)
def run_feeds(*, facts: list[dict[str, Any]]) -> None:
    """On `FeedQueued`: read the feeds that were handed in, each in a job of its own."""
    jobs.defer_many(run_feed, ({"run_id": fact["run_id"]} for fact in facts))


@job(queue="feeds", attempts=3)
def run_feed(*, run_id: str) -> None:
    """Read one feed."""
    operations.run_waiting_feed(run_id=UUID(run_id), now=clock.now())


@periodic(cron="40 2 * * *")
def learn_codes() -> None:
    """Learn from the codes that sellers confirmed."""
    operations.learn_codes()
