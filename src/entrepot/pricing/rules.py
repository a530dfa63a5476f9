"""
The one function that prices everything: lines of offers to a destination, as a quote. Pure, and the same for ever.

How a price becomes a quote: the seller's listing price is taken net or with its home tax in it, as the sale asks;
delivery is chosen and priced; a sale inside the country or the union bears the tax that the sale rules say, an import
what customs assesses; shares per line and the seller's due follow. Lines are put in the order of their SKU first, so
that the order in which a buyer collected them changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from entrepot.customs.charges import half_up
from entrepot.customs.restrictions import Restrictions, flag_words, may_sell_brand
from entrepot.customs.rulebook import Movement, Place, RuleBook
from entrepot.customs.rules import Assessment, Consignment, Item, assess_import
from entrepot.kernel.errors import DomainError
from entrepot.kernel.money import Money, minor_digits
from entrepot.markets.packs import BrandRule, SaleRule
from entrepot.markets.rules import Rates
from entrepot.pricing import liability, sale
from entrepot.pricing.commission import Schedule
from entrepot.pricing.quote import (
    Destination,
    ImportCharges,
    LineQuote,
    LineTerms,
    Offer,
    OrderQuote,
    Part,
    Quote,
    SellerDue,
    SellerTerms,
)
from entrepot.pricing.sale import Amounts, Setting
from entrepot.shipping.rules import DeliveryChoice, DeliveryTemplate, choose, list_choices

_SEVERITY: tuple[ImportCharges, ...] = ("none", "prepaid", "due_at_door", "unknown")
_NO_FLAGS: frozenset[str] = frozenset()


class NotSellable(DomainError):
    """Some lines cannot be sold to this destination: `lines` is a list of {"sku", "reason"}."""

    code = "not_sellable"
    kind = "conflict"
    summary = "Some goods cannot be sold to this destination."


class NoDelivery(DomainError):
    """The seller has no delivery service for these goods to this destination: `lines` lists {"sku", "reason"}."""

    code = "no_delivery"
    kind = "conflict"
    summary = "No delivery service takes these goods to this destination."


class CorridorClosed(DomainError):
    """Nothing may be sold from one country to the other: `origin`, `destination`, `reason`, `source`."""

    code = "corridor_closed"
    kind = "conflict"
    summary = "Nothing may be sold between these countries at present."


@dataclass(frozen=True)
class Desk:
    """
    What every quote of a moment shares: the rule book, the rates, the day, the commission, the buyer's currency.

    `schemes` stands in for the operator's registrations, `basic_duty_rate` for the tariff's basic rate, `any_channel`
    asks regimes whatever the delivery service's channel: for trying a corridor out.
    """

    book: RuleBook
    rates: Rates
    schedule: Schedule
    at: datetime
    currency: str
    destination: Destination
    margin_percent: Decimal = Decimal(0)
    schemes: frozenset[str] | None = None
    basic_duty_rate: Decimal | None = None
    any_channel: bool = False
    on: date = field(init=False)
    _lanes: dict[tuple[str, str, str], Lane] = field(default_factory=dict, init=False, repr=False, compare=False)
    _standings: dict[tuple[object, ...], Standing] = field(default_factory=dict, init=False, repr=False, compare=False)
    _conversions: dict[tuple[str, str], tuple[Decimal, Decimal]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "on", self.at.date())

    def lane(self, seller: SellerTerms) -> Lane:
        """Return what is the same for all goods from a seller's dispatch place to the desk's destination."""
        key = (seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
        found = self._lanes.get(key)
        if found is None:
            destination = self.destination
            here = self.book.place(seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
            there = self.book.place(destination.country, destination.region, destination.postal_code)
            restrictions = self.book.restrictions(here, there, self.on)
            found = self._lanes[key] = Lane(self.book.movement(here, there), here, there, restrictions)
        return found

    def standing(self, seller: SellerTerms) -> Standing:
        """Return what is the same for all orders of sellers of one tax status, place and payout currency."""
        key = (
            seller.country,
            seller.dispatch_country,
            seller.dispatch_region,
            seller.dispatch_postal_code,
            seller.vat_registered,
            seller.eu_sales_over_threshold,
            seller.registrations,
            seller.payout_currency,
        )
        found = self._standings.get(key)
        if found is None:
            lane = self.lane(seller)
            schemes = self.book.schemes_on(self.on) if self.schemes is None else self.schemes
            # The margin covers the risk between capture and payout: none where both are in the same money.
            margin = self.margin_percent if seller.payout_currency != self.currency else Decimal(0)
            rule = liability.find_rule(self.book, seller, lane, schemes, self.on)
            found = self._standings[key] = (lane, schemes, margin, rule)
        return found

    def conversion(self, source: str, target: str) -> tuple[Decimal, Decimal]:
        """Return a rate, and the target's minor units per minor unit of the source."""
        found = self._conversions.get((source, target))
        if found is None:
            rate = self.rates.rate(source, target)
            factor = rate.scaleb(minor_digits(target) - minor_digits(source))
            found = self._conversions[source, target] = (rate, factor)
        return found


@dataclass(frozen=True, slots=True)
class Lane:
    """A dispatch place and a destination: how goods move between them, and what may not travel."""

    movement: Movement
    here: Place
    there: Place
    restrictions: Restrictions


# How goods move, the schemes that the operator is registered in, the margin on rates, the rule of the sale.
Standing = tuple[Lane, frozenset[str], Decimal, SaleRule | None]


def make_quote(
    desk: Desk, lines: Iterable[tuple[Offer, int]], *, given_import_ids: Iterable[str] = (), minutes: int | None = None
) -> Quote:
    """
    Return the landed cost of offers and quantities to the desk's destination: an order per seller.

    :raises NotSellable: a restriction forbids some goods there.
    :raises NoDelivery: a seller's templates do not reach the destination, or not with so much.
    """
    by_seller: dict[tuple[str, str], list[tuple[Offer, int]]] = {}
    for offer, quantity in sorted(lines, key=lambda line: line[0].sku):
        assert quantity > 0, "a line has at least one piece"
        by_seller.setdefault((offer.seller.store_slug, str(offer.seller.seller_id)), []).append((offer, quantity))
    orders = tuple(make_order(desk, group) for _, group in sorted(by_seller.items()))
    return join_orders(desk, orders, given_import_ids=given_import_ids, minutes=minutes)


def join_orders(
    desk: Desk, orders: tuple[OrderQuote, ...], *, given_import_ids: Iterable[str] = (), minutes: int | None = None
) -> Quote:
    """Return the orders as one quote: their sums, the worst of their import charges, the ids still to be asked."""
    if minutes is None:
        minutes = desk.book.library.operator.quote_valid_minutes
    pack = desk.book.pack(desk.destination.country)
    given = set(given_import_ids)
    imports = any(desk.lane(order.seller).movement == "export" for order in orders)
    needs: tuple[str, ...] = ()
    if pack is not None:
        needs = tuple(
            kind.kind
            for kind in pack.import_ids
            if kind.kind not in given and (imports or kind.required_when == "always")
        )
    return Quote(
        currency=desk.currency,
        destination=desk.destination,
        orders=orders,
        goods=sum(order.goods for order in orders),
        delivery=sum(order.delivery for order in orders),
        duty=sum(order.duty for order in orders),
        tax=sum(order.tax for order in orders),
        fees=sum(order.fees for order in orders),
        total=sum(order.total for order in orders),
        at_door=sum(order.at_door for order in orders),
        sure=all(order.sure for order in orders),
        import_charges=max((order.import_charges for order in orders), key=_SEVERITY.index, default="none"),
        needs=needs,
        valid_until=desk.at + timedelta(minutes=minutes),
        fx_date=desk.rates.date,
    )


@dataclass(slots=True)
class Priced:
    """An order's amounts and charges before they are put into a quote: all that a card needs."""

    setting: Setting
    amounts: Amounts
    choice: DeliveryChoice
    charges: list[Part]
    unsure: set[str]
    regime: str
    import_charges: ImportCharges

    @property
    def total(self) -> int:
        """What is paid now: goods, delivery and every charge that is not left for the door."""
        now = sum(part.amount for part in self.charges if part.payable == "now")
        return sum(self.amounts.goods) + sum(self.amounts.delivery) + now

    @property
    def at_door(self) -> int:
        return sum(part.amount for part in self.charges if part.payable == "door")


def make_order(desk: Desk, lines: Sequence[tuple[Offer, int]]) -> OrderQuote:
    """
    Return one seller's order, which is one consignment; the lines are in the order of their SKU.

    :raises NotSellable, NoDelivery: see `make_quote`.
    """
    return _put_together(price_order(desk, lines), lines)


def price_order(desk: Desk, lines: Sequence[tuple[Offer, int]]) -> Priced:
    """
    Price one seller's lines: goods, delivery, and the tax of the sale or the charges of the import.

    :raises NotSellable, NoDelivery: see `make_quote`.
    """
    setting = Setting(desk, lines)
    lane, rule = setting.lane, setting.rule
    movement = lane.movement
    template, banned = _delivery_terms(desk, lines, lane)
    amounts = sale.price_goods(setting, lines, rule, movement)
    choice = _choose(setting, template, lines, banned, prefer_prepaid=False)
    if movement != "export":
        sale.price_delivery(setting, amounts, choice, rule)
        parts, unsure, regime = sale.tax_sale(setting, lines, amounts, rule)
        if choice.estimated:
            unsure.add("weight_unknown")
        return Priced(setting, amounts, choice, parts, unsure, regime, "none")

    sale.price_delivery(setting, amounts, choice, None)
    assessment = _assess(setting, lines, amounts, choice)
    charges = _import_charges(assessment)
    if charges in ("due_at_door", "unknown") and not choice.duties_prepaid:
        # Something would fall due at the door: a service that prepays it is worth its price.
        prepaid = _choose(setting, template, lines, banned, prefer_prepaid=True)
        if prepaid.duties_prepaid:
            choice = prepaid
            sale.price_delivery(setting, amounts, choice, None)
            assessment = _assess(setting, lines, amounts, choice)
            charges = _import_charges(assessment)
    unsure = set(assessment.unsure)
    if choice.estimated:
        unsure.add("weight_unknown")
    parts = [*sale.home_tax(setting, amounts, rule), *assessment.parts]
    return Priced(setting, amounts, choice, parts, unsure, "+".join(assessment.regimes), charges)


def _import_charges(assessment: Assessment) -> ImportCharges:
    if assessment.unknown:
        return "unknown"
    charged: ImportCharges = "none"
    for part in assessment.parts:
        if part.amount:
            if part.payable == "door":
                return "due_at_door"
            charged = "prepaid"
    return charged


# Which rules close a channel to some of the lines, by channel.
Banned = dict[str, list[dict[str, str]]]


def _delivery_terms(desk: Desk, lines: Sequence[tuple[Offer, int]], lane: Lane) -> tuple[DeliveryTemplate, Banned]:
    template: DeliveryTemplate | None = None
    for offer, _ in lines:
        if offer.template is None:
            raise NoDelivery(lines=[{"sku": offer.sku, "reason": "no_delivery_template"}])
        template = template or offer.template
    assert template is not None, "an order has a line"
    banned: Banned = {}
    refused = []
    for offer, _ in lines:
        flags = flag_words(offer.flags) if offer.flags else _NO_FLAGS
        for row in lane.restrictions.falling_on(offer.hs_code, offer.origin_country, flags):
            if row.above is not None and not _is_dearer(desk, offer.price, row.above, row.currency):
                continue
            fault = {"sku": offer.sku, "reason": row.reason, "rule": row.id, "source": row.source}
            for channel in row.channels:
                banned.setdefault(channel, []).append(fault)
            if not row.channels:
                refused.append(fault)
        if "brand" in flags and (rule := _foreign_brand(desk, offer, lane)):
            refused.append(
                {"sku": offer.sku, "reason": "brand_not_authorised", "rule": rule.name, "source": rule.source}
            )
    if refused:
        raise NotSellable(lines=refused)
    return template, banned


def _is_dearer(desk: Desk, price: Money, limit: Decimal, currency: str) -> bool:
    return price.decimal * desk.conversion(price.currency, currency)[0] > limit


def _foreign_brand(desk: Desk, offer: Offer, lane: Lane) -> BrandRule | None:
    """Return the rule of the mark that goods bear where it keeps this store from selling them there."""
    rule = desk.book.watched_brands.get(str(offer.flags["brand"]))
    areas = desk.book.areas(lane.there.code)
    if rule is None or may_sell_brand(rule, store=offer.seller.store_slug, destination_areas=areas, on=desk.on):
        return None
    return rule


def _choose(
    setting: Setting,
    template: DeliveryTemplate,
    lines: Sequence[tuple[Offer, int]],
    banned: Banned,
    *,
    prefer_prepaid: bool,
) -> DeliveryChoice:
    """Choose the service; an order that mixes shipping classes takes the dearest class's template for all of it."""
    country = setting.desk.destination.country
    templates = {id(offer.template): offer.template for offer, _ in lines if offer.template is not None}
    best: DeliveryChoice | None = None
    best_price = -1
    for candidate in templates.values():
        items = [
            (offer.weight_g, offer.dimensions_mm, quantity, value)
            for (offer, quantity), value in zip(lines, _values_in(setting, lines, candidate.currency), strict=True)
        ]
        if banned:
            possible = list_choices(candidate, country, items)
            allowed = [choice for choice in possible if choice.channel not in banned]
            choice = min(
                allowed,
                key=lambda c: (prefer_prepaid and not c.duties_prepaid, c.price_native.minor, c.days_max, c.code),
                default=None,
            )
        else:
            choice = choose(candidate, country, items, prefer_prepaid=prefer_prepaid)
        if choice is None:
            faults = [fault for one in possible for fault in banned.get(one.channel, ())] if banned else []
            raise NoDelivery(lines=faults or [{"sku": offer.sku, "reason": "no_service"} for offer, _ in lines])
        if len(templates) == 1:
            return choice
        price = half_up(choice.price_native.minor * setting.factor(choice.price_native.currency))
        if price > best_price:
            best, best_price = choice, price
    assert best is not None, "an order has a template"
    return best


def _values_in(setting: Setting, lines: Sequence[tuple[Offer, int]], currency: str) -> list[int]:
    values = []
    for offer, quantity in lines:
        price = offer.price
        if price.currency == currency:
            values.append(price.minor * quantity)
        else:
            rate = setting.rates.rate(price.currency, currency)
            factor = rate.scaleb(minor_digits(currency) - minor_digits(price.currency))
            values.append(half_up(price.minor * quantity * factor))
    return values


def _assess(
    setting: Setting,
    lines: Sequence[tuple[Offer, int]],
    amounts: Amounts,
    choice: DeliveryChoice,
) -> Assessment:
    desk, here, there = setting.desk, setting.lane.here, setting.lane.there
    items = tuple(
        Item(
            goods,
            quantity,
            offer.hs_code,
            offer.hs_confirmed,
            offer.origin_country,
            offer.weight_g,
            flag_words(offer.flags) if offer.flags else _NO_FLAGS,
        )
        for (offer, quantity), goods in zip(lines, amounts.goods, strict=True)
    )
    return assess_import(
        Consignment(
            items,
            tuple(amounts.delivery),
            desk.currency,
            here.code,
            there.country,
            there.region,
            there.postal_code,
            None if desk.any_channel else choice.channel,
            desk.on,
            setting.schemes,
            choice.duties_prepaid,
            there.territory,
            desk.basic_duty_rate,
        ),
        desk.book,
        setting.rates,
    )


def _put_together(priced: Priced, lines: Sequence[tuple[Offer, int]]) -> OrderQuote:
    setting, amounts, choice, charges = priced.setting, priced.amounts, priced.choice, priced.charges
    seller = setting.seller
    goods, delivery = sum(amounts.goods), sum(amounts.delivery)
    sums = {"duty": [0] * len(lines), "tax": [0] * len(lines), "fees": [0] * len(lines)}
    for part in charges:
        if part.amount and part.payable == "now":
            column = sums[part.group]
            for position, share in enumerate(part.shares):
                column[position] += share
    dues = sale.seller_dues(setting, lines, amounts)
    quoted = []
    for position, (offer, quantity) in enumerate(lines):
        line_goods, line_delivery = amounts.goods[position], amounts.delivery[position]
        duty, tax, fees = sums["duty"][position], sums["tax"][position], sums["fees"][position]
        quoted.append(
            LineQuote(
                offer.sku,
                offer.sku_id,
                offer.listing_id,
                offer.title,
                offer.options,
                quantity,
                offer.price,
                line_goods,
                Money(amounts.goods_native[position], offer.price.currency),
                offer.hs_code,
                offer.origin_country,
                offer.weight_g,
                line_delivery,
                duty,
                tax,
                fees,
                line_goods + line_delivery + duty + tax + fees,
                dues[position],
                LineTerms(offer.tax_included, offer.home_tax_rate, offer.hs_confirmed, offer.flags, offer.category),
            )
        )
    duty, tax, fees = sum(sums["duty"]), sum(sums["tax"]), sum(sums["fees"])
    payout = seller.payout_currency
    due = SellerDue(
        payout,
        sum(amounts.due_goods),
        sum(amounts.due_delivery),
        sum(amounts.due_tax),
        sum(line.commission_minor for line in dues),
    )
    return OrderQuote(
        seller=seller,
        lines=tuple(quoted),
        parts=(*sale.price_parts(amounts, goods, delivery, due, choice), *charges),
        goods=goods,
        delivery=delivery,
        duty=duty,
        tax=tax,
        fees=fees,
        total=goods + delivery + duty + tax + fees,
        at_door=priced.at_door,
        sure=not priced.unsure,
        unsure=tuple(sorted(priced.unsure)),
        import_charges=priced.import_charges,
        regime=priced.regime,
        service=choice,
        due_native=due,
        rates=setting.used_rates(),
    )
