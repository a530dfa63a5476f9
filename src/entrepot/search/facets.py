"""What a list can be narrowed by, from what the engine counted and what was asked. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from entrepot.kernel.money import minor_digits
from entrepot.search.lanes import Way
from entrepot.search.ports import Facet, FacetValue, SearchRequest

BRANDS_MAX, ATTRIBUTES_MAX, ATTRIBUTE_VALUES_MAX, PRICES_MAX = 40, 12, 30, 5
_DAYS = (3, 5, 7, 10, 14, 21, 30, 45, 60)


def categories(counts: Mapping[str, int], request: SearchRequest) -> Facet:
    """Return every category with something in it, the fullest first."""
    return Facet("category", _by_count(counts, {request.category} if request.category else ()))


def brands(counts: Mapping[str, int], request: SearchRequest) -> Facet:
    """Return the commonest brands, and those chosen."""
    return Facet("brand", _by_count(counts, request.brands, at_most=BRANDS_MAX))


def ratings(counts: Mapping[str, int], request: SearchRequest) -> Facet:
    """Return so many stars or more, the most first; empty until something is rated."""
    stars = sorted(((int(least), count) for least, count in counts.items()), reverse=True)
    return Facet("rating", tuple(FacetValue(str(least), count, request.rating_min == least) for least, count in stars))


def origins(counts: Mapping[str, int], ways: Mapping[str, Way], request: SearchRequest) -> Facet:
    """Return the sellers' countries, as if any were chosen: what takes longer than the buyer wants is not counted."""
    found: Counter[str] = Counter()
    for lane, count in counts.items():
        way = ways[lane]
        if request.days_max is None or way.days_max <= request.days_max:
            found[way.seller_country] += count
    return Facet("origin", _by_count(found, request.origins))


def days(counts: Mapping[str, int], ways: Mapping[str, Way], request: SearchRequest) -> Facet:
    """Return delivery times up to so many days, each only where it holds more than the one before."""
    found: Counter[int] = Counter()
    for lane, count in counts.items():
        way = ways[lane]
        if not request.origins or way.seller_country in request.origins:
            found[way.days_max] += count
    values, last = [], 0
    for limit in sorted({*_DAYS, request.days_max} - {None}):  # type: ignore[type-var]
        assert limit is not None
        count = sum(number for days_max, number in found.items() if days_max <= limit)
        if count > last or request.days_max == limit:
            values.append(FacetValue(str(limit), count, request.days_max == limit))
        last = count
    return Facet("days", tuple(values))


def attributes(counts: Mapping[str, int], request: SearchRequest) -> tuple[Facet, ...]:
    """Return a facet for each of the commonest names that leave a choice, and for those chosen."""
    by_name: dict[str, dict[str, int]] = {}
    for pair, count in counts.items():
        name, _, value = pair.partition("\x1f")
        by_name.setdefault(name, {})[value] = count
    chosen: dict[str, set[str]] = {}
    for name, value in request.attributes:
        chosen.setdefault(name, set()).add(value)
        by_name.setdefault(name, {})
    names = sorted(by_name, key=lambda name: (name not in chosen, -sum(by_name[name].values()), name))
    wanted = [name for name in names if name in chosen or len(by_name[name]) > 1][:ATTRIBUTES_MAX]
    return tuple(
        Facet(
            "attribute",
            _by_count(by_name[name], chosen.get(name, ()), at_most=ATTRIBUTE_VALUES_MAX),
            label=name,
        )
        for name in wanted
    )


def estimate(facet: Facet) -> Facet:
    """Return a facet whose counts are of a sample, in as many digits as they are good for."""
    values = tuple([FacetValue(value.value, _round_count(value.count), value.chosen) for value in facet.values])
    return replace(facet, values=values, estimated=True)


def _round_count(count: int) -> int:
    """Return a count rounded to two digits."""
    return round(count, 2 - len(str(count)))


def begin_attribute(name: str) -> str:
    """Return how an engine's values of an attribute begin."""
    return f"{name}\x1f"


def prices(amounts: Sequence[int], request: SearchRequest, *, ranked_within: int | None) -> Facet:
    """
    Return spans of delivered prices that hold about as many listings each; an amount on a border is in both spans.

    :param amounts: the delivered price of each listing, in minor units of the buyer's currency.
    """
    ordered = sorted(amounts)
    unit = 10 ** minor_digits(request.currency or "")
    borders = _borders(ordered, unit)
    spans = zip([None, *borders], [*borders, None], strict=True) if borders else ()
    values = [
        FacetValue(
            f"{'' if low is None else low}-{'' if high is None else high}",
            (len(ordered) if high is None else bisect_right(ordered, high * unit))
            - (0 if low is None else bisect_left(ordered, low * unit)),
            (low, high) == (request.price_from, request.price_to),
        )
        for low, high in spans
    ]
    return Facet("price", tuple(values), ranked_within=ranked_within)


def _borders(ordered: Sequence[int], unit: int) -> list[int]:
    """Return round whole amounts that part prices into groups of about one size."""
    if not ordered or ordered[0] == ordered[-1]:
        return []
    found = []
    for part in range(1, PRICES_MAX):
        border = _round(Decimal(ordered[len(ordered) * part // PRICES_MAX]) / unit)
        if ordered[0] < border * unit <= ordered[-1] and border not in found:
            found.append(border)
    return sorted(found)


def _round(amount: Decimal) -> int:
    """Return an amount rounded up to two digits, the second of them even or five."""
    if amount <= 10:
        return int(amount.to_integral_value(ROUND_CEILING))
    step = Decimal(10) ** (amount.adjusted() - 1) * 5
    return int((amount / step).to_integral_value(ROUND_FLOOR) * step)


def _by_count(
    counts: Mapping[str, int], chosen: Collection[str] = (), *, at_most: int | None = None
) -> tuple[FacetValue, ...]:
    """Return values, the commonest first; those chosen are there even where nothing has them."""
    ordered = sorted(counts, key=lambda value: (-counts[value], value))[:at_most]
    missing: Iterable[str] = (value for value in dict.fromkeys(chosen) if value not in ordered)
    return tuple(FacetValue(value, counts.get(value, 0), value in chosen) for value in [*ordered, *missing])
