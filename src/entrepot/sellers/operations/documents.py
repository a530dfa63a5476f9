"""Documents come in, are looked at, and are kept in private storage."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from entrepot.kernel import ids
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import transaction
from entrepot.sellers import papers, queries, rules
from entrepot.sellers.models import Document
from entrepot.sellers.operations.access import demand_state, lock_for, note
from entrepot.sellers.queries import DocumentView
from entrepot.sellers.queries.verification import document_view, wanted_form

# Under review the papers stand still; otherwise a new one may be added (the operator may have asked for it).
_UPLOADABLE = frozenset({"draft", "rejected", "approved", "suspended"})


class TooManyDocuments(DomainError):
    """A seller has sent as many documents as it may."""

    code = "too_many_documents"
    kind = "conflict"
    summary = "There are too many documents: withdraw one first."


def upload_document(
    *, seller_id: UUID, person_id: UUID, kind: str, file_name: str, content: bytes, now: datetime
) -> DocumentView:
    """
    Keep a document with a registration. The same file of the same kind again returns the one that is there.

    It writes a file first and its row after, in a transaction; when the row is refused, the file goes.

    :raises UnacceptableDocument: it is no PDF, JPEG or PNG, too large, broken or active.
    :raises InvalidField: the country asks for no such document.
    :raises TooManyDocuments: the seller has sent enough.
    """
    queries.access_seller(person_id=person_id, seller_id=seller_id, action="manage_registration")
    paper = papers.inspect(content)
    key = f"verification/{seller_id.hex}/{ids.new_id().hex}.{paper.extension}"
    storage = storages["private"]
    stored = storage.save(key, ContentFile(paper.content))
    try:
        view, is_new = _insert(seller_id, person_id, kind, file_name, stored, paper, content, now)
    except BaseException:
        storage.delete(stored)
        raise
    if not is_new:
        storage.delete(stored)
    return view


@transaction
def _insert(
    seller_id: UUID,
    person_id: UUID,
    kind: str,
    file_name: str,
    storage_key: str,
    paper: papers.Paper,
    received: bytes,
    now: datetime,
) -> tuple[DocumentView, bool]:
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    demand_state(seller.state, _UPLOADABLE)
    if kind not in {wanted.kind for wanted in wanted_form(seller.country, seller.form).documents}:
        raise InvalidField.single("kind", "not_asked_here")
    current = Document.objects.filter(seller=seller, withdrawn_at=None)
    digest = hashlib.sha256(received).hexdigest()
    same = current.filter(kind=kind, received_sha256=digest).first()
    if same is not None:
        return document_view(same), False
    # Withdrawn ones count: they stay on record and on the disk.
    if Document.objects.filter(seller=seller).count() >= rules.DOCUMENTS_AT_MOST:
        raise TooManyDocuments(at_most=rules.DOCUMENTS_AT_MOST)
    document = Document.objects.create(
        seller=seller,
        kind=kind,
        file_name=papers.shown_name(file_name, paper.extension),
        storage_key=storage_key,
        media_type=paper.media_type,
        size_bytes=len(paper.content),
        sha256=hashlib.sha256(paper.content).hexdigest(),
        received_sha256=digest,
        uploaded_by_id=person_id,
        uploaded_at=now,
    )
    note(seller_id=seller_id, person_id=person_id, action="upload_document", kind=kind, sha256=document.sha256)
    return document_view(document), True


@transaction
def withdraw_document(*, seller_id: UUID, person_id: UUID, document_id: UUID, now: datetime) -> None:
    """
    Take a document back; it stays on record for the operator. An approved seller's papers can only be added to.

    :raises NotFound: the seller has no such document.
    :raises WrongState: it was submitted or approved.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    document = Document.objects.filter(pk=document_id, seller=seller, withdrawn_at=None).first()
    if document is None:
        raise NotFound(document_id=document_id)
    demand_state(seller.state, rules.EDITABLE)
    document.withdrawn_at = now
    document.save(update_fields=["withdrawn_at"])
    note(seller_id=seller_id, person_id=person_id, action="withdraw_document", kind=document.kind)
