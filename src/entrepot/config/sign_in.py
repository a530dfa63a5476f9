"""What signing in does beside what allauth does: a lean read, the language kept, letters in the shop's look."""

from __future__ import annotations

from typing import Any

from allauth.account import auth_backends as allauth
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from entrepot.accounts import operations as accounts
from entrepot.storefront import wishing


class AuthenticationBackend(allauth.AuthenticationBackend):
    """allauth's own, which reads who is signed in as cheaply as can be."""

    def get_user(self, user_id: Any) -> Any:
        person = get_user_model().objects.find(user_id)
        return person if self.user_can_authenticate(person) else None


class AccountAdapter(DefaultAccountAdapter):
    """allauth's own ways, with the language of the page kept as the person's: letters come in it later."""

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """Open the account in the language of the page."""
        user.language = get_language() or settings.LANGUAGE_CODE
        return super().save_user(request, user, form, commit)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Keep the language that the person reads now, and what a guest had put on the wish list."""
        accounts.keep_language(person_id=user.pk, language=get_language() or settings.LANGUAGE_CODE)
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        wishing.move_in(request, answer, person_id=user.pk)
        return answer

    def render_mail(
        self, template_prefix: str, email: str | list[str], context: dict[str, Any], headers: Any = None
    ) -> EmailMessage:
        """Write a letter in the shop's frame."""
        told = {**context, "shop_url": settings.BASE_URL}
        letter: EmailMessage = super().render_mail(template_prefix, email, told, headers)
        return letter
