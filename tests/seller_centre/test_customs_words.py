"""Customs codes in words where a seller types and reads them, and the proof of origin that a seller declares."""

from __future__ import annotations

import pytest

from entrepot.catalog import queries
from tests.builders import orders, sellers as seller_builders
from tests.pages import Reader

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("DE.EUR.en", "61 Knitted clothing · 6109 T-shirts, singlets"),
        ("RU.RUB.ru", "61 Трикотажная одежда · 6109 Футболки и майки"),
        ("SA.SAR.ar", "61 ملابس تريكو · 6109 قمصان تي شيرت وفانيلات"),
    ],
)
def test_the_field_of_a_code_says_what_it_means(choice: str, words: str) -> None:
    seller = orders.shop("CN")
    listing = orders.goods(seller, hs="610910", seller_category="T-shirts")
    reader = Reader(choice, person_id=seller_builders.owner_of(seller))
    reader.open(f"/seller/{seller.id}/listings/{listing.id}/")
    assert " ".join(reader.page.get_element_by_id("id_hs_code-hint").text_content().split()) == words
    (category,) = queries.list_seller_categories(seller.id)
    reader.open(f"/seller/{seller.id}/listings/customs/{category.id}/")
    reader.send(f"/customs/{category.id}/", hs_code="610910", origin_country="CN")
    assert words.partition("6109 ")[2] in reader.words
    reader.open(f"/seller/{seller.id}/listings/customs/{category.id}/")
    assert " ".join(reader.page.get_element_by_id("id_hs_code-hint").text_content().split()) == words


def test_an_empty_field_says_what_is_wanted() -> None:
    seller = orders.shop("CN")
    listing = orders.goods(seller, hs=None)
    reader = Reader(person_id=seller_builders.owner_of(seller)).open(f"/seller/{seller.id}/listings/{listing.id}/")
    assert "6 to 10 digits. Without it buyers abroad see no sure price." in reader.words


def test_a_proof_of_origin_is_declared_in_the_editor_and_kept() -> None:
    seller = orders.shop("CN")
    listing = orders.goods(seller, hs="610910")
    reader = Reader(person_id=seller_builders.owner_of(seller)).open(f"/seller/{seller.id}/listings/{listing.id}/")
    reader.send(f"/listings/{listing.id}/", button="save", has_proof_of_origin="on")
    found = queries.get_listing(listing.id, "en", seller_id=seller.id)
    assert found.flags == {"proof_of_origin": True}
    reader.open(f"/seller/{seller.id}/listings/{listing.id}/")
    assert reader.page.xpath("//input[@name='has_proof_of_origin']/@checked")
