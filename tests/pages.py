"""A reader without script: opens pages, follows redirects, fills in the forms that the pages hold, and sends those."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.contrib.auth import get_user_model
from django.test import Client
from lxml import html

from entrepot.storefront import departments, kept, reach
from tests.conftest import NOW


@contextmanager
def moment(at: Any = NOW) -> Iterator[None]:
    """Stand at one moment, with nothing kept from the pages before."""
    _forget()
    with time_machine.travel(at, tick=False):
        yield
    _forget()


def _forget() -> None:
    reach.forget()
    departments.forget()
    kept.forget_all()


_DATA = "@type='application/ld+json'"  # Data for search engines: no browser runs it.


class Reader:
    """A browser without script. `choice` is what the header's control would keep."""

    def __init__(self, choice: str = "DE.EUR.en", *, person_id: Any = None) -> None:
        self.client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
        self.client.cookies["entrepot_choice"] = choice
        if person_id is not None:
            backend = "entrepot.config.sign_in.AuthenticationBackend"
            self.client.force_login(get_user_model().objects.get(pk=person_id), backend=backend)
        self.status = 0
        self.address = ""
        self.text = ""
        self.headers: dict[str, str] = {}

    def open(self, address: str) -> Reader:
        return self._take(self.client.get(address, follow=True), address)

    def post(self, address: str, fields: dict[str, Any]) -> Reader:
        """Send fields as they are, whatever the page's form holds."""
        return self._take(self.client.post(address, fields, follow=True), address)

    def _take(self, response: Any, address: str) -> Reader:
        chain = getattr(response, "redirect_chain", [])
        self.status, self.address = response.status_code, chain[-1][0] if chain else address
        self.headers = dict(response.headers)
        self.content = b"".join(response) if response.streaming else response.content
        self.text = self.content.decode() if "html" in response.headers.get("Content-Type", "") else ""
        return self

    @property
    def page(self) -> Any:
        return html.fromstring(self.text)

    @property
    def words(self) -> str:
        """What the page says, in one line."""
        for hidden in (page := self.page).xpath("//script|//style|//svg|//header|//footer"):
            hidden.drop_tree()
        return " ".join(page.text_content().split())

    def send(self, action: str, *, button: str = "", **fields: Any) -> Reader:
        """Fill in the page's form whose address ends like `action` and send it, as a browser does."""
        form = self.form(action)
        data: dict[str, Any] = {name: values for name, values in form.fields.items() if values is not None}
        data |= dict(form.form_values())
        if button:
            pressed = form.xpath(f".//button[@name and @value='{button}']")
            assert pressed, f"no button {button} in {action}"
            data[pressed[0].get("name")] = button
        for name, value in fields.items():
            # A field that the page does not show cannot be filled in.
            assert name in form.fields or name == "paper", f"{name} is not asked in {action}: {sorted(form.fields)}"
            data[name] = value
        data = {name: value for name, value in data.items() if value is not None}
        target = form.get("action") or self.address
        if form.method == "GET":
            return self._take(self.client.get(target, data, follow=True), target)
        return self._take(self.client.post(target, data, follow=True), target)

    def form(self, action: str) -> Any:
        for form in self.page.forms:
            target = form.get("action") or self.address.partition("?")[0]
            if target.partition("?")[0].endswith(action):
                return form
        raise AssertionError(f"no form {action} on {self.address}: {[form.get('action') for form in self.page.forms]}")

    def faults(self) -> list[str]:
        return [" ".join(node.text_content().split()) for node in self.page.xpath("//*[@class='fault']")]


def unsafe_markup(text: str) -> list[str]:
    """Return what a strict content security policy would refuse: inline style, inline script, handlers."""
    page = html.fromstring(text)
    found = [f"style={node.get('style')}" for node in page.xpath("//*[@style]")]
    found += ["<style>" for _ in page.xpath("//style")]
    found += [f"<script>{node.text}" for node in page.xpath(f"//script[not(@src) and not({_DATA})]")]
    found += [
        f"{name}=" for node in page.iter() if isinstance(node.tag, str) for name in node.attrib if name.startswith("on")
    ]
    found += [href for href in page.xpath("//a/@href") if href.strip().lower().startswith(("javascript:", "data:"))]
    return found
