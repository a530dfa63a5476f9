"""A seller's whole way in, as a person would go it: register, send papers, be approved, open the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from entrepot.demo import identities
from entrepot.markets import queries as markets
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import SellerView

TERMS_VERSION = "2026-11"
# A made-up representative, at an address kept for examples.
RESPONSIBLE_PERSON = {
    "name": "Entrepot Demo Representatives GmbH",
    "address": "Musterstraße 1, 10115 Berlin",
    "country": "DE",
    "email": "safety@demo.example",
}


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """What a seller says of itself; its numbers, account and papers are made up from the country's pack."""

    country: str
    legal_name: str
    store_name: str
    slug: str
    serial: int
    form: str = "company"
    representative: str = "Alex Example"
    street: str = "1 Market Street"
    city: str = ""
    region: str = ""
    postal_code: str = ""
    email: str = ""
    language: str = ""
    story: str = ""
    vat_registered: bool = True
    registrations: tuple[str, ...] = ()


def submit_newcomer(newcomer: Newcomer, *, person_id: UUID, now: datetime) -> UUID:
    """Fill in and submit a registration; return the seller's id."""
    country = newcomer.country
    seller_id = operations.start_registration(
        person_id=person_id, country=country, form=newcomer.form, now=now
    ).seller_id
    reference = markets.get_pack(country).reference_address
    ids = identities.business_ids(country, newcomer.form, newcomer.serial)
    section = markets.get_pack(country).registration
    assert section is not None, "the registration was started"
    operations.save_registration(
        seller_id=seller_id,
        person_id=person_id,
        now=now,
        fields={
            "legal_name": newcomer.legal_name,
            "trade_name": newcomer.store_name,
            "representative": newcomer.representative,
            "street": newcomer.street,
            "city": newcomer.city or reference.city or "Capital",
            "region": newcomer.region or reference.region,
            "postal_code": newcomer.postal_code or reference.postal_code,
            "phone": identities.phone(country),
            "email": newcomer.email or f"{newcomer.slug}@example.com",
            "register_name": section.registry or "Commercial register",
            "register_number": next(iter(ids.values())),
        },
        ids=ids,
    )
    for kind, label, is_required in queries.get_registration(seller_id).documents_wanted:
        if is_required:
            content = identities.paper(label, newcomer.legal_name, f"Serial {newcomer.serial}")
            operations.upload_document(
                seller_id=seller_id, person_id=person_id, now=now, kind=kind, file_name=f"{kind}.pdf", content=content
            )
    account = identities.bank_fields(country, newcomer.serial)
    operations.set_bank_account(
        seller_id=seller_id, person_id=person_id, now=now, fields={**account, "account_holder": newcomer.legal_name}
    )
    operations.set_tax_profile(
        seller_id=seller_id,
        person_id=person_id,
        now=now,
        vat_registered=newcomer.vat_registered,
        registrations=newcomer.registrations,
    )
    operations.accept_terms(seller_id=seller_id, person_id=person_id, now=now, version=TERMS_VERSION)
    operations.certify_compliance(seller_id=seller_id, person_id=person_id, now=now)
    operations.submit_registration(seller_id=seller_id, person_id=person_id, now=now)
    return seller_id


def settle_newcomer(newcomer: Newcomer, *, person_id: UUID, actor: str, now: datetime) -> SellerView:
    """Take a newcomer from the first page to an open store; return the seller."""
    seller_id = submit_newcomer(newcomer, person_id=person_id, now=now)
    operations.approve_seller(seller_id=seller_id, actor=actor, now=now)
    pack = markets.get_pack(newcomer.country)
    operations.open_store(
        seller_id=seller_id,
        person_id=person_id,
        slug=newcomer.slug,
        name=newcomer.store_name,
        dispatch_country=newcomer.country,
        dispatch_region=newcomer.region or pack.reference_address.region,
        dispatch_postal_code=newcomer.postal_code or pack.reference_address.postal_code,
        dispatch_city=newcomer.city or pack.reference_address.city or "Capital",
        language=newcomer.language or pack.languages[0],
        story=newcomer.story,
        now=now,
    )
    if "EU" not in pack.unions:
        answer_for_safety(seller_id=seller_id, person_id=person_id, now=now)
    return queries.get_seller(seller_id)


def answer_for_safety(*, seller_id: UUID, person_id: UUID, now: datetime) -> None:
    """Name somebody in the Union who answers for all goods of a store."""
    contact = operations.add_safety_contact(seller_id=seller_id, person_id=person_id, now=now, **RESPONSIBLE_PERSON)
    operations.choose_safety_contacts(
        seller_id=seller_id, person_id=person_id, manufacturer_id=None, responsible_id=contact.id, now=now
    )
