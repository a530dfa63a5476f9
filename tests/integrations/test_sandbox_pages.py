from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from entrepot.integrations import sandbox_callbacks, sandbox_payments
from entrepot.integrations.sandbox_callbacks import FalseSignature
from entrepot.kernel import clock
from entrepot.orders import queries as orders_queries
from entrepot.payments import queries as payments
from tests.builders import orders

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return orders.goods(orders.shop("CN"))


def challenged(listing):
    purchase = orders.purchase((listing, 1), token="tok_challenge")
    assert purchase.payment.state == "challenge"
    return purchase, purchase.payment.next_action["url"]


def state_of(purchase) -> str:
    return orders_queries.get_any_purchase(purchase.id).state


def test_the_challenge_is_a_plain_page_without_scripts_or_inline_styles(listing, client: Client) -> None:
    _, url = challenged(listing)

    page = client.get(url)

    assert page.status_code == 200
    body = page.content.decode()
    assert "Confirm your payment" in body
    assert "<script" not in body
    assert "style=" not in body
    assert "script-src 'self'" in page["Content-Security-Policy"]


def test_an_approved_challenge_pays_the_purchase_and_leads_back(listing, client: Client) -> None:
    purchase, url = challenged(listing)

    answer = client.post(url, {"decision": "approve", "next": f"/purchase/{purchase.id}"})

    assert (answer.status_code, answer["Location"]) == (302, f"/purchase/{purchase.id}")
    assert state_of(purchase) == "paid"
    assert orders.faults() == []


def test_a_refused_challenge_leaves_the_purchase_to_be_paid(listing, client: Client) -> None:
    purchase, url = challenged(listing)

    client.post(url, {"decision": "refuse"})

    assert state_of(purchase) == "awaiting_payment"
    (attempt,) = payments.list_attempts(purchase.id)
    assert (attempt.state, attempt.decline_code) == ("declined", "challenge_refused")
    assert "The payment was refused." in client.get(url).content.decode()


def test_a_decision_twice_changes_nothing_the_second_time(listing, client: Client) -> None:
    _, url = challenged(listing)
    client.post(url, {"decision": "approve"})
    before = orders.snapshot()

    client.post(url, {"decision": "refuse"})

    assert orders.snapshot() == before


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_site(elsewhere: str, listing, client: Client) -> None:
    _, url = challenged(listing)

    assert "evil" not in client.get(url, {"next": elsewhere}).content.decode()
    answer = client.post(url, {"decision": "approve", "next": elsewhere})

    assert answer.status_code == 200


def test_an_unknown_reference_and_a_false_decision_are_refused(listing, client: Client) -> None:
    purchase, url = challenged(listing)

    assert client.get("/sandbox-payments/sb_unknown").status_code == 404
    assert client.post(url, {"decision": "perhaps"}).status_code == 400
    assert state_of(purchase) == "awaiting_payment"


def test_a_late_capture_is_told_by_the_worker_and_told_twice(listing, run_jobs) -> None:
    purchase = orders.purchase((listing, 1), token="tok_late")
    assert purchase.payment.state == "pending"

    run_jobs(at=clock.now() + sandbox_payments.LATE_BY + timedelta(seconds=1))

    assert state_of(purchase) == "paid"
    assert orders.facts_of("PurchasePaid") == ["PurchasePaid"]
    assert orders.faults() == []


def signed(listing):
    purchase, url = challenged(listing)
    charge = sandbox_payments.decide(reference=url.rsplit("/", 1)[1], approved=True)
    body, headers = sandbox_callbacks.sign(charge, now=clock.now())
    return purchase, body, headers


def post(client: Client, body: str, headers: dict[str, str]):
    return client.post("/sandbox-payments/callback", body, content_type="application/json", headers=headers)


def test_signed_news_is_taken(listing, client: Client) -> None:
    purchase, body, headers = signed(listing)

    assert post(client, body, headers).status_code == 204
    assert state_of(purchase) == "paid"


@pytest.mark.parametrize("spoiled", ["body", "signature", "malformed", "none", "old"])
def test_news_without_a_true_signature_is_refused_and_changes_nothing(spoiled: str, listing, client: Client) -> None:
    purchase, body, headers = signed(listing)
    if spoiled == "body":
        body = body.replace("captured", "captured ")
    elif spoiled == "signature":
        headers["webhook-signature"] = "v1,AAAA"
    elif spoiled == "malformed":
        headers["webhook-signature"] = "nonsense"
    elif spoiled == "none":
        headers = {}
    else:
        reference = payments.list_attempts(purchase.id)[0].service_reference
        charge = sandbox_payments.get_charge(reference)
        body, headers = sandbox_callbacks.sign(charge, now=clock.now() - timedelta(hours=1))

    assert post(client, body, headers).status_code == 403
    assert state_of(purchase) == "awaiting_payment"
    with pytest.raises(FalseSignature):
        sandbox_callbacks.receive(body, headers, now=clock.now())


def test_a_timeout_that_did_capture_is_found_by_the_sweeper(listing) -> None:
    purchase = orders.purchase((listing, 1), token="tok_timeout")
    assert (purchase.state, purchase.payment.state) == ("awaiting_payment", "unknown")

    from entrepot.orders import checkout

    (attempt,) = payments.list_unresolved(before=orders.NOW + timedelta(minutes=3))
    checkout.sweep_attempt(attempt, now=orders.NOW + timedelta(minutes=3))

    assert state_of(purchase) == "paid"
    assert orders.faults() == []
