"""From a stream of bytes to a reader: unpacked, its encoding and format found."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from entrepot.catalog.feeds import google, shopify, yml
from entrepot.catalog.feeds.items import Damage, FeedItem, FeedUnreadable
from entrepot.kernel.sentences import Sentence

FORMATS = {
    "google": "Google Merchant RSS or Atom (XML)",
    "google-tsv": "Google Merchant text feed (tab-separated)",
    "yml": "Yandex Market Language (XML)",
    "shopify": "Shopify product export (CSV)",
}
UNPACKED_BYTES_MAX = 2 * 1024**3
_PEEK = 65_536

csv.field_size_limit(4 * 1024 * 1024)


def read_items(stream: BinaryIO, kind: str | None = None) -> tuple[str, Iterator[FeedItem | Damage]]:
    """
    Return the feed's format (guessed when no kind is given) and its items, read as they are asked for.

    :raises FeedUnreadable: it is packed wrongly, empty, or of no known format.
    """
    if kind is not None and kind not in FORMATS:
        raise FeedUnreadable(format=kind, reason=unknown_format())
    unpacked = io.BufferedReader(_Bounded(_unpack(io.BufferedReader(_Raw(stream), _PEEK))), _PEEK)
    try:
        head = unpacked.peek(_PEEK)[:_PEEK]
    except (OSError, EOFError, zlib.error) as fault:
        raise FeedUnreadable(reason=Sentence("the gzip file is damaged: %(fault)s", fault=str(fault))) from None
    if not head.strip():
        raise FeedUnreadable(reason=Sentence("the file is empty"))
    found = kind or guess_format(head)
    if found is None:
        raise FeedUnreadable(
            reason=Sentence(
                "neither XML with <item>, <entry> or <offer> elements nor a table whose heading names"
                " id, title and price (Google) or Handle and Title (Shopify)"
            )
        )
    if found == "yml":
        return found, yml.read(unpacked)
    if found == "google":
        return found, google.read_xml(unpacked)
    text = io.TextIOWrapper(unpacked, encoding=_encoding(head), errors="replace", newline="")
    if found == "google-tsv":
        return found, google.read_table(text, _delimiter(_first_line(head)))
    return found, shopify.read(text, _delimiter(_first_line(head)))


def unknown_format() -> str:
    """Return the sentence for a format that is none."""
    return Sentence("known formats are %(names)s", names=", ".join(FORMATS))


def _too_large() -> str:
    return Sentence("it is larger than %(most)s GB unpacked", most=UNPACKED_BYTES_MAX // 1024**3)


def guess_format(head: bytes) -> str | None:
    """Return the format that the first bytes of a feed show, or None."""
    start = head.lstrip(codecs.BOM_UTF8).lstrip()
    if start.startswith(b"<") or head[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        markup = head.replace(b"\x00", b"")
        if b"<yml_catalog" in markup or b"<offer" in markup:
            return "yml"
        if b"<rss" in markup or b"<feed" in markup or b"base.google.com/ns" in markup or b"<item" in markup:
            return "google"
        return None
    line = _first_line(head)
    delimiter = _delimiter(line)
    names = {name.strip().strip('"').casefold() for name in line.split(delimiter)}
    if "handle" in names and ("title" in names or "variant price" in names):
        return "shopify"
    names = {google.plain_name(name) for name in names}
    if {"id", "title"} <= names and "price" in names:
        return "google-tsv"
    return None


def _first_line(head: bytes) -> str:
    text = head.decode(_encoding(head), errors="replace")
    return text.lstrip("\ufeff").lstrip().splitlines()[0]


def _delimiter(line: str) -> str:
    return max("\t,;|", key=line.count)


def _encoding(head: bytes) -> str:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # A symbol cut off at the end is no fault.
    except UnicodeDecodeError:
        return "cp1251" if _looks_cyrillic(head) else "cp1252"
    return "utf-8"


def _looks_cyrillic(head: bytes) -> bool:
    high = [byte for byte in head if byte >= 0x80]
    return sum(byte >= 0xC0 for byte in high) > 0.8 * len(high) and len(high) > 0.1 * len(head)


def _unpack(stream: io.BufferedReader) -> io.RawIOBase:
    if stream.peek(2)[:2] == b"\x1f\x8b":
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    return stream  # type: ignore[return-value]


class _Raw(io.RawIOBase):
    """Any object with `read` as a raw stream."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Bounded(io.RawIOBase):
    """A stream that ends in a clear refusal when a packed file unfolds without end."""

    def __init__(self, stream: io.RawIOBase) -> None:
        self._stream = stream
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer)) or b""
        self._read += len(data)
        if self._read > UNPACKED_BYTES_MAX:
            raise FeedUnreadable(reason=_too_large())
        buffer[: len(data)] = data
        return len(data)
