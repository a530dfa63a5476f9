"""A listing's lane is open to a destination exactly where its card has a price there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, strategies as st

from entrepot.markets import queries as markets
from entrepot.pricing import cards, queries as pricing
from entrepot.pricing.quote import Destination, Offer
from entrepot.search import lanes
from entrepot.shipping.rules import DeliveryTemplate, Service, Zone
from tests.builders.markets import NOW, desk, offer, terms

RATES = markets.get_shipped_fx()
PLACES = [
    *(Destination(country) for country in ("DE", "IT", "ES", "US", "GB", "RU", "KZ", "CN", "BR", "AU", "SA", "UA")),
    Destination("ES", "", "35001"),
    Destination("GB", "", "BT1 1AA"),
    Destination("RU", "CR", "295000"),
    Destination("UA", "43", "95000"),
    Destination("US", "US-CA", "90001"),
    Destination("KP"),
    Destination("AQ"),
]
COUNTRIES = sorted({place.country for place in PLACES})
GOODS = ["610910", "850650", "850760", "300490", "040690", "821193", "330300", "220421", "880622", "854231", None]
FLAGS: list[dict[str, Any]] = [
    {},
    {"lithium": "UN3481"},
    {"lithium": "UN3480"},
    {"aerosol": True},
    {"blade": "automatic"},
    {"protected_species": True},
    {"responsible_EU": False},
    {"brand": "glacier"},
]
# Each operator is bound by other sanctions; the last one has its own, of goods, values and parts of countries.
OPERATORS = {
    "SG": {},
    "IT": {"operator.toml": 'name = "Trial"\ncountry = "IT"\ncurrency = "EUR"\n'},
    "US": {"operator.toml": 'name = "Trial"\ncountry = "US"\ncurrency = "USD"\n'},
    "own": {
        "operator.toml": 'name = "Trial"\ncountry = "SG"\ncurrency = "EUR"\nconfirmed_codes_only = ["EU", "US"]\n',
        "brands.toml": """
[[brands]]
name = "Glacier"
owner = "Glacier GmbH"
proof = "a mark of the European Union"
stores = ["cn-own"]
areas = ["EU"]
source = "a letter"
confidence = "high"
""",
        "sanctions/sg.toml": "code = 'SG'\nname = 'Singapore'\njurisdictions = ['SG']\n"
        + "".join(
            f"[[corridors]]\nid = '{name}'\nreason = 'sanctions_sg'\nsource = 'a notice'\nconfidence = 'high'\n{what}\n"
            for name, what in {
                "chips": "country = 'RU'\ndirection = 'to'\nhs = ['8542', '85']",
                "dear": "country = 'RU'\nregions = ['CR']\nabove = 300\ncurrency = 'EUR'",
                "islands": "country = 'ES'\ndirection = 'from'\npostal_codes = ['^35']\nhs = ['61']",
                "later": "country = 'BR'\nvalid_from = 2026-12-01",
            }.items()
        ),
    },
}


@pytest.fixture(params=OPERATORS)
def operator(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Iterator[str]:
    for name, text in OPERATORS[request.param].items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        if name == "operator.toml":
            settings.OPERATOR_FILE = str(path)
    settings.COUNTRIES_DIR = str(tmp_path)
    markets.get_library.cache_clear()
    yield request.param
    markets.get_library.cache_clear()


@st.composite
def zones(draw: st.DrawFn) -> tuple[Zone, ...]:
    names = draw(st.lists(st.sampled_from([*COUNTRIES, "*"]), min_size=1, max_size=6, unique=True))
    cut = draw(st.integers(1, len(names)))
    return tuple(
        Zone(
            frozenset(group),
            frozenset(draw(st.lists(st.sampled_from(COUNTRIES), max_size=2))),
            draw(st.sampled_from([((2000, 500),), ((500, 300), (30_000, 900)), ((30_000, 100),)])),
            draw(st.sampled_from([0, 50])),
            draw(st.sampled_from([None, None, 5_000])),
            days := draw(st.integers(1, 20)),
            days + draw(st.integers(0, 20)),
        )
        for group in (names[:cut], names[cut:])
        if group
    )


@st.composite
def templates(draw: st.DrawFn) -> DeliveryTemplate:
    services = tuple(
        Service(
            f"service{number}",
            "Service",
            "Carrier",
            draw(st.sampled_from(["post", "courier"])),
            draw(zones()),
            draw(st.booleans()),
            True,
            draw(st.sampled_from([None, 5000])),
        )
        for number in range(draw(st.integers(1, 4)))
    )
    handling = draw(st.integers(0, 3))
    currency = draw(st.sampled_from(["EUR", "CNY"]))
    return DeliveryTemplate(currency, handling, handling + 1, services, draw(st.sampled_from([300, 1000])))


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    country = draw(st.sampled_from(["CN", "RU", "IT", "ES", "TR", "KZ"]))
    seller = terms(
        country,
        name=draw(st.sampled_from(["own", "other"])),
        dispatch_country=draw(st.sampled_from([None, None, "RU", "CN", "GB"])),
        dispatch_postal_code=draw(st.sampled_from(["", "35001", "295000", "BT1 5GS"])),
    )
    thing = offer(
        seller,
        f"{draw(st.integers(1, 100_000)) / 100:.2f}",
        hs=draw(st.sampled_from(GOODS)),
        hs_confirmed=draw(st.booleans()),
        origin=draw(st.sampled_from([None, "CN", "FR"])),
        currency=draw(st.sampled_from(["EUR", "CNY"])),
        weight_g=draw(st.sampled_from([None, 200, 1500, 25_000, 40_000])),
        flags=draw(st.sampled_from(FLAGS)),
        delivery=draw(templates()),
    )
    size = draw(st.sampled_from([None, (100, 100, 100), (400, 400, 300)]))
    return msgspec.structs.replace(thing, dimensions_mm=size)


@given(thing=offers(), places=st.lists(st.sampled_from(PLACES), min_size=1, max_size=6, unique=True))
def test_a_lane_is_open_exactly_where_the_card_has_a_price(
    operator: str, thing: Offer, places: list[Destination]
) -> None:
    book = pricing.get_shipped_book()
    lane = lanes.name_lane(book, thing, RATES)
    for place in places:
        to = pricing.tidy_destination(place)
        counter = desk(to.country, "EUR", region=to.region, postal_code=to.postal_code, rule_book=book, rates=RATES)
        price = cards.price_card(counter, thing)
        way = lanes.find_way(book, lane, place, NOW.date())
        assert (way is not None) == (price is not None), (lane, place)
        if way is not None and price is not None:
            assert way.seller_country == thing.seller.country
            assert way.days_min <= price.days_min
            assert price.days_max <= way.days_max
