"""Forms of the seller centre, a file for each of its areas."""

from entrepot.seller_centre.forms.listings import CustomsForm, FeedForm
from entrepot.seller_centre.forms.orders import ShipForm
from entrepot.seller_centre.forms.registration import (
    AboutForm,
    BankForm,
    ConfirmForm,
    DocumentForm,
    NumbersForm,
    StartForm,
)
from entrepot.seller_centre.forms.store import InviteForm, KeyForm, StoreForm, TemplateForm

__all__ = [
    "AboutForm",
    "BankForm",
    "ConfirmForm",
    "CustomsForm",
    "DocumentForm",
    "FeedForm",
    "InviteForm",
    "KeyForm",
    "NumbersForm",
    "ShipForm",
    "StartForm",
    "StoreForm",
    "TemplateForm",
]
