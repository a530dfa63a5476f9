from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.core.management import CommandError, call_command

from entrepot.ui import catalogue_faults, catalogues
from entrepot.ui.catalogue_faults import Flaw

LANGUAGES = [code for code, _ in settings.LANGUAGES if code != "en"]
Written = Callable[..., list[str]]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Written:
    """Return a function that writes one translated message into a language's catalogue and says what is wrong."""
    monkeypatch.setattr(catalogues, "SOURCE", tmp_path)

    def write(language: str, message: str | tuple[str, str], translation: str | tuple[str, ...]) -> list[str]:
        found = Catalog()
        found.add(message)
        catalog = catalogues.read(language)
        catalog.add(message, translation)
        catalogues.write(language, catalog)
        return [flaw.fault for flaw in catalogue_faults.find_flaws(language, found)]

    return write


PIECES = ("%(n)s piece", "%(n)s pieces")
SENT = "%(seller)s has sent your order %(number)s."
FAULTS: list[tuple[str, str | tuple[str, str], str | tuple[str, ...], str]] = [
    # Nothing there, or nothing done.
    ("es", "Cart", "", "missing"),
    ("es", "Cart", "Cart", "equal to its source"),
    ("ar", "Cart", "Cart", "equal to its source"),
    # Placeholders.
    (
        "es", SENT, "%(seller)s ha enviado tu pedido.",
        "other placeholders: ['%(seller)s'] for ['%(number)s', '%(seller)s']",
    ),
    ("es", "Order %(number)s", "Pedido %(id)s", "other placeholders: ['%(id)s'] for ['%(number)s']"),
    ("es", "Order %(number)s", "Pedido %(number)s %(number)s %", "a placeholder or percent sign is broken"),
    ("ru", "Order {number}", "Заказ", "other placeholders: [] for ['{number}']"),
    (
        "ru", PIECES, ("штука", "%(n)s штуки", "%(n)s штук"),
        "other placeholders: [] for ['%(n)s']",
    ),  # 21, too, takes the first form.
    # Markup and code.
    ("it", "<b>Now</b> paid", "<b>Ora pagato", "other tags: ['<b>'] for ['</b>', '<b>']"),
    ("it", "<b>Now</b> paid", "<i>Ora</i> pagato", "other tags: ['</i>', '<i>'] for ['</b>', '<b>']"),
    ("it", "Send `version`.", "Invia `versione`.", "other code or addresses: ['`versione`'] for ['`version`']"),
    # White space, end, numbers.
    ("tr", "Cart ", "Sepet", "ends with other white space"),
    ("tr", "\nCart", "Sepet", "begins with other white space"),
    ("tr", "It is sold out.", "Tükendi", "ends with 'no sign' instead of '.'"),
    ("zh-hans", "Is it yours?", "这是您的吗。", "ends with '.' instead of '?'"),
    ("ar", "Wait:", "انتظر", "ends with 'no sign' instead of ':'"),
    ("es", "At most 2,000 symbols.", "Como máximo 200 símbolos.", "other numbers: ['200'] for ['2000']"),
    ("ru", "At most 40 symbols.", "Знаков слишком много.", "other numbers: [] for ['40']"),
    # Plural forms by CLDR.
    ("ru", PIECES, ("%(n)s штука", "%(n)s штуки"), "has 2 plural forms of 3"),
    ("tr", PIECES, ("%(n)s adet",), "has 1 plural forms of 2"),
    ("ar", PIECES, ("%(n)s قطعة", "", "", "", "", ""), "has 1 plural forms of 6"),
    # Scripts.
    ("ar", "Cart", "Warenkorb", "not in the language's script: Warenkorb"),
    ("ru", "Seller's cart", "Cart продавца", "not in the language's script: Cart"),
    ("ru", "Cart", "Kорзина", "letters of two scripts in 'Kорзина'"),  # A Latin K.
    ("es", "Cart", "Сarrito", "letters of two scripts in 'Сarrito'"),  # A Cyrillic С.
    ("es", "Cart", "Корзина", "not in the language's script: Корзина"),
    ("it", "Parcel", "包裹", "not in the language's script: 包裹"),
    ("ru", "It is in a box", "Он c коробкой", "not in the language's script: c"),  # A Latin c.
    ("ar", "Book", "کتاب", "letters that Arabic does not have: ک"),
    ("zh-hans", "Order", "訂單", "signs that are not simplified: 單 訂"),
    # What was left standing.
    ("es", "The goods of your cart", "Los productos of tu carrito", "English words: of"),
    ("it", "Tax office number given today", "Numero Tax office number given", "English words: tax office number given"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "message", "translation", "fault"), FAULTS)
def test_the_check_finds(
    written: Written, language: str, message: str | tuple[str, str], translation: str | tuple[str, ...], fault: str
) -> None:
    assert written(language, message, translation) == [fault]


GOOD: list[tuple[str, str | tuple[str, str], str | tuple[str, ...]]] = [
    ("es", SENT, "El pedido %(number)s: %(seller)s ya lo ha enviado."),
    ("es", PIECES, ("%(n)s pieza", "%(n)s piezas")),
    ("es", PIECES, ("una pieza", "%(n)s piezas")),
    ("it", "<b>Now</b> <i>paid</i>", "<i>Pagato</i> <b>ora</b>"),
    ("ru", PIECES, ("%(n)s штука", "%(n)s штуки", "%(n)s штук")),
    ("ru", "VAT number (Partita IVA)", "Номер НДС (Partita IVA)"),
    ("ru", "At most 1,000 rows.", "Не больше 1 000 строк."),
    ("ru", "Form CN22", "Форма CN22"),
    ("tr", PIECES, ("%(n)s adet", "%(n)s adet")),
    ("tr", "10 characters", "On karakter"),
    ("zh-hans", "Is it yours?", "这是您的吗？"),
    ("zh-hans", PIECES, ("%(n)s 件",)),
    ("zh-hans", "Entrepot", "Entrepot"),
    ("ar", PIECES, ("%(n)s قطعة", "قطعة واحدة", "قطعتان", "%(n)s قطع", "%(n)s قطعة", "%(n)s قطعة")),
    ("ar", "Is it yours?", "هل هو لك؟"),
    ("ar", "At most 40 symbols", "٤٠ رمزًا على الأكثر"),
]


@pytest.mark.parametrize(("language", "message", "translation"), GOOD)
def test_a_good_translation_passes(
    written: Written, language: str, message: str | tuple[str, str], translation: str | tuple[str, ...]
) -> None:
    assert written(language, message, translation) == []


def test_a_plural_rule_that_is_not_the_languages_is_found(written: Written) -> None:
    written("tr", PIECES, ("%(n)s adet", "%(n)s adet"))
    path = catalogues.path_of("tr")
    path.write_text(path.read_text().replace("nplurals=2; plural=(n != 1)", "nplurals=2; plural=(n > 1)"))
    assert catalogue_faults.find_flaws("tr", Catalog()) == [
        Flaw("tr", "", "the head's Plural-Forms are not the language's: it has 2, by CLDR")
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_catalogue_has_the_plural_rule_of_its_language(language: str) -> None:
    catalog = Catalog(locale=language.replace("-", "_"))
    assert list(catalogue_faults._header_faults(language, catalog)) == []


def test_what_may_stay_english_is_kept_with_its_reason() -> None:
    import tomllib

    document = tomllib.loads(catalogues.ALLOWED.read_text(encoding="utf-8"))
    rows = [*document["words"], *document["messages"]]
    assert all(row["reason"].endswith(".") for row in rows)
    assert all(set(row.get("languages", ())) <= set(LANGUAGES) for row in rows)
    found = catalogues.extract()
    assert [text for row in document["messages"] for text in row["messages"] if found.get(text) is None] == []


def test_a_message_that_is_allowed_may_equal_its_source(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = catalogue_faults.Allowed({}, {"Total": frozenset({"es"})})
    monkeypatch.setattr(catalogue_faults, "allowed", lambda: allowed)
    assert written("es", "Total", "Total") == []
    assert written("it", "Total", "Total") == ["equal to its source"]


def test_every_message_of_every_room_is_worded_in_every_language() -> None:
    found = catalogues.extract()
    flaws = [flaw for language in LANGUAGES for flaw in catalogue_faults.find_flaws(language, found)]
    assert flaws == []


def test_the_command_names_each_flaw_and_fails(
    written: Written, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Catalog()
    found.add("Cart")
    monkeypatch.setattr(catalogues, "extract", lambda: found)
    for language, word in (("es", "Carrito"), ("it", "Carrello"), ("ru", "Корзина"), ("tr", "Sepet"), ("ar", "السلة")):
        written(language, "Cart", word)
    with pytest.raises(CommandError, match="1 flaw in the translations"):
        call_command("translations", "check")
    assert capsys.readouterr().err == "zh-hans: 'Cart': missing\n"
    written("zh-hans", "Cart", "购物车")
    call_command("translations", "check")
    assert capsys.readouterr().out == "1 message in 6 languages beside English: no flaw\n"
