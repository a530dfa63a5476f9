"""How words are split and how what a buyer types becomes a query."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from entrepot.search.rules import configs_for, parse, split, to_tsquery


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("HP DJ T920/T1500, 2.44 m", "en", ["hp", "dj", "t920", "t1500", "2", "44", "m"]),
        ("红色棉质T恤", "zh", ["红色", "色棉", "棉质", "t", "恤"]),
        ("IŞIK İstanbul", "tr", ["ışık", "istanbul"]),
        ("IŞIK İstanbul", "en", ["işik", "istanbul"]),
        ("Ёлка", "ru", ["елка"]),
        ("snake_case & co.", "en", ["snake", "case", "co"]),
        ("", "en", []),
    ],
)
def test_text_is_split_alike_everywhere(text: str, language: str, words: list[str]) -> None:
    assert split(text, language) == words


@pytest.mark.parametrize(
    ("q", "wanted", "unwanted"),
    [
        ("red shirt", "'red' & 'shirt':*", ""),
        ('"red shirt" cotton', "('red' <-> 'shirt') & 'cotton':*", ""),
        ("red -blue", "'red'", "'blue'"),
        ('shirt -"dark blue"', "'shirt'", "('dark' <-> 'blue')"),
        ("red OR blue", "'red' | 'blue':*", ""),
        ("OR red", "'red':*", ""),
        ("棉质衬衫", "'棉质' & '质衬' & '衬衫':*", ""),
        ("don't", "'don' & 't':*", ""),
        ("-blue", "", "'blue'"),
        ("()&|!:*", "", ""),
        ('"unclosed phrase', "('unclosed' <-> 'phrase')", ""),
    ],
)
def test_what_is_typed_becomes_a_query(q: str, wanted: str, unwanted: str) -> None:
    assert to_tsquery(parse(q, "en")) == (wanted, unwanted)


def test_dictionaries_follow_the_scripts_typed() -> None:
    assert configs_for("футболка", "en") == (("simple", "en"), ("english", "en"), ("russian", "ru"))
    assert configs_for("قميص", "ar") == (("simple", "ar"), ("arabic", "ar"))
    assert [config for config, _ in configs_for("shirt", "zh")] == [
        "simple", "english", "spanish", "italian", "turkish", "german", "french", "portuguese"
    ]  # fmt: skip


@given(strategies.text(max_size=60))
def test_whatever_is_typed_makes_words_without_signs_of_the_query_language(q: str) -> None:
    for term in parse(q, "en"):
        for word in term.words:
            assert word
            assert not set(word) & set("'\\&|!:*()<>")
