"""Listings made through operations, for every room's tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from entrepot.catalog import operations as catalog, queries
from entrepot.catalog.models import Category
from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.kernel import ids

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def ensure_categories() -> None:
    """Load the category tree where this test's database has none yet."""
    if not Category.objects.exists():
        catalog.sync_categories()


def listing(
    seller: Any,
    *,
    price: str = "19.90",
    currency: str | None = None,
    hs: str | None = "610910",
    origin: str | None = None,
    weight_g: int | None = 300,
    stock: int = 100,
    title: str = "Plain cotton T-shirt",
    language: str | None = None,
    description: str = "Soft and light.",
    category: str = "mens-shirts",
    skus: Sequence[SkuInput] | None = None,
    options: Mapping[str, str] | None = None,
    tax_included: bool | None = None,
    home_tax_rate: Any = None,
    shipping_class: str | None = None,
    flags: Mapping[str, Any] | None = None,
    brand: str | None = None,
    state: str = "active",
    translations: Mapping[str, str] | None = None,
    now: datetime = NOW,
    **fields: Any,
) -> ListingView:
    """
    List something: one SKU unless `skus` says otherwise. `seller` is a seller's id or anything with an `id`.

    `origin` None is the seller's own country, "" leaves it unsaid; `hs` None leaves the code unsaid.
    """
    ensure_categories()
    seller_id: UUID = getattr(seller, "seller_id", None) or getattr(seller, "id", seller)
    if origin is None:
        origin = queries.get_dispatch_country(seller_id)
    result = catalog.upsert_listing(
        seller_id=seller_id,
        listing=ListingInput(
            title=title,
            description=description,
            language=language,
            currency=currency,
            category=category,
            brand=brand,
            hs_code=hs,
            origin_country=origin or None,
            tax_included=tax_included,
            home_tax_rate=home_tax_rate,
            shipping_class=shipping_class,
            flags=flags,
            state=state,
            skus=tuple(skus)
            if skus
            else (
                SkuInput(
                    seller_sku=f"SKU-{ids.new_number()}",
                    price=price,
                    stock=stock,
                    weight_g=weight_g,
                    options=options or {},
                ),
            ),
            **fields,
        ),
        now=now,
    )
    for code, translated in (translations or {}).items():
        catalog.set_translation(
            seller_id=seller_id, listing_id=result.listing_id, language=code, title=translated, now=now
        )
    return queries.get_listing(result.listing_id, language or "", seller_id=seller_id)
