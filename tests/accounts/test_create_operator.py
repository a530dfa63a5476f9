from __future__ import annotations

import getpass
import sys

import pytest
from django.core.management import CommandError, call_command

from entrepot.accounts import queries
from entrepot.accounts.models import Person
from entrepot.kernel.errors import InvalidField
from tests.builders import accounts
from tests.builders.accounts import PASSWORD

pytestmark = pytest.mark.django_db


def test_an_operator_is_registered_with_a_password_from_the_environment(monkeypatch, capsys):
    monkeypatch.setenv("ENTREPOT_OPERATOR_PASSWORD", PASSWORD)

    call_command("create_operator", "--email", "Olga@Example.com", "--name", "Olga")

    person = Person.objects.get()
    assert (person.email, person.name, person.is_staff, person.is_superuser) == (
        "olga@example.com",
        "Olga",
        True,
        False,
    )
    assert person.check_password(PASSWORD)
    assert PASSWORD not in capsys.readouterr().out


def test_a_person_who_is_there_becomes_an_operator_and_keeps_the_password(monkeypatch):
    person = accounts.person(email="olga@example.com", password=PASSWORD)
    monkeypatch.setenv("ENTREPOT_OPERATOR_PASSWORD", "another long password")

    call_command("create_operator", "--email", "OLGA@example.com")

    assert queries.get_person(person.id).is_operator is True
    assert Person.objects.get().check_password(PASSWORD)


def test_a_weak_password_registers_nobody(monkeypatch):
    monkeypatch.setenv("ENTREPOT_OPERATOR_PASSWORD", "short")

    with pytest.raises(InvalidField, match="password_too_short"):
        call_command("create_operator", "--email", "olga@example.com")

    assert Person.objects.count() == 0


def test_without_a_terminal_or_a_variable_it_says_what_to_do(monkeypatch):
    monkeypatch.delenv("ENTREPOT_OPERATOR_PASSWORD", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False)

    with pytest.raises(CommandError, match="ENTREPOT_OPERATOR_PASSWORD"):
        call_command("create_operator", "--email", "olga@example.com")

    assert Person.objects.count() == 0


def test_two_different_passwords_at_the_prompt_register_nobody(monkeypatch):
    monkeypatch.delenv("ENTREPOT_OPERATOR_PASSWORD", raising=False)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    given = iter([PASSWORD, PASSWORD + "x"])
    monkeypatch.setattr(getpass, "getpass", lambda prompt: next(given))

    with pytest.raises(CommandError, match="differ"):
        call_command("create_operator", "--email", "olga@example.com")

    assert Person.objects.count() == 0
