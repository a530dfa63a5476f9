"""
Processes killed in the middle of checkouts: the web server, the worker, the database, on a private installation.

These run the production server and a durable PostgreSQL of their own; nothing is faked and nothing is timed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.bench import checkout
from entrepot.bench.installation import Installation, running

LOAD = checkout.Load(sellers=6, listings=60, clients=4, goods=3)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, list[list[str]]]]:
    with running(keep=_reachable(tmp_path_factory)) as installation:
        made = installation.run("bench", "stock", "--sellers", "6", "--listings", "60", "--json")
        yield installation, json.loads(made.stdout)["skus_by_seller"]


def _reachable(factory: pytest.TempPathFactory) -> Path:
    folder = factory.mktemp("crash")
    for parent in (folder, folder.parent):
        parent.chmod(0o711)  # The database may run under another account, which walks through.
    return folder


def _shop_while(shop: Installation, skus: list[list[str]], *, seed: int, seconds: float) -> subprocess.Popen[str]:
    buyers = subprocess.Popen(
        [sys.executable, "-m", "entrepot.bench.buyers"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    order = checkout.order_for(shop, skus, LOAD, seconds=seconds, seed=seed)
    assert buyers.stdin is not None
    buyers.stdin.write(json.dumps(order) + "\n")
    buyers.stdin.flush()
    return buyers


def _outcome(buyers: subprocess.Popen[str]) -> dict[str, Any]:
    printed, _ = buyers.communicate(timeout=180)
    return dict(json.loads(printed))


def _assert_nothing_lost_or_doubled(shop: Installation, outcome: dict[str, Any]) -> None:
    acknowledged = outcome["purchases"]
    assert len(acknowledged) > 20, outcome
    assert len({purchase for purchase, _ in acknowledged}) == len(acknowledged)
    for purchase, token in acknowledged:
        with urllib.request.urlopen(f"{shop.url}/api/v1/purchases/{purchase}?token={token}") as answer:
            body = json.load(answer)
        assert body["purchase"]["payment"]["state"] == "captured", purchase
    checkout.drain(shop)
    verified = shop.run("verify", "--json", check=False)
    assert verified.returncode == 0, verified.stdout[-3000:]


@pytest.mark.parametrize("victim", ["web", "worker", "database"])
def test_nothing_acknowledged_is_lost_or_doubled_when_killed_under_load(
    shop: tuple[Installation, list[list[str]]], victim: str
) -> None:
    installation, skus = shop
    installation.start_web()
    installation.start_worker()
    buyers = _shop_while(installation, skus, seed=hash(victim) % 1000, seconds=9)
    try:
        for _ in range(2):
            time.sleep(2.5)
            installation.kill(victim)
            if victim == "database":
                installation.postgres.start()
            elif victim == "web":
                installation.start_web()
            else:
                installation.start_worker()
        outcome = _outcome(buyers)
    finally:
        buyers.kill()
    if victim != "worker":
        assert outcome["faults"] or outcome["refusals"], "the kill was felt"
    _assert_nothing_lost_or_doubled(installation, outcome)
    installation.kill("web")
    installation.kill("worker")
