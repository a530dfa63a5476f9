"""Django's admin as a window: operators read every row there, nobody writes, secrets do not show."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from PIL import Image

from entrepot.accounts import operations as accounts_operations
from entrepot.catalog import operations as catalog
from entrepot.catalog.operations import feeds
from entrepot.kernel.admin import ReadOnlyAdmin
from entrepot.ledger.models import Account, Snapshot
from entrepot.markets import operations as markets
from entrepot.markets.fx import RateRow
from entrepot.orders import operations as order_operations
from entrepot.payouts import operations as payouts
from entrepot.sellers import operations as sellers_operations
from tests.builders import accounts, orders, sellers
from tests.conftest import NOW
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# What a page must never carry: a sealed field, a password's hash.
SECRET_COLUMNS = {
    "password", "secret_sha256", "value_encrypted", "storage_key", "details", "token_hash", "contact", "body_hash",
    "account_details", "stored_file", "answer", "next_action", "secret",
}  # fmt: skip


@pytest.fixture
def rows(run_jobs: Callable[..., int]) -> None:
    """At least one row of every kind."""
    seller = orders.shop("IT")
    who: dict[str, Any] = {"seller_id": seller.id, "person_id": sellers.owner_of(seller), "now": NOW}
    accounts_operations.issue_api_key(**who, name="Stock system", scopes=["orders:read"])
    sellers_operations.invite_member(**who, email="anna@example.com", role="viewer")
    listing = orders.goods(seller, seller_category="T-shirts")
    picture = io.BytesIO()
    Image.new("RGB", (600, 600), "teal").save(picture, "PNG")
    catalog.add_picture(seller_id=seller.id, listing_ids=[listing.id], content=picture.getvalue(), now=NOW)
    feed = io.BytesIO(b"Handle,Title,Variant SKU,Variant Price\nbowl,Ceramic bowl,BOWL,12.00\n")
    feeds.import_feed(stream=feed, seller_id=seller.id, dry_run=True, name="feed.csv", now=NOW)
    orders.completed_order()
    payouts.run_payouts(now=NOW + timedelta(days=60))
    cancelled = orders.paid_order(quantity=2)
    order_operations.cancel_lines(
        order_id=cancelled.id, seller_id=cancelled.seller_id, by="seller", lines={0: 1}, now=NOW
    )
    run_jobs()
    accounts_operations.save_address(
        person_id=accounts.person().id,
        country="DE",
        fields={name: str(orders.BERLIN[name]) for name in ("name", "street", "city", "postal_code", "phone")},
        now=NOW,
    )
    markets.load_fx(rows=[RateRow("USD", NOW.date(), Decimal("1.1"), "test")], now=NOW)
    # Snapshots are taken of what is committed, and a test commits nothing.
    account = Account.objects.earliest("id")
    Snapshot.objects.create(account=account, below_xid=1, debit_minor=0, credit_minor=0, taken_at=NOW)


def test_only_our_read_only_pages_are_registered() -> None:
    assert {model._meta.app_label for model in MODELS} == {
        "accounts", "sellers", "orders", "payments", "ledger", "catalog", "markets", "payouts", "shipping",
    }  # fmt: skip
    assert [model for model in MODELS if not isinstance(admin.site._registry[model], ReadOnlyAdmin)] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_columns_that_hold_secrets_are_hidden(model: type[Model]) -> None:
    page = admin.site._registry[model]
    assert isinstance(page, ReadOnlyAdmin)
    held = {field.name for field in model._meta.fields} & SECRET_COLUMNS
    assert held <= set(page.hidden)
    assert set(page.hidden) <= {field.name for field in model._meta.fields}
    assert not set(page.hidden) & {*page.list_display, *page.search_fields}


def test_an_operator_reads_a_list_and_a_row_of_every_model_and_writes_nothing(rows: None) -> None:
    reader = Reader(person_id=accounts.operator().id)
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    empty = set()
    for model in MODELS:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        listed = reverse(f"{name}_changelist")
        assert reader.open(listed).status == 200, listed
        assert unsafe_markup(reader.text) == [], listed
        if admin.site._registry[model].search_fields:
            assert reader.open(f"{listed}?q=x").status == 200, listed
        assert reader.open(reverse(f"{name}_add")).status == 403
        row = model._default_manager.first()
        if row is None:
            empty.add(model._meta.label)
            continue
        shown = reverse(f"{name}_change", args=[row.pk])
        assert reader.open(shown).status == 200, shown
        assert unsafe_markup(reader.text) == [], shown
        assert "gAAAAA" not in reader.text, f"{shown} shows a sealed field"
        assert not reader.page.xpath("//main//form//input[@type='submit']|//*[@id='content']//input[@type='submit']")
        before = model._default_manager.filter(pk=row.pk).values().get()
        for address in (shown, reverse(f"{name}_delete", args=[row.pk]), reverse(f"{name}_add")):
            answer = reader.client.post(address, {"csrfmiddlewaretoken": token, "post": "yes"})
            assert answer.status_code == 403, address
        bulk = {"csrfmiddlewaretoken": token, "action": "delete_selected", "_selected_action": str(row.pk)}
        reader.client.post(listed, bulk)
        assert model._default_manager.filter(pk=row.pk).values().get() == before
    assert empty == set()


def test_the_admin_obeys_the_policy_of_all_pages_and_sends_passwords_to_ours() -> None:
    reader = Reader(person_id=accounts.operator().id).open("/admin/")
    assert reader.status == 200
    assert "script-src 'self'" in reader.headers["Content-Security-Policy"]
    assert unsafe_markup(reader.text) == []
    assert reader.client.get("/admin/password_change/")["Location"] == "/account/password/"


def test_strangers_sign_in_at_our_own_door_and_buyers_are_turned_away() -> None:
    assert unquote(Reader().open("/admin/orders/order/").address) == "/account/sign-in/?next=/admin/orders/order/"
    buyer = Reader(person_id=accounts.person().id)
    for address in ("/admin/", "/admin/orders/order/", "/admin/accounts/person/"):
        assert buyer.open(address).status == 403, address


def test_an_operator_who_signs_in_lands_on_the_page_that_was_asked_for() -> None:
    accounts.operator(email="olga@example.com", password=accounts.PASSWORD)
    reader = Reader().open("/admin/orders/order/")
    reader.send("/account/sign-in/", login="olga@example.com", password=accounts.PASSWORD)
    assert (reader.status, reader.address) == (200, "/admin/orders/order/")
