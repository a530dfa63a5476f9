"""How answers are written: JSON by orjson, amounts as decimal strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from entrepot.kernel.money import Money, minor_digits

JSON = "application/json"
PDF = "application/pdf"
# Answers hold secrets and prices of the moment: no cache on the way may keep them.
_NOT_KEPT = {"Cache-Control": "no-store"}

_DIVISORS = {digits: 10**digits for digits in range(5)}


def amount(minor: int, currency: str) -> str:
    """Return minor units as the plain decimal string of major units that the API speaks ("12.50", "1980")."""
    digits = minor_digits(currency)
    if digits == 0:
        return str(minor)
    whole, part = divmod(abs(minor), _DIVISORS[digits])
    return f"{'-' if minor < 0 else ''}{whole}.{part:0{digits}d}"


def money(value: Money) -> dict[str, str]:
    """Return money as the API's pair of amount and currency."""
    return {"amount": amount(value.minor, value.currency), "currency": value.currency}


def plain(value: Any) -> Any:
    """Return what orjson cannot write by itself as something that it can (its `default`)."""
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}  # Shallow: each Money is met above.
    return str(value)


def to_json(payload: Any) -> bytes:
    """Return the payload as JSON; Money becomes {"amount", "currency"} and Decimal a string."""
    # Dataclasses pass through `plain`, so that a Money is never written as its minor units.
    return orjson.dumps(payload, default=plain, option=orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS)


def answer(payload: Any, *, status: int = 200) -> HttpResponse:
    """
    Return the HTTP answer of a payload.

    Endpoints build plain values and return this, so that nothing is validated twice; tests hold every answer against
    the schema that the OpenAPI document promises.
    """
    return HttpResponse(to_json(payload), status=status, content_type=JSON, headers=_NOT_KEPT)


class OrjsonParser(Parser):
    """Reads request bodies; orjson refuses NaN, lone surrogates and nesting beyond 1,024 levels by itself."""

    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


class OrjsonRenderer(BaseRenderer):
    """Writes the few answers that django-ninja itself renders."""

    media_type = JSON

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return to_json(data)


def pdf(content: bytes, *, name: str) -> HttpResponse:
    """Return a PDF file under a name."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', **_NOT_KEPT}
    return HttpResponse(content, content_type=PDF, headers=headers)


def nothing() -> HttpResponse:
    """Return the answer that has no body."""
    return HttpResponse(status=204)
