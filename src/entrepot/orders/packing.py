"""Packing slips: what goes into the box and where it goes, in the sender's language, without a price on it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import get_language, gettext as _, override
from fpdf.enums import TableCellFillMode, TextEmphasis
from fpdf.fonts import FontFace

from entrepot.kernel.errors import DomainError
from entrepot.orders import queries
from entrepot.orders.queries.views import OrderView
from entrepot.shipping import labels
from entrepot.ui import formats
from entrepot.ui.address_form import regions_of
from entrepot.ui.papers import FONT, Paper, writable, writable_language


class NothingToPack(DomainError):
    """None of the orders is paid and has goods left to send."""

    code = "nothing_to_pack"
    kind = "conflict"
    summary = "Nothing of these orders is left to pack."


def get_packing_slips(*, seller_id: UUID, order_ids: Sequence[UUID]) -> bytes:
    """
    Return the packing slips of some of a seller's orders as one PDF, a page for each that has something left to send.

    :raises NotFound: one of them is not the seller's.
    :raises NothingToPack: nothing of them is left to send.
    """
    orders = [queries.get_seller_order(seller_id, order_id) for order_id in dict.fromkeys(order_ids)]
    open_ones = [order for order in orders if order.state in ("to_ship", "part_shipped")]
    if not open_ones:
        raise NothingToPack()
    with override(writable_language(get_language())):
        paper = Paper(title=_("Packing slips"))
        for number, order in enumerate(open_ones):
            if number:
                paper.add_page()
            _write(paper, order)
        return paper.content()


def address_lines(order: OrderView) -> list[str]:
    """Return where an order goes, line by line, as it is shown to its seller; nothing while it is not paid."""
    address = order.address
    if address is None:
        return []
    place = " ".join(part for part in (address.postal_code, address.city, address.district) if part)
    region = dict(regions_of(address.country, get_language() or "en")).get(address.region, address.region)
    rows = [address.name, address.company, address.street, address.street2, place, region]
    return [row for row in (*rows, formats.country(address.country), address.phone) if row]


def _write(paper: Paper, order: OrderView) -> None:
    paper.line_of(_("Packing slip"), size=16, bold=True, gap=2)
    paper.line_of(_("Order %(number)s") % {"number": order.number}, size=11, bold=True)
    service = order.quote.service
    paper.line_of(f"{service.carrier} · {labels.service(service.name)}")
    if order.dispatch_due_at:
        paper.line_of(_("Send by %(date)s") % {"date": formats.day(order.dispatch_due_at)}, gap=4)
    paper.line_of(_("Send to"), bold=True)
    for row in address_lines(order):
        paper.line_of(row, size=10, gap=0.5)
    paper.ln(4)
    paper.set_font(FONT, size=9)
    with paper.table(
        col_widths=(18, 40, 122),
        text_align=("RIGHT", "LEFT", "LEFT"),
        headings_style=FontFace(emphasis=TextEmphasis.B, fill_color=(235, 238, 242)),
        cell_fill_mode=TableCellFillMode.NONE,
        borders_layout="HORIZONTAL_LINES",
        line_height=6,
    ) as table:
        table.row([writable(_("Pieces")), writable(_("Your number")), writable(_("Goods"))])
        for line in order.lines:
            if line.to_ship:
                options = " · ".join(line.options.values())
                goods = f"{line.title} – {options}" if options else line.title
                table.row([str(line.to_ship), writable(line.seller_sku), writable(goods)])
