"""Buyers' names are held against lists after the payment; what matches is not sent until an operator decides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from entrepot.catalog.queries import ListingView
from entrepot.kernel import audit, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.orders import fulfilment, operations, personal_data, queries
from entrepot.orders.jobs import cancel_undispatched, screen_buyers
from entrepot.orders.operations import NotHeld, PurchaseHeld
from entrepot.orders.queries import OrderView, screening
from entrepot.sellers import operations as sellers_operations, queries as sellers_queries
from entrepot.sellers.lists import ListEntry
from tests.builders import accounts, orders, sellers
from tests.builders.orders import BERLIN, NOW
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def take_list(*names: str, code: str = "eu", kind: str = "sanctions", version: str = "1") -> None:
    sellers_operations.import_list(
        code=code,
        version=version,
        kind=kind,
        entries=[
            ListEntry(id=f"{code}-{number}", names=(name,), kind="person", countries="ru", programme="UKR")
            for number, name in enumerate(names, start=1)
        ],
        actor="operator:test",
        now=NOW,
    )


_offered: list[ListingView] = []


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    """A seller who was approved before there was any list, so that its own name is not in question."""
    _offered[:] = [orders.goods(orders.shop("CN"))]


def order_of(name: str = "Jürgen Müller", company: str = "", *, person_id: Any = None) -> OrderView:
    bought = orders.purchase(
        (_offered[0], 2), address={**BERLIN, "name": name, "company": company}, person_id=person_id
    )
    return queries.get_any_order(bought.orders[0].id)


def held_numbers() -> Sequence[str]:
    return [found.number for found in screening.list_held()]


def number_of(order: OrderView) -> str:
    return queries.get_any_purchase(order.purchase_id).number


def test_without_a_list_nothing_is_kept_and_everything_is_sent() -> None:
    order = order_of("Arkady Rotenberg")
    assert operations.screen_purchases(limit=10, now=NOW) == 0
    assert screening.find_state(order.purchase_id) is None
    orders.ship(order)
    assert screening.find_state(order.purchase_id) is None


def test_a_name_like_one_on_a_list_holds_the_purchase() -> None:
    take_list("Arkady Romanovich ROTENBERG")
    plain, listed = order_of(), order_of("Аркадий Ротенберг")
    assert operations.screen_purchases(limit=10, now=NOW) == 2
    assert operations.screen_purchases(limit=10, now=NOW) == 0  # Each is looked at once.
    assert screening.find_state(plain.purchase_id) == "clear"
    assert held_numbers() == [number_of(listed)]
    (found,) = screening.list_held()
    (hit,) = found.hits
    assert (hit.role, hit.name, hit.listed, hit.list_code, hit.entry_id) == (
        "recipient", "Аркадий Ротенберг", "Arkady Romanovich ROTENBERG", "eu", "eu-1",
    )  # fmt: skip
    orders.ship(plain)
    with pytest.raises(PurchaseHeld):
        orders.ship(listed)
    with pytest.raises(PurchaseHeld):
        fulfilment.ship_order(seller_id=listed.seller_id, order_id=listed.id, now=NOW)
    assert queries.get_any_order(listed.id).state == "to_ship"


def test_the_company_is_compared_too_and_people_near_power_may_buy() -> None:
    take_list("Rosneft Oil Company OJSC")
    take_list("Angela Merkel", code="peps", kind="exposed")
    company, near_power = order_of(company="OAO Rosneft Oil Company"), order_of("Angela Merkel")
    operations.screen_purchases(limit=10, now=NOW)
    assert held_numbers() == [number_of(company)]
    assert screening.find_state(near_power.purchase_id) == "clear"


def test_dispatch_looks_itself_where_nobody_has_looked_yet() -> None:
    take_list("Arkady Rotenberg")
    listed, plain = order_of("Arkadi Rotenberg"), order_of()
    with pytest.raises(PurchaseHeld):
        orders.ship(listed)
    orders.ship(plain)
    assert screening.find_state(plain.purchase_id) == "clear"
    assert screening.find_state(listed.purchase_id) is None  # The refusal undid everything; the sweep keeps it.
    operations.screen_purchases(limit=10, now=NOW)
    assert held_numbers() == [number_of(listed)]


def test_what_is_kept_of_a_match_is_encrypted() -> None:
    take_list("Arkady Rotenberg")
    order_of("Arkady Rotenberg")
    operations.screen_purchases(limit=10, now=NOW)
    row = sql.fetch_one("SELECT matches FROM orders_buyerscreening")
    assert row is not None
    assert "otenberg" not in row[0]


def test_a_held_purchase_is_cleared_with_a_reason_and_its_seller_loses_no_time() -> None:
    take_list("Arkady Rotenberg")
    order = order_of("Arkady Rotenberg")
    due_before = order.dispatch_due_at
    assert due_before is not None
    operations.screen_purchases(limit=10, now=NOW)
    with pytest.raises(InvalidField):
        operations.clear_purchase(purchase_id=order.purchase_id, reason=" ", actor="operator:1", now=NOW)
    later = NOW + timedelta(hours=30)
    operations.clear_purchase(
        purchase_id=order.purchase_id, reason="Born 1990, not 1951", actor="operator:1", now=later
    )
    assert screening.find_state(order.purchase_id) == "cleared"
    assert queries.get_any_order(order.id).dispatch_due_at == due_before + timedelta(days=2), (
        "30 hours, to the day's end"
    )
    entry = audit.list_entries(subject_kind="purchase", subject_id=order.purchase_id)[0]
    assert (entry.action, entry.details["reason"]) == ("clear_buyer", "Born 1990, not 1951")
    orders.ship(order, now=later)
    for act in (operations.clear_purchase, operations.refuse_purchase):
        with pytest.raises(NotHeld):
            act(purchase_id=order.purchase_id, reason="again", actor="operator:1", now=later)


def test_a_refused_purchase_is_cancelled_and_its_money_goes_back() -> None:
    take_list("Arkady Rotenberg")
    order = order_of("Arkady Rotenberg")
    screen_buyers()
    operations.refuse_purchase(purchase_id=order.purchase_id, reason="It is he", actor="operator:1", now=NOW)
    with pytest.raises(PurchaseHeld):
        orders.ship(order)
    assert operations.give_back_refused(limit=10, now=NOW) == 1
    assert operations.give_back_refused(limit=10, now=NOW) == 0
    ended = queries.get_any_order(order.id)
    assert (ended.state, ended.end_reason) == ("cancelled", "cancelled_by_platform")
    assert ended.refunded == order.total
    assert orders.faults() == []


def test_time_that_runs_out_does_not_cancel_what_is_held() -> None:
    take_list("Arkady Rotenberg")
    order = order_of("Arkady Rotenberg")
    operations.screen_purchases(limit=10, now=NOW)
    sql.execute("UPDATE orders_order SET dispatch_due_at = now() - interval '1 day' WHERE id = %s", [order.id])
    cancel_undispatched()
    assert queries.get_any_order(order.id).state == "to_ship"
    operations.refuse_purchase(purchase_id=order.purchase_id, reason="It is he", actor="operator:1", now=NOW)
    cancel_undispatched()
    assert queries.get_any_order(order.id).state == "cancelled"


def test_a_new_list_has_what_is_not_sent_compared_anew(run_jobs: Any) -> None:
    take_list("Somebody Else")
    clear, cleared, sent = order_of("Arkady Rotenberg"), order_of("Somebody Else"), order_of("Boris Rotenberg")
    operations.screen_purchases(limit=10, now=NOW)
    operations.clear_purchase(purchase_id=cleared.purchase_id, reason="another", actor="operator:1", now=NOW)
    orders.ship(sent)
    run_jobs()
    take_list("Somebody Else", "Arkady Rotenberg", "Boris Rotenberg", version="2")
    run_jobs()
    operations.screen_purchases(limit=10, now=NOW)
    assert held_numbers() == [number_of(clear)]
    assert screening.find_state(cleared.purchase_id) == "cleared"
    assert screening.find_state(sent.purchase_id) == "clear"
    take_list("Somebody Else", code="un")
    run_jobs()
    assert set(held_numbers()) == {number_of(clear), number_of(cleared)}


def test_who_is_erased_leaves_no_name_behind_but_what_was_refused() -> None:
    take_list("Arkady Rotenberg")
    person = accounts.person()
    order = order_of("Arkady Rotenberg", person_id=person.id)
    operations.screen_purchases(limit=10, now=NOW)
    operations.clear_purchase(purchase_id=order.purchase_id, reason="another", actor="operator:1", now=NOW)
    with transaction.atomic():
        personal_data.OrdersData().erase(person_id=person.id, now=NOW)
    assert sql.fetch_one("SELECT matches, state FROM orders_buyerscreening") == ("", "cleared")


# --- the console and the seller's page -------------------------------------------------------------------------------


def console() -> Reader:
    return Reader(person_id=accounts.operator().id)


def test_an_operator_clears_one_and_refuses_another() -> None:
    take_list("Arkady Rotenberg")
    first, second = order_of("Arkady Rotenberg"), order_of("Arkadii Rotenberg")
    reader = console().open("/operator/buyers/")
    assert "Nothing is held" in reader.words
    operations.screen_purchases(limit=10, now=NOW)
    reader.open("/operator/")
    assert "2 purchases are held for their buyers' names" in reader.words
    reader.open("/operator/buyers/")
    assert number_of(first) in reader.words
    assert "Arkadii Rotenberg (Recipient) is like Arkady Rotenberg" in reader.words
    address = f"/operator/buyers/{first.purchase_id}/decide"
    reader.send(address, button="clear", reason="")
    assert reader.status == 422
    assert screening.find_state(first.purchase_id) == "held"
    reader.open("/operator/buyers/").send(address, button="clear", reason="Another date of birth")
    assert "Recorded. Its sellers may send it." in reader.words
    reader.send(f"/operator/buyers/{second.purchase_id}/decide", button="refuse", reason="It is he")
    assert "Refused. The money goes back." in reader.words
    assert "Nothing is held" in reader.words
    assert screening.find_state(second.purchase_id) == "refused"
    reader.open("/operator/audit/")
    assert "Refused a buyer whose name is on a list" in reader.words


def test_nobody_but_operators_reads_or_decides() -> None:
    take_list("Arkady Rotenberg")
    order = order_of("Arkady Rotenberg")
    operations.screen_purchases(limit=10, now=NOW)
    seller = Reader(person_id=_owner(order))
    token = seller.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    assert seller.open("/operator/buyers/").status in (403, 404)
    fields = {"csrfmiddlewaretoken": token, "decision": "clear", "reason": "mine"}
    assert seller.post(f"/operator/buyers/{order.purchase_id}/decide", fields).status in (403, 404)
    assert screening.find_state(order.purchase_id) == "held"


def test_the_seller_is_told_to_wait_and_not_why() -> None:
    take_list("Arkady Rotenberg")
    order = order_of("Arkady Rotenberg")
    reader = Reader(person_id=_owner(order)).open(f"/seller/{order.seller_id}/orders/{order.id}/")
    assert "Send a parcel" in reader.words
    operations.screen_purchases(limit=10, now=NOW)
    reader.open(f"/seller/{order.seller_id}/orders/{order.id}/")
    assert "The marketplace is checking this order." in reader.words
    assert "Send a parcel" not in reader.words
    assert "list" not in reader.words.casefold().replace("listing", "")


def _owner(order: OrderView) -> Any:
    return sellers.owner_of(sellers_queries.get_seller(order.seller_id))


def test_a_purchase_that_was_never_compared_cannot_be_decided() -> None:
    order = order_of()
    with pytest.raises(NotFound):
        operations.clear_purchase(purchase_id=order.purchase_id, reason="x", actor="operator:1", now=NOW)
