"""Every write of people and keys. Callers import this module; the files beside it are its own order."""

from __future__ import annotations

from entrepot.accounts.operations.addresses import TooManyAddresses, make_default, remove_address, save_address
from entrepot.accounts.operations.keys import issue_api_key, note_api_key_use, revoke_api_key, revoke_keys_of
from entrepot.accounts.operations.people import (
    EmailTaken,
    change_email,
    change_name,
    create_operator,
    create_person,
    keep_language,
    make_operator,
    remove_operator,
)
from entrepot.accounts.operations.personal_data import ErasureRefused, erase_person, export_person

__all__ = [
    "EmailTaken",
    "ErasureRefused",
    "TooManyAddresses",
    "change_email",
    "change_name",
    "create_operator",
    "create_person",
    "erase_person",
    "export_person",
    "issue_api_key",
    "keep_language",
    "make_default",
    "make_operator",
    "note_api_key_use",
    "remove_address",
    "remove_operator",
    "revoke_api_key",
    "revoke_keys_of",
    "save_address",
]
