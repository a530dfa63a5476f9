from __future__ import annotations

import pytest

from entrepot.kernel.verification import Fault
from entrepot.sellers import checks
from entrepot.sellers.models import BankAccount, BusinessId, Document, Member, Registration, Seller
from tests.builders import sellers

pytestmark = pytest.mark.django_db


def test_sellers_in_every_state_are_found_whole():
    sellers.approved_seller("CN")
    sellers.approved_seller("IT", form="sole_trader")
    sellers.submitted_seller("TR")

    assert list(checks.find_faults()) == []
    assert [check.count_rows() for check in checks.CHECKS] == [3, 2, 2]


def test_what_breaks_a_promise_is_named():
    orphan, bare, early = (sellers.approved_seller("IT") for _ in range(3))
    Member.objects.filter(seller_id=orphan.id).delete()
    BankAccount.objects.filter(seller_id=bare.id).delete()
    Document.objects.filter(seller_id=bare.id).delete()
    BusinessId.objects.filter(seller_id=bare.id).update(is_claimed=False)
    Registration.objects.filter(seller_id=bare.id).update(self_certified_at=None)
    Seller.objects.filter(pk=early.id).update(state="draft")

    assert list(checks.find_faults()) == [
        Fault("sellers.owner", f"seller {orphan.id}", "nobody owns it"),
        Fault(
            "sellers.verified",
            f"seller {bare.id}",
            "approved without self-certification, a bank account, documents, a claimed identifier",
        ),
        Fault("sellers.store", f"store {early.store.slug}", "its seller is a draft"),
    ]
