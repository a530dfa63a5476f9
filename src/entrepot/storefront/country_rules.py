"""What applies to goods that come into a country: the page of a country, and how far each country's rules are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Literal

from django.utils.text import slugify
from django.utils.translation import get_language, gettext as _, gettext_noop

from entrepot.kernel.errors import DomainError, NotFound
from entrepot.markets import queries as markets
from entrepot.markets.gaps import find_gaps
from entrepot.markets.packs import CountryPack, TaxRate, Territory
from entrepot.pricing import labels
from entrepot.pricing.estimates import Estimate, EstimateItem, EstimateRequest, make_estimate
from entrepot.storefront import rule_words
from entrepot.storefront.kept import Kept
from entrepot.storefront.rule_words import Row, RuleWords
from entrepot.ui import formats
from entrepot.ui.address_form import region_name

Status = Literal["sure", "partly", "unknown"]
STATUSES: dict[Status, tuple[str, str]] = {
    "sure": (gettext_noop("Known"), "leaf"),
    "partly": (gettext_noop("Known in part"), "sea"),
    "unknown": (gettext_noop("Not known"), "brick"),
}
# Goods that a country's rules are tried with: customs code, price of a piece in euro, weight in grams.
_TRIED = (("610910", 20, 250), ("640399", 100, 1200), ("851671", 500, 6000))
_SENDERS = ("CN", "IT")
_UNNAMED_TAXES = ("tax", "none")  # So packs say that a tax has no name of its own, or that there is none.


@dataclass(frozen=True, slots=True)
class RateRow:
    """A tax rate: of what and in which regions, since when, and where it is written."""

    rate: Decimal
    what: str
    where: str
    note: str
    valid_from: date | None
    source: str
    confidence: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a country with rules of its own; `country` names the page that tells them, where there is one."""

    name: str
    country: str
    texts: tuple[str, ...]
    rates: tuple[RateRow, ...]
    source: str


@dataclass(frozen=True, slots=True)
class Ban:
    """Goods that may not travel there, why, and where it is written."""

    reason: str
    goods: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class CountryRules:
    """All that is known of a country as a destination. Without a pack nothing is."""

    code: str
    status: tuple[str, str]
    pack: CountryPack | None
    part_of: str
    rules: tuple[RuleWords, ...]
    past: tuple[RuleWords, ...]
    tax: str
    rates: tuple[RateRow, ...]
    places: tuple[Place, ...]
    bans: tuple[Ban, ...]
    sanctions: tuple[Ban, ...]
    import_ids: tuple[Row, ...]
    unknown: tuple[str, ...]


@cache
def slug_of(code: str) -> str:
    """Return how a country's page is addressed: its English name (`brazil`)."""
    return slugify(markets.list_iso_countries()[code]) or code.lower()


@cache
def _codes() -> dict[str, str]:
    return {slug_of(code): code for code in markets.list_iso_countries()}


def find_country(text: str) -> str:
    """
    Return the country that an address names, by its code or its English name.

    :raises NotFound: it names none.
    """
    known = markets.list_iso_countries()
    code = text.upper() if text.isascii() and text.upper() in known else _codes().get(text.lower(), "")
    if not code:
        raise NotFound(country=text)
    return code


_statuses: Kept[date, dict[str, Status]] = Kept(seconds=3600, most=4)


def list_statuses(*, at: datetime) -> dict[str, Status]:
    """Return how far each country's rules are known: three parcels are tried there. Kept for an hour."""
    return _statuses.get(at.date(), lambda: {code: _status(code, at) for code in markets.list_iso_countries()})


def _status(country: str, at: datetime) -> Status:
    sender = next(code for code in _SENDERS if code != country)
    found = [_try(sender, country, hs, Decimal(value), weight_g, at) for hs, value, weight_g in _TRIED]
    orders = [estimate.order for estimate in found if estimate is not None]
    if orders and len(orders) == len(_TRIED) and all(order.sure for order in orders):
        return "sure"
    if not any(order.regime and order.import_charges != "unknown" for order in orders):
        return "unknown"
    return "partly"


def _try(sender: str, country: str, hs: str, euro: Decimal, weight_g: int, at: datetime) -> Estimate | None:
    try:
        return make_estimate(
            EstimateRequest(
                origin=sender,
                destination=country,
                currency="EUR",
                items=(EstimateItem(value=euro, hs=hs, weight_g=weight_g),),
            ),
            now=at,
        )
    except DomainError:
        return None


def describe(code: str, *, at: datetime) -> CountryRules:
    """Return what applies in a country, in the reader's words."""
    day = at.date()
    text, tone = STATUSES[list_statuses(at=at)[code]]
    pack = markets.find_pack(code)
    home = markets.find_pack(pack.part_of) if pack is not None and pack.part_of else None
    found = _rules(home or pack, day) if pack is not None else []
    bans = [Ban(_reason(ban.reason), (), ban.source) for ban in markets.list_bans_of(code, on=day)]
    rates = (home or pack).tax_rates if pack is not None else ()
    return CountryRules(
        code=code,
        status=(tone, _(text)),
        pack=pack,
        part_of=pack.part_of if pack is not None else "",
        rules=tuple(rule for rule in found if not _is_past(rule, day)),
        past=tuple(rule for rule in found if _is_past(rule, day)),
        tax=_tax_name((home or pack).tax_name) if pack is not None else "",
        rates=tuple(_rates(rates, code, day)),
        places=tuple(_place(area, code, day) for area in pack.territories) if pack is not None else (),
        bans=tuple(_bans(pack, day)) if pack is not None else (),
        sanctions=tuple(dict.fromkeys(bans)),
        import_ids=tuple(_ids(pack)) if pack is not None else (),
        unknown=tuple(_unknown(pack, at)),
    )


def _reason(code: str) -> str:
    return labels.reason(code, get_language() or "en")


def _rules(pack: CountryPack | None, day: date) -> list[RuleWords]:
    if pack is None:
        return []
    schemes = markets.get_operator().schemes_on(day)
    fees = [fee for fee in pack.fees if fee.is_valid_on(day)]
    return [
        rule_words.rule_in_words(regime, currency=pack.currency, schemes=schemes, fees=fees, day=day)
        for regime in pack.regimes
    ]


def _is_past(rule: RuleWords, day: date) -> bool:
    return rule.valid_to is not None and rule.valid_to < day


def _rates(rows: Iterable[TaxRate], country: str, day: date) -> list[RateRow]:
    """Return the rates of a day: the standard one first, then those of places, then those of goods."""
    valid = sorted((row for row in rows if row.is_valid_on(day)), key=lambda row: (bool(row.hs), _is_local(row)))
    return [_rate(row, country) for row in valid]


def _rate(row: TaxRate, country: str) -> RateRow:
    text, tone = rule_words.CONFIDENCE[row.confidence]
    where = _where(row, country)
    what = _("Customs codes %(codes)s") % {"codes": rule_words.codes_of(row.hs)} if row.hs else ""
    if not what and not where:
        what = _("Some postal codes") if row.postal_codes else _("Standard rate")
    note = _("The local part is an average.") if row.local else ""
    return RateRow(row.rate + row.local, what, where, note, row.valid_from, row.source, (tone, _(text)))


def _tax_name(name: str) -> str:
    """Return what a country calls its tax: its own name (`IVA`), or the reader's words for one that is described."""
    if name in _UNNAMED_TAXES:
        return ""
    code = name.lower().replace(" ", "_")
    return labels.label(code, get_language() or "en") if code in labels.PARTS else name


def _is_local(row: TaxRate) -> bool:
    return bool(row.regions or row.postal_codes)


def _where(row: TaxRate, country: str) -> str:
    return ", ".join(region_name(country, region, get_language() or "en") for region in row.regions)


def _place(area: Territory, country: str, day: date) -> Place:
    texts = []
    if not area.country:
        if not area.customs_area:
            texts.append(_("Outside of the country's customs area: goods pass customs there."))
        if not area.tax_area:
            texts.append(_("Outside of the country's tax area: its own taxes hold there."))
        if area.unions:
            texts.append(_("Part of: %(unions)s") % {"unions": rule_words.areas(area.unions)})
        texts += [_reason(doubt.reason) for doubt in area.import_doubts]
    return Place(_(area.name), area.country, tuple(texts), tuple(_rates(area.tax_rates, country, day)), area.source)


def _bans(pack: CountryPack, day: date) -> list[Ban]:
    """Return what may not come into the country; what holds everywhere is among it."""
    return [
        Ban(_reason(row.reason), tuple(rule_words.goods_in_words(row.goods)), row.source)
        for row in pack.restricted
        if row.is_valid_on(day) and row.direction in ("import", "any")
    ]


def _ids(pack: CountryPack) -> list[Row]:
    return [
        Row(
            _(kind.label),
            (_("For example %(example)s") % {"example": formats.isolated(kind.example)},) if kind.example else (),
        )
        for kind in pack.import_ids
    ]


def _unknown(pack: CountryPack | None, at: datetime) -> Sequence[str]:
    """Return what nobody wrote down or confirmed of a country's rules."""
    if pack is None:
        return [_reason("regime_unknown")]
    day, found = at.date(), []
    if not pack.regimes and not pack.part_of:
        found.append(_reason("regime_unknown"))
    found += [_reason(doubt.reason) for doubt in pack.import_doubts]
    for regime in pack.regimes:
        if regime.is_valid_on(day):
            doubts = [doubt.reason for doubt in regime.doubts] or ["regime_unconfirmed"] * (regime.confidence == "low")
            name = _(regime.title) if regime.title else _("Import rules")
            found += [f"{name}: {_reason(doubt)}" for doubt in doubts]
    if not any(row.is_valid_on(day) and not row.hs for row in pack.tax_rates) and not pack.part_of:
        found.append(_reason("rate_unknown"))
    if pack.rate_unconfirmed_hs:
        found.append(
            _("A reduced tax rate may apply to these customs codes: %(codes)s")
            % {"codes": rule_words.codes_of(pack.rate_unconfirmed_hs)}
        )
    found += _gaps(pack, day)
    return list(dict.fromkeys(found))


def _gaps(pack: CountryPack, today: date) -> Iterator[str]:
    """Yield the days ahead on which no import rule is written down."""
    for gap in find_gaps(pack.regimes, country=pack.code):
        words = {"first": formats.day(gap.first), "last": formats.day(gap.last) if gap.last else ""}
        if gap.last is None:
            yield _("From %(first)s on no import rule is written down.") % words
        elif gap.last >= today:
            yield _("From %(first)s to %(last)s no import rule is written down.") % words
