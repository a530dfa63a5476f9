"""What may not travel, what a seller must say of goods before they do, and whose marks may be sold by whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from entrepot.markets.packs.base import Amount, Area, Channel, Currency, HsPrefix, Regex, Sourced, Strict, Text
from entrepot.markets.packs.rules import Goods


class Measure(Strict):
    """A number that the listing declares (`battery_wh`), and the side of a limit on which the rule falls."""

    name: Text
    above: Amount | None = None
    up_to: Amount | None = None

    @model_validator(mode="after")
    def _complete(self) -> Measure:
        if self.above is None and self.up_to is None:
            raise ValueError("a measure has a limit: above or up_to")
        return self

    def falls_on(self, value: Amount) -> bool:
        return (self.above is None or value > self.above) and (self.up_to is None or value <= self.up_to)


class Restriction(Sourced):
    """
    What may not travel: goods × way × channel × value.

    `direction` is seen from the pack's country: `import` and `export` fall on what crosses its border (never on a sale
    inside it), `any` on domestic sales too. `origins` and `not_origins` are places of dispatch, `made_in` is where the
    goods come from. `regions` and `postal_codes` narrow it to a part of the pack's country. With `channels` only these
    are closed, and another service may carry the goods. `above` is the price of one piece in `currency`.
    """

    id: Text
    goods: Goods = Goods()
    direction: Literal["import", "export", "any"] = "any"
    origins: tuple[Area, ...] = ()
    not_origins: tuple[Area, ...] = ()
    destinations: tuple[Area, ...] = ()
    not_destinations: tuple[Area, ...] = ()
    made_in: tuple[Area, ...] = ()
    regions: tuple[Text, ...] = ()
    postal_codes: tuple[Regex, ...] = ()
    channels: tuple[Channel, ...] = ()
    measures: tuple[Measure, ...] = ()
    above: Amount | None = None
    currency: Currency | Literal[""] = ""
    reason: Text

    @model_validator(mode="after")
    def _whole(self) -> Restriction:
        if (self.above is None) != (not self.currency):
            raise ValueError("a value (above) and its currency go together")
        return self


class Question(Sourced):
    """
    What a seller must say of goods whose code alone does not tell (`name` of a declaration; see `declarations.py`).

    A code under one of `hs` asks it of the seller in the editor; `presumed` is what holds while it is not answered.
    """

    name: Text
    hs: Annotated[tuple[HsPrefix, ...], Field(min_length=1)]
    presumed: str = ""


class BrandRule(Sourced):
    """
    A mark whose owner said who may sell it, with the proof that the operator keeps.

    `spellings` are compared with a listing's brand and title without regard to case. `stores` (slugs) may sell to the
    countries of `areas` (none named: everywhere); nobody else may sell goods that bear the mark.
    """

    name: Text
    owner: Text
    proof: Text
    spellings: tuple[Text, ...] = ()
    stores: tuple[Text, ...] = ()
    areas: tuple[Area, ...] = ()


class BrandsPack(Strict):
    """The operator's list of marks."""

    brands: tuple[BrandRule, ...] = ()
