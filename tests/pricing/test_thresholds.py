"""
Limits are exact: what holds at the limit no longer holds one minor unit above it, for every limit of every pack.

And dearer goods never cost less, delivered, while the same rule governs them: only a rule's own cliff may do that.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st

from entrepot.kernel.money import Money, minor_digits
from entrepot.markets import fx
from entrepot.markets.packs import CountryPack, Regime, Threshold
from entrepot.markets.queries import list_iso_countries
from entrepot.pricing.quote import OrderQuote
from entrepot.pricing.refusals import NoDelivery, NotSellable
from entrepot.pricing.rules import Desk
from entrepot.pricing.trial import TrialItem, landed_sums, make_trial
from tests.builders.markets import book, desk

RATES = fx.table_of(fx.shipped_rows())
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
TSHIRT = "610910"


def _noon(regime: Regime) -> datetime:
    day = regime.valid_to if regime.valid_to and regime.valid_to < TODAY.date() else None
    day = day or max(regime.valid_from or TODAY.date(), TODAY.date())
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _counter(pack: CountryPack, regime: Regime, currency: str) -> Desk:
    return desk(
        pack.code,
        currency,
        region=pack.reference_address.region,
        at=_noon(regime),
        rates=RATES,
        schemes=frozenset({regime.scheme} - {""}),
        basic_duty_rate=Decimal(10),
    )


def _sent(pack: CountryPack, regime: Regime, minor: int, currency: str) -> OrderQuote | None:
    sender = next((area for area in (*regime.dispatch_from, *regime.origins) if len(area) == 2), "")
    if not sender:
        if regime.dispatch_from or regime.origins:
            return None  # From a union: the places outside of its taxes have tests of their own.
        sender = next(code for code in ("CN", "US", "TR") if code not in (pack.code, *regime.not_origins))
    try:
        return make_trial(
            _counter(pack, regime, currency),
            origin=sender,
            items=[TrialItem(Money(minor, currency), 1, (*regime.goods.hs, TSHIRT)[0].ljust(6, "1"), weight_g=100)],
            delivery=Money(0, currency),
            channel=regime.channels[0] if regime.channels else None,
        )
    except (NotSellable, NoDelivery):
        return None


def _limit(regime: Regime, threshold: Threshold | None) -> int | None:
    """The greatest price that is still within a limit of value, in minor units of its currency."""
    if threshold is None or threshold.basis not in ("goods", "cif", "assessed"):
        return None
    digits = minor_digits(threshold.currency)
    counted = regime.assessed_on(_noon(regime).date()) if threshold.basis == "assessed" else None
    if counted is not None and threshold.up_to is not None:
        return int(threshold.up_to.scaleb(digits) * 100 / counted.goods_percent)
    if threshold.up_to is not None:
        return int(threshold.up_to.scaleb(digits))
    return int(threshold.below.scaleb(digits)) - 1 if threshold.below is not None else None


def _regimes() -> Iterator[tuple[CountryPack, Regime]]:
    for pack in book().library.countries.values():
        if not pack.part_of:
            yield from ((pack, regime) for regime in pack.regimes)


def test_every_regime_with_a_limit_ends_exactly_there() -> None:
    checked = 0
    for pack, regime in _regimes():
        for threshold in regime.thresholds:
            limit = _limit(regime, threshold)
            if not limit:
                continue
            within = _sent(pack, regime, limit, threshold.currency)
            beyond = _sent(pack, regime, limit + 1, threshold.currency)
            if within is None or beyond is None or within.regime != regime.id:
                continue  # A more particular rule stands before it.
            assert beyond.regime != regime.id, (pack.code, regime.id)
            checked += 1
    assert checked >= 50


def test_every_exemption_ends_exactly_there() -> None:
    checked = 0
    for pack, regime in _regimes():
        for charge, group in [(duty, "duty") for duty in regime.duties] + [(tax, "tax") for tax in regime.taxes]:
            limit = _limit(regime, charge.exempt)
            if not limit or charge.exempt is None:
                continue
            within = _sent(pack, regime, limit, charge.exempt.currency)
            beyond = _sent(pack, regime, limit + 1, charge.exempt.currency)
            if within is None or beyond is None or {within.regime, beyond.regime} != {regime.id}:
                continue
            (exempt,) = [part for part in within.parts if part.code == charge.code]
            assert (exempt.amount, exempt.rate) == (0, None), (pack.code, regime.id)
            charged = [part for part in beyond.parts if part.code == charge.code]
            assert charged
            assert all(part.rate is not None or part.amount for part in charged), (pack.code, regime.id, group)
            checked += 1
    assert checked >= 50


DESTINATIONS = sorted(code for code, pack in book().library.countries.items() if pack.regimes)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(DESTINATIONS),
    st.sampled_from(["EUR", "USD", "JPY"]),
    st.integers(1, 200_000),
    st.integers(0, 100_000),
    st.sampled_from([TSHIRT, "490199", "910211", None]),
    st.booleans(),
)
def test_a_higher_price_never_lowers_the_total_under_the_same_rule(
    country: str, currency: str, minor: int, more: int, hs: str | None, registered: bool
) -> None:
    pack = book().library.countries[country]
    schemes = frozenset(regime.scheme for regime in pack.regimes if regime.scheme) if registered else frozenset()
    counter = desk(
        country,
        currency,
        region=pack.reference_address.region,
        postal_code=pack.reference_address.postal_code,
        at=TODAY,
        rates=RATES,
        schemes=schemes,
        basic_duty_rate=Decimal(7),
    )
    totals = []
    for value in (minor, minor + more):
        order = make_trial(
            counter,
            origin="TR" if country != "TR" else "CN",
            items=[TrialItem(Money(value, currency), 1, hs, weight_g=300)],
            delivery=Money(700, currency),
            channel="courier",
        )
        totals.append((order.regime, landed_sums(order)["total"]))
    (rule, less), (other_rule, greater) = totals
    if rule == other_rule:
        assert greater >= less


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(list_iso_countries())),
    st.sampled_from(["", "PR", "GC", "NIR", "21", "ON", "QQ"]),
    st.one_of(
        st.sampled_from(["35001", "97400", "BT1 1AA", "98000", "00120", "22100", "9170", "je1 1aa", "3900", "100"]),
        st.text(max_size=12),
    ),
    st.sampled_from(["IT", "CN", "GB", "US"]),
)
def test_any_address_of_any_country_has_an_answer(country: str, region: str, postal_code: str, origin: str) -> None:
    counter = desk(country, "EUR", region=region, postal_code=postal_code, at=TODAY, rates=RATES)
    try:
        order = make_trial(
            counter, origin=origin, items=[TrialItem(Money(2500, "EUR"), 1, TSHIRT)], delivery=Money(500, "EUR")
        )
    except (NotSellable, NoDelivery):
        return
    assert landed_sums(order)["total"] >= 3000
    assert order.sure is (not order.unsure)
    if order.import_charges == "unknown":
        assert not order.sure


@pytest.mark.parametrize("code", sorted(set(list_iso_countries()) - set(book().library.countries)))
def test_a_country_without_a_pack_is_answered_with_its_reason(code: str) -> None:
    counter = desk(code, "EUR", at=TODAY, rates=RATES)
    try:
        order = make_trial(counter, origin="IT", items=[TrialItem(Money(2500, "EUR"))], delivery=Money(500, "EUR"))
    except (NotSellable, NoDelivery):
        return
    assert (order.import_charges, order.sure) == ("unknown", False)
    assert "regime_unknown" in order.unsure
