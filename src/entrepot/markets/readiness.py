"""What a country's pack has and lacks: what an operator reads before opening a market. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from entrepot.kernel.sentences import Sentence
from entrepot.markets.loader import Library
from entrepot.markets.packs import CountryPack, Regime

_OLD_DAYS = 365

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
    """Return a pack's findings by part, whether each side could open, and how old the pack is."""
    findings = [*_buying(pack, today), *_selling(pack, today)]
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
        "parts": [asdict(finding) for finding in findings],
    }


def _buying(pack: CountryPack, today: date) -> list[Finding]:
    findings = []
    standard = [row for row in pack.tax_rates if row.is_valid_on(today) and not row.hs and not row.regions]
    if standard:
        row = standard[0]
        state = "doubtful" if row.confidence == "low" else "ready"
        findings.append(Finding(Sentence("tax rate"), "buying", state, f"{pack.tax_name} {row.rate:f} %", row.source))
    else:
        findings.append(Finding(Sentence("tax rate"), "buying", "missing", Sentence("no standard rate is valid today")))
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
        Finding(
            Sentence("import regimes"),
            "buying",
            "doubtful",
            Sentence("no regime from %(first)s to %(last)s", first=str(first), last=str(last)),
        )
        for first, last in date_gaps(pack)
    )
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
