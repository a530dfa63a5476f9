"""Readers of pages: who opens which page type, found as a person finds it, by following links."""

from __future__ import annotations

import gzip
import http.client
import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_REDIRECTS_MAX = 5


@dataclass(frozen=True, slots=True)
class PageType:
    """A kind of page: who opens it, and at which address, or behind which link of that address."""

    name: str
    who: str
    start: str
    link: str = ""
    goal_ms: float = 8.0


# Named as people call them. The first two are no page types: they show what every page costs before it says anything.
BASELINES = (
    PageType("the server alone", "visitor", "/healthz"),
    PageType("the frame of a page", "visitor", "/protection"),
)
PAGE_TYPES = (
    PageType("front page", "visitor", "/"),
    PageType("search", "visitor", "/search?q=silk"),
    PageType("category", "visitor", "/", r"/category/[\w-]+"),
    PageType("store", "visitor", "/search", r"/listing/[^\"?]+ /store/[\w-]+"),
    PageType("product page", "visitor", "/search", r"/listing/[^\"?]+", goal_ms=5.0),
    PageType("cart", "visitor", "/cart"),
    PageType("checkout", "visitor", "/checkout"),
    PageType("sign in", "visitor", "/account/sign-in/"),
    PageType("account", "buyer", "/account/"),
    PageType("order", "buyer", "/account/", r"/purchase/[^\"?]+"),
    PageType("seller: today", "seller", "/seller/"),
    PageType("seller: orders", "seller", "/seller/", r"/seller/[\w-]+/orders/"),
    PageType("seller: order", "seller", "/seller/", r"/seller/[\w-]+/orders/ /seller/[\w-]+/orders/[\w-]{36}/"),
    PageType("seller: listings", "seller", "/seller/", r"/seller/[\w-]+/listings/"),
    PageType("seller: money", "seller", "/seller/", r"/seller/[\w-]+/money/"),
    PageType("operator: overview", "operator", "/operator/"),
    PageType("operator: markets", "operator", "/operator/markets/"),
    PageType("operator: sellers", "operator", "/operator/sellers/"),
    PageType("operator: case", "operator", "/operator/sellers/", r"/operator/sellers/[\w-]{36}/"),
    PageType("operator: purchases", "operator", "/operator/purchases/"),
)


class NoSuchPage(RuntimeError):
    """A page answered with something else than itself, or a link was not on it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: status, address after redirects, decoded content and its size when compressed."""

    status: int
    path: str
    text: str
    bytes_compressed: int


@dataclass(slots=True)
class Reader:
    """A browser without pictures and scripts: keeps cookies and its connection, follows redirects, sends forms."""

    port: int
    cookies: dict[str, str] = field(default_factory=lambda: {"entrepot_choice": "DE.EUR.en"})
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def open(self, path: str) -> Answer:
        """Open an address and what it leads on to."""
        return self._follow("GET", path, None)

    def send(self, page: Answer, action: str, fields: dict[str, str]) -> Answer:
        """Send a form of a page, with the token that the page holds."""
        token = _TOKEN.search(page.text)
        if token is None:
            raise NoSuchPage(f"{page.path} holds no form")
        return self._follow("POST", action, {"csrfmiddlewaretoken": token[1], **fields})

    def sign_in(self, email: str, password: str) -> None:
        answer = self.open("/account/sign-in/")
        answer = self.send(answer, "/account/sign-in/", {"login": email, "password": password})
        if "sessionid" not in self.cookies:
            raise NoSuchPage(f"{email} cannot sign in (answer {answer.status})")

    def put_into_cart(self) -> None:
        """Put the first goods that can be bought into the cart."""
        product = self.open(self.find(PageType("goods", "", "/search", r"/listing/[^\"?]+")))
        sku = re.search(r'name="sku" value="([^"]+)"', product.text)
        if sku is None:
            raise NoSuchPage(f"{product.path} cannot be bought")
        self.send(product, "/cart/add", {"sku": sku[1], "quantity": "1"})

    def find(self, wanted: PageType) -> str:
        """Return the address of a page type, following its links in turn."""
        answer = self.open(wanted.start)
        for link in wanted.link.split():
            found = re.search(f'href="({link})"', answer.text)
            if found is None:
                raise NoSuchPage(f"{wanted.name}: no link {link} on {answer.path}")
            answer = self.open(unescape(found[1]))
        if answer.status != 200:
            raise NoSuchPage(f"{wanted.name}: {answer.path} answers {answer.status}")
        return answer.path

    def _follow(self, method: str, path: str, fields: dict[str, str] | None) -> Answer:
        for _ in range(_REDIRECTS_MAX):
            answer, target = self._call(method, path, fields)
            if not target:
                return answer
            parts = urlsplit(urljoin(path, target))
            method, path, fields = "GET", parts._replace(scheme="", netloc="").geturl(), None
        raise NoSuchPage(f"{path} leads in a circle")

    def _call(self, method: str, path: str, fields: dict[str, str] | None) -> tuple[Answer, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers["Accept-Encoding"] = "gzip"
        if fields is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": f"http://127.0.0.1:{self.port}/",
            }
        address = quote(path, safe="/?#&=%~+,;:@!$'()*")  # A store's or listing's name may have any letters.
        body = urlencode(fields) if fields is not None else None
        try:
            self.connection.request(method, address, body, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionError):
            self.connection.close()  # The server had closed what stood idle while others were measured.
            self.connection.request(method, address, body, headers)
            response = self.connection.getresponse()
        content = response.read()
        self._keep_cookies(response)
        if response.headers.get("Content-Encoding") == "gzip":
            size, content = len(content), gzip.decompress(content)
        else:
            size = len(gzip.compress(content, 6))
        answer = Answer(response.status, path, content.decode(errors="replace"), size)
        return answer, response.headers.get("Location", "") if 300 <= response.status < 400 else ""

    def _keep_cookies(self, response: Any) -> None:
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name.strip()] = value.strip().strip('"')
