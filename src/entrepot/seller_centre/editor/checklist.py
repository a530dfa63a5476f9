"""What a listing still lacks before it sells well abroad, each with what the lack means."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from entrepot.seller_centre.editor.sheet import Sheet
from entrepot.shipping import queries as shipping


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to see to: `is_needed` keeps the listing off sale, the others say what they cost."""

    label: str
    lack: str
    anchor: str
    is_done: bool
    is_needed: bool = False


def points(sheet: Sheet) -> list[Point]:
    """Return what to see to, in the order of the page."""
    values = sheet.values
    sold = [row["row"] for row in sheet.sold_rows]
    classes = {template.shipping_class for template in shipping.list_templates(seller_id=sheet.seller.id)}
    is_delivered = bool({values["shipping_class"], "standard"} & classes)
    return [
        Point(_("A title"), _("Nothing can be shown without it."), "#id_title", len(values["title"].strip()) > 1, True),
        Point(_("A price"), _("Nothing can be bought without it."), "#variants", sheet.is_priced, True),
        Point(
            _("A description"), _("Buyers ask before they buy."), "#id_description", bool(values["description"].strip())
        ),
        Point(_("A picture"), _("Cards without one are passed over."), "#pictures", bool(sheet.pictures)),
        Point(_("A category"), _("It stands under “everything else”."), "#id_category", bool(values["category"])),
        Point(_("The HS code"), _("Buyers abroad see no sure price."), "#id_hs_code", bool(values["hs_code"])),
        Point(
            _("Where it was made"), _("The duty cannot be known."), "#id_origin_country", bool(values["origin_country"])
        ),
        *_asked(sheet),
        Point(
            _("The weight of every variant"),
            _("The price of delivery is estimated."),
            "#variants",
            bool(sold) and all(row["weight_g"] for row in sold),
        ),
        Point(
            _("Pieces in stock"),
            _("It shows as sold out."),
            "#variants",
            any(row["stock"].strip() not in ("", "0") for row in sold),
        ),
        Point(_("Delivery terms"), _("Nobody can buy it: say in your store what delivery costs."), "", is_delivered),
    ]


def _asked(sheet: Sheet) -> list[Point]:
    """Return what the goods' code makes carriers ask, until it is answered."""
    if not sheet.is_lithium_asked:
        return []
    lack = _("Say which battery is in it: some may not travel by post.")
    return [Point(_("The battery"), lack, "#id_lithium", False)]
