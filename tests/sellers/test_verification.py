from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from entrepot.kernel import audit, sql
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.ids import new_id
from entrepot.markets import operations as markets
from entrepot.sellers import operations, queries
from entrepot.sellers.models import BusinessId, Document, Seller
from tests.builders import accounts, sellers

REASONS = [{"field": "documents.register_extract", "reason": "The extract is older than six months."}]
COUNTRIES = ("CN", "RU", "TR", "IT", "ES", "KZ", "SA")


def _facts() -> list[str]:
    return [row[0] for row in sql.fetch_all("SELECT kind FROM kernel_fact ORDER BY id")]


@pytest.mark.django_db
@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("form", ["company", "sole_trader"])
def test_a_seller_of_each_first_country_and_form_comes_in(country, form):
    seller = sellers.approved_seller(country, form=form)

    assert (seller.country, seller.form, seller.state) == (country, form, "approved")
    assert seller.store is not None
    assert seller.store.is_selling is True
    assert seller.store.dispatch_country == country
    assert queries.get_payout_account(seller.id).currency == seller.payout_currency


@pytest.mark.django_db
def test_the_queue_shows_who_waits_longest_first(now):
    second = sellers.submitted_seller("IT", now=now + timedelta(hours=1))
    first = sellers.submitted_seller("CN", now=now)
    sellers.approved_seller("TR", now=now)

    assert queries.verification_queue() == (
        queries.VerificationItem(first.id, "CN", "company", first.legal_name, now, 1),
        queries.VerificationItem(second.id, "IT", "company", second.legal_name, now + timedelta(hours=1), 1),
    )
    assert queries.verification_queue(limit=1, offset=1)[0].seller_id == second.id


@pytest.mark.django_db
def test_an_approval_leaves_a_fact_and_a_trace(now):
    seller = sellers.submitted_seller("IT")
    operator = accounts.operator()

    approved = operations.approve_seller(seller_id=seller.id, actor=f"operator:{operator.id}", now=now)

    assert approved.state == "approved"
    assert _facts() == ["SellerSubmitted", "SellerApproved"]
    case = queries.get_verification_case(seller.id)
    assert case.registration.decided_at == now
    assert case.registry == "Registro delle imprese (CCIAA)"
    assert (case.history[0].actor, case.history[0].action, case.history[0].details) == (
        f"operator:{operator.id}",
        "approve_seller",
        {"before": "submitted", "reasons": []},
    )
    assert queries.verification_queue() == ()


@pytest.mark.django_db
def test_a_seller_is_approved_once(now):
    seller = sellers.submitted_seller("IT")
    operations.approve_seller(seller_id=seller.id, actor="operator:1", now=now)

    with pytest.raises(operations.WrongState) as refusal:
        operations.approve_seller(seller_id=seller.id, actor="operator:2", now=now)

    assert refusal.value.fields == {"state": "approved", "allowed": ["submitted"]}
    assert queries.get_verification_case(seller.id).history[0].actor == "operator:1"
    assert _facts().count("SellerApproved") == 1


@pytest.mark.django_db
def test_nobody_is_approved_without_every_required_document(now):
    seller = sellers.submitted_seller("IT")
    Document.objects.filter(seller_id=seller.id, kind="register_extract").update(withdrawn_at=now)

    with pytest.raises(operations.RegistrationIncomplete) as refusal:
        operations.approve_seller(seller_id=seller.id, actor="operator:1", now=now)

    assert refusal.value.fields == {"missing": ("documents.register_extract",)}
    assert queries.get_seller(seller.id).state == "submitted"
    assert "SellerApproved" not in _facts()


@pytest.mark.django_db
def test_nobody_is_approved_while_the_market_is_closed(now):
    seller = sellers.submitted_seller("IT")
    markets.set_stage(country="IT", side="selling", stage="closed", actor="system", reason="", now=now)

    with pytest.raises(operations.SellingClosed):
        operations.approve_seller(seller_id=seller.id, actor="operator:1", now=now)

    assert queries.get_seller(seller.id).state == "submitted"


@pytest.mark.django_db
def test_a_rejected_seller_corrects_and_submits_again(now):
    seller = sellers.submitted_seller("IT")
    owner_id = sellers.owner_of(seller)

    rejected = operations.reject_seller(seller_id=seller.id, actor="operator:1", reasons=REASONS, now=now)

    assert rejected.state == "rejected"
    assert queries.get_registration(seller.id).reasons == tuple(REASONS)
    assert BusinessId.objects.filter(seller_id=seller.id, is_claimed=True).count() == 0
    operations.save_registration(
        seller_id=seller.id, person_id=owner_id, fields={"legal_name": "Esempio Nuovo S.r.l."}, now=now
    )
    again = operations.submit_registration(seller_id=seller.id, person_id=owner_id, now=now)
    assert (again.state, again.submissions) == ("submitted", 2)
    approved = operations.approve_seller(seller_id=seller.id, actor="operator:1", now=now)
    assert (approved.state, approved.legal_name) == ("approved", "Esempio Nuovo S.r.l.")
    assert queries.get_registration(seller.id).reasons == ()
    assert _facts() == ["SellerSubmitted", "SellerRejected", "SellerSubmitted", "SellerApproved"]


@pytest.mark.django_db
@pytest.mark.parametrize("reasons", [[], [{"field": "x"}], [{"field": "x", "reason": "  "}]])
def test_nobody_is_rejected_or_suspended_without_a_reason(reasons, now):
    waiting, selling = sellers.submitted_seller("IT"), sellers.approved_seller("IT")

    with pytest.raises(InvalidField):
        operations.reject_seller(seller_id=waiting.id, actor="operator:1", reasons=reasons, now=now)
    with pytest.raises(InvalidField):
        operations.suspend_seller(seller_id=selling.id, actor="operator:1", reasons=reasons, now=now)

    assert queries.get_seller(waiting.id) == waiting
    assert queries.get_seller(selling.id) == selling


@pytest.mark.django_db
def test_a_suspended_seller_sells_nothing_until_reinstated(now):
    seller = sellers.approved_seller("IT")

    suspended = operations.suspend_seller(seller_id=seller.id, actor="operator:1", reasons=REASONS, now=now)

    assert suspended.state == "suspended"
    assert queries.get_store(seller.store.slug).is_selling is False
    assert queries.legal_identity(seller.id).legal_name == seller.legal_name  # Buyers may still need it.
    with pytest.raises(operations.WrongState):
        operations.suspend_seller(seller_id=seller.id, actor="operator:2", reasons=REASONS, now=now)
    operations.reinstate_seller(seller_id=seller.id, actor="operator:1", now=now)
    assert queries.get_store(seller.store.slug).is_selling is True
    assert [entry.action for entry in audit.list_entries(subject_kind="seller", subject_id=seller.id)][:2] == [
        "reinstate_seller",
        "suspend_seller",
    ]
    assert _facts()[-2:] == ["SellerSuspended", "SellerApproved"]


@pytest.mark.django_db
def test_decisions_on_nobody_are_refused(now):
    for decide in (
        lambda: operations.approve_seller(seller_id=new_id(), actor="operator:1", now=now),
        lambda: operations.reject_seller(seller_id=new_id(), actor="operator:1", reasons=REASONS, now=now),
        lambda: operations.suspend_seller(seller_id=new_id(), actor="operator:1", reasons=REASONS, now=now),
        lambda: operations.reinstate_seller(seller_id=new_id(), actor="operator:1", now=now),
        lambda: queries.get_verification_case(new_id()),
        lambda: queries.get_registration(new_id()),
        lambda: queries.get_seller(new_id()),
        lambda: queries.legal_identity(new_id()),
        lambda: queries.get_payout_account(new_id()),
    ):
        with pytest.raises(NotFound):
            decide()


@pytest.mark.django_db
def test_a_product_page_shows_who_sells_but_no_personal_number():
    seller = sellers.approved_seller("IT", form="sole_trader", city="Roma", postal_code="00184", street="Via Roma 1")
    registration = queries.get_registration(seller.id)
    values = {number.kind: number.value for number in registration.ids}

    identity = queries.legal_identity(seller.id)

    assert identity.ids == (("VAT number (Partita IVA)", values["vat"]),)
    assert (identity.street, identity.postal_code, identity.city) == ("Via Roma 1", "00184", "Roma")
    assert identity.phone == registration.fields["phone"]
    assert identity.self_certified_at == registration.self_certified_at
    assert values["codice_fiscale"] not in repr(identity)


@pytest.mark.django_db
def test_a_seller_that_waits_has_no_public_identity():
    seller = sellers.submitted_seller("IT")

    with pytest.raises(NotFound):
        queries.legal_identity(seller.id)


@pytest.mark.django_db
def test_the_operator_lists_and_counts_sellers():
    first, second = sellers.approved_seller("IT"), sellers.submitted_seller("CN")

    assert queries.list_sellers(state="approved") == (first,)
    assert queries.list_sellers(country="CN") == (second,)
    assert len(queries.list_sellers()) == 2
    assert queries.count_sellers() == {"approved": 1, "submitted": 1}
    assert queries.count_sellers(country="IT") == {"approved": 1}


def _at_once(*calls):
    """Run calls in threads of their own that start together; return each one's result or refusal."""
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        try:
            return call()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_of_two_approvals_at_once_one_wins(now):
    seller = sellers.submitted_seller("IT")

    outcomes = _at_once(
        *(
            lambda actor=actor: operations.approve_seller(seller_id=seller.id, actor=actor, now=now)
            for actor in ("operator:1", "operator:2")
        )
    )

    refusals = [outcome for outcome in outcomes if isinstance(outcome, operations.WrongState)]
    assert len(refusals) == 1
    winner = f"operator:{2 if outcomes[0] is refusals[0] else 1}"
    assert queries.get_verification_case(seller.id).history[0].actor == winner
    assert _facts().count("SellerApproved") == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_sellers_submitting_one_entity_at_once_one_has_it(now):
    first, second = sellers.submitted_seller("CN"), sellers.submitted_seller("CN")
    values = {number.kind: number.value for number in queries.get_registration(first.id).ids}
    for seller in (first, second):
        operations.reject_seller(seller_id=seller.id, actor="operator:1", reasons=REASONS, now=now)
    owners = {seller.id: sellers.owner_of(seller) for seller in (first, second)}
    operations.save_registration(
        seller_id=second.id, person_id=owners[second.id], ids={"uscc": values["uscc"]}, now=now
    )

    outcomes = _at_once(
        *(
            lambda seller_id=seller_id: operations.submit_registration(
                seller_id=seller_id, person_id=owners[seller_id], now=now
            )
            for seller_id in owners
        )
    )

    assert [type(outcome).__name__ for outcome in outcomes].count("EntityTaken") == 1
    assert sorted(Seller.objects.values_list("state", flat=True)) == ["rejected", "submitted"]
    assert BusinessId.objects.filter(kind="uscc", value=values["uscc"], is_claimed=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_owners_leaving_at_once_one_stays(now):
    seller = sellers.approved_seller("IT")
    owners = [sellers.owner_of(seller), sellers.seat(seller, "owner")]

    outcomes = _at_once(
        *(
            lambda person_id=person_id: operations.remove_member(
                seller_id=seller.id, person_id=person_id, member_id=person_id, now=now
            )
            for person_id in owners
        )
    )

    assert [type(outcome).__name__ for outcome in outcomes].count("LastOwner") == 1
    assert len(queries.list_members(seller.id)) == 1
