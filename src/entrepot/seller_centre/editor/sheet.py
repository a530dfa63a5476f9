"""
The sheet of paper on which a listing is written: everything as it was typed, whether it came from the listing or from
the form, so that a page can be shown again with nothing lost; and what catalog takes of it when it holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.formats import localize_input
from django.utils.translation import gettext as _

from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.catalog.rules import texts
from entrepot.catalog.rules.taxonomy import FALLBACK
from entrepot.customs.classification import Described
from entrepot.kernel import ids
from entrepot.kernel.errors import DomainError
from entrepot.markets import queries as markets
from entrepot.seller_centre.categories import Shelves
from entrepot.seller_centre.editor import declared, pictures, variants
from entrepot.seller_centre.editor.pictures import PictureRow
from entrepot.seller_centre.editor.variants import Row
from entrepot.seller_centre.forms.choices import contact_id
from entrepot.seller_centre.forms.editor import ListingForm, VariantForm
from entrepot.sellers.queries import SellerView, list_safety_contacts
from entrepot.shipping import queries as shipping
from entrepot.ui import refusals

_FIELDS = (
    "title", "description", "brand", "language", "category", "hs_code", "origin_country", "shipping_class",
    "tax_included", "home_tax_rate", "manufacturer_id", "responsible_id", *declared.FIELDS,
)  # fmt: skip
_BLANK_ATTRIBUTES = 2
_FOLDED = {"seller_sku", "length_cm", "width_cm", "height_cm", "gtin"}
# Where an operation's fields stand on the page.
_SKU_FIELDS = {"weight": "weight_g", "length_mm": "length_cm", "width_mm": "width_cm", "height_mm": "height_cm"}


class Sheet:
    """One listing as it is being written."""

    def __init__(self, *, seller: SellerView, shelves: Shelves, listing: ListingView | None) -> None:
        assert seller.store is not None, "only a seller with a store writes listings"
        self.seller, self.store, self.shelves, self.listing = seller, seller.store, shelves, listing
        self.contacts = list_safety_contacts(seller.id)
        self.currency = listing.currency if listing else seller.payout_currency
        self.values: dict[str, str] = {}
        self.attributes: list[tuple[str, str]] = []
        self.rows: list[Row] = []
        self.options: variants.Typed = []
        self.made = ""
        self.pictures: list[PictureRow] = []
        self.picture_faults: list[str] = []
        self.version = listing.version if listing else ""
        self.form: ListingForm
        self.forms: list[VariantForm] = []

    # --- where it comes from -----------------------------------------------------------------------------------------

    @classmethod
    def open(cls, *, seller: SellerView, shelves: Shelves, listing: ListingView | None) -> Sheet:
        """Return the sheet of a listing as it is stored, or an empty one."""
        sheet = cls(seller=seller, shelves=shelves, listing=listing)
        if listing is None:
            pack = markets.find_pack(seller.country)
            has_tax = seller.vat_registered and (pack is None or pack.prices_include_tax)
            sheet.values = {
                **dict.fromkeys(_FIELDS, ""),
                "language": sheet.store.language,
                "origin_country": sheet.store.dispatch_country,
                "shipping_class": "standard",
                "tax_included": "on" if has_tax else "",
            }
            sheet.rows = [variants.blank()]
        else:
            sheet._read(listing)
        sheet.show()
        return sheet

    def _read(self, listing: ListingView) -> None:
        rate = listing.home_tax_rate
        self.values = {
            "title": listing.title,
            "description": texts.as_typed(listing.description),
            "brand": listing.brand,
            "language": listing.language,
            "category": "" if listing.category_slug == FALLBACK else self.shelves.path_of(listing.category_slug),
            "hs_code": listing.hs_code or "",
            "origin_country": listing.origin_country or "",
            "shipping_class": listing.shipping_class,
            "tax_included": "on" if listing.tax_included else "",
            "home_tax_rate": "" if rate is None else str(localize_input(rate.normalize())),
            "manufacturer_id": str(listing.manufacturer_id or ""),
            "responsible_id": str(listing.responsible_id or ""),
            **declared.as_typed(listing.flags),
        }
        self.attributes = list(listing.attributes)
        self.rows = variants.of_listing(listing) or [variants.blank()]
        self.options = variants.as_typed(variants.options_of(self.rows))
        self.made = variants.as_made(self.options)
        self.pictures = self._own_pictures()

    def _own_pictures(self) -> list[PictureRow]:
        if self.listing is None:
            return []
        labels = {sku.sku: " · ".join(value for _name, value in sku.options) for sku in self.listing.skus}
        return pictures.of_listing(self.listing, labels)

    def take(self, data: QueryDict) -> None:
        """Take over what a form holds."""
        self.values = {name: data.get(name, "") for name in _FIELDS}
        names, said = data.getlist("attribute_name"), data.getlist("attribute_value")
        pairs = ((name.strip(), value.strip()) for name, value in zip(names, said, strict=False))
        self.attributes = [pair for pair in pairs if any(pair)]
        self.rows = variants.of_form(data) or [variants.blank()]
        self.options = variants.typed_in(data)
        self.made = data.get("made", "")
        self.pictures = pictures.of_form(data, self.seller.id, self._own_pictures())
        self.version = data.get("version", "")[:64]
        self.show()

    # --- what the page shows -----------------------------------------------------------------------------------------

    def show(self) -> None:
        """Make the forms anew, to show what was typed without judging it."""
        self.form = self._listing_form(None)
        self.forms = [self._variant_form(number, None) for number in range(len(self.rows))]

    def _listing_form(self, data: dict[str, str] | None) -> ListingForm:
        named = {
            template.shipping_class: template.name for template in shipping.list_templates(seller_id=self.seller.id)
        }
        kept = self.listing.shipping_class if self.listing else "standard"
        classes = [(code, name or code) for code, name in ({kept: kept} | named).items()]
        if "standard" in named or kept == "standard":
            classes.sort(key=lambda pair: pair[0] != "standard")
        return ListingForm(
            data,
            initial=self.values,
            shelves=self.shelves,
            countries=markets.list_iso_countries(),
            classes=[(code, _("Standard") if name == "standard" else name) for code, name in classes],
            contacts=self.contacts,
            is_new=self.listing is None,
        )

    def _variant_form(self, number: int, data: dict[str, str] | None) -> VariantForm:
        needs_price = not (self.is_empty(self.rows[number]) and len(self.rows) == 1)
        return VariantForm(data, initial=self.rows[number], prefix=f"v{number}", needs_price=needs_price)

    @staticmethod
    def is_empty(row: Row) -> bool:
        """Tell whether nothing was typed into a row: a draft may go without its price."""
        return not any(row[name] for name in variants.FIELDS if name not in ("choice", "was", "stock"))

    @property
    def variant_rows(self) -> list[dict[str, Any]]:
        """The rows with their forms and names, for the page; those no longer sold are told apart."""
        return [
            {
                "number": number,
                "form": form,
                "label": variants.label_of(row),
                "row": row,
                "has_faults_inside": not _FOLDED.isdisjoint(form.errors) if form.is_bound else False,
            }
            for number, (row, form) in enumerate(zip(self.rows, self.forms, strict=True))
        ]

    @property
    def sold_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.variant_rows if not row["row"]["is_removed"]]

    @property
    def retired_rows(self) -> list[dict[str, Any]]:
        return [row for row in self.variant_rows if row["row"]["is_removed"]]

    @property
    def option_rows(self) -> list[tuple[str, str]]:
        """The options as they are typed, with an empty one to fill in."""
        return [*self.options, ("", "")][: variants.OPTIONS_MAX]

    @property
    def attribute_rows(self) -> list[tuple[str, str]]:
        return [*self.attributes, *[("", "")] * _BLANK_ATTRIBUTES]

    @property
    def labels(self) -> list[str]:
        """What the variants on sale are called, where there are several."""
        return [label for row in self.sold_rows if (label := row["label"])]

    @property
    def is_lithium_asked(self) -> bool:
        """Whether goods of this code may hold a lithium battery, and nobody has said which."""
        return not self.values["lithium"] and declared.asks("lithium", self.values["hs_code"])

    @property
    def is_anything_declared(self) -> bool:
        return any(self.values[name] for name in declared.FIELDS)

    # --- what becomes of it ------------------------------------------------------------------------------------------

    def make_variants(self) -> None:
        """Make a row for every combination of the options that were typed."""
        options = variants.options_in(self.options)
        if options:
            self.rows = variants.make(self.rows, options)
        else:
            kept = [row for row in self.rows if not choice(row)] or [variants.blank()]
            gone = [row | {"is_removed": "on"} for row in self.rows if choice(row) and row["known"]]
            self.rows = [kept[0] | {"is_removed": ""}, *kept[1:], *gone]
        self.made = variants.as_made(self.options)
        self.show()

    @property
    def has_other_options(self) -> bool:
        """Whether options were typed since the variants were made of them."""
        return bool(self.options or self.made not in ("", "[]")) and self.made != variants.as_made(self.options)

    def check(self) -> bool:
        """Judge what was typed; the forms carry the faults."""
        self.form = self._listing_form(self.values)
        self.forms = []
        for number, row in enumerate(self.rows):
            data = {f"v{number}-{name}": value for name, value in row.items()}
            self.forms.append(self._variant_form(number, data))
        is_fine = self.form.is_valid()
        for form, row in zip(self.forms, self.rows, strict=True):
            if row["is_removed"]:
                form.is_valid()
                form.errors.clear()  # What is not sold any more is not looked at.
            elif form.is_valid():
                self._check_count(form)
            is_fine = is_fine and not form.errors
        return is_fine and not self.picture_faults

    def _check_count(self, form: VariantForm) -> None:
        """See that a count which was typed does not undo one that changed meanwhile."""
        said = form.cleaned_data
        stored = {sku.seller_sku: sku.on_hand for sku in self.listing.skus} if self.listing else {}
        now = stored.get(said["known"])
        if now is not None and said["stock"] not in (None, said["was"]) and now != said["was"]:
            text = _("There are %(count)s pieces by now; look again.") % {"count": now}
            form.add_error("stock", text)

    @property
    def is_priced(self) -> bool:
        return any(row["price"] and not row["is_removed"] for row in self.rows)

    def as_input(self, state: str | None) -> ListingInput:
        """Return the listing as catalog takes it, once `check` found no fault."""
        said = self.form.cleaned_data
        slug = said["category"]
        is_moved = self.listing is None or slug != self.listing.category_slug
        names = ("manufacturer_id", "responsible_id")
        named: dict[str, Any] = {name: contact_id(said[name]) for name in names if name in said}
        return ListingInput(
            listing_id=self.listing.id if self.listing else None,
            title=said["title"],
            description=said["description"].replace("\r\n", "\n"),
            attributes=tuple(self.attributes),
            language=said.get("language"),
            currency=self.currency,
            category=(slug or FALLBACK) if is_moved and (slug or self.listing is None) else None,
            brand=said["brand"],
            hs_code=said["hs_code"] or ("" if self.listing and self.listing.hs_code else None),
            origin_country=said["origin_country"],
            tax_included=said["tax_included"],
            home_tax_rate=said["home_tax_rate"],
            shipping_class=said["shipping_class"],
            flags=declared.as_flags(said, self.listing.flags if self.listing else {}),
            **named,
            state=state,
            skus=tuple(self._skus()),
            is_complete=True,
        )

    def as_described(self) -> Described:
        """Return the words of the sheet as typed, for a suggestion of the HS code."""
        own = self.listing.seller_category if self.listing else None
        return Described(
            title=self.values["title"],
            language=self.values["language"] or (self.listing.language if self.listing else None),
            attributes=tuple(self.attributes),
            category=(own,) if own else (),
            description=self.values["description"],
        )

    def _skus(self) -> list[SkuInput]:
        taken = {row["seller_sku"] for row in self.rows}
        base = ids.new_number()
        skus = []
        self.names: dict[str, str] = {}
        for number, (form, row) in enumerate(zip(self.forms, self.rows, strict=True)):
            if row["is_removed"] or (self.is_empty(row) and len(self.rows) == 1):
                continue
            said = form.cleaned_data
            name = said["known"] or said["seller_sku"].strip()
            if not name:
                name = base if len(self.rows) == 1 else f"{base}-{number + 1}"
                assert name not in taken, "a fresh number is nobody's"
            is_counted = not said["known"] or said["stock"] != said["was"]
            self.names[variants.label_of(row)] = name
            skus.append(
                SkuInput(
                    seller_sku=name,
                    price=as_text(said["price"]),
                    options=dict(choice(row)),
                    stock=said["stock"] if is_counted else None,
                    weight_g=said["weight_g"],
                    length_mm=form.millimetres("length_cm"),
                    width_mm=form.millimetres("width_cm"),
                    height_mm=form.millimetres("height_cm"),
                    gtin=said["gtin"],
                )
            )
        return skus

    def refuse(self, refusal: DomainError) -> None:
        """Put a refusal beside the fields that it names."""
        sold = [form for form, row in zip(self.forms, self.rows, strict=True) if not row["is_removed"]]
        faults = refusals.field_errors(refusal)
        for field, reason in faults:
            place, _dot, name = field.removeprefix("skus.").partition(".")
            if field.startswith("skus.") and place.isdecimal() and int(place) < len(sold):
                form, name = sold[int(place)], _SKU_FIELDS.get(name, name)
                form.add_error(name if name in form.fields else None, reason)
            elif field in self.form.fields:
                self.form.add_error(field, reason)
            elif len(sold) == 1 and _SKU_FIELDS.get(field, field) in sold[0].fields:
                sold[0].add_error(_SKU_FIELDS.get(field, field), reason)
            else:
                self.form.add_error(None, reason)
        if not faults:
            self.form.add_error(None, refusals.text(refusal))

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Every fault with the id of the field that it stands at, for the summary on top."""
        found = [("", str(error)) for error in self.form.non_field_errors()]
        for form in (self.form, *self.forms):
            for name, errors in form.errors.items():
                if name == "__all__" and form is self.form:
                    continue
                bound = form[name] if name in form.fields else None
                label = f"{bound.label}: " if bound else ""
                found += [(bound.id_for_label if bound else "", f"{label}{error}") for error in errors]
        return [*found, *(("id_pictures", fault) for fault in self.picture_faults)]


def choice(row: Row) -> Sequence[tuple[str, str]]:
    return variants.choice_of(row)


def as_text(price: Decimal | None) -> str:
    """Return a price as catalog reads it."""
    return "" if price is None else f"{price.normalize():f}"
