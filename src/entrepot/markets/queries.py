from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.numbers import get_territory_currencies
from django.conf import settings

from entrepot.kernel import sql
from entrepot.kernel.errors import DomainError
from entrepot.markets import fx, sanctions
from entrepot.markets.loader import Library, load_library
from entrepot.markets.models import FxRate
from entrepot.markets.packs import CorridorBan, CountryPack, OperatorPack
from entrepot.markets.rules import CLOSED_MARKET, OPEN_STAGES, Corridor, FxTable, MarketStages, Rates
from entrepot.markets.sanctions import End, find_ban

# CLDR counts these as territories; they are no countries of ISO 3166-1.
_NO_COUNTRY = frozenset("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())


class UnknownCountry(DomainError):
    """The code is no country with a pack."""

    code = "unknown_country"
    kind = "not_found"
    summary = "There is no country pack under this code."


@cache
def get_library() -> Library:
    """
    Return every pack, read once per process.

    :raises BadPack: a file does not fit the schema.
    """
    return load_library(
        override_dir=Path(settings.COUNTRIES_DIR) if settings.COUNTRIES_DIR else None,
        operator_file=Path(settings.OPERATOR_FILE) if settings.OPERATOR_FILE else None,
    )


def get_pack(code: str) -> CountryPack:
    """
    Return a country's pack, its unions' rules behind its own.

    :raises UnknownCountry: there is none under this code.
    """
    pack = get_library().countries.get(code)
    if pack is None:
        raise UnknownCountry(country=code)
    return pack


def find_pack(code: str) -> CountryPack | None:
    """Return a country's pack, or None: every ISO country is a destination that a quote must answer for."""
    return get_library().countries.get(code)


def list_packs() -> tuple[CountryPack, ...]:
    """Return all packs by code."""
    return tuple(get_library().countries.values())


def list_members(union: str) -> tuple[str, ...]:
    """Return the countries of a union by code; nothing for a union that nobody wrote."""
    found = get_library().unions.get(union)
    return tuple(sorted(found.members)) if found else ()


def list_questions(hs: str) -> tuple[str, ...]:
    """Return what a seller is asked to declare of goods with an HS code: names of declarations."""
    return tuple(question.name for question in get_library().defaults.questions if hs.startswith(question.hs))


def get_operator() -> OperatorPack:
    """Return the operator's own pack."""
    return get_library().operator


@cache
def list_iso_countries() -> dict[str, str]:
    """Return the English name of every ISO 3166-1 country by its code."""
    territories = Locale("en").territories
    return {
        code: name
        for code, name in sorted(territories.items())
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
    }


@cache
def get_currency(country: str) -> str:
    """Return a country's currency: the pack's, else what CLDR says of today, else the euro."""
    if pack := find_pack(country):
        return pack.currency
    found = get_territory_currencies(country)
    return found[-1] if found else "EUR"


_STAGES = "SELECT code, selling, buying, selling_reason, buying_reason FROM markets_market"


def get_stages(at: datetime | None = None) -> dict[str, MarketStages]:
    """Return the switches of every market, read in one statement."""
    return {row[0]: MarketStages(*row[1:]) for row in sql.fetch_all(_STAGES)}


_OPEN_SELLERS = """
SELECT coalesce(string_agg(code, ' ' ORDER BY code) FILTER (WHERE selling = ANY(%(open)s)), ''),
       coalesce(bool_or(buying = ANY(%(open)s)) FILTER (WHERE code = %(buyer)s), false)
FROM markets_market
"""


def list_open_sellers(*, buyer: str = "") -> frozenset[str]:
    """
    Return the countries whose sellers are admitted as things stand now; none where the buyer's country is not.

    One short row, as every search asks.
    """
    row = sql.fetch_one(_OPEN_SELLERS, {"open": sorted(OPEN_STAGES), "buyer": buyer})
    assert row is not None, "an aggregate has one row"
    sellers, admits = row
    return _codes(sellers) if admits or not buyer else frozenset()


@lru_cache(maxsize=8)
def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def corridor(
    origin: str | End,
    destination: str | End,
    *,
    hs: str | None = None,
    value: Decimal | None = None,
    currency: str | None = None,
    region: str = "",
    at: datetime,
    stages: dict[str, MarketStages] | None = None,
) -> Corridor:
    """
    Say whether goods may be sold from one country to another: the stages of both, then the sanctions that bind the
    operator. `stages` saves reading them again; `value` is in `currency` (the US dollar when unnamed); `region` is the
    destination's, for who has no more to say of it than a country.
    """
    sender, receiver = _end(origin), _end(destination, region)
    standing = get_stages() if stages is None else stages
    seller_side, buyer_side = (
        standing.get(sender.country, CLOSED_MARKET),
        standing.get(receiver.country, CLOSED_MARKET),
    )
    if not seller_side.can_sell:
        return Corridor(False, f"selling_{seller_side.selling}", seller_side.selling_reason or None)
    if not buyer_side.can_buy:
        return Corridor(False, f"buying_{buyer_side.buying}", buyer_side.buying_reason or None)
    return sanctions_corridor(sender, receiver, hs=hs, value=value, currency=currency, on=at.date())


_OPEN = Corridor(True)


def sanctions_corridor(
    origin: str | End,
    destination: str | End,
    *,
    hs: str | None = None,
    value: Decimal | None = None,
    currency: str | None = None,
    region: str = "",
    rates: Rates | None = None,
    on: date,
) -> Corridor:
    """
    Say whether the sanctions that bind the operator leave a corridor open, whatever the stages of its markets.

    :param rates: for limits in other money than the value's.
    """
    ban = find_ban(
        get_library(),
        origin=_end(origin),
        destination=_end(destination, region),
        hs=hs,
        value=value,
        value_currency=currency or "USD",
        rates=rates,
        on=on,
    )
    return _OPEN if ban is None else Corridor(False, ban.reason, ban.source)


def are_there_sanctions(origin: str, destination: str) -> bool:
    """Say whether any sanction touches a corridor, of some goods, values, regions or days only among them."""
    return sanctions.are_there_bans(get_library(), origin, destination)


def _end(place: str | End, region: str = "") -> End:
    return End(place, region) if isinstance(place, str) else place


def list_bans(origin: str, destination: str, *, on: date) -> tuple[CorridorBan, ...]:
    """Return every sanction that touches a corridor, those of some goods, values or regions only among them."""
    return sanctions.list_bans(get_library(), origin=origin, destination=destination, on=on)


def list_bans_of(country: str, *, on: date) -> tuple[CorridorBan, ...]:
    """Return every sanction on trade with a country that binds this operator."""
    return sanctions.list_bans_of(get_library(), country=country, on=on)


def list_destinations(at: datetime) -> tuple[str, ...]:
    """Return the countries whose buyers are admitted, by code."""
    return tuple(sorted(code for code, stages in get_stages(at).items() if stages.can_buy))


def list_seller_countries(at: datetime) -> tuple[str, ...]:
    """Return the countries whose sellers are admitted, by code."""
    return tuple(sorted(code for code, stages in get_stages(at).items() if stages.can_sell))


# What nobody quoted for longer than this is taken from the snapshot again.
_NEWEST = """
SELECT currency, rate_date, per_eur, source FROM (
  SELECT DISTINCT ON (currency, source) id, currency, rate_date, per_eur, source
  FROM markets_fxrate WHERE rate_date <= %s AND rate_date > %s::date - 400
  ORDER BY currency, source, rate_date DESC
) newest ORDER BY id
"""
_FX_KEPT_SECONDS = 60
_stale: tuple[FxTable, date, int, frozenset[str]] | None = None  # What was said last of one table.
_fx_kept: dict[date, tuple[float, FxTable]] = {}


def get_fx(*, at: datetime) -> FxTable:
    """
    Return the newest rates known at a moment; the snapshot that ships fills in what was never imported.

    A process keeps a day's table for a minute.
    """
    day = at.date()
    kept = _fx_kept.get(day)
    if kept is not None and time.monotonic() - kept[0] < _FX_KEPT_SECONDS:
        return kept[1]
    table = fx.table_of([*fx.shipped_rows(), *_list_rates(day)])
    if kept is not None and kept[1] == table:
        table = kept[1]  # What was worked out with it stays good.
    if len(_fx_kept) > 16:
        _fx_kept.clear()
    _fx_kept[day] = (time.monotonic(), table)
    return table


def _list_rates(day: date) -> list[fx.RateRow]:
    """Return the newest imported rate of each currency by each source, in the order in which they came."""
    return [fx.RateRow(*row) for row in sql.fetch_all(_NEWEST, [day, day])]


def list_fx_disagreements(*, at: datetime) -> list[fx.Disagreement]:
    """Return where two sources quote a currency differently, the widest first; what ships is compared with nothing."""
    return fx.find_disagreements(_list_rates(at.date()))


def list_currencies_without_rate(table: FxTable) -> dict[str, tuple[str, ...]]:
    """Return the currencies of countries that a table has no rate of, each with the countries that use it."""
    known = {"EUR", *table.per_eur}
    found: dict[str, list[str]] = {}
    for pack in list_packs():
        if pack.currency not in known:
            found.setdefault(pack.currency, []).append(pack.code)
    return {currency: tuple(countries) for currency, countries in sorted(found.items())}


def list_stale_currencies(table: FxTable, *, on: date) -> frozenset[str]:
    """Return the currencies whose rate is older than the operator allows; none where it allows any age."""
    global _stale
    limit = get_operator().fx_stale_after_days
    if limit is None:
        return frozenset()
    if _stale is None or _stale[0] is not table or _stale[1:3] != (on, limit):
        _stale = table, on, limit, frozenset(code for code, day in table.dates.items() if (on - day).days > limit)
    return _stale[3]


def get_shipped_fx() -> FxTable:
    """Return the dated snapshot that ships, for commands that run without a database."""
    return fx.table_of(fx.shipped_rows())


def forget_fx() -> None:
    """Drop the process's kept rates (after an import in the same process)."""
    _fx_kept.clear()


def get_fx_margin(country: str) -> Decimal:
    """Return the margin in percent on the rate that turns a seller's price into the money of a country's buyers."""
    pack = find_pack(country)
    if pack is not None and pack.fx_margin_percent is not None:
        return pack.fx_margin_percent
    return get_operator().fx_margin_percent


def list_fx_history(currency: str, *, days: int = 30, until: date) -> Sequence[tuple[date, Decimal, str]]:
    """Return the imported rates of a currency, the newest first."""
    rows = FxRate.objects.filter(
        currency=currency,
        rate_date__gt=until - timedelta(days=days),
        rate_date__lte=until,
    )
    return tuple(rows.order_by("-rate_date").values_list("rate_date", "per_eur", "source"))


@dataclass(frozen=True, slots=True)
class _Assessed:
    """What was found of one library's packs on one day: neither changes, so each pack is gone through once."""

    library: Library
    day: date
    reports: dict[str, dict[str, Any]]


_assessed: list[_Assessed] = []  # At most one.


def readiness(code: str, *, today: date) -> dict[str, Any]:
    """
    Return which parts of a country's pack are there, from which source and how old. The report is shared: only read it.

    :raises UnknownCountry: there is no pack.
    """
    from entrepot.markets.readiness import assess

    pack, library = get_pack(code), get_library()
    kept = _assessed[0] if _assessed else None
    if kept is None or kept.library is not library or kept.day != today:
        kept = _Assessed(library, today, {})
        _assessed[:] = [kept]
    if code not in kept.reports:
        kept.reports[code] = assess(pack, library, today=today)
    return kept.reports[code]
