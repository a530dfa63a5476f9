"""Forms of the store: its front, delivery, members and keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.translation import gettext, gettext_lazy as _

from entrepot.kernel.languages import text_language
from entrepot.seller_centre import words
from entrepot.seller_centre.forms.choices import choice, offer_contacts
from entrepot.seller_centre.forms.listings import named_countries
from entrepot.sellers.queries import SafetyContactView, StoreView
from entrepot.ui import formats
from entrepot.ui.address_form import regions_of


class StoreForm(forms.Form):
    """The shop front and where parcels leave from."""

    name = forms.CharField(label=_("Name of the store"), max_length=80)
    slug = forms.CharField(
        label=_("Address of the store"),
        max_length=50,
        help_text=_("Small letters, digits and hyphens. It never changes."),
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    story = forms.CharField(
        label=_("About the store"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    dispatch_country = forms.ChoiceField(label=_("Parcels leave from"))
    dispatch_region = forms.CharField(label=_("Region"), max_length=120, required=False)
    dispatch_postal_code = forms.CharField(label=_("Postal code"), max_length=20, required=False)
    dispatch_city = forms.CharField(label=_("City"), max_length=120)
    language = forms.ChoiceField(label=_("Language of your listings"))

    def __init__(self, *args: Any, countries: list[str], languages: list[str], is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_new:
            del self.fields["slug"]
        choice(self, "dispatch_country").choices = [(code, formats.country(code)) for code in countries]
        offered = dict.fromkeys(map(text_language, [*languages, *(code for code, _name in settings.LANGUAGES)]))
        choice(self, "language").choices = [(code, formats.language_own_name(code)) for code in offered]
        regions = regions_of(countries[0], languages[0]) if len(countries) == 1 else ()
        if regions:
            self.fields["dispatch_region"] = forms.ChoiceField(
                label=_("Region"), choices=[("", "—"), *regions], required=False
            )


class StoriesForm(forms.Form):
    """The store's story in each language that pages speak, but the store's own."""

    def __init__(self, *args: Any, store: StoreView, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.languages = [
            code
            for code in dict.fromkeys(text_language(name) for name, _words in settings.LANGUAGES)
            if code != store.language
        ]
        for code in self.languages:
            self.fields[f"story_{code}"] = forms.CharField(
                label=formats.language_own_name(code),
                max_length=4000,
                required=False,
                initial=store.stories.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 4, "lang": code, "dir": formats.direction(code)}),
            )

    def stories(self) -> dict[str, str]:
        return {code: self.cleaned_data[f"story_{code}"] for code in self.languages}

    def names(self) -> dict[str, str]:
        """Return where an operation's faults belong on this form."""
        return {f"stories.{code}": f"story_{code}" for code in self.languages}


class ContactForm(forms.Form):
    """Who makes goods, or answers in the European Union for their safety."""

    name = forms.CharField(
        label=_("Name of the person or company"), max_length=200, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    address = forms.CharField(
        label=_("Postal address"),
        max_length=300,
        help_text=_("Street, postal code, city."),
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    country = forms.ChoiceField(label=_("Country"))
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"})
    )

    def __init__(self, *args: Any, countries: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "country").choices = [("", gettext("Choose…")), *named_countries(countries)]


class ContactsForm(forms.Form):
    """Whom a store names for all its goods, for those of a category or for some; see `offer_contacts`."""

    manufacturer_id = forms.ChoiceField(label=_("Manufacturer"), required=False)
    responsible_id = forms.ChoiceField(
        label=_("Responsible person in the European Union"),
        help_text=_("Not needed where the manufacturer is in the European Union."),
        required=False,
    )

    def __init__(
        self, *args: Any, contacts: Sequence[SafetyContactView], none: str, keep: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer_contacts(self, contacts, none=none, keep=keep)

    def chosen(self) -> dict[str, Any]:
        """Return what was chosen, as operations take it."""
        return {name: UUID(said) if said else None for name, said in self.cleaned_data.items()}


class TemplateForm(forms.Form):
    """A delivery template to start from."""

    preset = forms.ChoiceField(label=_("Start from"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, presets: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "preset").choices = presets


class InviteForm(forms.Form):
    """A mailbox and the seat that is offered to it."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"})
    )
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, initial="viewer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "role").choices = [
            (code, f"{gettext(name)} – {gettext(may)}") for code, (name, may) in words.ROLES.items()
        ]


class KeyForm(forms.Form):
    """A new key: what it is for and what it may do."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("The program that will use it, such as your stock system.")
    )
    scopes = forms.MultipleChoiceField(label=_("What it may do"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "scopes").choices = [(code, gettext(text)) for code, text in words.SCOPES.items()]
