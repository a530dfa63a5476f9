"""Orders as a seller works through them: filters, several at once, part shipments, cancelling with its price."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from entrepot.orders import operations, queries
from entrepot.shipping.rules import make_s10
from entrepot.ui import formats
from tests.builders import orders, sellers
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller() -> Any:
    return orders.shop("CN")


@pytest.fixture
def listing(seller: Any) -> Any:
    return orders.goods(seller)


def _bought(listing: Any, quantity: int = 1, *, days: int = 0) -> Any:
    view = orders.purchase((listing, quantity), now=NOW + timedelta(days=days))
    return queries.get_any_order(view.orders[0].id)


def _owner(seller: Any) -> Reader:
    return Reader(person_id=sellers.owner_of(seller))


def _numbers(reader: Reader) -> list[str]:
    return [link.text_content() for link in reader.page.xpath("//tbody//a[contains(@href, '/orders/')]")]


def _chips(reader: Reader) -> dict[str, str]:
    texts = [" ".join(chip.text_content().split()) for chip in reader.page.xpath("//a[contains(@class, 'chip')]")]
    return dict(text.rsplit(" ", 1) for text in texts)


def test_orders_are_filtered_found_and_sorted(seller: Any, listing: Any) -> None:
    first, second, third = _bought(listing, 3), _bought(listing, 1, days=1), _bought(listing, 2, days=2)
    orders.ship(second)
    page = f"/seller/{seller.id}/orders/"
    reader = _owner(seller).open(page)
    assert _chips(reader) == {"All": "3", "To ship": "2", "On its way": "1"}
    assert _numbers(reader) == [third.number, second.number, first.number]

    reader.open(reader.page.xpath("//a[contains(@href, 'state=to_ship')]/@href")[0].replace("?", page + "?"))
    assert _numbers(reader) == [first.number, third.number]  # The most urgent first.
    send_all = reader.page.xpath("//a[contains(@href, '/orders/send/')]/@href")[0]
    assert [str(order.id) in send_all for order in (first, second, third)] == [True, False, True]
    reader.send("/orders/", sort="amount")
    assert _numbers(reader) == [first.number, third.number]
    reader.open(page).send("/orders/", q=second.number[:6].lower())
    assert second.number in _numbers(reader)
    reader.send("/orders/", q="NOT-A-NUMBER")
    assert "No order has this number." in reader.words
    assert unsafe_markup(reader.text) == []


def test_several_orders_leave_in_one_go_and_a_wrong_digit_is_told_beside_its_row(seller: Any, listing: Any) -> None:
    first, second, third = (_bought(listing) for _ in range(3))
    good, wrong = make_s10("LX", 1, "CN"), make_s10("LX", 2, "CN").replace("00000002", "00000003")
    page = f"/seller/{seller.id}/orders/send/"
    reader = _owner(seller).open(f"{page}?order={first.id}&order={second.id}&order={third.id}")
    marked = [str(order.id) for order in (first, second, third)]
    reader.send(page, order=marked, **{f"number_{first.id}": good, f"number_{second.id}": wrong})

    assert reader.status == 422
    assert "1 parcel is recorded." in reader.words
    assert reader.faults() == ["The check digit is wrong: compare the number with the label."]
    assert reader.page.xpath("//input[@name='order']/@value") == [str(second.id)]
    assert [queries.get_any_order(order.id).state for order in (first, second, third)] == [
        "shipped", "to_ship", "to_ship",
    ]  # fmt: skip

    reader.send(page, **{f"number_{second.id}": make_s10("LX", 2, "CN")})
    assert reader.address.endswith("/orders/?state=to_ship")
    assert _numbers(reader) == [third.number]


def test_one_number_is_not_taken_for_two_parcels(seller: Any, listing: Any) -> None:
    first, second = _bought(listing), _bought(listing)
    number = make_s10("LX", 1, "CN")
    page = f"/seller/{seller.id}/orders/send/"
    reader = _owner(seller).open(f"{page}?order={first.id}&order={second.id}")
    before = orders.snapshot()
    marked = [str(order.id) for order in (first, second)]
    reader.send(page, order=marked, **{f"number_{first.id}": number, f"number_{second.id}": number.lower()})
    assert reader.faults() == ["This number stands here twice."] * 2
    assert orders.snapshot() == before


def test_nothing_marked_and_nothing_entered_are_said_plainly(seller: Any, listing: Any) -> None:
    order = _bought(listing)
    reader = _owner(seller).open(f"/seller/{seller.id}/orders/send/")
    assert "Mark the orders that leave first." in reader.words
    reader.open(f"/seller/{seller.id}/orders/send/?order={order.id}").send("/send/")
    assert (reader.status, queries.get_any_order(order.id).state) == (422, "to_ship")
    assert "Enter a tracking number, or have labels booked." in reader.words


def test_slips_and_papers_of_the_marked_orders_come_as_files(seller: Any, listing: Any) -> None:
    order = _bought(listing)
    base = f"/seller/{seller.id}/orders"
    reader = _owner(seller).open(f"{base}/papers.pdf?order={order.id}")
    assert "None of these orders has a parcel yet" in reader.words
    reader.open(f"{base}/packing-slips.pdf?order={order.id}")
    assert reader.content.startswith(b"%PDF")
    orders.ship(order)
    reader.open(f"{base}/papers.pdf?order={order.id}")
    assert reader.content.startswith(b"%PDF")
    assert "attachment" in reader.headers["Content-Disposition"]
    assert "Nothing of these orders is left to pack." in reader.open(f"{base}/packing-slips.pdf?order={order.id}").words


def test_a_part_of_an_order_leaves_and_then_the_rest(seller: Any, listing: Any) -> None:
    order = _bought(listing, 3)
    page = f"/seller/{seller.id}/orders/{order.id}/"
    reader = _owner(seller).open(page)
    assert "It must leave by" in reader.words
    reader.send("/ship", line_0="1", tracking_number=make_s10("LX", 1, "CN"))
    assert "Partly sent" in reader.words
    assert reader.form("/ship").fields["line_0"] == "2"
    reader.send("/ship", tracking_number=make_s10("LX", 2, "CN"))
    parcels = queries.get_any_order(order.id).parcels
    assert sorted(parcel.lines[0].quantity for parcel in parcels) == [1, 2]
    words = reader.words
    for parcel in parcels:
        assert f"Parcel {parcel.number}" in words
        assert f"{order.lines[0].title} × {parcel.lines[0].quantity}" in words
    assert "Customs declaration CN22" in words
    assert "Held until the buyer confirms receipt, at the latest until Jan 19, 2027." in words


def test_cancelling_shows_what_it_does_to_the_money_before_it_is_done(seller: Any, listing: Any) -> None:
    order = _bought(listing, 3)
    page = f"/seller/{seller.id}/orders/{order.id}/cancel"
    reader = _owner(seller).open(page)
    preview = queries.preview_cancellation(seller.id, order.id, pieces={0: 2})
    before = orders.snapshot()
    reader.open(f"{page}?line_0=2&reason=damaged")
    sums = [node.text_content() for node in reader.page.xpath("//aside//dd")]
    assert sums == [formats.money(amount, "en") for amount in
                    (preview.refund, preview.due_before.net, preview.due_after.net)]  # fmt: skip
    assert orders.snapshot() == before

    reader.send("/cancel", line_0="4")
    assert (reader.status, orders.snapshot()) == (422, before)
    reader.open(page).send("/cancel", line_0="0")
    assert "Say which pieces are to be cancelled." in reader.words
    assert orders.snapshot() == before

    reader.open(page).send("/cancel", line_0="2", reason="damaged")
    assert f"{formats.money(preview.refund, 'en')} goes back to the buyer." in reader.words
    assert "It is damaged" in reader.words
    found = queries.get_seller_order(seller.id, order.id)
    assert (found.state, found.lines[0].cancelled, found.refunds[0].reason) == ("to_ship", 2, "damaged")
    total = reader.page.xpath("//aside//div[@class='sum-total']/dd")[0].text_content()
    assert total == formats.money(preview.due_after.net, "en")


def test_what_left_cannot_be_cancelled(seller: Any, listing: Any) -> None:
    order = _bought(listing)
    orders.ship(order)
    reader = _owner(seller).open(f"/seller/{seller.id}/orders/{order.id}/cancel")
    assert "Nothing of this order is left to cancel." in reader.words


def test_released_money_is_said_on_the_order(seller: Any, listing: Any) -> None:
    order = _bought(listing)
    orders.ship(order)
    operations.confirm_receipt(order_id=order.id, now=NOW + timedelta(days=3))
    operations.release_escrow(order_id=order.id, now=NOW + timedelta(days=3))
    with moment(NOW + timedelta(days=4)):
        reader = _owner(seller).open(f"/seller/{seller.id}/orders/{order.id}/")
    assert "It came onto your account with us on Nov 23, 2026." in reader.words


@pytest.mark.parametrize(
    ("role", "ships", "cancels"),
    [("manager", True, True), ("fulfilment", True, False), ("finance", False, False), ("viewer", False, False)],
)
def test_each_role_does_what_is_its_own(seller: Any, listing: Any, role: str, ships: bool, cancels: bool) -> None:
    order = _bought(listing)
    reader = Reader(person_id=sellers.seat(seller, role))
    base = f"/seller/{seller.id}/orders"
    assert reader.open(f"{base}/{order.id}/").status == 200
    assert bool(reader.page.xpath("//form[contains(@action, '/ship')]")) == ships
    assert bool(reader.page.xpath("//a[contains(@href, '/cancel')]")) == cancels
    assert reader.open(f"{base}/send/?order={order.id}").status == (200 if ships else 403)
    assert reader.open(f"{base}/{order.id}/cancel").status == (200 if cancels else 403)
    assert reader.open(f"{base}/packing-slips.pdf?order={order.id}").content.startswith(b"%PDF")
