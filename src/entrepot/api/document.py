"""The OpenAPI document: what django-ninja derives, with refusals and scopes, which it cannot know."""

from __future__ import annotations

from functools import cache
from typing import Any

import orjson

from entrepot.api.access import ApiKeyAuth
from entrepot.api.problems import CONTENT_TYPE
from entrepot.api.schemas.base import ProblemDocument
from entrepot.api.service import PREFIX, api


def build() -> dict[str, Any]:
    """Return the document; the same code always gives the same one, member for member."""
    document: dict[str, Any] = dict(api.get_openapi_schema(path_prefix=PREFIX))
    components = document["components"]
    components["schemas"]["Problem"] = ProblemDocument.model_json_schema(mode="serialization")
    components["schemas"] = dict(sorted(components["schemas"].items()))
    refusal = {
        "description": "Refused: a problem document",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    scopes = _scopes()
    for methods in document["paths"].values():
        for operation in methods.values():
            if scope := scopes.get(operation["operationId"]):
                operation["security"] = [{ApiKeyAuth.__name__: [scope]}]
            operation["responses"] = {
                **{str(status): value for status, value in operation["responses"].items()},
                "default": refusal,
            }
    document["paths"] = dict(sorted(document["paths"].items()))
    document.pop("servers")
    plain: dict[str, Any] = orjson.loads(orjson.dumps(document, default=str))
    return plain


def _scopes() -> dict[str, str]:
    return {
        api.get_openapi_operation_id(operation): auth.scope
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for operation in view.operations
        for auth in operation.auth_callbacks
        if isinstance(auth, ApiKeyAuth) and auth.scope
    }


@cache
def as_json() -> bytes:
    """Return the document as the server gives it and as `docs/openapi.json` keeps it."""
    return orjson.dumps(build(), option=orjson.OPT_INDENT_2) + b"\n"
