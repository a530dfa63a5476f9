"""The corridor matrix: what stages, sanctions and delivery templates leave open, how much goes there, what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from entrepot.markets import operations as markets, queries
from entrepot.operator_console import corridors
from entrepot.pricing import queries as pricing
from tests.builders import orders, sellers
from tests.conftest import NOW
from tests.operator_console.desk import operator, table
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def _cell(reader: Reader, origin: str, destination: str) -> tuple[str, str]:
    """Return a cell's text and how it is filled."""
    (link,) = reader.page.xpath(
        f"//table[contains(@class, 'heat')]//a[@href='/operator/corridors/{origin}/{destination}/']"
    )
    return " ".join(link.text_content().split()), link.getparent().get("class")


def test_each_corridor_says_its_state_in_words_and_how_many_listings_go_there() -> None:
    orders.goods(orders.shop("CN"))
    sellers.approved_seller("IT")  # Without a delivery template.
    orders.open_buying("DE", "FR")
    markets.set_stage(country="FR", side="buying", stage="suspended", actor="system", reason="A strike.", now=NOW)
    reader = operator().open("/operator/corridors/")
    assert _cell(reader, "CN", "DE") == ("1 Pilot", "heat-4") or _cell(reader, "CN", "DE") == ("1 Open", "heat-4")
    assert _cell(reader, "IT", "DE") == ("– No delivery template", "heat-closed")
    assert _cell(reader, "CN", "FR") == ("× Closed by stage", "heat-closed")
    one = table(reader.open("/operator/corridors/?from=CN"), "Corridors from China")
    assert [row[1:] for row in one if row[0].endswith("France")] == [["Closed by stage A strike.", "1"]]


def test_a_corridor_shows_what_its_goods_cost_by_the_one_quote() -> None:
    listing = orders.goods(orders.shop("CN"), title="Blue bowl")
    orders.open_buying("DE")
    reader = operator().open("/operator/corridors/CN/DE/")
    assert "China to Germany" in reader.words
    quote = pricing.get_quote(
        lines=[(listing.sku, 1)], destination=pricing.reference_destination("DE"), currency="EUR", at=NOW
    )
    total = sum(part.amount for part in quote.orders[0].parts)
    assert f"€{total / 100:,.2f}" in reader.words
    assert "A T-shirt" in reader.words
    assert "€18.00 without tax" in reader.words
    assert "Every part, with its rule and source" in reader.words


def test_a_corridor_between_countries_that_are_none_is_not_found() -> None:
    orders.open_buying("DE")
    reader = operator()
    for address in ("XX/DE", "CN/XX", "DE/CN"):
        assert reader.open(f"/operator/corridors/{address}/").status == 404, address


@pytest.fixture
def european_operator(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """An operator whose home is in the European Union, which forbids trade with Russia."""
    path = tmp_path / "operator.toml"
    path.write_text('name = "Hafen"\ncountry = "DE"\ncurrency = "EUR"\n', encoding="utf-8")
    settings.OPERATOR_FILE = str(path)
    for kept in (queries.get_library, corridors.is_sure):
        kept.cache_clear()
    yield
    settings.OPERATOR_FILE = ""
    for kept in (queries.get_library, corridors.is_sure):
        kept.cache_clear()


def test_a_sanction_closes_a_corridor_with_its_reason_and_source(european_operator: None) -> None:
    orders.open_buying("DE", "RU")
    reader = operator().open("/operator/corridors/")
    closed = [
        (origin, destination)
        for origin in corridors.list_origins()
        for destination in ("DE", "RU")
        if _cell(reader, origin, destination)[0].startswith("⊘ Closed by sanction")
    ]
    assert closed, "an operator of the European Union finds corridors closed"
    origin, destination = closed[0]
    reader.open(f"/operator/corridors/{origin}/{destination}/")
    assert "A sanction that binds us closes this corridor" in reader.words
    banned = queries.sanctions_corridor(origin, destination, on=NOW.date())
    assert banned.source
    assert "Sanctions on this corridor" in reader.words
