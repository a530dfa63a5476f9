"""A duty on a buyer's page names the goods that it falls on."""

from __future__ import annotations

import pytest

from tests.pages import Reader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("choice", "words"), [("US.USD.en", "T-shirts, singlets (6109)"), ("US.USD.es", "Camisetas (6109)")]
)
def test_a_duty_says_on_which_goods_it_falls(choice: str, words: str) -> None:
    reader = Reader(choice).open("/landed-cost?from=CN&to=US&currency=USD&hs=610910&value=100&weight_g=200&quantity=1")
    assert reader.words.count(words) == 2  # The duty of the tariff, and that of section 301.
