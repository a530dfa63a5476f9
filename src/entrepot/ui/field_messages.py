"""What fields say when something is wrong with them, in our own plain words instead of Django's."""

from __future__ import annotations

from django import forms
from django.core import validators
from django.utils.translation import gettext_lazy as _, ngettext_lazy

_CHOICES = (forms.ChoiceField, forms.TypedChoiceField, forms.MultipleChoiceField, forms.TypedMultipleChoiceField)


def speak_plainly() -> None:
    """Give Django's fields and validators our words, once, when Django has loaded the rooms."""
    forms.Field.default_error_messages["required"] = _("This is needed.")
    for field in _CHOICES:
        if "invalid_choice" in field.default_error_messages:
            field.default_error_messages["invalid_choice"] = _("Choose one from the list.")
    validators.MinValueValidator.message = _("At least %(limit_value)s.")
    validators.MaxValueValidator.message = _("At most %(limit_value)s.")
    validators.MaxLengthValidator.message = ngettext_lazy(
        "At most %(limit_value)d character; this has %(show_value)d.",
        "At most %(limit_value)d characters; this has %(show_value)d.",
        "limit_value",
    )
    validators.DecimalValidator.messages["max_decimal_places"] = ngettext_lazy(  # type: ignore[assignment]
        "At most %(max)s digit after the decimal sign.",
        "At most %(max)s digits after the decimal sign.",
        "max",
    )
