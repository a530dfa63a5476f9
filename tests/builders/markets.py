"""Markets through operations, and the frozen values that a quote is made of, for tests that need no database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID, uuid5

from entrepot.customs.rulebook import RuleBook
from entrepot.customs.tariff_files import shipped_table
from entrepot.kernel.money import Money
from entrepot.markets import operations, queries
from entrepot.markets.loader import load_library
from entrepot.markets.rules import FxTable
from entrepot.pricing.commission import read_schedule
from entrepot.pricing.quote import Destination, Offer, SellerTerms
from entrepot.pricing.rules import Desk
from entrepot.shipping.rules import DeliveryTemplate, Service, Zone

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
_NAMES = UUID(int=7)

# Round rates, so that amounts can be worked out by hand: 8 CNY, 1.25 USD, 50 TRY … are one euro.
ROUND_RATES = FxTable(
    per_eur={
        currency: Decimal(rate)
        for currency, rate in {
            "CNY": "8",
            "USD": "1.25",
            "TRY": "50",
            "BRL": "6.25",
            "GBP": "0.8",
            "RUB": "100",
            "KZT": "600",
            "SAR": "5",
            "AUD": "1.6",
            "NZD": "2",
            "CHF": "1",
            "NOK": "10",
            "JPY": "160",
            "KRW": "1600",
            "RON": "5",
        }.items()
    },
    date=date(2026, 11, 19),
    source="round figures of a test",
)


def open_markets(*, selling: Iterable[str] = (), buying: Iterable[str] = (), now: datetime = NOW) -> None:
    """Have a row for every pack, and the named markets open."""
    operations.sync_markets(now=now)
    for side, countries in (("selling", selling), ("buying", buying)):
        for country in countries:
            operations.set_stage(country=country, side=side, stage="open", actor="system", reason="test", now=now)


def suspend(country: str, *, side: str = "buying", reason: str = "test", now: datetime = NOW) -> None:
    """Suspend one side of a market."""
    if country not in queries.get_stages():
        operations.sync_markets(now=now)
    operations.set_stage(country=country, side=side, stage="suspended", actor="system", reason=reason, now=now)


@cache
def book() -> RuleBook:
    """The rule book of the packs that ship."""
    return RuleBook(load_library(), shipped_table())


def desk(
    country: str,
    currency: str,
    *,
    region: str = "",
    postal_code: str = "",
    at: datetime = NOW,
    margin: str = "0",
    rates: FxTable = ROUND_RATES,
    rule_book: RuleBook | None = None,
    **changes: Any,
) -> Desk:
    """Where a quote is made: to a country, in a currency, at the round rates; the demonstration operator's desk."""
    return Desk(
        book=rule_book or book(),
        rates=rates,
        schedule=read_schedule(),
        at=at,
        currency=currency,
        destination=Destination(country, region, postal_code),
        margin_percent=Decimal(margin),
        **changes,
    )


def terms(
    country: str,
    *,
    name: str = "store",
    vat_registered: bool = True,
    registrations: Iterable[str] = (),
    over_threshold: bool = False,
    dispatch_country: str | None = None,
    dispatch_postal_code: str = "",
    payout_currency: str | None = None,
) -> SellerTerms:
    """A seller's terms as pricing reads them."""
    pack = book().pack(country)
    return SellerTerms(
        seller_id=uuid5(_NAMES, f"{country}/{name}"),
        store_slug=f"{country.lower()}-{name}",
        store_name=name,
        country=country,
        dispatch_country=dispatch_country or country,
        dispatch_region="",
        dispatch_postal_code=dispatch_postal_code,
        vat_registered=vat_registered,
        registrations=frozenset(registrations),
        eu_sales_over_threshold=over_threshold,
        payout_currency=payout_currency or (pack.currency if pack else "EUR"),
        can_sell=True,
    )


def template(price: str, currency: str, *, channel: str = "post", prepaid_price: str | None = None) -> DeliveryTemplate:
    """One service to everywhere at one price; with `prepaid_price` a courier beside it that prepays the duties."""

    def service(code: str, channel: str, amount: str, prepaid: bool) -> Service:
        zone = Zone(frozenset({"*"}), frozenset(), ((30_000, Money.parse(amount, currency).minor),), 0, None, 5, 12)
        return Service(code, code, "Carrier", channel, (zone,), prepaid, True, None)

    services = [service("standard", channel, price, False)]
    if prepaid_price is not None:
        services.append(service("prepaid", "courier", prepaid_price, True))
    return DeliveryTemplate(currency, 1, 3, tuple(services))


def offer(
    seller: SellerTerms,
    price: str,
    *,
    sku: str = "SKU000000001",
    hs: str | None = "732393",
    hs_confirmed: bool = True,
    origin: str | None = None,
    currency: str | None = None,
    tax_included: bool = True,
    home_tax_rate: str | None = None,
    weight_g: int | None = 500,
    delivery: DeliveryTemplate | None = None,
    flags: dict[str, Any] | None = None,
    category: str = "home",
) -> Offer:
    """One SKU of a seller; by default a steel pot, its price with the home tax in it."""
    pack = book().pack(seller.country)
    own = currency or (pack.currency if pack else "EUR")
    return Offer(
        sku=sku,
        sku_id=int.from_bytes(sku[-3:].encode(), "big"),
        listing_id=uuid5(_NAMES, sku),
        title="Thing",
        image="",
        options={},
        seller=seller,
        price=Money.parse(price, own),
        tax_included=tax_included,
        home_tax_rate=None if home_tax_rate is None else Decimal(home_tax_rate),
        hs_code=hs,
        hs_confirmed=hs_confirmed and hs is not None,
        origin_country=origin or seller.country,
        weight_g=weight_g,
        dimensions_mm=None,
        shipping_class="standard",
        # A store names somebody responsible in the European Union, unless a test says otherwise.
        flags={"responsible_EU": True, **(flags or {})},
        category=category,
        available=100,
        buyable=True,
        template=delivery or template("0", own),
    )
