"""Every page, in a language that marks what was translated: no visible words stand outside the marks but data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from entrepot.orders import operations as orders
from entrepot.payouts import operations as payouts
from entrepot.sellers import operations as seller_operations
from tests.builders import accounts, orders as build, sellers
from tests.conftest import NOW
from tests.pages import Reader, moment
from tests.ui import pseudo, walk
from tests.ui.pseudo import marked_language

__all__ = ["marked_language"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("marked_language")]
CHOICE = f"DE.EUR.{pseudo.CODE}"


@pytest.fixture(autouse=True)
def _at_one_moment() -> Iterator[None]:
    with moment():
        yield


@pytest.fixture
def people() -> dict[str, Any]:
    """A shop with something in every state, and who looks at it."""
    buyer = accounts.person(name="Jürgen Müller")
    seller = build.shop("CN", name="Porcelain House")
    bowl = build.goods(seller, title="Blue bowl", stock=50)
    build.goods(seller, title="Nothing left", stock=0)
    bought = {"person_id": buyer.id}

    def order(days_ago: int, **changes: Any) -> Any:
        placed = build.purchase((bowl, 2), now=NOW - timedelta(days=days_ago), **{**bought, **changes})
        return build.queries.get_any_order(placed.orders[0].id)

    done, delivered, sent, partly, _, cancelled = (order(days) for days in (60, 12, 6, 4, 2, 1))
    build.purchase((bowl, 1), token="tok_decline", now=NOW - timedelta(minutes=5), **bought)
    for shipped, days in ((done, 60), (delivered, 12), (sent, 6)):
        build.ship(shipped, now=NOW - timedelta(days=days - 1))
    build.ship(partly, lines={0: 1}, now=NOW - timedelta(days=3))
    for arrived, days in ((done, 60), (delivered, 12)):
        build.deliver(arrived, now=NOW - timedelta(days=days - 6))
    orders.confirm_receipt(order_id=done.id, now=NOW - timedelta(days=50))
    orders.release_escrow(order_id=done.id, now=NOW - timedelta(days=50))
    orders.cancel_lines(order_id=cancelled.id, by="buyer", now=NOW - timedelta(hours=3))
    payouts.run_payouts(now=NOW - timedelta(days=1), actor="system")
    newcomer = sellers.submitted_seller("IT")
    starter = accounts.person(name="Ada Starter")
    seller_operations.start_registration(person_id=starter.id, country="IT", form="sole_trader", now=NOW)
    return {
        "buyer": buyer.id,
        "owner": sellers.owner_of(seller),
        "starter": starter.id,
        "operator": accounts.operator().id,
        "newcomer": newcomer,
        "seller": seller,
        "bowl": bowl,
    }


STARTS = {
    "visitor": ["/", "/search?q=bowl", "/cart", "/checkout", "/ui/", "/seller/"],
    "buyer": ["/account/"],
    "owner": ["/seller/"],
    "starter": ["/seller/"],
    "operator": ["/operator/"],
}


def _reader(who: str, people: dict[str, Any]) -> Reader:
    reader = Reader(CHOICE, person_id=people.get(who))
    if who in ("visitor", "buyer"):
        bowl = people["bowl"]
        reader.open(f"/listing/{bowl.id}/{bowl.slug}").send("/cart/add")
    return reader


def _data() -> list[str]:
    """Return the words of the database, and those that it keeps encrypted."""
    return sorted([*pseudo.words_of_data(), *filter(None, map(str, build.BERLIN.values()))], key=len, reverse=True)


# Reached by a link in a letter or a form that was sent, files, and pages that the stage has nothing for; their
# templates are read by `test_no_bare_words.py`.
NOT_WALKED = frozenset(
    {
        "account_confirm_email",
        "account_confirm_login_code",
        "account_email_verification_sent",
        "account_inactive",
        "account_reauthenticate",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "operator_console:bank_file",
        "operator_console:bank_said",
        "operator_console:compare",
        "operator_console:judge",
        "operator_console:order",
        "operator_console:pay_again",
        "operator_console:retry_job",
        "operator_console:retry_refund",
        "operator_console:run",
        "operator_console:run_payouts",
        "sandbox-payments:callback",
        "sandbox-payments:challenge",
        "seller_centre:feed_apply",
        "seller_centre:feed_run",
        "seller_centre:invitation",
        "seller_centre:invitation_revoke",
        "seller_centre:key_revoke",
        "seller_centre:listing_prices",
        "seller_centre:listing_state",
        "seller_centre:listing_stock",
        "seller_centre:papers_of_orders",
        "seller_centre:rejected",
        "seller_centre:statement",
        "seller_centre:statement_csv",
        "seller_centre:statement_pdf",
        "seller_centre:step",
        "seller_centre:translation_remove",
        "seller_centre:withdraw",
        "storefront:address",
        "storefront:confirm",
        "storefront:default_address",
        "storefront:drop",
        "storefront:remove_address",
        "ui:offline",
        "ui:service_worker",
    }
)


def test_every_page_speaks_the_readers_language(people: dict[str, Any]) -> None:
    data, found, seen = _data(), set(), set()
    for who, starts in STARTS.items():
        for kind, _, page in walk.pages(_reader(who, people), starts, seen):
            found |= {(kind, text) for text in pseudo.findings(page, data)}
    assert not found, "\n".join(" · ".join(row) for row in sorted(found))
    left = sorted(walk.kinds() - seen - NOT_WALKED)
    assert not left, " ".join(left)


def test_every_refusal_of_a_form_speaks_the_readers_language(people: dict[str, Any]) -> None:
    found = set()
    for who, starts in STARTS.items():
        reader = _reader(who, people)
        for kind, target, fields, stands_on in list(walk.forms(reader, starts)):
            for typed in ("", "?"):
                reader.open(stands_on)
                token = {"csrfmiddlewaretoken": fields.get("csrfmiddlewaretoken", "")}
                reader.post(target, {**dict.fromkeys(fields, typed), **token})
                found |= (
                    {(kind, target, text) for text in pseudo.findings(reader.text, _data())} if reader.text else set()
                )
    assert not found, "\n".join(" · ".join(row) for row in sorted(found))
