"""
A letter as e-mail: text and HTML of one message, in the recipient's language, handed to Django's mail backend.

The Message-ID is derived from the message's key: should a letter leave twice after a crash, mailboxes show it once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cache
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.template import Context, Engine, Template
from django.utils import translation
from django.utils.html import escape

from entrepot.notifications.mime import LetterMessage
from entrepot.ui import formats


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail before it is rendered: whom it goes to, in which language, which template with which values."""

    key: str
    template: str
    to: str
    language: str
    subject: str
    values: dict[str, Any]


def compose(letter: Letter, connection: BaseEmailBackend) -> LetterMessage:
    """Return the e-mail of a letter."""
    subject = " ".join(letter.subject.split())
    with translation.override(letter.language):
        context = Context(letter.values, autoescape=False)
        text = _template(f"notifications/{letter.template}.txt").render(context)
        context.autoescape = True
        html = _template(f"notifications/{letter.template}.html").render(context)
    frame = _frame(letter.language)
    message = LetterMessage(
        subject=subject,
        body=f"{text.strip()}\n{frame.foot}",
        to=[letter.to],
        connection=connection,
        headers={"Message-ID": _message_id(letter.key), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(f"{frame.head}{escape(subject)}{frame.neck}{html}{frame.tail}", "text/html")
    return message


@dataclass(frozen=True, slots=True)
class _Frame:
    """What surrounds every letter of a language: HTML up to the title, up to the content, after it; the text's foot."""

    head: str
    neck: str
    tail: str
    foot: str


@cache
def _frame(language: str) -> _Frame:
    title, content = "TITLE-GOES-HERE", "CONTENT-GOES-HERE"
    values = {
        "language": language,
        "direction": formats.direction(language),
        "shop_url": settings.BASE_URL,
        "title": title,
        "content": content,
    }
    with translation.override(language):
        html = _template("ui/letter.html").render(Context(values))
        foot = _template("ui/letter.txt").render(Context(values, autoescape=False))
    head, _, rest = html.partition(title)
    neck, _, tail = rest.partition(content)
    return _Frame(head, neck, tail, foot)


@cache
def _template(name: str) -> Template:
    return Engine.get_default().get_template(name)


def _message_id(key: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
