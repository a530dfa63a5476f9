"""A listing as structured data: what schema.org calls a Product with its Offer, with the price that the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from entrepot.catalog.queries import ListingView, SkuView
from entrepot.kernel.money import Money
from entrepot.pricing.quote import DeliveryChoice
from entrepot.storefront.discovery import absolute, shorten

_AVAILABLE = "https://schema.org/InStock"
_FEW_LEFT = "https://schema.org/LimitedAvailability"
_SOLD_OUT = "https://schema.org/OutOfStock"
_NEW = "https://schema.org/NewCondition"
_FEW = 6
_PICTURES_MAX = 6


@dataclass(frozen=True, slots=True)
class Shown:
    """
    What the page shows of a SKU's price: delivered to `country` with `service`; without a service it is the seller's
    own price, and the SKU is sold out or not sold there.
    """

    price: Money
    country: str
    service: DeliveryChoice | None = None


def describe(view: ListingView, sku: SkuView, shown: Shown) -> dict[str, Any]:
    """Return a listing's Product; its Offer is the SKU that the page shows."""
    product: dict[str, Any] = {
        "@type": "Product",
        "name": view.title,
        "description": shorten(view.description) or view.title,
        "sku": sku.sku,
        "url": absolute(path_of(view)),
        "image": [absolute(picture.url) for picture in view.pictures[:_PICTURES_MAX]],
        "offers": _offer(view, sku, shown),
    }
    if view.brand:
        product["brand"] = {"@type": "Brand", "name": view.brand}
    if sku.gtin:
        product["gtin"] = sku.gtin
    if view.attributes:
        product["additionalProperty"] = [
            {"@type": "PropertyValue", "name": name, "value": value} for name, value in view.attributes
        ]
    return product


def path_of(view: ListingView) -> str:
    """Return the path of a listing's page."""
    return f"/listing/{view.id}/{view.slug}"


def _offer(view: ListingView, sku: SkuView, shown: Shown) -> dict[str, Any]:
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": absolute(path_of(view)) + f"?sku={sku.sku}",
        "price": shown.price.text,
        "priceCurrency": shown.price.currency,
        "availability": _availability(sku),
        "itemCondition": _NEW,
        "seller": {
            "@type": "Organization",
            "name": view.store_name,
            "url": absolute(f"/store/{view.store_slug}"),
        },
    }
    if shown.service is not None:
        offer["eligibleRegion"] = shown.country
        offer["shippingDetails"] = _shipping(shown.price.currency, shown.country, shown.service)
    elif sku.available > 0:
        offer["ineligibleRegion"] = shown.country
    return offer


def _availability(sku: SkuView) -> str:
    if sku.available < 1:
        return _SOLD_OUT
    return _FEW_LEFT if sku.available < _FEW else _AVAILABLE


def _shipping(currency: str, country: str, service: DeliveryChoice) -> dict[str, Any]:
    """Return how it is delivered: the price is the delivered one, so that nothing is added to it."""
    return {
        "@type": "OfferShippingDetails",
        "shippingRate": {"@type": "MonetaryAmount", "value": "0", "currency": currency},
        "shippingDestination": {"@type": "DefinedRegion", "addressCountry": country},
        "deliveryTime": {
            "@type": "ShippingDeliveryTime",
            "handlingTime": _days(
                service.days_min - service.transit_days_min, service.days_max - service.transit_days_max
            ),
            "transitTime": _days(service.transit_days_min, service.transit_days_max),
        },
    }


def _days(least: int, most: int) -> dict[str, Any]:
    return {"@type": "QuantitativeValue", "minValue": least, "maxValue": most, "unitCode": "DAY"}
