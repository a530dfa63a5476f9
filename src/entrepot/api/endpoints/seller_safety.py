"""A seller's contacts for product safety: who makes its goods, and who answers for them in the European Union."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from entrepot.api.access import grant_of, needs
from entrepot.api.rendering import answer, nothing
from entrepot.api.schemas.seller_safety import SafetyChoice, SafetyContactIn, SafetyContactOut, SafetyContactsOut
from entrepot.kernel import clock
from entrepot.sellers import operations, queries
from entrepot.sellers.queries import SafetyContactView

router = Router()

_READ, _WRITE = needs("listings:read"), needs("listings:write")


@router.get("/safety-contacts", auth=_READ, response=SafetyContactsOut, summary="List contacts for product safety")
def list_safety_contacts(request: HttpRequest) -> HttpResponse:
    """Return manufacturers and responsible persons by name, and which of them your store names."""
    seller_id = grant_of(request).seller_id
    store = queries.get_stores([seller_id]).get(seller_id)
    manufacturer, responsible = (store.manufacturer, store.responsible) if store else (None, None)
    return answer(
        {
            "items": [_contact(found) for found in queries.list_safety_contacts(seller_id)],
            "manufacturer_id": manufacturer and manufacturer.id,
            "responsible_id": responsible and responsible.id,
        }
    )


@router.post(
    "/safety-contacts", auth=_WRITE, response={201: SafetyContactOut}, summary="Add a contact for product safety"
)
def add_safety_contact(request: HttpRequest, body: SafetyContactIn) -> HttpResponse:
    """Write down a manufacturer or a responsible person, for your store and listings to name."""
    return answer(_contact(operations.add_safety_contact(**_who(request), **body.model_dump())), status=201)


@router.put("/safety-contacts", auth=_WRITE, response=SafetyContactsOut, summary="Choose the store's contacts")
def choose_safety_contacts(request: HttpRequest, body: SafetyChoice) -> HttpResponse:
    """Say whom your store names for all goods that do not name others."""
    operations.choose_safety_contacts(**_who(request), **body.model_dump())
    return list_safety_contacts(request)


@router.put(
    "/safety-contacts/{contact_id}",
    auth=_WRITE,
    response=SafetyContactOut,
    summary="Change a contact for product safety",
)
def change_safety_contact(request: HttpRequest, contact_id: UUID, body: SafetyContactIn) -> HttpResponse:
    """Write a contact anew, wherever it is named."""
    changed = operations.change_safety_contact(**_who(request), contact_id=contact_id, **body.model_dump())
    return answer(_contact(changed))


@router.delete(
    "/safety-contacts/{contact_id}",
    auth=_WRITE,
    response={204: None},
    summary="Remove a contact for product safety",
)
def drop_safety_contact(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Take a contact away; 409 while your store, a category or a listing names it."""
    operations.drop_safety_contact(**_who(request), contact_id=contact_id)
    return nothing()


def _who(request: HttpRequest) -> dict[str, Any]:
    grant = grant_of(request)
    return {"seller_id": grant.seller_id, "person_id": grant.person_id, "now": clock.now()}


def _contact(found: SafetyContactView) -> dict[str, Any]:
    return {
        "id": found.id,
        "name": found.name,
        "address": found.address,
        "country": found.country,
        "email": found.email,
        "in_eu": found.is_in_eu,
    }
