from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from entrepot.accounts import operations as accounts, queries as people
from entrepot.accounts.queries import PersonView
from entrepot.kernel import sql
from tests.builders import accounts as build
from tests.conftest import NOW
from tests.pages import Reader, moment, unsafe_markup
from tests.storefront.shelf import BERLIN, Shelf, fill_cart, stock

pytestmark = pytest.mark.django_db

HOME = {name: BERLIN[name] for name in ("name", "street", "postal_code", "city", "phone")}


@pytest.fixture
def shelf(run_jobs: Callable[..., int]) -> Shelf:
    return stock(run_jobs)


@pytest.fixture
def owner() -> PersonView:
    return build.person(name="Jürgen", password=build.PASSWORD)


def order(shelf: Shelf, reader: Reader, **changes: str) -> Reader:
    return fill_cart(reader, shelf.shirt).open("/checkout").send("/checkout", way="sandbox:tok_ok", **BERLIN, **changes)


def test_every_page_of_the_account_renders_in_both_directions(shelf: Shelf, owner: PersonView) -> None:
    for choice in ("DE.EUR.en", "SA.SAR.ar"):
        reader = Reader(choice, person_id=owner.id)
        for address in ("", "orders/", "addresses/", "addresses/new/", "profile/", "data/", "e-mail/", "password/"):
            reader.open(f"/account/{address}")
            assert reader.status == 200, address
            assert unsafe_markup(reader.text) == [], address


def test_strangers_are_asked_to_sign_in(shelf: Shelf) -> None:
    for address in ("", "orders/", "addresses/", "addresses/new/", "profile/", "data/", "data/export/"):
        assert Reader().open(f"/account/{address}").address == f"/account/sign-in/?next=/account/{address}"


def test_what_was_ordered_is_listed_page_by_page(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader(person_id=owner.id)
    for minutes in range(11):
        with moment(NOW + timedelta(minutes=minutes)):
            order(shelf, reader)
    reader.open("/account/")
    assert len(reader.page.xpath("//article")) == 3
    first = reader.open("/account/orders/").page.xpath("//article//h3/a/text()")
    second = reader.open("/account/orders/?page=2").page.xpath("//article//h3/a/text()")
    assert (len(first), len(second)) == (10, 1)
    assert len({*first, *second}) == 11
    assert "Being packed" in reader.words
    assert "1 piece · " in reader.words
    reader.open("/account/orders/?page=99")
    assert reader.page.xpath("//article//h3/a/text()") == second
    assert len(Reader(person_id=build.person().id).open("/account/orders/").page.xpath("//article")) == 0


def test_an_address_is_added_changed_offered_first_and_removed(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader(person_id=owner.id).open("/account/addresses/new/")
    reader.send("/account/addresses/new/", **{**HOME, "postal_code": "1"})
    assert reader.status == 422
    assert reader.faults() == ["This is not a postal code of the country."]
    assert people.list_addresses(owner.id) == ()
    reader.send("/account/addresses/new/", **HOME)
    assert reader.address == "/account/addresses/"
    assert "Hauptstraße 5" in reader.words
    assert "10115 Berlin" in reader.words  # As it was typed, not in capitals.
    reader.open("/account/addresses/new/?country=ES").send(
        "/account/addresses/new/", name="Jürgen Müller", street="Calle Mayor 1", postal_code="28013", city="Madrid",
        region="M", phone="+34 910 000 000",
    )  # fmt: skip
    first, second = people.list_addresses(owner.id)
    reader.send(f"{second.id}/default/")
    assert people.list_addresses(owner.id)[0].id == second.id
    reader.open(f"/account/addresses/{first.id}/").send(f"{first.id}/", street="Nebenstraße 7")
    assert "Nebenstraße 7" in reader.words
    reader.send(f"{second.id}/remove/")
    assert [address.fields["street"] for address in people.list_addresses(owner.id)] == ["Nebenstraße 7"]


def test_another_s_address_is_not_there(shelf: Shelf, owner: PersonView) -> None:
    kept = accounts.save_address(person_id=owner.id, country="DE", fields=HOME, now=NOW)
    stranger = Reader(person_id=build.person().id)
    assert stranger.open(f"/account/addresses/{kept.id}/").status == 404
    token = stranger.open("/account/").form("/choice/").fields["csrfmiddlewaretoken"]
    for act in ("", "remove/", "default/"):
        address = f"/account/addresses/{kept.id}/{act}"
        assert stranger.client.post(address, {"csrfmiddlewaretoken": token, **HOME}).status_code == 404
    assert people.list_addresses(owner.id) == (kept,)


def test_the_checkout_begins_with_the_address_book_and_adds_to_it(shelf: Shelf, owner: PersonView) -> None:
    reader = fill_cart(Reader(person_id=owner.id), shelf.shirt).open("/checkout")
    reader.send("/checkout", way="sandbox:tok_ok", keep_address="on", **HOME)
    assert "Thank you." in reader.words
    (kept,) = people.list_addresses(owner.id)
    assert (kept.country, kept.fields["city"], kept.is_default) == ("DE", "Berlin", True)

    accounts.save_address(person_id=owner.id, country="DE", fields={**HOME, "street": "Werkstatt 9"}, now=NOW)
    accounts.save_address(person_id=owner.id, country="ES", fields={**HOME, "street": "Calle 1"}, now=NOW)
    reader = fill_cart(Reader(person_id=owner.id), shelf.shirt).open("/checkout")
    form = reader.form("/checkout")
    assert (form.fields["email"], form.fields["street"]) == (owner.email, "Hauptstraße 5")
    assert "keep_address" not in form.fields  # It is in the book already.
    links = reader.page.xpath("//nav[@aria-label='Your addresses']/a")
    assert len(links) == 3  # Two in Germany, and another one.
    reader.open("/checkout" + links[1].get("href"))
    assert reader.form("/checkout").fields["street"] == "Werkstatt 9"
    assert not reader.open("/checkout?address=new").form("/checkout").fields["street"]


def test_a_person_takes_another_name(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader(person_id=owner.id).open("/account/profile/").send("/account/profile/", name="  Jutta  Müller ")
    assert "Saved." in reader.words
    assert people.get_person(owner.id).name == "Jutta Müller"
    reader.send("/account/profile/", name="x" * 201)
    assert reader.status == 422
    assert people.get_person(owner.id).name == "Jutta Müller"


def test_another_mailbox_counts_once_it_is_confirmed(shelf: Shelf, owner: PersonView, mailoutbox: list[Any]) -> None:
    reader = Reader(person_id=owner.id).open("/account/e-mail/")
    reader.send("/account/e-mail/", button="1", email="other@example.com")
    assert people.get_person(owner.id).email == owner.email
    (letter,) = [letter for letter in mailoutbox if letter.to == ["other@example.com"]]
    link = next(word for word in letter.body.split() if "/e-mail/confirm/" in word)
    reader.open(link.partition("testserver")[2])
    reader.send(next(form.get("action") for form in reader.page.forms if "/confirm/" in (form.get("action") or "")))
    assert people.get_person(owner.id).email == "other@example.com"


def test_everything_about_a_person_is_handed_out_in_one_file(shelf: Shelf, owner: PersonView) -> None:
    reader = order(shelf, Reader(person_id=owner.id), keep_address="on")
    number = reader.page.xpath("//h1/text()")[0].removeprefix("Order ")
    reader.open("/account/data/export/")
    assert reader.headers["Content-Disposition"] == 'attachment; filename="entrepot-my-data.json"'
    assert reader.headers["Cache-Control"] == "private, no-store"
    told = json.loads(reader.content)
    assert told["person"]["email"] == owner.email
    assert told["address_book"][0]["street"] == "Hauptstraße 5"
    assert [purchase["number"] for purchase in told["orders"]["purchases"]] == [number]
    assert told["orders"]["purchases"][0]["address"]["city"] == "Berlin"
    assert set(told) == {"person", "email_addresses", "address_book", "api_keys", "orders", "sellers"}


def test_an_account_is_closed_at_its_owner_s_word_and_password(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader(person_id=owner.id).open("/account/data/")
    reader.send("/account/data/erase/", password=build.PASSWORD)
    assert (reader.status, reader.faults()) == (422, ["This is needed."])
    reader.send("/account/data/erase/", password="wrong", is_sure="on")
    assert (reader.status, reader.faults()) == (422, ["This is not your password."])
    assert people.get_person(owner.id).is_active
    reader.send("/account/data/erase/", password=build.PASSWORD, is_sure="on")
    assert reader.address == "/"
    assert "Your data is erased and the account is closed." in reader.words
    assert not people.get_person(owner.id).is_active
    assert people.find_person(owner.email) is None
    assert reader.open("/account/").address.startswith("/account/sign-in/")


def test_nothing_is_erased_while_an_order_is_open(shelf: Shelf, owner: PersonView) -> None:
    reader = Reader(person_id=owner.id).open("/account/data/")
    form = dict(reader.form("/account/data/erase/").form_values())
    order(shelf, reader)
    reader.open("/account/data/")
    assert "1 order has not ended yet." in reader.words
    assert not [form for form in reader.page.forms if (form.get("action") or "").endswith("/erase/")]
    answer = reader.client.post("/account/data/erase/", {**form, "password": build.PASSWORD, "is_sure": "on"})
    assert answer.status_code == 409
    assert "Nothing was erased." in answer.content.decode()
    assert people.get_person(owner.id).email == owner.email
    assert sql.fetch_one("SELECT count(*) FROM orders_purchase WHERE contact = ''") == (0,)


def test_who_signs_in_at_the_checkout_finds_the_order_in_the_account(shelf: Shelf, owner: PersonView) -> None:
    reader = fill_cart(Reader(), shelf.shirt).open("/checkout")
    reader.open(reader.page.xpath("//main//a[.='Sign in']/@href")[0])
    reader.send("/account/sign-in/", login=owner.email, password=build.PASSWORD)
    assert reader.address == "/checkout"
    reader.send("/checkout", way="sandbox:tok_ok", **HOME)
    assert "Thank you." in reader.words
    assert len(reader.open("/account/orders/").page.xpath("//article")) == 1


def test_the_next_one_at_a_shared_browser_neither_sees_nor_fills_the_first_one_s_account(
    shelf: Shelf, owner: PersonView
) -> None:
    reader = fill_cart(Reader(person_id=owner.id), shelf.shirt).open("/checkout")
    reader.send("/checkout", way="sandbox:tok_ok", **{**BERLIN, "postal_code": "99"})  # Refused, but kept.
    reader.send("/checkout", postal_code="10115", shown_total="1")
    assert reader.status == 409
    reader.open("/account/sign-out/").send("/account/sign-out/")
    form = reader.open("/checkout").form("/checkout")
    assert not any(form.fields[name] for name in ("email", "name", "street"))
    reader.send("/checkout", way="sandbox:tok_ok", **{**BERLIN, "name": "Somebody Else"})
    assert "Thank you." in reader.words
    assert sql.fetch_all("SELECT person_id FROM orders_purchase") == [(None,)]
    assert len(Reader(person_id=owner.id).open("/account/orders/").page.xpath("//article")) == 0
