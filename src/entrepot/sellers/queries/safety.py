"""Who made goods and who answers in the European Union for their safety."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class SafetyContactView:
    """A manufacturer or a responsible person, as buyers in the Union are told: Regulation (EU) 2023/988, article 19."""

    id: UUID
    name: str
    address: str
    country: str
    email: str
    is_in_eu: bool


_OF_SELLER = """
SELECT id, name, address, country, email, is_in_eu FROM sellers_safetycontact
WHERE seller_id = %s ORDER BY lower(name), id
"""


def list_safety_contacts(seller_id: UUID) -> tuple[SafetyContactView, ...]:
    """Return a seller's contacts by name."""
    return tuple(SafetyContactView(*row) for row in sql.fetch_all(_OF_SELLER, [seller_id]))


def get_safety_contact(seller_id: UUID, contact_id: UUID) -> SafetyContactView:
    """
    Return one of a seller's contacts.

    :raises NotFound: the seller has none of this id.
    """
    for contact in list_safety_contacts(seller_id):
        if contact.id == contact_id:
            return contact
    raise NotFound(contact_id=str(contact_id))
