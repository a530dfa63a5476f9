"""Rules of law in a pack: taxes, duties, fees, import regimes, who owes a tax on a sale, what may not travel."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from entrepot.kernel.money import Rounding
from entrepot.markets.packs.base import (
    Amount,
    Area,
    Channel,
    Collector,
    Country,
    Currency,
    HsPrefix,
    Percent,
    Regex,
    Sourced,
    Strict,
    Text,
)


class Goods(Strict):
    """Which goods: HS prefixes (none: all), prefixes left out, facts of the listing that must or must not be there."""

    hs: tuple[HsPrefix, ...] = ()
    not_hs: tuple[HsPrefix, ...] = ()
    flags: tuple[Text, ...] = ()
    not_flags: tuple[Text, ...] = ()


class Threshold(Strict):
    """
    A limit: what is measured (`basis`), of what (`scope`), in which currency, and the sides of it that hold.

    `cif` is goods with freight and insurance, `assessed` what the regime counts in place of the price, `tax` the tax
    itself, `weight_g` grams (no currency).
    """

    basis: Literal["goods", "cif", "assessed", "tax", "weight_g"]
    scope: Literal[
        "item",
        "consignment",
        "person_day",
        "person_month",
        "person_quarter",
        "person_year",
    ] = "consignment"
    currency: Currency | Literal[""] = ""
    above: Amount | None = None
    at_least: Amount | None = None
    below: Amount | None = None
    up_to: Amount | None = None

    @model_validator(mode="after")
    def _complete(self) -> Threshold:
        if self.above is None and self.at_least is None and self.below is None and self.up_to is None:
            raise ValueError("a threshold needs one of above, at_least, below, up_to")
        if (self.basis == "weight_g") == bool(self.currency):
            raise ValueError("a threshold of value needs a currency, one of weight has none")
        if self.basis == "assessed" and self.scope == "item":
            raise ValueError("a threshold of assessed value is of a consignment or a person")
        return self


class RateRow(Strict):
    """One rate and what it is for; the longest matching HS prefix wins, then the row that names the place."""

    rate: Percent
    hs: tuple[HsPrefix, ...] = ()
    origins: tuple[Area, ...] = ()
    dispatch_from: tuple[Area, ...] = ()
    regions: tuple[Text, ...] = ()
    postal_codes: tuple[Regex, ...] = ()


class TaxRate(RateRow, Sourced):
    """
    A rate of the country's own value added (or goods and services, or sales) tax; without `hs` the standard rate.

    `local` is what places inside the region add on average: it is charged, and the quote is not sure.
    """

    local: Percent = Decimal(0)


class Duty(Strict):
    """
    One duty of a regime.

    `tariff` looks into the tariff table; `percentage` takes `rate` or the best of `rates`; `flat` takes `amount` per
    distinct subheading (the first `hs_digits`), consignment, item (piece) or started kilogram. While `exempt` holds
    nothing is charged; when it does not, the charge is on the whole or only on the excess over its limit.
    """

    code: Text = "duty"
    kind: Literal["none", "tariff", "flat", "percentage"]
    base: Literal["goods", "cif", "assessed"] = "cif"
    exempt: Threshold | None = None
    on: Literal["whole", "excess"] = "whole"
    rate: Percent | None = None
    rates: tuple[RateRow, ...] = ()
    amount: Amount | None = None
    currency: Currency | Literal[""] = ""
    per: Literal["subheading", "consignment", "item", "kg"] = "consignment"
    hs_digits: Annotated[int, Field(ge=2, le=10)] = 6
    minimum_per_kg: Amount | None = None
    deduction: Amount | None = None
    maximum: Amount | None = None
    collector: Collector | None = None
    rounding: Rounding | None = None
    reason: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Duty:
        if self.kind == "flat" and (self.amount is None or not self.currency):
            raise ValueError("a flat duty needs an amount and a currency")
        if self.kind == "percentage" and self.rate is None and not self.rates:
            raise ValueError("a percentage duty needs a rate or rates")
        if (self.minimum_per_kg or self.deduction or self.maximum) and not self.currency:
            raise ValueError("minimum_per_kg, deduction and maximum need a currency")
        if self.on == "excess" and (self.exempt is None or self.exempt.up_to is None):
            raise ValueError("a duty on the excess needs exempt.up_to")
        return self


class Tax(Strict):
    """
    One tax of a regime: `standard` takes the country's own rate for the goods and the place, else the rate given.

    `base` names what is taxed; with `inside` the tax is part of its own base (base × r / (1 − r)). `factor` scales the
    tax (China's composite tax: 0.7). `exempt` with basis `tax` is a limit on the tax itself. `scheme` names the
    registration without which nobody collects this tax (the sales taxes of US states); where it is levied, it is at
    least the `minimum`.
    """

    code: Text = "vat"
    rate: Percent | Literal["standard"] = "standard"
    rates: tuple[RateRow, ...] = ()
    base: tuple[Literal["goods", "freight", "assessed", "duty", "fees", "taxes"], ...]
    inside: bool = False
    factor: Annotated[Decimal, Field(gt=0, le=1)] = Decimal(1)
    exempt: Threshold | None = None
    on: Literal["whole", "excess"] = "whole"
    collector: Collector | None = None
    rounding: Rounding | None = None
    reason: str = ""
    scheme: str = ""
    minimum: Amount | None = None
    currency: Currency | Literal[""] = ""

    @model_validator(mode="after")
    def _complete(self) -> Tax:
        if (self.minimum is None) == bool(self.currency):
            raise ValueError("a tax with a minimum needs its currency, one without has none")
        return self


class Fee(Sourced):
    """
    A fee beside duty and tax. `charged = false`: announced, shown by `markets check`, not yet in quotes.

    `when = "charged"`: only where duty or tax falls due. `rate` (with `minimum`) is taken of duty and tax together.
    """

    code: Text
    amount: Amount = Decimal(0)
    rate: Percent | None = None
    minimum: Amount | None = None
    currency: Currency
    per: Literal["consignment", "subheading", "line", "item"] = "consignment"
    when: Literal["always", "charged"] = "always"
    threshold: Threshold | None = None
    channels: tuple[Channel, ...] = ()
    schemes: tuple[Text, ...] = ()
    collector: Collector | None = None
    charged: bool = True

    @model_validator(mode="after")
    def _asked_of_prices(self) -> Fee:
        if self.threshold is not None and self.threshold.basis in ("assessed", "tax"):
            raise ValueError("a fee depends on the price or the weight: basis goods, cif or weight_g")
        return self


class CollectionFloor(Strict):
    """What is not worth collecting: nothing is charged while the named charges together stay within `up_to`."""

    up_to: Amount
    currency: Currency
    counts: tuple[Literal["duty", "tax", "fees"], ...] = ("duty", "tax")


class Doubt(Strict):
    """A reason why a rule is not sure although its figures are known; `charged`: only where it charges something."""

    reason: Text
    when: Literal["always", "charged"] = "always"


class AssessedValue(Sourced):
    """
    What the law counts in place of the price: shares of the price of the goods and of the freight, in percent.

    Japan counts 60 % of what goods for personal use cost; South Africa adds 10 % before it takes VAT.
    """

    goods_percent: Percent
    freight_percent: Percent = Decimal(0)
    reason: Text


class Regime(Sourced):
    """
    A dated import rule. Of a destination's regimes the first that fits an item, in the file's order, governs it.

    `scheme` names the registration that the operator must hold for it; `channels`, `origins` (of the goods),
    `dispatch_from`, `goods`, `regions`, `postal_codes` and every one of `thresholds` must fit; empty means any.
    `assessed` says what duties, taxes and exemptions on the `assessed` value count: the first row of the day, and on a
    day without one goods with freight as they are.
    """

    id: Text
    title: str = ""
    scheme: str = ""
    channels: tuple[Channel, ...] = ()
    origins: tuple[Area, ...] = ()
    not_origins: tuple[Area, ...] = ()
    dispatch_from: tuple[Area, ...] = ()
    not_dispatch_from: tuple[Area, ...] = ()
    goods: Goods = Goods()
    regions: tuple[Text, ...] = ()
    postal_codes: tuple[Regex, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    currency: Currency | Literal[""] = ""
    assessed: tuple[AssessedValue, ...] = ()
    duties: tuple[Duty, ...] = ()
    taxes: tuple[Tax, ...] = ()
    fees: tuple[Fee, ...] = ()
    country_fees: bool = True  # The country's own `[[fees]]` fall on it too.
    collection_floor: CollectionFloor | None = None
    collector: Collector
    rounding: Rounding = Rounding.HALF_UP
    doubts: tuple[Doubt, ...] = ()

    @model_validator(mode="after")
    def _assessed_where_asked(self) -> Regime:
        exemptions = [duty.exempt for duty in self.duties] + [tax.exempt for tax in self.taxes]
        if any(threshold.basis == "assessed" for threshold in self.thresholds):
            raise ValueError("a regime is chosen by price: assessed values are for its duties, taxes and exemptions")
        asked = (
            any(duty.base == "assessed" for duty in self.duties)
            or any("assessed" in tax.base for tax in self.taxes)
            or any(exempt is not None and exempt.basis == "assessed" for exempt in exemptions)
        )
        if asked is not bool(self.assessed):
            raise ValueError("assessed says what the assessed value is, and some duty, tax or exemption is on it")
        return self

    def assessed_on(self, day: date) -> AssessedValue | None:
        """Return what counts in place of the price on a day; None: goods with freight as they are."""
        return next((row for row in self.assessed if row.is_valid_on(day)), None)


class SaleRule(Sourced):
    """
    Who owes the tax of a sale that crosses no tax border, and at whose rate. The first rule that fits governs.

    `movement`: within one country, within a union between two, or out of the country (then the rules of the country
    of dispatch are asked, else those of the destination). `established` and the fields after it narrow by the
    seller's own position. `rate_of = "none"` charges nothing, for `reason`.
    """

    id: Text
    movement: Literal["domestic", "intra_union", "export"]
    established: Literal["dispatch", "union", "outside", "any"] = "any"
    vat_registered: bool | None = None
    over_threshold: bool | None = None
    registrations: tuple[Text, ...] = ()
    scheme: str = ""
    rate_of: Literal["dispatch", "destination", "none"]
    liable: Literal["seller", "platform", "buyer"] | None = None
    reason: Text
    doubts: tuple[Doubt, ...] = ()


class Territory(Sourced):
    """
    A part of a country where other rules hold, told by region or postal code (Canary Islands, Livigno …).

    `country`: it has a pack of its own under this code, and all else here is left out (97400 of France is RE). Else
    `code` names it as a place of dispatch; `customs_area` and `tax_area` say whether it lies inside those of its
    country; `unions` are unions that it belongs to and its country does not (Northern Ireland). `tax_rates` take the
    place of the country's. Its `regimes` are those of imports into it, behind them those of `union_imports` (a union
    whose customs law holds here although its taxes do not), all with `import_doubts`. Outside of the tax area sales
    follow its own `sales` and the defaults, not the country's.
    """

    name: Text
    code: Area | Literal[""] = ""
    country: Country | Literal[""] = ""
    regions: tuple[Text, ...] = ()
    postal_codes: tuple[Regex, ...] = ()
    tax_area: bool = True
    customs_area: bool = True
    unions: tuple[Text, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()
    sales: tuple[SaleRule, ...] = ()
    regimes: tuple[Regime, ...] = ()
    union_imports: str = ""
    import_doubts: tuple[Doubt, ...] = ()

    @model_validator(mode="after")
    def _named(self) -> Territory:
        if bool(self.code) == bool(self.country):
            raise ValueError("a territory has a code of its own or a country's pack, one of them")
        if not (self.regions or self.postal_codes):
            raise ValueError("a territory is told by regions or postal_codes")
        return self
