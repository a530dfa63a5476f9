"""
Who commits: an operation is a `@transaction`; the steps that it calls in other rooms are `@step`s.

A network call inside either is a fault; coordinators that talk to the outside sit above both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction as _django

P = ParamSpec("P")
R = TypeVar("R")


def transaction(operation: Callable[P, R]) -> Callable[P, R]:
    """
    Run the operation in a transaction of its own, committed on return and undone on any exception.

    Calling it inside another transaction is a programming error (RuntimeError): an operation's effects are durable
    when it returns.
    """

    @wraps(operation)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with _django.atomic(durable=True):
            return operation(*args, **kwargs)

    return run


def step(function: Callable[P, R]) -> Callable[P, R]:
    """Demand that a transaction is open: the function writes, but its caller decides what commits together."""

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        # Not the `connection` proxy: it looks its thread's connection up anew for each attribute.
        open_one = connections[DEFAULT_DB_ALIAS].in_atomic_block
        assert open_one, f"{function.__qualname__} is a step of a transaction and none is open"
        return function(*args, **kwargs)

    return run


def demand_no_transaction(what: str) -> None:
    """See that nothing is open and uncommitted while `what` happens (a call to the outside, which cannot be undone)."""
    blocks = connection.atomic_blocks
    inside = connection.in_atomic_block and not (blocks and blocks[-1]._from_testcase)  # type: ignore[attr-defined]
    assert not inside, f"{what} outside any transaction only, and one is open"
