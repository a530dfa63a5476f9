"""A seller's position in tax: what decides who owes the tax of a sale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from entrepot.kernel import audit, facts
from entrepot.kernel.errors import InvalidField
from entrepot.kernel.transactions import step, transaction
from entrepot.sellers import rules
from entrepot.sellers.events import StoreChanged
from entrepot.sellers.models import Seller, Store
from entrepot.sellers.operations.access import lock_for, lock_seller, note
from entrepot.sellers.queries import SellerView, get_seller, may_use_oss


@transaction
def set_tax_profile(
    *, seller_id: UUID, person_id: UUID, vat_registered: bool, registrations: Iterable[str], now: datetime
) -> SellerView:
    """
    Set whether a seller is registered for its country's VAT, and the schemes it holds (`OSS`: EU Regulation
    2017/2455, one-stop shop of Directive 2006/112/EC articles 369a-369k).

    :raises InvalidField: a scheme that is none, or OSS where no goods lie in the EU or without a VAT registration.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_tax")
    schemes = sorted({scheme.strip().upper() for scheme in registrations})
    if any(not rules.SCHEME.fullmatch(scheme) for scheme in schemes):
        raise InvalidField.single("registrations", "invalid_format")
    if "OSS" in schemes and not may_use_oss(seller.country):
        raise InvalidField.single("registrations", "oss_outside_the_eu")
    if "OSS" in schemes and not vat_registered:
        raise InvalidField.single("registrations", "oss_without_vat")
    seller.vat_registered, seller.registrations = vat_registered, schemes
    seller.save(update_fields=["vat_registered", "registrations"])
    note(
        seller_id=seller_id,
        person_id=person_id,
        action="set_tax_profile",
        vat_registered=vat_registered,
        registrations=schemes,
    )
    _tell(seller)
    return get_seller(seller_id)


@transaction
def record_eu_threshold(*, seller_id: UUID, is_over: bool, actor: str, now: datetime) -> SellerView:
    """
    Record whether a seller's distance sales in the EU passed 10,000 EUR this year or last (Directive 2006/112/EC
    article 59c): above it the buyer's country taxes them.

    :raises NotFound: no seller has this id.
    """
    seller = lock_seller(seller_id)
    if seller.eu_sales_over_threshold != is_over:
        seller.eu_sales_over_threshold = is_over
        seller.save(update_fields=["eu_sales_over_threshold"])
        audit.record(
            actor=actor, action="record_eu_threshold", subject_kind="seller", subject_id=seller_id, is_over=is_over
        )
        _tell(seller)
    return get_seller(seller_id)


@step
def _tell(seller: Seller) -> None:
    store = Store.objects.filter(seller=seller).first()
    if store is not None:
        facts.record(StoreChanged(store_id=store.id, seller_id=seller.id))
