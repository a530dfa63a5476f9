"""Every letter in every language: both parts, the right direction, and no placeholder left."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.template import Engine
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from lxml import html

from entrepot import notifications
from entrepot.accounts import queries as accounts
from entrepot.kernel.money import Money
from entrepot.notifications.mail import Letter, compose
from entrepot.ui import formats
from tests.builders import accounts as build

LANGUAGES = [code for code, _ in settings.LANGUAGES]
TEMPLATES = sorted(
    path.stem for path in (Path(notifications.__file__).parent / "templates" / "notifications").glob("*.html")
)
LEFT_OVER = re.compile(r"%\(|\{\{|\{%|%s|%d|MISSING|None")


def _values(language: str) -> dict[str, Any]:
    return {
        "number": "7K3M9-XQ2RT",
        "seller_name": "Porcelain House",
        "legal_name": "Porcelain House Ltd",
        "total": formats.money(Money(4097, "EUR"), language),
        "amount": formats.money(Money(1200, "USD"), language),
        "at_door": formats.money(Money(300, "EUR"), language),
        "tracking_number": "LX473124829CN",
        "carrier": "China Post",
        "account": "…4321",
        "reason": "The account is closed.",
        "contact": "operator@shop.example",
        "link": "https://shop.example/purchase/1?token=abc&x=1",
        "orders": [
            {
                "number": "7K3M9-1",
                "seller_name": "Porcelain House",
                "dispatch_by": "3.12.2026",
                "link": "https://shop.example/seller/1",
                "lines": [{"title": "Blue bowl", "quantity": "2", "total": "€10.00"}],
            }
        ],
    }


@pytest.fixture
def telling_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write MISSING where a template asks for a value that the letter does not have."""
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "MISSING %s")


def _letter_in(language: str, template: str) -> Any:
    return compose(
        Letter("key", template, "anna@example.org", language, "A subject", _values(language)), mail.get_connection()
    )


@pytest.mark.usefixtures("telling_engine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_letter_has_both_parts_in_its_language_with_nothing_left_open(template: str, language: str) -> None:
    letter = _letter_in(language, template)
    page = html.fromstring(letter.alternatives[0][0])
    assert not LEFT_OVER.search(letter.body)
    assert not LEFT_OVER.search(page.text_content())
    assert (page.get("lang"), page.get("dir")) == (language, "rtl" if language == "ar" else "ltr")
    assert _values(language)["link"] in letter.body
    assert _values(language)["link"] in page.xpath("//a/@href")
    with override(language):
        foot = gettext("You get this e-mail because of an order or a store on Entrepot.")
    assert foot in letter.body
    assert foot in page.text_content()


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_two_languages_send_the_same_letter(template: str) -> None:
    assert len({_letter_in(language, template).body for language in LANGUAGES}) == len(LANGUAGES)


ASKED = {
    "password_reset_key": ("account_reset_password", "anna@example.org"),
    "unknown_account": ("account_reset_password", "nobody@example.org"),
    "email_confirmation_signup": ("account_signup", "new@example.org"),
}


@pytest.mark.django_db
@pytest.mark.usefixtures("telling_engine")
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", list(ASKED))
def test_letters_about_an_account_come_in_the_language_of_the_page(
    name: str, language: str, client: Client, settings: Any
) -> None:
    address, mailbox = ASKED[name]
    build.person(email="anna@example.org", password=build.PASSWORD)
    settings.ACCOUNT_RATE_LIMITS = False
    client.cookies["entrepot_choice"] = f"DE.EUR.{language}"
    sent = {"email": mailbox, "password1": build.PASSWORD, "password2": build.PASSWORD}
    assert client.post(reverse(address), sent).status_code == 302
    (letter,) = mail.outbox
    page = html.fromstring(letter.alternatives[0][0])
    assert not LEFT_OVER.search(letter.body + letter.subject + page.text_content())
    assert (page.get("lang"), page.get("dir")) == (language, "rtl" if language == "ar" else "ltr")
    (link,) = [href for href in page.xpath("//a/@href") if "/account/" in href]
    assert link in letter.body
    assert letter.subject in page.text_content()
    with override(language):
        assert gettext("You get this e-mail because somebody gave us this address.") in letter.body


@pytest.mark.django_db
def test_who_opens_an_account_or_signs_in_is_written_to_in_the_language_of_that_page(client: Client) -> None:
    client.cookies["entrepot_choice"] = "CN.CNY.zh-hans"
    client.post(reverse("account_signup"), {"email": "new@example.org", "password1": build.PASSWORD})
    person = accounts.find_person("new@example.org")
    assert person is not None
    assert person.language == "zh-hans"
    other = Client()
    other.cookies["entrepot_choice"] = "TR.TRY.tr"
    other.post(reverse("account_login"), {"login": "new@example.org", "password": build.PASSWORD})
    assert accounts.get_person(person.id).language == "tr"


def test_codes_and_names_keep_their_order_in_arabic() -> None:
    letter = _letter_in("ar", "refund")
    assert "\u2067\u200f12.00\xa0US$\u200e\u2069" in letter.body
    assert formats.isolated("7K3M9-XQ2RT", "ar") == "\u20687K3M9-XQ2RT\u2069"
    assert formats.isolated("7K3M9-XQ2RT", "en") == "7K3M9-XQ2RT"
    assert formats.isolated("بيت الخزف", "en") == "\u2068بيت الخزف\u2069"
