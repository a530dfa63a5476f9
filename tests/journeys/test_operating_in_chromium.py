"""
A day of an operator, in a real browser: a seller who waits is approved after a match on a list was judged, a market
opens as a pilot, a purchase's money is followed into the ledger, sellers are paid, a payout that came back is paid
again, and the books are proven.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from entrepot.kernel import audit, clock
from entrepot.markets import operations as markets_operations, queries as markets
from entrepot.orders import operations as order_operations, queries as orders_queries
from entrepot.payouts import queries as payouts
from entrepot.sellers import operations as sellers_operations, queries as sellers
from entrepot.sellers.lists import ListEntry
from tests.builders import accounts, orders
from tests.builders.accounts import PASSWORD
from tests.journeys import books, stage
from tests.journeys.pages import DESKTOP, PHONE, Reader, text, texts
from tests.journeys.stage import Calendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("words")]

OPERATOR = "olga@example.sg"


def _judge_and_approve(operator: Reader, seller: sellers.SellerView) -> None:
    page = operator.goto("/operator/")
    page.get_by_role("link", name="seller waits for verification").click()
    page.get_by_role("link", name=seller.legal_name).click()
    assert page.locator("iframe.paper, img.paper").count() == len(sellers.get_registration(seller.id).documents)
    assert "1 match to judge" in text(page.locator("#screening"))
    operator.press("Approve")
    assert "say first why they are not the same" in text(page.locator(".toasts"))
    page.locator("#screening [name=reason]").fill("Another number in the register, another town.")
    operator.press("They are not the same")
    operator.press("Approve")
    assert "Approved" in text(page.locator(".desk-head"))
    assert sellers.get_seller(seller.id).state == "approved"


def _open_as_pilot(operator: Reader, name: str, code: str) -> None:
    page = operator.goto("/operator/markets/?side=buying")
    page.get_by_text("Show the closed markets").click()
    page.get_by_role("link", name=name).click()
    form = page.locator("form.panel", has=page.locator("[name=side][value=buying]"))
    form.locator("[name=stage]").select_option("pilot")
    form.locator("[name=reason]").fill("A trial with forty buyers.")
    form.get_by_role("button", name="Move the switch").click()
    assert "Buyers here see what can be delivered to them" in text(page.locator("main"))
    assert markets.get_stages()[code].buying == "closed", "nothing moves before it is confirmed"
    operator.press("Yes, move the switch")
    assert "The switch is moved and the reason kept." in text(page.locator(".toasts"))
    assert markets.get_stages()[code].buying == "pilot"
    assert "A trial with forty buyers." in text(page.get_by_role("table", name="Audit trail"))


def _look_at_the_corridor(operator: Reader, origin: str, destination: str) -> None:
    page = operator.goto("/operator/corridors/")
    cell = page.locator(f"table.heat a[href='/operator/corridors/{origin}/{destination}/']")
    cell.focus()
    page.keyboard.press("ArrowDown")
    below = page.evaluate("document.activeElement.getAttribute('href')")
    assert below.startswith(f"/operator/corridors/{origin}/"), "the arrow leads to the row below"
    assert below != f"/operator/corridors/{origin}/{destination}/"
    cell.click()
    assert "Pilot" in text(page.locator(".desk-head"))
    page.locator("main details.fold summary").first.click()
    assert page.locator("details.fold[open] tbody tr").count() > 1


def _follow_the_money(operator: Reader, order: orders_queries.OrderView) -> None:
    page = operator.goto("/operator/purchases/")
    page.locator("[name=q]").fill(order.number)
    operator.press("Find")
    assert order.purchase_number in text(page.locator("h1"))
    held = operator.money(order.held.text, order.currency)
    assert f"Escrow holds {held}" in text(page.locator("main"))
    posted = page.get_by_role("table", name="Postings").first.locator("tbody tr").first
    assert f"escrow holds it for order {order.number}" in text(posted)
    posted.get_by_role("link").first.click()
    assert "Posting" in text(page.locator("h1"))
    page.get_by_role("link", name="Held for buyers").first.click()
    assert held in texts(page.locator("td.figure b"))
    page.locator("main table a", has_text=order.number).first.click()
    assert order.purchase_number in text(page.locator("h1"))
    page = operator.goto("/operator/ledger/")
    assert "out of balance" not in text(page.locator("main"))


def _pay_out(operator: Reader, name: str) -> None:
    page = operator.goto("/operator/")
    page.get_by_role("link", name="payout is due").click()
    assert name in text(page.locator("main"))
    operator.press("Pay what is due")
    page.locator("[name=word]").fill("Account closed")
    operator.press("It did not")
    operator.goto("/operator/payouts/")
    operator.press("Pay again")
    assert "1 payout made." in text(page.locator(".toasts"))
    page.locator("[name=word]").fill("REF 77")
    operator.press("It paid")
    assert "REF 77" in text(page.locator("main"))
    assert payouts.count_payouts() == {"failed": 1, "confirmed": 1}


def _prove_the_books(operator: Reader, calendar: Calendar) -> None:
    page = operator.goto("/operator/work/proofs/")
    operator.press("Prove the books now")
    calendar.settle()
    page.reload()
    assert "all of it holds" in text(page.locator("main"))
    books.assert_verified()


def _a_day(calendar: Calendar) -> tuple[orders_queries.OrderView, sellers.SellerView]:
    """A trader has sold, another one waits, and a list of names is in force; return the order and who waits."""
    now = clock.now()
    trader = orders.shop("IT", now=now, legal_name="Argenti Vicenza S.n.c.")
    purchase = orders.purchase((orders.goods(trader, now=now, title="Silver ring"), 2), now=now)
    markets_operations.set_stage(
        country="UY", side="buying", stage="closed", actor="system", reason="Not yet.", now=now
    )
    listed = [ListEntry("T-1", ("Alma Dom",), "firm", "KZ", "TEST")]
    sellers_operations.import_list(
        code="test", version="1", kind="sanctions", entries=listed, actor="operator:command", now=now
    )
    _owner, waiting = stage.register("KZ", email="aigul@example.kz", store="Alma Dom", slug="alma-dom")
    calendar.settle()
    return orders_queries.get_any_order(purchase.orders[0].id), waiting


def _complete(order: orders_queries.OrderView, calendar: Calendar) -> None:
    """The goods arrive, the buyer says so, and the seller's money becomes due."""
    order_operations.ship(
        order_id=order.id, seller_id=order.seller_id, tracking_number="RR473124829IT", now=clock.now()
    )
    order_operations.confirm_receipt(order_id=order.id, now=clock.now())
    calendar.pass_time(days=2)
    order_operations.release_escrow(order_id=order.id, now=clock.now())
    calendar.pass_time(days=20)


def test_an_operator_approves_a_seller_opens_a_pilot_follows_the_money_and_pays_out(
    calendar: Calendar, read: Callable[..., Reader]
) -> None:
    stage.open_shop()
    accounts.operator(email=OPERATOR, password=PASSWORD, now=clock.now())
    order, waiting = _a_day(calendar)
    operator = read(locale="en-GB", device=DESKTOP)
    operator.sign_in(OPERATOR)

    _judge_and_approve(operator, waiting)
    _open_as_pilot(operator, "Uruguay", "UY")
    _look_at_the_corridor(operator, "IT", "UY")
    _follow_the_money(operator, order)
    _complete(order, calendar)
    operator = read(locale="en-GB", device=DESKTOP)  # Weeks have passed: whoever was signed in is not any more.
    operator.sign_in(OPERATOR)
    _pay_out(operator, "Argenti Vicenza")
    _prove_the_books(operator, calendar)
    trail = audit.list_entries(limit=50)
    assert {
        "clear_screening",
        "approve_seller",
        "set_buying_stage",
        "run_payouts",
        "fail_payout",
        "confirm_payout",
    } <= {entry.action for entry in trail if entry.actor.startswith("operator:") and entry.actor != "operator:command"}


def test_an_operator_looks_at_one_origin_at_a_time_on_a_phone(calendar: Calendar, read: Callable[..., Reader]) -> None:
    stage.open_shop()
    accounts.operator(email=OPERATOR, password=PASSWORD, now=clock.now())
    orders.goods(orders.shop("IT", now=clock.now()), now=clock.now())
    operator = read(locale="en-GB", device=PHONE)
    operator.sign_in(OPERATOR)
    page = operator.goto("/operator/corridors/")
    assert not page.locator("table.heat").is_visible()
    page.locator("a.chip", has_text="Italy").click()
    found = page.get_by_role("table", name="Corridors from Italy")
    assert "Germany" in text(found)
    found.get_by_role("link", name="Germany").click()
    assert "Italy to Germany" in text(page.locator("h1"))
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
