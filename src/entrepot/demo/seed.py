"""A marketplace with life in it: operators, sellers, listings, buyers and orders, and who can log in to look at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from entrepot.accounts import operations as accounts
from entrepot.demo import goods, purchases, shelves, stage, waiting
from entrepot.demo.purchases import Buyer
from entrepot.markets import queries as markets

PASSWORD = "harbour-lights-2026"  # noqa: S105 - printed for everybody who starts a demonstration
OPERATOR_EMAIL = "operator@demo.example"


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody to log in as: who they are, with what, and where they find their pages."""

    role: str
    email: str
    password: str
    where: str


def seed(*, progress: Callable[[str], None], now: datetime) -> None:
    """Fill an empty marketplace, as if it had been open for three months."""
    stage.open_markets(now=now)
    operator = accounts.create_operator(
        email=OPERATOR_EMAIL, password=PASSWORD, actor="system", name="Kim Tan", now=now - timedelta(days=91)
    )
    buyers = _register_buyers(now)
    progress("sellers, their papers, listings and pictures")
    shops = shelves.settle_all(password=PASSWORD, operator=f"operator:{operator.id}", now=now, progress=progress)
    waiting.register(password=PASSWORD, operator=f"operator:{operator.id}", now=now)
    progress("purchases")
    made = purchases.make_all(buyers, shops, now=now, progress=progress)
    progress(f"{len(shops)} sellers, {sum(shop.listings for shop in shops)} listings, {made} purchases")


def _register_buyers(now: datetime) -> Sequence[Buyer]:
    first, *others = purchases.list_buyers()
    person = accounts.create_person(
        email=first.email,
        password=PASSWORD,
        name=first.address["name"],
        language=first.language,
        email_confirmed=True,
        now=now - timedelta(days=80),
    )
    return [replace(first, person_id=person.id), *others]


def logins() -> list[Login]:
    """Return one log-in of each kind: a buyer, a seller of every country, an operator."""
    found = [Login("buyer", purchases.list_buyers()[0].email, PASSWORD, "/account/")]
    shown: set[str] = set()
    for firm in goods.list_firms():
        if firm.country not in shown:
            shown.add(firm.country)
            name = markets.get_pack(firm.country).name
            found.append(Login(f"seller, {name}", shelves.owner_email(firm), PASSWORD, "/seller/"))
    found.append(Login("seller who waits for verification", waiting.WAITS_EMAIL, PASSWORD, "/seller/"))
    found.append(Login("seller whose registration was sent back", waiting.SENT_BACK_EMAIL, PASSWORD, "/seller/"))
    found.append(Login("operator", OPERATOR_EMAIL, PASSWORD, "/operator/"))
    return found
