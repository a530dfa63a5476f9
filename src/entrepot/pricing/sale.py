"""
The amounts of one sale: goods and delivery net of tax in the buyer's and in the seller's money, the tax of a sale that
is no import, and what is due to the seller. Pure.

A listing price with the home tax in it stays what it is where the home tax applies (the buyer at home pays the price
listed, to the cent); everywhere else the sale starts from the net price.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from entrepot.customs.charges import Part, Ratio, between_minor_units, net_of, percent, portion, split
from entrepot.customs.rulebook import FoundRate, group_by_rate
from entrepot.customs.rules import note_doubts
from entrepot.kernel.money import Money
from entrepot.markets.packs import SaleRule
from entrepot.markets.rules import Rates
from entrepot.pricing.quote import Offer, SellerDue
from entrepot.shipping.rules import DeliveryChoice

if TYPE_CHECKING:
    from entrepot.pricing.rules import Desk

_ZERO = Decimal(0)
_ALL: Ratio = (1, 1)
_UNKNOWN_RATE = FoundRate(_ZERO, "", None)


class RecordedRates:
    """Rates that remember which pairs an order used, so that the order keeps them."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        self.used: dict[tuple[str, str], Decimal] = {}
        self.date = rates.date
        self.source = rates.source

    def rate(self, source_currency: str, target_currency: str) -> Decimal:
        pair = (source_currency, target_currency)
        found = self.used.get(pair)
        if found is None:
            found = self.used[pair] = self._rates.rate(source_currency, target_currency)
        return found


class Setting:
    """One order's seller, rates and margin at a desk, and the rates that it used."""

    __slots__ = (
        "_due_factors",
        "_factors",
        "desk",
        "lane",
        "margin",
        "one_money",
        "rates",
        "rule",
        "schemes",
        "seller",
    )

    def __init__(self, desk: Desk, lines: Sequence[tuple[Offer, int]]) -> None:
        seller = lines[0][0].seller
        for offer, quantity in lines:
            assert quantity > 0, "a line has at least one piece"
            assert offer.seller is seller or offer.seller.seller_id == seller.seller_id, "an order has one seller"
        self.desk = desk
        self.seller = seller
        self.lane, self.schemes, self.margin, self.rule = desk.standing(seller)
        # Where the seller is paid in the buyer's money, and so without a margin, what one pays the other gets.
        self.one_money = seller.payout_currency == desk.currency
        self.rates = RecordedRates(desk.rates)
        self._factors: dict[str, Ratio] = {}
        self._due_factors: dict[str, Ratio] = {}

    def factor(self, currency: str) -> Ratio:
        """Return the buyer's minor units per minor unit of a currency, the margin in it."""
        found = self._factors.get(currency)
        if found is None:
            rate, found = self.desk.conversion(currency, self.desk.currency)
            self.rates.used[currency, self.desk.currency] = rate
            if self.margin:
                added, whole = percent(self.margin)
                found = found[0] * (whole + added), found[1] * whole
            self._factors[currency] = found
        return found

    def due_factor(self, currency: str) -> Ratio:
        """Return the seller's minor units per minor unit of a currency; the seller's money has no margin in it."""
        found = self._due_factors.get(currency)
        if found is None:
            own = self.seller.payout_currency
            rate, found = self.desk.conversion(currency, own)
            self.rates.used[currency, own] = rate
            self._due_factors[currency] = found
        return found

    def used_rates(self) -> dict[str, str]:
        """Return the pairs that the order used as text, and the margin where there was one."""
        used = {f"{pair[0]}/{pair[1]}": f"{rate:f}" for pair, rate in self.rates.used.items() if pair[0] != pair[1]}
        if self.margin:
            used["margin_percent"] = f"{self.margin:f}"
        return used


@dataclass(slots=True)
class Amounts:
    """Minor units per line while an order is worked out: `…_native` in the listing's money, `due_…` in the payout's."""

    home_rates: list[Decimal]
    includes_home_tax: bool
    goods: list[int]
    goods_tax: list[int]
    goods_native: list[int]
    due_goods: list[int]
    due_goods_tax: list[int]
    # Known once the delivery is priced.
    delivery: list[int] = field(init=False)
    delivery_tax: list[int] = field(init=False)
    due_delivery: list[int] = field(init=False)
    due_delivery_tax: list[int] = field(init=False)
    due_tax: list[int] = field(init=False)


def _net(gross: int, rate: Decimal) -> int:
    return portion(gross, net_of(rate)) if rate else gross


def home_rate(setting: Setting, offer: Offer) -> Decimal:
    """Return the home tax that lies in a listing's price, in percent: nothing where none does."""
    seller = setting.seller
    if not seller.vat_registered or not offer.tax_included:
        return _ZERO
    return own_rate(setting, offer)


def own_rate(setting: Setting, offer: Offer) -> Decimal:
    """Return the seller's home rate for a listing: its own, else the pack's for its goods."""
    if offer.home_tax_rate is not None:
        return offer.home_tax_rate
    seller, lane = setting.seller, setting.lane
    if seller.country == seller.dispatch_country:
        found = lane.home_rate(offer.hs_code)
    else:
        found = lane.book.tax_rate(country=seller.country, region="", postal_code="", hs=offer.hs_code, on=lane.on)
    return found.rate if found is not None else _ZERO


def price_goods(setting: Setting, lines: Sequence[tuple[Offer, int]], rule: SaleRule | None, movement: str) -> Amounts:
    """Return the goods of each line net of tax; where the home tax applies the listed price is kept and split."""
    seller = setting.seller
    keeps = (
        movement != "export"
        and rule is not None
        and rule.rate_of == "dispatch"
        and rule.liable == "seller"
        and seller.country == seller.dispatch_country
    )
    one_money = setting.one_money
    goods: list[int] = []
    goods_tax: list[int] = []
    native: list[int] = []
    due: list[int] = []
    due_tax: list[int] = []
    rates: list[Decimal] = []
    for offer, quantity in lines:
        rate = home_rate(setting, offer)
        gross = offer.price.minor * quantity
        currency = offer.price.currency
        rates.append(rate)
        factor = setting.factor(currency)
        if keeps and rate:
            value = portion(gross, factor)
            net = _net(value, rate)
            goods.append(net)
            goods_tax.append(value - net)
            native.append(_net(gross, rate))
            if not one_money:
                value = portion(gross, setting.due_factor(currency))
                net = _net(value, rate)
                due.append(net)
                due_tax.append(value - net)
        else:
            left, whole = net_of(rate) if rate else _ALL
            goods.append(portion(gross * left, (factor[0], factor[1] * whole)))
            goods_tax.append(0)
            net = _net(gross, rate)
            native.append(net)
            if not one_money:
                factor = setting.due_factor(currency)
                # Priced in the money that the seller is paid in, most often: then it is due as it stands.
                due.append(net if factor == _ALL else portion(gross * left, (factor[0], factor[1] * whole)))
                due_tax.append(0)
    if one_money:
        due, due_tax = goods, goods_tax
    return Amounts(rates, keeps, goods, goods_tax, native, due, due_tax)


def price_delivery(setting: Setting, amounts: Amounts, choice: DeliveryChoice, rule: SaleRule | None) -> None:
    """
    Put the delivery into the amounts, shared over the lines by the value of their goods.

    Inside the country or the union the sender's tariff is meant as the listing prices are (with the home tax in it or
    not); what leaves the union travels free of that tax, so its price is net.
    """
    price = choice.price_native
    amounts.due_tax = [0] * len(amounts.goods)
    rates = amounts.home_rates if rule is not None and any(amounts.home_rates) else None
    total = portion(price.minor, setting.factor(price.currency)) if price.minor else 0
    amounts.delivery, amounts.delivery_tax = _share_delivery(amounts, total, amounts.goods, rates)
    if setting.one_money:
        amounts.due_delivery, amounts.due_delivery_tax = amounts.delivery, amounts.delivery_tax
    else:
        total = portion(price.minor, setting.due_factor(price.currency)) if price.minor else 0
        amounts.due_delivery, amounts.due_delivery_tax = _share_delivery(amounts, total, amounts.due_goods, rates)


def _share_delivery(
    amounts: Amounts, total: int, goods: Sequence[int], rates: Sequence[Decimal] | None
) -> tuple[list[int], list[int]]:
    """Return the lines' shares of a delivery net of the home tax, where it is in them, and the tax that was in them."""
    shares = list(split(total, goods))
    if rates is None:
        return shares, [0] * len(shares)
    nets = [_net(share, rate) for share, rate in zip(shares, rates, strict=True)]
    if not amounts.includes_home_tax:
        return nets, [0] * len(shares)
    return nets, [share - net for share, net in zip(shares, nets, strict=True)]


def tax_sale(
    setting: Setting, lines: Sequence[tuple[Offer, int]], amounts: Amounts, rule: SaleRule | None
) -> tuple[list[Part], set[str], str]:
    """Return the tax of a sale that is no import as parts, the reasons for which it is not sure, and the rule's id."""
    unsure: set[str] = set()
    if rule is None:
        unsure.add("sale_rule_unknown")
        return [], unsure, ""
    if rule.confidence == "low":
        unsure.add("regime_unconfirmed")
    lane = setting.lane
    country = lane.here.country if rule.rate_of == "dispatch" else lane.there.country
    count = len(lines)
    if rule.rate_of == "none":
        note_doubts(rule.doubts, False, unsure)
        return [_zero_tax(lane.book.tax_code(country), rule, _currency_of(setting, country), count)], unsure, rule.id
    note_doubts(rule.doubts, True, unsure)
    found = []
    for position, (offer, _) in enumerate(lines):
        # Where the listed price is kept, a doubt about the rate moves only the split in it, not what the buyer pays.
        keeps = amounts.includes_home_tax and bool(amounts.home_rates[position])
        found.append((position, _rate_for(setting, offer, rule, set() if keeps else unsure)))
    parts = []
    for named, members in group_by_rate(found):
        rate, source = named.rate, named.source
        shares, due_shares = [0] * count, [0] * count
        base = sum(amounts.goods[p] + amounts.delivery[p] for p in members)
        kept = [p for p in members if amounts.includes_home_tax and amounts.home_rates[p]]
        for position in kept:
            shares[position] = amounts.goods_tax[position] + amounts.delivery_tax[position]
            due_shares[position] = amounts.due_goods_tax[position] + amounts.due_delivery_tax[position]
        added = [p for p in members if p not in kept]
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


def _rate_for(setting: Setting, offer: Offer, rule: SaleRule, unsure: set[str]) -> FoundRate:
    lane, seller = setting.lane, setting.seller
    at_home = rule.rate_of == "dispatch" and seller.country == seller.dispatch_country
    if at_home and offer.home_tax_rate is not None:
        return FoundRate(offer.home_tax_rate, "rate named on the listing", None)
    there = rule.rate_of == "destination"
    found = lane.tax_rate(offer.hs_code) if there else lane.home_rate(offer.hs_code)
    if found is None:
        unsure.add("rate_unknown")
        return _UNKNOWN_RATE
    if found.doubt:
        unsure.add(found.doubt)
    if there and offer.hs_code is None:
        unsure.add("hs_missing")
    return found


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
    native = portion(amount, between_minor_units(setting.rates.rate(own, currency), own, currency))
    return Money(native, currency), split(native, list(shares))


def _zero_tax(code: str, rule: SaleRule, currency: str, count: int) -> Part:
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


def home_tax(setting: Setting, amounts: Amounts, rule: SaleRule | None) -> list[Part]:
    """Return the seller's home tax on an export: nothing, with the reason."""
    if rule is None:
        return []
    return [_zero_tax("home_vat", rule, _currency_of(setting, setting.lane.here.country), len(amounts.goods))]


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
            due.goods,
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
            due.delivery,
            choice.code,
            tuple(amounts.delivery),
            tuple(amounts.due_delivery),
        ),
    )


def seller_dues(setting: Setting, lines: Sequence[tuple[Offer, int]], amounts: Amounts) -> list[SellerDue]:
    """Return what each line is to the seller in the payout currency, the commission on its net goods beside it."""
    currency, desk = setting.seller.payout_currency, setting.desk
    dues = []
    for position, (offer, _) in enumerate(lines):
        goods = amounts.due_goods[position]
        rate = desk.schedule.rate(category=offer.category, country=setting.seller.country, on=desk.on)
        commission = portion(goods, percent(rate))
        dues.append(SellerDue(currency, goods, amounts.due_delivery[position], amounts.due_tax[position], commission))
    return dues
