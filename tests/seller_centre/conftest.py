from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _at_one_moment() -> Iterator[None]:
    from tests import pages  # When Django is ready.

    with pages.moment():
        yield
