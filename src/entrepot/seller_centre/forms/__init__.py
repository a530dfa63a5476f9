"""Forms of the seller centre, a file for each of its areas."""

from entrepot.seller_centre.forms.delivery import PriceCheckForm, ServiceForm, TemplateSettingsForm, ZoneForm
from entrepot.seller_centre.forms.orders import CancelForm, ShipForm, ShipManyForm
from entrepot.seller_centre.forms.registration import (
    AboutForm,
    BankForm,
    ConfirmForm,
    DocumentForm,
    NumbersForm,
    StartForm,
    StepForm,
)
from entrepot.seller_centre.forms.store import (
    ContactForm,
    ContactsForm,
    InviteForm,
    KeyForm,
    StoreForm,
    StoriesForm,
    TemplateForm,
)

__all__ = [
    "AboutForm",
    "BankForm",
    "CancelForm",
    "ConfirmForm",
    "ContactForm",
    "ContactsForm",
    "DocumentForm",
    "InviteForm",
    "KeyForm",
    "NumbersForm",
    "PriceCheckForm",
    "ServiceForm",
    "ShipForm",
    "ShipManyForm",
    "StartForm",
    "StepForm",
    "StoreForm",
    "StoriesForm",
    "TemplateForm",
    "TemplateSettingsForm",
    "ZoneForm",
]
