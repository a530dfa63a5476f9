"""What each demonstration seller lists: a kind of goods in a series and a finish, worded in every language."""

from __future__ import annotations

import itertools
import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from typing import Any

_FINISHES_EACH = 4  # Every kind is made in so many finishes: each is a picture to draw.
LANGUAGES = ("en", "es", "it", "ru", "tr", "zh", "ar")
# How prices end at home: the smallest step that shops there show, and what is taken off it.
_ENDINGS = {
    "EUR": ("1", "0.10"),
    "CNY": ("1", "0"),
    "RUB": ("10", "0"),
    "TRY": ("5", "0.10"),
    "KZT": ("100", "10"),
    "SAR": ("1", "0"),
}


@dataclass(frozen=True, slots=True)
class Firm:
    """One seller of the demonstration, as `data/sellers.toml` has it."""

    slug: str
    name: str
    legal_name: str
    form: str
    country: str
    city: str
    region: str
    postal_code: str
    street: str
    story: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A listing's words in one language."""

    title: str
    description: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Variant:
    """One SKU: its seller's number, its option per language, price in the seller's currency, weight, stock."""

    seller_sku: str
    option: Mapping[str, tuple[str, str]]
    price: str
    weight_g: int
    stock: int


@dataclass(frozen=True, slots=True)
class Goods:
    """One listing to make."""

    external_id: str
    kind: str
    finish: str
    category: str
    hs_code: str
    shipping_class: str
    flags: Mapping[str, str]
    texts: Mapping[str, Text]
    variants: tuple[Variant, ...]


@cache
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("data", f"{name}.toml").read_text(encoding="utf-8"))


def list_firms() -> list[Firm]:
    """Return the sellers in the order of the file."""
    firms = []
    for row in _data("sellers")["seller"]:
        slug = row.get("slug") or row["name"].lower().replace("&", "and").replace(" ", "-").translate(_LATIN)
        firms.append(
            Firm(
                slug=slug,
                form=row.get("form", "company"),
                kinds=tuple(row["kinds"]),
                **{
                    name: row[name]
                    for name in ("name", "legal_name", "country", "city", "region", "postal_code", "street", "story")
                },
            )
        )
    return firms


_LATIN = str.maketrans("çğışöüáéíóúñàèò", "cgisouaeiounaeo", "'’.")


def home_language(country: str) -> str:
    """Return the language that sellers of a country write in."""
    return {"CN": "zh", "RU": "ru", "KZ": "ru", "TR": "tr", "IT": "it", "ES": "es", "SA": "ar"}[country]


def list_goods(firm: Firm, *, currency: str, rate: Decimal, count: int, seed: int) -> Iterator[Goods]:
    """
    Yield `count` different listings of one seller, the same ones for the same seed.

    `rate` is units of `currency` per euro; the data's prices are in euro.
    """
    chance = random.Random(f"{seed} {firm.slug}")
    by_kind = [_combinations(firm, kind, chance) for kind in firm.kinds]
    # The kinds take turns, so that a short list has some of each.
    turns = itertools.chain.from_iterable(itertools.zip_longest(*by_kind))
    chosen = itertools.islice((combination for combination in turns if combination), count)
    for number, (kind, series, finish) in enumerate(chosen):
        yield _make(kind, series, finish, number, firm, currency, rate, chance)


def _combinations(firm: Firm, kind: str, chance: random.Random) -> list[tuple[str, tuple[str, str], str]]:
    """Return every (kind, series, finish) whose title is its own, shuffled."""
    row, words = _data("goods")[kind], _data("words")
    series_names = [tuple(names) for names in words["series"][firm.country]]
    finishes = random.Random(kind).sample(list(words["colours"]), _FINISHES_EACH)
    if _finish_tells(row):
        combinations = [(kind, series, finish) for series in series_names for finish in finishes]
    else:
        combinations = [(kind, series, chance.choice(finishes)) for series in series_names]
    chance.shuffle(combinations)
    return combinations


def _finish_tells(row: Mapping[str, Any]) -> bool:
    return row["variants"] != "colour" and not row.get("one_finish", False)


def _make(
    kind: str,
    series: tuple[str, str],
    finish: str,
    number: int,
    firm: Firm,
    currency: str,
    rate: Decimal,
    chance: random.Random,
) -> Goods:
    row, words = _data("goods")[kind], _data("words")
    home = home_language(firm.country)
    texts = {}
    for language in LANGUAGES:
        series_name = series[0] if language == home else series[1]
        title = words["title"][language][_finish_tells(row)].format(
            kind=row["name"][language], series=series_name, finish=words["colours"][finish][language]
        )
        texts[language] = Text(
            title=title,
            description=f"<p>{row['text'][language]}</p>",
            attributes=((words["attributes"]["series"][language], series_name),),
        )
    factor = Decimal(chance.randrange(82, 136)) / 100
    return Goods(
        external_id=f"{kind}-{number:04d}",
        kind=kind,
        finish=finish,
        category=row["category"],
        hs_code=row["hs"],
        shipping_class=row.get("shipping_class", "standard"),
        flags=row.get("flags", {}),
        texts=texts,
        variants=tuple(_variants(row, finish, f"{kind}-{number:04d}", currency, rate * factor, chance)),
    )


def _variants(
    row: Mapping[str, Any], finish: str, prefix: str, currency: str, rate: Decimal, chance: random.Random
) -> Iterator[Variant]:
    words = _data("words")
    option = words["options"][row["variants"]]
    if row["variants"] == "colour":
        others = [name for name in words["colours"] if name != finish]
        values = [words["colours"][name] for name in (finish, *chance.sample(others, 2))]
    else:
        values = [dict.fromkeys(LANGUAGES, value) for value in option["values"]]
    for position, value in enumerate(values):
        price_factor = Decimal(str(option.get("price_factors", [1] * len(values))[position]))
        weight_factor = option.get("weight_factors", [1] * len(values))[position]
        yield Variant(
            seller_sku=f"{prefix}-{position + 1}",
            option={language: (option["name"][language], value[language]) for language in LANGUAGES},
            price=home_price(Decimal(row["price"]) * rate * price_factor, currency),
            weight_g=round(row["weight_g"] * weight_factor),
            stock=chance.choice((0, 3, 8, 15, 24, 40, 60, 120)) if position else chance.choice((6, 12, 25, 50)),
        )


def home_price(amount: Decimal, currency: str) -> str:
    """Return an amount as a shop of that currency would write it: 19.90 EUR, 1,290 RUB, 4,990 KZT."""
    step, less = (Decimal(value) for value in _ENDINGS.get(currency, ("1", "0")))
    steps = max((amount / step).quantize(Decimal(1), rounding=ROUND_HALF_UP), Decimal(1))
    return f"{steps * step - less:.2f}"
