"""Registrations: as the seller fills them in, and as the operator judges them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson
from django.core.files.storage import storages

from entrepot.kernel import audit, encryption, sql
from entrepot.kernel.errors import NotFound
from entrepot.markets import queries as markets
from entrepot.markets.packs import RegistrationForm
from entrepot.sellers import rules
from entrepot.sellers.models import Document

FIELDS = (
    "trade_name",
    "representative",
    "street",
    "street2",
    "city",
    "region",
    "postal_code",
    "phone",
    "email",
    "register_name",
    "register_number",
)
REQUIRED_FIELDS = ("representative", "street", "city", "phone", "email", "register_name", "register_number")

_QUEUE = """
SELECT s.id, s.country, s.form, s.legal_name, r.submitted_at, r.submissions
FROM sellers_registration r JOIN sellers_seller s ON s.id = r.seller_id
WHERE s.state = 'submitted' AND r.submitted_at IS NOT NULL
ORDER BY r.submitted_at, s.id LIMIT %s OFFSET %s
"""


@dataclass(frozen=True, slots=True)
class IdView:
    """One identifier that the country wants, and what the seller gave ("" while nothing)."""

    kind: str
    label: str
    example: str
    is_required: bool
    is_personal: bool
    value: str


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document that lies with a registration."""

    id: UUID
    kind: str
    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class DocumentFile:
    """A document with its content, to be handed out as a download only."""

    file_name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BankAccountHint:
    """A bank account as pages show it. `is_own_name`: held in the seller's legal (or the sole trader's) name."""

    rail: str
    currency: str
    holder: str
    hint: str
    is_own_name: bool
    created_at: datetime
    usable_from: datetime


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """A registration, resumable: what is filled in, what the country wants, what is still missing."""

    seller_id: UUID
    country: str
    form: str
    state: str
    legal_name: str
    fields: Mapping[str, str]
    ids: tuple[IdView, ...]
    documents_wanted: tuple[tuple[str, str, bool], ...]
    documents: tuple[DocumentView, ...]
    bank_account: BankAccountHint | None
    payout_currency: str
    vat_registered: bool
    terms_version: str
    terms_accepted_at: datetime | None
    self_certified_at: datetime | None
    missing: tuple[str, ...]
    submitted_at: datetime | None
    submissions: int
    decided_at: datetime | None
    reasons: tuple[Mapping[str, str], ...]
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class VerificationItem:
    """One line of the operator's queue."""

    seller_id: UUID
    country: str
    form: str
    legal_name: str
    submitted_at: datetime
    submissions: int


@dataclass(frozen=True, slots=True)
class VerificationCase:
    """All that the operator judges a seller by: the registration, where to check it, and what was decided before."""

    registration: RegistrationView
    registry: str
    online_check: str
    history: tuple[audit.Entry, ...]


def wanted_form(country: str, form: str) -> RegistrationForm:
    """
    Return what a country's pack asks of this form of seller.

    :raises NotFound: the country registers no such form.
    """
    registration = markets.get_pack(country).registration
    if registration is None or form not in registration.forms:
        raise NotFound(country=country, form=form)
    return registration.forms[form]


def get_registration(seller_id: UUID) -> RegistrationView:
    """
    Return a seller's registration, in one statement.

    :raises NotFound: no seller has this id.
    """
    found = _read(seller_id)
    wanted = wanted_form(found.country, found.form)
    values = _opened(found.ids)
    fields = {name: getattr(found, name) for name in FIELDS}
    documents = tuple(
        DocumentView(*(UUID(row[0]), *row[1:-1], datetime.fromisoformat(row[-1])))
        for row in orjson.loads(found.documents or "[]")
    )
    return RegistrationView(
        seller_id=seller_id,
        country=found.country,
        form=found.form,
        state=found.state,
        legal_name=found.legal_name,
        fields=fields,
        ids=tuple(
            IdView(
                kind=number.kind,
                label=number.label,
                example=number.example,
                is_required=number.required,
                is_personal=number.personal,
                value=values.get(number.kind, ""),
            )
            for number in wanted.ids
        ),
        documents_wanted=tuple((paper.kind, paper.label, paper.required) for paper in wanted.documents),
        documents=documents,
        bank_account=_account_hint(found),
        payout_currency=found.payout_currency,
        vat_registered=found.vat_registered,
        terms_version=found.terms_version,
        terms_accepted_at=found.terms_accepted_at,
        self_certified_at=found.self_certified_at,
        missing=rules.missing_parts(
            filled=[("legal_name", found.legal_name), *((name, fields[name]) for name in REQUIRED_FIELDS)],
            ids_wanted=[number.kind for number in wanted.ids if number.required],
            ids_given=values,
            documents_wanted=[paper.kind for paper in wanted.documents if paper.required],
            documents_given={document.kind for document in documents},
            has_bank_account=found.details is not None,
            has_terms=found.terms_accepted_at is not None,
            has_self_certification=found.self_certified_at is not None,
        ),
        submitted_at=found.submitted_at,
        submissions=found.submissions,
        decided_at=found.decided_at,
        reasons=tuple(orjson.loads(found.reasons)),
        updated_at=found.updated_at,
    )


class _Row(NamedTuple):
    """What `registration.sql` answers; ids and documents are JSON lists, or None where there are none."""

    country: str
    form: str
    state: str
    legal_name: str
    payout_currency: str
    vat_registered: bool
    trade_name: str
    representative: str
    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    phone: str
    email: str
    register_name: str
    register_number: str
    terms_version: str
    terms_accepted_at: datetime | None
    self_certified_at: datetime | None
    submitted_at: datetime | None
    submissions: int
    decided_at: datetime | None
    reasons: str
    updated_at: datetime
    ids: str | None
    documents: str | None
    rail: str | None
    currency: str | None
    details: str | None
    hint: str | None
    account_created_at: datetime | None
    has_replaced: bool


def _read(seller_id: UUID) -> _Row:
    row = sql.fetch_one(sql.load("entrepot.sellers", "registration"), [seller_id])
    if row is None:
        raise NotFound(seller_id=seller_id)
    return _Row(*row)


def given_ids(seller_id: UUID) -> dict[str, str]:
    """Return a seller's identifiers by kind, personal ones opened."""
    return _opened(_read(seller_id).ids)


def _opened(ids: str | None) -> dict[str, str]:
    return {
        kind: value or encryption.decrypt(value_encrypted) for kind, value, value_encrypted in orjson.loads(ids or "[]")
    }


def verification_queue(*, limit: int = 100, offset: int = 0) -> tuple[VerificationItem, ...]:
    """Return who waits for the operator, the longest first."""
    return tuple(VerificationItem(*row) for row in sql.fetch_all(_QUEUE, [limit, offset]))


def get_verification_case(seller_id: UUID) -> VerificationCase:
    """
    Return a seller's case for the operator, in whatever state it is.

    :raises NotFound: no seller has this id.
    """
    registration = get_registration(seller_id)
    section = markets.get_pack(registration.country).registration
    return VerificationCase(
        registration=registration,
        registry=section.registry if section else "",
        online_check=section.online_check if section else "",
        history=tuple(audit.list_entries(subject_kind="seller", subject_id=seller_id)),
    )


def read_document(*, document_id: UUID, seller_id: UUID | None) -> DocumentFile:
    """
    Return a document with its content.

    :param seller_id: the seller that asks; None for the operator.
    :raises NotFound: there is no such document, or it is another seller's.
    """
    documents = Document.objects.filter(pk=document_id)
    if seller_id is not None:
        documents = documents.filter(seller_id=seller_id, withdrawn_at=None)
    document = documents.first()
    if document is None:
        raise NotFound(document_id=document_id)
    with storages["private"].open(document.storage_key, "rb") as file:
        return DocumentFile(file_name=document.file_name, media_type=document.media_type, content=file.read())


def document_view(document: Document) -> DocumentView:
    """Return the frozen value of a document's row."""
    return DocumentView(
        id=document.id,
        kind=document.kind,
        file_name=document.file_name,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
        uploaded_at=document.uploaded_at,
    )


def _account_hint(row: _Row) -> BankAccountHint | None:
    if row.details is None:
        return None
    assert row.account_created_at is not None, "an account has a day"
    details: dict[str, str] = json.loads(encryption.decrypt(row.details))
    holder = details.get("account_holder", "")
    names = [row.legal_name] + ([row.representative] if row.form == "sole_trader" else [])
    return BankAccountHint(
        rail=row.rail or "",
        currency=row.currency or "",
        holder=holder,
        hint=row.hint or "",
        is_own_name=any(rules.same_name(holder, name) for name in names),
        created_at=row.account_created_at,
        usable_from=rules.account_usable_from(row.account_created_at, has_replaced=row.has_replaced),
    )
