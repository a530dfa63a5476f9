"""
The amounts of one sale: goods and delivery net of tax in the buyer's and in the seller's money, the tax of a sale that
is no import, and what is due to the seller. Pure.

A listing price with the home tax in it stays what it is where the home tax applies (the buyer at home pays the price
listed, to the cent); everywhere else the sale starts from the net price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import sub
from typing import TYPE_CHECKING

from entrepot.customs.charges import (
    FoundRate,
    Part,
    Ratio,
    between_minor_units,
    group_by_rate,
    net_of,
    percent,
    portion,
    split,
)
from entrepot.customs.lanes import Lane
from entrepot.customs.rules import note_doubts
from entrepot.kernel.money import Money
from entrepot.pricing.liability import Liability, find_liability
from entrepot.pricing.quote import Offer, SellerDue, SellerTerms
from entrepot.shipping.rules import DeliveryChoice

if TYPE_CHECKING:
    from entrepot.pricing.rules import Desk

_REMEMBERED_MAX = 5_000
_ZERO = Decimal(0)
_ALL: Ratio = (1, 1)
_UNKNOWN_RATE = FoundRate(_ZERO, "", None)
Pair = tuple[str, str]
# Exchange rates by currency: the pair, its rate, and minor units per minor unit.
Factors = dict[str, tuple[Pair, Decimal, Ratio]]


class Standing:
    """
    What is the same for all sellers of one tax status, place and payout currency who sell one way and for one money:
    whose rule the sale falls under, what their money is worth to the buyer, what the platform keeps.

    Lanes remember it, so that an order finds it there.
    """

    __slots__ = (
        "commissions",
        "keeps_prices",
        "lane",
        "margin",
        "one_money",
        "rule",
        "schemes",
        "taxed_at_home",
        "with_margin",
    )

    def __init__(self, desk: Desk, seller: SellerTerms, lane: Lane, schemes: frozenset[str]) -> None:
        self.lane, self.schemes = lane, schemes
        self.rule = rule = find_liability(seller, lane, schemes)
        # Where the seller is paid in the buyer's money, what one pays the other gets.
        self.one_money = seller.payout_currency == desk.currency
        # The margin covers the risk between capture and payout: none where both are in the same money.
        self.margin = _ZERO if self.one_money else desk.margin_percent
        added, whole = percent(self.margin)
        self.with_margin: Ratio = whole + added, whole
        self.taxed_at_home = seller.country == seller.dispatch_country
        # Where the home tax applies the listed price is kept and split.
        self.keeps_prices = (
            lane.movement != "export"
            and rule is not None
            and rule.rate_of == "dispatch"
            and rule.liable == "seller"
            and self.taxed_at_home
        )
        self.commissions: dict[str, Ratio] = {}  # By category.


class Setting:
    """One order's seller at a desk, and the rates that the order used, which it keeps; customs converts with it too."""

    __slots__ = ("_due_factors", "_factors", "desk", "lane", "one_money", "rule", "seller", "standing", "used")

    def __init__(self, desk: Desk, lines: Sequence[tuple[Offer, int]]) -> None:
        seller = lines[0][0].seller
        for offer, quantity in lines:
            assert quantity > 0, "a line has at least one piece"
            assert offer.seller is seller or offer.seller.seller_id == seller.seller_id, "an order has one seller"
        self.desk = desk
        self.seller = seller
        _, standing, self._factors, self._due_factors = desk.know(seller)
        self.standing = standing
        self.lane, self.rule, self.one_money = standing.lane, standing.rule, standing.one_money
        self.used: dict[Pair, Decimal] = {}

    @property
    def date(self) -> date:
        return self.desk.rates.date

    @property
    def source(self) -> str:
        return self.desk.rates.source

    def rate(self, source_currency: str, target_currency: str) -> Decimal:
        """Return a rate of the desk, and remember that the order used it."""
        pair = (source_currency, target_currency)
        found = self.used.get(pair)
        if found is None:
            found = self.used[pair] = self.desk.rates.rate(source_currency, target_currency)
        return found

    def factor(self, currency: str) -> Ratio:
        """Return the buyer's minor units per minor unit of a currency, the margin in it."""
        found = self._factors.get(currency)
        if found is None:
            found = self._factors[currency] = self._find_factor(currency, self.desk.currency, self.standing.with_margin)
        pair, self.used[pair], factor = found
        return factor

    def due_factor(self, currency: str) -> Ratio:
        """Return the seller's minor units per minor unit of a currency; the seller's money has no margin in it."""
        found = self._due_factors.get(currency)
        if found is None:
            found = self._due_factors[currency] = self._find_factor(currency, self.seller.payout_currency, _ALL)
        pair, self.used[pair], factor = found
        return factor

    def _find_factor(self, source: str, target: str, margin: Ratio) -> tuple[Pair, Decimal, Ratio]:
        rate = self.desk.rates.rate(source, target)
        times, over = between_minor_units(rate, source, target)
        return (source, target), rate, (times * margin[0], over * margin[1])

    def commission(self, category: str) -> Ratio:
        """Return what the platform keeps of goods of a category."""
        known, desk = self.standing.commissions, self.desk
        found = known.get(category)
        if found is None:
            if len(known) > _REMEMBERED_MAX:
                known.clear()
            rate = desk.schedule.rate(category=category, country=self.seller.country, on=desk.on)
            found = known[category] = percent(rate)
        return found

    def used_rates(self) -> dict[str, str]:
        """Return the pairs that the order used as text, and the margin where there was one."""
        used = {f"{pair[0]}/{pair[1]}": f"{rate:f}" for pair, rate in self.used.items() if pair[0] != pair[1]}
        if self.standing.margin:
            used["margin_percent"] = f"{self.desk.margin_percent:f}"
        return used


@dataclass(slots=True)
class Amounts:
    """Minor units per line while an order is worked out: `…_native` in the listing's money, `due_…` in the payout's."""

    home_rates: Sequence[Decimal]
    goods: Sequence[int]
    goods_tax: Sequence[int]
    goods_native: Sequence[int]
    due_goods: Sequence[int]
    due_goods_tax: Sequence[int]
    # Known once the delivery is priced.
    delivery: Sequence[int] = field(init=False)
    delivery_tax: Sequence[int] = field(init=False)
    # Known once it is asked what the seller gets of it: no card does, of an import.
    due_delivery: Sequence[int] = field(init=False)
    due_delivery_tax: Sequence[int] = field(init=False)
    due_tax: list[int] = field(init=False)


def own_rate(setting: Setting, offer: Offer) -> Decimal:
    """Return the seller's home rate for a listing: its own, else the pack's for its goods."""
    if offer.home_tax_rate is not None:
        return offer.home_tax_rate
    seller, lane = setting.seller, setting.lane
    if setting.standing.taxed_at_home:
        found = lane.home_rate(offer.hs_code)
    else:
        found = lane.book.tax_rate(country=seller.country, region="", postal_code="", hs=offer.hs_code, on=lane.on)
    return found.rate if found is not None else _ZERO


def price_goods(setting: Setting, lines: Sequence[tuple[Offer, int]]) -> Amounts:
    """Return the goods of each line net of tax; where the home tax applies the listed price is kept and split."""
    keeps, one_money, registered = setting.standing.keeps_prices, setting.one_money, setting.seller.vat_registered
    goods: list[int] = []
    native: list[int] = []
    due: list[int] = []
    rates: list[Decimal] = []
    goods_tax = [0] * len(lines)
    due_tax = goods_tax if one_money else goods_tax.copy()
    currency, factor, due_factor = "", _ALL, _ALL
    for position, (offer, quantity) in enumerate(lines):
        price = offer.price
        if price.currency != currency:
            currency = price.currency
            factor, due_factor = setting.factor(currency), setting.due_factor(currency)
        gross = price.minor * quantity
        # The home tax that lies in the price, where one does.
        rate = own_rate(setting, offer) if registered and offer.tax_included else _ZERO
        rates.append(rate)
        if not rate:
            native.append(gross)
            goods.append(portion(gross, factor))
            if not one_money:
                due.append(portion(gross, due_factor))
            continue
        left, whole = net_of(rate)
        native.append(portion(gross, (left, whole)))
        if keeps:
            value = portion(gross, factor)
            net = portion(value, (left, whole))
            goods.append(net)
            goods_tax[position] = value - net
            if not one_money:
                value = portion(gross, due_factor)
                net = portion(value, (left, whole))
                due.append(net)
                due_tax[position] = value - net
        else:
            goods.append(portion(gross * left, (factor[0], factor[1] * whole)))
            if not one_money:
                due.append(portion(gross * left, (due_factor[0], due_factor[1] * whole)))
    return Amounts(rates, goods, goods_tax, native, goods if one_money else due, due_tax)


def price_delivery(setting: Setting, amounts: Amounts, choice: DeliveryChoice, rule: Liability | None) -> None:
    """
    Put the delivery into the amounts, shared over the lines by the value of their goods.

    Inside the country or the union the sender's tariff is meant as the listing prices are (with the home tax in it or
    not); what leaves the union travels free of that tax, so its price is net.
    """
    price = choice.price_native
    total = portion(price.minor, setting.factor(price.currency)) if price.minor else 0
    amounts.delivery, amounts.delivery_tax = _share_delivery(setting, amounts, total, amounts.goods, rule)


def price_due_delivery(setting: Setting, amounts: Amounts, choice: DeliveryChoice, rule: Liability | None) -> None:
    """Put into the amounts what of the delivery is due to the seller, and no tax yet."""
    amounts.due_tax = [0] * len(amounts.goods)
    if setting.one_money:
        amounts.due_delivery, amounts.due_delivery_tax = amounts.delivery, amounts.delivery_tax
        return
    price = choice.price_native
    total = portion(price.minor, setting.due_factor(price.currency)) if price.minor else 0
    amounts.due_delivery, amounts.due_delivery_tax = _share_delivery(setting, amounts, total, amounts.due_goods, rule)


def _share_delivery(
    setting: Setting, amounts: Amounts, total: int, goods: Sequence[int], rule: Liability | None
) -> tuple[Sequence[int], Sequence[int]]:
    """Return the lines' shares of a delivery net of the home tax, where it is in them, and the tax that was in them."""
    shares = split(total, goods)
    nothing = (0,) * len(shares)
    if rule is None or not any(amounts.home_rates):
        return shares, nothing
    nets = [portion(share, net_of(rate)) for share, rate in zip(shares, amounts.home_rates, strict=True)]
    return nets, list(map(sub, shares, nets)) if setting.standing.keeps_prices else nothing


def tax_sale(
    setting: Setting, lines: Sequence[tuple[Offer, int]], amounts: Amounts, rule: Liability | None
) -> tuple[list[Part], set[str], str]:
    """Return the tax of a sale that is no import as parts, the reasons for which it is not sure, and the rule's id."""
    unsure: set[str] = set()
    if rule is None:
        unsure.add("sale_rule_unknown")
        return [], unsure, ""
    if not rule.is_confirmed:
        unsure.add("regime_unconfirmed")
    lane = setting.lane
    country = lane.here.country if rule.rate_of == "dispatch" else lane.there.country
    count = len(lines)
    if rule.rate_of == "none":
        note_doubts(rule.doubts, False, unsure)
        return [_zero_tax(lane.book.tax_code(country), rule, _currency_of(setting, country), count)], unsure, rule.id
    note_doubts(rule.doubts, True, unsure)
    found = []
    # Where the listed price is kept, a doubt about the rate moves only the split in it, not what the buyer pays.
    keeps = [setting.standing.keeps_prices and bool(rate) for rate in amounts.home_rates]
    for (offer, _), kept in zip(lines, keeps, strict=True):
        found.append(_rate_for(setting, offer, rule, None if kept else unsure))
    parts = []
    for named, members in group_by_rate(range(count), found):
        rate, source = named.rate, named.source
        shares, due_shares = [0] * count, [0] * count
        added = []
        base = 0
        for position in members:
            base += amounts.goods[position] + amounts.delivery[position]
            if keeps[position]:
                shares[position] = amounts.goods_tax[position] + amounts.delivery_tax[position]
                due_shares[position] = amounts.due_goods_tax[position] + amounts.due_delivery_tax[position]
            else:
                added.append(position)
        if added:
            _add_tax(rate, added, amounts.goods, amounts.delivery, shares)
            if not setting.one_money:
                _add_tax(rate, added, amounts.due_goods, amounts.due_delivery, due_shares)
        if setting.one_money:
            due_shares = shares
        if rule.liable == "seller":
            for position in members:
                amounts.due_tax[position] += due_shares[position]
        amount = sum(shares)
        native, native_shares = _native(
            setting, amount, shares, _currency_of(setting, country), sum(due_shares), due_shares
        )
        parts.append(
            Part(
                lane.book.tax_code(country),
                "tax",
                amount,
                "now",
                rate,
                base,
                rule.liable,
                f"{rule.source}; {source}" if source else rule.source,
                named.valid_from or rule.valid_from,
                rule.reason if rate else "zero_rate",
                native,
                rule.id,
                tuple(shares),
                native_shares,
            )
        )
    return parts, unsure, rule.id


def _add_tax(
    rate: Decimal, members: Sequence[int], goods: Sequence[int], delivery: Sequence[int], shares: list[int]
) -> None:
    bases = [goods[p] + delivery[p] for p in members]
    amount = portion(sum(bases), percent(rate))
    for position, share in zip(members, split(amount, bases), strict=True):
        shares[position] = share


def _rate_for(setting: Setting, offer: Offer, rule: Liability, unsure: set[str] | None) -> FoundRate:
    """Return the rate of a sale's tax on goods; `unsure`, where it matters, gets the reasons for which it is not."""
    lane, there = setting.lane, rule.rate_of == "destination"
    if offer.home_tax_rate is not None and not there and setting.standing.taxed_at_home:
        return FoundRate(offer.home_tax_rate, "rate named on the listing", None)
    found = lane.tax_rate(offer.hs_code) if there else lane.home_rate(offer.hs_code)
    if unsure is not None:
        if found is None:
            unsure.add("rate_unknown")
        elif found.doubt:
            unsure.add(found.doubt)
        if there and found is not None and offer.hs_code is None:
            unsure.add("hs_missing")
    return _UNKNOWN_RATE if found is None else found


def _currency_of(setting: Setting, country: str) -> str:
    pack = setting.desk.book.pack(country)
    return pack.currency if pack is not None else setting.desk.currency


def _native(
    setting: Setting, amount: int, shares: Sequence[int], currency: str, due: int, due_shares: Sequence[int]
) -> tuple[Money, tuple[int, ...]]:
    """Return the tax in its own currency: as it stands where that is the buyer's or the seller's, else converted."""
    if currency == setting.desk.currency:
        return Money(amount, currency), tuple(shares)
    if currency == setting.seller.payout_currency:
        return Money(due, currency), tuple(due_shares)
    own = setting.desk.currency
    native = portion(amount, between_minor_units(setting.rate(own, currency), own, currency))
    return Money(native, currency), split(native, list(shares))


def _zero_tax(code: str, rule: Liability, currency: str, count: int) -> Part:
    nothing = (0,) * count
    return Part(
        code,
        "tax",
        0,
        "now",
        _ZERO,
        None,
        rule.liable,
        rule.source,
        rule.valid_from,
        rule.reason,
        Money(0, currency),
        rule.id,
        nothing,
        nothing,
    )


def home_tax(setting: Setting, count: int) -> tuple[Part, ...]:
    """Return the seller's home tax on an export of so many lines: nothing, with the reason."""
    rule = setting.rule
    if rule is None:
        return ()
    currency = _currency_of(setting, setting.lane.here.country)
    found = rule.home_taxes.get((currency, count))
    if found is None:
        found = rule.home_taxes[currency, count] = (_zero_tax("home_vat", rule, currency, count),)
    return found


def price_parts(
    amounts: Amounts, goods: int, delivery: int, due: SellerDue, choice: DeliveryChoice
) -> tuple[Part, Part]:
    """Return the goods and the delivery as parts."""
    return (
        Part(
            "goods",
            "goods",
            goods,
            "now",
            None,
            None,
            None,
            "listing price",
            None,
            "net_of_tax",
            Money(due.goods_minor, due.currency),
            "price",
            tuple(amounts.goods),
            tuple(amounts.due_goods),
        ),
        Part(
            "delivery",
            "delivery",
            delivery,
            "now",
            None,
            None,
            None,
            choice.carrier or choice.name,
            None,
            "" if choice.price_native.minor else "free_delivery",
            Money(due.delivery_minor, due.currency),
            choice.code,
            tuple(amounts.delivery),
            tuple(amounts.due_delivery),
        ),
    )


def seller_dues(setting: Setting, lines: Sequence[tuple[Offer, int]], amounts: Amounts) -> list[SellerDue]:
    """Return what each line is to the seller in the payout currency, the commission on its net goods beside it."""
    currency = setting.seller.payout_currency
    columns = amounts.due_goods, amounts.due_delivery, amounts.due_tax
    known = setting.standing.commissions
    return [
        SellerDue(
            currency,
            goods,
            delivery,
            tax,
            portion(goods, known.get(offer.category) or setting.commission(offer.category)),
        )
        for (offer, _), goods, delivery, tax in zip(lines, *columns, strict=True)
    ]
