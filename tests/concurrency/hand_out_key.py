"""Run with an installation's environment, `python -m tests.concurrency.hand_out_key STORE`: print a key for the API."""

from __future__ import annotations

import os
import sys


def main(store: str) -> None:
    """Issue a key that may change listings and stock, and print its secret."""
    from entrepot.accounts import operations as accounts
    from entrepot.catalog import queries as catalog
    from entrepot.kernel import clock
    from entrepot.sellers import queries as sellers

    seller_id = catalog.find_seller_by_store(store)
    assert seller_id is not None, f"there is no store {store}"
    owner = next(member for member in sellers.list_members(seller_id) if member.role == "owner")
    _, secret = accounts.issue_api_key(
        seller_id=seller_id,
        person_id=owner.person_id,
        name="load",
        scopes=["listings:read", "listings:write", "orders:read", "orders:write"],
        now=clock.now(),
    )
    print(secret)


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "entrepot.config.settings")
    django.setup()
    main(sys.argv[1])
