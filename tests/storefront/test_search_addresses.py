"""What the address of a list says, read and written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.http import QueryDict
from hypothesis import given, strategies as st

from entrepot.markets.rules import UnknownCurrency
from entrepot.storefront.narrowing import Narrowing, clean, read

_LINE = st.text(min_size=1, max_size=30).map(clean).filter(bool)
_NAME = _LINE
_AMOUNT = st.decimals(min_value=0, max_value=10**8, places=2).map(lambda amount: amount.normalize())


def _rate(given: str, wanted: str) -> Decimal:
    if {given, wanted} == {"EUR", "USD"}:
        return Decimal("1.25") if wanted == "USD" else Decimal("0.8")
    raise UnknownCurrency(currency=given)


def _read(query: str, currency: str = "EUR", **page: str) -> Narrowing:
    return read(QueryDict(query), currency=currency, rate=_rate, **page)


@given(
    q=st.text(max_size=60).map(clean),
    category=st.sampled_from(["", "shoes", "mens-shirts"]),
    brands=st.lists(_LINE, max_size=4, unique=True),
    origins=st.lists(st.sampled_from(["IT", "CN", "TR", "KZ"]), max_size=4, unique=True),
    attributes=st.lists(st.tuples(_NAME, _LINE), max_size=4, unique=True),
    prices=st.tuples(st.none() | _AMOUNT, st.none() | _AMOUNT),
    days_max=st.none() | st.integers(1, 365),
    rating_min=st.none() | st.integers(1, 5),
    sort=st.sampled_from(["relevance", "price", "newest", "orders", "rating"]),
    as_typed=st.booleans(),
    page=st.integers(1, 40),
)
def test_an_address_says_all_that_a_list_is_narrowed_to(
    prices: tuple[Decimal | None, Decimal | None], **said: object
) -> None:
    low, high = prices
    if low is not None and high is not None and low > high:
        low, high = high, low
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    list_ = Narrowing(**values, price_from=low, price_to=high, currency="EUR")  # type: ignore[arg-type]
    query = list_.address.partition("?")[2]
    assert _read(query).address == list_.address
    found = _read(query)
    assert (set(found.brands), set(found.origins), set(found.attributes)) == (
        set(list_.brands), set(list_.origins), set(list_.attributes)
    )  # fmt: skip
    assert (found.price_from, found.price_to, found.days_max, found.page) == (low, high, list_.days_max, list_.page)


def test_the_same_list_has_one_address_however_it_was_asked_for() -> None:
    one = _read("sort=price&brand=B&origin=it&brand=A&q=tea&page=1&utm_source=x")
    other = _read("q=+tea++&origin=IT&brand=A&brand=B&brand=A&sort=price&days_max=&price_from=")
    assert one.address == other.address == "/search?q=tea&brand=A&brand=B&origin=IT&sort=price"


@pytest.mark.parametrize(
    "query",
    [
        "sort=cheapest", "origin=<script>", "origin=ITA", "price_from=abc", "price_from=-5", "price_to=1e9",
        "price_from=" + "9" * 40, "days_max=0", "days_max=9999", "days_max=²", "rating_min=6", "rating_min=0", "page=0",
        "page=-1", "page=x", "attribute=Colour", "attribute=:Red", "attribute=Colour:", "category=../etc",
        "category=a%00b", "snapshot=../../x", "as_typed=yes", "brand=", "brand=%00%01", "unknown=1",
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_left_out(query: str) -> None:
    assert _read(query) == _read("")


def test_prices_that_somebody_chose_in_another_currency_are_exchanged() -> None:
    shared = _read("price_from=10&price_to=20.50").address
    assert shared == "/search?price_from=10&price_to=20.5&currency=EUR"
    found = _read(shared.partition("?")[2], "USD")
    assert (found.price_from, found.price_to, found.currency) == (Decimal(12), Decimal(26), "USD")
    assert _read("price_from=10&currency=XXX").price_from is None
    assert _read("price_from=20&price_to=10").address == "/search?price_from=10&price_to=20&currency=EUR"
    assert _read("price_from=12,5").price_from == Decimal("12.5")


def test_a_page_says_what_it_is_of_and_not_its_query() -> None:
    found = _read("q=x&category=hats&brand=A", path="/category/shoes", category="shoes", q="")
    assert found.address == "/category/shoes?brand=A"
    assert _read("q=x&category=hats", path="/store/s", store="s").address == "/store/s?q=x&category=hats"


def test_a_value_is_dropped_without_touching_the_others_and_starts_at_the_first_page() -> None:
    found = _read("q=tea&brand=A&brand=B&attribute=Size:L&price_from=5&sort=price&page=3&snapshot=g1")
    assert (
        found.without("brands", "A").address
        == "/search?q=tea&brand=B&attribute=Size%3AL&price_from=5&currency=EUR&sort=price"
    )
    assert found.without("price").address == "/search?q=tea&brand=A&brand=B&attribute=Size%3AL&sort=price"
    assert found.without_all().address == "/search?q=tea&sort=price"
    assert found.chosen == 4
    assert found.page_address("g2").endswith("&snapshot=g2&page=")


def test_an_attribute_may_have_a_colon_in_its_name() -> None:
    pair = ("Ratio 1:2 %", "3:4")
    address = Narrowing(attributes=(pair,)).address
    assert _read(address.partition("?")[2]).attributes == (pair,)


def test_no_more_values_are_read_than_anybody_ticks() -> None:
    assert len(_read("&".join(f"brand=b{number}" for number in range(500))).brands) == 20
    assert len(_read(f"q={'x' * 5000}").q) == 200
