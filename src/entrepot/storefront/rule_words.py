"""Import rules and tax rates of a country in words, for the page that says what applies there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language, gettext as _, gettext_noop, pgettext

from entrepot.customs import nomenclature
from entrepot.kernel.money import Money, Rounding
from entrepot.markets.packs import AssessedValue, Duty, Fee, Goods, RateRow, Regime, Tax, Threshold
from entrepot.pricing import labels
from entrepot.ui import formats, schemes as schemes_named

_NAMED_MAX = 4
# Unions that CLDR has no name for.
UNIONS = {"EAEU": gettext_noop("Eurasian Economic Union")}
_BASIS = {
    "goods": gettext_noop("Value of the goods"),
    "cif": gettext_noop("Value of the goods with delivery"),
    "assessed": gettext_noop("Assessed value"),
    "tax": gettext_noop("Tax"),
    "weight_g": gettext_noop("Weight"),
}
_SCOPE = {
    "item": gettext_noop("for each piece"),
    "consignment": gettext_noop("for each parcel"),
    "person_day": gettext_noop("for each person and day"),
    "person_month": gettext_noop("for each person and month"),
    "person_quarter": gettext_noop("for each person and quarter"),
    "person_year": gettext_noop("for each person and year"),
}
_PER = {
    "consignment": gettext_noop("%(amount)s for each parcel"),
    "subheading": gettext_noop("%(amount)s for each kind of goods"),
    "line": gettext_noop("%(amount)s for each line"),
    "item": gettext_noop("%(amount)s for each piece"),
    "kg": gettext_noop("%(amount)s for each kilogram"),
}
_TAXED = {
    frozenset({"goods"}): gettext_noop("%(rate)s on the goods"),
    frozenset({"goods", "freight"}): gettext_noop("%(rate)s on goods and delivery"),
    frozenset({"goods", "duty"}): gettext_noop("%(rate)s on goods and duty"),
    frozenset({"goods", "freight", "duty"}): gettext_noop("%(rate)s on goods, delivery and duty"),
    frozenset({"assessed"}): gettext_noop("%(rate)s on the assessed value"),
    frozenset({"assessed", "duty"}): gettext_noop("%(rate)s on the assessed value and duty"),
}
_ON = {
    "goods": _TAXED[frozenset({"goods"})],
    "cif": _TAXED[frozenset({"goods", "freight"})],
    "assessed": _TAXED[frozenset({"assessed"})],
}
_PARTS = {"goods": "goods", "freight": "delivery", "duty": "duty", "fees": "fees", "taxes": "tax"}
_CHANNELS = {"post": gettext_noop("Sent by post"), "courier": gettext_noop("Sent by courier")}
COLLECTORS = {
    "platform": gettext_noop("Entrepot, when you pay"),
    "post": gettext_noop("The post, on delivery"),
    "carrier": gettext_noop("The carrier, on delivery"),
    "importer": gettext_noop("Customs, from you"),
}
CONFIDENCE = {
    "high": (gettext_noop("confirmed"), "leaf"),
    "medium": (gettext_noop("likely"), "sea"),
    "low": (gettext_noop("not confirmed"), "brick"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line about a rule: what it is about, and the sentences about it."""

    label: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleWords:
    """An import rule in words. `is_held` is None for a rule that asks for no registration."""

    title: str
    when: tuple[str, ...]
    rows: tuple[Row, ...]
    scheme: str
    scheme_name: str
    is_held: bool | None
    valid_from: date | None
    valid_to: date | None
    is_coming: bool
    source: str
    note: str
    confidence: tuple[str, str]
    doubts: tuple[str, ...]


def rule_in_words(
    regime: Regime, *, currency: str, schemes: frozenset[str], fees: Iterable[Fee], day: date
) -> RuleWords:
    """Return a country's import rule; `fees` are the country's own, `currency` its money."""
    own = regime.currency or currency
    assessed = regime.assessed_on(max(day, regime.valid_from or day))
    written = [row for row in (regime, assessed) if row is not None]
    text, tone = CONFIDENCE[regime.confidence]
    return RuleWords(
        title=_(regime.title) if regime.title else "",
        when=tuple(_conditions(regime)),
        rows=(
            *_assessed(assessed),
            *(_duty(duty) for duty in regime.duties),
            *(_tax(tax, own) for tax in regime.taxes),
            *(_fee(fee) for fee in [*regime.fees, *(fees if regime.country_fees else ())] if fee.charged),
            *_floor(regime),
            Row(_("Who collects"), (_(COLLECTORS[regime.collector]),)),
        ),
        scheme=regime.scheme,
        scheme_name=schemes_named.name_of(regime.scheme),
        is_held=regime.scheme in schemes if regime.scheme else None,
        valid_from=regime.valid_from,
        valid_to=regime.valid_to,
        is_coming=regime.valid_from is not None and regime.valid_from > day,
        source=" ; ".join(dict.fromkeys(row.source for row in written)),
        note=" ".join(row.note for row in written if row.note),
        confidence=(tone, _(text)),
        doubts=tuple(_said(doubt.reason) for doubt in regime.doubts),
    )


def area(code: str) -> str:
    """Return the name of a country, a union or a part of a country; the code itself where nobody named it."""
    if code in UNIONS:
        return _(UNIONS[code])
    return formats.country(code)


def areas(codes: Sequence[str]) -> str:
    return formats.listing([area(code) for code in codes])


def codes_of(prefixes: Sequence[str]) -> str:
    """Return customs codes as people write them, `6109 10`; a few of them with what they are called, many as spans."""
    language = get_language() or "en"
    if len(prefixes) > _NAMED_MAX:
        return ", ".join(_spans(prefixes))
    written = [_written(prefix) for prefix in prefixes]
    named = [nomenclature.describe(prefix, language=language) for prefix in prefixes]
    return ", ".join(f"{code} {name}".strip() for code, name in zip(written, named, strict=True))


def _written(prefix: str) -> str:
    return prefix if len(prefix) < 6 else f"{prefix[:4]} {prefix[4:]}"


def _spans(prefixes: Sequence[str]) -> Iterator[str]:
    """Yield codes, three or more that follow one another as one: `02–04, 07`."""
    runs: list[list[str]] = []
    for prefix in sorted(prefixes):
        last = runs[-1][-1] if runs else ""
        if len(last) == len(prefix) and int(last) + 1 == int(prefix):
            runs[-1].append(prefix)
        else:
            runs.append([prefix])
    for run in runs:
        if len(run) > 2:
            yield f"{_written(run[0])}–{_written(run[-1])}"
        else:
            yield from map(_written, run)


def limit(amount: object, currency: str) -> str:
    """Return an amount of a rule in its own money."""
    return formats.money(Money.parse(str(amount), currency, rounding=Rounding.HALF_UP))


def _said(code: str) -> str:
    return labels.reason(code, get_language() or "en")


def _conditions(regime: Regime) -> Iterator[str]:
    for threshold in regime.thresholds:
        yield from _threshold(threshold)
    if len(regime.channels) == 1:
        yield _(_CHANNELS[regime.channels[0]])
    for message, codes in (
        (_("Made in: %(places)s"), regime.origins),
        (_("Not made in: %(places)s"), regime.not_origins),
        (_("Sent from: %(places)s"), regime.dispatch_from),
        (_("Not sent from: %(places)s"), regime.not_dispatch_from),
    ):
        if codes:
            yield message % {"places": areas(codes)}
    yield from goods_in_words(regime.goods)
    if regime.regions:
        yield _("Only in: %(regions)s") % {"regions": ", ".join(regime.regions)}


def goods_in_words(goods: Goods) -> Iterator[str]:
    """Yield which goods a rule speaks of, as far as their customs codes tell."""
    if goods.hs:
        yield _("Goods of the customs codes %(codes)s") % {"codes": codes_of(goods.hs)}
    if goods.not_hs:
        yield _("Not for the customs codes %(codes)s") % {"codes": codes_of(goods.not_hs)}


def _threshold(threshold: Threshold) -> Iterator[str]:
    """Yield a limit as one line: `Value of the goods: more than €150, up to €1,000 (for each parcel)`."""

    def words(amount: object) -> str:
        if threshold.basis == "weight_g":
            return formats.number(int(str(amount))) + " g"
        return limit(amount, threshold.currency)

    bounds = []
    if threshold.above is not None and threshold.up_to is not None:
        both = _("more than %(low)s, up to %(high)s")
        bounds.append(both % {"low": words(threshold.above), "high": words(threshold.up_to)})
    elif threshold.above is not None:
        bounds.append(_("more than %(amount)s") % {"amount": words(threshold.above)})
    elif threshold.up_to is not None:
        bounds.append(_("up to %(amount)s") % {"amount": words(threshold.up_to)})
    if threshold.at_least is not None:
        bounds.append(_("%(amount)s or more") % {"amount": words(threshold.at_least)})
    if threshold.below is not None:
        bounds.append(_("less than %(amount)s") % {"amount": words(threshold.below)})
    for bound in bounds:
        yield _("%(what)s: %(limit)s (%(scope)s)") % {
            "what": _(_BASIS[threshold.basis]),
            "limit": bound,
            "scope": _(_SCOPE[threshold.scope]),
        }


def _exempt(threshold: Threshold | None, on: str) -> Iterator[str]:
    """Yield what is free of a charge, and whether what exceeds it bears the charge alone."""
    if threshold is None or (threshold.up_to is None and threshold.below is None):
        return
    free = threshold.up_to if threshold.up_to is not None else threshold.below
    amount = {"amount": limit(free, threshold.currency)}
    if on == "excess":
        yield _("Only on what exceeds %(amount)s") % amount
    elif threshold.basis == "tax":
        yield _("Not collected where it is no more than %(amount)s") % amount
    elif threshold.basis == "assessed":
        yield _("Nothing up to %(amount)s of the assessed value") % amount
    else:
        yield _("Nothing up to %(amount)s") % amount


def _assessed(value: AssessedValue | None) -> Iterator[Row]:
    """Yield what counts in place of the price."""
    if value is None:
        return
    text = _("%(share)s of the price of the goods, without delivery") % {"share": formats.percent(value.goods_percent)}
    if value.freight_percent:
        text = _("%(share)s of the price of the goods and %(freight)s of the delivery") % {
            "share": formats.percent(value.goods_percent),
            "freight": formats.percent(value.freight_percent),
        }
    yield Row(_(_BASIS["assessed"]), (text, _said(value.reason)))


def _duty(duty: Duty) -> Row:
    texts: list[str] = []
    message = _ON[duty.base]
    if duty.kind == "none":
        texts.append(_said(duty.reason or "no_duty"))
    elif duty.kind == "tariff":
        texts.append(_(message) % {"rate": _("the tariff's rate")})
    elif duty.kind == "flat":
        texts.append(_(_PER[duty.per]) % {"amount": limit(duty.amount, duty.currency)})
    else:
        if duty.rate is not None:
            texts.append(_(message) % {"rate": formats.percent(duty.rate)})
        texts += [_rate(row, _(message)) for row in duty.rates]
    if duty.deduction is not None:
        texts.append(_("Less %(amount)s") % {"amount": limit(duty.deduction, duty.currency)})
    if duty.minimum_per_kg is not None:
        texts.append(_("At least %(amount)s for each kilogram") % {"amount": limit(duty.minimum_per_kg, duty.currency)})
    if duty.maximum is not None:
        texts.append(_("At most %(amount)s") % {"amount": limit(duty.maximum, duty.currency)})
    texts += _exempt(duty.exempt, duty.on)
    return Row(labels.label(duty.code, get_language() or "en"), tuple(texts))


def _rate(row: RateRow, message: str) -> str:
    """Return a rate for some goods or places: `10 % on the goods (6109 10)`."""
    told = [codes_of(row.hs), areas((*row.origins, *row.dispatch_from)), ", ".join(row.regions)]
    narrowed = "; ".join(part for part in told if part)
    text = message % {"rate": formats.percent(row.rate)}
    return f"{text} ({narrowed})" if narrowed else text


def _taxed(tax: Tax) -> str:
    """Return what a tax is taken of, as a message that still wants its `rate`."""
    known = _TAXED.get(frozenset(tax.base))
    if known is not None:
        return _(known)
    language = get_language() or "en"
    parts = [labels.group_label(_PARTS[part], language) if part in _PARTS else _(_BASIS[part]) for part in tax.base]
    return f"%(rate)s: {formats.listing(parts)}"


def _tax(tax: Tax, currency: str) -> Row:
    message = _taxed(tax)
    own = _("the country's own rate") if tax.rate == "standard" else formats.percent(tax.rate)
    texts = [message % {"rate": own}, *(_rate(row, message) for row in tax.rates)]
    if tax.inside:
        texts.append(_("The tax is a part of its own base."))
    if tax.factor != 1:
        texts.append(_("%(share)s of it is charged") % {"share": formats.percent(tax.factor * 100)})
    if tax.minimum is not None:
        texts.append(_("At least %(amount)s") % {"amount": limit(tax.minimum, tax.currency or currency)})
    texts += _exempt(tax.exempt, tax.on)
    return Row(labels.label(tax.code, get_language() or "en"), tuple(texts))


def _fee(fee: Fee) -> Row:
    texts = []
    if fee.amount:
        texts.append(_(_PER[fee.per]) % {"amount": limit(fee.amount, fee.currency)})
    if fee.rate is not None:
        texts.append(_("%(rate)s of duty and tax") % {"rate": formats.percent(fee.rate)})
    if fee.minimum is not None:
        texts.append(_("At least %(amount)s") % {"amount": limit(fee.minimum, fee.currency)})
    if fee.when == "charged":
        texts.append(_("Only where duty or tax is charged"))
    if len(fee.channels) == 1:
        texts.append(_(_CHANNELS[fee.channels[0]]))
    return Row(labels.label(fee.code, get_language() or "en"), tuple(texts))


def _floor(regime: Regime) -> Iterator[Row]:
    if regime.collection_floor is not None:
        floor = regime.collection_floor
        amount = {"amount": limit(floor.up_to, floor.currency)}
        yield Row(pgettext("a charge", "Collected"), (_("Nothing up to %(amount)s") % amount,))
