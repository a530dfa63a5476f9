from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from entrepot.kernel import encryption, sql
from entrepot.sellers.models import BankAccount, Seller

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))


def _account(now, *, text="DE89370400440532013000"):
    seller = Seller.objects.create(country="IT", form="company", payout_currency="EUR", created_at=now)
    return BankAccount.objects.create(
        seller=seller, rail="sepa", currency="EUR", details=encryption.encrypt(text), hint="3000", created_at=now
    )


def test_a_text_comes_back_and_its_token_shows_nothing_of_it(settings):
    settings.FIELD_KEYS = [OLD]
    text = "DE89 3704 0044 0532 0130 00 / Ünïcode 银行"

    first, second = encryption.encrypt(text), encryption.encrypt(text)

    assert encryption.decrypt(first) == encryption.decrypt(second) == text
    assert first != second
    assert "3704" not in first


@pytest.mark.parametrize("token", ["", "nonsense", "gAAAAAB", "银行"])
def test_what_is_no_token_does_not_open(token, settings):
    settings.FIELD_KEYS = [OLD]

    with pytest.raises(encryption.Undecryptable):
        encryption.decrypt(token)


def test_a_tampered_token_does_not_open(settings):
    settings.FIELD_KEYS = [OLD]
    token = encryption.encrypt("secret")
    middle = len(token) // 2
    tampered = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]

    with pytest.raises(encryption.Undecryptable):
        encryption.decrypt(tampered)


def test_an_older_key_still_opens_and_the_newest_encrypts(settings):
    settings.FIELD_KEYS = [OLD]
    token = encryption.encrypt("secret")

    settings.FIELD_KEYS = [NEW, OLD]

    assert encryption.decrypt(token) == "secret"
    assert encryption.is_under_newest_key(token) is False
    renewed = encryption.renew(token)
    assert encryption.is_under_newest_key(renewed) is True
    assert encryption.renew(renewed) == renewed
    settings.FIELD_KEYS = [NEW]
    assert encryption.decrypt(renewed) == "secret"
    with pytest.raises(encryption.Undecryptable):
        encryption.decrypt(token)


@pytest.mark.django_db
def test_rotation_encrypts_everything_kept_anew_and_then_nothing_more(settings, now, monkeypatch, capsys):
    monkeypatch.setattr(encryption, "_BATCH", 2)  # Several batches, as with many rows.
    settings.FIELD_KEYS = [OLD]
    accounts = [_account(now, text=f"account {number}") for number in range(5)]

    settings.FIELD_KEYS = [NEW, OLD]
    call_command("rotate_field_keys", "--json")
    first = capsys.readouterr().out
    call_command("rotate_field_keys", "--json")
    second = capsys.readouterr().out

    assert '"sellers_bankaccount.details": 5' in first
    assert '"sellers_bankaccount.details": 0' in second
    settings.FIELD_KEYS = [NEW]
    kept = dict(BankAccount.objects.values_list("id", "details"))
    assert [encryption.decrypt(kept[account.id]) for account in accounts] == [f"account {n}" for n in range(5)]


@pytest.mark.django_db
def test_rotation_without_the_old_key_says_so_and_changes_nothing(settings, now):
    settings.FIELD_KEYS = [OLD]
    account = _account(now)

    settings.FIELD_KEYS = [OTHER]
    with pytest.raises(CommandError, match="opens with none of the keys"):
        call_command("rotate_field_keys")

    assert BankAccount.objects.get().details == account.details


def test_the_command_prints_a_key_that_encrypts(settings, capsys):
    call_command("new_field_key")

    settings.FIELD_KEYS = [capsys.readouterr().out.strip()]
    assert encryption.decrypt(encryption.encrypt("secret")) == "secret"


@pytest.mark.django_db
def test_every_column_that_holds_tokens_is_registered_for_rotation():
    columns = sql.fetch_all(
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_name LIKE 'sellers_%%' AND (column_name LIKE '%%encrypted' OR column_name = 'details') "
        "AND data_type = 'text'",
        [],
    )

    assert {f"{table}.{column}" for table, column in columns} == {
        name for name in encryption._rotations if name.startswith("sellers_")
    }
