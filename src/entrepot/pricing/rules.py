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
from operator import add
from uuid import UUID

from entrepot.customs.lanes import Lane
from entrepot.customs.restrictions import flag_words
from entrepot.customs.rulebook import RuleBook
from entrepot.customs.rules import Assessment, Consignment, Import, Item
from entrepot.kernel.money import Money
from entrepot.markets.rules import Rates
from entrepot.pricing import sale
from entrepot.pricing.commission import Schedule
from entrepot.pricing.delivery import banned_channels, can_prepay, choose_service, list_services
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
from entrepot.pricing.sale import Amounts, Factors, Setting, Standing
from entrepot.shipping.rules import DeliveryChoice

_REMEMBERED_MAX = 1_000
_SEVERITY: dict[ImportCharges, int] = {"none": 0, "prepaid": 1, "due_at_door": 2, "unknown": 3}


@dataclass(slots=True)
class Desk:
    """
    What every quote of a moment shares: the rule book, the rates, the day, the commission, the buyer's currency.

    It is never changed once made; frozen it would take three times as long to make.

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
    stale_currencies: frozenset[str] = frozenset()
    schemes: frozenset[str] | None = None
    basic_duty_rate: Decimal | None = None
    any_channel: bool = False
    on: date = field(init=False)
    _lanes: dict[tuple[str, str, str], Lane] = field(default_factory=dict, init=False, repr=False, compare=False)
    _sellers: dict[int, tuple[SellerTerms, Standing, Factors, Factors]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        self.on = self.at.date()

    def lane(self, seller: SellerTerms) -> Lane:
        """Return what is the same for all goods from a seller's dispatch place to the desk's destination."""
        key = (seller.dispatch_country, seller.dispatch_region, seller.dispatch_postal_code)
        found = self._lanes.get(key)
        if found is None:
            book, target = self.book, self.destination
            there = book.place(target.country, target.region, target.postal_code)
            found = self._lanes[key] = book.lane(book.place(*key), there, self.on)
        return found

    def know(self, seller: SellerTerms) -> tuple[SellerTerms, Standing, Factors, Factors]:
        """
        Return a seller with what is the same for all of one tax status, place and payout currency, and what exchange
        rates its orders asked for so far: what money is worth to the buyer, and to the seller.
        """
        found = self._sellers.get(id(seller))  # Holds on to the seller, so that nothing else can take that id.
        if found is None:
            found = self._sellers[id(seller)] = seller, self._find_standing(seller), {}, {}
        return found

    def _find_standing(self, seller: SellerTerms) -> Standing:
        lane = self.lane(seller)
        schemes = self.book.schemes_on(self.on) if self.schemes is None else self.schemes
        key = (
            seller.country,
            seller.dispatch_country,
            seller.vat_registered,
            seller.eu_sales_over_threshold,
            seller.registrations,
            seller.payout_currency,
            schemes,
            self.currency,
            self.margin_percent,
            self.schedule,
        )
        found: Standing | None = lane.standings.get(key)
        if found is None:
            if len(lane.standings) > _REMEMBERED_MAX:
                lane.standings.clear()
            found = lane.standings[key] = Standing(self, seller, lane, schemes)
        return found


def make_quote(
    desk: Desk, lines: Iterable[tuple[Offer, int]], *, given_import_ids: Iterable[str] = (), minutes: int | None = None
) -> Quote:
    """
    Return the landed cost of offers and quantities to the desk's destination: an order per seller.

    :raises NotSellable: a restriction forbids some goods there.
    :raises NoDelivery: a seller's templates do not reach the destination, or not with so much.
    """
    groups = _by_seller(sorted(lines, key=lambda line: line[0].sku))
    orders = tuple([make_order(desk, group) for group in groups])
    return join_orders(desk, orders, given_import_ids=given_import_ids, minutes=minutes)


def _by_seller(lines: list[tuple[Offer, int]]) -> list[list[tuple[Offer, int]]]:
    """Return lines by their seller, the sellers in the order of their stores' names."""
    for offer, _ in lines:
        if offer.seller is not lines[0][0].seller:
            break
    else:
        return [lines] if lines else []  # Most often; to compare ids takes longer.
    groups: dict[UUID, list[tuple[Offer, int]]] = {}
    for line in lines:
        groups.setdefault(line[0].seller.seller_id, []).append(line)
    return sorted(groups.values(), key=_store_of)


def _store_of(lines: Sequence[tuple[Offer, int]]) -> tuple[str, UUID]:
    seller = lines[0][0].seller
    return seller.store_slug, seller.seller_id


def join_orders(
    desk: Desk, orders: tuple[OrderQuote, ...], *, given_import_ids: Iterable[str] = (), minutes: int | None = None
) -> Quote:
    """Return the orders as one quote: their sums, the worst of their import charges, the ids still to be asked."""
    if minutes is None:
        minutes = desk.book.library.operator.quote_valid_minutes
    goods = delivery = duty = tax = fees = at_door = 0
    sure = True
    import_charges: ImportCharges = "none"
    for order in orders:
        goods += order.goods
        delivery += order.delivery
        duty += order.duty
        tax += order.tax
        fees += order.fees
        at_door += order.at_door
        sure = sure and order.sure
        if _SEVERITY[order.import_charges] > _SEVERITY[import_charges]:
            import_charges = order.import_charges
    return Quote(
        desk.currency,
        desk.destination,
        orders,
        goods,
        delivery,
        duty,
        tax,
        fees,
        goods + delivery + duty + tax + fees,
        at_door,
        sure,
        import_charges,
        _needs(desk, orders, given_import_ids),
        desk.at + timedelta(minutes=minutes),
        desk.rates.date,
    )


def _needs(desk: Desk, orders: Sequence[OrderQuote], given_import_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids that customs or the country ask of the buyer and that were not given."""
    pack = desk.book.pack(desk.destination.country)
    if pack is None or not pack.import_ids:
        return ()
    given = set(given_import_ids)
    imports = any(desk.lane(order.seller).movement == "export" for order in orders)
    return tuple(
        kind.kind for kind in pack.import_ids if kind.kind not in given and (imports or kind.required_when == "always")
    )


@dataclass(slots=True)
class Priced:
    """An order's amounts and charges before they are put into a quote: all that a card needs."""

    setting: Setting
    amounts: Amounts
    choice: DeliveryChoice
    charges: Sequence[Part]
    # What the charges come to that are paid with the order, and those at the door.
    charged: int
    at_door: int
    unsure: set[str]
    regime: str
    import_charges: ImportCharges

    @property
    def total(self) -> int:
        """What is paid now: goods, delivery and every charge that is not left for the door."""
        return sum(self.amounts.goods) + sum(self.amounts.delivery) + self.charged


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
    rule = setting.rule
    facts = [flag_words(offer.flags) for offer, _ in lines]
    banned = banned_channels(desk, lines, facts, setting.lane)
    amounts = sale.price_goods(setting, lines)
    services = list_services(setting, lines)
    choice = choose_service(setting, services, lines, banned, prefer_prepaid=False)
    if setting.lane.movement != "export":
        sale.price_delivery(setting, amounts, choice, rule)
        sale.price_due_delivery(setting, amounts, choice, rule)
        parts, unsure, regime = sale.tax_sale(setting, lines, amounts, rule)
        if choice.estimated:
            unsure.add("weight_unknown")
        _note_old_rates(desk, lines, unsure)
        charged = sum([part.amount for part in parts])
        return Priced(setting, amounts, choice, parts, charged, 0, unsure, regime, "none")

    sale.price_delivery(setting, amounts, choice, None)
    items = _items(lines, facts, amounts)
    at_border = Import(_consignment(setting, items, amounts, choice), setting)
    # Where something would fall due at the door, a service that prepays it is worth its price.
    may_prepay = not choice.duties_prepaid and can_prepay(services)
    assessment = None
    if not (may_prepay and at_border.is_charged_at_door()):
        assessment = at_border.assess()
    if assessment is None or (may_prepay and (assessment.at_door or assessment.unknown)):
        choice = choose_service(setting, services, lines, banned, prefer_prepaid=True)
        sale.price_delivery(setting, amounts, choice, None)
        at_border.send(_consignment(setting, items, amounts, choice))
        assessment = at_border.assess()
    unsure = set(assessment.unsure)
    if choice.estimated:
        unsure.add("weight_unknown")
    _note_old_rates(desk, lines, unsure)
    return Priced(
        setting,
        amounts,
        choice,
        sale.home_tax(setting, len(lines)) + assessment.parts,
        assessment.now,
        assessment.at_door,
        unsure,
        "+".join(assessment.regimes),
        _import_charges(assessment),
    )


def _note_old_rates(desk: Desk, lines: Sequence[tuple[Offer, int]], unsure: set[str]) -> None:
    """Doubt a price that was turned into other money at a rate older than the operator allows."""
    if desk.stale_currencies:
        used = {offer.price.currency for offer, _ in lines} | {lines[0][0].seller.payout_currency, desk.currency}
        if len(used) > 1 and not used.isdisjoint(desk.stale_currencies):
            unsure.add("rates_old")


def _import_charges(assessment: Assessment) -> ImportCharges:
    if assessment.unknown:
        return "unknown"
    if assessment.at_door:
        return "due_at_door"
    return "prepaid" if assessment.now else "none"


def _items(lines: Sequence[tuple[Offer, int]], facts: Sequence[frozenset[str]], amounts: Amounts) -> tuple[Item, ...]:
    return tuple(
        [
            Item(
                goods,
                quantity,
                offer.hs_code,
                offer.hs_confirmed,
                offer.origin_country,
                offer.weight_g,
                flags,
            )
            for (offer, quantity), flags, goods in zip(lines, facts, amounts.goods, strict=True)
        ]
    )


def _consignment(setting: Setting, items: tuple[Item, ...], amounts: Amounts, choice: DeliveryChoice) -> Consignment:
    desk = setting.desk
    return Consignment(
        items,
        tuple(amounts.delivery),
        desk.currency,
        setting.lane,
        None if desk.any_channel else choice.channel,
        setting.standing.schemes,
        choice.duties_prepaid,
        desk.basic_duty_rate,
    )


def _paid_now(charges: Sequence[Part], count: int) -> tuple[Sequence[int], Sequence[int], Sequence[int]]:
    """Return what each line bears of the duties, taxes and fees that are paid with the order, a column of each."""
    nothing = (0,) * count
    sums: dict[str, Sequence[int]] = {"duty": nothing, "tax": nothing, "fees": nothing}
    for part in charges:
        if part.amount and part.payable == "now":
            known = sums[part.group]
            sums[part.group] = part.shares if known is nothing else list(map(add, known, part.shares))
    return sums["duty"], sums["tax"], sums["fees"]


def _put_together(priced: Priced, lines: Sequence[tuple[Offer, int]]) -> OrderQuote:
    setting, amounts, choice, charges = priced.setting, priced.amounts, priced.choice, priced.charges
    desk, seller = setting.desk, setting.seller
    if setting.lane.movement == "export":
        sale.price_due_delivery(setting, amounts, choice, None)
    goods, delivery = sum(amounts.goods), sum(amounts.delivery)
    duties, taxes, all_fees = _paid_now(charges, len(lines))
    dues = sale.seller_dues(setting, lines, amounts)
    quoted = []
    columns = (amounts.goods, amounts.goods_native, amounts.delivery, duties, taxes, all_fees, dues)
    for (offer, quantity), line_goods, native, line_delivery, duty, tax, fees, line_due in zip(
        lines, *columns, strict=True
    ):
        price = offer.price
        quoted.append(
            LineQuote(
                offer.sku,
                offer.sku_id,
                offer.listing_id,
                offer.title,
                offer.options,
                quantity,
                price,
                line_goods,
                Money(native, price.currency),
                offer.hs_code,
                offer.origin_country,
                offer.weight_g,
                line_delivery,
                duty,
                tax,
                fees,
                line_goods + line_delivery + duty + tax + fees,
                line_due,
                LineTerms(offer.tax_included, offer.home_tax_rate, offer.hs_confirmed, offer.flags, offer.category),
            )
        )
    duty, tax, fees = sum(duties), sum(taxes), sum(all_fees)
    due = SellerDue(
        seller.payout_currency,
        sum(amounts.due_goods),
        sum(amounts.due_delivery),
        sum(amounts.due_tax),
        sum([line.commission_minor for line in dues]),
    )
    used_rates = setting.used_rates()
    rates_date = desk.rates.date if used_rates else None
    return OrderQuote(
        seller,
        tuple(quoted),
        (*sale.price_parts(amounts, goods, delivery, due, choice), *charges),
        goods,
        delivery,
        duty,
        tax,
        fees,
        goods + delivery + duty + tax + fees,
        priced.at_door,
        not priced.unsure,
        tuple(sorted(priced.unsure)),
        priced.import_charges,
        priced.regime,
        choice,
        due,
        used_rates,
        rates_date,
        (desk.on - rates_date).days if rates_date is not None else 0,
    )
