"""Safety contacts: written down, changed, chosen by the store, dropped where nothing names them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from entrepot.kernel import sql
from entrepot.kernel.errors import Forbidden, InvalidField, NotFound
from entrepot.sellers import operations, queries
from entrepot.sellers.handlers import SellersPersonalData
from entrepot.sellers.queries import SafetyContactView, SellerView
from tests.builders import accounts, catalog, orders, safety, sellers
from tests.builders.catalog import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> SellerView:
    shop = orders.shop("CN")
    safety.choose(shop)
    for kept in queries.list_safety_contacts(shop.id):
        drop(shop, kept)
    return shop


def drop(seller: SellerView, kept: SafetyContactView) -> None:
    operations.drop_safety_contact(seller_id=seller.id, person_id=sellers.owner_of(seller), contact_id=kept.id, now=NOW)


def declared(seller: SellerView) -> object:
    row = sql.fetch_one("SELECT declared::text FROM sellers_store WHERE seller_id = %s", [seller.id])
    assert row is not None
    return row[0]


def test_a_contact_is_written_down_and_changed(shop: SellerView) -> None:
    maker = safety.contact(shop, "CN", name="Guangdong Works", address="1 Road, Shenzhen", email="a@works.example")
    assert maker == SafetyContactView(
        maker.id, "Guangdong Works", "1 Road, Shenzhen", "CN", "a@works.example", is_in_eu=False
    )
    moved = safety.move(shop, maker, "DE")
    assert (moved.id, moved.country, moved.is_in_eu) == (maker.id, "DE", True)
    assert queries.list_safety_contacts(shop.id) == (moved,)


@pytest.mark.parametrize(
    ("part", "text", "reason"),
    [
        ("country", "QQ", "unknown_country"),
        ("name", " ", "required"),
        ("address", "", "required"),
        ("address", "x" * 301, "too_long"),
        ("email", "nowhere", "invalid_format"),
    ],
)
def test_a_contact_is_told_whole_or_not_at_all(shop: SellerView, part: str, text: str, reason: str) -> None:
    told = {"name": "Rep", "address": "Via 1, Roma", "country": "IT", "email": "a@example.com", part: text}
    with pytest.raises(InvalidField) as refusal:
        operations.add_safety_contact(seller_id=shop.id, person_id=sellers.owner_of(shop), now=NOW, **told)
    assert refusal.value.fields == {"errors": [{"field": part, "reason": reason}]}
    assert queries.list_safety_contacts(shop.id) == ()


def test_the_store_answers_in_the_union_by_its_responsible_person_or_by_a_manufacturer_there(shop: SellerView) -> None:
    maker, rep = safety.contact(shop, "CN", name="Works"), safety.contact(shop, "IT", name="Rep")
    assert declared(shop) == "{}"
    safety.choose(shop, manufacturer=maker)
    assert declared(shop) == "{}"
    store = safety.choose(shop, manufacturer=maker, responsible=rep)
    assert (store.manufacturer, store.responsible) == (maker, rep)
    assert declared(shop) == '{"responsible_EU": true}'
    safety.choose(shop, manufacturer=rep)
    assert declared(shop) == '{"responsible_EU": true}'
    safety.move(shop, rep, "CH")
    assert declared(shop) == "{}"
    safety.choose(shop)
    assert (queries.get_stores([shop.id])[shop.id].manufacturer, declared(shop)) == (None, "{}")


@pytest.mark.parametrize(
    ("country", "address", "is_in_eu"),
    [
        ("GB", "12 Donegall Square, Belfast BT1 5GS", True),
        ("GB", "12 Donegall Square, bt1 5gs, Belfast", True),
        ("GB", "1 Strand, London SW1A 1AA", False),
        ("DE", "Musterstraße 1, 10115 Berlin", True),
        ("NO", "Storgata 1, 0155 Oslo", False),
        ("AQ", "McMurdo", False),
    ],
)
def test_northern_ireland_answers_in_the_union_and_great_britain_does_not(
    shop: SellerView, country: str, address: str, is_in_eu: bool
) -> None:
    assert safety.contact(shop, country, address=address).is_in_eu is is_in_eu


def test_what_is_named_somewhere_is_not_dropped(shop: SellerView) -> None:
    of_store, of_listing = safety.contact(shop, name="Store's"), safety.contact(shop, name="Listing's")
    safety.choose(shop, responsible=of_store)
    catalog.listing(shop, manufacturer_id=of_listing.id)
    for kept in (of_store, of_listing):
        with pytest.raises(operations.ContactInUse):
            drop(shop, kept)
    safety.choose(shop)
    drop(shop, of_store)
    assert queries.list_safety_contacts(shop.id) == (of_listing,)


def test_another_sellers_contact_is_neither_seen_nor_taken(shop: SellerView) -> None:
    other = orders.shop("CN")
    theirs = safety.contact(other, name="Theirs")
    assert theirs not in queries.list_safety_contacts(shop.id)
    with pytest.raises(NotFound):
        queries.get_safety_contact(shop.id, theirs.id)
    with pytest.raises(NotFound):
        safety.move(shop, theirs, "DE")
    with pytest.raises(NotFound):
        drop(shop, theirs)
    for named in ({"manufacturer": theirs}, {"responsible": theirs}):
        with pytest.raises(InvalidField):
            safety.choose(shop, **named)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sellers_store SET responsible_id = %s WHERE seller_id = %s", [theirs.id, shop.id])
    assert queries.get_safety_contact(other.id, theirs.id) == theirs


def test_only_who_manages_the_store_writes_contacts_down(shop: SellerView) -> None:
    viewer = accounts.person()
    operations.add_member(
        seller_id=shop.id, person_id=sellers.owner_of(shop), member_id=viewer.id, role="viewer", now=NOW
    )
    told = {"name": "Rep", "address": "Via 1, Roma", "country": "IT", "email": "a@example.com"}
    with pytest.raises(Forbidden):
        operations.add_safety_contact(seller_id=shop.id, person_id=viewer.id, now=NOW, **told)
    with pytest.raises(NotFound):
        operations.add_safety_contact(seller_id=uuid4(), person_id=viewer.id, now=NOW, **told)


def test_an_owner_is_given_the_contacts_with_the_registration(shop: SellerView) -> None:
    safety.contact(shop)
    (seat,) = SellersPersonalData().export(person_id=sellers.owner_of(shop))["memberships"]
    assert seat["safety_contacts"] == [
        {
            "name": "Sicura S.r.l.",
            "address": "Via Roma 1, 00184 Roma",
            "country": "IT",
            "email": "safety@sicura.example",
        }
    ]
