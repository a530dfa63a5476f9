"""
An e-mail of two alternatives written out by hand: the standard library's generator takes twenty times as long, and
every purchase is confirmed.

Only what letters need: text and HTML in UTF-8, one recipient, headers without folding. A message is still Django's own
to every mail backend.
"""

from __future__ import annotations

import base64
import hashlib
from email.header import Header
from email.utils import formatdate
from functools import lru_cache

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

_LINE_BYTES_MAX = 998  # RFC 5322: a longer line may be broken by a server on the way.


class Written:
    """A message's bytes, as mail backends ask for them."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def as_bytes(self, unixfrom: bool = False, linesep: str = "\n") -> bytes:
        return self._content if linesep == "\n" else self._content.replace(b"\n", linesep.encode())

    def get_charset(self) -> None:
        return None


class LetterMessage(EmailMultiAlternatives):
    """A text with its HTML alternative to one address, which writes itself."""

    def message(self) -> Written:  # type: ignore[override]
        (html, _) = self.alternatives[0]
        (to,) = self.to
        message_id = self.extra_headers["Message-ID"]
        boundary = f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"
        headers = {
            "MIME-Version": "1.0",
            "Content-Type": f'multipart/alternative; boundary="{boundary}"',
            "Subject": _header(str(self.subject)),
            "From": _address(self.from_email),
            "To": _address(to),
            "Date": formatdate(),
            **self.extra_headers,
        }
        head = "".join(f"{name}: {value}\n" for name, value in headers.items())
        assert head.count("\n") == len(headers), "a header holds a line break"
        return Written(
            b"".join(
                (
                    head.encode("ascii"),
                    f"\n--{boundary}\n".encode(),
                    _part("plain", str(self.body)),
                    f"\n--{boundary}\n".encode(),
                    _part("html", str(html)),
                    f"\n--{boundary}--\n".encode(),
                )
            )
        )


def _part(kind: str, text: str) -> bytes:
    content = text.replace("\r\n", "\n").encode("utf-8")
    encoding = "8bit"
    if any(len(line) > _LINE_BYTES_MAX for line in content.split(b"\n")):
        content, encoding = base64.encodebytes(content), "base64"
    return f'Content-Type: text/{kind}; charset="utf-8"\nContent-Transfer-Encoding: {encoding}\n\n'.encode() + content


def _header(text: str) -> str:
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=100_000).encode()


@lru_cache(maxsize=4096)
def _address(address: str) -> str:
    return str(sanitize_address(address, "utf-8"))
