"""
Identities for sellers that do not exist: numbers that pass every check and belong to nobody in particular.

Everything is made from what the country's pack says, so that a new pack needs nothing here; the same serial gives the
same identity each time.
"""

from __future__ import annotations

import re
from random import Random

import phonenumbers
from schwifty import IBAN

from entrepot.markets import queries as markets
from entrepot.markets.packs import BusinessIdKind, PayoutField
from entrepot.markets.rules import find_id_fault, tidy_id
from entrepot.ui.papers import Paper

_TRIES = 20_000


_PEOPLE = {
    "CN": ("陈思远", "林晓燕", "王建国", "李佳怡", "周文博", "吴雪梅", "郑伟"),
    "ES": ("Carmen Ortega", "Javier Molina", "Lucía Navarro", "Andrés Gil", "Elena Vidal", "Pablo Romero"),
    "IT": ("Giulia Conti", "Marco Ferri", "Elisa Galli", "Paolo Riva", "Chiara Villa", "Luca Serra", "Anna Leone"),
    "KZ": ("Айгерим Сапарова", "Нурлан Ахметов", "Дана Омарова", "Ерлан Касымов"),
    "RU": ("Ольга Соколова", "Андрей Лебедев", "Мария Зайцева", "Илья Морозов", "Нина Королёва", "Павел Орлов"),
    "SA": ("سارة القحطاني", "خالد العتيبي", "نورة الشمري", "فهد الدوسري"),
    "TR": ("Elif Kaya", "Murat Şahin", "Zeynep Aydın", "Emre Çelik", "Ayşe Yıldız", "Can Doğan"),
}


def person(country: str, serial: int) -> str:
    """Return the name of somebody who runs a business there."""
    names = _PEOPLE.get(country, ("Alex Example",))
    return names[serial % len(names)]


def business_ids(country: str, form: str, serial: int) -> dict[str, str]:
    """Return a well-formed value of every identifier that the country asks of this form of seller."""
    registration = markets.get_pack(country).registration
    assert registration is not None, f"sellers of {country} cannot register"
    return {kind.kind: _number(kind, f"{country}/{kind.kind}/{serial}") for kind in registration.forms[form].ids}  # type: ignore[index]


def bank_fields(country: str, serial: int) -> dict[str, str]:
    """Return the fields of a well-formed account on the country's payout rail."""
    payout = markets.get_pack(country).payout
    assert payout is not None, f"sellers of {country} cannot be paid"
    return {field.name: _account_field(field, country, Random(f"{country}/{serial}")) for field in payout.fields}


def phone(country: str) -> str:
    """Return a number of the country that its plan keeps for examples."""
    number = phonenumbers.example_number(country)
    assert number is not None, f"no phone numbers are known in {country}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def paper(title: str, *lines: str) -> bytes:
    """Return a one-page PDF, as a scanner would deliver a document, in the script of the names it carries."""
    sheet = Paper(title=title)
    sheet.line_of(title, size=18, bold=True, gap=4)
    for line in lines:
        sheet.line_of(line, size=12)
    return sheet.content()


def _number(kind: BusinessIdKind, seed: str) -> str:
    """Vary the digits of the pack's example until its own checks pass; one in 97 does so at worst."""
    assert kind.example, f"the pack gives no example of {kind.kind}"
    example = tidy_id(kind, kind.example)
    chance = Random(seed)
    first = len(example) // 3  # The leading digits often say what sort of number it is: those stay.
    for _ in range(_TRIES):
        varied = _varied(example, chance, first)
        if varied != example and find_id_fault(kind, varied) is None:
            return varied
    raise AssertionError(f"no {kind.kind} like {kind.example} passes the pack's checks")


def _varied(example: str, chance: Random, first: int = 0) -> str:
    return "".join(
        str(chance.randrange(10)) if symbol.isdigit() and position >= first else symbol
        for position, symbol in enumerate(example)
    )


def _account_field(field: PayoutField, country: str, chance: Random) -> str:
    if field.pattern == "iban":
        drawn = IBAN.random(country, random=chance)
        digits = _varied("0" * len(drawn.account_code), chance)
        return IBAN.generate(country, drawn.bank_code, digits, drawn.branch_code).compact
    if field.pattern == "bic":
        return field.example or f"ENTR{country}2AXXX"
    assert field.example, f"the pack gives no example of {field.name}"
    for _ in range(_TRIES):
        varied = _varied(field.example, chance, len(field.example) // 2)
        if re.fullmatch(field.pattern, varied):
            return varied
    raise AssertionError(f"no {field.name} like {field.example} fits {field.pattern}")
