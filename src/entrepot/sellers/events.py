from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel.facts import Event


@dataclass(frozen=True)
class SellerSubmitted(Event):
    """A registration waits for the operator."""

    seller_id: UUID


@dataclass(frozen=True)
class SellerApproved(Event):
    """A seller may sell: approved for the first time, or let back in after a suspension."""

    seller_id: UUID


@dataclass(frozen=True)
class SellerRejected(Event):
    """The operator gave a registration back with reasons."""

    seller_id: UUID


@dataclass(frozen=True)
class SellerSuspended(Event):
    """A seller may not sell until further notice."""

    seller_id: UUID


@dataclass(frozen=True)
class StoreChanged(Event):
    """A store was opened, paused, opened again or changed what buyers see or pricing reads of it."""

    store_id: UUID
    seller_id: UUID


@dataclass(frozen=True)
class MemberInvited(Event):
    """A mailbox was offered a seat; `queries.get_invitation_token` gives the token for the mail."""

    invitation_id: UUID
    seller_id: UUID


@dataclass(frozen=True)
class BankAccountChanged(Event):
    """A seller is paid elsewhere from now on; its owners should hear of it by mail."""

    seller_id: UUID


@dataclass(frozen=True)
class ScreeningListImported(Event):
    """A list of names came into force in place of its older version."""

    code: str
    version: str
