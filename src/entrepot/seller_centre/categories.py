"""The shop's categories as a seller chooses them: by name, with what is above them, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from entrepot.catalog import queries
from entrepot.catalog.queries import CategoryView

_BETWEEN = " › "


class Shelves:
    """The whole tree, named for one reader: `choices` are (slug, name with what is above it)."""

    def __init__(self, language: str) -> None:
        self.choices: list[tuple[str, str]] = []
        self._names: dict[str, str] = {}
        self._slugs: dict[str, str] = {}
        for department in queries.list_categories(language):
            self._add(department, (), "")

    def _add(self, node: CategoryView, above: tuple[str, ...], parent: str) -> None:
        path = (*above, node.name)
        self._names[node.slug] = node.name
        self._slugs[node.slug] = f"{parent}/{node.slug}" if parent else node.slug
        self.choices.append((node.slug, _BETWEEN.join(path)))
        for child in node.children:
            self._add(child, path, node.slug)

    def slugs_above(self, slug: str) -> str:
        """Return a category's slug behind its parent's, as commission schedules name it: `clothing/mens-shirts`."""
        return self._slugs[slug]

    def path_of(self, slug: str | None) -> str:
        """Return a category's name with what is above it, or nothing for one that is not known."""
        return next((path for known, path in self.choices if known == slug), "")

    def name_of(self, text: str) -> str:
        """Return how a seller's own category is called: ours by its name, another by the seller's words."""
        return self._names.get(text) or text or _("Without a category")

    def find(self, typed: str) -> str | None:
        """Return the slug of what was typed or picked: a path, a slug, or a name that only one category bears."""
        wanted = _folded(typed)
        for slug, path in self.choices:
            if wanted in (slug, _folded(path)):
                return slug
        named = [slug for slug, name in self._names.items() if _folded(name) == wanted]
        return named[0] if len(named) == 1 else None


def _folded(text: str) -> str:
    return " ".join(text.replace(">", "›").split()).casefold()
