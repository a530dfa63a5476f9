"""
What narrows a list of goods, as its address says it.

Addresses are made here and read here: the same list always has the same address, whoever made it and in which order,
so that it can be kept, shared and come back to. What an address says that makes no sense is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Self
from urllib.parse import urlencode

from django.http import QueryDict

from entrepot.kernel.errors import DomainError
from entrepot.search import attributes
from entrepot.search.ports import SORTS, FacetName, SearchRequest, Sort
from entrepot.ui.choice import Choice

PAGE_SIZE = 24
PAGES_MAX = 40
_VALUES_MAX = 20
_VALUE_LENGTH_MAX = 120
_WORDS_LENGTH_MAX = 200
_PRICE_MAX = Decimal(10) ** 9
_DAYS_MAX = 365
_STARS_MAX = 5
Rate = Callable[[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """
    What a list is narrowed to. `path` is the page that shows it; `category` and `store` say what that page is of.

    `currency` is the one that the prices are in: the reader's own. `as_typed` keeps the search from trying another
    spelling. `page` and `snapshot` are where in the list one is; whatever else changes, one starts again.
    """

    path: str = "/search"
    q: str = ""
    category: str = ""
    store: str = ""
    brands: tuple[str, ...] = ()
    origins: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    currency: str = ""
    days_max: int | None = None
    rating_min: int | None = None
    sort: Sort = "relevance"
    as_typed: bool = False
    page: int = 1
    snapshot: str = ""

    def change(self, **changes: Any) -> Self:
        """Return another list, from its first page."""
        return replace(self, **{"page": 1, "snapshot": "", **changes})

    def without(self, kind: str, value: object = None) -> Self:
        """Return the list that is not narrowed by one value of a kind, or by none of its values."""
        if kind == "price":
            return self.change(price_from=None, price_to=None)
        kept = getattr(self, kind)
        if isinstance(kept, tuple):
            return self.change(**{kind: tuple(one for one in kept if value is not None and one != value)})
        return self.change(**{kind: _EMPTY[kind]})

    def without_all(self) -> Self:
        """Return the list with nothing chosen; what is searched for, where and in which order stays."""
        return self.change(**{kind: _EMPTY[kind] for kind in (*CHOSEN, "price_from", "price_to")})

    @property
    def chosen(self) -> int:
        """How many values are chosen."""
        several = sum(len(kept) for kept in (self.brands, self.origins, self.attributes))
        prices = self.price_from is not None or self.price_to is not None
        return several + prices + (self.days_max is not None) + (self.rating_min is not None)

    @property
    def address(self) -> str:
        """The address of this list, on one line and always the same."""
        pairs = self.pairs()
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def page_address(self, snapshot: str) -> str:
        """Return the address of the list's later pages up to their number; `snapshot` is what this one answered."""
        return replace(self, page=1, snapshot=snapshot).address_with(("page", ""))

    def address_with(self, pair: tuple[str, str]) -> str:
        """Return this list's address with something more at its end."""
        return f"{self.path}?{urlencode([*self.pairs(), pair])}"

    def pairs(self) -> list[tuple[str, str]]:
        """Return what the address says behind its path, in the one order."""
        priced = self.price_from is not None or self.price_to is not None
        said: list[tuple[str, str]] = [
            ("q", self.q),
            ("category", "" if self.path.startswith("/category/") else self.category),
            *(("brand", brand) for brand in sorted(self.brands)),
            *(("origin", origin) for origin in sorted(self.origins)),
            *(("attribute", attributes.write(name, value)) for name, value in sorted(self.attributes)),
            ("price_from", _plain(self.price_from)),
            ("price_to", _plain(self.price_to)),
            ("currency", self.currency if priced else ""),
            ("days_max", str(self.days_max or "")),
            ("rating_min", str(self.rating_min or "")),
            ("sort", self.sort if self.sort != "relevance" else ""),
            ("as_typed", "1" if self.as_typed else ""),
            ("snapshot", self.snapshot),
            ("page", str(self.page) if self.page > 1 else ""),
        ]
        return [(name, value) for name, value in said if value]

    def to_request(
        self, choice: Choice, *, facets: tuple[FacetName, ...] = (), page_size: int = PAGE_SIZE
    ) -> SearchRequest:
        """Return what search is asked for."""
        return SearchRequest(
            q=self.q,
            country=choice.country,
            currency=choice.currency,
            language=choice.language,
            category=self.category,
            store=self.store,
            origins=self.origins,
            brands=self.brands,
            attributes=self.attributes,
            price_from=self.price_from,
            price_to=self.price_to,
            days_max=self.days_max,
            rating_min=self.rating_min,
            sort=self.sort,
            page=self.page,
            page_size=page_size,
            snapshot=self.snapshot,
            facets=facets,
            as_typed=self.as_typed,
        )


CHOSEN = ("brands", "origins", "attributes", "days_max", "rating_min")
_EMPTY: Mapping[str, Any] = {field.name: field.default for field in fields(Narrowing)}


def read(query: QueryDict, *, currency: str, rate: Rate, **page: str) -> Narrowing:
    """
    Return what an address asks for, in the reader's currency; whatever makes no sense in it is left out.

    :param rate: the rate of a pair of currencies, for prices that somebody else chose in theirs.
    :param page: what the page itself says: its `path`, and its `category` or `store` where it is of one.
    """
    price_from, price_to = (_read_price(query.get(name, "")) for name in ("price_from", "price_to"))
    given = query.get("currency", currency).upper()
    if given != currency and (price_from is not None or price_to is not None):
        price_from, price_to = _exchanged((price_from, price_to), given, currency, rate)
    if price_from is not None and price_to is not None and price_from > price_to:
        price_from, price_to = price_to, price_from
    sort = query.get("sort", "")
    said: dict[str, Any] = {
        "q": clean(query.get("q", ""), _WORDS_LENGTH_MAX),
        "category": read_slug(query.get("category", "")),
        "brands": _values(query.getlist("brand")),
        "origins": tuple(code for code in _values(map(str.upper, query.getlist("origin"))) if _is_country(code)),
        "attributes": read_attributes(query.getlist("attribute")),
        "price_from": price_from,
        "price_to": price_to,
        "currency": currency,
        "days_max": _read_number(query.get("days_max", ""), _DAYS_MAX),
        "rating_min": _read_number(query.get("rating_min", ""), _STARS_MAX),
        "sort": next((known for known in SORTS if known == sort), "relevance"),
        "as_typed": query.get("as_typed") == "1",
        "page": _read_number(query.get("page", ""), 9999, most=PAGES_MAX) or 1,
        "snapshot": read_snapshot(query.get("snapshot", "")),
    }
    return Narrowing(**{**said, **page})


def has_blanks(query: QueryDict) -> bool:
    """Tell whether an address says nothing under some of its names, as a form without script leaves it."""
    return any(not value for name, values in query.lists() if name != "q" for value in values)


def clean(text: str, longest: int = _VALUE_LENGTH_MAX, *, keep_end: bool = False) -> str:
    """Return a text on one line, without signs that cannot be seen; `keep_end`: a blank at its end says something."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text[: 4 * longest]).split())[:longest]
    return f"{line} " if keep_end and line and text[-1].isspace() else line


def read_attributes(written: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the names and values of attributes that an address says."""
    read_one = (attributes.read(text) for text in _values(written, longest=2 * _VALUE_LENGTH_MAX))
    return tuple(pair for pair in read_one if pair is not None)


def read_slug(text: str) -> str:
    """Return the name of a category in addresses, or nothing where it cannot be one."""
    return text if len(text) <= _VALUE_LENGTH_MAX and text.replace("-", "").replace("_", "").isalnum() else ""


def read_snapshot(text: str) -> str:
    """Return the mark that pages of one list share, or nothing where it cannot be one."""
    return text if len(text) <= 64 and text.isascii() and text.replace("-", "").replace(".", "").isalnum() else ""


def _values(given: Iterable[str], *, longest: int = _VALUE_LENGTH_MAX) -> tuple[str, ...]:
    kept = (clean(text, longest) for text in given)
    return tuple(dict.fromkeys(text for text in kept if text))[:_VALUES_MAX]


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isalpha()


def _read_number(text: str, greatest: int, *, most: int = 0) -> int | None:
    """Return a number from 1 to the greatest that makes sense (at most `most`), or None."""
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        return None
    number = int(text)
    if not 1 <= number <= greatest:
        return None
    return min(number, most) if most else number


def _read_price(text: str) -> Decimal | None:
    """Return an amount that somebody typed in whole units or with decimals, whichever sign parts them."""
    plain = text.strip().replace(",", ".")
    if not (plain.isascii() and plain.replace(".", "", 1).isdecimal() and len(plain) < 16):
        return None
    amount = Decimal(plain)
    return amount.normalize() if amount < _PRICE_MAX else None


def _exchanged(
    prices: tuple[Decimal | None, Decimal | None], given: str, wanted: str, rate: Rate
) -> tuple[Decimal | None, Decimal | None]:
    """Return prices in the reader's currency, in whole units; none where nobody knows the other currency."""
    try:
        factor = rate(given, wanted)
    except DomainError:
        return None, None
    return tuple(None if price is None else (price * factor).quantize(Decimal(1)) for price in prices)  # type: ignore[return-value]


def _plain(price: Decimal | None) -> str:
    return "" if price is None else f"{price:f}"
