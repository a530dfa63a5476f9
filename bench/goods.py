"""What is priced: goods of sellers in three countries, as the database would give them, on their way to a buyer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from entrepot.customs.rulebook import RuleBook
from entrepot.customs.tariff_files import shipped_table
from entrepot.kernel.money import Money
from entrepot.markets.loader import load_library
from entrepot.markets.queries import get_shipped_fx
from entrepot.pricing.commission import read_schedule
from entrepot.pricing.quote import Destination, Offer, SellerTerms
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import DeliveryTemplate, Service, Zone

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
HS_CODES = ("610910", "691200", "420221", "851830", "950300", "640419")
_NAMES = UUID(int=11)
_BOOK = RuleBook(load_library(), shipped_table())
_SCHEDULE = read_schedule()
_RATES = get_shipped_fx()
_HOMES = {"CN": "CNY", "IT": "EUR", "TR": "TRY"}


def desk(country: str, currency: str, *, postal_code: str = "") -> Desk:
    """Return where a request begins: the rule book is there, nothing of this request is known yet."""
    return Desk(
        book=_BOOK,
        rates=_RATES,
        schedule=_SCHEDULE,
        at=NOW,
        currency=currency,
        destination=Destination(country, "", postal_code),
        margin_percent=Decimal("1.5"),
    )


def _seller(country: str) -> SellerTerms:
    return SellerTerms(
        seller_id=uuid5(_NAMES, country),
        store_slug=f"store-{country.lower()}",
        store_name=f"Store {country}",
        country=country,
        dispatch_country=country,
        dispatch_region="",
        dispatch_postal_code="",
        vat_registered=True,
        registrations=frozenset({"OSS"} if country == "IT" else ()),
        eu_sales_over_threshold=country == "IT",
        payout_currency=_HOMES[country],
        can_sell=True,
    )


def _template(currency: str) -> DeliveryTemplate:
    def service(code: str, price: int, channel: str, *, prepaid: bool) -> Service:
        zone = Zone(frozenset({"*"}), frozenset(), ((500, price), (30_000, 2 * price)), 150, None, 5, 12)
        return Service(code, code, "Carrier", channel, (zone,), prepaid, True, None)  # type: ignore[arg-type]

    services = (service("post", 3000, "post", prepaid=False), service("express", 9000, "courier", prepaid=True))
    return DeliveryTemplate(currency, 1, 3, services)


_SELLERS = {country: _seller(country) for country in _HOMES}
_TEMPLATES = {country: _template(currency) for country, currency in _HOMES.items()}


def offer(country: str, number: int, *, price_minor: int) -> Offer:
    """Return the offer of one SKU of a country's seller."""
    return Offer(
        sku=f"{country}{number:08d}",
        sku_id=number,
        listing_id=uuid5(_NAMES, f"{country}/{number}"),
        title="Goods to be measured with",
        image="",
        options={},
        seller=_SELLERS[country],
        price=Money(price_minor, _HOMES[country]),
        tax_included=country == "IT",
        home_tax_rate=None,
        hs_code=HS_CODES[number % len(HS_CODES)],
        hs_confirmed=True,
        origin_country=country,
        weight_g=200 + number % 5 * 100,
        dimensions_mm=None,
        shipping_class="standard",
        flags={"responsible_EU": True},
        category="handmade",
        available=100,
        buyable=True,
        template=_TEMPLATES[country],
    )


def lines(country: str, *, price_minor: int) -> list[tuple[Offer, int]]:
    """Return three different goods of one seller, one piece each."""
    return [(offer(country, number, price_minor=price_minor * (number + 1)), 1) for number in range(3)]


def shelf(count: int) -> list[Offer]:
    """Return offers of all sellers in turn, at many prices."""
    homes = list(_HOMES)
    return [offer(homes[number % 3], number, price_minor=900 + number * 37 % 20_000) for number in range(count)]
