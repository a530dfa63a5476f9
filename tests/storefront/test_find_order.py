from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache

from entrepot.kernel import sql
from tests.pages import Reader
from tests.storefront.shelf import BERLIN, Shelf, fill_cart, stock

pytestmark = pytest.mark.django_db
RunJobs = Callable[..., int]


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def shelf(run_jobs: RunJobs) -> Shelf:
    return stock(run_jobs)


@pytest.fixture
def number(shelf: Shelf, run_jobs: RunJobs, mailoutbox: list[Any]) -> str:
    """The number of a guest's order, whose confirmation is sent."""
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout").send("/checkout", way="sandbox:tok_ok", **BERLIN)
    run_jobs()
    mailoutbox.clear()
    return str(reader.page.xpath("//h1/text()")[0].removeprefix("Order "))


def ask(number: str, email: str) -> Reader:
    reader = Reader().open("/find-order").send("/find-order", number=number, email=email)
    assert reader.status == 200
    return reader


@pytest.mark.parametrize("written", ["{}", " {} ", "{}-1"])
def test_number_and_e_mail_bring_the_link_back(
    number: str, run_jobs: RunJobs, mailoutbox: list[Any], written: str
) -> None:
    reader = ask(written.format(number).lower(), "Buyer@Example.com")
    assert "Look into your mail" in reader.words
    run_jobs()
    (letter,) = mailoutbox
    assert letter.to == ["buyer@example.com"]
    assert letter.subject == f"The link to your order {number}"
    link = next(word for word in letter.body.split() if "/purchase/" in word)
    found = Reader().open("/purchase/" + link.partition("/purchase/")[2])
    assert f"Order {number}" in found.page.xpath("//h1")[0].text_content()


def test_a_wrong_guess_gets_the_same_answer_and_no_letter(
    number: str, run_jobs: RunJobs, mailoutbox: list[Any]
) -> None:
    right = ask(number, "buyer@example.com")
    run_jobs()
    mailoutbox.clear()
    for guess, email in (
        (number, "else@example.com"),
        ("00000-00000", "buyer@example.com"),
        ("-", "buyer@example.com"),
    ):
        assert ask(guess, email).words == right.words
    run_jobs()
    assert mailoutbox == []


def test_asking_again_and_again_sends_one_letter_an_hour(number: str, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    for _ in range(3):
        ask(number, "buyer@example.com")
    run_jobs()
    assert len(mailoutbox) == 1


def test_what_waits_with_the_question_names_nobody(number: str) -> None:
    ask(number, "buyer@example.com")
    (row,) = sql.fetch_all("SELECT args::text FROM procrastinate_jobs WHERE task_name LIKE '%send_order_link'")
    assert "buyer" not in row[0]


def test_whoever_tries_many_numbers_is_asked_to_wait(number: str) -> None:
    for _ in range(10):
        ask("00000-00000", "buyer@example.com")
    reader = Reader().open("/find-order").send("/find-order", number=number, email="buyer@example.com")
    assert reader.status == 429
    assert "That was often." in reader.words


def test_an_erased_buyer_gets_no_letter(number: str, run_jobs: RunJobs, mailoutbox: list[Any]) -> None:
    sql.execute("UPDATE orders_purchase SET contact = ''")
    ask(number, "buyer@example.com")
    run_jobs()
    assert mailoutbox == []
