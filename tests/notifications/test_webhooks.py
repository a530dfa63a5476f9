"""Webhooks out: registered, owed once, signed, retried, and never sent to an address inside."""

from __future__ import annotations

import http.server
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from standardwebhooks.webhooks import Webhook

from entrepot.integrations.webhook_sender import HttpsWebhookSender
from entrepot.kernel import ids, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.notifications import ports, queries, rules
from entrepot.notifications.operations import webhooks
from entrepot.notifications.operations.webhooks import OwedEvent, TooManyEndpoints
from entrepot.notifications.ports import Receipt
from tests.builders import certificates

URL = "https://erp.example.com/entrepot"


@dataclass
class Recorder:
    """A sender that keeps what it was given and answers what it was told to."""

    status: int | None = 204
    error: str = ""
    posted: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> Receipt:
        self.posted.append((url, body, dict(headers)))
        return Receipt(self.status, self.error)


@pytest.fixture
def sender() -> Iterator[Recorder]:
    bound, recorder = ports.get_sender(), Recorder()
    ports.bind_sender(recorder)
    yield recorder
    ports.bind_sender(bound)


def _add(seller_id: UUID, now: datetime, *kinds: str) -> tuple[queries.EndpointView, str]:
    return webhooks.add_endpoint(seller_id=seller_id, url=URL, kinds=kinds or ("order.paid",), actor="system", now=now)


def _paid(seller_id: UUID, message_id: str = "f1-o1") -> OwedEvent:
    return OwedEvent(seller_id, message_id, "order.paid", {"order_id": "o1"})


@pytest.mark.django_db
def test_an_endpoint_is_shown_without_its_secret_which_is_kept_encrypted(now: datetime) -> None:
    seller_id = ids.new_id()
    endpoint, secret = _add(seller_id, now, "order.paid", "order.shipped")
    assert secret.startswith("whsec_")
    assert endpoint.kinds == ("order.paid", "order.shipped")
    assert queries.list_endpoints(seller_id) == (endpoint,)
    kept = sql.fetch_one("SELECT secret FROM notifications_webhookendpoint WHERE id = %s", [endpoint.id])
    assert kept is not None
    assert secret not in kept[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://erp.example.com/x", "https_required"),
        ("https://localhost/x", "not_a_public_address"),
        ("https://printer.local/x", "not_a_public_address"),
        ("https://127.0.0.1/x", "not_a_public_address"),
        ("https://169.254.169.254/latest/meta-data", "not_a_public_address"),
        ("https://[::1]/x", "not_a_public_address"),
        ("https://[::ffff:10.0.0.1]/x", "not_a_public_address"),
        ("https://[64:ff9b::a00:1]/x", "not_a_public_address"),
        ("https://user:word@erp.example.com/x", "credentials_in_url"),
        ("https://erp.example.com:22/x", "port_refused"),
        ("https://erp.example.com:99999/x", "not_a_url"),
        ("https://erp.example.com/\nx", "not_a_url"),
        ("ftp://erp.example.com", "https_required"),
        ("https://", "not_a_url"),
    ],
)
def test_an_address_that_is_not_public_https_is_refused(url: str, reason: str, now: datetime) -> None:
    seller_id = ids.new_id()
    with pytest.raises(InvalidField) as refusal:
        webhooks.add_endpoint(seller_id=seller_id, url=url, kinds=["order.paid"], actor="system", now=now)
    assert refusal.value.fields["errors"] == [{"field": "url", "reason": reason}]
    assert queries.list_endpoints(seller_id) == ()


@pytest.mark.django_db
def test_an_unknown_kind_is_refused(now: datetime) -> None:
    with pytest.raises(InvalidField) as refusal:
        webhooks.add_endpoint(seller_id=ids.new_id(), url=URL, kinds=["order.eaten"], actor="system", now=now)
    assert refusal.value.fields["errors"] == [{"field": "kinds", "reason": "unknown: order.eaten"}]


@pytest.mark.django_db
def test_a_seller_has_ten_endpoints_at_most(now: datetime) -> None:
    seller_id = ids.new_id()
    for _ in range(10):
        _add(seller_id, now)
    with pytest.raises(TooManyEndpoints):
        _add(seller_id, now)
    assert len(queries.list_endpoints(seller_id)) == 10


@pytest.mark.django_db
def test_a_fact_is_delivered_once_and_signed_so_that_the_receiver_can_verify_it(
    now: datetime, sender: Recorder
) -> None:
    now = datetime.now(UTC)  # The receiver's library holds the time stamp against its own clock.
    seller_id = ids.new_id()
    _, secret = _add(seller_id, now)
    assert webhooks.owe_deliveries(events=[_paid(seller_id)], now=now) == 1
    assert webhooks.owe_deliveries(events=[_paid(seller_id)], now=now) == 0
    assert webhooks.deliver_due(now=now) == 1
    assert webhooks.deliver_due(now=now + timedelta(days=1)) == 0
    ((url, body, headers),) = sender.posted
    assert url == URL
    assert Webhook(secret).verify(body, headers) == {
        "type": "order.paid",
        "timestamp": now.isoformat(),
        "data": {"order_id": "o1"},
    }


@pytest.mark.django_db
def test_other_kinds_other_sellers_and_paused_endpoints_are_owed_nothing(now: datetime) -> None:
    seller_id = ids.new_id()
    endpoint, _ = _add(seller_id, now)
    owed = [OwedEvent(seller_id, "f1", "order.shipped", {}), _paid(ids.new_id(), "f2")]
    assert webhooks.owe_deliveries(events=owed, now=now) == 0
    webhooks.change_endpoint(seller_id=seller_id, endpoint_id=endpoint.id, is_active=False, now=now)
    assert webhooks.owe_deliveries(events=[_paid(seller_id)], now=now) == 0


@pytest.mark.django_db
def test_a_failed_delivery_is_tried_again_after_growing_pauses_and_then_given_up(
    now: datetime, sender: Recorder
) -> None:
    sender.status, sender.error = 500, "Internal Server Error"
    seller_id = ids.new_id()
    endpoint, _ = _add(seller_id, now)
    webhooks.owe_deliveries(events=[_paid(seller_id)], now=now)
    moment, waited = now, []
    while True:
        webhooks.deliver_due(now=moment)
        (delivery,) = queries.list_deliveries(seller_id=seller_id, endpoint_id=endpoint.id)
        if delivery.state != "due":
            break
        waited.append(delivery.due_at - moment)
        moment = delivery.due_at
    assert waited == list(rules.RETRY_PAUSES)
    assert (delivery.state, delivery.attempts, delivery.last_status) == ("failed", 10, 500)
    assert len({headers["webhook-id"] for _, _, headers in sender.posted}) == 1


@pytest.mark.django_db
def test_an_endpoint_that_fails_for_five_days_is_switched_off_and_can_be_switched_on(
    now: datetime, sender: Recorder
) -> None:
    sender.status = None
    seller_id = ids.new_id()
    endpoint, _ = _add(seller_id, now)
    webhooks.owe_deliveries(events=[_paid(seller_id, "f1")], now=now)
    webhooks.deliver_due(now=now)
    late = now + timedelta(days=5)
    webhooks.owe_deliveries(events=[_paid(seller_id, "f2")], now=late)
    webhooks.deliver_due(now=late)
    assert queries.get_endpoint(seller_id=seller_id, endpoint_id=endpoint.id).state == "failing"
    changed = webhooks.change_endpoint(seller_id=seller_id, endpoint_id=endpoint.id, is_active=True, now=late)
    assert (changed.state, changed.failing_since) == ("active", None)


@pytest.mark.django_db
def test_an_endpoint_that_says_gone_is_switched_off_at_once(now: datetime, sender: Recorder) -> None:
    sender.status = 410
    seller_id = ids.new_id()
    endpoint, _ = _add(seller_id, now)
    webhooks.owe_deliveries(events=[_paid(seller_id)], now=now)
    webhooks.deliver_due(now=now)
    assert queries.get_endpoint(seller_id=seller_id, endpoint_id=endpoint.id).state == "failing"


@pytest.mark.django_db
def test_another_sellers_endpoint_is_not_found(now: datetime) -> None:
    endpoint, _ = _add(ids.new_id(), now)
    stranger = ids.new_id()
    with pytest.raises(NotFound):
        queries.get_endpoint(seller_id=stranger, endpoint_id=endpoint.id)
    with pytest.raises(NotFound):
        queries.list_deliveries(seller_id=stranger, endpoint_id=endpoint.id)
    with pytest.raises(NotFound):
        webhooks.change_endpoint(seller_id=stranger, endpoint_id=endpoint.id, is_active=False, now=now)
    with pytest.raises(NotFound):
        webhooks.delete_endpoint(seller_id=stranger, endpoint_id=endpoint.id, actor="system", now=now)
    assert queries.list_endpoints(endpoint.seller_id) == (endpoint,)


def test_a_public_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def inside(host: str, port: int, **_: object) -> list[object]:
        public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", port))
        return [public, (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    receipt = HttpsWebhookSender().post(URL, body=b"{}", headers={})
    assert receipt == Receipt(None, "the name leads to an address that is not public")


class _Receiver(http.server.BaseHTTPRequestHandler):
    seen: list[tuple[str, bytes]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        _Receiver.seen.append((self.path, body))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/target")
        else:
            self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """An HTTPS server on this machine, and the context that trusts its certificate."""
    pem = tmp_path / "server.pem"
    tls = certificates.make_certificate(pem)
    server = http.server.HTTPServer(("127.0.0.1", 0), _Receiver)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    _Receiver.seen = []
    trusting = ssl.create_default_context(cafile=pem)
    yield server.server_address[1], trusting
    server.shutdown()
    server.server_close()


def test_the_sender_posts_over_tls_and_follows_no_redirect(receiver: tuple[int, ssl.SSLContext]) -> None:
    port, trusting = receiver
    anywhere = HttpsWebhookSender(is_allowed=lambda address: True, context=trusting)
    body = json.dumps({"a": 1}).encode()
    assert anywhere.post(f"https://localhost:{port}/hook?x=1", body=body, headers={}) == Receipt(200, "")
    assert anywhere.post(f"https://localhost:{port}/redirect", body=b"{}", headers={}).accepted is False
    assert _Receiver.seen == [("/hook?x=1", body), ("/redirect", b"{}")]


def test_the_sender_reports_a_server_that_is_not_there_or_not_trusted(receiver: tuple[int, ssl.SSLContext]) -> None:
    port, _ = receiver
    distrusting = HttpsWebhookSender(is_allowed=lambda address: True)
    assert "CERTIFICATE_VERIFY_FAILED" in distrusting.post(f"https://localhost:{port}/", body=b"", headers={}).error
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        closed = free.getsockname()[1]
    assert "refused" in distrusting.post(f"https://localhost:{closed}/", body=b"", headers={}).error


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_are_public(address: str) -> None:
    assert rules.is_public(ipaddress.ip_address(address)) is True
