"""A case on one screen: numbers checked, papers shown, names compared with lists, a decision with reasons per item."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.kernel import audit
from entrepot.sellers import operations, queries
from entrepot.sellers.lists import ListEntry
from tests.builders import accounts, sellers
from tests.conftest import NOW
from tests.operator_console.desk import operator

pytestmark = pytest.mark.django_db


def _import(*names: str) -> None:
    entries = [ListEntry(f"T-{n}", (name,), "firm", "KZ", "TEST") for n, name in enumerate(names)]
    operations.import_list(code="eu", version="1", kind="sanctions", entries=entries, actor="system", now=NOW)


def test_who_waits_longest_comes_first() -> None:
    first = sellers.submitted_seller("IT", now=NOW - timedelta(days=3))
    second = sellers.submitted_seller("CN", now=NOW)
    reader = operator().open("/operator/verification/")
    links = reader.page.xpath("//a[@class='due' or @class='due due-late']/@href")
    assert [link.split("/")[-2] for link in links] == [str(first.id), str(second.id)]
    assert "waits 3 days" in reader.words


def test_a_case_shows_numbers_with_their_check_and_papers_beside_them() -> None:
    seller = sellers.submitted_seller("IT")
    reader = operator().open(f"/operator/sellers/{seller.id}/")
    assert "well-formed" in reader.words
    assert "own name" in reader.words
    assert "frame-src 'self'" in reader.headers["Content-Security-Policy"]
    shown = reader.page.xpath("//iframe/@src|//img[@class='paper']/@src")
    assert len(shown) == len(queries.get_registration(seller.id).documents)
    paper = operator().open(shown[0])
    assert paper.headers["Content-Disposition"] == "inline"
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert paper.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in paper.headers["Content-Security-Policy"]
    assert "no-store" in paper.headers["Cache-Control"]
    assert paper.content.startswith(b"%PDF-")


def test_papers_open_for_operators_only() -> None:
    seller = sellers.submitted_seller("IT")
    paper = queries.get_registration(seller.id).documents[0]
    stranger = operator().open(f"/operator/sellers/{accounts.person().id}/papers/{paper.id}")
    assert stranger.status == 404, "a paper belongs to its own case"


def test_a_registration_goes_back_with_what_is_wrong_beside_each_item() -> None:
    seller = sellers.submitted_seller("IT")
    reader = operator().open(f"/operator/sellers/{seller.id}/")
    forms = [form for form in reader.page.forms if form.xpath(".//button[@value='reject']")]
    data = dict(forms[0].form_values())
    empty = reader.client.post(forms[0].get("action"), {**data, "decision": "reject"})
    assert empty.status_code == 422
    assert "Say of at least one item what is wrong with it" in empty.content.decode()
    assert queries.get_seller(seller.id).state == "submitted"

    kind = queries.get_registration(seller.id).documents[0].kind
    told = {
        "reason-ids.vat": "This number belongs to another firm.",
        f"reason-documents.{kind}": "Older than six months.",
        "reason-": "Thank you.",
    }
    answer = reader.client.post(forms[0].get("action"), {**data, **told, "decision": "reject"}, follow=True)
    assert "Decided; the seller is told." in answer.content.decode()
    registration = queries.get_registration(seller.id)
    assert registration.state == "rejected"
    assert {row["field"]: row["reason"] for row in registration.reasons} == {
        "ids.vat": "This number belongs to another firm.",
        f"documents.{kind}": "Older than six months.",
        "": "Thank you.",
    }
    (line, *_) = audit.list_entries(subject_kind="seller", subject_id=seller.id)
    assert (line.action, line.actor.startswith("operator:")) == ("reject_seller", True)


def test_a_match_on_a_list_is_shown_with_why_and_must_be_judged_first() -> None:
    seller = sellers.submitted_seller("KZ", legal_name="ТОО «Алма Дом»")
    _import("Alma Dom LLP")
    reader = operator().open(f"/operator/sellers/{seller.id}/")
    assert "The names were not compared yet." in reader.words
    reader.send("/decide", button="approve")
    assert "compare them first" in reader.words
    reader.send("/compare")
    assert "1 match to judge" in reader.words
    assert "ТОО «Алма Дом» (Legal name) is like Alma Dom LLP" in reader.words
    assert "100 of 100 · strong · eu T-0 (sanctions)" in reader.words
    reader.send("/decide", button="approve")
    assert "say first why they are not the same" in reader.words
    assert queries.get_seller(seller.id).state == "submitted"

    reader.send("/judge", reason="")
    assert reader.status == 422
    assert reader.faults() == ["This is needed."]
    reader.send("/judge", reason="Another BIN, another town.")
    assert "judged: not the same" in reader.words
    reader.send("/decide", button="approve")
    assert queries.get_seller(seller.id).state == "approved"


def test_without_a_list_the_case_says_so() -> None:
    seller = sellers.submitted_seller("IT")
    reader = operator().open(f"/operator/sellers/{seller.id}/")
    assert "No list is in force: names are compared with nothing." in reader.words


def test_sellers_are_found_by_name_and_country() -> None:
    one = sellers.submitted_seller("IT", legal_name="Argenti Vicenza")
    sellers.approved_seller("CN", legal_name="Songfeng Light")
    reader = operator().open("/operator/sellers/?q=vicenza")
    assert reader.page.xpath("//tbody//a/@href") == [f"/operator/sellers/{one.id}/"]
    assert "Songfeng" in reader.open("/operator/sellers/?country=CN").words
    assert "Nobody here." in reader.open("/operator/sellers/?country=CN&state=draft").words
