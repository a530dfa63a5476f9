"""
Encryption of single fields at rest: bank accounts, personal numbers. Fernet under `settings.FIELD_KEYS`, newest first.

The first key encrypts, every key decrypts, so a new key is put in front, what is kept is encrypted anew
(`entrepot rotate-field-keys`), and then the old key can go. Rooms say what they keep with `register_column`.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from entrepot.kernel import sql
from entrepot.kernel.transactions import transaction

_BATCH = 500


class Undecryptable(Exception):
    """A kept value opens with none of the configured keys: a key was lost or the value was tampered with."""


def new_key() -> str:
    """Return a fresh key for the front of `ENTREPOT_FIELD_KEYS`."""
    return Fernet.generate_key().decode("ascii")


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    """Return the text as a token under the newest key; the same text gives another token each time."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode("utf-8")).decode("ascii")


def decrypt(token: str) -> str:
    """
    Return the text of a token.

    :raises Undecryptable: no configured key opens it.
    """
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(token.encode("ascii")).decode("utf-8")
    except (InvalidToken, UnicodeEncodeError) as fault:
        raise Undecryptable("no configured field key opens this value") from fault


def is_under_newest_key(token: str) -> bool:
    """Return whether the first key alone opens the token."""
    try:
        _box(tuple(settings.FIELD_KEYS)[:1]).decrypt(token.encode("ascii"))
    except InvalidToken:
        return False
    return True


def renew(token: str) -> str:
    """
    Return the token under the newest key; unchanged when it is already.

    :raises Undecryptable: no configured key opens it.
    """
    return token if is_under_newest_key(token) else encrypt(decrypt(token))


def fingerprint(text: str) -> str:
    """
    Return a keyed digest of a text under the newest key, so that an encrypted value can be told equal without being
    opened. Without the key nobody can try numbers against it.
    """
    return fingerprints(text)[0]


def fingerprints(text: str) -> tuple[str, ...]:
    """Return the digests under every key, the newest first: what is kept may still be under an older one."""
    return tuple(_digest(key, text) for key in settings.FIELD_KEYS)


def _digest(key: str, text: str) -> str:
    return hmac.digest(b"fingerprint:" + key.encode("ascii"), text.encode("utf-8"), "sha256").hex()


Rotation = Callable[[], int]
_rotations: dict[str, Rotation] = {}


def register(name: str, rotation: Rotation) -> None:
    """Have `rotate_all` call a room's own function, which renews all it keeps and returns how many values changed."""
    _rotations[name] = rotation


def register_column(*, table: str, column: str, key: str = "id") -> None:
    """Have `rotate_all` renew one text column that holds tokens (an empty text is left alone)."""
    register(f"{table}.{column}", lambda: _rotate_column(table=table, column=column, key=key))


def rotate_all() -> dict[str, int]:
    """Renew everything that the rooms registered; return how many values changed under each name."""
    return {name: rotation() for name, rotation in sorted(_rotations.items())}


def _rotate_column(*, table: str, column: str, key: str) -> int:
    changed, after = 0, None
    while True:
        done, count = _rotate_batch(table=table, column=column, key=key, after=after)
        changed += count
        if done is None:
            return changed
        after = done


@transaction
def _rotate_batch(*, table: str, column: str, key: str, after: object) -> tuple[object, int]:
    """Renew the next rows in key order; return the last key seen (None at the end) and the number of changes."""
    # The names come from the rooms' own code, never from outside.
    position = f"AND {key} > %s" if after is not None else ""
    rows: Sequence[tuple[object, str]] = sql.fetch_all(
        f"SELECT {key}, {column} FROM {table} WHERE {column} <> '' {position} "
        f"ORDER BY {key} LIMIT {_BATCH} FOR NO KEY UPDATE",
        [after] if after is not None else [],
    )
    changed = 0
    for row_key, token in rows:
        renewed = renew(token)
        if renewed != token:
            changed += sql.execute(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [renewed, row_key])
    return (rows[-1][0] if len(rows) == _BATCH else None), changed
