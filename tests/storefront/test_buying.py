from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from entrepot.catalog import operations as catalog
from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.kernel import sql
from entrepot.orders import fulfilment, operations, queries
from entrepot.payments import ports
from tests.builders import accounts
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup
from tests.storefront.shelf import BERLIN, Shelf, fill_cart, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


def _purchases() -> int:
    return sql.fetch_one("SELECT count(*) FROM orders_purchase")[0]


def _totals(reader: Reader) -> str:
    return reader.page.xpath("//aside//div[@class='sum-total']/dd")[0].text_content()


def test_a_guest_buys_from_two_sellers_without_script(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt, shelf.lamp)
    assert [node.text_content() for node in reader.page.xpath("//section//h2//bdi")] == ["Wenzhou Step", "Seta Comense"]
    in_cart = _totals(reader)
    reader.open("/checkout")
    assert _totals(reader) == in_cart  # Nothing is discovered at checkout.
    reader.send("/checkout", way="sandbox:tok_ok", **BERLIN)
    assert reader.address.startswith("/purchase/")
    assert "Thank you. Your order is placed and paid." in reader.words
    assert "buyer@example.com" in reader.words
    assert "Held safely until you have the goods." in reader.words
    assert reader.headers["Referrer-Policy"] == "same-origin"
    assert reader.headers["Cache-Control"].startswith("max-age=0")
    assert unsafe_markup(reader.text) == []
    assert "Your cart is empty" in reader.open("/cart").words


def test_the_cart_changes_and_empties(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt)
    one = _totals(reader)
    reader.send("/cart/quantity", quantity="3")
    assert reader.page.xpath("//select[@name='quantity']/option[@selected]/@value") == ["3"]
    assert _totals(reader) != one
    assert reader.page.xpath("//a[@href='/cart']/span[@class='count']")[0].text_content() == "3"
    forms = [form for form in reader.page.forms if form.get("action") == "/cart/quantity"]
    data = dict(forms[1].form_values())
    assert data["quantity"] == "0"
    reader.client.post("/cart/quantity", data)
    assert "Your cart is empty" in reader.open("/cart").words


def test_the_cart_follows_the_reader_to_another_country_and_currency(shelf: Shelf) -> None:
    reader = fill_cart(Reader("DE.EUR.en"), shelf.shirt)
    reader.send("/choice/", button="ES").send("/choice/", button="USD")
    assert reader.address == "/cart"
    assert "delivered to Spain" in reader.words
    assert "$" in _totals(reader)


def test_what_cannot_be_bought_any_more_is_marked_and_taken_out_at_once(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt, shelf.lamp, shelf.boots)
    catalog.set_stock(seller_id=shelf.chinese.id, stock={shelf.shirt.skus[0].seller_sku: 0}, now=NOW)
    catalog.set_stock(seller_id=shelf.chinese.id, stock={"BOOT-40": 1}, now=NOW)
    reader.open("/cart")
    assert reader.faults() == ["It is sold out."]
    assert "Not everything here can be bought any more." in reader.words
    assert not reader.page.xpath("//a[@href='/checkout']")
    assert reader.open("/checkout").address == "/cart"
    reader.send("/cart/drop")
    assert reader.faults() == []
    assert [node.text_content() for node in reader.page.xpath("//section//h2//bdi")] == ["Wenzhou Step", "Seta Comense"]
    assert reader.page.xpath("//a[@href='/checkout']")


def test_more_than_there_is_left_says_how_many_there_are(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.boots, quantity=3)
    catalog.set_stock(seller_id=shelf.chinese.id, stock={"BOOT-40": 2}, now=NOW)
    assert reader.open("/cart").faults() == ["Only 2 left."]
    reader.send("/cart/quantity", quantity="2")
    assert reader.faults() == []


def test_a_listing_that_was_taken_down_leaves_the_cart_with_its_last_line(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt)
    sql.execute("UPDATE catalog_listing SET state = 'paused' WHERE id = %s", [shelf.shirt.id])
    with moment(NOW + timedelta(days=1)):  # The quote has run out: the cart is priced anew.
        reader.open("/cart")
        assert "This listing is not offered at present." in reader.words
        reader.send("/cart/drop")
    assert "Your cart is empty" in reader.words


def test_where_no_payment_service_is_bound_the_checkout_says_so_and_takes_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout")
    form = {**dict(reader.form("/checkout").form_values()), **BERLIN, "way": "sandbox:tok_ok"}
    monkeypatch.setattr(ports, "_services", {})
    reader.open("/checkout")
    assert "Nobody can pay here yet" in reader.words
    assert "Test card" not in reader.words
    assert not reader.page.xpath("//button[contains(., 'Order and pay')]")
    assert reader.client.post("/checkout", form).status_code == 422
    assert _purchases() == 0


def test_a_cart_cookie_that_was_tampered_with_opens_nothing(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt)
    value = reader.client.cookies["entrepot_cart"].value
    reader.client.cookies["entrepot_cart"] = value[:-2] + "xx"
    assert "Your cart is empty" in reader.open("/cart").words


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"postal_code": "1"}, "This is not a postal code of the country."),
        ({"email": "nobody"}, "Enter a valid email address."),
        ({"street": ""}, "This is needed."),
        ({"phone": "abc"}, "This is not a phone number."),
    ],
)
def test_a_fault_is_said_beside_its_field_and_what_was_typed_is_kept(
    shelf: Shelf, wrong: dict[str, str], said: str
) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout")
    reader.send("/checkout", way="sandbox:tok_ok", **{**BERLIN, **wrong})
    assert reader.status == 422
    assert reader.faults() == [said]
    field = reader.page.xpath("//*[@aria-invalid='true']")[0]
    assert field.get("name") == next(iter(wrong))
    assert reader.page.xpath(f"//*[@id='{field.get('aria-describedby').split()[-1]}']")
    assert reader.form("/checkout").fields["city"] == "Berlin"
    assert _purchases() == 0


def test_a_declined_payment_leads_to_another_try(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout").send("/checkout", way="sandbox:tok_decline", **BERLIN)
    assert "The bank declined the payment." in reader.words
    assert "Nothing was charged." in reader.words
    reader.send("/pay", way="sandbox:tok_ok")
    assert "Thank you. Your order is placed and paid." in reader.words
    assert _purchases() == 1


@pytest.mark.parametrize(("decision", "said"), [("approve", "Paid"), ("refuse", "Nothing was charged.")])
def test_a_challenge_leads_to_the_bank_and_back(shelf: Shelf, decision: str, said: str) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout").send("/checkout", way="sandbox:tok_challenge", **BERLIN)
    assert "Your bank asks you to confirm" in reader.words
    bank = reader.page.xpath("//a[contains(., 'Confirm with the bank')]/@href")[0]
    reader.open(bank)
    reader.send("", button=decision)
    assert reader.address.startswith("/purchase/")
    assert said in reader.words


@pytest.mark.parametrize("token", ["tok_late", "tok_timeout"])
def test_an_unsure_payment_tells_the_buyer_to_wait_and_not_to_pay_again(shelf: Shelf, token: str) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout").send("/checkout", way=f"sandbox:{token}", **BERLIN)
    assert "We are waiting for the bank" in reader.words
    assert "do not pay again" in reader.words
    assert not [form for form in reader.page.forms if (form.get("action") or "").endswith("/pay")]


def test_a_total_that_moved_is_said_before_anything_is_charged(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout")
    shown = _totals(reader)
    sku = shelf.shirt.skus[0]
    catalog.upsert_listing(
        seller_id=shelf.chinese.id,
        listing=ListingInput(
            listing_id=shelf.shirt.id,
            skus=(SkuInput(seller_sku=sku.seller_sku, price="149.00"),),
            title=shelf.shirt.title,
        ),
        now=NOW,
    )
    reader.send("/checkout", way="sandbox:tok_ok", **BERLIN)
    assert reader.status == 409
    assert f"The total changed from {shown} to {_totals(reader)}. Nothing was charged." in reader.words
    assert _totals(reader) != shown
    assert _purchases() == 0
    reader.send("/checkout")  # The form holds what was typed, and now the new total.
    assert "Thank you. Your order is placed and paid." in reader.words


def test_the_same_order_sent_twice_is_placed_once(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout")
    form = reader.form("/checkout")
    data = {**dict(form.form_values()), **BERLIN, "way": "sandbox:tok_ok"}
    cart = reader.client.cookies["entrepot_cart"].value
    first = reader.client.post("/checkout", data)
    reader.client.cookies["entrepot_cart"] = cart  # The second press left before the first answer came.
    second = reader.client.post("/checkout", data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert _purchases() == 1


def test_what_is_sold_out_meanwhile_is_said_and_nothing_is_charged(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout")
    catalog.set_stock(seller_id=shelf.chinese.id, stock={shelf.shirt.skus[0].seller_sku: 0}, now=NOW)
    reader.send("/checkout", way="sandbox:tok_ok", **BERLIN)
    assert reader.status == 409
    assert "Some of the goods are no longer in stock in this quantity." in reader.words
    assert _purchases() == 0


def test_charges_at_the_door_need_the_buyers_word(run_jobs: Callable[..., int]) -> None:
    shelf = stock(run_jobs, hs=None)  # Without a customs code nobody can say what falls due.
    reader = fill_cart(Reader("US.USD.en"), shelf.shirt).open("/checkout")
    assert "Import charges are not all included" in reader.words
    there = {
        "email": "buyer@example.com", "name": "Ann Smith", "street": "5 Main Street", "city": "New York",
        "region": "NY", "postal_code": "10001", "phone": "+1 212 555 0100",
    }  # fmt: skip
    reader.send("/checkout", way="sandbox:tok_ok", **there)
    assert reader.status == 422
    assert reader.faults() == ["Please agree to this, or take these goods out of the cart."]
    assert _purchases() == 0
    reader.send("/checkout", accept_due_at_door="on")
    assert "Thank you. Your order is placed and paid." in reader.words


def test_a_wrong_import_number_is_said_beside_its_field(shelf: Shelf) -> None:
    reader = fill_cart(Reader("BR.BRL.en"), shelf.shirt).open("/checkout")
    reader.send(
        "/checkout", way="sandbox:tok_ok", email="a@example.com", name="João", street="Rua 5", city="São Paulo",
        region="SP", postal_code="01305-000", phone="+55 11 3000-1000", id_cpf="529.982.247-24",
    )  # fmt: skip
    assert reader.status == 422
    assert reader.page.xpath("//*[@aria-invalid='true']/@name") == ["id_cpf"]


def test_the_address_form_follows_the_country(shelf: Shelf) -> None:
    reader = fill_cart(Reader("US.USD.en"), shelf.shirt).open("/checkout")
    names = [node.get("name") for node in reader.page.xpath("//section[1]//*[self::input or self::select][@name]")]
    assert names[1:8] == ["name", "company", "street", "street2", "city", "region", "postal_code"]
    assert "ZIP code" in reader.words
    assert "State" in reader.words
    fill_cart(Reader("DE.EUR.en"), shelf.shirt)
    german = fill_cart(Reader("DE.EUR.ar"), shelf.shirt).open("/checkout")
    names = [node.get("name") for node in german.page.xpath("//section[1]//*[self::input or self::select][@name]")]
    assert names[1:7] == ["name", "company", "street", "street2", "postal_code", "city"]


# --- after the purchase ---------------------------------------------------------------------------------------------


def _bought(shelf: Shelf, reader: Reader | None = None) -> Reader:
    return (
        fill_cart(reader or Reader(), shelf.shirt, quantity=2)
        .open("/checkout")
        .send("/checkout", way="sandbox:tok_ok", **BERLIN)
    )


def test_a_purchase_shows_to_its_link_and_its_owner_and_to_nobody_else(shelf: Shelf) -> None:
    owner = accounts.person(password=accounts.PASSWORD)
    mine = _bought(shelf, Reader(person_id=owner.id))
    address = mine.address.partition("?")[0]
    assert Reader().open(mine.address).status == 200
    assert Reader().open(address).status == 404
    assert Reader().open(f"{address}?token=wrong").status == 404
    assert Reader(person_id=accounts.person().id).open(address).status == 404
    assert Reader(person_id=owner.id).open(address).status == 200
    assert mine.open("/account/").status == 200
    assert "Order " in mine.words


def test_lines_that_have_not_left_can_be_cancelled(shelf: Shelf, run_jobs: Callable[..., int]) -> None:
    reader = _bought(shelf)
    reader.send("/cancel")
    assert "Mark what is to be cancelled first." in reader.words
    reader.send("/cancel", line="0")
    assert "Cancelled. €" in reader.words
    assert "comes back to you." in reader.words
    assert "Given back to you." in reader.words
    assert "You cancelled." in reader.words
    assert not [form for form in reader.page.forms if (form.get("action") or "").endswith("/cancel")]


def test_a_strangers_hand_neither_cancels_nor_confirms(shelf: Shelf) -> None:
    reader = _bought(shelf)
    form = reader.form("/cancel")
    stranger = Reader().open("/")
    token = stranger.form("/choice/").fields["csrfmiddlewaretoken"]
    for act in ("cancel", "confirm"):
        address = form.get("action").replace("/cancel", f"/{act}")
        answer = stranger.client.post(address, {"csrfmiddlewaretoken": token, "secret": "wrong", "line": "0"})
        assert answer.status_code == 404
    state = sql.fetch_one("SELECT state, pieces_cancelled FROM orders_order")
    assert state == ("to_ship", 0)


def test_a_parcel_is_followed_and_its_arrival_confirmed(shelf: Shelf) -> None:
    reader = _bought(shelf)
    order = queries.list_seller_orders(shelf.chinese.id)[0]
    fulfilment.ship_order(
        seller_id=shelf.chinese.id, order_id=order.id, tracking_number="LX473124829CN", now=NOW + timedelta(hours=1)
    )
    with moment(NOW + timedelta(days=1)):
        reader.open(reader.address.replace("&new=1", ""))
        assert "LX473124829CN" in reader.words
        assert "On its way" in reader.words
        assert "then the seller is paid unless you have told us otherwise" in reader.words
        reader.send("/confirm")
    assert "Thank you. The seller will be paid." in reader.words
    assert "Completed" in reader.words
    assert "The seller is being paid." in reader.words
    assert "unless you have told us otherwise" not in reader.words


def test_what_was_cancelled_does_not_hide_how_far_the_rest_is(shelf: Shelf) -> None:
    reader = fill_cart(Reader(), shelf.shirt, shelf.lamp).open("/checkout")
    reader.send("/checkout", way="sandbox:tok_ok", **BERLIN)
    (order,) = queries.list_seller_orders(shelf.chinese.id)
    operations.cancel_undispatched(order_id=order.id, now=order.dispatch_due_at)
    reader.open(reader.address.replace("&new=1", ""))
    assert "The seller did not send in time." in reader.words
    (state,) = reader.page.xpath("//h1/following::*[contains(@class, 'badge')][1]")
    assert state.text_content().strip() == "Being packed"


def test_the_account_asks_strangers_to_sign_in_and_brings_them_back(shelf: Shelf) -> None:
    person = accounts.person(password=accounts.PASSWORD)
    reader = Reader().open("/account/")
    assert reader.address == "/account/sign-in/?next=/account/"
    reader.send("/account/sign-in/", login=person.email, password=accounts.PASSWORD)
    assert reader.address == "/account/"
    assert "No orders yet" in reader.words


def test_somebody_new_opens_an_account(shelf: Shelf) -> None:
    reader = Reader().open("/account/sign-up/")
    reader.send("/account/sign-up/", email="new@example.com", password1="a very quiet harbour")
    assert reader.address == "/"
    assert reader.open("/account/").status == 200
    assert "new@example.com" in reader.words
    for address in ("/account/password/", "/account/e-mail/", "/account/sign-out/"):
        reader.open(address)
        assert reader.status == 200, address
        assert unsafe_markup(reader.text) == [], address
    reader.send("/account/sign-out/")
    assert reader.open("/account/").address.startswith("/account/sign-in/")


def test_a_sign_in_never_leads_to_another_site() -> None:
    person = accounts.person(password=accounts.PASSWORD)
    reader = Reader().open("/account/sign-in/?next=https://evil.example/")
    reader.send("/account/sign-in/", login=person.email, password=accounts.PASSWORD)
    assert reader.address == "/"


def test_an_arabic_reader_buys_in_arabic(shelf: Shelf) -> None:
    reader = (
        fill_cart(Reader("DE.EUR.ar"), shelf.shirt).open("/checkout").send("/checkout", way="sandbox:tok_ok", **BERLIN)
    )
    assert "شكرًا. سُجّل طلبك ودُفع." in reader.words
    assert reader.page.get("dir") == "rtl"
