"""Our own words for customs codes: all chapters, the headings of a marketplace, whole in every language."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from django.conf import settings

from entrepot.customs import nomenclature

TABLE = nomenclature.words_by_code()
# Words that these languages share with English.
SHARED_WORDS = {"Chocolate", "Drones", "Pasta", "Perfumes", "Pianos", "Radios"}
SCRIPTS = {
    "ru": re.compile(r"[А-Яа-яЁё]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "zh-hans": re.compile(r"[\u4e00-\u9fff]"),
}
LATIN = re.compile(r"[A-Za-z]{2,}")
# 3D, LED and T-shirt are written so in Chinese and Russian too.
LATIN_SIGNS = {"LED", "3D"}


def words(language: str) -> Iterable[tuple[str, str]]:
    return ((code, names[language]) for code, names in TABLE.items())


def test_every_chapter_has_words_and_several_hundred_headings() -> None:
    chapters = {code for code in TABLE if len(code) == 2}
    assert chapters == {f"{number:02d}" for number in range(1, 98)} - {"77"}
    headings = {code for code in TABLE if len(code) == 4}
    assert len(headings) > 400
    assert {code[:2] for code in headings} <= chapters


def test_the_languages_are_those_of_the_shop() -> None:
    assert set(nomenclature.LANGUAGES) == {code for code, _ in settings.LANGUAGES}
    assert all(set(names) == set(nomenclature.LANGUAGES) for names in TABLE.values())


@pytest.mark.parametrize("language", nomenclature.LANGUAGES)
def test_each_language_is_whole_short_and_in_its_script(language: str) -> None:
    for code, text in words(language):
        assert text == text.strip(), code
        assert 1 <= len(text) <= 75, code
        if language in SCRIPTS:
            assert SCRIPTS[language].search(text), f"{code} {text}"
            assert set(LATIN.findall(text)) <= LATIN_SIGNS, f"{code} {text}"
        else:
            assert not any(script.search(text) for script in SCRIPTS.values()), f"{code} {text}"


@pytest.mark.parametrize("language", [code for code in nomenclature.LANGUAGES if code != "en"])
def test_no_language_is_left_english(language: str) -> None:
    assert {text for code, text in words(language) if text == TABLE[code]["en"]} <= SHARED_WORDS


@pytest.mark.parametrize("language", nomenclature.LANGUAGES)
def test_headings_of_a_language_are_told_apart(language: str) -> None:
    texts = [text for code, text in words(language) if len(code) == 4]
    twice = {text for text in texts if texts.count(text) > 1}
    assert twice == set()


def test_a_code_is_described_by_its_heading_else_by_its_chapter() -> None:
    assert nomenclature.describe("6109100012", language="it") == "Magliette e canottiere"
    assert nomenclature.describe("610910", language="zh") == nomenclature.describe("610910", language="zh-hans")
    assert nomenclature.describe("0101", language="en") == "Live animals"
    assert nomenclature.describe("610910", language="xx") == "T-shirts, singlets"
    assert [step.code for step in nomenclature.path("610910")] == ["61", "6109"]
    assert (nomenclature.path("99"), nomenclature.describe("")) == ([], "")
