"""A parcel's papers: what they say, in letters that the post takes."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from entrepot.kernel.money import Money
from entrepot.shipping import papers
from entrepot.shipping.ports import PaperContent, PaperLine, PaperParty

SENDER = PaperParty(
    name="李雷",
    company="",
    street="文三路 1号",
    street2="",
    district="西湖区",
    city="杭州",
    region="浙江",
    postal_code="310000",
    country="CN",
    phone="+8657112345678",
    email="li@example.cn",
)
RECEIVER = PaperParty(
    name="João da Silva",
    company="",
    street="Rua Augusta 5",
    street2="",
    district="Consolação",
    city="São Paulo",
    region="SP",
    postal_code="01305-000",
    country="BR",
    phone="+551130001000",
    email="",
    ids=(("cpf", "39053344705"),),
)
CONTENT = PaperContent(
    parcel_number="P-ABCDE-12345",
    order_number="7K3M9-XQ2RT-1",
    tracking_number="LX473124829CN",
    carrier="China Post",
    service_name="Packet",
    sender=SENDER,
    receiver=RECEIVER,
    lines=(
        PaperLine("Хлопковая футболка", 2, 600, Money(1990, "EUR"), "610910", "CN"),
        PaperLine("Watch", 1, 120, Money(500, "EUR"), "910211", "JP"),
    ),
    gross_weight_g=760,
    postage=Money(4500, "CNY"),
    incoterm="DDP",
    tax_registration=("IOSS", "IM3720000224"),
    issued_on=date(2026, 11, 20),
)


def pages(content, kinds):
    document = pypdf.PdfReader(io.BytesIO(papers.render(content, kinds=kinds)))
    return [page.extract_text() for page in document.pages]


@pytest.mark.parametrize(
    ("text", "latin"),
    [
        ("Hauptstraße", "Hauptstraße"),
        ("İstanbul Şişli", "Istanbul Sisli"),
        ("Москва", "Moskva"),
        ("杭州 文三路 1号", "Hang Zhou Wen San Lu 1 Hao"),
        ("Αθήνα", "Athina"),
    ],
)
def test_other_scripts_are_written_in_latin_letters(text, latin):
    assert papers.to_latin(text) == latin


def test_a_parcel_without_customs_has_its_label_alone():
    (label,) = pages(CONTENT, ())
    assert "China Post - Packet" in label
    assert "01305-000 São Paulo SP" in label
    assert "LX 473 124 829 CN" in label


def test_a_cn22_names_goods_weight_value_tariff_number_and_origin():
    _, form = pages(CONTENT, ("cn22",))
    assert "CN 22" in form
    assert "Khlopkovaya futbolka 2 0.600 19.90 EUR 610910 CN" in form
    assert "Watch 1 0.120 5.00 EUR 910211 JP" in form
    assert "Total 3 0.720 24.90 EUR" in form
    assert "LX 473 124 829 CN" in form


def test_a_cn23_names_both_sides_and_the_buyers_import_id():
    _, form = pages(CONTENT, ("cn23",))
    assert "CN 23" in form
    assert "Li Lei" in form
    assert "João da Silva" in form
    assert "CPF: 39053344705" in form
    assert "Terms of delivery: DDP" in form


def test_a_commercial_invoice_names_terms_and_number():
    _, invoice = pages(CONTENT, ("commercial_invoice",))
    assert "COMMERCIAL INVOICE" in invoice
    assert "No. 7K3M9-XQ2RT-1" in invoice
    assert "DDP BR (Incoterms 2020)" in invoice
    assert "Freight: 45.00 CNY" in invoice


def test_the_tax_registration_travels_as_data_and_is_never_printed():
    kinds = ("cn22", "cn23", "commercial_invoice")
    assert not any("IM3720000224" in page for page in pages(CONTENT, kinds))
    assert papers.advance_data(CONTENT, kinds=kinds)["tax_registration"] == {
        "scheme": "IOSS",
        "number": "IM3720000224",
    }


def test_an_unknown_weight_is_left_open():
    content = replace(CONTENT, lines=(replace(CONTENT.lines[0], net_weight_g=None),), gross_weight_g=None)
    _, form = pages(content, ("cn22",))
    assert "Gross weight (kg): -" in form
    assert papers.advance_data(content, kinds=("cn22",))["lines"][0]["net_weight_g"] is None


def test_the_same_content_gives_the_same_file():
    assert papers.render(CONTENT, kinds=("cn22",)) == papers.render(CONTENT, kinds=("cn22",))
