"""What may not travel, goods by goods and way by way: each rule is named as the packs name it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from entrepot.customs.restrictions import may_sell_brand, watched_words
from entrepot.customs.rulebook import RuleBook
from entrepot.markets.packs import BrandRule, Goods, Measure, Restriction
from entrepot.pricing.refusals import NoDelivery, NotSellable
from entrepot.pricing.rules import make_quote
from tests.builders.markets import NOW, book, desk, offer, template, terms


def refusals(
    origin: str, destination: str, *, channel: str = "courier", at: datetime | None = None, **goods: Any
) -> list[str]:
    """Return the rules that keep one piece from its way, or [] when it may travel."""
    place = {name: goods.pop(name) for name in ("region", "postal_code") if name in goods}
    price = goods.pop("price", "20.00")
    if "made_in" in goods:
        goods["origin"] = goods.pop("made_in")
    seller = terms(origin, dispatch_postal_code=goods.pop("from_postal_code", ""))
    thing = offer(seller, price, delivery=template("5", seller.payout_currency, channel=channel), **goods)
    where = desk(destination, "EUR", **place, **({"at": at} if at else {}))
    try:
        make_quote(where, [(thing, 1)])
    except NotSellable as refusal:
        return [line["rule"] for line in refusal.fields["lines"]]
    except NoDelivery as refusal:
        return [line["rule"] for line in refusal.fields["lines"]]
    return []


@pytest.mark.parametrize(
    ("origin", "destination", "goods", "expected"),
    [
        ("CN", "DE", {"hs": "610910"}, []),
        # Weapons, explosives and live animals go nowhere, not even inside a country.
        ("IT", "IT", {"hs": "930200"}, ["weapons"]),
        ("CN", "DE", {"hs": "360410"}, ["explosives"]),
        ("TR", "TR", {"hs": "010641"}, ["live-animals"]),
        # A medicine may be sold at home and inside the Union, not into it; one on prescription nowhere.
        ("IT", "IT", {"hs": "300490"}, []),
        ("IT", "DE", {"hs": "300490"}, []),
        ("CN", "DE", {"hs": "300490"}, ["EU-medicines"]),
        ("CN", "US", {"hs": "300490"}, ["US-medicines"]),
        ("IT", "IT", {"hs": "300490", "flags": {"medicine": "prescription"}}, ["prescription-medicines"]),
        # Tobacco and vapes stay in their country; some countries ban vapes at home too.
        ("IT", "DE", {"hs": "240220"}, ["tobacco-across-borders"]),
        ("IT", "IT", {"hs": "240220"}, []),
        ("CN", "BR", {"hs": "854340"}, ["tobacco-across-borders", "BR-vapes"]),
        # Food of animal origin: inside the Union yes, into it no, Switzerland is as good as inside.
        ("IT", "DE", {"hs": "040690"}, []),
        ("TR", "DE", {"hs": "040690"}, ["EU-food-of-animals"]),
        ("CN", "AU", {"hs": "020130"}, ["AU-food-of-animals"]),
        ("CN", "ES", {"hs": "120999"}, ["EU-plants"]),
        # Diamonds of Russia stay out of the Union and the United States, wherever they are sent from.
        ("TR", "IT", {"hs": "710239", "made_in": "RU"}, ["EU-diamonds-of-RU"]),
        ("TR", "IT", {"hs": "710239", "made_in": "ZA"}, []),
        ("TR", "US", {"hs": "710239", "made_in": "RU"}, ["US-diamonds-of-RU"]),
        ("CN", "NZ", {"hs": "080810"}, ["NZ-plants"]),
        # Alcohol and pork do not enter Saudi Arabia and are not sold there; a shirt is.
        ("IT", "SA", {"hs": "220421"}, ["SA-alcohol"]),
        ("SA", "SA", {"hs": "220421"}, ["SA-alcohol"]),
        ("IT", "SA", {"hs": "020312"}, ["SA-pork"]),
        ("IT", "SA", {"hs": "610910"}, []),
        # Knives that spring open.
        ("CN", "US", {"hs": "821193"}, []),
        ("CN", "US", {"hs": "821193", "flags": {"blade": "automatic"}}, ["US-automatic-knives"]),
        ("CN", "DE", {"hs": "821193", "flags": {"blade": "automatic"}}, ["DE-automatic-knives"]),
        # Protected species: across borders no; ivory inside the Union neither, wood carvings at home yes.
        ("TR", "TR", {"hs": "442019", "flags": {"protected_species": True}}, []),
        ("TR", "DE", {"hs": "442019", "flags": {"protected_species": True}}, ["CITES-declared"]),
        ("IT", "IT", {"hs": "960110"}, ["EU-ivory"]),
        ("CN", "IN", {"hs": "880622"}, ["IN-drones"]),
        ("CN", "SG", {"hs": "170410"}, ["SG-chewing-gum"]),
        ("IT", "US", {"hs": "970610"}, ["IT-export-cultural-goods"]),
    ],
)  # fmt: skip
def test_goods_travel_or_not(origin: str, destination: str, goods: dict[str, Any], expected: list[str]) -> None:
    assert refusals(origin, destination, **goods) == expected


@pytest.mark.parametrize(
    ("origin", "destination", "goods", "by_post"),
    [
        ("CN", "DE", {"hs": "851713", "flags": {"lithium": "UN3481"}}, []),
        ("CN", "DE", {"hs": "850760", "flags": {"lithium": "UN3480"}}, ["UPU-lithium-alone"]),
        ("CN", "DE", {"hs": "850760"}, ["UPU-lithium-presumed"]),  # Not declared: taken for a battery alone.
        ("CN", "DE", {"hs": "850760", "flags": {"lithium": "UN3481", "battery_wh": "99.9"}}, []),
        ("CN", "DE", {"hs": "871160", "flags": {"lithium": "UN3481", "battery_wh": "100"}}, []),
        ("CN", "DE", {"hs": "871160", "flags": {"lithium": "UN3481", "battery_wh": "100.01"}}, ["UPU-lithium-large"]),
        ("CN", "DE", {"hs": "850650", "flags": {"lithium": "UN3091", "lithium_g": "2.5"}}, ["UPU-lithium-metal-large"]),
        ("IT", "US", {"hs": "330300"}, ["UPU-perfume"]),
        ("IT", "IT", {"hs": "330300"}, []),  # The Universal Postal Convention is about mail between countries.
        ("CN", "DE", {"hs": "330590", "flags": {"aerosol": True}}, ["UPU-aerosols"]),
        ("IT", "US", {"hs": "220421"}, ["US-alcohol-by-mail"]),
        ("IT", "RU", {"hs": "220421"}, ["EAEU-by-post"]),
        ("KZ", "RU", {"hs": "220421"}, []),  # Inside the customs union.
    ],
)
def test_the_post_forbids_more_than_a_courier(
    origin: str, destination: str, goods: dict[str, Any], by_post: list[str]
) -> None:
    assert refusals(origin, destination, channel="post", **goods) == by_post
    assert refusals(origin, destination, channel="courier", **goods) == []


def test_a_very_large_battery_is_carried_by_nobody() -> None:
    scooter = {"hs": "871160", "flags": {"lithium": "UN3481", "battery_wh": "1000.5"}}
    assert refusals("CN", "DE", **scooter) == ["IATA-lithium-very-large"]
    assert refusals("CN", "CN", **scooter) == []


NOBODY = {"responsible_EU": False}


@pytest.mark.parametrize(
    ("origin", "destination", "goods", "expected"),
    [
        ("CN", "DE", {"flags": NOBODY}, ["EU-responsible-person"]),
        ("CN", "DE", {}, []),  # The store names somebody.
        ("IT", "DE", {"flags": NOBODY}, []),  # Goods that are in the Union already.
        ("IT", "IT", {"flags": NOBODY}, []),
        ("CN", "US", {"flags": NOBODY}, []),
        ("CN", "DE", {"flags": NOBODY, "hs": "090111"}, []),  # Food has law of its own.
        ("CN", "DE", {"flags": NOBODY, "hs": None}, ["EU-responsible-person"]),
        ("CN", "GB", {"flags": NOBODY}, []),
        ("CN", "GB", {"flags": NOBODY, "postal_code": "BT1 5GS"}, ["GB-NI-responsible-person"]),
        ("GB", "DE", {"flags": NOBODY, "from_postal_code": "SW1A 1AA"}, ["EU-responsible-person"]),
        ("GB", "DE", {"flags": NOBODY, "from_postal_code": "BT1 5GS"}, []),  # Belfast is inside for goods.
        ("GB", "DE", {"hs": "040620", "from_postal_code": "SW1A 1AA"}, ["EU-food-of-animals"]),
        ("GB", "DE", {"hs": "040620", "from_postal_code": "BT1 5GS"}, []),
        ("IT", "GB", {"flags": NOBODY, "postal_code": "BT1 5GS"}, []),
    ],
)
def test_consumer_goods_enter_the_union_only_if_somebody_there_answers_for_them(
    origin: str, destination: str, goods: dict[str, Any], expected: list[str]
) -> None:
    """Regulation (EU) 2023/988, art. 16, in force since 13 December 2024."""
    assert refusals(origin, destination, **goods) == expected


def test_a_rule_holds_from_its_first_day_on() -> None:
    assert refusals("CN", "DE", flags=NOBODY, at=datetime(2024, 12, 12, tzinfo=UTC)) == []
    assert refusals("CN", "DE", flags=NOBODY, at=datetime(2024, 12, 13, tzinfo=UTC)) == ["EU-responsible-person"]


def _book_with(*rows: Restriction, country: str = "DE", brands: tuple[BrandRule, ...] = ()) -> RuleBook:
    library = book().library
    pack = library.countries[country].model_copy(update={"restricted": rows})
    changed = replace(
        library,
        countries={**library.countries, country: pack},
        defaults=library.defaults.model_copy(update={"restricted": ()}),
        brands=library.brands.model_copy(update={"brands": brands}),
    )
    return RuleBook(changed, book().tariff)


def _rule(**fields: Any) -> Restriction:
    return Restriction(
        **{"id": "T", "direction": "import", "reason": "forbidden_there", "source": "s", "confidence": "high", **fields}
    )


COURIER = template("0", "EUR", channel="courier")


def _is_sold(
    rules: RuleBook,
    *,
    origin: str = "CN",
    made_in: str | None = None,
    price: str = "20.00",
    store: str = "store",
    region: str = "",
    postal_code: str = "",
    **goods: Any,
) -> bool:
    where = desk("DE", "EUR", rule_book=rules, region=region, postal_code=postal_code)
    try:
        make_quote(where, [(offer(terms(origin, name=store), price, origin=made_in, delivery=COURIER, **goods), 1)])
    except NotSellable:
        return False
    return True


def test_a_rule_can_fall_on_a_value_in_any_currency() -> None:
    rules = _book_with(_rule(above=Decimal(300), currency="USD"))  # 300 USD are 240 EUR are 1,920 CNY.
    assert _is_sold(rules, price="1920.00")
    assert not _is_sold(rules, price="1920.01")


def test_a_rule_can_fall_on_a_part_of_the_country_only() -> None:
    rules = _book_with(_rule(regions=("BY",), postal_codes=("^80",)))
    assert _is_sold(rules)
    assert not _is_sold(rules, region="BY")
    assert not _is_sold(rules, postal_code="80331")
    assert _is_sold(rules, postal_code="10115")


def test_a_rule_can_fall_on_where_goods_were_made_and_spare_where_they_are_sent_from() -> None:
    rules = _book_with(_rule(made_in=("KP", "EAEU"), not_origins=("TR",)))
    assert _is_sold(rules, made_in="CN")
    assert not _is_sold(rules, made_in="RU")
    assert not _is_sold(rules, made_in="KP")
    assert _is_sold(rules, origin="TR", made_in="RU")


def test_a_rule_needs_every_word_and_spares_what_it_excepts() -> None:
    rules = _book_with(
        _rule(
            goods=Goods(hs=("85",), not_hs=("8517",), flags=("lithium",), not_flags=("tested",)),
            measures=(Measure(name="battery_wh", above=Decimal(20), up_to=Decimal(100)),),
        )
    )
    battery = {"lithium": "UN3480", "battery_wh": "50"}
    assert not _is_sold(rules, hs="850760", flags=battery)
    for changed in (
        {"hs": "851713", "flags": battery},
        {"hs": "610910", "flags": battery},
        {"hs": None, "flags": battery},
        {"hs": "850760", "flags": {"battery_wh": "50"}},
        {"hs": "850760", "flags": {"lithium": "UN3480"}},
        {"hs": "850760", "flags": {**battery, "battery_wh": "20"}},
        {"hs": "850760", "flags": {**battery, "battery_wh": "100.5"}},
        {"hs": "850760", "flags": {**battery, "battery_wh": "much"}},
        {"hs": "850760", "flags": {**battery, "tested": True}},
    ):
        assert _is_sold(rules, **changed), changed


MARK = BrandRule(
    name="Aurélia",
    owner="Aurélia S.p.A.",
    proof="letter of 3 March 2026, file 12",
    spellings=("AURELIA Milano",),
    stores=("it-aurelia",),
    areas=("EU", "CH"),
    source="Regulation (EU) 2017/1001, art. 9",
    confidence="high",
)


def test_a_mark_is_sold_by_the_stores_and_to_the_countries_that_its_owner_names() -> None:
    rules = _book_with(brands=(MARK,))
    assert set(watched_words((MARK,))) == {"aurélia", "aurelia milano"}
    flags = {"brand": "aurelia milano"}
    assert _is_sold(rules, flags={"brand": "somebody else"})
    assert _is_sold(rules, origin="IT", store="aurelia", flags=flags)
    assert not _is_sold(rules, origin="IT", store="corner", flags=flags)
    assert may_sell_brand(MARK, store="it-aurelia", destination_areas=("DE", "EU"), on=NOW.date())
    assert not may_sell_brand(MARK, store="it-aurelia", destination_areas=("US",), on=NOW.date())


def test_rules_of_value_and_measures_are_refused_when_half_written() -> None:
    with pytest.raises(ValueError, match="a value \\(above\\) and its currency go together"):
        _rule(above=Decimal(300))
    with pytest.raises(ValueError, match="a measure has a limit"):
        Measure(name="battery_wh")
