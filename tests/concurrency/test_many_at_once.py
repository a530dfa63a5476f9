"""Many at once on the production server: the last pieces, a feed import during checkouts, two tabs with one cart."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest

from entrepot.bench.installation import Installation
from tests import crowd

STORE = "bench-store-0"
Marketplace = tuple[Installation, list[list[str]]]


class SellerSystem:
    """A seller's system that keeps stock over the API."""

    def __init__(self, shop: Installation, key: str) -> None:
        self._shop, self._key = shop, key

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self._shop.url}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._key}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def import_feed(self, feed: Path) -> Any:
        """Send a feed as a browser sends a file; it is read before the answer comes."""
        border = "border-of-parts"
        head = f"--{border}\r\nContent-Disposition: form-data; name="
        body = (
            f'{head}"language"\r\n\r\nen\r\n{head}"file"; filename="{feed.name}"\r\n'
            f"Content-Type: application/xml\r\n\r\n{feed.read_text(encoding='utf-8')}\r\n--{border}--\r\n"
        )
        request = urllib.request.Request(
            f"{self._shop.url}/api/v1/seller/feeds",
            data=body.encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={border}",
                "Authorization": f"Bearer {self._key}",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def stock_of(self, query: str) -> dict[str, tuple[int, int]]:
        """Return (on hand, reserved) of the listings that are found, by the seller's own id."""
        found = self.call("GET", f"/seller/listings?q={quote(query)}&page_size=100")["items"]
        return {row["external_id"]: (row["on_hand"], row["reserved"]) for row in found}


@pytest.fixture(scope="module")
def seller(marketplace: Marketplace) -> SellerSystem:
    shop, _ = marketplace
    handed = subprocess.run(
        [sys.executable, "-m", "tests.concurrency.hand_out_key", STORE],
        cwd=Path(__file__).parents[2],
        env=shop.environ(),
        text=True,
        capture_output=True,
        check=False,
    )
    assert handed.returncode == 0, handed.stderr
    return SellerSystem(shop, handed.stdout.strip())


def test_fifty_buyers_at_once_for_the_last_ten_pieces_make_ten_orders_and_forty_clear_refusals(
    marketplace: Marketplace, seller: SellerSystem
) -> None:
    shop, _ = marketplace
    vase = {
        "external_id": "last-pieces",
        "title": "Vase, the last pieces",
        "category": "handmade",
        "hs_code": "691110",
        "origin_country": "CN",
        "state": "active",
        "skus": [{"seller_sku": "last-pieces", "price": "59.00", "stock": 10, "weight_g": 700}],
    }
    sku = seller.call("POST", "/seller/listings", vase)["skus"]["last-pieces"]
    carts = [crowd.open_cart(shop, [sku]) for _ in range(50)]

    answers = crowd.at_once(
        *(partial(crowd.place, shop, cart, key=f"last-{number}") for number, cart in enumerate(carts))
    )

    assert Counter(status for status, _ in answers) == {201: 10, 409: 40}
    refusals = [answer for status, answer in answers if status == 409]
    assert {refusal["code"] for refusal in refusals} == {"out_of_stock"}
    assert {(row["sku"], row["wanted"], row["available"]) for refusal in refusals for row in refusal["skus"]} == {
        (sku, 1, 0)
    }
    bought = [answer["purchase"] for status, answer in answers if status == 201]
    crowd.assert_kept(shop, [[purchase["id"], purchase["token"]] for purchase in bought])
    assert seller.stock_of("last pieces") == {"last-pieces": (10, 10)}
    crowd.assert_verified(shop)
    assert "deadlock" not in (shop.folder / "logs" / "postgres.log").read_text(encoding="utf-8", errors="replace")


def test_a_feed_imported_during_fifty_checkouts_touches_nothing_that_is_reserved(
    marketplace: Marketplace, seller: SellerSystem, tmp_path: Path
) -> None:
    shop, _ = marketplace
    feeds = [_feed(tmp_path / f"feed-{stock}.yml", stock=stock) for stock in (300, 400)]
    assert seller.import_feed(feeds[0])["created"] == 20
    customs = {"seller_category": "Load", "hs_code": "691110", "origin_country": "CN", "default_weight_g": 300}
    seller.call("PUT", "/seller/categories/customs", customs)
    listings = seller.call("GET", "/seller/listings?q=Tea+bowl&page_size=100")["items"]
    codes = [seller.call("GET", f"/seller/listings/{row['id']}")["skus"][0]["sku"] for row in listings]
    assert len(codes) == 20
    wanted = [(number % 20, (number + 7) % 20) for number in range(50)]
    carts = [crowd.open_cart(shop, [codes[one], codes[other]]) for one, other in wanted]

    imports: list[dict[str, Any]] = []
    sold_out = threading.Event()

    def keep_importing() -> None:
        while not sold_out.is_set():
            imports.append(seller.import_feed(feeds[(len(imports) + 1) % 2]))

    importing = threading.Thread(target=keep_importing)
    importing.start()
    while not imports and importing.is_alive():
        time.sleep(0.02)
    try:
        answers = []
        for first in range(0, 50, 5):
            seen = len(imports)
            five = (partial(crowd.place, shop, carts[first + n], key=f"feed-{first + n}") for n in range(5))
            answers += crowd.at_once(*five)
            while len(imports) == seen and importing.is_alive():  # Each five meet an import, however slow it is.
                time.sleep(0.02)
    finally:
        sold_out.set()
        importing.join()

    assert Counter(status for status, _ in answers) == {201: 50}, [answer for status, answer in answers if status > 201]
    assert len(imports) > 10, "the feed came again and again meanwhile"
    assert all(report["updated"] == 20 and not report["rejected"] for report in imports), imports
    crowd.assert_kept(shop, [[answer["purchase"]["id"], answer["purchase"]["token"]] for _, answer in answers])
    stock = seller.stock_of("Tea bowl")
    assert {on_hand for on_hand, _ in stock.values()} == {400 if len(imports) % 2 else 300}
    pieces = Counter(listings[place]["external_id"] for pair in wanted for place in pair)
    assert {external_id: reserved for external_id, (_, reserved) in stock.items()} == pieces
    crowd.assert_verified(shop)


def test_two_tabs_that_place_one_cart_at_once_make_one_purchase(marketplace: Marketplace) -> None:
    shop, skus = marketplace
    for number in range(5):
        cart = crowd.open_cart(shop, [skus[1][number], skus[2][number]])
        answers = crowd.at_once(*(partial(crowd.place, shop, cart, key=f"tab-{number}-{tab}") for tab in range(2)))
        assert sorted(status for status, _ in answers) == [201, 409]
        assert [answer["code"] for status, answer in answers if status == 409] == ["cart_not_open"]


def test_one_click_sent_twice_at_once_makes_one_purchase_and_one_answer(marketplace: Marketplace) -> None:
    shop, skus = marketplace
    for number in range(5):
        cart = crowd.open_cart(shop, [skus[3][number]])
        key = f"twice-{number}"
        answers = crowd.at_once(*[partial(crowd.place, shop, cart, key=key)] * 2)
        placed = [answer for status, answer in answers if status == 201]
        assert all(answer["code"] == "request_in_flight" for status, answer in answers if status != 201)
        assert crowd.place(shop, cart, key=key) == (201, placed[0]), "the same key has the same answer, for good"
        assert all(answer == placed[0] for answer in placed)
    crowd.assert_verified(shop)


def _feed(path: Path, *, stock: int) -> Path:
    offers = "".join(
        f'<offer id="bowl-{number}" available="true"><name>{escape(f"Tea bowl {number}")}</name><price>39.00</price>'
        f"<currencyId>CNY</currencyId><categoryId>1</categoryId><count>{stock}</count></offer>"
        for number in range(20)
    )
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?><yml_catalog date="2026-11-20 09:00"><shop><name>Load</name>'
        '<currencies><currency id="CNY" rate="1"/></currencies><categories><category id="1">Load</category>'
        f"</categories><offers>{offers}</offers></shop></yml_catalog>",
        encoding="utf-8",
    )
    return path
