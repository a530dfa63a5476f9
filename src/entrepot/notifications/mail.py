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
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.template import Context, Engine, Template
from django.utils import translation

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


def supported(language: str) -> str:
    """Return the language that a letter is written in: the asked one where its words exist, else English."""
    known = [code for code, _ in settings.LANGUAGES]
    base = language.split("-", maxsplit=1)[0].lower()
    if language.lower() in known:
        return language.lower()
    return base if base in known else next((code for code in known if code.split("-")[0] == base), "en")


def compose(letter: Letter, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """Return the e-mail of a letter."""
    with translation.override(letter.language):
        context = Context(
            {
                **letter.values,
                "language": letter.language,
                "direction": formats.direction(letter.language),
                "shop_url": settings.BASE_URL,
                "subject": letter.subject,
            },
            autoescape=False,
        )
        text = _template(f"{letter.template}.txt").render(context)
        context.autoescape = True
        html = _template(f"{letter.template}.html").render(context)
    message = EmailMultiAlternatives(
        subject=letter.subject,
        body=text.strip() + "\n",
        to=[letter.to],
        connection=connection,
        headers={"Message-ID": _message_id(letter.key), "Auto-Submitted": "auto-generated"},
    )
    message.attach_alternative(html, "text/html")
    return message


@cache
def _template(name: str) -> Template:
    return Engine.get_default().get_template(f"notifications/{name}")


def _message_id(key: str) -> str:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
