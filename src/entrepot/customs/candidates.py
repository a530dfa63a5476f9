"""Import regimes in the form in which they are tried on goods. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from entrepot.customs.levies import DutyLevy, FeeLevy, TaxLevy
from entrepot.customs.limits import Limit
from entrepot.markets.packs import AssessedValue, CollectionFloor, Doubt, Duty, Fee, Regime, Tax


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """
    A regime that may govern an item, with its areas spelt out as countries, its duties and taxes as they are levied and
    the fees that it may charge: `fees` that a tax may be on, `later_fees` that depend on what else is charged.
    `assessed`: what it counts in place of the price on its day. `taxes_at_door`, `duties_at_door`: the country's own
    tax on goods, the tariff's duty is collected at the border, whatever they cost.
    """

    regime: Regime
    origins: frozenset[str] | None
    not_origins: frozenset[str]
    hs: tuple[str, ...]
    not_hs: tuple[str, ...]
    flags: tuple[str, ...]
    not_flags: tuple[str, ...]
    currency: str
    assessed: AssessedValue | None
    of_consignment: tuple[Limit, ...]
    of_item: tuple[Limit, ...]
    duties: tuple[DutyLevy, ...]
    taxes: tuple[TaxLevy, ...]
    fees: tuple[FeeLevy, ...]
    later_fees: tuple[FeeLevy, ...]
    floor: CollectionFloor | None
    doubts: tuple[Doubt, ...]
    is_unconfirmed: bool
    taxes_at_door: bool
    duties_at_door: bool

    @classmethod
    def of(
        cls,
        regime: Regime,
        currency: str,
        fees: tuple[Fee, ...],
        *,
        on: date,
        origins: frozenset[str] | None,
        not_origins: frozenset[str],
    ) -> Candidate:
        """Return a regime on a day, with the origins that it asks for (None: any) and the fees that it may charge."""
        goods, no_floor = regime.goods, regime.collection_floor is None
        assessed = regime.assessed_on(on)
        limits = [(threshold.scope, Limit(threshold)) for threshold in regime.thresholds]
        return cls(
            regime=regime,
            origins=origins,
            not_origins=not_origins,
            hs=goods.hs,
            not_hs=goods.not_hs,
            flags=goods.flags,
            not_flags=goods.not_flags,
            currency=regime.currency or currency,
            assessed=assessed,
            of_consignment=tuple(limit for scope, limit in limits if scope != "item"),
            of_item=tuple(limit for scope, limit in limits if scope == "item"),
            duties=tuple(DutyLevy(duty, regime, assessed) for duty in regime.duties),
            taxes=tuple(TaxLevy(tax, regime, assessed) for tax in regime.taxes),
            fees=tuple(FeeLevy(fee, regime) for fee in fees if fee.when == "always" and fee.rate is None),
            later_fees=tuple(FeeLevy(fee, regime) for fee in fees if fee.when == "charged" or fee.rate is not None),
            floor=regime.collection_floor,
            doubts=regime.doubts,
            is_unconfirmed="low" in (regime.confidence, assessed.confidence if assessed is not None else ""),
            taxes_at_door=no_floor and any(_is_collected_at_door(regime, tax) for tax in regime.taxes),
            duties_at_door=no_floor and any(_is_tariff_at_door(regime, duty) for duty in regime.duties),
        )

    def takes_goods(self, hs: str | None, flags: frozenset[str]) -> bool:
        """Say whether goods are among those that the regime speaks of, wherever made and whatever they cost."""
        if self.hs and (hs is None or not hs.startswith(self.hs)):
            return False
        if self.not_hs and hs is not None and hs.startswith(self.not_hs):
            return False
        if self.flags and not flags.issuperset(self.flags):
            return False
        return not (self.not_flags and flags.intersection(self.not_flags))

    def takes_origin(self, origin: str | None) -> bool:
        return (self.origins is None or origin in self.origins) and origin not in self.not_origins


def _is_collected_at_door(regime: Regime, tax: Tax) -> bool:
    return (
        tax.rate == "standard"
        and "goods" in tax.base
        and tax.exempt is None
        and tax.factor == 1
        and not tax.scheme
        and (tax.collector or regime.collector) != "platform"
    )


def _is_tariff_at_door(regime: Regime, duty: Duty) -> bool:
    return (
        duty.kind == "tariff"
        and duty.base != "assessed"
        and duty.exempt is None
        and duty.on == "whole"
        and (duty.collector or regime.collector) != "platform"
    )
