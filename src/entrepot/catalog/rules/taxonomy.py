"""The category tree that ships, and how a seller's own category text finds its place in it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

# What finds no place goes here until the seller says where it belongs.
FALLBACK = "everything-else"
_LANGUAGES = ("en", "ar", "ru", "tr", "es", "it", "zh")


@dataclass(frozen=True, slots=True)
class Node:
    """One category: its slug, its parent's, its names by language, and the path in Google's taxonomy that it covers."""

    slug: str
    parent: str | None
    names: dict[str, str]
    google: str


@cache
def nodes() -> tuple[Node, ...]:
    """Return the shipped categories, parents before children."""
    text = files("entrepot.catalog").joinpath("data", "categories.csv").read_text(encoding="utf-8")
    return tuple(
        Node(
            slug=row["slug"],
            parent=row["parent"] or None,
            names={language: row[language] for language in _LANGUAGES},
            google=row["google"],
        )
        for row in csv.DictReader(text.splitlines())
    )


@cache
def slugs() -> frozenset[str]:
    """Return the slugs of the shipped categories."""
    return frozenset(node.slug for node in nodes())


def guess(text: str, google_path: str = "") -> str | None:
    """
    Return the slug of the category that a seller's words name, or None when they name none of ours.

    The seller's words must be one of our names in some language; Google's path is followed as deep as we go.
    """
    for segment in reversed([part.strip() for part in text.replace(" / ", ">").split(">")]):
        if slug := _by_name().get(_folded(segment)):
            return slug
    path = google_path or text
    while path:
        if slug := _by_google().get(_folded(path)):
            return slug
        path = path.rpartition(">")[0].strip()
    return None


@cache
def _by_name() -> dict[str, str]:
    return {_folded(name): node.slug for node in reversed(nodes()) for name in node.names.values()}


@cache
def _by_google() -> dict[str, str]:
    return {_folded(node.google): node.slug for node in nodes() if node.google}


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
