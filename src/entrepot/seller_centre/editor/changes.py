"""What somebody else changed while a listing was being written: what is stored by now beside what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from entrepot.seller_centre.editor import variants
from entrepot.seller_centre.editor.pictures import PictureRow
from entrepot.seller_centre.editor.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is not the same: what is stored by now, and what was typed here."""

    label: str
    stored: str
    typed: str


def differences(typed: Sheet, stored: Sheet) -> list[Difference]:
    """Return every difference between two sheets of the same listing, never none."""
    found = [
        Difference(str(typed.form.fields[name].label), _in_words(typed, name, stored), _in_words(typed, name, typed))
        for name in typed.form.fields
        if _plain(typed.values.get(name, "")) != _plain(stored.values.get(name, ""))
    ]
    if typed.attributes != stored.attributes:
        found.append(Difference(_("Attributes"), _pairs(stored.attributes), _pairs(typed.attributes)))
    found += _of_variants(typed, stored)
    if _named(typed.pictures) != _named(stored.pictures):
        found.append(Difference(_("Pictures"), str(len(stored.pictures)), str(len(typed.pictures))))
    return found or [Difference(_("State"), _("changed and changed back"), _("as before"))]


def _in_words(form_of: Sheet, name: str, sheet: Sheet) -> str:
    """Return what a sheet says in a field; of a choice, what it is called."""
    said, widget = sheet.values[name], form_of.form.fields[name].widget
    choices: Any = widget.choices if isinstance(widget, forms.Select) else ()
    return str(dict(choices).get(said, said))


def _named(rows: list[PictureRow]) -> list[tuple[str, str, str]]:
    return [(row.key, row.shows, row.alt) for row in rows]


def _of_variants(typed: Sheet, stored: Sheet) -> list[Difference]:
    there = {row["known"]: row for row in stored.rows if row["known"]}
    found = []
    for row, form in zip(typed.rows, typed.forms, strict=True):
        other = there.pop(row["known"], None) if row["known"] else None
        name = variants.label_of(row) or row["known"]
        if other is None:
            if row["known"] or row["price"]:
                found.append(Difference(name or _("Variant"), "—", row["price"]))
            continue
        found += [
            Difference(f"{name}: {form.fields[field].label}", _shown(other[field]), _shown(row[field]))
            for field in variants.FIELDS
            if field not in ("known", "choice", "was", "stock", "seller_sku") and other[field] != row[field]
        ]
    found += [
        Difference(variants.label_of(row) or row["known"], row["price"], "—")
        for row in there.values()
        if not row["is_removed"]
    ]
    return found


def _shown(value: str) -> str:
    return _("yes") if value == "on" else value or "—"


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _pairs(pairs: list[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in pairs) or "—"
