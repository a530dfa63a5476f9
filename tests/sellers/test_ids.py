"""Vectors of the seven first selling countries; what packs say of numbers, the registration form demands."""

from __future__ import annotations

import pytest

from entrepot.demo import identities
from entrepot.markets import queries as markets
from entrepot.sellers import numbers

COUNTRIES = ("CN", "RU", "TR", "IT", "ES", "KZ", "SA")


def _compact(country: str, form: str, kind: str, text: str) -> str:
    registration = markets.get_pack(country).registration
    wanted = next(number for number in registration.forms[form].ids if number.kind == kind)
    return numbers.compact_id(text, wanted)


@pytest.mark.parametrize(
    ("country", "form", "kind", "text", "kept"),
    [
        ("CN", "company", "uscc", "91110000600037341L", "91110000600037341L"),
        ("CN", "company", "uscc", " 91110000600037341l ", "91110000600037341L"),
        ("CN", "company", "uscc", "９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        ("CN", "company", "ric", "360426199101010071", "360426199101010071"),
        ("RU", "company", "inn", "1234567894", "1234567894"),
        ("RU", "company", "ogrn", "1022200525819", "1022200525819"),
        ("RU", "company", "kpp", "770701001", "770701001"),
        ("RU", "sole_trader", "inn", "123456789047", "123456789047"),
        ("RU", "sole_trader", "ogrnip", "385768585948949", "385768585948949"),
        ("TR", "company", "vkn", "4540536920", "4540536920"),
        ("TR", "company", "mersis", "0454053692000015", "0454053692000015"),
        ("TR", "sole_trader", "tckn", "17291716060", "17291716060"),
        ("IT", "company", "vat", "IT00743110157", "00743110157"),
        ("IT", "company", "vat", "IT 007 431 101 57", "00743110157"),
        ("IT", "company", "rea", "MI-1234567", "MI1234567"),
        ("IT", "sole_trader", "codice_fiscale", "RCCMNL83S18D969H", "RCCMNL83S18D969H"),
        ("ES", "company", "nif", "B64717838", "B64717838"),
        ("ES", "company", "nif", "ES B-64717838", "B64717838"),
        ("ES", "sole_trader", "nif", "X2482300W", "X2482300W"),
        ("KZ", "company", "bin", "040140000018", "040140000018"),
        ("KZ", "sole_trader", "iin", "850101300015", "850101300015"),
        ("SA", "company", "cr", "١٠١٠١٢٣٤٥٦", "1010123456"),  # Arabic-Indic digits.
        ("SA", "company", "vat", "300000000000003", "300000000000003"),
    ],
)
def test_a_valid_number_is_kept_in_compact_form(country, form, kind, text, kept):
    assert _compact(country, form, kind, text) == kept


@pytest.mark.parametrize(
    ("country", "form", "kind", "text", "reason"),
    [
        ("CN", "company", "uscc", "91110000600037342L", "bad_check_digit"),
        ("CN", "company", "uscc", "9111000060003734", "bad_form"),
        ("CN", "company", "ric", "360426199101010072", "bad_check_digit"),
        ("RU", "company", "inn", "1234567895", "bad_check_digit"),
        ("RU", "company", "inn", "123456789047", "bad_form"),  # A person's, twelve digits.
        ("RU", "sole_trader", "inn", "1234567894", "bad_form"),  # A company's, ten digits.
        ("RU", "company", "ogrn", "1022500001328", "bad_check_digit"),
        ("RU", "company", "kpp", "77070100", "bad_form"),
        ("TR", "company", "vkn", "4540536921", "bad_check_digit"),
        ("TR", "company", "mersis", "045405369200001", "bad_form"),
        ("TR", "company", "mersis", "0454053692100015", "bad_check_digit"),  # The VKN inside is none.
        ("TR", "sole_trader", "tckn", "17291716050", "bad_check_digit"),
        ("IT", "company", "vat", "IT00743110158", "bad_check_digit"),
        ("IT", "company", "rea", "M-1234567", "bad_form"),
        ("IT", "sole_trader", "codice_fiscale", "RCCMNL83S18D969A", "bad_check_digit"),
        ("ES", "company", "nif", "B64717839", "bad_check_digit"),
        ("ES", "sole_trader", "nif", "X2482300A", "bad_check_digit"),
        ("KZ", "company", "bin", "040140000019", "bad_check_digit"),
        ("KZ", "company", "bin", "04014000001", "bad_form"),
        ("SA", "company", "cr", "101012345", "bad_form"),
        ("SA", "company", "vat", "300000000000004", "bad_form"),
        ("CN", "company", "uscc", "", "empty"),
        ("CN", "company", "uscc", "9" * 100, "bad_form"),
        ("CN", "company", "uscc", "'; DROP TABLE sellers_seller; --", "bad_form"),
        ("IT", "company", "vat", "\u0000\u202e", "empty"),
    ],
)
def test_an_invalid_number_is_refused_with_its_reason(country, form, kind, text, reason):
    with pytest.raises(numbers.BadNumber) as refusal:
        _compact(country, form, kind, text)

    assert refusal.value.reason == reason


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("form", ["company", "sole_trader"])
def test_made_up_identities_are_well_formed_and_differ(country, form):
    first, second = (identities.business_ids(country, form, serial) for serial in (1, 2))

    assert first == identities.business_ids(country, form, 1)
    assert first.keys() == second.keys()
    for kind, value in first.items():
        assert value != second[kind]
        assert _compact(country, form, kind, value) == value


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("form", ["company", "sole_trader"])
def test_every_form_has_a_key_that_names_the_entity(country, form):
    registration = markets.get_pack(country).registration

    assert any(number.entity_key and number.required for number in registration.forms[form].ids)


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("IT60 X054 2811 1010 0000 0123 456", None, "IT60X0542811101000000123456"),
        ("es91 2100 0418 4502 0005 1332", None, "ES9121000418450200051332"),
        ("DE89370400440532013000", None, "DE89370400440532013000"),
        ("TR330006100519786457841326", "TR", "TR330006100519786457841326"),
        ("SA0380000000608010167519", "SA", "SA0380000000608010167519"),
        ("KZ86125KZT5004100100", "KZ", "KZ86125KZT5004100100"),
    ],
)
def test_a_valid_iban_is_kept_in_compact_form(text, country, kept):
    assert numbers.compact_iban(text, country=country) == kept


@pytest.mark.parametrize(
    ("text", "country", "reason"),
    [
        ("IT60X0542811101000000123457", None, "invalid_iban"),
        ("IT60X054281110100000012345", None, "invalid_iban"),
        ("XX60X0542811101000000123456", None, "invalid_iban"),
        ("", None, "invalid_iban"),
        ("TR330006100519786457841326", None, "iban_outside_sepa"),
        ("DE89370400440532013000", "TR", "iban_of_another_country"),
    ],
)
def test_an_invalid_iban_is_refused_with_its_reason(text, country, reason):
    with pytest.raises(numbers.BadNumber) as refusal:
        numbers.compact_iban(text, country=country)

    assert refusal.value.reason == reason


def test_a_bic_is_checked():
    assert numbers.compact_bic("unc ritmm") == "UNCRITMM"
    with pytest.raises(numbers.BadNumber, match="invalid_bic"):
        numbers.compact_bic("UNCRXXM")


@pytest.mark.parametrize(
    ("text", "country", "kept"),
    [
        ("12", "IT", None),
        ("+39 06 12345678", "IT", "+390612345678"),
        ("0212 345 67 89", "TR", "+902123456789"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("not a phone", "CN", None),
        ("", "CN", None),
    ],
)
def test_a_phone_number_is_read_as_one_of_the_country(text, country, kept):
    if kept is None:
        with pytest.raises(numbers.BadNumber, match="invalid_phone"):
            numbers.compact_phone(text, country=country)
    else:
        assert numbers.compact_phone(text, country=country) == kept
