"""Logging in through allauth with our people, and what the read-only admin lets through."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.core.cache import cache
from django.test import Client

from entrepot.accounts import operations
from entrepot.accounts.models import Person
from entrepot.kernel.admin import ReadOnlyAdmin
from tests.builders import accounts, sellers
from tests.builders.accounts import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


@pytest.fixture(autouse=True)
def plain_pages(settings):
    """Bare pages in place of the shop's, which need the whole shop's addresses; and rate limits that begin anew."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    (engine,) = settings.TEMPLATES
    bare = dict.fromkeys(("account/login.html", "account/signup.html", "429.html"), "{{ form.errors }}")
    loaders = [
        ("django.template.loaders.locmem.Loader", bare),
        "django.template.loaders.app_directories.Loader",
    ]
    kept = {name: value for name, value in engine.items() if name != "APP_DIRS"}
    settings.TEMPLATES = [{**kept, "OPTIONS": {**engine["OPTIONS"], "loaders": loaders}}]
    cache.clear()
    yield
    cache.clear()


def _log_in(client: Client, email: str, password: str):
    return client.post("/account/login/", {"login": email, "password": password})


def test_a_person_logs_in_by_mailbox_whatever_its_capitals(client):
    person = accounts.person(email="maria@example.com", password=PASSWORD)

    answer = _log_in(client, "Maria@Example.com", PASSWORD)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(person.id)


@pytest.mark.parametrize(
    ("email", "password"), [("maria@example.com", "wrong password"), ("nobody@example.com", PASSWORD)]
)
def test_a_wrong_log_in_is_refused(client, email, password):
    accounts.person(email="maria@example.com", password=PASSWORD)

    answer = _log_in(client, email, password)

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_guessing_a_password_is_stopped_even_when_it_comes_right(client):
    accounts.person(email="maria@example.com", password=PASSWORD)
    for _ in range(5):
        _log_in(client, "maria@example.com", "wrong password")

    answer = _log_in(client, "maria@example.com", PASSWORD)

    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_trying_many_mailboxes_from_one_place_is_stopped(client):
    accounts.person(email="maria@example.com", password=PASSWORD)
    for number in range(10):
        _log_in(client, f"nobody-{number}@example.com", "wrong password")

    _log_in(client, "maria@example.com", PASSWORD)

    assert "_auth_user_id" not in client.session


def test_behind_our_proxy_each_visitor_is_counted_alone(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    accounts.person(email="maria@example.com", password=PASSWORD)
    for number in range(10):
        client.post(
            "/account/login/",
            {"login": f"nobody-{number}@example.com", "password": "wrong password"},
            headers={"X-Forwarded-For": "198.51.100.7"},
        )

    answer = client.post(
        "/account/login/",
        {"login": "maria@example.com", "password": PASSWORD},
        headers={"X-Forwarded-For": "198.51.100.7, 203.0.113.9"},  # What a visitor claims stands to the left.
    )

    assert answer.status_code == 302


def test_an_erased_person_cannot_log_in(client, now):
    person = accounts.person(email="maria@example.com", password=PASSWORD)
    operations.erase_person(person_id=person.id, actor="system", now=now)

    _log_in(client, "maria@example.com", PASSWORD)
    _log_in(client, f"erased-{person.id}@erased.invalid", PASSWORD)

    assert "_auth_user_id" not in client.session


def test_a_person_signs_up_with_mailbox_and_password_alone(client):
    answer = client.post("/account/signup/", {"email": "New@Example.com", "password1": PASSWORD})

    assert answer.status_code == 302
    person = Person.objects.get()
    assert (person.email, person.is_staff, person.is_superuser) == ("new@example.com", False, False)
    assert client.session["_auth_user_id"] == str(person.id)


def test_signing_up_under_a_mailbox_that_is_taken_makes_nobody(client):
    accounts.person(email="maria@example.com", password=PASSWORD)

    client.post("/account/signup/", {"email": "MARIA@example.com", "password1": PASSWORD})

    assert Person.objects.count() == 1
    assert "_auth_user_id" not in client.session


def test_the_admin_has_no_log_in_of_its_own(client):
    answer = client.post("/admin/login/", {"username": "x", "password": "y"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_admin_is_closed_to_who_is_no_operator(client):
    accounts.person(email="maria@example.com", password=PASSWORD)
    _log_in(client, "maria@example.com", PASSWORD)

    assert client.get("/admin/").status_code in (302, 403)
    assert client.get("/admin/accounts/person/").status_code in (302, 403)


def test_an_operator_reads_in_the_admin_and_changes_nothing(client):
    accounts.operator(email="olga@example.com", password=PASSWORD)
    seller = sellers.approved_seller("IT")
    _log_in(client, "olga@example.com", PASSWORD)

    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/sellers/seller/").status_code == 200
    page = client.get(f"/admin/sellers/seller/{seller.id}/change/")
    assert page.status_code == 200
    assert seller.legal_name in page.content.decode()
    assert client.post(f"/admin/sellers/seller/{seller.id}/change/", {"state": "suspended"}).status_code == 403
    assert client.post(f"/admin/sellers/seller/{seller.id}/delete/", {"post": "yes"}).status_code == 403
    assert client.get("/admin/sellers/seller/add/").status_code == 403
    assert client.post("/admin/accounts/person/add/", {"email": "x@example.com"}).status_code == 403


def test_every_page_of_the_admin_opens_and_shows_no_secret(client):
    accounts.operator(email="olga@example.com", password=PASSWORD)
    seller = sellers.approved_seller("CN")
    owner_id = sellers.owner_of(seller)
    operations.issue_api_key(
        seller_id=seller.id, person_id=owner_id, name="key", scopes=["orders:read"], now=seller.created_at
    )
    _log_in(client, "olga@example.com", PASSWORD)
    ours = [model for model in admin.site._registry if model._meta.app_label in ("accounts", "sellers")]

    assert {model._meta.model_name for model in ours} == {
        "person",
        "apikey",
        "savedaddress",
        "seller",
        "registration",
        "businessid",
        "document",
        "bankaccount",
        "store",
        "member",
        "invitation",
    }
    for model in ours:
        assert isinstance(admin.site._registry[model], ReadOnlyAdmin)
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.get(base).status_code == 200
        for row in model.objects.all()[:2]:
            text = client.get(f"{base}{row.pk}/change/").content.decode()
            assert "gAAAAA" not in text  # A Fernet token.
            assert "md5$" not in text  # A password.
            assert "sha256" not in text or model._meta.model_name == "document"
