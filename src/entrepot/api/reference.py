"""The reference page's content, read from the OpenAPI document: groups of operations, schemas, problem codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from entrepot.api import document
from entrepot.api.problems import status_of
from entrepot.kernel.errors import DomainError


@dataclass(frozen=True, slots=True)
class Type:
    """A type in words, such as "list of Part or null"; `schema` names the schema to link to."""

    before: str
    schema: str
    after: str


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    place: str
    type: Type
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Result:
    status: str
    meaning: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class Endpoint:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    scope: str
    parameters: tuple[Field, ...]
    body: Type | None
    results: tuple[Result, ...]


@dataclass(frozen=True, slots=True)
class Group:
    anchor: str
    name: str
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    name: str
    meaning: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    code: str
    status: int
    summary: str


@dataclass(frozen=True, slots=True)
class Reference:
    title: str
    version: str
    introduction: str
    groups: tuple[Group, ...]
    schemas: tuple[Schema, ...]
    problems: tuple[Problem, ...]


@cache
def build() -> Reference:
    """Return the page's content; the same for the life of the process."""
    described = document.build()
    groups: dict[str, list[Endpoint]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            groups.setdefault(operation["tags"][0], []).append(_endpoint(path, method, operation))
    info = described["info"]
    return Reference(
        title=info["title"],
        version=info["version"],
        introduction=info["description"],
        groups=tuple(
            Group(anchor=name.lower().replace(": ", "-"), name=name, endpoints=tuple(endpoints))
            for name, endpoints in sorted(groups.items(), key=lambda item: (item[0].startswith("Seller"), item[0]))
        ),
        schemas=tuple(_schema(name, found) for name, found in described["components"]["schemas"].items()),
        problems=tuple(sorted(_problems(), key=lambda found: found.code)),
    )


def _endpoint(path: str, method: str, operation: Mapping[str, Any]) -> Endpoint:
    security = operation.get("security") or [{}]
    scopes: list[str] = next(iter(security[0].values()), [])
    body = operation.get("requestBody", {}).get("content", {})
    return Endpoint(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=", ".join(scopes) if scopes else ("any key" if operation.get("security") else ""),
        parameters=tuple(
            Field(found["name"], found["in"], _type(found["schema"]), found["required"], found.get("description", ""))
            for found in operation["parameters"]
        ),
        body=next((_type(media["schema"]) for media in body.values()), None),
        results=tuple(
            Result(status, found["description"], _result_type(found))
            for status, found in operation["responses"].items()
        ),
    )


def _result_type(response: Mapping[str, Any]) -> Type | None:
    for media_type, media in response.get("content", {}).items():
        return _type(media["schema"]) if "schema" in media else Type(media_type, "", "")
    return None


def _schema(name: str, found: Mapping[str, Any]) -> Schema:
    required = set(found.get("required", ()))
    return Schema(
        name=name,
        meaning=found.get("description", ""),
        fields=tuple(
            Field(field, "", _type(details), field in required, details.get("description", ""))
            for field, details in found.get("properties", {}).items()
        ),
    )


def _type(found: Mapping[str, Any]) -> Type:
    if "$ref" in found:
        return Type("", found["$ref"].rsplit("/", 1)[-1], "")
    if "anyOf" in found:
        options = [_type(option) for option in found["anyOf"]]
        linked = next((option for option in options if option.schema), options[0])
        others = [option.before for option in options if option is not linked]
        return Type(linked.before, linked.schema, " or ".join([linked.after, *others]).replace("  ", " "))
    if found.get("type") == "array":
        item = _type(found["items"]) if "items" in found else Type("values", "", "")
        return Type(f"list of {item.before}", item.schema, item.after)
    if "enum" in found:
        return Type(" | ".join(f'"{value}"' for value in found["enum"]), "", "")
    if "const" in found:
        return Type(f'"{found["const"]}"', "", "")
    if found.get("type") == "object":
        values = found.get("additionalProperties")
        inner = _type(values) if isinstance(values, Mapping) else Type("any value", "", "")
        return Type(f"object of {inner.before}", inner.schema, inner.after)
    words = {"uuid": "UUID", "date": "date", "date-time": "time", "binary": "file"}
    return Type(words.get(found.get("format", ""), str(found.get("type", "any value"))), "", "")


def _problems() -> Iterator[Problem]:
    told: set[str] = set()
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        error = waiting.pop()
        waiting.extend(error.__subclasses__())
        code = getattr(error, "code", None)
        if code and code not in told:
            told.add(code)
            yield Problem(code, status_of(error), error.summary)
