"""
The calls to payment services: outside any transaction, every failure to answer turned into `unknown`.

A call that raises has perhaps moved money; only `look_up` can tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import structlog

from entrepot.kernel.transactions import demand_no_transaction
from entrepot.payments import ports
from entrepot.payments.ports import ChargeResult, RefundResult, ServiceDidNotAnswer
from entrepot.payments.queries import Attempt, Refund

log = structlog.get_logger(__name__)

_Result = TypeVar("_Result", ChargeResult, RefundResult)


def charge(attempt: Attempt, *, description: str = "", return_url: str = "") -> ChargeResult:
    """
    Ask the service for an attempt's amount. The attempt must be committed before, and carry its token.

    `return_url` is where a challenge sends the buyer back to.
    """
    demand_no_transaction("a payment service is asked")
    service = ports.get(attempt.service)
    return _ask(
        lambda: service.charge(
            key=attempt.service_key,
            amount=attempt.amount,
            token=attempt.token,
            description=description,
            return_url=return_url,
        ),
        ChargeResult(state="unknown"),
        attempt.service_key,
    )


def look_up(attempt: Attempt) -> ChargeResult:
    """Ask the service what became of an attempt."""
    demand_no_transaction("a payment service is asked")
    service = ports.get(attempt.service)
    return _ask(lambda: service.look_up(key=attempt.service_key), ChargeResult(state="unknown"), attempt.service_key)


def complete_challenge(attempt: Attempt) -> ChargeResult:
    """Tell the service that the buyer came back from a challenge, and ask what became of it."""
    demand_no_transaction("a payment service is asked")
    service = ports.get(attempt.service)
    return _ask(
        lambda: service.complete_challenge(key=attempt.service_key),
        ChargeResult(state="unknown"),
        attempt.service_key,
    )


def send_refund(refund: Refund) -> RefundResult:
    """Ask the service to give money back; the refund's own id is the key, so that asking again is safe."""
    demand_no_transaction("a payment service is asked")
    service = ports.get(refund.service)
    key = f"refund-{refund.id.hex}"
    return _ask(
        lambda: service.refund(key=key, charge_key=refund.service_key, amount=refund.amount),
        RefundResult(state="unknown"),
        key,
    )


def _ask(call: Callable[[], _Result], unknown: _Result, key: str) -> _Result:
    try:
        return call()
    except (ServiceDidNotAnswer, TimeoutError, ConnectionError) as error:
        log.warning("payment service did not answer", key=key, error=str(error))
        return unknown
