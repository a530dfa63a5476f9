"""What a country's pack has and lacks: what an operator reads before opening a market. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from entrepot.markets.loader import Library
from entrepot.markets.packs import CountryPack, Regime

_OLD_DAYS = 365


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of a pack: `ready`, `doubtful` or `missing`, why, and from which source."""

    part: str
    side: str
    state: str
    detail: str
    source: str = ""


def assess(pack: CountryPack, library: Library, *, today: date) -> dict[str, Any]:
    """Return a pack's findings by part, whether each side could open, and how old the pack is."""
    findings = [*_buying(pack, today), *_selling(pack, today)]
    age = (today - pack.reviewed_on).days
    if age > _OLD_DAYS:
        findings.append(Finding("review", "both", "doubtful", f"last reviewed {age} days ago"))
    return {
        "country": pack.code,
        "name": pack.name,
        "file": library.files[pack.code].name,
        "reviewed_on": pack.reviewed_on.isoformat(),
        "age_days": age,
        "buying_ready": all(f.state == "ready" for f in findings if f.side == "buying"),
        "selling_ready": all(f.state == "ready" for f in findings if f.side == "selling"),
        "parts": [asdict(finding) for finding in findings],
    }


def _buying(pack: CountryPack, today: date) -> list[Finding]:
    findings = []
    standard = [row for row in pack.tax_rates if row.is_valid_on(today) and not row.hs and not row.regions]
    if standard:
        row = standard[0]
        state = "doubtful" if row.confidence == "low" else "ready"
        findings.append(Finding("tax rate", "buying", state, f"{pack.tax_name} {row.rate:f} %", row.source))
    else:
        findings.append(Finding("tax rate", "buying", "missing", "no standard rate is valid today"))
    valid = [regime for regime in pack.regimes if regime.is_valid_on(today)]
    if not valid:
        findings.append(Finding("import regimes", "buying", "missing", "no import regime is valid today"))
    findings.extend(_regime_finding(regime) for regime in valid)
    findings.extend(
        Finding(f"fee {fee.code}", "buying", "doubtful", "announced, not charged", fee.source)
        for fee in pack.fees
        if not fee.charged
    )
    findings.extend(
        Finding("import regimes", "buying", "doubtful", f"no regime from {first} to {last}")
        for first, last in date_gaps(pack)
    )
    if not pack.reference_address.city:
        findings.append(Finding("reference address", "buying", "missing", "cards have no address to be quoted to"))
    return findings


def _regime_finding(regime: Regime) -> Finding:
    doubts = ", ".join(doubt.reason for doubt in regime.doubts)
    state = "doubtful" if regime.confidence == "low" or doubts else "ready"
    until = f" to {regime.valid_to}" if regime.valid_to else ""
    since = f"since {regime.valid_from}" if regime.valid_from else "start not known"
    detail = f"{since}{until}, confidence {regime.confidence}" + (f", {doubts}" if doubts else "")
    return Finding(f"regime {regime.id}", "buying", state, detail, regime.source)


def _selling(pack: CountryPack, today: date) -> list[Finding]:
    registration, payout = pack.registration, pack.payout
    if registration is None:
        return [Finding("registration", "selling", "missing", "the pack does not say what a seller must show")]
    ids = {kind.kind for form in registration.forms.values() for kind in form.ids}
    state = "doubtful" if registration.confidence == "low" else "ready"
    findings = [Finding("registration", "selling", state, f"asks {', '.join(sorted(ids))}", registration.source)]
    unchecked = sorted(
        kind.kind
        for form in registration.forms.values()
        for kind in form.ids
        if not (kind.stdnum or kind.check or kind.pattern)
    )
    if unchecked:
        findings.append(Finding("registration", "selling", "doubtful", f"no check for {', '.join(unchecked)}"))
    if payout is None:
        findings.append(Finding("payout", "selling", "missing", "the pack does not say how sellers are paid"))
    else:
        findings.append(Finding("payout", "selling", "ready", f"{payout.rail} in {payout.currency}"))
    if not any(rule.movement == "domestic" and rule.is_valid_on(today) for rule in pack.sales):
        findings.append(Finding("sale rules", "selling", "missing", "nobody says who owes the tax of a domestic sale"))
    return findings


def date_gaps(pack: CountryPack) -> list[tuple[date, date]]:
    """Return the spans between a country's first and last dated regime that no regime covers."""
    spans = sorted((regime.valid_from or date.min, regime.valid_to or date.max) for regime in pack.regimes)
    gaps = []
    covered = spans[0][1] if spans else date.max
    for start, end in spans[1:]:
        if covered < date.max and (start - covered).days > 1:
            gaps.append((date.fromordinal(covered.toordinal() + 1), date.fromordinal(start.toordinal() - 1)))
        covered = max(covered, end)
    return gaps
