from __future__ import annotations

import ast
import importlib
import re

import pytest
from django.apps import apps
from django.db import models

from tests.architecture import source


def room_of_model(model: type[models.Model]) -> str | None:
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "entrepot" else None


def test_every_room_is_an_app_and_has_its_floor() -> None:
    installed = {config.label for config in apps.get_app_configs() if config.name.startswith("entrepot.")}
    assert installed == set(source.floors())


@pytest.mark.parametrize("room", sorted(source.floors()))
def test_a_room_says_what_it_owns_never_does_and_keeps_true(room: str) -> None:
    docstring = importlib.import_module(f"entrepot.{room}").__doc__ or ""
    for word in ("Owns:", "Never does:", "Keeps true:"):
        assert word in docstring, f"entrepot/{room}/__init__.py lacks '{word}'"


def test_foreign_keys_point_to_the_same_or_a_lower_room_and_leave_no_trace_there() -> None:
    faults = []
    for model in apps.get_models():
        room = room_of_model(model)
        if room is None:
            continue
        for field in model._meta.get_fields(include_hidden=True):
            if not isinstance(field, models.ForeignKey | models.ManyToManyField) or field.model is not model:
                continue
            other = room_of_model(field.remote_field.model)
            if other is None or other == room:
                continue
            if not source.may_see(room, other):
                faults.append(f"{model.__name__}.{field.name} points up to {other}")
            if field.remote_field.related_name != "+":
                faults.append(f'{model.__name__}.{field.name} crosses to {other} without related_name="+"')
    assert faults == []


def tables() -> dict[str, str]:
    """Every table of the rooms and the room that owns it."""
    owned = {}
    for model in apps.get_models(include_auto_created=True):
        if room := room_of_model(model):
            owned[model._meta.db_table] = room
    return owned


_WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE(?:\s+TABLE)?|MERGE\s+INTO)\s+([a-z_]+)",
    re.IGNORECASE,
)


def test_sql_writes_only_the_tables_of_its_own_room() -> None:
    owned, faults = tables(), []
    for statement in source.statements():
        for table in _WRITES.findall(statement.text):
            owner = owned.get(table.lower())
            if owner is not None and owner != statement.room:
                faults.append(f"{statement.where} writes {table} of {owner}")
    assert faults == []


def test_sql_reads_only_its_own_and_lower_rooms() -> None:
    owned, faults = tables(), []
    for statement in source.statements():
        for word in set(re.findall(r"\b[a-z][a-z0-9_]+\b", statement.text)):
            owner = owned.get(word)
            if owner is not None and not source.may_see(statement.room, owner):
                faults.append(f"{statement.where} reads {word} of {owner}")
    assert sorted(faults) == []


def test_rows_are_locked_so_that_foreign_keys_do_not_wait() -> None:
    faults = [
        statement.where
        for statement in source.statements()
        if re.search(r"\bFOR\s+UPDATE\b", statement.text, re.IGNORECASE)
    ]
    for path in source.modules():
        for node in ast.walk(source.tree(path)):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr != "select_for_update":
                continue
            keywords = {word.arg: word.value for word in node.keywords}
            no_key = keywords.get("no_key")
            if not (isinstance(no_key, ast.Constant) and no_key.value is True):
                faults.append(f"{path.relative_to(source.ROOT)}:{node.lineno}")
    assert faults == [], "use FOR NO KEY UPDATE, select_for_update(no_key=True)"


def query_modules() -> list[str]:
    names = []
    for path in source.modules():
        parts = path.relative_to(source.PACKAGE).with_suffix("").parts
        if len(parts) >= 2 and parts[1] == "queries":
            names.append(".".join(("entrepot", *parts)).removesuffix(".__init__"))
    return names


@pytest.mark.parametrize("name", query_modules())
def test_queries_return_values_never_models_or_querysets(name: str) -> None:
    module = importlib.import_module(name)
    path = source.ROOT / "src" / (name.replace(".", "/") + ".py")
    if not path.exists():
        path = source.ROOT / "src" / name.replace(".", "/") / "__init__.py"
    faults = []
    for node in source.tree(path).body:
        if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
            continue
        if node.returns is None:
            faults.append(f"{node.name} does not say what it returns")
            continue
        for word in re.findall(r"[A-Za-z_][A-Za-z0-9_.]*", ast.unparse(node.returns)):
            value = module
            for part in word.split("."):
                value = getattr(value, part, None)
            is_model = isinstance(value, type) and issubclass(value, models.Model)
            if is_model or word.split(".")[-1] in {"QuerySet", "Manager", "RawQuerySet"}:
                faults.append(f"{node.name} returns {word}")
    assert faults == []


def test_every_job_that_is_named_exists() -> None:
    from procrastinate.contrib.django import app

    named = {}
    for path in source.modules():
        for node in ast.walk(source.tree(path)):
            text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
            if re.fullmatch(r"entrepot\.[a-z_]+\.jobs\.[a-z_]+", text):
                named[text] = str(path.relative_to(source.ROOT))
    for name in named:
        importlib.import_module(name.rpartition(".")[0])
    assert {name: where for name, where in named.items() if name not in app.tasks} == {}


def test_every_subscription_is_to_a_fact_that_some_room_tells() -> None:
    from entrepot.config.subscriptions import SUBSCRIPTIONS
    from entrepot.kernel.facts import Event

    for room in source.floors():
        if (source.PACKAGE / room / "events.py").exists():
            importlib.import_module(f"entrepot.{room}.events")
    told = {event.kind for event in Event.__subclasses__() if event.__module__.startswith("entrepot.")}
    assert set(SUBSCRIPTIONS) - told == set()
