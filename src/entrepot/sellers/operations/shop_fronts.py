"""The pictures of a shop front: a logo beside its name and a cover above its goods."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from entrepot.kernel import facts
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.transactions import transaction
from entrepot.sellers.events import StoreChanged
from entrepot.sellers.operations.access import demand_state, note
from entrepot.sellers.operations.stores import lock_store
from entrepot.sellers.queries import STORE_PICTURES, StorePicture, StoreView, get_stores


@transaction
def show_store_picture(
    *, seller_id: UUID, person_id: UUID, place: str, picture: StorePicture | None, now: datetime
) -> StoreView:
    """
    Put a picture in one of a shop front's places (`logo`, `cover`), or take the one that is there away.

    :param picture: one that catalog keeps.
    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    :raises InvalidField: there is no such place.
    """
    store = lock_store(person_id, seller_id)
    demand_state(store.state, {"open", "paused"})
    if place not in STORE_PICTURES:
        raise InvalidField.single("place", "invalid")
    others = {name: kept for name, kept in store.pictures.items() if name != place}
    store.pictures = {**others, place: asdict(picture)} if picture else others
    store.save(update_fields=["pictures"])
    note(
        seller_id=seller_id, person_id=person_id, action="show_store_picture", place=place, is_there=picture is not None
    )
    facts.record(StoreChanged(store_id=store.id, seller_id=seller_id))
    return get_stores([seller_id])[seller_id]
