"""Fetching pictures from addresses that strangers wrote: nothing but the public internet is reached."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from entrepot.catalog.ports import NotFetched
from entrepot.integrations.public_web import PublicWeb


class Shop(BaseHTTPRequestHandler):
    """A web server on this machine; `asked` is what reached it."""

    asked: list[tuple[str, str]]

    def do_GET(self) -> None:
        Shop.asked.append((self.path, self.headers["Host"]))
        name = self.path.lstrip("/").partition("?")[0]
        if name == "picture.jpg":
            self._answer(200, b"bytes of a picture")
        elif name == "large":
            self._answer(200, b"x" * 5000)
        elif name == "endless":
            self.send_response(200)
            self.end_headers()
            for _ in range(1000):
                self.wfile.write(b"x" * 1000)
        elif name == "loop":
            self._answer(302, b"", Location="/loop")
        elif name == "moved":
            self._answer(301, b"", Location="/picture.jpg")
        elif name == "inside":
            self._answer(302, b"", Location="http://169.254.169.254/latest/meta-data/")
        elif name == "file":
            self._answer(302, b"", Location="file:///etc/passwd")
        elif name == "busy":
            self._answer(503, b"")
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    Shop.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def local_web(shop: str) -> PublicWeb:
    """Return a fetcher that may reach this machine, and nothing else that is not public."""

    def is_allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return address.is_loopback

    return PublicWeb(
        bytes_max=2000, total_seconds=5, ports=frozenset({80, int(shop.rpartition(":")[2])}), is_allowed=is_allowed
    )


def test_a_picture_is_fetched_under_the_name_that_was_asked(shop: str) -> None:
    assert local_web(shop).fetch(f"{shop}/picture.jpg?v=1") == b"bytes of a picture"
    assert Shop.asked == [("/picture.jpg?v=1", shop.removeprefix("http://"))]


def test_a_redirect_is_followed(shop: str) -> None:
    assert local_web(shop).fetch(f"{shop}/moved") == b"bytes of a picture"


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("loop", "redirects more than 4 times"),
        ("large", "larger than"),
        ("endless", "larger than"),
        ("gone", "The server answers 404"),
        ("inside", "leads to an address that is not public"),
        ("file", "Only addresses with http or https"),
    ],
)
def test_what_cannot_be_fetched_says_why(shop: str, path: str, reason: str) -> None:
    with pytest.raises(NotFetched, match=reason) as refusal:
        local_web(shop).fetch(f"{shop}/{path}")
    assert not refusal.value.again


def test_a_server_that_is_busy_may_be_asked_again(shop: str) -> None:
    with pytest.raises(NotFetched, match="503") as refusal:
        local_web(shop).fetch(f"{shop}/busy")
    assert refusal.value.again


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.jpg",
        "http://localhost/x.jpg",
        "http://10.0.0.1/x.jpg",
        "http://192.168.1.1/x.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/x.jpg",
        "http://[::ffff:127.0.0.1]/x.jpg",
        "http://[64:ff9b::7f00:1]/x.jpg",
        "http://[fe80::1]/x.jpg",
        "http://0.0.0.0/x.jpg",
        "http://2130706433/x.jpg",
        "http://100.64.0.1/x.jpg",
    ],
)
def test_addresses_inside_are_never_asked(url: str) -> None:
    with pytest.raises(NotFetched):
        PublicWeb().fetch(url)


@pytest.mark.parametrize(
    "url",
    ["ftp://shop.example/x.jpg", "http://user:password@shop.example/", "http://shop.example:22/", "http://[bad/", ""],
)
def test_odd_addresses_are_refused_before_any_name_is_looked_up(url: str) -> None:
    with pytest.raises(NotFetched):
        PublicWeb().fetch(url)


def test_a_server_inside_is_not_reached_even_where_it_answers(shop: str) -> None:
    web = PublicWeb(ports=frozenset({int(shop.rpartition(":")[2])}))
    with pytest.raises(NotFetched, match="not public"):
        web.fetch(f"{shop}/picture.jpg")
    assert Shop.asked == []
