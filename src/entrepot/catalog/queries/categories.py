"""The category tree, and what a seller says of its own categories."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from orjson import loads  # Django leaves the JSON of raw statements as text.

from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.languages import text_language

_ROOM = "entrepot.catalog"


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category with its children, named in the language asked for."""

    id: int
    slug: str
    name: str
    children: tuple[CategoryView, ...] = ()


@dataclass(frozen=True, slots=True)
class SellerCategoryView:
    """A seller's category: where it is mapped, what is confirmed for its goods, how many listings wait for that."""

    id: int
    text: str
    category_slug: str | None
    hs_code: str | None
    origin_country: str | None
    default_weight_g: int | None
    manufacturer_id: UUID | None
    responsible_id: UUID | None
    confirmed_at: datetime | None
    listings: int
    without_hs: int
    without_origin: int
    without_weight: int


_CATEGORIES = "SELECT id, parent_id, slug, names FROM catalog_category WHERE NOT retired ORDER BY position"


def list_categories(language: str) -> tuple[CategoryView, ...]:
    """Return the category tree, departments first, named in a language (English where a name is missing)."""
    rows = sql.fetch_all(_CATEGORIES)
    below: dict[int | None, list[tuple[Any, ...]]] = {}
    for row in rows:
        below.setdefault(row[1], []).append(row)

    def view(row: tuple[Any, ...]) -> CategoryView:
        category_id, _, slug, names = row
        return CategoryView(
            category_id, slug, _name(loads(names), language), tuple(map(view, below.get(category_id, ())))
        )

    return tuple(view(row) for row in below.get(None, ()))


def _name(names: dict[str, str], language: str) -> str:
    return names.get(text_language(language)) or names.get(language.partition("-")[0]) or names["en"]


def get_category_path(slug: str, language: str) -> tuple[CategoryView, ...]:
    """
    Return a category and what is above it, the department first; the last one carries its children.

    :raises NotFound: there is none of this slug.
    """

    def find(nodes: tuple[CategoryView, ...], above: tuple[CategoryView, ...]) -> tuple[CategoryView, ...] | None:
        for node in nodes:
            if node.slug == slug:
                return (*above, node)
            if found := find(node.children, (*above, node)):
                return found
        return None

    path = find(list_categories(language), ())
    if path is None:
        raise NotFound(category=slug)
    return path


def list_seller_categories(seller_id: UUID) -> tuple[SellerCategoryView, ...]:
    """Return a seller's own categories, those with most listings that wait for a customs answer first."""
    rows = sql.fetch_all(sql.load(_ROOM, "list_seller_categories"), [seller_id])
    return tuple(SellerCategoryView(*row) for row in rows)
