"""What sellers answer when accounts asks for, or erases, a person's data."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from entrepot.accounts import queries as people
from entrepot.kernel import jobs
from entrepot.kernel.transactions import step
from entrepot.sellers import queries
from entrepot.sellers.jobs import delete_private_files
from entrepot.sellers.models import Document, Invitation, Member, Seller


class SellersPersonalData:
    """Seats, invitations and unfinished registrations of a person (`accounts.ports.PersonalData`)."""

    name = "sellers"

    def export(self, *, person_id: UUID) -> dict[str, Any]:
        """Return the person's seats, and of those where they are the owner the registration itself."""
        return {
            "memberships": [self._seat(seat) for seat in queries.memberships(person_id)],
            "invitations": [
                {"seller": row.seller.legal_name, "role": row.role, "created_at": row.created_at.isoformat()}
                for row in Invitation.objects.select_related("seller")
                .filter(email=people.get_person(person_id).email)
                .order_by("created_at")
            ],
        }

    def objections(self, *, person_id: UUID) -> list[str]:
        """Object while a seller that was ever submitted would be left without an owner."""
        for seat in queries.memberships(person_id):
            if seat.role == "owner" and seat.seller_state != "draft" and not _has_another_owner(seat):
                return ["sole_owner_of_a_seller"]
        return []

    @step
    def erase(self, *, person_id: UUID, now: datetime) -> None:
        """End every seat; a draft that nobody else owns goes as a whole, its files by a job."""
        for seat in queries.memberships(person_id):
            if seat.seller_state == "draft" and seat.role == "owner" and not _has_another_owner(seat):
                keys = list(Document.objects.filter(seller_id=seat.seller_id).values_list("storage_key", flat=True))
                Seller.objects.filter(pk=seat.seller_id).delete()
                if keys:
                    jobs.defer(delete_private_files, keys=keys)
        Member.objects.filter(person_id=person_id).delete()
        Invitation.objects.filter(email=people.get_person(person_id).email).update(
            email=f"erased-{person_id}@erased.invalid"
        )
        Invitation.objects.filter(email=f"erased-{person_id}@erased.invalid", accepted_at=None, revoked_at=None).update(
            revoked_at=now
        )

    @staticmethod
    def _seat(seat: queries.Membership) -> dict[str, Any]:
        exported: dict[str, Any] = {
            "seller": seat.seller_name,
            "country": seat.seller_country,
            "role": seat.role,
            "joined_at": seat.joined_at.isoformat(),
        }
        if seat.role == "owner":
            registration = queries.get_registration(seat.seller_id)
            exported["registration"] = {
                **registration.fields,
                "ids": {number.kind: number.value for number in registration.ids if number.value},
                "documents": [document.file_name for document in registration.documents],
            }
            # Those may be people whom the seller wrote down; they are the business's and go with it.
            exported["safety_contacts"] = [
                {"name": contact.name, "address": contact.address, "country": contact.country, "email": contact.email}
                for contact in queries.list_safety_contacts(seat.seller_id)
            ]
        return exported


def _has_another_owner(seat: queries.Membership) -> bool:
    owners = Member.objects.filter(seller_id=seat.seller_id, role="owner")
    return owners.exclude(person_id=seat.person_id).exists()
