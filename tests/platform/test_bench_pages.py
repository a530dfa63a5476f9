from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from entrepot.bench import pages
from entrepot.bench.visiting import BASELINES, PAGE_TYPES, NoSuchPage, PageType, Reader
from tests.builders import accounts, orders
from tests.builders.accounts import PASSWORD

ROW: dict[str, Any] = {
    "page": "cart", "path": "/cart", "web_cpu_ms": 4.25, "database_cpu_ms": 1.0, "statements": 7.0,
    "html_bytes_compressed": 6200, "goal_web_cpu_ms": 8.0,
}  # fmt: skip


def _port(server: LiveServer) -> int:
    return int(server.url.rpartition(":")[2])


@pytest.mark.django_db(transaction=True)
def test_a_reader_finds_pages_by_their_links_signs_in_and_fills_a_cart(
    live_server: LiveServer, run_jobs: Callable[..., int]
) -> None:
    orders.open_buying("DE")
    orders.goods(orders.shop("CN"), title="Blue bowl")
    run_jobs()
    accounts.person(email="reader@example.com", password=PASSWORD)
    reader = Reader(_port(live_server))
    product = reader.find(PageType("product page", "visitor", "/search", r"/listing/[^\"?]+"))
    assert product.startswith("/listing/")
    reader.put_into_cart()
    assert "entrepot_cart" in reader.cookies
    reader.sign_in("reader@example.com", PASSWORD)
    account = reader.open("/account/")
    assert (account.status, account.path) == (200, "/account/")
    assert 0 < account.bytes_compressed < len(account.text)
    with pytest.raises(NoSuchPage, match="no link"):
        reader.find(PageType("order", "buyer", "/account/", r"/purchase/[^\"?]+"))
    with pytest.raises(NoSuchPage, match="answers 404"):
        reader.find(PageType("nothing", "visitor", "/nothing/here"))


@pytest.mark.django_db(transaction=True)
def test_a_reader_with_a_wrong_password_is_told_so(live_server: LiveServer) -> None:
    with pytest.raises(NoSuchPage, match="cannot sign in"):
        Reader(_port(live_server)).sign_in("nobody@example.com", "wrong")


def test_the_report_says_what_each_column_means_and_what_was_left_out() -> None:
    seen = {"requests": 6, "pictures": 2, "bytes_compressed": 36100, "lcp_ms": 120, "cls": 0.0}
    baseline = {**ROW, "page": "the server alone", "web_cpu_ms": 0.3}
    report = {"requests_each": 200, "baselines": [baseline], "pages": [{**ROW, **seen}], "browser": "Chromium"}
    lines = pages.describe(report).splitlines()
    assert lines[0].split() == "page type web goal database statements KB requests pictures LCP ms CLS".split()
    assert lines[1].split() == ["the", "server", "alone", "0.3", "1.0", "7", "6.2", "–", "–", "–", "–"]
    assert lines[2].split() == ["cart", "4.2", "8", "1.0", "7", "36.1", "6", "2", "120", "0.0"]
    assert "left out" not in lines[-1]
    without = pages.describe({**report, "pages": [ROW], "browser": "Chromium is not installed"})
    assert without.endswith("Requests, pictures, LCP and CLS were left out: Chromium is not installed.")


def test_every_page_type_has_a_name_of_its_own_and_the_product_page_the_smaller_goal() -> None:
    names = [wanted.name for wanted in (*BASELINES, *PAGE_TYPES)]
    assert len(set(names)) == len(names)
    assert {wanted.name: wanted.goal_ms for wanted in PAGE_TYPES}["product page"] == 5.0
    assert {wanted.goal_ms for wanted in PAGE_TYPES if wanted.name != "product page"} == {8.0}
