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


@pytest.mark.parametrize("who", list(STARTS))
def test_every_page_speaks_the_readers_language(who: str, people: dict[str, Any]) -> None:
    data = _data()
    found = {
        (kind, text)
        for kind, _, page in walk.pages(_reader(who, people), STARTS[who])
        for text in pseudo.findings(page, data)
    }
    assert not found, "\n".join(" · ".join(row) for row in sorted(found))


@pytest.mark.parametrize("who", list(STARTS))
def test_every_refusal_of_a_form_speaks_the_readers_language(who: str, people: dict[str, Any]) -> None:
    reader = _reader(who, people)
    found = set()
    for kind, target, fields, stands_on in list(walk.forms(reader, STARTS[who])):
        token = fields.get("csrfmiddlewaretoken", "")
        for typed in ("", "?"):
            sent = {name: value if name == "csrfmiddlewaretoken" else typed for name, value in fields.items()}
            reader.client.get(stands_on)
            reader._take(reader.client.post(target, {**sent, "csrfmiddlewaretoken": token}, follow=True), target)
            if reader.text:
                found |= {(kind, target, text) for text in pseudo.findings(reader.text, _data())}
    assert not found, "\n".join(" · ".join(row) for row in sorted(found))
