"""E-mails: one per fact and recipient, in the recipient's language, text and HTML together."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend

from entrepot.accounts import queries as accounts
from entrepot.kernel import ids
from entrepot.notifications import jobs, post, queries
from entrepot.notifications.mime import LetterMessage
from entrepot.notifications.operations import messages as operations
from entrepot.notifications.operations.messages import CLAIM, NewMessage
from tests.builders import sellers as build_sellers

pytestmark = pytest.mark.django_db


def _fact(kind: str, fact_id: int, seller_id: UUID) -> dict[str, Any]:
    return {"fact_id": fact_id, "kind": kind, "seller_id": str(seller_id)}


def _parts(message: Any) -> tuple[str, str]:
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return message.body, html


def test_an_approved_sellers_owner_is_told_once_however_often_the_fact_arrives() -> None:
    seller = build_sellers.submitted_seller("IT")
    owner = accounts.get_person(build_sellers.owner_of(seller))
    fact = _fact("SellerApproved", 7, seller.id)
    jobs.tell_sellers(facts=[fact])
    jobs.tell_sellers(facts=[fact])
    (message,) = mail.outbox
    assert message.to == [owner.email]
    assert message.subject == f"{seller.legal_name} has been verified"
    text, html = _parts(message)
    assert seller.legal_name in text
    assert f"{seller.legal_name} has been verified." in html
    assert "/seller/" in html
    (kept,) = queries.list_messages(subject_id=seller.id)
    assert (kept.state, kept.attempts) == ("sent", 1)


def test_another_decision_on_the_same_seller_is_told_again() -> None:
    seller = build_sellers.submitted_seller("IT")
    jobs.tell_sellers(facts=[_fact("SellerSuspended", 1, seller.id)])
    jobs.tell_sellers(facts=[_fact("SellerSuspended", 2, seller.id)])
    assert len(mail.outbox) == 2


def test_a_letter_carries_the_same_message_id_whenever_it_is_written(now: datetime) -> None:
    seller = build_sellers.submitted_seller("IT")
    jobs.tell_sellers(facts=[_fact("SellerRejected", 1, seller.id)])
    (message,) = mail.outbox
    first = message.extra_headers["Message-ID"]
    assert first.startswith("<")
    assert first.endswith("@entrepot.example>")
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def test_a_recipient_who_is_gone_gets_nothing_and_nothing_is_tried_again(now: datetime) -> None:
    seller = build_sellers.submitted_seller("IT")
    owed = NewMessage("seller_approved", seller.id, f"person:{ids.new_id()}", {"seller_id": str(seller.id)})
    assert post.tell(messages=[owed], now=now) == 0
    assert mail.outbox == []
    (kept,) = queries.list_messages(subject_id=seller.id)
    assert kept.state == "dropped"
    assert operations.claim_waiting(now=now + timedelta(days=1)) == []


def test_a_letter_that_did_not_leave_is_tried_again_after_a_pause(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller = build_sellers.submitted_seller("IT")
    owner = build_sellers.owner_of(seller)
    owed = NewMessage("seller_approved", seller.id, f"person:{owner}", {"seller_id": str(seller.id)})

    def broken(self: EmailBackend, messages: object) -> int:
        raise ConnectionRefusedError("the mail server is away")

    with monkeypatch.context() as away:
        away.setattr(EmailBackend, "send_messages", broken)
        assert post.tell(messages=[owed], now=now) == 0
    (kept,) = queries.list_messages(subject_id=seller.id)
    assert (kept.state, kept.last_error) == ("due", "ConnectionRefusedError: the mail server is away")
    assert post.send_waiting(now=now + timedelta(minutes=1)) == 0
    assert post.send_waiting(now=now + timedelta(minutes=2)) == 1
    assert len(mail.outbox) == 1
    (kept,) = queries.list_messages(subject_id=seller.id)
    assert (kept.state, kept.attempts, kept.last_error) == ("sent", 2, "")


def test_what_a_dead_sender_had_claimed_is_taken_over_after_a_while(now: datetime) -> None:
    seller = build_sellers.submitted_seller("IT")
    owner = build_sellers.owner_of(seller)
    owed = NewMessage("seller_approved", seller.id, f"person:{owner}", {"seller_id": str(seller.id)})
    assert len(operations.owe_and_claim(messages=[owed], now=now)) == 1
    assert post.send_waiting(now=now + CLAIM - timedelta(seconds=1)) == 0
    assert post.send_waiting(now=now + CLAIM) == 1


def test_names_from_outside_are_harmless_in_html(run_jobs: Callable[..., int]) -> None:
    seller = build_sellers.submitted_seller("IT", legal_name="Rossi & <script>alert(1)</script> S.p.A.")
    jobs.tell_sellers(facts=[_fact("SellerApproved", 1, seller.id)])
    (message,) = mail.outbox
    text, html = _parts(message)
    assert "Rossi & <script>" in text
    assert "<script>" not in html
    assert "Rossi &amp; &lt;script&gt;" in html


def test_an_invitation_is_sent_to_the_mailbox_it_names(now: datetime) -> None:
    from entrepot.sellers import operations as sellers

    seller = build_sellers.approved_seller("IT")
    invited = sellers.invite_member(
        seller_id=seller.id, person_id=build_sellers.owner_of(seller), email="new@example.org", role="viewer", now=now
    )
    fact = {
        "fact_id": 1,
        "kind": "MemberInvited",
        "invitation_id": str(invited.id),
        "seller_id": str(seller.id),
    }
    jobs.tell_invited(facts=[fact])
    (message,) = [one for one in mail.outbox if one.to == ["new@example.org"]]
    assert message.subject == f"{seller.legal_name} invites you"
    assert "/seller/invitation/" in message.body


def test_a_letter_is_a_well_formed_message_that_any_mail_program_reads() -> None:
    seller = build_sellers.submitted_seller("IT", legal_name="Ceramiche Caffè d'Arte & Söhne S.p.A.")
    jobs.tell_sellers(facts=[_fact("SellerApproved", 1, seller.id)])
    (message,) = mail.outbox
    read = email.message_from_bytes(message.message().as_bytes(linesep="\r\n"), policy=email.policy.default)
    assert read["Subject"] == message.subject
    assert read["To"] == message.to[0]
    assert read["From"] == "Entrepot <shop@entrepot.example>"
    assert read["Message-ID"] == message.extra_headers["Message-ID"]
    assert read.get_content_type() == "multipart/alternative"
    text, html = read.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert text.get_content() == message.body.replace("\n", "\r\n") or text.get_content() == message.body
    assert "Ceramiche Caffè d&#x27;Arte &amp; Söhne S.p.A." in html.get_content()
    assert read.defects == []


def test_a_line_too_long_for_mail_servers_is_sent_in_base64() -> None:
    message = LetterMessage("Subject", "x" * 2000, to=["a@example.org"], headers={"Message-ID": "<1@example.org>"})
    message.attach_alternative("<p>short</p>", "text/html")
    read = email.message_from_bytes(message.message().as_bytes(), policy=email.policy.default)
    text, html = read.iter_parts()
    assert text["Content-Transfer-Encoding"] == "base64"
    assert text.get_content().strip() == "x" * 2000
    assert html.get_content().strip() == "<p>short</p>"


def test_a_line_break_in_a_header_is_never_sent() -> None:
    message = LetterMessage(
        "One\nBcc: other@example.org", "text", to=["a@example.org"], headers={"Message-ID": "<1@example.org>"}
    )
    message.attach_alternative("<p>html</p>", "text/html")
    with pytest.raises(AssertionError, match="line break"):
        message.message()


def test_a_letter_that_cannot_be_written_holds_no_other_back(now: datetime) -> None:
    seller = build_sellers.submitted_seller("IT")
    recipient = f"person:{build_sellers.owner_of(seller)}"
    whole = NewMessage("seller_approved", seller.id, recipient, {"seller_id": str(seller.id)})
    unknown = NewMessage("no_such_template", seller.id, recipient, {"seller_id": str(seller.id)})
    assert post.tell(messages=[unknown, whole], now=now) == 1
    states = {found.template: found.state for found in queries.list_messages(subject_id=seller.id)}
    assert states == {"seller_approved": "sent", "no_such_template": "due"}


def test_what_was_told_long_ago_is_forgotten_and_what_is_due_is_not(now: datetime) -> None:
    seller = build_sellers.submitted_seller("IT")
    recipient = f"person:{build_sellers.owner_of(seller)}"
    told = NewMessage("seller_approved", seller.id, recipient, {"seller_id": str(seller.id)})
    waiting = NewMessage("no_such_template", seller.id, recipient, {"seller_id": str(seller.id)})
    post.tell(messages=[told, waiting], now=now)
    assert operations.forget_old_messages(now=now + operations.KEPT) == 0
    assert operations.forget_old_messages(now=now + operations.KEPT + timedelta(days=1)) == 1
    (kept,) = queries.list_messages(subject_id=seller.id)
    assert kept.state == "due"
