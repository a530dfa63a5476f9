"""The API as its callers see it; every answer is held against the schema that the OpenAPI document promises."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from django.http import HttpResponse
from django.test import Client
from django.urls import resolve

from entrepot.accounts import operations as accounts
from entrepot.api.schemas.base import ProblemDocument
from entrepot.api.service import api as service
from entrepot.sellers.queries import SellerView
from tests.builders import sellers as build_sellers
from tests.builders.accounts import NOW

SCOPES = ("listings:read", "listings:write", "orders:read", "orders:write", "payouts:read")


@dataclass(frozen=True)
class Answer:
    """An answer with its status, its JSON and its headers."""

    status: int
    json: Any
    response: HttpResponse

    @property
    def code(self) -> str:
        """The code of a problem document."""
        return str(self.json["code"])


class Api:
    """Calls addresses under /api/v1 and refuses answers that the document does not promise."""

    def __init__(self, client: Client, headers: dict[str, str] | None = None) -> None:
        self.client = client
        self.headers = headers or {}

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Call an address; a body is sent as JSON, bytes as they are."""
        address = path if path.startswith("/api/") else f"/api/v1{path}"
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        response = self.client.generic(
            method, address, content, content_type="application/json", headers={**self.headers, **(headers or {})}
        )
        return checked(method, address, response)

    def get(self, path: str, **headers: str) -> Answer:
        return self.call("GET", path, headers=headers)

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        return self.call("POST", path, body, headers)

    def put(self, path: str, body: Any) -> Answer:
        return self.call("PUT", path, body)

    def patch(self, path: str, body: Any, headers: dict[str, str] | None = None) -> Answer:
        return self.call("PATCH", path, body, headers)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)


def checked(method: str, address: str, response: HttpResponse) -> Answer:
    """Return an answer after holding it against the document: its schema, or a whole problem document."""
    if response.status_code >= 400:
        assert response.headers["Content-Type"] == "application/problem+json", response.content[:500]
        problem = json.loads(response.content)
        ProblemDocument.model_validate(problem)
        assert problem["status"] == response.status_code
        assert unquote(problem["instance"]) == unquote(address.partition("?")[0])
        return Answer(response.status_code, problem, response)
    model = _promised(method, address, response.status_code)
    if model is None:
        assert response.content == b""
        return Answer(response.status_code, None, response)
    if not response.headers["Content-Type"].startswith("application/json"):
        return Answer(response.status_code, None, response)
    found = json.loads(response.content)
    model.model_validate({"response": found})
    return Answer(response.status_code, found, response)


def _promised(method: str, address: str, status: int) -> Any:
    pattern = resolve(address.partition("?")[0]).route.removeprefix("api/v1/")
    for router in service._get_bound_routers():
        for path, view in router.path_operations.items():
            route = "/".join(part.strip("/") for part in (router.prefix, path) if part.strip("/"))
            if route.replace("{", "<").replace("}", ">") == pattern:
                operation = next(found for found in view.operations if method in found.methods)
                assert status in operation.response_models, f"{method} {address} answered {status}"
                return operation.response_models[status]
    raise AssertionError(f"{address} is no address of the API")


def api_of(seller: SellerView, *scopes: str, now: datetime = NOW) -> Api:
    """Return a seller's own API, with all scopes when none is named."""
    _, secret = accounts.issue_api_key(
        seller_id=seller.id,
        person_id=build_sellers.owner_of(seller),
        name="test",
        scopes=list(scopes or SCOPES),
        now=now,
    )
    return Api(Client(), {"Authorization": f"Bearer {secret}"})
