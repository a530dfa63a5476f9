"""Every write of sellers. Those that a person makes for a seller take `person_id` and refuse who may not."""

from entrepot.sellers.operations.access import WrongState
from entrepot.sellers.operations.documents import TooManyDocuments, upload_document, withdraw_document
from entrepot.sellers.operations.members import (
    AlreadyMember,
    InvitationClosed,
    LastOwner,
    accept_invitation,
    add_member,
    change_role,
    invite_member,
    remove_member,
    revoke_invitation,
)
from entrepot.sellers.operations.registration import (
    EntityTaken,
    RegistrationIncomplete,
    SellingClosed,
    TooManyDrafts,
    accept_terms,
    certify_compliance,
    change_contact,
    save_registration,
    set_bank_account,
    start_registration,
    submit_registration,
)
from entrepot.sellers.operations.stores import (
    SlugTaken,
    StoreExists,
    change_store,
    close_store,
    open_store,
    pause_store,
    reopen_store,
)
from entrepot.sellers.operations.tax import record_eu_threshold, set_tax_profile
from entrepot.sellers.operations.verification import approve_seller, reinstate_seller, reject_seller, suspend_seller

__all__ = [
    "AlreadyMember",
    "EntityTaken",
    "InvitationClosed",
    "LastOwner",
    "RegistrationIncomplete",
    "SellingClosed",
    "SlugTaken",
    "StoreExists",
    "TooManyDocuments",
    "TooManyDrafts",
    "WrongState",
    "accept_invitation",
    "accept_terms",
    "add_member",
    "approve_seller",
    "certify_compliance",
    "change_contact",
    "change_role",
    "change_store",
    "close_store",
    "invite_member",
    "open_store",
    "pause_store",
    "record_eu_threshold",
    "reinstate_seller",
    "reject_seller",
    "remove_member",
    "reopen_store",
    "revoke_invitation",
    "save_registration",
    "set_bank_account",
    "set_tax_profile",
    "start_registration",
    "submit_registration",
    "suspend_seller",
    "upload_document",
    "withdraw_document",
]
