from __future__ import annotations

import pytest

from entrepot.ui import choice as choices
from entrepot.ui.choice import Choice
from entrepot.ui.ports import Reach

REACH = Reach(
    ("AE", "BR", "CN", "DE", "EG", "ES", "GB", "SA", "US"), frozenset({"AED", "BRL", "EGP", "EUR", "GBP", "USD"})
)
LANGUAGES = ("en", "ar")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("de-DE,de;q=0.9,en;q=0.5", Choice("DE", "EUR", "en")),
        ("ar", Choice("EG", "EGP", "ar")),
        ("ar-AE,ar;q=0.9", Choice("AE", "AED", "ar")),
        ("en-GB", Choice("GB", "GBP", "en")),
        ("pt-BR", Choice("BR", "BRL", "en")),
        ("", Choice("US", "USD", "en")),
        ("*;q=0.1, ,;;q=x", Choice("US", "USD", "en")),
        ("en;q=0.4, ar-SA;q=0.9", Choice("SA", "USD", "ar")),  # The shop does not price in riyal here.
        ("ja-JP", Choice("JP", "USD", "en")),  # Not delivered to: said on the page, not hidden by a guess.
    ],
)
def test_a_reader_is_guessed_from_what_the_browser_says(header: str, expected: Choice) -> None:
    assert choices.guess(header, reach=REACH, languages=LANGUAGES) == expected


def test_a_kept_choice_comes_back_as_it_was() -> None:
    choice = Choice("ES", "GBP", "ar")
    assert choices.from_cookie(choice.cookie, reach=REACH, languages=LANGUAGES) == choice


@pytest.mark.parametrize(
    "cookie", ["", "ES", "es.eur.en", "ES.XXX.en", "ES.EUR.xx", "QQ.EUR.en", "ES.EUR.en\n", "<b>.EUR.en"]
)
def test_a_cookie_that_is_no_choice_is_none(cookie: str) -> None:
    assert choices.from_cookie(cookie, reach=REACH, languages=LANGUAGES) is None


OFFERED = ("en", "es", "it", "ru", "tr", "zh-hans", "ar")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("it", "it"),
        ("ru-KZ,kk;q=0.9", "ru"),
        ("kk,ru;q=0.7,en;q=0.3", "ru"),
        ("tr-TR", "tr"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("zh-Hant-TW,zh;q=0.5", "zh-hans"),  # Traditional signs first; plain Chinese is the next wish.
        ("zh-TW,ja;q=0.5", "en"),
        ("ar-MA,fr;q=0.9", "ar"),
        ("ja,ko;q=0.9", "en"),
    ],
)
def test_every_language_of_ours_is_guessed_from_the_header(header: str, language: str) -> None:
    assert choices.guess(header, reach=REACH, languages=OFFERED).language == language
    assert choices.preferred_language(header, OFFERED) == language


@pytest.mark.parametrize("language", OFFERED)
def test_every_language_of_ours_is_kept_in_the_cookie(language: str) -> None:
    choice = Choice("ES", "EUR", language)
    assert choices.from_cookie(choice.cookie, reach=REACH, languages=OFFERED) == choice


def test_chinese_readers_are_told_apart_by_script() -> None:
    languages = ("en", "zh-hans")
    assert choices.guess("zh-CN", reach=REACH, languages=languages).language == "zh-hans"
    assert choices.guess("zh", reach=REACH, languages=languages).language == "zh-hans"
    assert choices.guess("zh-TW", reach=REACH, languages=languages).language == "en"
