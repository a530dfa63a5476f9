"""
Made-up goods for a large marketplace: words as unevenly frequent as in real texts (Zipf), of several languages.

Everything follows from a listing's number, so that who asks can know what there is to find without reading it.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from entrepot.catalog.rules import taxonomy

# Sellers' countries with the language that they write in.
COUNTRIES = {"CN": "zh", "RU": "ru", "TR": "tr", "IT": "it", "ES": "es", "KZ": "ru", "SA": "ar"}
_HS_CODES = (
    "610910", "620342", "640419", "420221", "691200", "701337", "732393", "821192", "830629", "851830",
    "854442", "851713", "940360", "940540", "950300", "950691", "960390", "711719", "630260", "490199",
    "330499", "090240", "180690", "850760",
)  # fmt: skip
_WORDS = 30_000  # In each language.
_BRANDS = 5_000
_TITLE_WORDS, _DESCRIPTION_WORDS = 5, 26
_ATTRIBUTES = 4
_ATTRIBUTE_VALUES = (12, 20, 8, 40)
_SYLLABLES = {
    "en": ("b c d f g h l m n p r s t v w br ch cl gr pl sh st th tr", "a e i o u ea oo ai", "n r s t l m d ck ng nd"),
    "it": ("b c d f g l m n p r s t v br cr gl pr sp st tr", "a e i o", "n r l"),
    "es": ("b c d f g l m n p r s t v br cl gr ll ch tr", "a e i o u", "n r s l"),
    "tr": ("b c ç d f g h k l m n p r s ş t y z", "a e ı i o ö u ü", "k l m n r t z"),
    "ru": ("б в г д ж з к л м н п р с т ф х ш бр гр кл пр ст тр", "а е и о у я ю", "в г к л м н р с т"),
    "ar": ("ب ت ج ح خ د ر ز س ش ص ط ع ف ق ك ل م ن ه", "ا و ي", "ب د ر س ل م ن"),
}
_HAN = (
    "的花木水火金石竹布衣鞋帽包灯书笔纸杯碗盘刀茶酒米油盐糖果肉鱼虾手机电脑表镜床桌椅柜窗门车船球琴画"
    "线针皮毛丝绒红黄蓝绿白黑紫大小长短高低新旧软硬轻重方圆冷热光防"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What a listing says of itself in one language."""

    language: str
    title: str
    description: str
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Ware:
    """One listing; the first of `words` is in its seller's language, the others are translations."""

    number: int
    category: str
    brand: str
    hs_code: str
    price_cents: int
    weight_g: int
    stock: int
    words: tuple[Words, ...]

    def in_language(self, language: str) -> Words | None:
        return next((words for words in self.words if words.language == language), None)


def make(number: int, country: str) -> Ware:
    """Return the ware of a number, sold from a country."""
    chance = random.Random(number)
    category = _categories()[_zipf(chance, len(_categories()))]
    brand = _brands()[_zipf(chance, _BRANDS)]
    ranks = [_zipf(chance, _WORDS) for _ in range(_TITLE_WORDS + _DESCRIPTION_WORDS)]
    values = [chance.randrange(count) for count in _ATTRIBUTE_VALUES[: _ATTRIBUTES - chance.randrange(3)]]
    languages = [COUNTRIES[country]]
    if chance.random() < 0.75:
        languages.append("en")
    if chance.random() < 0.3:
        languages += [other for other in (chance.choice(tuple(_SYLLABLES)),) if other not in languages]
    return Ware(
        number=number,
        category=category.slug,
        brand=brand,
        hs_code=_HS_CODES[len(category.slug) * 7 % len(_HS_CODES)],
        price_cents=round(min(90_000.0, 400.0 * 2.0 ** chance.gauss(2.0, 1.5))) + 100,
        weight_g=chance.choice((60, 120, 250, 400, 800, 1500, 4000)),
        stock=0 if chance.random() < 0.05 else chance.randrange(1, 200),
        words=tuple(_say(language, category, brand, ranks, values) for language in languages),
    )


def _say(language: str, category: taxonomy.Node, brand: str, ranks: Sequence[int], values: Sequence[int]) -> Words:
    words = vocabulary(language)
    said = [words[rank] for rank in ranks]
    title = " ".join([brand, *said[:2], category.names.get(language, category.slug), *said[2:_TITLE_WORDS]])
    description = " ".join(said[_TITLE_WORDS:]).capitalize()
    return Words(
        language,
        title[:150],
        f"<p>{description}.</p>",
        tuple((attribute_name(language, place), words[200 + place * 50 + value]) for place, value in enumerate(values)),
    )


def attribute_name(language: str, place: int) -> str:
    """Return what the attribute of a place is called in a language."""
    return vocabulary(language)[100 + place].capitalize()


@cache
def vocabulary(language: str) -> tuple[str, ...]:
    """Return the words of a language, the commonest first."""
    chance = random.Random(language)
    found: dict[str, None] = {}
    while len(found) < _WORDS:
        found.setdefault(_word(chance, language))
    return tuple(found)


def _word(chance: random.Random, language: str) -> str:
    if language == "zh":
        return "".join(chance.choices(_HAN, k=chance.choice((2, 2, 3))))
    starts, vowels, ends = (part.split() for part in _SYLLABLES[language])
    syllables = "".join(chance.choice(starts) + chance.choice(vowels) for _ in range(chance.choice((1, 2, 2, 3))))
    return syllables + chance.choice(ends)


@cache
def _brands() -> tuple[str, ...]:
    chance = random.Random("brands")
    found: dict[str, None] = {}
    while len(found) < _BRANDS:
        found.setdefault(_word(chance, "en").capitalize() + chance.choice(("", "", "o", "ex", "ia")))
    return tuple(found)


@cache
def _categories() -> tuple[taxonomy.Node, ...]:
    """Return the categories that have none below them, in an order of its own: the first hold the most."""
    parents = {node.parent for node in taxonomy.nodes()}
    found = [node for node in taxonomy.nodes() if node.slug not in parents and node.slug != taxonomy.FALLBACK]
    random.Random("categories").shuffle(found)
    return tuple(found)


def _zipf(chance: random.Random, count: int) -> int:
    """Return a rank from 0, each as likely as one over its place."""
    return min(int((count + 1) ** chance.random()) - 1, count - 1)
