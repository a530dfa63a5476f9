"""Contacts for product safety."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from entrepot.api.schemas.base import Answer, CountryCode, Email, Request, RequiredLine

_Address = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,300}$", strip_whitespace=True)]
# A field of goods: the id of a contact, or an empty text that takes it away.
ContactChoice = UUID | Literal[""]


class SafetyContactIn(Request):
    """Who makes goods, or answers in the European Union for their safety. Every part is needed."""

    name: RequiredLine
    address: _Address = Field(description="The postal address in the country, on one line.")
    country: CountryCode
    email: Email


class SafetyContactOut(Answer):
    id: UUID
    name: str
    address: str
    country: str
    email: str
    in_eu: bool = Field(description="Whether it counts as somebody in the European Union who answers.")


class SafetyChoice(Request):
    """Whom your store names for all goods that do not name others; null: nobody."""

    manufacturer_id: UUID | None
    responsible_id: UUID | None


class SafetyContactsOut(Answer):
    items: list[SafetyContactOut]
    manufacturer_id: UUID | None = Field(description="Whom the store names, for goods that name nobody else.")
    responsible_id: UUID | None
