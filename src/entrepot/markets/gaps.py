"""
Days on which no import regime of a country holds for ordinary goods: what nobody wrote, or what ended. Pure.

Looked for with four parcels: of the least and of the greatest value, by post and by courier; light, of unconfirmed
origin in a large exporting country, by an operator who holds no registration. A regime for some goods only (excise,
food) does not answer for ordinary ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product

from entrepot.markets.packs import Channel, Regime, Threshold

# Clothes of knitted cotton: goods that no pack treats as food, excise goods or electronics.
_ORDINARY_HS = "610910"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Gap:
    """A span of days (`last` is None: for ever) in which parcels of a value and channels have no regime."""

    first: date
    last: date | None
    channels: tuple[Channel, ...]
    values: tuple[str, ...]

    def holds_on(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def find_gaps(regimes: Sequence[Regime], *, country: str) -> list[Gap]:
    """Return the spans after a country's first dated regime that no regime covers, the earliest first."""
    starts = [regime.valid_from for regime in regimes if regime.valid_from]
    if not regimes or (not starts and not any(regime.valid_to for regime in regimes)):
        return []
    sender = "CN" if country != "CN" else "US"
    merged: dict[tuple[date, date | None], list[tuple[Channel, str]]] = {}
    channels: tuple[Channel, ...] = ("post", "courier")
    for channel, value in product(channels, ("low", "high")):
        fitting = [regime for regime in regimes if _takes(regime, channel, value, sender)]
        if not fitting:
            continue  # A channel that nobody wrote a word about is told by the quote, not by its days.
        for span in _uncovered(fitting):
            merged.setdefault(span, []).append((channel, value))
    return [
        Gap(
            first,
            last,
            tuple(dict.fromkeys(channel for channel, _ in parcels)),
            tuple(dict.fromkeys(value for _, value in parcels)),
        )
        for (first, last), parcels in sorted(merged.items(), key=lambda entry: entry[0][0])
    ]


def _takes(regime: Regime, channel: Channel, value: str, sender: str) -> bool:
    goods = regime.goods
    return (
        not regime.scheme
        and (not regime.channels or channel in regime.channels)
        and not (regime.origins or regime.dispatch_from or regime.regions or regime.postal_codes)
        and sender not in (*regime.not_origins, *regime.not_dispatch_from)
        and not (goods.hs or goods.flags)
        and not _ORDINARY_HS.startswith(goods.not_hs or ("-",))
        and all(_within(threshold, value) for threshold in regime.thresholds)
    )


def _within(threshold: Threshold, value: str) -> bool:
    if value == "low" or threshold.basis == "weight_g":
        return threshold.above is None and threshold.at_least is None
    return threshold.below is None and threshold.up_to is None


def _uncovered(regimes: Sequence[Regime]) -> Iterator[tuple[date, date | None]]:
    spans = sorted((regime.valid_from or date.min, regime.valid_to or date.max) for regime in regimes)
    covered = spans[0][1]
    for start, end in spans[1:]:
        if covered < date.max and (start - covered).days > 1:
            yield covered + _DAY, start - _DAY
        covered = max(covered, end)
    if covered < date.max:
        yield covered + _DAY, None
