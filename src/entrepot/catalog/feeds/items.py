"""What a reader finds in one row of a feed: texts, as they stand there."""

from __future__ import annotations

from dataclasses import dataclass, field

from entrepot.kernel.errors import DomainError


class FeedUnreadable(DomainError):
    """The file is none of the formats that are read here, or breaks before its first row."""

    code = "feed_unreadable"
    summary = "This file cannot be read as a product feed."


@dataclass(slots=True)
class FeedItem:
    """
    One thing to buy, as one row says it. Texts are raw; an empty one was not given.

    `row` is the line's number in a table (the heading is row 1) or the item's place in an XML file (from 1).
    `variants` says that `options` are a choice the shop itself offers; otherwise what differs inside a group becomes
    one. `published` is None where the format does not say.
    """

    row: int
    id: str = ""
    group: str = ""
    title: str = ""
    description: str = ""
    price: str = ""
    sale_price: str = ""
    sale_dates: str = ""
    currency: str = ""
    category: str = ""
    google_category: str = ""
    brand: str = ""
    gtin: str = ""
    pictures: list[str] = field(default_factory=list)
    picture: str = ""
    availability: str = ""
    quantity: str = ""
    attributes: list[tuple[str, str]] = field(default_factory=list)
    options: list[tuple[str, str]] = field(default_factory=list)
    variants: bool = False
    weight: str = ""
    weight_unit: str = "kg"
    size: tuple[str, str, str] = ("", "", "")
    size_unit: str = "cm"
    origin: str = ""
    hs_code: str = ""
    declared: dict[str, str] = field(default_factory=dict)
    published: bool | None = None


@dataclass(frozen=True, slots=True)
class Damage:
    """Where a file breaks: what was read before it counts, what comes after is lost."""

    row: int
    reason: str
