"""Words as sellers send them, made fit to show: plain titles, safe HTML, readable addresses."""

from __future__ import annotations

import html
import re

import nh3

TITLE_LENGTH_MIN = 2
TITLE_LENGTH_MAX = 150
DESCRIPTION_LENGTH_MAX = 50_000

_TAGS = {
    "p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "h2", "h3", "h4", "table", "thead", "tbody", "tr",
    "th", "td", "blockquote", "dl", "dt", "dd", "sub", "sup", "hr",
}  # fmt: skip
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes={"td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan"}},
    clean_content_tags={"script", "style", "title", "iframe", "noscript", "template"},
    link_rel=None,
)
_MARKUP = re.compile(r"<\s*/?\s*[a-zA-Z][^<>]*>|<!--")
_ESCAPED_MARKUP = re.compile(r"&lt;\s*/?\s*(p|br|div|span|ul|ol|li|b|strong|table|td|tr|h[1-6])\b", re.IGNORECASE)
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\u202a-\u202e\u2066-\u2069]")
_BLANKS = re.compile(r"\s+")
_PARAGRAPHS = re.compile(r"\n[ \t\xa0]*\n\s*")
_NOT_WORD = re.compile(r"[^\w]+")


def plain(text: str) -> str:
    """Return one line of text: no markup, no control or direction-overriding symbols, single blanks."""
    if text.isprintable() and "&" not in text and "<" not in text and "  " not in text:
        return text.strip()  # Most texts: nothing to do.
    text = _NOT_TEXT.sub("", text)
    if "&" in text:
        text = html.unescape(text)
    if "<" in text and _MARKUP.search(text):
        text = html.unescape(nh3.clean(text, tags=set()))
    return _BLANKS.sub(" ", text).strip()


def shorten(text: str, length_max: int) -> str:
    """Return the text cut at the last word that fits, with an ellipsis when something was cut."""
    if len(text) <= length_max:
        return text
    cut = text[: length_max - 1]
    word_end = cut.rfind(" ")
    return (cut[:word_end] if word_end > length_max // 2 else cut).rstrip(" ,;:-—|/") + "…"


def safe_html(text: str) -> str:
    """Return a description as the few tags that a page may show; plain text gets paragraphs and line breaks."""
    text = _NOT_TEXT.sub("", text).strip()
    if not text:
        return ""
    if not _MARKUP.search(text) and _ESCAPED_MARKUP.search(text):
        text = html.unescape(text)  # Escaped once more inside CDATA, as many exports do.
    if _MARKUP.search(text):
        return _CLEANER.clean(text).strip()
    text = html.unescape(text) if "&" in text else text
    text = html.escape(text, quote=False).replace("\r\n", "\n")
    paragraphs = (part.strip() for part in _PARAGRAPHS.split(text))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>" for part in paragraphs if part)


_PLAIN_PARAGRAPHS = re.compile(r"<p>((?:(?!<p>|</p>).)*)</p>", re.DOTALL)


def as_typed(kept: str) -> str:
    """
    Return a kept description as its seller would type it: paragraphs of plain text without tags, other HTML as it is.

    `safe_html` makes the same description of it again.
    """
    parts = _PLAIN_PARAGRAPHS.findall(kept)
    typed = html.unescape("\n\n".join(part.replace("<br>", "\n") for part in parts))
    return typed if safe_html(typed) == kept else kept


def slugify(title: str) -> str:
    """Return the title as it stands in an address: its own script, lower case, hyphens, at most 80 symbols."""
    return _NOT_WORD.sub("-", title.lower().replace("_", "-")).strip("-")[:80].rstrip("-") or "-"
