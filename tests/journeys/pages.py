"""Pages as a person reads and fills them in, and their amounts as the reader's language writes those of the API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.core import signing
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from entrepot.kernel.money import Money
from entrepot.storefront import cart_cookie
from entrepot.ui import formats
from tests.builders.accounts import PASSWORD
from tests.journeys.people import GROUPS, Caller

_MARKS = re.compile("[\u200e\u200f\u061c\u2066-\u2069]")
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


class Reader:
    """One person's browser. Everything that goes wrong on a page (errors of scripts, of the server) fails the test."""

    def __init__(self, browser: Browser, url: str, *, locale: str, device: Mapping[str, Any], scripts: bool = True):
        self.context: BrowserContext = browser.new_context(
            base_url=url, locale=locale, java_script_enabled=scripts, accept_downloads=True, **device
        )
        self.context.set_default_timeout(20_000)
        self.language = locale.partition("-")[0]
        self.troubles: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on(
            "response", lambda got: self.troubles.append(f"{got.status} {got.url}") if got.status >= 500 else None
        )

    def goto(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def press(self, name: str, *, within: str = "main") -> None:
        """Press a button by what it says."""
        self.page.locator(within).get_by_role("button", name=name).first.click()

    def sign_in(self, email: str) -> None:
        self.goto("/account/sign-in/")
        self.page.fill("[name=login]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.press("Sign in")
        assert "/sign-in/" not in self.page.url, text(self.page.locator("main"))

    def fill_in(self, values: Mapping[str, str]) -> None:
        """Fill in the fields that the page has, by name."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']:not([type=hidden])")
            if field.count() == 0:
                continue
            kind = field.first.get_attribute("type")
            if field.first.locator("xpath=self::select").count():
                field.first.select_option(value)
            elif kind == "checkbox":
                field.first.check()
            elif kind == "radio":
                self.page.locator(f"main [name='{name}'][value='{value}']").check()
            else:
                field.first.fill(value)

    def money(self, amount: str, currency: str) -> str:
        """Return an amount of the API as this reader reads it."""
        return plain(formats.money(Money.parse(amount, currency), self.language))

    def sums(self) -> list[str]:
        """Return the figures of the page's sum (the one beside the form where there are more), the total last."""
        return texts(self.page.locator("aside .sum dd"))

    def cart(self, visitor: Caller) -> dict[str, Any]:
        """Return this browser's cart as the API tells it."""
        (cookie,) = [found for found in self.context.cookies() if found["name"] == cart_cookie.COOKIE]
        cart_id, token, _ = signing.loads(cookie["value"].strip('"'), salt="entrepot.storefront.cart")
        return dict(visitor.get(f"/carts/{cart_id}?token={token}"))

    def purchase(self, visitor: Caller) -> dict[str, Any]:
        """Return the purchase of the page as the API tells it to whoever holds the link."""
        parts = urlsplit(self.page.url)
        token = parse_qs(parts.query)["token"][0]
        return dict(visitor.get(f"/purchases/{parts.path.rpartition('/')[2]}?token={token}")["purchase"])

    def figures(self, quote: Mapping[str, Any], currency: str) -> list[str]:
        """Return the groups of a quote that are not zero, and its total, as this reader reads them."""
        amounts = [quote[group] for group in GROUPS if float(quote[group])]
        return [self.money(amount, currency) for amount in (*amounts, quote["total"])]

    def close(self) -> None:
        self.context.close()
        assert self.troubles == []


def assert_parts_shown(reader: Reader, fold: Locator, price: Mapping[str, Any], total: str, cur: str) -> None:
    """Hold the opened list of a price's parts against the API's: each amount in order, and what they come to."""
    door = price.get("due_at_door") or {"amount": "0", "parts": []}
    fold.locator("summary").click()
    parts = [part["amount"] for part in (*price["parts"], *door["parts"])]
    assert texts(fold.locator("tbody td.figure")) == [reader.money(amount, cur) for amount in parts]
    sums = [total]
    if Decimal(door["amount"]):
        sums += [door["amount"], str(Decimal(total) + Decimal(door["amount"]))]
    assert texts(fold.locator("tfoot td.figure")) == [reader.money(amount, cur) for amount in sums]


def plain(written: str) -> str:
    """Return a text without marks of direction, its blanks made plain."""
    return " ".join(_MARKS.sub("", written).split())


def text(found: Locator) -> str:
    return plain(found.inner_text())


def texts(found: Locator) -> list[str]:
    return [plain(one) for one in found.all_inner_texts()]


def download(reader: Reader, link: Locator) -> bytes:
    """Follow a link that hands out a file and return the file."""
    with reader.page.expect_download() as waiting:
        link.click()
    return waiting.value.path().read_bytes()
