from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from entrepot.demo.identities import paper
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.ids import new_id
from entrepot.sellers import operations, papers, queries, rules
from entrepot.sellers.models import Document
from tests.builders import accounts, sellers

pytestmark = pytest.mark.django_db

PDF = paper("Visura camerale")


@pytest.fixture
def seat(now):
    sellers.open_selling("IT")
    person = accounts.person()
    draft = operations.start_registration(person_id=person.id, country="IT", form="company", now=now)
    return {"seller_id": draft.seller_id, "person_id": person.id, "now": now}


def _files() -> set[Path]:
    return {path for path in Path(django_settings.PRIVATE_ROOT).rglob("*") if path.is_file()}


def test_a_document_is_kept_in_private_storage_under_a_random_name(seat, now):
    before = _files()

    view = operations.upload_document(**seat, kind="register_extract", file_name="../../visura.pdf", content=PDF)

    assert view == queries.DocumentView(
        id=view.id,
        kind="register_extract",
        file_name="visura.pdf",
        media_type="application/pdf",
        size_bytes=len(PDF),
        sha256=hashlib.sha256(PDF).hexdigest(),
        uploaded_at=now,
    )
    (file,) = _files() - before
    assert "visura" not in str(file)
    assert file.stem not in (str(view.id), view.id.hex)
    assert file.read_bytes() == PDF
    assert Path(django_settings.MEDIA_ROOT) not in file.parents
    assert queries.get_registration(seat["seller_id"]).documents == (view,)
    assert "documents.register_extract" not in queries.get_registration(seat["seller_id"]).missing
    read = queries.read_document(document_id=view.id, seller_id=seat["seller_id"])
    assert read == queries.DocumentFile(file_name="visura.pdf", media_type="application/pdf", content=PDF)
    assert queries.read_document(document_id=view.id, seller_id=None) == read


def test_the_same_file_again_is_the_one_that_is_there(seat):
    first = operations.upload_document(**seat, kind="register_extract", file_name="a.pdf", content=PDF)
    files = _files()

    again = operations.upload_document(**seat, kind="register_extract", file_name="b.pdf", content=PDF)

    assert again == first
    assert _files() == files
    assert Document.objects.count() == 1


def test_a_page_named_pdf_is_refused_and_leaves_nothing_behind(seat):
    before = _files()

    with pytest.raises(papers.UnacceptableDocument) as refusal:
        operations.upload_document(
            **seat, kind="register_extract", file_name="visura.pdf", content=b"<html><script>alert(1)</script></html>"
        )

    assert refusal.value.fields == {"reason": "not_a_document"}
    assert Document.objects.count() == 0
    assert _files() == before


def test_a_kind_that_the_country_does_not_ask_for_leaves_no_file_behind(seat):
    before = _files()

    with pytest.raises(InvalidField) as refusal:
        operations.upload_document(**seat, kind="../../secret", file_name="x.pdf", content=PDF)

    assert refusal.value.fields == {"errors": [{"field": "kind", "reason": "not_asked_here"}]}
    assert _files() == before


def test_there_is_an_end_to_documents(seat, monkeypatch):
    monkeypatch.setattr(rules, "DOCUMENTS_AT_MOST", 2)
    for number in range(2):
        operations.upload_document(
            **seat,
            kind="register_extract",
            file_name="x.pdf",
            content=PDF[:-6] + b"%" + str(number).encode() + b"\n%%EOF\n",
        )
    before = _files()

    with pytest.raises(operations.TooManyDocuments):
        operations.upload_document(**seat, kind="representative_id", file_name="x.pdf", content=PDF)

    assert _files() == before
    assert Document.objects.count() == 2


def test_a_withdrawn_document_counts_no_more_and_stays_on_record(seat):
    view = operations.upload_document(**seat, kind="register_extract", file_name="x.pdf", content=PDF)

    operations.withdraw_document(**seat, document_id=view.id)

    registration = queries.get_registration(seat["seller_id"])
    assert registration.documents == ()
    assert "documents.register_extract" in registration.missing
    with pytest.raises(NotFound):
        queries.read_document(document_id=view.id, seller_id=seat["seller_id"])
    assert queries.read_document(document_id=view.id, seller_id=None).content == PDF
    with pytest.raises(NotFound):
        operations.withdraw_document(**seat, document_id=view.id)


def test_another_seller_s_document_does_not_exist(seat):
    view = operations.upload_document(**seat, kind="register_extract", file_name="x.pdf", content=PDF)
    other = sellers.approved_seller("IT")
    stranger = sellers.owner_of(other)

    with pytest.raises(NotFound):
        queries.read_document(document_id=view.id, seller_id=other.id)
    with pytest.raises(NotFound):
        queries.read_document(document_id=new_id(), seller_id=other.id)
    with pytest.raises(NotFound):
        operations.withdraw_document(seller_id=other.id, person_id=stranger, document_id=view.id, now=seat["now"])
    assert queries.get_registration(seat["seller_id"]).documents == (view,)


def test_an_approved_seller_s_papers_can_only_be_added_to(now):
    seller = sellers.approved_seller("IT")
    owner = {"seller_id": seller.id, "person_id": sellers.owner_of(seller), "now": now}
    kept = queries.get_registration(seller.id).documents

    added = operations.upload_document(**owner, kind="register_extract", file_name="new.pdf", content=PDF)
    with pytest.raises(operations.WrongState):
        operations.withdraw_document(**owner, document_id=kept[0].id)

    assert set(queries.get_registration(seller.id).documents) == {*kept, added}
