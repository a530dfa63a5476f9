"""
A parcel's papers as PDF: the address label with its barcode, CN22, CN23, commercial invoice; and the same as data.

The Universal Postal Union wants Latin letters and Arabic figures, so names and descriptions in other scripts are
transliterated (anyascii); letters of western European languages stay as they are.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from anyascii import anyascii
from barcode import get_barcode_class
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from entrepot.kernel.money import Money
from entrepot.shipping.ports import PaperContent, PaperLine, PaperParty
from entrepot.shipping.rules import PaperKind

_LEFT, _WIDTH = 12, 186
_CATEGORY = "Sale of goods / Vente de marchandises"


def to_latin(text: str) -> str:
    """Return a text in letters that western European fonts have; other scripts are transliterated."""
    written = []
    for symbol in text:
        try:
            symbol.encode("cp1252")
            written.append(symbol)
        except UnicodeEncodeError:
            # Chinese and Japanese put no blanks between words; their readings would run together.
            pause = " " if unicodedata.name(symbol, "").startswith("CJK") else ""
            written.append(pause + anyascii(symbol) + pause)
    return " ".join("".join(written).split())


def render(content: PaperContent, *, kinds: Sequence[PaperKind]) -> bytes:
    """Return one PDF: the address label, then each customs paper on a page of its own."""
    return render_many([(content, kinds)], title=f"Papers of parcel {content.parcel_number}")


def render_many(parcels: Sequence[tuple[PaperContent, Sequence[PaperKind]]], *, title: str) -> bytes:
    """Return the papers of several parcels as one PDF, parcel after parcel."""
    assert parcels, "a file of papers has some"
    pdf = FPDF(format="A4")
    pdf.set_auto_page_break(auto=True, margin=12)
    pdf.set_margin(_LEFT)
    pdf.set_title(to_latin(title))
    issued_on = max(content.issued_on for content, _ in parcels)
    pdf.set_creation_date(datetime.combine(issued_on, time(), UTC))  # The same content, the same file.
    for content, kinds in parcels:
        _label(pdf, content)
        for kind in kinds:
            _PAGES[kind](pdf, content)
    return bytes(pdf.output())


def advance_data(content: PaperContent, *, kinds: Sequence[PaperKind]) -> dict[str, Any]:
    """
    Return what goes ahead of the parcel electronically (ITMATT in substance), the tax registration with it.
    """
    return {
        "parcel": content.parcel_number,
        "item_id": content.tracking_number,
        "carrier": content.carrier,
        "papers": list(kinds),
        "category": "sale_of_goods",
        "incoterm": content.incoterm,
        "sender": _party_data(content.sender),
        "receiver": _party_data(content.receiver),
        "tax_registration": (
            {"scheme": content.tax_registration[0], "number": content.tax_registration[1]}
            if content.tax_registration
            else None
        ),
        "gross_weight_g": content.gross_weight_g,
        "postage": _money_data(content.postage),
        "value": _money_data(content.value),
        "lines": [
            {
                "description": to_latin(line.description),
                "quantity": line.quantity,
                "net_weight_g": line.net_weight_g,
                "value": _money_data(line.value),
                "hs_code": line.hs_code,
                "origin_country": line.origin_country,
            }
            for line in content.lines
        ],
    }


def _label(pdf: FPDF, content: PaperContent) -> None:
    pdf.add_page()
    _title(pdf, f"{content.carrier} - {content.service_name}", f"Parcel {content.parcel_number}")
    _parties(pdf, content, with_contact=False)
    _barcode(pdf, content.tracking_number or content.parcel_number)


def _cn22(pdf: FPDF, content: PaperContent) -> None:
    pdf.add_page()
    _title(pdf, "CUSTOMS DECLARATION", "CN 22")
    _text(pdf, "May be opened officially / Peut être ouvert d'office", size=8)
    _text(pdf, f"[X] {_CATEGORY}", size=9)
    _goods(pdf, content)
    _declare(
        pdf,
        content,
        "I, the undersigned, whose name and address are given on the item, certify that the particulars given in this "
        "declaration are correct and that this item does not contain any dangerous article or articles prohibited by "
        "legislation or by postal or customs regulations.",
    )
    _barcode(pdf, content.tracking_number or content.parcel_number)


def _cn23(pdf: FPDF, content: PaperContent) -> None:
    pdf.add_page()
    _title(pdf, "CUSTOMS DECLARATION", "CN 23")
    _text(pdf, "May be opened officially / Peut être ouvert d'office", size=8)
    _parties(pdf, content, with_contact=True)
    _text(pdf, f"[X] {_CATEGORY}", size=9)
    _goods(pdf, content)
    _text(pdf, f"Postal charges/Fees: {content.postage}", size=9)
    _text(pdf, f"Invoice No.: {content.order_number}    Terms of delivery: {content.incoterm}", size=9)
    _declare(
        pdf,
        content,
        "I certify that the particulars given in this customs declaration are correct and that this item does not "
        "contain any dangerous article or articles prohibited by legislation or by postal or customs regulations.",
    )
    _barcode(pdf, content.tracking_number or content.parcel_number)


def _invoice(pdf: FPDF, content: PaperContent) -> None:
    pdf.add_page()
    _title(pdf, "COMMERCIAL INVOICE", f"No. {content.order_number}")
    _text(pdf, f"Date: {content.issued_on.isoformat()}    Parcel: {content.parcel_number}", size=9)
    if content.tracking_number:
        _text(pdf, f"Waybill: {content.carrier} {content.tracking_number}", size=9)
    _parties(pdf, content, with_contact=True)
    _text(pdf, f"Terms of delivery: {content.incoterm} {content.receiver.country} (Incoterms 2020)", size=9)
    _text(pdf, "Reason for export: sale", size=9)
    _goods(pdf, content)
    total = content.value + content.postage if content.value.currency == content.postage.currency else None
    _text(pdf, f"Freight: {content.postage}", size=9)
    if total is not None:
        _text(pdf, f"Total with freight: {total}", size=10, style="B")
    _declare(pdf, content, "I declare that the information on this invoice is true and correct.")


_PAGES: dict[PaperKind, Callable[[FPDF, PaperContent], None]] = {
    "cn22": _cn22,
    "cn23": _cn23,
    "commercial_invoice": _invoice,
}


def _title(pdf: FPDF, left: str, right: str) -> None:
    pdf.set_font("Helvetica", "B", 15)
    pdf.cell(_WIDTH * 0.6, 10, to_latin(left))
    pdf.cell(_WIDTH * 0.4, 10, to_latin(right), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    pdf.line(_LEFT, pdf.get_y(), _LEFT + _WIDTH, pdf.get_y())
    pdf.ln(2)


def _text(pdf: FPDF, text: str, *, size: int, style: str = "") -> None:
    pdf.set_font("Helvetica", style, size)
    pdf.multi_cell(_WIDTH, size * 0.5, to_latin(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _parties(pdf: FPDF, content: PaperContent, *, with_contact: bool) -> None:
    top = pdf.get_y()
    bottoms = []
    for place, (heading, party) in enumerate((("FROM", content.sender), ("TO", content.receiver))):
        pdf.set_xy(_LEFT + place * _WIDTH / 2, top)
        pdf.set_font("Helvetica", "B", 8)
        pdf.cell(_WIDTH / 2, 5, heading, new_x=XPos.LEFT, new_y=YPos.NEXT)
        pdf.set_font("Helvetica", "", 11 if place else 9)
        pdf.multi_cell(
            _WIDTH / 2 - 4,
            5,
            "\n".join(_party_lines(party, with_contact=with_contact)),
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
            align="L",
        )
        bottoms.append(pdf.get_y())
    pdf.set_xy(_LEFT, max(bottoms) + 3)


def _party_lines(party: PaperParty, *, with_contact: bool) -> list[str]:
    town = " ".join(part for part in (party.postal_code, party.city, party.region) if part)
    lines = [party.name, party.company, party.street, party.street2, party.district, town, party.country]
    if with_contact:
        lines += [party.phone, party.email, *(f"{kind.upper()}: {value}" for kind, value in party.ids)]
    elif party.phone:
        lines.append(party.phone)
    return [to_latin(line) for line in lines if line]


_COLUMNS = (
    ("Description of contents", 74),
    ("Qty", 12),
    ("Net kg", 20),
    ("Value", 32),
    ("HS tariff No.", 28),
    ("Origin", 20),
)


def _goods(pdf: FPDF, content: PaperContent) -> None:
    pdf.ln(1)
    pdf.set_font("Helvetica", "B", 8)
    for heading, width in _COLUMNS:
        pdf.cell(width, 6, heading, border=1)
    pdf.ln()
    pdf.set_font("Helvetica", "", 8)
    for line in content.lines:
        _goods_row(pdf, line)
    pdf.set_font("Helvetica", "B", 8)
    totals = ("Total", str(sum(line.quantity for line in content.lines)), _kg(content.net_weight_g), str(content.value))
    for text, (_, width) in zip(totals, _COLUMNS, strict=False):
        pdf.cell(width, 6, text, border=1)
    pdf.ln(7)
    _text(pdf, f"Gross weight (kg): {_kg(content.gross_weight_g) or '-'}", size=9)


def _goods_row(pdf: FPDF, line: PaperLine) -> None:
    description = to_latin(line.description)
    while pdf.get_string_width(description) > _COLUMNS[0][1] - 3:
        description = description[:-4].rstrip() + "..."
    cells = (
        description,
        str(line.quantity),
        _kg(line.net_weight_g),
        str(line.value),
        line.hs_code or "",
        line.origin_country or "",
    )
    for text, (_, width) in zip(cells, _COLUMNS, strict=True):
        pdf.cell(width, 6, text, border=1)
    pdf.ln()


def _declare(pdf: FPDF, content: PaperContent, words: str) -> None:
    pdf.ln(2)
    _text(pdf, words, size=8)
    _text(pdf, f"{content.issued_on.isoformat()}    {content.sender.company or content.sender.name}", size=9)
    pdf.ln(3)


def _barcode(pdf: FPDF, number: str) -> None:
    """Draw a Code 128 barcode, as postal labels carry the S10 number, with the number under it."""
    bars = get_barcode_class("code128")(number).build()[0]
    left, top, module, height = _LEFT + 4.0, pdf.get_y() + 4, 0.42, 20.0
    pdf.set_fill_color(0, 0, 0)
    start = 0
    while start < len(bars):
        end = start
        while end < len(bars) and bars[end] == bars[start]:
            end += 1
        if bars[start] == "1":
            pdf.rect(left + start * module, top, (end - start) * module, height, style="F")
        start = end
    pdf.set_xy(left, top + height + 1)
    pdf.set_font("Courier", "B", 12)
    pdf.cell(len(bars) * module, 6, _spaced(number), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _spaced(number: str) -> str:
    """Return an S10 number in its groups, as people read it out; other numbers as they are."""
    if len(number) == 13 and number[2:11].isdigit():
        return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:11]} {number[11:]}"
    return number


def _kg(weight_g: int | None) -> str:
    return "" if weight_g is None else f"{weight_g / 1000:.3f}"


def _party_data(party: PaperParty) -> dict[str, Any]:
    return {
        "name": to_latin(party.name),
        "company": to_latin(party.company),
        "street": to_latin(" ".join(part for part in (party.street, party.street2, party.district) if part)),
        "city": to_latin(party.city),
        "region": to_latin(party.region),
        "postal_code": party.postal_code,
        "country": party.country,
        "phone": party.phone,
        "email": party.email,
        "ids": dict(party.ids),
    }


def _money_data(amount: Money) -> dict[str, str]:
    return {"amount": amount.text, "currency": amount.currency}
