"""
The format of a country pack, of a union's, of the operator's and of a sanctions pack, as pydantic models.

Packs are TOML files. Amounts are decimal numbers of major units with their currency beside them; rates are percent;
`valid_to` is the last day. `docs/country-packs.md` explains the format by example, `entrepot markets schema` prints
it as JSON Schema. Later rules add rows to packs; they should not need another format.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from entrepot.kernel.money import Rounding

Confidence = Literal["high", "medium", "low"]
Stage = Literal["closed", "pilot", "open", "suspended"]
Channel = Literal["post", "courier"]
Collector = Literal["platform", "post", "carrier", "importer"]


def _code_of(pattern: str, what: str) -> AfterValidator:
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise ValueError(f"{value!r} is no {what}")
        return value

    return AfterValidator(check)


def _is_regex(value: str) -> str:
    try:
        re.compile(value)
    except re.error as fault:
        raise ValueError(f"{value!r} is no regular expression: {fault}") from None
    return value


Country = Annotated[str, _code_of(r"[A-Z]{2}", "ISO 3166-1 country code")]
Area = Annotated[str, _code_of(r"[A-Z]{2,8}", "country or union code")]
Currency = Annotated[str, _code_of(r"[A-Z]{3}", "ISO 4217 currency code")]
HsPrefix = Annotated[str, _code_of(r"[0-9]{2,10}", "HS code or prefix of one")]
Percent = Annotated[Decimal, Field(ge=0, le=1000)]
Amount = Annotated[Decimal, Field(ge=0)]
Regex = Annotated[str, AfterValidator(_is_regex)]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """Unknown keys are refused: a misspelt key must not pass silently for an absent one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Strict):
    valid_from: date | None = None
    valid_to: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Dated:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} lies before valid_from {self.valid_from}")
        return self

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Sourced(Dated):
    """Whatever is said of the law says where it stands and how far it was confirmed; `low` is never called sure."""

    source: Text
    confidence: Confidence
    note: str = ""


class Goods(Strict):
    """Which goods: HS prefixes (none: all), prefixes left out, facts of the listing that must or must not be there."""

    hs: tuple[HsPrefix, ...] = ()
    not_hs: tuple[HsPrefix, ...] = ()
    flags: tuple[Text, ...] = ()
    not_flags: tuple[Text, ...] = ()


class Threshold(Strict):
    """
    A limit: what is measured (`basis`), of what (`scope`), in which currency, and the sides of it that hold.

    `cif` is goods with freight and insurance, `tax` the tax itself, `weight_g` grams (no currency).
    """

    basis: Literal["goods", "cif", "tax", "weight_g"]
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
    """A rate of the country's own value added (or goods and services) tax; without `hs` it is the standard rate."""


class Duty(Strict):
    """
    One duty of a regime.

    `tariff` looks into the tariff table; `percentage` takes `rate` or the best of `rates`; `flat` takes `amount` per
    distinct subheading (the first `hs_digits`), consignment, item (piece) or started kilogram. While `exempt` holds
    nothing is charged; when it does not, the charge is on the whole or only on the excess over its limit.
    """

    code: Text = "duty"
    kind: Literal["none", "tariff", "flat", "percentage"]
    base: Literal["goods", "cif"] = "cif"
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
    tax (China's composite tax: 0.7). `exempt` with basis `tax` is a limit on the tax itself.
    """

    code: Text = "vat"
    rate: Percent | Literal["standard"] = "standard"
    rates: tuple[RateRow, ...] = ()
    base: tuple[Literal["goods", "freight", "duty", "fees", "taxes"], ...]
    inside: bool = False
    factor: Annotated[Decimal, Field(gt=0, le=1)] = Decimal(1)
    exempt: Threshold | None = None
    on: Literal["whole", "excess"] = "whole"
    collector: Collector | None = None
    rounding: Rounding | None = None
    reason: str = ""


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


class CollectionFloor(Strict):
    """What is not worth collecting: nothing is charged while the named charges together stay within `up_to`."""

    up_to: Amount
    currency: Currency
    counts: tuple[Literal["duty", "tax", "fees"], ...] = ("duty", "tax")


class Doubt(Strict):
    """A reason why a rule is not sure although its figures are known; `charged`: only where it charges something."""

    reason: Text
    when: Literal["always", "charged"] = "always"


class Regime(Sourced):
    """
    A dated import rule. Of a destination's regimes the first that fits an item, in the file's order, governs it.

    `scheme` names the registration that the operator must hold for it; `channels`, `origins` (of the goods),
    `dispatch_from`, `goods`, `regions`, `postal_codes` and every one of `thresholds` must fit; empty means any.
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
    duties: tuple[Duty, ...] = ()
    taxes: tuple[Tax, ...] = ()
    fees: tuple[Fee, ...] = ()
    collection_floor: CollectionFloor | None = None
    collector: Collector
    rounding: Rounding = Rounding.HALF_UP
    doubts: tuple[Doubt, ...] = ()


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


class Territory(Strict):
    """A part of a country where other rules hold, told by region or postal code (Canary Islands, Livigno …)."""

    name: Text
    regions: tuple[Text, ...] = ()
    postal_codes: tuple[Regex, ...] = ()
    tax_area: bool = True
    customs_area: bool = True
    regimes: tuple[Regime, ...] = ()


class Restriction(Sourced):
    """What may not travel: goods × origin × destination × channel. `direction` is seen from the pack's country."""

    id: Text
    goods: Goods = Goods()
    direction: Literal["import", "export", "any"] = "any"
    origins: tuple[Area, ...] = ()
    destinations: tuple[Area, ...] = ()
    not_destinations: tuple[Area, ...] = ()
    channels: tuple[Channel, ...] = ()
    reason: Text


class BusinessIdKind(Strict):
    """
    An identifier asked of a seller: checked by a python-stdnum module, a named check of ours, and a pattern.

    `entity_key`: it names one legal entity, so that two sellers cannot have the same. `personal`: a person's number,
    encrypted where it is kept and never shown to buyers.
    """

    kind: Text
    label: Text
    stdnum: str = ""
    check: str = ""
    pattern: Regex = ""
    required: bool = True
    example: str = ""
    entity_key: bool = False
    personal: bool = False


class DocumentKind(Strict):
    kind: Text
    label: Text
    required: bool = True


class RegistrationForm(Strict):
    ids: tuple[BusinessIdKind, ...]
    documents: tuple[DocumentKind, ...]


class Registration(Strict):
    forms: dict[Literal["company", "sole_trader"], RegistrationForm]
    registry: str = ""
    online_check: str = ""
    source: Text
    confidence: Confidence


class PayoutField(Strict):
    """One field of a bank account; `pattern` is a regular expression or one of the words `iban`, `bic`."""

    name: Text
    label: Text
    pattern: Regex
    example: str = ""


class BankFileColumn(Strict):
    """A column of a bank's own file: its title and what stands in it, with {holder}, {amount}, {currency},
    {reference}, {description}, {date} and the names of the account's fields in braces."""

    title: str
    value: str


class BankFile(Strict):
    """A bank's own text form of a payment file, beside the ISO 20022 one."""

    name: Text
    encoding: Text = "utf-8"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ";"
    columns: Annotated[tuple[BankFileColumn, ...], Field(min_length=1)]


class Payout(Strict):
    """
    How sellers of a country are paid. An account without IBAN is named by `account_field`; its bank by `bank_field`, a
    number in the ISO 20022 clearing system `bank_clearing` (RUCBC, CNAPS …), where there is no BIC. Less than
    `minimum` waits for the next payout.
    """

    currency: Currency
    rail: Literal["sepa", "iban", "local"]
    fields: tuple[PayoutField, ...]
    account_field: str = "account_number"
    bank_field: str = "bank_code"
    bank_clearing: str = ""
    minimum: Amount = Decimal(0)
    files: tuple[BankFile, ...] = ()

    @model_validator(mode="after")
    def _columns_are_known(self) -> Payout:
        known = {"holder", "amount", "currency", "reference", "description", "date"}
        known |= {field.name for field in self.fields}
        for file in self.files:
            for column in file.columns:
                unknown = {name for _, name, _, _ in Formatter().parse(column.value) if name is not None} - known
                if unknown:
                    raise ValueError(f"column {column.title!r} of {file.name!r} names no field: {sorted(unknown)}")
        return self


class ImportIdKind(Strict):
    """What customs asks of the buyer."""

    kind: Text
    label: Text
    stdnum: str = ""
    check: str = ""
    pattern: Regex = ""
    required_when: Literal["import", "always"] = "import"
    example: str = ""


class Deadlines(Strict):
    """The timers of an order: days unless they say minutes."""

    dispatch_days: Annotated[int, Field(ge=1, le=60)] = 7
    protection_days: Annotated[int, Field(ge=1, le=180)] = 60
    inspection_days: Annotated[int, Field(ge=1, le=90)] = 15
    payment_due_minutes: Annotated[int, Field(ge=5, le=4320)] = 60
    payout_delay_days: Annotated[int, Field(ge=0, le=60)] = 15


class Postal(Strict):
    required: bool = True
    example: str = ""


class ReferenceAddress(Strict):
    """Where a card's price is quoted to while the buyer's address is not known."""

    region: str = ""
    postal_code: str = ""
    city: str = ""


class DefaultStage(Strict):
    selling: Stage = "closed"
    buying: Stage = "open"


class CountryPack(Strict):
    """
    All that is particular to a country.

    `rate_unconfirmed_hs` lists goods that may have a reduced rate: without a row of `tax_rates` for them the standard
    rate is shown and the quote is not sure.
    """

    code: Country
    name: Text
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    currency: Currency
    unions: tuple[Text, ...] = ()
    reviewed_on: date
    tax_name: Text = "VAT"
    prices_include_tax: bool = (
        True  # How shops show prices to consumers; the default of a registered seller's listings.
    )
    tax_rates: tuple[TaxRate, ...] = ()
    rate_unconfirmed_hs: tuple[HsPrefix, ...] = ()
    fx_margin_percent: Percent | None = None
    sales: tuple[SaleRule, ...] = ()
    regimes: tuple[Regime, ...] = ()
    fees: tuple[Fee, ...] = ()
    territories: tuple[Territory, ...] = ()
    restricted: tuple[Restriction, ...] = ()
    registration: Registration | None = None
    payout: Payout | None = None
    import_ids: tuple[ImportIdKind, ...] = ()
    deadlines: Deadlines = Deadlines()
    postal: Postal = Postal()
    reference_address: ReferenceAddress = ReferenceAddress()
    stage: DefaultStage = DefaultStage()

    @model_validator(mode="after")
    def _whole(self) -> CountryPack:
        if self.stage.selling != "closed" and (self.registration is None or self.payout is None):
            raise ValueError("a market whose selling side opens needs the sections registration and payout")
        return self


class UnionPack(Strict):
    """
    Rules that members share. `{country}` in a regime's or a rule's id becomes the member's code; members' own rules
    come before the union's. `customs_union`: no import regime between members.
    """

    code: Annotated[str, _code_of(r"[A-Z]{2,8}", "union code")]
    name: Text
    customs_union: bool = True
    members: Annotated[tuple[Country, ...], Field(min_length=1)]
    rate_unconfirmed_hs: tuple[HsPrefix, ...] = ()
    sales: tuple[SaleRule, ...] = ()
    regimes: tuple[Regime, ...] = ()
    fees: tuple[Fee, ...] = ()
    restricted: tuple[Restriction, ...] = ()


class DefaultsPack(Strict):
    """Rules that hold everywhere, behind those of countries and unions."""

    sales: tuple[SaleRule, ...] = ()
    restricted: tuple[Restriction, ...] = ()


class OperatorRegistration(Dated):
    """A tax registration that the operator holds, as a scheme's name in the regimes (`IOSS`, `GB-VAT`, `VOEC` …)."""

    scheme: Text
    number: Text
    country: Country | None = None


class OperatorBankAccount(Strict):
    """An account that the operator pays sellers from, in one currency: an IBAN, or a number at a bank."""

    currency: Currency
    bank: Text
    iban: str = ""
    account: str = ""
    bic: str = ""

    @model_validator(mode="after")
    def _named(self) -> OperatorBankAccount:
        if bool(self.iban) == bool(self.account):
            raise ValueError("a bank account has an iban or an account number, one of them")
        return self


class OperatorPack(Strict):
    """Who runs this installation: legal home, the law that binds it, its registrations, its margins."""

    name: Text
    legal_form: str = ""
    country: Country
    address: tuple[str, ...] = ()
    email: str = ""
    currency: Currency
    jurisdictions: tuple[Area, ...] = ()
    fx_margin_percent: Percent = Decimal(0)
    quote_valid_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    registrations: tuple[OperatorRegistration, ...] = ()
    bank_accounts: tuple[OperatorBankAccount, ...] = ()

    def schemes_on(self, day: date) -> frozenset[str]:
        """Return the schemes whose registration holds on a day."""
        return frozenset(row.scheme for row in self.registrations if row.is_valid_on(day))


class CorridorBan(Sourced):
    """Trade with a country, or some of it, that a jurisdiction forbids; `direction` is seen from that country."""

    id: Text
    country: Country
    direction: Literal["from", "to", "both"] = "both"
    hs: tuple[HsPrefix, ...] = ()
    regions: tuple[Text, ...] = ()
    above: Amount | None = None
    currency: Currency | Literal[""] = ""
    reason: Text


class SanctionsPack(Strict):
    """What binds an operator under one of `jurisdictions` (countries or unions; empty: everybody)."""

    code: Text
    name: Text
    jurisdictions: tuple[Area, ...] = ()
    corridors: tuple[CorridorBan, ...]


SCHEMAS: dict[str, type[Strict]] = {
    "country": CountryPack,
    "union": UnionPack,
    "operator": OperatorPack,
    "sanctions": SanctionsPack,
    "defaults": DefaultsPack,
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every kind of pack by its name."""
    return {name: model.model_json_schema(mode="validation") for name, model in SCHEMAS.items()}
