"""`POST /quotes` works out goods that nobody listed, as `entrepot quote` does."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.api.client import Api

pytestmark = pytest.mark.django_db

BRAZIL = {
    "from": "CN",
    "to": "BR",
    "currency": "USD",
    "on": "2026-11-22",
    "items": [{"hs": "620342", "value": "50.00", "quantity": 1, "weight_g": 400}],
    "delivery": "0",
    "channel": "registered",
}


def by_command(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("quote", *arguments, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_the_answer_is_the_commands(api: Api) -> None:
    found = api.post("/quotes", BRAZIL).json
    assert (found["regime"], found["duty"], found["tax"], found["total"], found["sure"]) == (
        "BR-RC-le50", "10.00", "12.29", "72.29", True,
    )  # fmt: skip
    assert found == by_command(
        "--from", "CN", "--to", "BR", "--currency", "USD", "--on", "2026-11-22",
        "--item", "hs=620342,value=50.00,quantity=1,weight_g=400", "--delivery", "0", "--channel", "registered",
    )  # fmt: skip


def test_rates_of_duty_and_exchange_may_be_given_as_text_or_number(api: Api) -> None:
    body = {"from": "CN", "to": "BR", "currency": "BRL", "items": [{"value": 330}], "fx": {"USD/BRL": "5.50"}}
    assert api.post("/quotes", body).json == by_command(
        "--from", "CN", "--to", "BR", "--currency", "BRL", "--item", "value=330", "--fx", "USD/BRL=5.50"
    )
    body = {"from": "CN", "to": "DE", "items": [{"hs": "8708.99", "value": "200"}], "duty_rate": "4.5"}
    assert (api.post("/quotes", body).json["duty"], api.post("/quotes", {**body, "duty_rate": 4.5}).json["tax"]) == (
        "9.00", "39.71",
    )  # fmt: skip


@pytest.mark.parametrize(("from_postal_code", "from_region"), [("35001", ""), ("", "ES-CN")])
def test_the_senders_place_counts(api: Api, from_postal_code: str, from_region: str) -> None:
    body = {"from": "ES", "to": "DE", "items": [{"hs": "610910", "value": "200"}], "channel": "post"}
    islands = api.post("/quotes", {**body, "from_postal_code": from_postal_code, "from_region": from_region}).json
    assert (islands["regime"], islands["duty"], islands["tax"]) == ("DE-union-territory", "0.00", "38.00")
    assert islands == by_command(
        "--from", "ES", "--to", "DE", "--item", "hs=610910,value=200", "--channel", "post",
        "--from-postal-code", from_postal_code, "--from-region", from_region,
    )  # fmt: skip
    assert api.post("/quotes", body).json["regime"] == "EU-distance-OSS"


def test_words_are_in_the_language_that_is_asked_for(api: Api) -> None:
    parts = api.post("/quotes", {**BRAZIL, "language": "es"}).json["parts"]
    assert parts[0]["label"] != api.post("/quotes", BRAZIL).json["parts"][0]["label"]


def test_a_sanction_is_told_beside_the_price(api: Api) -> None:
    found = api.post("/quotes", {"from": "CN", "to": "KP", "items": [{"value": "10"}]}).json
    assert found["corridor"]["open"] is False
    assert found["corridor"]["reason"]


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"from": "ZZ"}, "from", "unknown_country"),
        ({"to": "XX"}, "to", "unknown_country"),
        ({"to": None}, "to", "string_type"),
        ({"currency": "XXX"}, "currency", "no_exchange_rate"),
        ({"items": []}, "items", "too_short"),
        ({"items": [{"value": "1.234"}]}, "items.0.value", "too_many_decimals"),
        ({"items": [{"value": "-1"}]}, "items.0.value", "string_pattern_mismatch"),
        ({"items": [{"value": "999999999999"}]}, "items.0.value", "out_of_range"),
        ({"items": [{"value": "1", "hs": "12.34."}]}, "items.0.hs", "hs_code"),
        ({"items": [{"value": "1", "colour": "red"}]}, "items.0.colour", "extra_forbidden"),
        ({"items": [{"value": "1", "origin": "XX"}]}, "items.0.origin", "unknown_country"),
        ({"channel": "rocket"}, "channel", "literal_error"),
        ({"duty_rate": "1001"}, "duty_rate", "out_of_range"),
        ({"fx": {"USD/BRL": "0"}}, "fx", "out_of_range"),
        ({"fx": {"EUR/EUR": "2"}}, "fx", "twice"),
        ({"lines": []}, "lines", "extra_forbidden"),
    ],
)
def test_what_cannot_be_taken_is_told_by_field(api: Api, change: dict[str, Any], field: str, reason: str) -> None:
    found = api.call("POST", "/quotes", {**BRAZIL, **change})
    assert (found.status, found.code) == (422, "invalid_field")
    assert {"field": field, "reason": reason}.items() <= found.json["errors"][0].items()


def test_goods_that_may_not_travel_are_refused(api: Api) -> None:
    found = api.call("POST", "/quotes", {**BRAZIL, "items": [{"hs": "930400", "value": "10"}]})
    assert (found.status, found.code) == (409, "not_sellable")


@pytest.mark.parametrize("country", ["AF", "AQ", "CA", "DE", "GB", "IT", "JE", "MC", "US", "XK", "ZA"])
def test_the_command_and_the_address_agree_wherever_it_goes(api: Api, country: str) -> None:
    if country == "XK":  # No code of ISO 3166-1: both refuse it.
        assert api.call("POST", "/quotes", {**BRAZIL, "to": country}).status == 422
        return
    body = {"from": "TR", "to": country, "items": [{"hs": "610910", "value": "20"}, {"value": "500", "quantity": 3}]}
    goods = ("--item", "hs=610910,value=20", "--item", "value=500,quantity=3")
    assert api.post("/quotes", body).json == by_command("--from", "TR", "--to", country, *goods)
