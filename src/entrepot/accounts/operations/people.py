"""People: registered, made operators, renamed, moved to another mailbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction as _django

from entrepot.accounts import queries, rules
from entrepot.accounts.models import Person
from entrepot.accounts.queries import PersonView
from entrepot.kernel import audit
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.transactions import transaction


class EmailTaken(DomainError):
    """Another person has this mailbox."""

    code = "email_taken"
    kind = "conflict"
    summary = "Somebody with this e-mail address is registered already."


@transaction
def create_person(
    *,
    email: str,
    now: datetime,
    name: str = "",
    password: str | None = None,
    language: str = "",
    email_confirmed: bool = False,
) -> PersonView:
    """
    Register a person; without a password they log in only after setting one by mail.

    :param email_confirmed: the mailbox was proven otherwise (an invitation, an operator's word).
    :raises InvalidField: the address or the password cannot be taken.
    :raises EmailTaken: the mailbox belongs to somebody.
    """
    return queries.person_view(_new_person(email, name, password, language, email_confirmed, now))


@transaction
def create_operator(*, email: str, password: str | None, actor: str, now: datetime, name: str = "") -> PersonView:
    """
    Register an operator, or make an operator of who has this mailbox (whose password then stays as it is).

    :raises InvalidField: the address or the password cannot be taken.
    """
    found = queries.find_person(email)
    person = Person.objects.get(pk=found.id) if found else _new_person(email, name, password, "", True, now)
    return _set_operator(person, True, actor)


@transaction
def make_operator(*, person_id: UUID, actor: str, now: datetime) -> PersonView:
    """
    Let a person into the console.

    :raises NotFound: nobody has this id.
    """
    return _set_operator(lock_person(person_id), True, actor)


@transaction
def remove_operator(*, person_id: UUID, actor: str, now: datetime) -> PersonView:
    """
    Take a person out of the console.

    :raises NotFound: nobody has this id.
    """
    return _set_operator(lock_person(person_id), False, actor)


@transaction
def change_name(*, person_id: UUID, name: str, now: datetime) -> PersonView:
    """
    Give a person another name.

    :raises InvalidField: it is longer than 200 characters or holds control characters.
    """
    person = lock_person(person_id)
    person.name = clean_name(name)
    person.save(update_fields=["name"])
    return queries.person_view(person)


@transaction
def keep_language(*, person_id: UUID, language: str) -> None:
    """Remember the language that a person reads: letters come in it. The same again, or nobody, changes nothing."""
    Person.objects.filter(pk=person_id).exclude(language=language).update(language=language)


@transaction
def change_email(*, person_id: UUID, email: str, now: datetime) -> PersonView:
    """
    Move a person to another mailbox, to be confirmed by mail again; the old address no longer logs in.

    :raises InvalidField: it is no address.
    :raises EmailTaken: the mailbox belongs to somebody.
    """
    person = lock_person(person_id)
    normal = _clean_email(email)
    if normal == person.email:
        return queries.person_view(person)
    person.email = normal
    try:
        with _django.atomic():
            person.save(update_fields=["email"])
            EmailAddress.objects.filter(user=person).delete()
            EmailAddress.objects.create(user=person, email=normal, primary=True, verified=False)
    except IntegrityError as fault:
        raise EmailTaken(email=normal) from fault
    return queries.person_view(person)


def _new_person(
    email: str, name: str, password: str | None, language: str, email_confirmed: bool, now: datetime
) -> Person:
    normal = _clean_email(email)
    person = Person(email=normal, name=clean_name(name), language=language, joined_at=now)
    if password is not None:
        try:
            validate_password(password, person)
        except ValidationError as fault:
            codes = ", ".join(str(error.code) for error in fault.error_list)
            raise InvalidField.single("password", codes) from fault
    person.set_password(password)
    try:
        with _django.atomic():
            person.save(force_insert=True)
            EmailAddress.objects.create(user=person, email=normal, primary=True, verified=email_confirmed)
    except IntegrityError as fault:
        raise EmailTaken(email=normal) from fault
    return person


def _set_operator(person: Person, is_operator: bool, actor: str) -> PersonView:
    if person.is_staff != is_operator:
        person.is_staff = is_operator
        person.save(update_fields=["is_staff"])
        action = "make_operator" if is_operator else "remove_operator"
        audit.record(actor=actor, action=action, subject_kind="person", subject_id=person.id, email=person.email)
    return queries.person_view(person)


def lock_person(person_id: UUID) -> Person:
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise NotFound(person_id=person_id)
    return person


def _clean_email(text: str) -> str:
    normal = rules.normal_email(text)
    if normal is None:
        raise InvalidField.single("email", "not_an_email_address")
    return normal


def clean_name(text: str, *, field: str = "name", limit: int = 200) -> str:
    name = " ".join(text.split())
    if len(name) > limit:
        raise InvalidField.single(field, "too_long")
    if not name.isprintable():
        raise InvalidField.single(field, "control_characters")
    return name
