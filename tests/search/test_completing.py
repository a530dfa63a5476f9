"""How what is being typed may go on."""

from __future__ import annotations

from collections.abc import Iterable

from entrepot.markets import operations as markets
from entrepot.search import queries
from entrepot.search.completing import Completion
from tests.builders import catalog, sellers, shipping
from tests.builders.catalog import NOW
from tests.builders.wares import stock_shop


def texts(typed: str, language: str, kinds: Iterable[str] = ("words",), country: str = "DE") -> list[str]:
    found = queries.complete(typed, language=language, country=country, limit=8, at=NOW)
    return [completion.text for completion in found if completion.kind in kinds]


def test_what_is_begun_goes_on_as_titles_do(db: None) -> None:
    stock_shop()
    begun = {
        ("cof", "en"): ["coffee", "coffee beans", "coffee maker"],
        ("COF", "en"): ["coffee", "coffee beans", "coffee maker"],
        ("running ", "en"): ["running shoes", "running gloves"],
        ("running sh", "en"): ["running shoes"],
        ("leather running g", "en"): ["leather running gloves"],
        ("shoes run", "en"): ["shoes running"],
        ("blue tea", "en"): ["blue teapot"],
        # In the buyer's language, with its accents.
        ("коф", "ru"): ["кофеварка", "кофе в зёрнах"],
        ("cami", "es"): ["camión de juguete"],
        ("groß", "de"): ["größere handtücher"],
        ("gros", "de"): ["größere handtücher"],
        ("ayak", "tr"): ["ayakkabısı"],
        ("قه", "ar"): ["قهوة محمصة", "قهوة"],
        ("茶", "zh-hans"): ["茶壶", "茶杯"],
        ("无线", "zh-hans"): ["无线耳机"],
        ("纯棉T", "zh-hans"): ["纯棉t恤"],
        # Whoever types another language than the page's is answered in that one.
        ("кож", "en"): ["кожаные", "кожаные кроссовки", "кожаные перчатки"],
        # Misspelt in the word that is being typed.
        ("cofee", "en"): ["coffee", "coffee beans", "coffee maker"],
        ("hedph", "en"): ["headphones"],
        ("qqqq", "en"): [],
        ("", "en"): [],
        ("  -\"'", "en"): [],
    }
    assert {typed: sorted(texts(*typed)) for typed in begun} == {
        typed: sorted(expected) for typed, expected in begun.items()
    }


def test_what_a_shop_has_a_lot_of_leaves_room_for_the_rest(db: None) -> None:
    seller = sellers.approved_seller("IT")
    shipping.preset_templates(seller)
    titles = [f"Leather wallet {number}, small" for number in range(14)]
    titles += [f"Leather shoulder bag {number} for whoever travels far and wide" for number in range(4)]
    titles += [f"Leather ankle boots {number} for whoever travels far and wide" for number in range(4)]
    for title in titles:
        catalog.listing(seller, title=title)
    assert {"leather wallet", "leather shoulder bag", "leather ankle boots"} <= set(texts("leat", "en"))
    assert texts("leather b", "en") == ["leather bag", "leather boots"]
    # What stands right behind what was typed comes first, however many have it elsewhere.
    assert texts("leather s", "en")[0] == "leather shoulder bag"


def test_brands_categories_and_listings_come_along(db: None) -> None:
    wares = stock_shop()
    assert texts("nord", "en", ("brand",)) == ["Nordwind"]
    assert texts("moka", "en", ("brand",)) == ["Moka"]
    found = queries.complete("stove", language="en", country="DE", limit=8, at=NOW)
    ware = wares["Stove-top coffee maker"]
    assert Completion("listing", "Stove-top coffee maker", str(ware.id)) in found
    categories = {
        (found.text, found.value)
        for found in queries.complete("shirt", language="en", country="DE", limit=8, at=NOW)
        if found.kind == "category"
    }
    assert categories, "all the wares lie in a category of shirts"


def test_only_what_can_be_sent_there_is_named(db: None) -> None:
    stock_shop()
    everything = ("words", "brand", "category", "listing")
    assert "coffee maker" in texts("cof", "en", everything, country="DE")
    assert "coffee maker" in texts("cof", "en", everything, country="")
    markets.set_stage(country="IT", side="selling", stage="suspended", actor="operator:1", reason="Test.", now=NOW)
    assert texts("cof", "en", everything, country="DE") == []
    assert texts("moka", "en", everything, country="DE") == []


def test_as_many_as_asked_for_come(db: None) -> None:
    stock_shop()
    assert len(queries.complete("c", language="en", country="DE", limit=2, at=NOW)) == 2
