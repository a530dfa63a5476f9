"""Whatever is sent, the answer is a document: what the address promises, or a problem with a stable code."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory

from entrepot.api import limits
from entrepot.ui.limits import RateLimit, sender_of
from tests.api.client import Api, api_of
from tests.builders import sellers as build_sellers

pytestmark = pytest.mark.django_db

CART = {"country": "DE", "currency": "EUR", "lines": [{"sku": "ABC", "quantity": 1}]}


def test_an_unknown_address_is_a_problem(api: Api) -> None:
    found = api.call("GET", "/nothing-here")
    assert (found.status, found.code) == (404, "not_found")


def test_a_method_that_an_address_does_not_know_is_a_problem_that_names_those_it_does(api: Api) -> None:
    found = api.call("DELETE", "/carts")
    assert (found.status, found.code) == (405, "method_not_allowed")
    assert found.response.headers["Allow"] == "POST"


@pytest.mark.parametrize("body", [b"{", b"", b"\xff\xfe", b'{"country": NaN}', b'"\\ud800"', b"[" * 5000])
def test_a_body_that_is_no_json_is_a_problem(api: Api, body: bytes) -> None:
    found = api.call("POST", "/carts", body)
    assert found.status in (400, 422)
    assert found.code in ("malformed_body", "invalid_field")


def test_a_body_that_is_too_large_is_a_problem(api: Api) -> None:
    found = api.call("POST", "/carts", json.dumps({"x": "y" * 5_000_000}).encode())
    assert (found.status, found.code) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"country": "Germany"}, "country", "string_pattern_mismatch"),
        ({"country": 7}, "country", "string_type"),
        ({"currency": None}, "currency", "string_type"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
        ({"lines": []}, "lines", "too_short"),
        ({"lines": [{"sku": "A", "quantity": "2"}]}, "lines.0.quantity", "int_type"),
        ({"lines": [{"sku": "A", "quantity": 1.5}]}, "lines.0.quantity", "int_type"),
        ({"lines": [{"sku": "A", "quantity": True}]}, "lines.0.quantity", "int_type"),
        ({"lines": [{"sku": "A", "quantity": 0}]}, "lines.0.quantity", "greater_than_equal"),
        ({"lines": [{"sku": "A", "quantity": 10**12}]}, "lines.0.quantity", "less_than_equal"),
        ({"lines": [{"sku": "\x00", "quantity": 1}]}, "lines.0.sku", "string_pattern_mismatch"),
        ({"email": "not an address"}, "email", "string_pattern_mismatch"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email", "string_pattern_mismatch"),
        ({"address": {"name": "A\x00", "street": "S", "country": "DE"}}, "address.name", "string_pattern_mismatch"),
        ({"address": {"street": "S", "country": "DE"}}, "address.name", "missing"),
    ],
)
def test_a_field_that_cannot_be_taken_is_named(api: Api, change: dict, field: str, reason: str) -> None:  # type: ignore[type-arg]
    found = api.post("/carts", {**CART, **change})
    assert (found.status, found.code) == (422, "invalid_field")
    assert (found.json["errors"][0]["field"], found.json["errors"][0]["reason"]) == (field, reason)


def test_numbers_of_any_size_are_refused_and_not_counted(api: Api) -> None:
    huge = b'{"country":"DE","currency":"EUR","lines":[{"sku":"A","quantity":1' + b"0" * 400 + b"}]}"
    assert api.call("POST", "/carts", huge).status in (400, 422)


@pytest.mark.parametrize("cart_id", ["7", "not-a-uuid", "00000000-0000-0000-0000-00000000000g", "%00", "a" * 300])
def test_an_id_that_cannot_be_one_names_nothing(api: Api, cart_id: str) -> None:
    found = api.get(f"/carts/{cart_id}")
    assert (found.status, found.code) == (404, "not_found")


def test_a_cart_is_not_there_without_its_token(api: Api) -> None:
    address = "/carts/01930000-0000-7000-8000-000000000000"
    assert api.get(address).code == "cart_token_missing"
    assert api.get(f"{address}?token=wrong").code == "not_found"
    assert Api(Client(), {"Authorization": "Bearer wrong"}).get(address).code == "not_found"


def test_placing_without_an_idempotency_key_is_refused(api: Api) -> None:
    body = {
        "shown_total": {"amount": "1.00", "currency": "EUR"},
        "payment": {"method": "sandbox", "token": "tok_ok"},
        "token": "x",
    }
    address = "/carts/01930000-0000-7000-8000-000000000000/place"
    found = api.post(address, body)
    assert (found.status, found.code) == (400, "idempotency_key_missing")
    assert api.post(address, body, {"Idempotency-Key": "k" * 201}).code == "idempotency_key_missing"
    assert api.post(address, body, {"Idempotency-Key": "two words"}).code == "idempotency_key_missing"
    assert api.post(address, body, {"Idempotency-Key": "a-key"}).code == "not_found"


def test_a_sellers_address_wants_a_key(api: Api) -> None:
    found = api.get("/seller/me")
    assert (found.status, found.code) == (401, "unauthenticated")
    assert found.response.headers["WWW-Authenticate"] == 'Bearer realm="entrepot"'
    wrong = Api(Client(), {"Authorization": "Bearer ek_live_wrong"})
    assert wrong.get("/seller/me").code == "unauthenticated"
    odd = Api(Client(), {"Authorization": "Basic xyz"})
    assert odd.get("/seller/me").code == "unauthenticated"


def test_a_key_reaches_only_what_its_scopes_name() -> None:
    seller = build_sellers.approved_seller("CN")
    reading = api_of(seller, "listings:read")
    assert reading.get("/seller/me").json["scopes"] == ["listings:read"]
    assert reading.get("/seller/listings").status == 200
    found = reading.put("/seller/stock", {"rows": [{"seller_sku": "A", "stock": 1}]})
    assert (found.status, found.code, found.json["scope"]) == (403, "scope_missing", "listings:write")


def test_who_writes_too_fast_is_told_how_long_to_wait(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "writes", RateLimit(per_minute=2))
    assert [api.post("/carts", {}).status for _ in range(3)] == [422, 422, 429]
    found = api.post("/carts", {})
    assert (found.code, found.json["retry_after"]) == ("too_many_requests", 30)
    assert found.response.headers["Retry-After"] == "30"
    assert api.get("/categories").status == 200


def test_behind_proxies_of_the_operators_own_writes_count_for_the_address_that_the_outermost_saw(
    rf: RequestFactory, settings: Any
) -> None:
    forged = rf.post("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.7, 10.0.0.2")
    assert sender_of(forged) == "10.0.0.1"
    settings.TRUSTED_PROXIES = 2
    assert sender_of(forged) == "203.0.113.7"
    assert sender_of(rf.post("/", REMOTE_ADDR="10.0.0.1")) == "10.0.0.1"


def test_a_bucket_refills_evenly_and_full_ones_are_forgotten() -> None:
    bucket = RateLimit(per_minute=60)
    assert [bucket.take("a", now=0.0) for _ in range(60)] == [0] * 60
    assert bucket.take("a", now=0.0) == 1
    assert bucket.take("a", now=1.0) == 0
    assert bucket.take("a", now=1.0) == 1
    bucket._forget_full(now=100.0, rate=1.0)
    assert bucket._buckets == {}


def test_a_fault_of_ours_is_a_problem_without_details(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    from entrepot.catalog import queries as catalog

    def broken(language: str) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(catalog, "list_categories", broken)
    found = api.get("/categories")
    assert (found.status, found.code) == (500, "unexpected")
    assert "secret" not in found.response.content.decode()


def test_a_problem_speaks_the_language_that_the_request_asks_for(api: Api) -> None:
    from django.utils.translation import gettext, override

    found = api.call("POST", "/carts", {**CART, "country": "Germany"}, {"Accept-Language": "ar;q=0.9, en;q=0.5"})
    with override("ar"):
        title, fault = gettext("Some of the input cannot be taken."), gettext("This is not written as it should be.")
    assert title != "Some of the input cannot be taken."
    assert (found.status, found.code, found.json["title"]) == (422, "invalid_field", title)
    assert found.json["detail"] == f"country: {fault}"
    assert found.json["errors"] == [{"field": "country", "reason": "string_pattern_mismatch", "message": fault}]
    assert found.response.headers["Content-Language"] == "ar"
    assert "Accept-Language" in found.response.headers["Vary"]


def test_a_problem_is_english_where_no_language_of_ours_is_asked_for(api: Api) -> None:
    found = api.call("GET", "/carts/7", None, {"Accept-Language": "ja"})
    assert found.json["title"] == found.json["detail"] == "There is nothing here under this name."
    assert found.response.headers["Content-Language"] == "en"
