"""
Processes killed in the middle of checkouts: the web server, the worker, the database, on a private installation.

These run the production server and a durable PostgreSQL of their own; nothing is faked and nothing is timed.
"""

from __future__ import annotations

import pytest

from entrepot.bench.installation import Installation
from tests import crowd
from tests.crowd import Crowd

BUYERS = 8
# What is acknowledged before a kill, and after the last one: enough that buyers are in the middle of every step.
PURCHASES = 12


def _start_again(shop: Installation, victim: str) -> None:
    if victim == "database":
        shop.postgres.start()
    elif victim == "web":
        shop.start_web()
    else:
        shop.start_worker()


@pytest.mark.parametrize("victim", ["web", "worker", "database"])
def test_nothing_acknowledged_is_lost_or_doubled_when_killed_under_load(
    marketplace: tuple[Installation, list[list[str]]], victim: str
) -> None:
    shop, skus = marketplace
    buyers = Crowd(shop, skus, patience_seconds=12)
    buyers.start(BUYERS)
    try:
        for _ in range(2):
            buyers.wait_for(PURCHASES)
            shop.kill(victim)
            _start_again(shop, victim)
        buyers.wait_for(PURCHASES)
    finally:
        buyers.stop()
    # Whose request was cut off between placing and paying is told "in flight" no longer than its dead process lives.
    assert buyers.refusals.keys() <= {"unavailable", "http_503"}, buyers.refusals
    if victim != "worker":
        assert buyers.faults or buyers.refusals, "the kill was felt"
    crowd.assert_kept(shop, buyers.bought)
    crowd.assert_verified(shop)
