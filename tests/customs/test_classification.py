"""Suggested HS codes from words alone: goods in seven languages, what decides between codes, and how sure they are."""

from __future__ import annotations

import csv
import random
from importlib.resources import files

import pytest
from hypothesis import given, strategies as st

from entrepot.customs import nomenclature
from entrepot.customs.classification import Described, Evidence, name_facets, stems_of, suggest
from entrepot.customs.classification.lexicon import LANGUAGES, get_lexicon
from entrepot.customs.classification.suggesting import CANDIDATES_MAX, rank
from entrepot.customs.classification.texts import TextIndex


def first(title: str, language: str | None = None, **more: object) -> str | None:
    """Return the code that is suggested first."""
    ranking = rank(Described(title, language, **more))  # type: ignore[arg-type]
    return ranking.codes[0][0] if ranking.codes else None


@pytest.mark.parametrize(
    ("language", "title", "code"),
    [
        ("en", "Cotton T-shirt for men", "610910"),
        ("ru", "Футболка мужская хлопок", "610910"),
        ("tr", "Erkek pamuklu tişört", "610910"),
        ("es", "Camisetas de algodón", "610910"),
        ("it", "Maglietta in cotone", "610910"),
        ("ar", "تيشيرت قطن رجالي", "610910"),
        ("zh", "男士纯棉T恤", "610910"),
        ("ru", "Кожаная сумка через плечо", "420221"),
        ("tr", "Kadın deri omuz çantası", "420221"),
        ("it", "Stivaletti in pelle donna", "640391"),
        ("zh", "女士真丝连衣裙", "620449"),
        ("zh", "聲波電動牙刷", "850980"),  # Written in traditional characters.
        ("en", "Stainless steel water bottle with bamboo lid", "732393"),
        ("es", "Sartén de hierro fundido 26 cm", "732391"),
        ("ar", "سماعة رأس لاسلكية", "851830"),
    ],
)
def test_goods_are_told_in_the_sellers_own_words(language: str, title: str, code: str) -> None:
    assert first(title, language) == code


@pytest.mark.parametrize(
    ("title", "code"),
    [
        ("Women's denim jeans", "620462"),
        ("Men's denim jeans", "620342"),
        ("Leather wallet", "420231"),
        ("Porcelain tea cup", "691110"),
        ("Ceramic mug", "691200"),
        ("Sterling silver ring", "711311"),
        ("Wool blanket", "630120"),
        ("Polyester blanket", "630140"),
    ],
)
def test_material_and_wearer_decide_between_codes(title: str, code: str) -> None:
    assert first(title, "en") == code


@pytest.mark.parametrize(
    ("title", "language", "code"),
    [
        ("Чехол для телефона", "ru", "392690"),
        ("Phone case for iPhone 13", "en", "392690"),
        ("Telefon için kılıf", "tr", "392690"),
        ("Тонер-картридж для принтера HP", "ru", "844399"),
        ("Funda de silicona para móvil", "es", "392690"),
    ],
)
def test_what_goods_are_meant_for_is_not_what_they_are(title: str, language: str, code: str) -> None:
    assert first(title, language) == code


def test_attributes_tell_what_the_title_leaves_out() -> None:
    assert first("Blanket", "en", attributes=(("Material", "100% wool"),)) == "630120"
    assert first("Плед «Ладога»", "ru", attributes=(("Материал", "шерсть"),)) == "630120"
    assert first("Model 4711", "en", attributes=(("Type", "Backpack"),)) == "420292"


def test_the_category_tells_what_a_bare_title_does_not() -> None:
    assert first("Siena 4711", "it") is None
    assert first("Siena 4711", "it", category=("Orologi da polso",)) == "910211"


def test_a_candidate_names_the_words_that_spoke_for_it_as_they_were_written() -> None:
    found = suggest(Described("Футболка МУЖСКАЯ из хлопка", "ru"))[0]
    assert found.code == "610910"
    assert found.why == ("Футболка", "МУЖСКАЯ", "хлопка")
    assert found.facets == ("cotton",)
    assert name_facets(found.facets, "tr") == ("pamuk",)
    assert name_facets(found.facets, "zh-hans") == ("棉",)


def test_only_the_heading_is_told_where_no_code_of_it_stands_out() -> None:
    cable = suggest(Described("Printed paper for photographs", "en"), published=TextIndex(_PAPERS))
    assert (cable[0].code, {one.code[:4] for one in cable[1:]}) == ("3703", {"3703"})
    assert cable[0].probability > cable[1].probability


_PAPERS = [(f"3703{n}0", f"Photographic paper of kind {n}") for n in range(1, 7)]


def test_words_that_name_no_goods_bring_no_suggestion() -> None:
    assert suggest(Described("Xqzzk 4711 Blorf", "en")) == ()
    assert suggest(Described("", None)) == ()


def test_what_sellers_confirmed_outweighs_the_lexicon_where_it_is_plain() -> None:
    learned = Evidence(by_word={stem: {"610443": 40.0} for stem in stems_of(["Sundress Maxi"])})
    assert first("Sundress Maxi", "en") == "620443"
    assert suggest(Described("Sundress Maxi", "en"), evidence=learned)[0].code == "610443"
    odd = Evidence(by_word={"zorb": {"961700": 30.0}})
    assert suggest(Described("Zorb 500 ml", "en"), evidence=odd)[0].code == "961700"
    assert suggest(Described("Zorb 500 ml", "en")) == ()


def test_published_texts_help_where_our_own_words_end() -> None:
    index = TextIndex([("9015", "Surveying instruments"), ("901520", "Theodolites"), ("901530", "Levels")])
    assert suggest(Described("Theodolites", "en")) == ()
    found = suggest(Described("Theodolites", "en"), published=index)
    assert found[0].code == "901520"
    assert found[0].why == ("Theodolites",)


_ALPHABET = st.text(alphabet="abcкожаفустка 包鞋T-shirt,/0123“”\u2068\u200f", max_size=80)


@given(title=_ALPHABET, language=st.sampled_from([*LANGUAGES, None, "kk"]), attribute=_ALPHABET)
def test_any_words_get_an_orderly_answer(title: str, language: str | None, attribute: str) -> None:
    found = suggest(Described(title, language, attributes=(("Material", attribute),), description=attribute))
    assert len(found) <= CANDIDATES_MAX
    assert all(0 <= one.probability < 1 for one in found)
    assert sum(one.probability for one in found if len(one.code) == 6) <= 1.000001
    assert [one.code for one in found] == list(dict.fromkeys(one.code for one in found))
    again = suggest(Described(title, language, attributes=(("Material", attribute),), description=attribute))
    assert again == found, "the same words, the same answer"


def test_every_row_of_the_lexicon_has_words_in_every_language_and_codes_that_the_headings_know() -> None:
    chapters = {code for code in nomenclature.words_by_code() if len(code) == 2}
    rows = _rows("goods.csv")
    assert len(rows) > 400
    for row in rows:
        assert all(row[language].strip("/ ") for language in LANGUAGES), row["en"]
    for goods in get_lexicon().goods:
        for case in goods.cases:
            assert case.code[:2] in chapters, case
            assert case.weight > 0, case
    facets = {row["facet"].partition(".")[2] for row in _rows("facets.csv")}
    named = {value for goods in get_lexicon().goods for case in goods.cases for _, value in case.facets}
    assert named <= facets
    assert all(row[language] for row in _rows("facets.csv") for language in LANGUAGES)


def test_goods_are_found_by_their_own_names_in_every_language() -> None:
    """Each kind's own first name leads to one of its codes; where two kinds share a name, to one of theirs."""
    rng = random.Random(4)
    rows = _rows("goods.csv")
    by_name: dict[tuple[str, str], set[str]] = {}
    for row, goods in zip(rows, get_lexicon().goods, strict=True):
        for language in LANGUAGES:
            for name in row[language].split("/"):
                by_name.setdefault((language, name), set()).update(case.code[:4] for case in goods.cases)
    asked = rng.sample(sorted(by_name), 1_500)
    right = sum((first(name, language) or "")[:4] in by_name[language, name] for language, name in asked)
    assert right / len(asked) > 0.97


def _rows(name: str) -> list[dict[str, str]]:
    text = files("entrepot.customs.classification").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), delimiter=";"))
