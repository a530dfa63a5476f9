from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from django.utils.translation import gettext, ngettext, override

from entrepot.ui import catalogues


def test_messages_come_from_templates_from_python_and_from_errors() -> None:
    found = catalogues.extract()
    assert found.get("Add to cart") is not None  # A template.
    assert found.get("It is sold out.") is not None  # A call of gettext.
    assert found.get("There is nothing here under this name.") is not None  # A domain error's summary.
    assert found.get("A listing has at most %(most)s pictures.") is not None  # A sentence of an operation.
    assert found.get("VAT number (Partita IVA)") is not None  # A label of a country pack.
    assert found.get("Import one-stop shop") is not None  # The title of a union's import rule.
    assert found.get("VAT of the seller's country") is not None  # Another room's label.
    assert found.get(("%(n)s piece", "%(n)s pieces")) is not None


def test_messages_inside_f_strings_are_found_too() -> None:
    source = """label = f"{_('Order')} {number}: {gettext('sent')}" """
    assert list(catalogues._of_f_strings(source)) == [("Order", None), ("sent", None)]


def test_a_clean_clone_speaks_arabic_with_its_six_plural_forms() -> None:
    with override("ar"):
        assert gettext("Add to cart") == "أضف إلى السلة"
        forms = [ngettext("%(n)s piece", "%(n)s pieces", n) % {"n": n} for n in (0, 1, 2, 3, 11, 100)]
    assert forms == ["0 قطعة", "قطعة واحدة", "قطعتان", "3 قطع", "11 قطعة", "100 قطعة"]


@pytest.fixture
def own_catalogues(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of catalogues of the test's own."""
    monkeypatch.setattr(catalogues, "SOURCE", tmp_path)


def _written(**words: str) -> None:
    catalog = Catalog(locale="ar")
    catalog.add("Cart", words.get("cart", "السلة"))
    catalogues.write("ar", catalog)


@pytest.mark.usefixtures("own_catalogues")
def test_machine_readable_catalogues_are_made_once_and_again_when_the_words_change(tmp_path: Path) -> None:
    target = tmp_path / "made"
    _written()
    assert catalogues.compile_into(target) == ["ar"]
    assert catalogues.compile_into(target) == []
    _written(cart="سلة")
    assert catalogues.compile_into(target) == ["ar"]
    assert (target / "ar" / "LC_MESSAGES" / "django.mo").is_file()


@pytest.mark.usefixtures("own_catalogues")
def test_a_catalogue_is_made_where_django_looks_for_it(tmp_path: Path) -> None:
    catalog = catalogues.read("zh-hans")
    catalog.add("Cart", "购物车")
    catalogues.write("zh-hans", catalog)
    assert (tmp_path / "zh-hans" / "LC_MESSAGES" / "django.po").is_file()
    assert catalogues.compile_into(tmp_path / "made") == ["zh-hans"]
    assert (tmp_path / "made" / "zh_Hans" / "LC_MESSAGES" / "django.mo").is_file()
