"""What a page costs: statements and Python calls, the figures that do not drift with the machine."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from entrepot.orders import queries as orders
from tests import pages
from tests.builders import every_state
from tests.builders.search import UpToDateEngine
from tests.orders import counting
from tests.pages import Reader

# With what a process keeps at hand: the third opening of a page. BEGIN and COMMIT are included.
STATEMENTS_MAX = {
    "front page": 0, "search": 5, "category": 5, "store": 6, "product page": 2, "cart": 3, "checkout": 4, "sign in": 0,
    "account": 5, "order": 9,
    "seller: today": 13, "seller: orders": 5, "seller: order": 8, "seller: listings": 7, "seller: money": 11,
    "operator: overview": 17, "operator: markets": 9, "operator: sellers": 7, "operator: case": 15,
    "operator: purchases": 8,
}  # fmt: skip
CALLS_MAX = {"search": 7_000, "product page": 4_600}


@pytest.fixture(autouse=True)
def _at_one_moment() -> Iterator[None]:
    with pages.moment():
        yield


@pytest.mark.django_db(transaction=True)
def test_every_page_type_stays_within_its_statements_and_calls(
    run_jobs: Callable[..., int], search_index: UpToDateEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = every_state.build_shop()
    run_jobs()
    search_index.stand_still()
    visitor, buyer = Reader(), Reader(person_id=shop.buyer)
    owner, operator = Reader(person_id=shop.owner), Reader(person_id=shop.operator)
    product = f"/listing/{shop.bowl.id}/{shop.bowl.slug}"
    visitor.open(product).send("/cart/add", quantity="2")
    centre = f"/seller/{shop.seller.id}"
    purchase = orders.list_purchases(shop.buyer)[0]
    # One that is still to be sent: its page also asks whether the purchase is held, which others do not.
    order = next(order for order in orders.list_fulfilment(shop.seller.id).items if order.state == "to_ship")
    addresses = {
        "front page": (visitor, "/"),
        "search": (visitor, "/search"),
        "category": (visitor, f"/category/{shop.bowl.category_slug}"),
        "store": (visitor, f"/store/{shop.bowl.store_slug}"),
        "product page": (visitor, product),
        "cart": (visitor, "/cart"),
        "checkout": (visitor, "/checkout"),
        "sign in": (visitor, "/account/sign-in/"),
        "account": (buyer, "/account/"),
        "order": (buyer, f"/purchase/{purchase.id}"),
        "seller: today": (owner, f"{centre}/today/"),
        "seller: orders": (owner, f"{centre}/orders/"),
        "seller: order": (owner, f"{centre}/orders/{order.id}/"),
        "seller: listings": (owner, f"{centre}/listings/"),
        "seller: money": (owner, f"{centre}/money/"),
        "operator: overview": (operator, "/operator/"),
        "operator: markets": (operator, "/operator/markets/"),
        "operator: sellers": (operator, "/operator/sellers/"),
        "operator: case": (operator, f"/operator/sellers/{shop.seller.id}/"),
        "operator: purchases": (operator, "/operator/purchases/"),
    }
    assert addresses.keys() == STATEMENTS_MAX.keys()
    # What is looked up anew every 20 or 60 seconds would be asked for by whichever page comes then.
    stands_at = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: stands_at)
    too_dear = {}
    for name, (reader, address) in addresses.items():
        for _ in range(2):
            reader.open(address)
            assert (reader.status, reader.address) == (200, address), name
        statements = _statements(reader, address)
        if len(statements) > STATEMENTS_MAX[name]:
            too_dear[name] = statements
        if name in CALLS_MAX and (calls := min(_calls(reader, address) for _ in range(2))) > CALLS_MAX[name]:
            too_dear[f"{name}: calls"] = [str(calls)]
    assert too_dear == {}, "\n".join(
        f"{name} {len(found)}:\n  " + "\n  ".join(found) for name, found in too_dear.items()
    )


def _statements(reader: Reader, address: str) -> list[str]:
    with counting.statements() as asked:
        reader.open(address)
    return asked.statements


def _calls(reader: Reader, address: str) -> int:
    with counting.python_calls() as made:
        reader.open(address)
    return made.calls
