"""The packs themselves: of a country, a union, the operator, a sanctions regime, and the defaults of all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from entrepot.markets.packs.base import (
    Amount,
    Area,
    Country,
    Currency,
    Dated,
    HsPrefix,
    Percent,
    Regex,
    Sourced,
    Stage,
    Strict,
    Text,
    _code_of,
)
from entrepot.markets.packs.restrictions import BrandsPack, Question, Restriction
from entrepot.markets.packs.rules import Doubt, Fee, Regime, SaleRule, TaxRate, Territory
from entrepot.markets.packs.trading import Payout, Registration


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


class PostalRegion(Strict):
    """A state or province by its code, and the postal codes that lie in it, for addresses that do not name it."""

    code: Text
    postal_codes: Annotated[tuple[Regex, ...], Field(min_length=1)]


class DefaultStage(Strict):
    selling: Stage = "closed"
    buying: Stage = "open"


class CountryPack(Strict):
    """
    All that is particular to a country.

    `rate_unconfirmed_hs` lists goods that may have a reduced rate: without a row of `tax_rates` for them the standard
    rate is shown and the quote is not sure. `part_of`: for customs and taxes the country is a part of another (Monaco
    of France, the Isle of Man of the United Kingdom, Puerto Rico of the United States as its region `part_of_region`)
    and that one's rules are its own. `union_imports`: goods enter under this union's customs law, the taxes are its own
    (Réunion, Åland). `tariff_of`: it shares the tariff of this country or union. `import_doubts` are added to every
    import regime. `regions` are all states or provinces where taxes differ by them: an address that names none of them
    is placed by its postal code, and one that neither places is not sure.
    """

    code: Country
    name: Text
    languages: Annotated[tuple[Text, ...], Field(min_length=1)]
    currency: Currency
    unions: tuple[Text, ...] = ()
    part_of: Country | Literal[""] = ""
    part_of_region: str = ""
    union_imports: str = ""
    tariff_of: Area | Literal[""] = ""
    import_doubts: tuple[Doubt, ...] = ()
    reviewed_on: date
    tax_name: Text = "VAT"
    prices_include_tax: bool = (
        True  # How shops show prices to consumers; the default of a registered seller's listings.
    )
    tax_rates: tuple[TaxRate, ...] = ()
    rate_unconfirmed_hs: tuple[HsPrefix, ...] = ()
    regions: tuple[PostalRegion, ...] = ()
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
    """Rules that hold everywhere, behind those of countries and unions, and what sellers are asked of their goods."""

    sales: tuple[SaleRule, ...] = ()
    restricted: tuple[Restriction, ...] = ()
    questions: tuple[Question, ...] = ()


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
    # A quote that needs an older exchange rate is not sure; without a limit any age will do.
    fx_stale_after_days: Annotated[int, Field(ge=1, le=365)] | None = None
    quote_valid_minutes: Annotated[int, Field(ge=5, le=1440)] = 30
    # Countries and unions that goods enter only with an HS code which their seller confirmed.
    confirmed_codes_only: tuple[Area, ...] = ()
    registrations: tuple[OperatorRegistration, ...] = ()
    bank_accounts: tuple[OperatorBankAccount, ...] = ()

    def schemes_on(self, day: date) -> frozenset[str]:
        """Return the schemes whose registration holds on a day."""
        return frozenset(row.scheme for row in self.registrations if row.is_valid_on(day))


class CorridorBan(Sourced):
    """
    Trade with a country, or some of it, that a jurisdiction forbids; `direction` is seen from that country.

    `regions` and `postal_codes` narrow it to a part of the country: a place is in that part by either of them. `hs` and
    `above` (the price of one piece in `currency`) narrow it to goods.
    """

    id: Text
    country: Country
    direction: Literal["from", "to", "both"] = "both"
    hs: tuple[HsPrefix, ...] = ()
    regions: tuple[Text, ...] = ()
    postal_codes: tuple[Regex, ...] = ()
    above: Amount | None = None
    currency: Currency | Literal[""] = ""
    reason: Text

    @model_validator(mode="after")
    def _whole(self) -> CorridorBan:
        if (self.above is None) != (not self.currency):
            raise ValueError("a value (above) and its currency go together")
        return self

    @property
    def is_of_a_place(self) -> bool:
        """Whether it falls on a part of the country only."""
        return bool(self.regions or self.postal_codes)

    @property
    def is_of_goods(self) -> bool:
        """Whether it falls on some goods only."""
        return bool(self.hs) or self.above is not None


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
    "brands": BrandsPack,
}


def json_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of every kind of pack by its name."""
    return {name: model.model_json_schema(mode="validation") for name, model in SCHEMAS.items()}
