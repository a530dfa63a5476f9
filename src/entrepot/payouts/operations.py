"""Every write of payouts: the run, its bank files, and what the bank said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import storages

from entrepot.kernel import audit, encryption, facts, ids, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.money import Money, sum_money
from entrepot.kernel.transactions import transaction
from entrepot.ledger import operations as ledger
from entrepot.ledger.rules import AccountRef, NewTransfer
from entrepot.markets import queries as markets
from entrepot.markets.packs import OperatorBankAccount
from entrepot.payouts import bank_files, queries
from entrepot.payouts.bank_files import Debtor, Payment
from entrepot.payouts.events import PayoutConfirmed, PayoutFailed, PayoutMade, PayoutsResumed, PayoutsStopped
from entrepot.payouts.queries import BankFileView, Payee, PayoutView
from entrepot.payouts.rules import Due, PayoutState, Skip, end_of_delay, reason_to_skip
from entrepot.sellers import queries as sellers
from entrepot.sellers.queries import PayoutAccount

# One run at a time: a second one waits, and then finds nothing due.
_ONE_RUN = 0x7061796F757473


class WrongPayoutState(DomainError):
    """The bank's word about this payout was taken already, and it was another."""

    code = "wrong_payout_state"
    kind = "conflict"
    summary = "This payout has ended otherwise."


class PayoutsFrozen(DomainError):
    """This seller's payouts are frozen already."""

    code = "payouts_frozen"
    kind = "conflict"
    summary = "The payouts of this seller are frozen already."


@dataclass(frozen=True, slots=True)
class Paid:
    """A seller who is paid; `payout_id` and `number` are None in a dry run."""

    seller_id: UUID
    seller_name: str
    amount: Money
    payout_id: UUID | None
    number: str | None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A seller with money on account who is not paid now, and why."""

    seller_id: UUID
    seller_name: str
    balance: Money
    due: Money
    reason: Skip


@dataclass(frozen=True, slots=True)
class PayoutReport:
    """What a run did, or in a dry run would do."""

    run_id: UUID | None
    paid: tuple[Paid, ...]
    skipped: tuple[Skipped, ...]
    files: tuple[BankFileView, ...]


def run_payouts(
    *,
    now: datetime,
    currency: str | None = None,
    seller_id: UUID | None = None,
    dry_run: bool = False,
    actor: str = "system",
) -> PayoutReport:
    """
    Pay every approved seller (or one) what is due: statements frozen, the ledger posted, then files made for the bank.

    Run twice, the second run finds nothing due. A dry run decides the same and writes nothing.
    """
    if dry_run:
        payable, skipped = _decide(now=now, currency=currency, seller_id=seller_id)
        paid = tuple(Paid(due.seller_id, due.seller_name, due.amount, None, None) for due, _ in payable)
        return PayoutReport(run_id=None, paid=paid, skipped=skipped, files=())
    report = _make_run(now=now, currency=currency, seller_id=seller_id, actor=actor)
    if report.run_id is None:
        return report
    files = make_bank_files(run_id=report.run_id, now=now)
    return PayoutReport(run_id=report.run_id, paid=report.paid, skipped=report.skipped, files=files)


def _wait_for_other_runs() -> None:
    sql.fetch_one("SELECT pg_advisory_xact_lock(%s)", [_ONE_RUN])


@transaction
def freeze_payouts(*, seller_id: UUID, reason: str, actor: str, now: datetime) -> None:
    """
    Pay a seller nothing until that is lifted; what is due stays due. A payout that was made goes on.

    :raises NotFound: no seller has this id.
    :raises InvalidField: without a reason nobody's money is held back.
    :raises PayoutsFrozen: they are frozen already.
    """
    sellers.get_seller(seller_id)
    if not reason.strip():
        raise InvalidField.single("reason", "required")
    _wait_for_other_runs()  # A run that has decided already pays; the next one sees the hold.
    if queries.find_hold(seller_id) is not None:
        raise PayoutsFrozen(seller_id=seller_id)
    sql.execute(
        "INSERT INTO payouts_hold (seller_id, reason, held_by, held_at, lifted_by) VALUES (%s, %s, %s, %s, '')",
        [seller_id, reason.strip(), actor, now],
    )
    facts.record(PayoutsStopped(seller_id))
    audit.record(
        actor=actor, action="freeze_payouts", subject_kind="seller", subject_id=seller_id, reason=reason.strip()
    )


@transaction
def release_payouts(*, seller_id: UUID, actor: str, now: datetime) -> None:
    """
    Let a seller be paid again with the next run.

    :raises NotFound: the seller's payouts are not frozen.
    """
    if not sql.execute(
        "UPDATE payouts_hold SET lifted_by = %s, lifted_at = %s WHERE seller_id = %s AND lifted_at IS NULL",
        [actor, now, seller_id],
    ):
        raise NotFound(seller_id=seller_id)
    facts.record(PayoutsResumed(seller_id))
    audit.record(actor=actor, action="release_payouts", subject_kind="seller", subject_id=seller_id)


Payable = tuple[Due, PayoutAccount]


def _decide(
    *, now: datetime, currency: str | None, seller_id: UUID | None
) -> tuple[list[Payable], tuple[Skipped, ...]]:
    """Return who is paid, to which account, and who is not, and why."""
    accounts = _operator_accounts()
    frozen = {hold.seller_id for hold in queries.list_holds()}
    payable: list[Payable] = []
    skipped: list[Skipped] = []
    for due in queries.list_due(now=now, currency=currency, seller_id=seller_id):
        account: PayoutAccount | None = None
        reason = reason_to_skip(due, minimum=_minimum(due), is_frozen=due.seller_id in frozen)
        if reason is None:
            account = _payout_account(due.seller_id)
            if account is None:
                reason = Skip.NO_ACCOUNT
            elif account.created_at <= now < account.usable_from:
                reason = Skip.ACCOUNT_RESTS
            elif account.currency != due.amount.currency:
                reason = Skip.OTHER_CURRENCY
            elif account.currency not in accounts:
                reason = Skip.NO_OPERATOR_ACCOUNT
        if reason is None:
            assert account is not None
            payable.append((due, account))
        else:
            skipped.append(Skipped(due.seller_id, due.seller_name, due.balance, due.amount, reason))
    return payable, tuple(skipped)


def _minimum(due: Due) -> Money:
    payout = markets.get_pack(due.country).payout
    currency = due.balance.currency
    if payout is None or payout.currency != currency:
        return Money(1, currency)
    return Money.parse(payout.minimum, currency)


def _payout_account(seller_id: UUID) -> PayoutAccount | None:
    try:
        return sellers.get_payout_account(seller_id)
    except NotFound:
        return None


def _operator_accounts() -> Mapping[str, OperatorBankAccount]:
    return {account.currency: account for account in markets.get_operator().bank_accounts}


@transaction
def _make_run(*, now: datetime, currency: str | None, seller_id: UUID | None, actor: str) -> PayoutReport:
    _wait_for_other_runs()
    payable, skipped = _decide(now=now, currency=currency, seller_id=seller_id)
    if not payable:
        return PayoutReport(run_id=None, paid=(), skipped=skipped, files=())
    run_id = ids.new_id()
    sql.execute(
        "INSERT INTO payouts_payoutrun (id, actor, currency, made_at) VALUES (%s, %s, %s, %s)",
        [run_id, actor, currency, now],
    )
    names = {due.seller_id: due.seller_name for due, _ in payable}
    numbers = {ids.new_id(): ids.new_number() for _ in payable}
    params = _wanted(payable, numbers, now) | {"run_id": run_id, "at": now}
    # The planner cannot guess how many lines the statement's own steps yield, and would compare each with each.
    sql.execute("SET LOCAL enable_nestloop = off")
    paid = tuple(
        Paid(row[1], names[row[1]], Money(row[3], row[2]), row[0], numbers[row[0]])
        for row in sql.fetch_all(sql.load(__package__, "make_payouts"), params)
    )
    sql.execute("SET LOCAL enable_nestloop = on")
    if paid:
        ledger.post_many(postings={f"payout:{row.payout_id}": [_payout_transfer(row)] for row in paid}, at=now)
        facts.record(*(PayoutMade(row.payout_id, row.seller_id) for row in paid if row.payout_id))
    audit.record(actor=actor, action="run_payouts", subject_kind="payout_run", subject_id=run_id, payouts=len(paid))
    return PayoutReport(run_id=run_id, paid=paid, skipped=skipped, files=())


def _wanted(payable: Sequence[Payable], numbers: Mapping[UUID, str], now: datetime) -> dict[str, object]:
    dues = [due for due, _ in payable]
    accounts = [account for _, account in payable]
    delays = [markets.get_pack(due.country).deadlines.payout_delay_days for due in dues]
    return {
        "payout_ids": list(numbers),
        "numbers": list(numbers.values()),
        "seller_ids": [due.seller_id for due in dues],
        "currencies": [due.amount.currency for due in dues],
        "cutoffs": [end_of_delay(now=now, delay_days=days) for days in delays],
        "minimums": [_minimum(due).minor for due in dues],
        "countries": [due.country for due in dues],
        "rails": [account.rail for account in accounts],
        "names": [due.seller_name for due in dues],
        "details": [_sealed(account) for account in accounts],
        "hints": [account.hint for account in accounts],
    }


def _sealed(account: PayoutAccount) -> str:
    details = {"holder": account.holder, "fields": account.fields}
    return encryption.encrypt(json.dumps(details, ensure_ascii=False, sort_keys=True))


def _payout_transfer(paid: Paid) -> NewTransfer:
    payable = AccountRef("seller_payable", paid.amount.currency, str(paid.seller_id))
    clearing = AccountRef("payout_clearing", paid.amount.currency)
    return NewTransfer(payable, clearing, paid.amount, "payout", paid.payout_id, f"statement {paid.number}")


def make_bank_files(*, run_id: UUID, now: datetime) -> tuple[BankFileView, ...]:
    """
    Make a run's files for the bank, once; run again, they are returned as they are.

    :raises NotFound: there is no such run.
    """
    run = sql.fetch_one("SELECT files_made_at FROM payouts_payoutrun WHERE id = %s", [run_id])
    if run is None:
        raise NotFound()
    if run[0] is None:
        store = storages["private"]
        kept = [
            # The name in storage is not guessable, and what a process left that ended here is never overwritten.
            (*file, store.save(f"payouts/{run_id}/{ids.new_secret()}", ContentFile(file[-1])))
            for file in _contents(run_id, queries.list_payees(run_id), now)
        ]
        if not _record_files(run_id, kept, now):
            for *_, key in kept:
                store.delete(key)
    return queries.list_bank_files(run_id)


@transaction
def _record_files(run_id: UUID, files: Sequence[tuple[str, str, list[Payment], bytes, str]], now: datetime) -> bool:
    """Record what was kept in storage; False when another process was first."""
    if not sql.execute(
        "UPDATE payouts_payoutrun SET files_made_at = %s WHERE id = %s AND files_made_at IS NULL", [now, run_id]
    ):
        return False
    for name, form, payments, content, key in files:
        total = sum_money((payment.amount for payment in payments), payments[0].amount.currency)
        sql.execute(
            """
            INSERT INTO payouts_bankfile
              (id, run_id, name, form, currency, payments, total_minor, storage_key, sha256, made_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            [
                *(ids.new_id(), run_id, name, form, total.currency, len(payments), total.minor, key),
                *(hashlib.sha256(content).hexdigest(), now),
            ],
        )
    return True


def _contents(run_id: UUID, payees: Iterable[Payee], now: datetime) -> Iterator[tuple[str, str, list[Payment], bytes]]:
    """Yield each file of a run: name, form, payments, content; one per currency and rail, and the packs' own forms."""
    operator = markets.get_operator()
    accounts = _operator_accounts()
    day = now.date().isoformat()

    def rail(payee: Payee) -> tuple[str, str]:
        sepa = payee.payout.rail == "sepa" and payee.payout.amount.currency == "EUR"
        return payee.payout.amount.currency, "sepa" if sepa else "credit-transfer"

    for (currency, form), group in groupby(sorted(payees, key=rail), key=rail):
        members = list(group)
        debtor = Debtor(name=operator.name, account=accounts[currency])
        payments = [_payment(payee, operator.name) for payee in members]
        if form == "sepa":
            content = bank_files.sepa_credit_transfer(debtor=debtor, payments=payments, at=now)
        else:
            content = bank_files.credit_transfer(run_id=run_id, debtor=debtor, payments=payments, at=now)
        yield f"{day}-{currency}-{form}.xml", bank_files.SCHEMA, payments, content
        yield from _local_files(currency, zip(members, payments, strict=True), now)


def _local_files(
    currency: str, paid: Iterable[tuple[Payee, Payment]], now: datetime
) -> Iterator[tuple[str, str, list[Payment], bytes]]:
    by_country: dict[str, list[Payment]] = {}
    for payee, payment in paid:
        by_country.setdefault(payee.payout.country, []).append(payment)
    for country, payments in sorted(by_country.items()):
        pack = markets.get_pack(country)
        if pack.payout is None or pack.payout.currency != currency:
            continue
        for number, form in enumerate(pack.payout.files, start=1):
            content = bank_files.local_form(form, payments=payments, at=now)
            yield f"{now.date().isoformat()}-{currency}-{country}-{number}.csv", form.name, payments, content


def _payment(payee: Payee, operator_name: str) -> Payment:
    details = json.loads(encryption.decrypt(payee.account_details))
    fields: dict[str, str] = details["fields"]
    payout = markets.get_pack(payee.payout.country).payout
    assert payout is not None, "a country that registers sellers pays them"
    by_pattern = {wanted.pattern: fields.get(wanted.name, "") for wanted in payout.fields}
    return Payment(
        number=payee.payout.number,
        amount=payee.payout.amount,
        holder=details["holder"],
        description=f"{operator_name}, statement {payee.payout.number}",
        iban=by_pattern.get("iban", ""),
        bic=by_pattern.get("bic", ""),
        account=fields.get(payout.account_field, ""),
        bank_code=fields.get(payout.bank_field, ""),
        bank_clearing=payout.bank_clearing,
        fields=fields,
    )


@transaction
def confirm_payout(*, payout_id: UUID, bank_reference: str, actor: str, now: datetime) -> PayoutView:
    """
    Record that the bank paid: the money left our account. Again, it changes nothing.

    :raises NotFound: there is no such payout.
    :raises WrongPayoutState: it failed.
    """
    payout = queries.lock_payout(payout_id)
    if payout.state == PayoutState.CONFIRMED:
        return payout
    if payout.state != PayoutState.MADE:
        raise WrongPayoutState(payout_id=str(payout_id), state=payout.state)
    _end(payout, state=PayoutState.CONFIRMED, reason="", bank_reference=bank_reference, now=now)
    clearing, bank = _account("payout_clearing", payout), _account("bank", payout)
    moved = NewTransfer(clearing, bank, payout.amount, "payout_confirmed", payout_id, bank_reference)
    ledger.post(key=f"payout-confirmed:{payout_id}", transfers=[moved], at=now)
    facts.record(PayoutConfirmed(payout_id, payout.seller_id))
    audit.record(
        actor=actor, action="confirm_payout", subject_kind="payout", subject_id=payout_id, reference=bank_reference
    )
    return queries.get_statement(payout_id).payout


@transaction
def fail_payout(*, payout_id: UUID, reason: str, actor: str, now: datetime) -> PayoutView:
    """
    Record that the bank did not pay, or that the money came back: it is the seller's due again, and due at once.
    Again, it changes nothing.

    :raises NotFound: there is no such payout.
    """
    payout = queries.lock_payout(payout_id)
    if payout.state == PayoutState.FAILED:
        return payout
    # After a confirmation the money had left the bank, and comes back into it.
    source = _account("bank" if payout.state == PayoutState.CONFIRMED else "payout_clearing", payout)
    payable = AccountRef("seller_payable", payout.amount.currency, str(payout.seller_id))
    moved = NewTransfer(source, payable, payout.amount, "payout_returned", payout_id, reason)
    _end(payout, state=PayoutState.FAILED, reason=reason, bank_reference=payout.bank_reference, now=now)
    ledger.post(key=f"payout-returned:{payout_id}", transfers=[moved], at=now)
    facts.record(PayoutFailed(payout_id, payout.seller_id, reason))
    audit.record(actor=actor, action="fail_payout", subject_kind="payout", subject_id=payout_id, reason=reason)
    return queries.get_statement(payout_id).payout


def _account(kind: str, payout: PayoutView) -> AccountRef:
    return AccountRef(kind, payout.amount.currency)


def _end(payout: PayoutView, *, state: PayoutState, reason: str, bank_reference: str, now: datetime) -> None:
    sql.execute(
        "UPDATE payouts_payout SET state = %s, failure_reason = %s, bank_reference = %s, settled_at = %s WHERE id = %s",
        [state, reason, bank_reference, now, payout.id],
    )
