"""
Nothing that a stranger can send makes the public addresses fail: hypothesis writes requests from the OpenAPI document,
right ones, nearly right ones and wrong ones, and every answer is what the document promises or a problem document.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st

from entrepot.api import document, limits
from entrepot.catalog.queries import ListingView
from tests.api.client import Api
from tests.api.shop import ADDRESS, cart_body, seller_with_goods

pytestmark = pytest.mark.django_db

_DOCUMENT = document.build()
_PUBLIC = [
    (method.upper(), path, operation)
    for path, methods in _DOCUMENT["paths"].items()
    if not path.startswith("/api/v1/seller/")
    for method, operation in methods.items()
]
_ANY_TEXT = st.text(max_size=40)
_NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["\x00", "a\x00b", "\u202e", "'; DROP TABLE x; --", "%00", "1e309", "0" * 300, "\ud7ff", "\u0663"]),
    _ANY_TEXT,
    st.lists(st.none(), max_size=2),
    st.dictionaries(_ANY_TEXT, st.none(), max_size=2),
)


def _words(shirt: ListingView) -> dict[str, st.SearchStrategy[Any]]:
    """Values that the shop knows, by the name of the field: they lead past the first checks."""
    return {
        "sku": st.sampled_from([shirt.sku, "NOSUCH"]),
        "country": st.sampled_from(["DE", "BR", "US", "CN", "RU", "ZZ", "AQ"]),
        "origin": st.sampled_from(["CN", "DE"]),
        "currency": st.sampled_from(["EUR", "BRL", "JPY", "KWD", "ZZZ"]),
        "language": st.sampled_from(["en", "ar", "zh-Hans", "xx"]),
        "quantity": st.integers(1, 999),
        "listing_id": st.sampled_from([str(shirt.id)]),
        "region": st.sampled_from(["", "SP", "BR-SP", "CA", "nowhere"]),
        "postal_code": st.sampled_from(["", "10969", "01310-100", "x"]),
        "import_ids": st.dictionaries(st.sampled_from(["cpf", "nope"]), _ANY_TEXT, max_size=2),
        "address": st.just(ADDRESS),
        "method": st.sampled_from(["sandbox", "barter"]),
        "page": st.sampled_from([1, 2, 10_000]),
    }


def _from_schema(
    schema: dict[str, Any], words: dict[str, st.SearchStrategy[Any]], name: str = ""
) -> st.SearchStrategy[Any]:
    """Return values of a schema: mostly fitting, now and then anything at all."""
    return st.integers(0, 11).flatmap(lambda dice: _NASTY if dice == 0 else _fitting(schema, words, name))


def _fitting(schema: dict[str, Any], words: dict[str, st.SearchStrategy[Any]], name: str) -> st.SearchStrategy[Any]:
    if name in words:
        return words[name]
    if "$ref" in schema:
        return _fitting(_DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], words, name)
    if "anyOf" in schema:
        return st.one_of([_fitting(option, words, name) for option in schema["anyOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema.get("type")
    if kind == "null":
        return st.none()
    if kind == "boolean":
        return st.booleans()
    if kind == "integer":
        return st.integers(schema.get("minimum"), schema.get("maximum"))
    if kind == "array":
        items = _from_schema(schema["items"], words, name)
        return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 3), 3))
    if kind == "object" and "properties" in schema:
        return _object(schema, words)
    if kind == "object":
        return st.dictionaries(_ANY_TEXT, _ANY_TEXT, max_size=2)
    if "pattern" in schema:
        return st.one_of(st.from_regex(schema["pattern"]).map(lambda text: text[:60]), _ANY_TEXT)
    return _ANY_TEXT


def _object(schema: dict[str, Any], words: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    fields = {name: _from_schema(found, words, name) for name, found in schema["properties"].items()}
    required = set(schema.get("required", ()))
    fitting = st.fixed_dictionaries(
        {name: found for name, found in fields.items() if name in required},
        optional={name: found for name, found in fields.items() if name not in required},
    )
    broken = st.dictionaries(st.one_of(st.sampled_from(sorted(fields)), _ANY_TEXT), _NASTY, max_size=4)
    return st.integers(0, 19).flatmap(lambda dice: broken if dice == 0 else fitting)


def _requests(words: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[tuple[str, str, bytes, dict[str, str]]]:
    return st.sampled_from(_PUBLIC).flatmap(lambda found: _request(*found, words))


def _request(
    method: str, path: str, operation: dict[str, Any], words: dict[str, st.SearchStrategy[Any]]
) -> st.SearchStrategy[tuple[str, str, bytes, dict[str, str]]]:
    parameters = {
        place: {
            found["name"]: _from_schema(found["schema"], words, found["name"])
            for found in operation["parameters"]
            if found["in"] == place
        }
        for place in ("path", "query", "header")
    }
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    content = st.just(b"")
    if body:
        whole = _from_schema(body["schema"], words).map(lambda value: json.dumps(value).encode())
        content = st.integers(0, 19).flatmap(lambda dice: st.binary(max_size=30) if dice == 0 else whole)
    return st.tuples(
        st.just(method),
        st.tuples(
            st.fixed_dictionaries(parameters["path"]), st.fixed_dictionaries({}, optional=parameters["query"])
        ).map(lambda found: _address(path, *found)),
        content,
        st.fixed_dictionaries({}, optional=parameters["header"]).map(_headers),
    )


def _address(path: str, named: dict[str, Any], query: dict[str, Any]) -> str:
    filled = path.format_map({name: quote(str(value), safe="") or "-" for name, value in named.items()})
    return f"{filled}?{urlencode({name: str(value) for name, value in query.items()})}" if query else filled


def _headers(found: dict[str, Any]) -> dict[str, str]:
    # What HTTP itself cannot carry in a header never reaches us.
    return {
        name: str(value).encode("latin-1", "ignore").decode("latin-1").replace("\n", "").replace("\r", "")
        for name, value in found.items()
    }


def test_no_request_makes_the_public_addresses_fail(client: Client) -> None:
    _, shirt = seller_with_goods("CN")
    api = Api(client)
    cart = api.post("/carts", cart_body(shirt)).json
    words = _words(shirt)
    words |= {
        "cart_id": st.sampled_from([cart["id"], "01930000-0000-7000-8000-000000000000"]),
        "token": st.sampled_from([cart["token"], "tok_ok", "tok_decline", "wrong"]),
        "X-Cart-Token": st.sampled_from([cart["token"], "wrong"]),
    }
    seen: set[tuple[str, str, int]] = set()

    @settings(suppress_health_check=list(HealthCheck), deadline=None)
    @given(_requests(words))
    def walk(request: tuple[str, str, bytes, dict[str, str]]) -> None:
        method, address, body, headers = request
        limits.writes._buckets.clear()
        found = api.call(method, address, body, headers)
        assert found.status < 500
        seen.add((method, address.partition("?")[0], found.status))

    walk()
    assert any(status < 400 for _, _, status in seen), "some requests were right"
    assert any(status >= 400 for _, _, status in seen), "some requests were wrong"
