"""
Figures for Prometheus: requests by route, and what waits in the queue.

`entrepot serve` names a folder in PROMETHEUS_MULTIPROC_DIR before its processes start, so that each scrape sees all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from entrepot.kernel import clock, facts, jobs

CONTENT_TYPE = CONTENT_TYPE_LATEST

_REQUESTS = Counter("entrepot_requests", "Requests answered.", ["method", "route", "status"])
_SECONDS = Histogram(
    "entrepot_request_seconds",
    "Time from the request's arrival to its answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


@cache
def _counter(method: str, route: str, status: int) -> Counter:
    return _REQUESTS.labels(method, route, str(status))


@cache
def _histogram(route: str) -> Histogram:
    return _SECONDS.labels(route)


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request; `route` is an address's pattern, of which there are few."""
    _counter(method, route, status).inc()
    _histogram(route).observe(seconds)


class _Backlog:
    """What waits for the worker, read from the database at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        due = jobs.count_unfinished(at=clock.now())
        yield GaugeMetricFamily("entrepot_jobs_unfinished", "Jobs that run or are due.", value=due)
        waiting = facts.is_waiting(name=jobs.FOLLOWER)
        yield GaugeMetricFamily("entrepot_facts_waiting", "1 when facts wait to be turned into jobs.", value=waiting)


def render() -> bytes:
    """Return all figures of all web processes as text."""
    registry = CollectorRegistry()
    text = b""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        text = generate_latest(REGISTRY)
    registry.register(_Backlog())
    return text + generate_latest(registry)
