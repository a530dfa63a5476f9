"""Registrations: as the seller fills them in, and as the operator judges them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.storage import storages

from entrepot.kernel import audit, encryption, sql
from entrepot.kernel.errors import NotFound
from entrepot.markets import queries as markets
from entrepot.markets.packs import RegistrationForm
from entrepot.sellers import rules
from entrepot.sellers.models import Document, Registration, Seller
from entrepot.sellers.queries.sellers import HAS_REPLACED

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

_IDS = "SELECT kind, value, value_encrypted FROM sellers_businessid WHERE seller_id = %s ORDER BY id"
_DOCUMENTS = """
SELECT id, kind, file_name, media_type, size_bytes, sha256, uploaded_at
FROM sellers_document WHERE seller_id = %s AND withdrawn_at IS NULL
ORDER BY uploaded_at, id
"""
_ACCOUNT = f"""
SELECT a.rail, a.currency, a.details, a.hint, a.created_at, {HAS_REPLACED}
FROM sellers_bankaccount a WHERE a.seller_id = %s AND a.replaced_at IS NULL
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
    decided_by: str
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
    Return a seller's registration.

    :raises NotFound: no seller has this id.
    """
    row = Registration.objects.select_related("seller").filter(seller_id=seller_id).first()
    if row is None:
        raise NotFound(seller_id=seller_id)
    return registration_view(row)


def registration_view(row: Registration) -> RegistrationView:
    """Return the frozen value of a registration's row and of all that lies with it."""
    seller = row.seller
    wanted = wanted_form(seller.country, seller.form)
    values = given_ids(seller)
    documents = tuple(DocumentView(*found) for found in sql.fetch_all(_DOCUMENTS, [seller.id]))
    account = sql.fetch_one(_ACCOUNT, [seller.id])
    return RegistrationView(
        seller_id=seller.id,
        country=seller.country,
        form=seller.form,
        state=seller.state,
        legal_name=seller.legal_name,
        fields={name: getattr(row, name) for name in FIELDS},
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
        bank_account=None if account is None else _account_hint(account, seller, row),
        payout_currency=seller.payout_currency,
        vat_registered=seller.vat_registered,
        terms_version=row.terms_version,
        terms_accepted_at=row.terms_accepted_at,
        self_certified_at=row.self_certified_at,
        missing=rules.missing_parts(
            filled=[("legal_name", seller.legal_name), *((name, getattr(row, name)) for name in REQUIRED_FIELDS)],
            ids_wanted=[number.kind for number in wanted.ids if number.required],
            ids_given=values,
            documents_wanted=[paper.kind for paper in wanted.documents if paper.required],
            documents_given={document.kind for document in documents},
            has_bank_account=account is not None,
            has_terms=row.terms_accepted_at is not None,
            has_self_certification=row.self_certified_at is not None,
        ),
        submitted_at=row.submitted_at,
        submissions=row.submissions,
        decided_at=row.decided_at,
        reasons=tuple(row.reasons),
        updated_at=row.updated_at,
    )


def given_ids(seller: Seller) -> dict[str, str]:
    """Return a seller's identifiers by kind, personal ones opened."""
    return {
        kind: value or encryption.decrypt(value_encrypted)
        for kind, value, value_encrypted in sql.fetch_all(_IDS, [seller.id])
    }


def verification_queue(*, limit: int = 100, offset: int = 0) -> tuple[VerificationItem, ...]:
    """Return who waits for the operator, the longest first."""
    rows = (
        Registration.objects.filter(seller__state="submitted")
        .order_by("submitted_at", "seller_id")
        .values_list(
            "seller_id", "seller__country", "seller__form", "seller__legal_name", "submitted_at", "submissions"
        )
    )
    return tuple(
        VerificationItem(seller_id, country, form, legal_name, submitted_at, submissions)
        for seller_id, country, form, legal_name, submitted_at, submissions in rows[offset : offset + limit]
        if submitted_at is not None  # Always so: who waits has submitted.
    )


def get_verification_case(seller_id: UUID) -> VerificationCase:
    """
    Return a seller's case for the operator, in whatever state it is.

    :raises NotFound: no seller has this id.
    """
    row = Registration.objects.select_related("seller").filter(seller_id=seller_id).first()
    if row is None:
        raise NotFound(seller_id=seller_id)
    section = markets.get_pack(row.seller.country).registration
    return VerificationCase(
        registration=registration_view(row),
        registry=section.registry if section else "",
        online_check=section.online_check if section else "",
        decided_by=row.decided_by,
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


def _account_hint(account: tuple[Any, ...], seller: Seller, row: Registration) -> BankAccountHint:
    rail, currency, sealed, hint, created_at, has_replaced = account
    details: dict[str, str] = json.loads(encryption.decrypt(sealed))
    holder = details.get("account_holder", "")
    names = [seller.legal_name] + ([row.representative] if seller.form == "sole_trader" else [])
    return BankAccountHint(
        rail=rail,
        currency=currency,
        holder=holder,
        hint=hint,
        is_own_name=any(rules.same_name(holder, name) for name in names),
        created_at=created_at,
        usable_from=rules.account_usable_from(created_at, has_replaced=has_replaced),
    )
