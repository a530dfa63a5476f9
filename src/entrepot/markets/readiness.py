"""What a country's pack has and lacks: what an operator reads before opening a market. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from entrepot.kernel.sentences import Sentence
from entrepot.markets.gaps import Gap, find_gaps
from entrepot.markets.loader import Library
from entrepot.markets.packs import CountryPack, Regime, Restriction, Sourced
from entrepot.markets.sanctions import list_bans_of

_OLD_DAYS = 365
# A gap further ahead is a law that ends, which its makers still have time to replace.
_NEAR_DAYS = 180
_LEVELS = ("ready", "doubtful", "missing")

_RAILS = {
    "sepa": Sentence("SEPA transfer"),
    "iban": Sentence("Transfer to an IBAN"),
    "local": Sentence("Local bank transfer"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a pack: `ready`, `doubtful` or `missing`, why, and from which source."""

    part: str
    side: str
    state: str
    detail: str
    source: str = ""


def assess(pack: CountryPack, library: Library, *, today: date) -> dict[str, Any]:
    """
    Return a pack's findings by part, whether each side could open, how old the pack is, how many of its rules are how
    sure, and the days on which no import regime holds.
    """
    gaps = find_gaps(pack.regimes, country=pack.code)
    restricted = _restrictions(pack, library, today)
    findings = [*_buying(pack, gaps, today), *_restricted_finding(restricted["rows"]), *_selling(pack, today)]
    age = (today - pack.reviewed_on).days
    if age > _OLD_DAYS:
        findings.append(
            Finding(Sentence("review"), "both", "doubtful", Sentence("last reviewed %(days)s days ago", days=age))
        )
    return {
        "country": pack.code,
        "name": pack.name,
        "file": library.files[pack.code].name,
        "reviewed_on": pack.reviewed_on.isoformat(),
        "age_days": age,
        "buying_ready": all(f.state == "ready" for f in findings if f.side == "buying"),
        "selling_ready": all(f.state == "ready" for f in findings if f.side == "selling"),
        "buying": _worst(findings, "buying"),
        "selling": _worst(findings, "selling"),
        "regimes": sum(regime.is_valid_on(today) for regime in pack.regimes),
        "rates": sum(row.is_valid_on(today) for row in pack.tax_rates),
        "restrictions": {name: restricted[name] for name in ("own", "everywhere", "sanctions", "sources")},
        "confidence": dict(sorted(Counter(row.confidence for row in _rules(pack)).items())),
        "sources": sorted({row.source for row in _rules(pack)}),
        "gaps": [
            {
                "first": gap.first.isoformat(),
                "last": None if gap.last is None else gap.last.isoformat(),
                "channels": list(gap.channels),
                "values": list(gap.values),
            }
            for gap in gaps
        ],
        "parts": [
            {
                "part": found.part,
                "side": found.side,
                "state": found.state,
                "detail": found.detail,
                "source": found.source,
            }
            for found in findings
        ],
    }


def _restrictions(pack: CountryPack, library: Library, today: date) -> dict[str, Any]:
    """Return what may not travel to or from a country: its own and its unions' rules, those of all, the sanctions."""
    everywhere = {row.id for row in library.defaults.restricted}
    rows = [row for row in pack.restricted if row.is_valid_on(today)]
    own = [row for row in rows if row.id not in everywhere]
    bans = list_bans_of(library, country=pack.code, on=today)
    return {
        "rows": own,
        "own": len(own),
        "everywhere": len(rows) - len(own),
        "sanctions": len(bans),
        "sources": sorted({row.source for row in (*own, *bans)}),
    }


def _restricted_finding(rows: Sequence[Restriction]) -> Iterator[Finding]:
    if rows:
        low = sum(row.confidence == "low" for row in rows)
        found = Sentence("known: %(known)s, of them doubtful: %(low)s", known=len(rows), low=low)
        yield Finding(Sentence("what may not travel"), "buying", "ready", found, rows[0].source)


def _worst(findings: list[Finding], side: str) -> str:
    return max((finding.state for finding in findings if finding.side == side), key=_LEVELS.index, default="missing")


def _rules(pack: CountryPack) -> Iterator[Sourced]:
    """Yield what the pack states of the law of its own country, not what holds everywhere."""
    yield from (*pack.tax_rates, *pack.regimes, *pack.fees, *pack.territories)
    for area in pack.territories:
        yield from (*area.tax_rates, *area.regimes)
    for regime in pack.regimes:
        yield from regime.assessed


def _buying(pack: CountryPack, gaps: list[Gap], today: date) -> list[Finding]:
    findings: list[Finding] = []
    standard = [row for row in pack.tax_rates if row.is_valid_on(today) and not row.hs and not row.postal_codes]
    if standard:
        row = standard[0]
        state = "doubtful" if row.confidence == "low" else "ready"
        findings.append(Finding(Sentence("tax rate"), "buying", state, f"{pack.tax_name} {row.rate:f} %", row.source))
    else:
        findings.append(Finding(Sentence("tax rate"), "buying", "missing", Sentence("no standard rate is valid today")))
    findings.extend(_particular_rates(pack, today))
    valid = [regime for regime in pack.regimes if regime.is_valid_on(today)]
    if not valid:
        findings.append(
            Finding(Sentence("import regimes"), "buying", "missing", Sentence("no import regime is valid today"))
        )
    findings.extend(_regime_finding(regime) for regime in valid)
    findings.extend(
        Finding(
            Sentence("fee %(code)s", code=fee.code),
            "buying",
            "doubtful",
            Sentence("announced, not charged"),
            fee.source,
        )
        for fee in pack.fees
        if not fee.charged
    )
    findings.extend(
        Finding(Sentence("import regimes"), "buying", "missing" if gap.holds_on(today) else "doubtful", _gap(gap))
        for gap in gaps
        if (gap.first - today).days <= _NEAR_DAYS
    )
    findings.extend(
        Finding(
            Sentence("place %(name)s", name=area.name),
            "buying",
            "ready" if area.regimes or not area.code else "doubtful",
            Sentence("import rules: %(count)s", count=len(area.regimes))
            if area.code
            else Sentence("the rules of %(country)s", country=area.country),
            area.source,
        )
        for area in pack.territories
    )
    if pack.import_ids:
        asks = Sentence("asks %(ids)s", ids=", ".join(kind.kind for kind in pack.import_ids))
        findings.append(Finding(Sentence("the buyer's ids"), "buying", "ready", asks))
    if not pack.reference_address.city:
        findings.append(
            Finding(
                Sentence("reference address"),
                "buying",
                "missing",
                Sentence("cards have no address to be quoted to"),
            )
        )
    return findings


def _particular_rates(pack: CountryPack, today: date) -> Iterator[Finding]:
    """Yield what is known of the rates of some goods and of parts of the country; they never keep a market closed."""
    valid = [row for row in pack.tax_rates if row.is_valid_on(today)]
    for name, rows in (
        (Sentence("tax rates of goods"), [row for row in valid if row.hs]),
        (Sentence("tax rates of places"), [row for row in valid if not row.hs and (row.regions or row.postal_codes)]),
    ):
        if rows:
            low = sum(row.confidence == "low" or bool(row.local) for row in rows)
            found = Sentence("known: %(known)s, of them doubtful: %(low)s", known=len(rows), low=low)
            yield Finding(name, "buying", "ready", found, rows[0].source)


def _gap(gap: Gap) -> Sentence:
    if gap.last is None:
        return Sentence("no regime from %(first)s on", first=str(gap.first))
    return Sentence("no regime from %(first)s to %(last)s", first=str(gap.first), last=str(gap.last))


def _regime_finding(regime: Regime) -> Finding:
    doubts = ", ".join(doubt.reason for doubt in regime.doubts)
    state = "doubtful" if regime.confidence == "low" or doubts else "ready"
    detail = Sentence("%(span)s, confidence %(word)s", span=_span(regime), word=_CONFIDENCE[regime.confidence])
    if doubts:
        detail = Sentence("%(finding)s, %(doubts)s", finding=detail, doubts=doubts)
    return Finding(Sentence("regime %(id)s", id=regime.id), "buying", state, detail, regime.source)


_CONFIDENCE = {"high": Sentence("high"), "medium": Sentence("medium"), "low": Sentence("low")}


def _span(regime: Regime) -> Sentence:
    first, last = str(regime.valid_from or ""), str(regime.valid_to or "")
    if first and last:
        return Sentence("since %(first)s to %(last)s", first=first, last=last)
    if first:
        return Sentence("since %(first)s", first=first)
    return Sentence("start not known to %(last)s", last=last) if last else Sentence("start not known")


def _selling(pack: CountryPack, today: date) -> list[Finding]:
    registration, payout = pack.registration, pack.payout
    if registration is None:
        missing = Sentence("the pack does not say what a seller must show")
        return [Finding(Sentence("registration"), "selling", "missing", missing)]
    ids = {kind.kind for form in registration.forms.values() for kind in form.ids}
    state = "doubtful" if registration.confidence == "low" else "ready"
    asks = Sentence("asks %(ids)s", ids=", ".join(sorted(ids)))
    findings = [Finding(Sentence("registration"), "selling", state, asks, registration.source)]
    unchecked = sorted(
        kind.kind
        for form in registration.forms.values()
        for kind in form.ids
        if not (kind.stdnum or kind.check or kind.pattern)
    )
    if unchecked:
        lacks = Sentence("no check for %(ids)s", ids=", ".join(unchecked))
        findings.append(Finding(Sentence("registration"), "selling", "doubtful", lacks))
    if payout is None:
        missing = Sentence("the pack does not say how sellers are paid")
        findings.append(Finding(Sentence("payout"), "selling", "missing", missing))
    else:
        rail = Sentence("%(rail)s in %(currency)s", rail=_RAILS[payout.rail], currency=payout.currency)
        findings.append(Finding(Sentence("payout"), "selling", "ready", rail))
    if not any(rule.movement == "domestic" and rule.is_valid_on(today) for rule in pack.sales):
        missing = Sentence("nobody says who owes the tax of a domestic sale")
        findings.append(Finding(Sentence("sale rules"), "selling", "missing", missing))
    return findings
