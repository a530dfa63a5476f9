"""How texts become words, and what is typed becomes a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies

from entrepot.search.index_port import Asked, Form, Group
from entrepot.search.words import LANGUAGES, ask, bare, bare_and_tokens, field_language, narrow, tokens
from entrepot.search.words.folding import plain, tidy
from entrepot.search.words.keyboards import switch
from entrepot.search.words.synonyms import BadSynonyms, list_rules, read_book

_OWN = Path(__file__).parents[2] / "src/entrepot/search/words/synonyms"


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("HP DJ T920/T1500, 2.44 m", "en", "hp dj t920 t1500 2.44 2440mm"),
        ("Men's T-Shirt", "en", "men mens t shirt tshirt"),
        ("Sony KD-55X80J", "en", "sony kd 55x80j kd55x80j"),
        ("iPhone13 128GB", "en", "iphone13 iphone 13 128 128gb"),
        ("1,5 l", "de", "1.5 1500ml"),
        ("1.500 ml", "de", "1500 1500ml"),
        ("1.500 ml", "en", "1.5 1.5ml"),
        ("1,500 ml", "en", "1500 1500ml"),
        ("1.234.567,5 g", "it", "1234567.5 1234567.5g"),
        ("20 000 мАч", "ru", "20000 20000mah"),
        ("iPhone 13 128 GB", "ru", "iphone 13 128 128gb"),
        ("42 EU", "en", "eu 42 eu42"),
        ("EU 42,5", "de", "eu 42.5 eu42.5"),
        ('15" / 15 inch / 15″', "en", "15 15in 15 15in 15 15in"),
        ("15 дюймов", "ru", "15 15in"),
        ("15英寸", "zh", "15 15in"),
        ("3 in 1", "en", "3 in 1"),
        ("30 × 40 × 5,5 cm", "it", "30 40 5.5 30x40x5.5 cm"),
        ("12.05.2026 v1.2.3", "en", "12 05 2026 v1 2 3"),
        ("l'huile dell'olio", "it", "huile olio"),
        ("L'Oréal", "en", "oreal loreal"),
        ("İstanbul'un IŞIK", "tr", "istanbul isik"),
        ("IŞIK İstanbul", "en", "isik istanbul"),
        ("Ёлка ёж", "ru", "елка еж"),
        ("Straße Fußball Größe", "de", "strasse fussball grosse"),
        ("المَدْرَسَة إلى أحمد ـــ ٤٢", "ar", "المدرسه الي احمد 42"),
        ("红色棉质T恤", "zh", "红色 色棉 棉质 t 恤"),
        ("ＡＢＣ ﬁne Kindle™", "en", "abc fine kindle"),
        ("cafe\u0301 naïve Œuvre", "fr", "cafe naive oeuvre"),
        ("snake_case & co.", "en", "snake case co"),
        ("<b>Bold</b>words", "en", "bold words"),
        ("U.S.A. red,blue end.Next", "en", "u s a usa red blue end next"),
        ("हिन्दी शर्ट", "hi", "हिन्दी शर्ट"),
        ("", "en", ""),
        ("!?…", "en", ""),
    ],
)
def test_a_text_is_cut_into_bare_words(text: str, language: str, words: str) -> None:
    assert bare(text, language) == words.split()


@pytest.mark.parametrize(
    ("text", "language", "stems"),
    [
        ("The running shoes of women", "en", "run shoe woman"),
        ("Zapatos para niños y camiones", "es", "zapat niñ camion"),
        ("Bottiglie dell'olio di qualità", "it", "bottigl oli qual"),
        ("Кроссовки и подарков", "ru", "кроссовк подарк"),
        ("Koşu ayakkabısı ve çantalar", "tr", "kos ayakkap canta"),
        ("Calções e papéis", "pt", "calca papel"),
        ("Chaussures fermées pour l'été", "fr", "chaussur ferm ete"),
        ("Häuser und Straßen", "de", "haus strass"),
        ("للسيارات والملابس", "ar", "سيار ملابس"),
        ("男士运动鞋", "zh", "男士 士 运动 动 运动鞋 鞋"),
        ("Model X200 128 GB", "en", "model"),
        ("ワイヤレス", "ja", ""),
    ],
)
def test_a_text_becomes_stems_of_its_language_without_stop_words(text: str, language: str, stems: str) -> None:
    assert tokens(text, language) == stems.split()


def test_languages_have_the_fields_that_their_codes_name() -> None:
    assert [field_language(code) for code in ("en", "en-GB", "zh-hans", "zh-hant", "pt-BR", "ja", "")] == [
        "en", "en", "zh", "zh", "pt", "", ""
    ]  # fmt: skip


def _typed(groups: tuple[Group, ...]) -> list[str]:
    return [group.typed for group in groups]


@pytest.mark.parametrize(
    ("q", "wanted", "unwanted"),
    [
        ("red shirt", ["red", "shirt"], []),
        ('"red shirt" cotton', ["red shirt", "cotton"], []),
        ("red -blue", ["red"], ["blue"]),
        ('shirt -"dark blue"', ["shirt"], ["dark blue"]),
        ("shoes for the men", ["shoes", "men"], []),
        ("the", ["the"], []),
        ("-blue", [], ["blue"]),
        ("()&|!:*", [], []),
        ('"unclosed phrase', ["unclosed phrase"], []),
        ('15" laptop', ["15in", "laptop"], []),
        ("- blue", ["blue"], []),
        ("usb-c", ["usb-c"], []),
        ("red OR blue shirt", ["red | blue", "shirt"], []),
        ("OR red", ["red"], []),
        ("red OR", ["red"], []),
        ("red OR -blue", ["red"], ["blue"]),
        ("棉质衬衫", ["棉质", "衬衫"], []),
        ("a b c d e f g h i j k l m n o p", list("bcdefghjklmn"), []),
    ],
)
def test_what_is_typed_becomes_groups(q: str, wanted: list[str], unwanted: list[str]) -> None:
    asked = ask(q, "en")
    assert _typed(asked.wanted) == wanted
    assert _typed(asked.unwanted) == unwanted


def test_a_words_first_form_is_the_bare_one_and_the_buyers_language_comes_next() -> None:
    (group,) = ask("zapatos", "es").wanted
    assert group.forms[:2] == (Form("", ("zapatos",), 0.9), Form("es", ("zapat",), 1.0))
    assert {form.language for form in group.forms} == {"", "en", "es", "it", "tr", "de", "fr", "pt", "ru", "ar"}


def test_numbers_and_codes_have_one_form_whatever_the_language() -> None:
    assert [group.forms for group in ask("1,5 l x200", "de").wanted] == [
        (Form("", ("1500ml",), 0.9),),
        (Form("", ("x200",), 0.9),),
    ]


def test_only_the_last_word_may_go_on_and_only_while_it_is_typed() -> None:
    assert [group.open_end for group in ask("red sh", "en", unfinished=True).wanted] == [False, True]
    assert [group.open_end for group in ask("red sh ", "en", unfinished=True).wanted] == [False, False]
    assert [group.open_end for group in ask("red sh", "en").wanted] == [False, False]


def test_an_engine_is_spared_forms_that_reach_nothing_more() -> None:
    counts = {("", "zapatos"): 5, ("es", "zapat"): 40, ("pt", "zapat"): 3, ("en", "shoe"): 9, ("ru", "обув"): 2}
    asked = narrow(ask("zapatos", "en"), lambda language, token: counts.get((language, token), 0))
    assert [(form.language, form.tokens) for form in asked.wanted[0].forms] == [
        ("", ("zapatos",)),
        ("en", ("zapato",)),
        ("es", ("zapat",)),
    ]
    synonyms = narrow(ask("zapatos", "es"), lambda language, token: counts.get((language, token), 0))
    assert [form.tokens for form in synonyms.wanted[0].forms] == [("zapatos",), ("zapat",), ("shoe",), ("обув",)]


def test_a_name_of_several_words_is_replaced_as_a_whole() -> None:
    asked = ask("cheap cell phone", "en")
    gained = [{form.tokens for form in group.forms if form.weight < 0.6} for group in asked.wanted]
    assert gained[0] == set()
    assert ("smartphon",) in gained[1]
    assert ("smartphon",) in gained[2]


def test_our_synonyms_can_be_read_and_hold_a_hundred_groups_for_each_language_of_pages() -> None:
    typed = [rule.typed.language for rule in list_rules(_OWN)]
    for language in ("en", "es", "it", "ru", "tr", "zh", "ar"):
        assert typed.count(language) >= 300, language


def test_an_operators_synonyms_add_to_ours(tmp_path: Path, settings: object) -> None:
    (tmp_path / "en.toml").write_text('alike = ["zorb, zorbing ball"]\nalso = ["gizmo => zorb"]\n')
    settings.SYNONYMS_DIR = str(tmp_path)  # type: ignore[attr-defined]
    assert Form("en", ("zorb", "ball"), 0.5) in ask("zorb", "en").wanted[0].forms
    assert Form("en", ("zorb",), 0.5) in ask("gizmos", "en").wanted[0].forms
    assert Form("en", ("gizmo",), 0.5) not in ask("zorb", "en").wanted[0].forms
    assert Form("en", ("trainer",), 0.5) in ask("sneakers", "en").wanted[0].forms


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("en.toml", 'alike = [\n  "one, two",\n  "alone",\n]\n', "en.toml, line 3: a group has two names or more"),
        ("en.toml", 'also = [\n  "shoes boots",\n]\n', 'line 2: an entry is written "typed => shown, shown"'),
        ("en.toml", 'alike = [\n  "the, of",\n]\n', "line 2: 'the' holds no word that is kept by its stem"),
        ("en.toml", "alike = [1]\n", "an entry is a text"),
        ("en.toml", 'like = ["a, b"]\n', "'like' is no list that such a file has"),
        ("en.toml", "alike = [\n", "en.toml: "),
        ("xx.toml", 'alike = ["a, b"]\n', "files are named across.toml or by a language"),
        ("across.toml", 'alike = [\n  { en = "sofa", xx = "kauch" },\n]\n', "line 2: there are no words of xx here"),
    ],
)
def test_a_fault_in_synonyms_is_told_with_its_file_and_line(name: str, text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(BadSynonyms) as told:
        list_rules(tmp_path)
    assert message in str(told.value)
    assert str(tmp_path / name) in str(told.value)


def test_a_folder_of_synonyms_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(BadSynonyms, match="is no folder"):
        read_book(str(tmp_path / "missing"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ghbdtn", "привет"), ("rhjccjdrb", "кроссовки"), (",jnbyrb", "ботинки"), ("ышеы", "sits"), ("ىخيث", "node")],
)
def test_keys_of_another_keyboard(typed: str, meant: str) -> None:
    assert meant in switch(typed)


_TEXT = strategies.text(max_size=60)
_LANGUAGE = strategies.sampled_from([*LANGUAGES, "ja", "zh-hans", ""])
# Words of every script that a title may have, with signs between them.
_TITLE = strategies.lists(
    strategies.text(
        strategies.characters(categories=["Lu", "Ll", "Lo", "Nd"], max_codepoint=0xFFFF), min_size=1, max_size=8
    ),
    min_size=1,
    max_size=6,
).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(_TEXT)
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    folded = plain(tidy(text))
    assert plain(tidy(folded)) == folded


@settings(max_examples=300, deadline=None)
@given(_TEXT, _LANGUAGE)
def test_nothing_that_is_typed_raises_and_no_token_holds_a_blank(text: str, language: str) -> None:
    asked: Asked = ask(text, language, unfinished=True)
    found = [*bare(text, language), *tokens(text, language)]
    for group in (*asked.wanted, *asked.unwanted):
        assert group.forms
        found += [token for form in group.forms for token in form.tokens]
    assert all(token and not any(sign.isspace() for sign in token) for token in found)


@settings(max_examples=300, deadline=None)
@given(_TITLE, _LANGUAGE)
def test_a_title_is_found_by_its_own_words(title: str, language: str) -> None:
    words, stems = bare_and_tokens(title, language)
    fields = {"": words, field_language(language) or "none": stems}

    def stands(form: Form) -> bool:
        row, length = fields.get(form.language, []), len(form.tokens)
        return any(tuple(row[at : at + length]) == form.tokens for at in range(len(row) - length + 1))

    for group in ask(title, language).wanted:
        assert any(map(stands, group.forms)), group
