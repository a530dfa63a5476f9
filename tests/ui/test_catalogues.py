from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.conf import settings
from django.utils.translation import gettext, ngettext, override

from entrepot.ui import catalogues


def test_every_message_of_every_room_is_worded_in_every_language() -> None:
    found = catalogues.extract()
    flaws = [flaw for language in catalogues.languages() for flaw in catalogues.find_flaws(language, found)]
    assert flaws == []
    offered = {code for code, _ in settings.LANGUAGES} - {"en"}
    assert set(catalogues.languages()) == offered


def test_messages_come_from_templates_from_python_and_from_errors() -> None:
    found = catalogues.extract()
    assert found.get("Add to cart") is not None  # A template.
    assert found.get("It is sold out.") is not None  # A call of gettext.
    assert found.get("There is nothing here under this name.") is not None  # A domain error's summary.
    assert found.get("VAT of the seller's country") is not None  # Another room's label.
    assert found.get(("%(n)s piece", "%(n)s pieces")) is not None


def test_a_clean_clone_speaks_arabic_with_its_six_plural_forms() -> None:
    with override("ar"):
        assert gettext("Add to cart") == "أضف إلى السلة"
        forms = [ngettext("%(n)s piece", "%(n)s pieces", n) % {"n": n} for n in (0, 1, 2, 3, 11, 100)]
    assert forms == ["0 قطعة", "قطعة واحدة", "قطعتان", "3 قطع", "11 قطعة", "100 قطعة"]


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Catalog:
    """A source of four messages, and an Arabic catalogue that a test fills."""
    home = tmp_path / "ar" / "LC_MESSAGES"
    home.mkdir(parents=True)
    monkeypatch.setattr(catalogues, "SOURCE", tmp_path)
    found = Catalog()
    for message in ("Cart", "Order %(number)s", ("%(n)s day", "%(n)s days"), "Entrepot"):
        found.add(message)
    return found


def _written(found: Catalog, **words: object) -> list[str]:
    catalog = Catalog(locale="ar")
    catalog.add("Cart", words.get("cart", "السلة"))
    catalog.add("Order %(number)s", words.get("order", "الطلب %(number)s"))
    catalog.add(("%(n)s day", "%(n)s days"), words.get("days", ("%(n)s يوم",) * 6))
    catalog.add("Entrepot", "Entrepot")
    catalogues.write("ar", catalog)
    return [flaw.fault for flaw in catalogues.find_flaws("ar", found)]


def test_a_good_catalogue_has_no_flaw(own: Catalog) -> None:
    assert _written(own) == []


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ({"cart": ""}, "missing"),
        ({"cart": "Cart"}, "equal to its source"),
        ({"cart": "Warenkorb"}, "not in the language's script"),
        ({"order": "الطلب %(id)s"}, "other placeholders: ['%(id)s'] for ['%(number)s']"),
        ({"order": "الطلب"}, "other placeholders: [] for ['%(number)s']"),
        ({"days": ("%(n)s يوم", "", "", "", "", "")}, "has 1 plural forms of 6"),
    ],
)
def test_the_check_finds(own: Catalog, words: dict[str, object], fault: str) -> None:
    assert _written(own, **words) == [fault]


def test_machine_readable_catalogues_are_made_once_and_again_when_the_words_change(
    own: Catalog, tmp_path: Path
) -> None:
    target = tmp_path / "made"
    _written(own)
    assert catalogues.compile_into(target) == ["ar"]
    assert catalogues.compile_into(target) == []
    _written(own, cart="سلة")
    assert catalogues.compile_into(target) == ["ar"]
    assert (target / "ar" / "LC_MESSAGES" / "django.mo").is_file()
