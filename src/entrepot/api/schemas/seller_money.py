"""Payouts and the statements that explain them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from entrepot.api.schemas.base import Answer, QueryParameters


class PayoutsQuery(QueryParameters):
    before: AwareDatetime | None = Field(None, description="The `made_at` of the last payout of the page before.")
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class PayoutOut(Answer):
    id: UUID
    number: str
    currency: str
    opening: str
    lines_total: str
    amount: str = Field(description="What was paid out; opening + lines_total - amount = closing.")
    closing: str = Field(description="What stays on account because it is not due yet.")
    state: str
    failure_reason: str
    bank_reference: str
    account_hint: str
    period_start: datetime | None
    made_at: datetime
    settled_at: datetime | None


class PayoutsOut(Answer):
    items: list[PayoutOut]


class StatementLineOut(Answer):
    """One order's part of a statement, in the payout's currency; what costs you is negative."""

    kind: str
    reference: UUID | None
    label: str
    booked_at: datetime
    goods: str
    delivery: str
    tax: str
    commission: str
    refunds: str
    other: str
    net: str


class StatementOut(Answer):
    payout: PayoutOut
    lines: list[StatementLineOut]


class BalanceOut(Answer):
    currency: str
    balance: str = Field(description="All that was released to you and not paid out yet.")
    due: str = Field(description="What the next payout would bring.")


class BalancesOut(Answer):
    items: list[BalanceOut]
