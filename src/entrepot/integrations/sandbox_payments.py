"""
The sandbox payment service: a little firm of its own, with its own books, that moves no money.

Tokens choose how it behaves: `tok_ok` is captured at once, `tok_decline` declined, `tok_challenge` asks the buyer,
`tok_timeout` captures and never answers, `tok_late` is captured some seconds later. News of the last and of a challenge
comes by signed callback, and comes twice, as such news does.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop

from entrepot.kernel import clock, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.money import Money
from entrepot.payments.ports import ChargeResult, PaymentOption, RefundResult, ServiceDidNotAnswer

LATE_BY = timedelta(seconds=5)

# Token → how the charge behaves, its first state, the reason of a decline.
_TOKENS = {
    "tok_ok": ("ok", "captured", ""),
    "tok_decline": ("decline", "declined", "card_declined"),
    "tok_challenge": ("challenge", "challenge", ""),
    "tok_timeout": ("timeout", "captured", ""),
    "tok_late": ("late", "pending", ""),
}
_OPTIONS = (
    PaymentOption("tok_ok", gettext_noop("Test card that pays"), "4242"),
    PaymentOption("tok_challenge", gettext_noop("Test card whose bank asks you to confirm"), "3155"),
    PaymentOption("tok_decline", gettext_noop("Test card that is declined"), "0002"),
    PaymentOption("tok_late", gettext_noop("Test card whose payment arrives late"), "9979"),
    PaymentOption("tok_timeout", gettext_noop("Test card whose bank does not answer"), "0341"),
)
_FALSE_TOKEN = ("false_token", "declined", "invalid_token")

_COLUMNS = "key, reference, behaviour, amount_minor, currency, state, decline_code, description, return_url, calls"

# One statement, whether the key is new or not; the same key again only counts the call.
_CHARGE = f"""
INSERT INTO integrations_sandboxcharge
  (key, reference, behaviour, amount_minor, currency, state, decline_code, description, return_url, created_at,
   capture_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET calls = integrations_sandboxcharge.calls + 1
RETURNING {_COLUMNS}
"""

# A late charge is captured when its time has come, whoever looks first.
_LOOK_UP = f"""
UPDATE integrations_sandboxcharge
SET calls = calls + 1, state = CASE WHEN state = 'pending' AND capture_at <= %s THEN 'captured' ELSE state END
WHERE key = %s
RETURNING {_COLUMNS}
"""

_CAPTURE = f"""
UPDATE integrations_sandboxcharge SET state = 'captured'
WHERE reference = %s AND state IN ('pending', 'captured')
RETURNING {_COLUMNS}
"""

_DECIDE = f"""
UPDATE integrations_sandboxcharge SET state = %s, decline_code = %s
WHERE reference = %s AND state = 'challenge'
RETURNING {_COLUMNS}
"""

_REFUND = """
WITH charge AS (
  SELECT key, state, amount_minor FROM integrations_sandboxcharge WHERE key = %(charge_key)s FOR NO KEY UPDATE
), given AS (
  SELECT coalesce(sum(amount_minor), 0) AS minor FROM integrations_sandboxrefund WHERE charge_id = %(charge_key)s
)
INSERT INTO integrations_sandboxrefund (key, charge_id, reference, amount_minor, created_at)
SELECT %(key)s, charge.key, %(reference)s, %(minor)s, %(at)s FROM charge, given
WHERE charge.state = 'captured' AND given.minor + %(minor)s <= charge.amount_minor
ON CONFLICT (key) DO NOTHING
RETURNING reference
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge as the sandbox's books have it."""

    key: str
    reference: str
    behaviour: str
    amount: Money
    state: str
    decline_code: str
    description: str
    return_url: str
    calls: int

    def as_result(self) -> ChargeResult:
        """The charge as the port answers."""
        action = None
        if self.state == "challenge":
            action = {"type": "redirect", "url": reverse("sandbox-payments:challenge", args=[self.reference])}
        return ChargeResult(
            state=self.state,  # type: ignore[arg-type]
            service_reference=self.reference,
            decline_code=self.decline_code,
            next_action=action,
        )


class SandboxPayments:
    """The adapter of `payments.ports.PaymentService` to the sandbox."""

    def list_options(self) -> tuple[PaymentOption, ...]:
        return _OPTIONS

    def charge(self, *, key: str, amount: Money, token: str, description: str, return_url: str) -> ChargeResult:
        behaviour, state, decline_code = _TOKENS.get(token, _FALSE_TOKEN)
        now = clock.now()
        capture_at = now + LATE_BY if state == "pending" else None
        reference = f"sb_{secrets.token_hex(12)}"
        asked = (key, reference, behaviour, amount.minor, amount.currency, state, decline_code, description, return_url)
        row = sql.fetch_one(_CHARGE, [*asked, now, capture_at])
        charge = _read(row)
        if charge.amount != amount:
            return ChargeResult(state="declined", service_reference=charge.reference, decline_code="key_reused")
        if charge.calls == 1 and charge.behaviour == "timeout":
            raise ServiceDidNotAnswer(f"the sandbox keeps silent about {key}")
        if charge.calls == 1 and capture_at is not None:
            _capture_later(charge, capture_at)
        return charge.as_result()

    def look_up(self, *, key: str) -> ChargeResult:
        row = sql.fetch_one(_LOOK_UP, [clock.now(), key])
        if row is None:
            return ChargeResult(state="declined", decline_code="not_received")
        return _read(row).as_result()

    def complete_challenge(self, *, key: str) -> ChargeResult:
        return self.look_up(key=key)  # The buyer's decision was made on the sandbox's own page.

    def refund(self, *, key: str, charge_key: str, amount: Money) -> RefundResult:
        params = {
            "key": key,
            "charge_key": charge_key,
            "reference": f"sbr_{secrets.token_hex(12)}",
            "minor": amount.minor,
            "at": clock.now(),
        }
        row = sql.fetch_one(_REFUND, params)
        if row is None:  # The same key again, or nothing to give back from.
            row = sql.fetch_one("SELECT reference FROM integrations_sandboxrefund WHERE key = %s", [key])
        if row is None:
            return RefundResult(state="failed", failure_code="nothing_to_refund")
        return RefundResult(state="succeeded", service_reference=row[0])


def _capture_later(charge: Charge, at: datetime) -> None:
    from entrepot.kernel import jobs

    jobs.defer("entrepot.integrations.jobs.capture_late_charge", run_at=at, reference=charge.reference)


def _read(row: tuple | None) -> Charge:
    assert row is not None
    return Charge(row[0], row[1], row[2], Money(row[3], row[4]), *row[5:])


def get_charge(reference: str) -> Charge:
    """
    Return one charge by the reference that its page's address carries.

    :raises NotFound: the sandbox has none of this reference.
    """
    row = sql.fetch_one(f"SELECT {_COLUMNS} FROM integrations_sandboxcharge WHERE reference = %s", [reference])
    if row is None:
        raise NotFound()
    return _read(row)


def decide(*, reference: str, approved: bool) -> Charge:
    """
    Take the buyer's decision about a challenge; the first one stands.

    :raises NotFound: the sandbox has no charge of this reference.
    """
    state, code = ("captured", "") if approved else ("declined", "challenge_refused")
    row = sql.fetch_one(_DECIDE, [state, code, reference])
    return _read(row) if row else get_charge(reference)


def capture_late(*, reference: str) -> Charge:
    """Capture a charge that was late; run twice, it captures once."""
    row = sql.fetch_one(_CAPTURE, [reference])
    return _read(row) if row else get_charge(reference)
