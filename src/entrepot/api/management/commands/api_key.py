from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandParser

from entrepot.accounts import operations as accounts, queries as account_queries
from entrepot.accounts.rules import SCOPES
from entrepot.kernel import clock
from entrepot.sellers import queries as sellers


class Command(BaseCommand):
    help = (
        "Make, list and revoke the API keys of a store's seller. A key acts for the person who owns the seller, within "
        "its scopes; its secret is printed once and kept nowhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="make|list|revoke")
        make = actions.add_parser("make", help="make a key and print its secret")
        make.add_argument("store", help="the store's slug")
        make.add_argument("--name", required=True, help="what the key is for, such as the name of the system")
        make.add_argument(
            "--scope", action="append", choices=SCOPES, dest="scopes", help="may be repeated (default: all of them)"
        )
        listing = actions.add_parser("list", help="the seller's keys, without their secrets")
        listing.add_argument("store", help="the store's slug")
        revoke = actions.add_parser("revoke", help="close a key at once and for good")
        revoke.add_argument("store", help="the store's slug")
        revoke.add_argument("key", type=UUID, help="the key's id, as `list` shows it")
        for action in (make, listing, revoke):
            action.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, action: str, store: str, **options: Any) -> None:
        seller_id = sellers.get_store(store).seller_id
        getattr(self, f"_{action}")(seller_id, **options)

    def _make(self, seller_id: UUID, *, name: str, scopes: list[str] | None, json: bool, **_: Any) -> None:
        key, secret = accounts.issue_api_key(
            seller_id=seller_id, person_id=_owner(seller_id), name=name, scopes=scopes or list(SCOPES), now=clock.now()
        )
        if json:
            self._print({**_as_json(key), "secret": secret})
        else:
            self.stdout.write(secret)

    def _list(self, seller_id: UUID, *, json: bool, **_: Any) -> None:
        keys = account_queries.list_api_keys(seller_id)
        if json:
            self._print([_as_json(key) for key in keys])
            return
        for key in keys:
            state = "revoked" if key.revoked_at else "active"
            self.stdout.write(f"{key.id}  {key.hint}…  {state:<8} {key.name}  ({', '.join(key.scopes)})")

    def _revoke(self, seller_id: UUID, *, key: UUID, json: bool, **_: Any) -> None:
        revoked = accounts.revoke_api_key(seller_id=seller_id, key_id=key, person_id=_owner(seller_id), now=clock.now())
        if json:
            self._print(_as_json(revoked))
        else:
            self.stdout.write(f"{revoked.name} is revoked")

    def _print(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, indent=2, default=str))


def _owner(seller_id: UUID) -> UUID:
    return next(member.person_id for member in sellers.list_members(seller_id) if member.role == "owner")


def _as_json(key: account_queries.ApiKeyView) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": key.scopes,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
