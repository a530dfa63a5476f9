"""Carts: each change is one read, one quote and one write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.kernel import encryption, ids, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.markets import operations as markets
from entrepot.markets.queries import UnknownCountry
from entrepot.orders import operations, queries
from entrepot.orders.operations import CartChanged, CartNotOpen
from entrepot.pricing.queries import CorridorClosed, UnknownSku
from tests.builders import accounts, orders
from tests.builders.orders import BERLIN, NOW, SAO_PAULO

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return orders.goods(orders.shop("CN"))


def create(listing, **changes):
    orders.open_buying("DE", "BR")
    fields = {
        "country": "DE",
        "currency": "EUR",
        "language": "de",
        "email": "buyer@example.com",
        "address": BERLIN,
        "lines": [{"sku": orders.code_of(listing), "quantity": 2}],
        **changes,
    }
    return operations.create_cart(now=NOW, **fields)


def change(cart, *, version=None, token=None, now=NOW, **changes):
    return operations.change_cart(
        cart_id=cart.id,
        token=token or cart.token,
        version=version or cart.version,
        changes=changes,
        now=now,
    )


def test_a_cart_is_quoted_and_opens_with_its_token(listing):
    cart = create(listing)
    assert cart.version == 1
    assert cart.needs == ()
    assert cart.quote.total == sum(order.total for order in cart.quote.orders) > 0
    assert cart.valid_until == cart.quote.valid_until > NOW
    assert queries.access_cart(cart.id, cart.token) == cart


def test_no_other_token_opens_it(listing):
    cart = create(listing)
    for token in ("", "wrong", cart.token[:-1], "ü\udcff"):
        with pytest.raises(NotFound):
            queries.access_cart(cart.id, token)
    with pytest.raises(NotFound):
        queries.access_cart(ids.new_id(), cart.token)


def test_the_table_holds_neither_the_token_nor_the_buyers_data(listing):
    cart = create(listing)
    (row,) = sql.fetch_all("SELECT t::text FROM orders_cart t")
    for secret in (cart.token, "buyer@example.com", "Müller", "Hauptstra", "901820"):
        assert secret not in row[0]


def test_what_is_kept_of_the_buyer_is_under_the_registered_keys(listing):
    create(listing)
    assert encryption.rotate_all()["orders_cart.contact"] == 0


def test_the_address_takes_its_countrys_form(listing):
    cart = create(listing, address={**BERLIN, "city": "  Berlin ", "phone": "030 901820"})
    assert cart.address.city == "Berlin"
    assert cart.address.phone == "+4930901820"
    assert cart.email == "buyer@example.com"


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"postal_code": "1011"}, "address.postal_code", "invalid"),
        ({"postal_code": ""}, "address.postal_code", "required"),
        ({"street": ""}, "address.street", "required"),
        ({"city": ""}, "address.city", "required"),
        ({"name": "  "}, "address.name", "required"),
        ({"phone": "not a number"}, "address.phone", "invalid"),
        ({"country": "FR"}, "address.country", "not_the_cart_country"),
        ({"street": "x" * 201}, "address.street", "too_long"),
        ({"street": "a\x00b"}, "address.street", "control_character"),
        ({"street": 5}, "address.street", "not_text"),
        ({"import_ids": ["cpf"]}, "address.import_ids", "not_an_object"),
    ],
)
def test_a_wrong_address_is_refused_with_the_field(listing, change, field, reason):
    with pytest.raises(InvalidField) as refusal:
        create(listing, address={**BERLIN, **change})
    assert {"field": field, "reason": reason} in refusal.value.fields["errors"]
    assert sql.fetch_all("SELECT id FROM orders_cart") == []


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"email": "nobody"}, "email", "form"),
        ({"email": "a@b"}, "email", "form"),
        ({"currency": "euro"}, "currency", "form"),
        ({"language": "d"}, "language", "form"),
        ({"country": "Germany"}, "country", "form"),
        ({"lines": []}, "lines", "required"),
        ({"lines": [{"sku": "", "quantity": 1}]}, "lines.0.sku", "required"),
        ({"lines": [{"sku": "A\x00", "quantity": 1}]}, "lines.0.sku", "required"),
        ({"lines": [{"sku": "A", "quantity": 0}]}, "lines.0.quantity", "from_1_to_999"),
        ({"lines": [{"sku": "A", "quantity": True}]}, "lines.0.quantity", "from_1_to_999"),
        ({"lines": [{"sku": "A", "quantity": 600}] * 2}, "lines.1.quantity", "from_1_to_999"),
        ({"lines": [{"sku": f"A{n}", "quantity": 1} for n in range(51)]}, "lines", "too_many"),
        ({"channel": ""}, "channel", "form"),
    ],
)
def test_other_faults_are_named_too(listing, change, field, reason):
    with pytest.raises(InvalidField) as refusal:
        create(listing, **change)
    assert {"field": field, "reason": reason} in refusal.value.fields["errors"]
    assert sql.fetch_all("SELECT id FROM orders_cart") == []


def test_what_pricing_refuses_makes_no_cart(listing):
    with pytest.raises(UnknownSku):
        create(listing, lines=[{"sku": "NOSUCHSKU000", "quantity": 1}])
    with pytest.raises(UnknownCountry):
        create(listing, country="ZZ", address=None)
    markets.set_stage(country="DE", side="buying", stage="suspended", actor="system", reason="test", now=NOW)
    with pytest.raises(CorridorClosed):
        operations.create_cart(
            country="DE",
            currency="EUR",
            language="de",
            lines=[{"sku": orders.code_of(listing), "quantity": 1}],
            now=NOW,
        )
    assert sql.fetch_all("SELECT id FROM orders_cart") == []


def test_a_sku_named_twice_is_one_line(listing):
    cart = create(listing, lines=[{"sku": orders.code_of(listing), "quantity": 1}] * 3)
    assert [(line.sku, line.quantity) for line in cart.lines] == [(orders.code_of(listing), 3)]


def test_e_mail_and_address_may_follow_and_are_needed_until_then(listing):
    cart = create(listing, email="", address=None)
    assert cart.needs == ("email", "address")
    cart = change(cart, email="buyer@example.com")
    assert cart.needs == ("address",)
    cart = change(cart, address=BERLIN)
    assert cart.needs == ()
    assert cart.version == 3


def test_brazil_asks_for_the_buyers_cpf_and_checks_it(listing):
    cart = create(listing, country="BR", currency="BRL", address=SAO_PAULO)
    assert cart.needs == ("cpf",)
    with pytest.raises(InvalidField) as refusal:
        change(cart, address={**SAO_PAULO, "import_ids": {"cpf": "390.533.447-06"}})
    assert refusal.value.fields["errors"][0]["field"] == "address.import_ids.cpf"
    changed = change(cart, address={**SAO_PAULO, "import_ids": {"cpf": "390.533.447-05", "passport": "X"}})
    assert changed.needs == ()
    assert dict(changed.address.import_ids) == {"cpf": "39053344705"}


def test_another_country_drops_the_address_and_quotes_anew(listing):
    cart = create(listing)
    changed = change(cart, country="BR", currency="BRL")
    assert changed.address is None
    assert changed.needs == ("address", "cpf")
    assert changed.quote.currency == "BRL"


def test_changing_lines_keeps_the_exchange_rates_while_they_hold(listing):
    cart = create(listing)
    changed = change(cart, now=NOW + timedelta(minutes=10), lines=[{"sku": orders.code_of(listing), "quantity": 1}])
    assert changed.valid_until == cart.valid_until
    assert changed.quote.orders[0].rates == cart.quote.orders[0].rates
    later = change(changed, now=cart.valid_until + timedelta(seconds=1))
    assert later.valid_until > cart.valid_until


def test_a_change_needs_the_version_that_was_read(listing):
    cart = create(listing)
    change(cart, language="en")
    before = orders.snapshot()
    with pytest.raises(CartChanged) as refusal:
        change(cart, language="fr", version=1)
    assert refusal.value.fields == {"version": 2}
    assert orders.snapshot() == before


def test_a_field_that_a_cart_does_not_have_is_refused(listing):
    cart = create(listing)
    with pytest.raises(InvalidField):
        change(cart, person_id="me")
    assert queries.access_cart(cart.id, cart.token).version == 1


def test_a_placed_cart_cannot_be_changed(listing):
    cart = create(listing)
    orders.place(cart)
    with pytest.raises(CartNotOpen):
        change(cart, language="fr")


def test_a_cart_belongs_to_who_holds_its_token_now(listing):
    cart = create(listing)
    first, second = accounts.person(), accounts.person()
    for holder in (first.id, second.id, None):
        operations.claim_cart(cart_id=cart.id, token=cart.token, person_id=holder)
        assert queries.access_cart(cart.id, cart.token).person_id == holder
    with pytest.raises(NotFound):
        operations.claim_cart(cart_id=cart.id, token="wrong", person_id=second.id)
    orders.place(cart)
    operations.claim_cart(cart_id=cart.id, token=cart.token, person_id=second.id)
    assert queries.access_cart(cart.id, cart.token).person_id is None


def test_a_forgotten_cart_is_closed_and_forgets_its_buyer(listing):
    cart = create(listing)
    assert operations.expire_carts(now=NOW + timedelta(days=30)) == 0
    assert operations.expire_carts(now=NOW + timedelta(days=30, seconds=1)) == 1
    expired = queries.access_cart(cart.id, cart.token)
    assert (expired.status, expired.email, expired.address) == ("expired", "", None)
    with pytest.raises(CartNotOpen):
        orders.place(cart)
