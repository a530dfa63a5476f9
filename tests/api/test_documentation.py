"""docs/api.md is a walk that a stranger follows; here it is followed, call by call."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from entrepot.accounts.rules import SCOPES
from entrepot.kernel.errors import DomainError
from tests.api.client import Answer, checked
from tests.api.shop import seller_with_goods

pytestmark = pytest.mark.django_db

DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"
FEED = "Handle,Title,Variant SKU,Variant Price\nbowl,Ceramic bowl,OWN-1,12.00\n"


def _calls() -> list[tuple[str, dict[str, str]]]:
    """Return each documented call with what is kept of its answer."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL):
        command, _, kept = block.partition("# keep:")
        found.append((command.strip(), dict(pair.split("=") for pair in kept.split())))
    return found


def _run(client: Client, command: str, known: dict[str, str]) -> Answer:
    """Make one call as curl would."""
    for name in sorted(known, key=len, reverse=True):
        command = command.replace(f"'${name}'", known[name]).replace(f"${name}", known[name])
    assert "$" not in command, command
    words = iter(shlex.split(command.replace("\\\n", " ")))
    assert next(words) == "curl"
    method, address, body, headers, form = "GET", "", "", {}, {}
    for word in words:
        if word == "-X":
            method = next(words)
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            headers[name] = value
        elif word == "-d":
            body = next(words)
        elif word == "-F":
            name, _, value = next(words).partition("=")
            form[name] = SimpleUploadedFile(value[1:], FEED.encode()) if value.startswith("@") else value
        elif word == "-o":
            next(words)
        elif word != "-s":
            address = word
    content_type = headers.pop("Content-Type", "application/json")
    if form:
        return checked(method, address, client.post(address, form, headers=headers))
    return checked(method, address, client.generic(method, address, body, content_type=content_type, headers=headers))


def _pick(value: Any, path: str) -> str:
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return str(value)


def test_every_documented_call_does_what_the_page_says(
    client: Client, run_jobs: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    seller, _ = seller_with_goods("CN", title="Plain cotton T-shirt")
    assert seller.store is not None
    run_jobs()
    call_command("api_key", "make", seller.store.slug, "--name", "erp")
    known = {"API": "/api/v1", "KEY": capsys.readouterr().out.strip()}
    calls = _calls()
    assert len(calls) > 15
    for command, kept in calls:
        found = _run(client, command, known)
        assert found.status < 300, (command, found.json)
        known |= {name: _pick(found.json, path) for name, path in kept.items()}


def test_every_scope_is_explained() -> None:
    page = DOCS.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+:\w+)` \|", page, re.MULTILINE)) == set(SCOPES)


def test_every_code_that_the_page_names_is_one() -> None:
    codes: set[str] = set()
    waiting: list[type[DomainError]] = [DomainError]
    while waiting:
        error = waiting.pop()
        waiting.extend(error.__subclasses__())
        codes.add(getattr(error, "code", ""))
    named = set(re.findall(r"4\d\d\s+\(`([a-z_]+)`", DOCS.read_text(encoding="utf-8")))
    assert {"cart_changed", "total_changed", "idempotency_key_reused"} <= named
    assert named <= codes
