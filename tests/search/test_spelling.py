"""What is typed badly is mended to what some listing has, and to nothing else."""

from __future__ import annotations

import pytest

from entrepot.search import queries
from entrepot.search.ports import SearchRequest, get_engine
from entrepot.search.spelling import Dictionary, correct
from tests.builders.catalog import NOW
from tests.builders.wares import stock_shop

MENDED = {
    # One letter too many, too few, another, two in the wrong order; the first one too.
    ("cofee", "en"): "coffee",
    ("coffeee beans", "en"): "coffee beans",
    ("hedphones", "en"): "headphones",
    ("headphnoes", "en"): "headphones",
    ("jeadphones", "en"): "headphones",
    ("runing shoes", "en"): "running shoes",
    ("lether glovs", "en"): "leather gloves",
    ("truk", "en"): "truck",
    ("teapto", "en"): "teapot",
    # A brand, and words that only a description has.
    ("nordwnd shoes", "en"): "nordwind shoes",
    ("merrino gloves", "en"): "merino gloves",
    # Written as listings write it.
    ("camoin", "es"): "camión",
    ("inalambrcos", "es"): "inalámbricos",
    ("ayakabisi", "tr"): "ayakkabısı",
    ("cafetere italienne", "fr"): "cafetière italienne",
    ("grössere handtuecherr", "de"): "grössere handtücher",
    # Other scripts.
    ("крассовки", "ru"): "кроссовки",
    ("кафеварка", "ru"): "кофеварка",
    ("قهوةة", "ar"): "قهوة",
    # Another keyboard.
    ("rjat", "ru"): "кофе",
    ("rhjccjdrb", "en"): "кроссовки",
    ("еуфзще", "en"): "teapot",
    # A blank more or less.
    ("tea pott", "en"): "teapot",
    ("head phones", "en"): "headphones",
    ("blueteapt", "en"): "",  # Two slips in one.
    # What is like nothing is left out beside what is mended.
    ("xyzzyq hedphones", "en"): "headphones",
    # Signs around words stay.
    ('"coffe beans"', "en"): '"coffee beans"',
    ("cofee -dark", "en"): "coffee -dark",
}
LEFT_ALONE = [
    ("kd55x81j", "en"),  # A code: the next one is another thing.
    ("12345", "en"),
    ("blue cap", "en"),  # Nothing is a cap, and a cup is another thing.
    ("toutk", "en"),  # Two slips in a short word.
    ("xyzzyq", "en"),
    ("jeans", "en"),  # Goods that nobody sells here, and no slip of "beans".
    ("xyzzyq plughh hedphones", "en"),  # Hardly anything of it would remain.
    ("无线耳鸡", "zh"),
    ("", "en"),
    ("!!!", "en"),
    ('"', "en"),
]


def test_what_is_misspelt_becomes_what_listings_have(db: None) -> None:
    stock_shop()
    assert {typed: correct(*typed, engine=get_engine()) for typed in MENDED} == MENDED


def test_codes_numbers_and_what_is_like_nothing_are_left_alone(db: None) -> None:
    stock_shop()
    assert [correct(*typed, engine=get_engine()) for typed in LEFT_ALONE] == [""] * len(LEFT_ALONE)


def test_a_correction_finds_only_what_can_be_sent_to_the_buyer(db: None) -> None:
    stock_shop()
    assert correct("cofee", "en", engine=get_engine(), lanes=frozenset()) == ""


def test_the_page_says_what_was_searched_instead(db: None) -> None:
    wares = stock_shop()
    page = queries.find(SearchRequest(q="stove cofee", country="DE", currency="EUR"), at=NOW)
    assert page.asked_instead == "stove coffee"
    assert page.listing_ids[0] == wares["Stove-top coffee maker"].id
    spelt_well = queries.find(SearchRequest(q="stove coffee", country="DE", currency="EUR"), at=NOW)
    assert spelt_well.asked_instead == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("shose", "shoes"),  # Two letters changed places: likelier than a letter too few of a commoner word.
        ("shoos", "shoes"),
        ("bottel", "bottle"),
        ("adress", "address"),
        ("drss", "dress"),
    ],
)
def test_the_likelier_of_several_words_comes_first(typed: str, meant: str) -> None:
    words = [("dress", 900), ("shoes", 800), ("hose", 700), ("bottle", 300), ("battle", 350), ("address", 40)]
    assert Dictionary(words, "").list_near(typed)[0][0] == meant


def test_words_that_are_begun_badly_are_known_too() -> None:
    words = Dictionary([("headphones", 50), ("headboard", 5), ("handle", 40)], "")
    assert words.list_begun("haedph", limit=1) == ["headphones"]
    assert words.list_begun("he", limit=1) == []
