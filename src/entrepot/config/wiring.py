"""Which outside firm stands behind which room's port. The one place where adapters are named."""

from __future__ import annotations


def bind() -> None:
    """Bind every port to its adapter, once, when Django has loaded the rooms."""
