"""What buyers and sellers hear of an order's life, from the facts that orders records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.core import mail

from entrepot.accounts import queries as accounts
from entrepot.notifications import ports, queries
from entrepot.notifications.operations import webhooks
from entrepot.orders import jobs as order_jobs, operations as orders
from tests.api.client import Api, api_of
from tests.api.shop import bought, cart_body, place, seller_with_goods
from tests.builders import sellers as build_sellers
from tests.notifications.test_webhooks import Recorder

pytestmark = pytest.mark.django_db

RunJobs = Callable[..., int]


@pytest.fixture
def api(client: Any) -> Api:
    return Api(client)


def _letters(to: str) -> list[Any]:
    return [message for message in mail.outbox if message.to == [to]]


def _html(message: Any) -> str:
    return str(message.alternatives[0][0])


def test_a_paid_purchase_is_confirmed_to_the_buyer_and_told_to_each_seller(api: Api, run_jobs: RunJobs) -> None:
    chinese, shirt = seller_with_goods("CN", title="Plain cotton T-shirt")
    turkish, bag = seller_with_goods("TR", price="450.00", title="Leather handbag")
    purchase = bought(api, shirt, bag, quantity=2)
    run_jobs()
    (confirmation,) = _letters("anna@example.org")
    assert confirmation.subject == f"Your purchase {purchase['number']} is paid"
    link = f"/purchase/{purchase['id']}?token={purchase['token']}"
    assert link in confirmation.body
    assert link in _html(confirmation)
    assert f"€{purchase['total']}" in confirmation.body
    assert "2 × Plain cotton T-shirt" in confirmation.body
    assert "2 × Leather handbag" in _html(confirmation)
    for seller in (chinese, turkish):
        owner = accounts.get_person(build_sellers.owner_of(seller))
        (told,) = [message for message in _letters(owner.email) if "new order" in message.subject]
        assert told.subject == "1 new order"
        order = next(one for one in purchase["orders"] if one["seller"]["slug"] == seller.store.slug)
        assert f"/seller/{seller.id}/orders/{order['id']}/" in told.body
        assert "anna@example.org" not in told.body
    run_jobs()
    assert len(_letters("anna@example.org")) == 1


def test_an_arab_buyer_reads_arabic_from_right_to_left(api: Api, run_jobs: RunJobs) -> None:
    _, shirt = seller_with_goods("CN")
    cart = api.post("/carts", cart_body(shirt, language="ar")).json
    place(api, cart)
    run_jobs()
    (confirmation,) = _letters("anna@example.org")
    assert "تم دفع عملية الشراء" in confirmation.subject
    assert 'lang="ar" dir="rtl"' in _html(confirmation)
    assert "Thank you" not in confirmation.body


def test_several_orders_of_one_seller_are_one_letter(api: Api, run_jobs: RunJobs) -> None:
    seller, shirt = seller_with_goods("CN")
    first, second = bought(api, shirt, key="a"), bought(api, shirt, key="b")
    run_jobs()
    owner = accounts.get_person(build_sellers.owner_of(seller))
    (told,) = [message for message in _letters(owner.email) if "new order" in message.subject]
    assert told.subject == "2 new orders"
    for purchase in (first, second):
        assert purchase["orders"][0]["number"] in told.body
        (kept,) = queries.list_messages(subject_id=purchase["orders"][0]["id"])
        assert kept.state == "sent"


def test_shipping_and_a_cancellation_are_told_to_the_buyer(api: Api, run_jobs: RunJobs) -> None:
    seller, shirt = seller_with_goods("CN")
    purchase = bought(api, shirt, quantity=2)
    (order,) = purchase["orders"]
    seller_api = api_of(seller)
    cancelled = seller_api.post(
        f"/seller/orders/{order['id']}/cancellations", {"lines": [{"position": 0, "quantity": 1}]}
    )
    assert cancelled.status == 200
    refunded = cancelled.json["refunds"][0]["amount"]
    shipped = seller_api.post(f"/seller/orders/{order['id']}/parcels", {"tracking_number": "LX473124829CN"})
    assert shipped.status == 201
    run_jobs()
    by_subject = {message.subject: message for message in _letters("anna@example.org")}
    refund = by_subject[f"Refund for your order {order['number']}"]
    assert f"€{refunded}" in refund.body
    assert "The seller cancelled." in refund.body
    parcel = by_subject[f"{seller.store.name} has sent your order {order['number']}"]
    assert "LX473124829CN" in parcel.body
    assert len(by_subject) == 3


def test_a_missed_dispatch_date_is_told_to_the_buyer_with_its_reason_and_to_the_seller(
    api: Api, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, shirt = seller_with_goods("CN")
    purchase = bought(api, shirt)
    (order,) = purchase["orders"]
    run_jobs()
    mail.outbox.clear()
    due = datetime.fromisoformat(
        api.get(f"/purchases/{purchase['id']}?token={purchase['token']}").json["purchase"]["orders"][0][
            "dispatch_due_at"
        ]
    )
    monkeypatch.setattr("entrepot.kernel.clock.now", lambda: due)
    order_jobs.cancel_undispatched()
    run_jobs(at=due)
    run_jobs(at=due)
    (refund,) = _letters("anna@example.org")
    assert "The seller did not send in time." in refund.body
    assert "The seller did not send in time." in _html(refund)
    assert f"€{order['total']} of your order {order['number']}" in refund.body
    owner = accounts.get_person(build_sellers.owner_of(seller))
    (told,) = _letters(owner.email)
    assert told.subject == f"Pieces of order {order['number']} were cancelled"
    assert "The reason: It was not sent in time" in told.body
    assert f"/seller/{seller.id}/orders/{order['id']}/" in told.body


def test_a_seller_hears_what_the_buyer_cancelled_and_not_what_it_cancelled_itself(
    api: Api, run_jobs: RunJobs, now: datetime
) -> None:
    seller, shirt = seller_with_goods("CN")
    (order,) = bought(api, shirt, quantity=2)["orders"]
    run_jobs()
    mail.outbox.clear()
    orders.cancel_lines(order_id=UUID(order["id"]), by="buyer", lines={0: 1}, now=now)
    orders.cancel_lines(order_id=UUID(order["id"]), by="seller", lines={0: 1}, because="damaged", now=now)
    run_jobs()
    owner = accounts.get_person(build_sellers.owner_of(seller))
    (told,) = _letters(owner.email)
    assert "The reason: The buyer cancelled" in told.body
    by_buyer, by_seller = _letters("anna@example.org")
    assert "You cancelled." in by_buyer.body
    assert "The seller cancelled: it is damaged." in by_seller.body


def test_a_sellers_system_hears_of_its_orders_only(api: Api, now: datetime, run_jobs: RunJobs) -> None:
    recorder, bound = Recorder(), ports.get_sender()
    ports.bind_sender(recorder)
    try:
        seller, shirt = seller_with_goods("CN")
        _, bag = seller_with_goods("TR", price="450.00")
        webhooks.add_endpoint(
            seller_id=seller.id, url="https://erp.example.com/x", kinds=["order.paid"], actor="system", now=now
        )
        purchase = bought(api, shirt, bag)
        run_jobs()
    finally:
        ports.bind_sender(bound)
    own = next(order for order in purchase["orders"] if order["seller"]["slug"] == seller.store.slug)
    ((_, body, headers),) = recorder.posted
    assert b'"type":"order.paid"' in body
    assert own["id"].encode() in body
    assert headers["webhook-id"].endswith(own["number"])
