"""What buyers take from the stock and give back, alone and fifty at a time."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import Error, connection, transaction

from entrepot.catalog import checks, operations
from entrepot.catalog.operations import OutOfStock, SkuInput
from entrepot.kernel import sql
from entrepot.kernel.ids import new_id
from tests.builders import catalog, sellers
from tests.builders.catalog import NOW


def counts(sku_id: int) -> tuple[int, int]:
    row = sql.fetch_one("SELECT on_hand, reserved FROM catalog_stock WHERE sku_id = %s", [sku_id])
    assert row is not None
    return row[0], row[1]


def movements(sku_id: int) -> list[tuple[str, int, int]]:
    statement = "SELECT kind, on_hand_delta, reserved_delta FROM catalog_stockmovement WHERE sku_id = %s ORDER BY id"
    return [tuple(row) for row in sql.fetch_all(statement, [sku_id])]


def reserve(wanted: dict[int, int], reference: UUID | None = None) -> None:
    with transaction.atomic():
        operations.reserve_stock(wanted=wanted, reference=reference or new_id(), at=NOW)


@pytest.fixture
def sku_id(db: None) -> int:
    return catalog.listing(sellers.approved_seller(), stock=10).skus[0].sku_id


def test_a_purchase_reserves_and_leaves_on_hand_to_the_seller(sku_id: int) -> None:
    reserve({sku_id: 3})
    assert counts(sku_id) == (10, 3)
    assert movements(sku_id) == [("set", 10, 0), ("reserve", 0, 3)]


def test_the_same_purchase_told_twice_reserves_once(sku_id: int) -> None:
    purchase = new_id()
    reserve({sku_id: 8}, purchase)
    reserve({sku_id: 8}, purchase)
    assert counts(sku_id) == (10, 8)
    assert list(checks.find_faults()) == []


def test_what_is_not_there_is_refused_with_the_sku_and_what_is_left(sku_id: int) -> None:
    reserve({sku_id: 8})
    with pytest.raises(OutOfStock) as refusal:
        reserve({sku_id: 3})
    code = sql.fetch_one("SELECT code FROM catalog_sku WHERE id = %s", [sku_id])
    assert code is not None
    assert refusal.value.fields == {"skus": [{"sku": code[0], "wanted": 3, "available": 2}]}
    assert counts(sku_id) == (10, 8)
    assert movements(sku_id) == [("set", 10, 0), ("reserve", 0, 8)]


def test_one_short_sku_keeps_the_whole_basket_back(db: None) -> None:
    seller = sellers.approved_seller()
    plenty, scarce = (catalog.listing(seller, stock=stock).skus[0].sku_id for stock in (100, 1))
    with pytest.raises(OutOfStock) as refusal:
        reserve({plenty: 5, scarce: 2})
    assert [line["available"] for line in refusal.value.fields["skus"]] == [1]
    assert counts(plenty) == (100, 0)


def test_a_sku_that_never_had_stock_is_out_of_stock(db: None) -> None:
    with pytest.raises(OutOfStock) as refusal:
        reserve({987_654_321: 1})
    assert refusal.value.fields == {"skus": [{"sku": "987654321", "wanted": 1, "available": 0}]}


def test_a_return_gives_back_once_however_often_it_is_told(sku_id: int) -> None:
    reserve({sku_id: 5})
    cancellation = new_id()
    for _ in range(2):
        with transaction.atomic():
            operations.return_stock(quantities={sku_id: 2}, reference=cancellation, at=NOW)
    assert counts(sku_id) == (10, 3)
    assert list(checks.find_faults()) == []


def test_a_dispatch_takes_the_pieces_off_both_columns_once(sku_id: int) -> None:
    reserve({sku_id: 5})
    parcel = new_id()
    for _ in range(2):
        with transaction.atomic():
            operations.dispatch_stock(quantities={sku_id: 4}, reference=parcel, at=NOW)
    assert counts(sku_id) == (6, 1)
    assert list(checks.find_faults()) == []


def test_a_dispatch_after_the_seller_counted_down_already_stops_at_zero(db: None) -> None:
    view = catalog.listing(sellers.approved_seller(), stock=10)
    seller_sku, sku_id = view.skus[0].seller_sku, view.skus[0].sku_id
    reserve({sku_id: 5})
    operations.set_stock(seller_id=view.seller_id, stock={seller_sku: 3}, now=NOW)
    with transaction.atomic():
        operations.dispatch_stock(quantities={sku_id: 5}, reference=new_id(), at=NOW)
    assert counts(sku_id) == (0, 0)
    assert movements(sku_id) == [("set", 10, 0), ("reserve", 0, 5), ("set", -7, 0), ("dispatch", -3, -5)]
    assert list(checks.find_faults()) == []


def test_the_sellers_count_never_touches_what_is_reserved(db: None) -> None:
    view = catalog.listing(sellers.approved_seller(), stock=10)
    sku = view.skus[0]
    reserve({sku.sku_id: 8})
    result = operations.set_stock(seller_id=view.seller_id, stock={sku.seller_sku: 5, "unknown": 1, "SKU": -1}, now=NOW)
    assert (result.updated, result.unchanged, len(result.rejected)) == (1, 0, 2)
    assert counts(sku.sku_id) == (5, 8)
    with pytest.raises(OutOfStock):
        reserve({sku.sku_id: 1})


def test_another_sellers_sku_is_unknown_to_set_stock(sku_id: int) -> None:
    other = sellers.approved_seller(country="IT")
    name = sql.fetch_one("SELECT seller_sku FROM catalog_sku WHERE id = %s", [sku_id])
    assert name is not None
    result = operations.set_stock(seller_id=other.id, stock={name[0]: 0}, now=NOW)
    assert [rejected.reason for rejected in result.rejected] == ["You have no SKU of this name."]
    assert counts(sku_id) == (10, 0)


def test_movements_cannot_be_changed_or_removed(sku_id: int) -> None:
    for statement in (
        "UPDATE catalog_stockmovement SET on_hand_delta = 0 WHERE sku_id = %s",
        "DELETE FROM catalog_stockmovement WHERE sku_id = %s",
    ):
        with pytest.raises(Error, match="append-only"), transaction.atomic():
            sql.execute(statement, [sku_id])
    assert movements(sku_id) == [("set", 10, 0)]


def test_a_row_cannot_stand_under_another_sellers_name(sku_id: int) -> None:
    other = sellers.approved_seller(country="IT")
    statement = "UPDATE catalog_stock SET seller_id = %s WHERE sku_id = %s"
    with pytest.raises(Error, match="catalog_stock_sku_fk"), transaction.atomic():
        sql.execute(statement, [other.id, sku_id])


def test_verify_names_a_stock_row_that_its_movements_do_not_explain(sku_id: int) -> None:
    sql.execute("UPDATE catalog_stock SET on_hand = 11, reserved = 2 WHERE sku_id = %s", [sku_id])
    faults = list(checks.find_faults())
    assert [(fault.check, fault.subject) for fault in faults] == [("catalog.stock", f"sku {sku_id}")]
    assert faults[0].detail == "on_hand is 11, its movements say 10; reserved is 2, its movements say 0"


def together(tasks: list[Callable[[], None]], threads: int) -> list[BaseException | None]:
    """Run the tasks at once, each with a connection of its own; return what each raised."""
    start = threading.Barrier(threads)

    def run(task: Callable[[], None]) -> BaseException | None:
        try:
            start.wait(timeout=60)
            task()
        except Exception as fault:
            return fault
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, tasks))


@pytest.mark.django_db(transaction=True)
def test_of_fifty_buyers_at_once_ten_get_the_last_ten_pieces() -> None:
    sku_id = catalog.listing(sellers.approved_seller(), stock=10).skus[0].sku_id
    outcomes = together([lambda: reserve({sku_id: 1})] * 50, threads=50)
    assert sum(outcome is None for outcome in outcomes) == 10
    assert [type(outcome) for outcome in outcomes if outcome is not None] == [OutOfStock] * 40
    assert counts(sku_id) == (10, 10)
    assert list(checks.find_faults()) == []


@pytest.mark.django_db(transaction=True)
def test_overlapping_baskets_in_any_order_never_deadlock() -> None:
    seller = sellers.approved_seller()
    skus = tuple(SkuInput(seller_sku=f"s{n}", price="10", stock=60, options={"size": str(n)}) for n in range(6))
    listing = catalog.listing(seller, skus=skus)
    ids = [sku.sku_id for sku in listing.skus]
    draw = random.Random(7)

    def basket() -> Callable[[], None]:
        chosen = draw.sample(ids, 4)
        return lambda: reserve(dict.fromkeys(chosen, 1))

    def recount() -> None:
        operations.set_stock(seller_id=listing.seller_id, stock={f"s{n}": 60 for n in reversed(range(6))}, now=NOW)

    tasks = [basket() if n % 6 else recount for n in range(60)]
    outcomes = together(tasks, threads=20)
    assert [outcome for outcome in outcomes if outcome is not None] == []
    assert sum(counts(sku_id)[1] for sku_id in ids) == 50 * 4
    assert list(checks.find_faults()) == []
