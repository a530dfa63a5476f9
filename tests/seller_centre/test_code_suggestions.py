"""Suggested HS codes in the seller centre: shown with their reasons, taken by a click, confirmed only by saving."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.catalog import operations, queries
from entrepot.catalog.queries import ListingView
from entrepot.kernel import audit
from tests.builders import orders, sellers as seller_builders
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def _reader(seller: Any, path: str) -> Reader:
    return Reader(person_id=seller_builders.owner_of(seller)).open(f"/seller/{seller.id}/{path}")


def _hs(listing: ListingView) -> tuple[str | None, bool]:
    found = queries.get_listing(listing.id, "", seller_id=listing.seller_id)
    return found.hs_code, found.hs_confirmed_at is not None


def _category(seller: Any, text: str) -> int:
    return next(row.id for row in queries.list_seller_categories(seller.id) if row.text == text)


def _trail() -> list[tuple[str, str, list[str]]]:
    entries = audit.list_entries(limit=500)
    return [
        (entry.action, entry.details["code"], entry.details["suggested"])
        for entry in entries
        if entry.action in ("confirm_suggested_hs", "confirm_other_hs")
    ]


def test_a_suggested_code_is_taken_by_a_click_and_counts_only_once_it_is_saved() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Borsa a spalla in pelle da donna", language="it", hs=None)
    reader = _reader(seller, f"listings/{listing.id}/")
    assert "Codes that may fit Judged by your words. None counts until you save it." in reader.words
    assert "4202.21" in reader.words
    assert "because of “\u2068Borsa a spalla\u2069”" in reader.words
    reader.send(f"/listings/{listing.id}/", button="take:420221")
    assert reader.page.xpath("//input[@name='hs_code']/@value") == ["420221"]
    assert _hs(listing) == (None, False)
    assert _trail() == []
    reader.send(f"/listings/{listing.id}/", button="save")
    assert "Saved." in reader.words
    assert _hs(listing) == ("420221", True)
    ((action, code, suggested),) = _trail()
    assert (action, code, suggested[0]) == ("confirm_suggested_hs", "420221", "420221")
    assert "Codes that may fit" not in reader.words


def test_another_code_than_those_suggested_is_confirmed_and_the_trail_says_so() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Borsa a spalla in pelle da donna", language="it", hs=None)
    _reader(seller, f"listings/{listing.id}/").send(f"/listings/{listing.id}/", button="save", hs_code="420299")
    assert _hs(listing) == ("420299", True)
    assert [row[:2] for row in _trail()] == [("confirm_other_hs", "420299")]


def test_a_note_of_what_was_shown_that_is_not_ours_leaves_no_trace() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Borsa in pelle", language="it", hs=None)
    _reader(seller, f"listings/{listing.id}/").send(
        f"/listings/{listing.id}/", button="save", hs_code="420221", shown="WyI0MjAyMjEiXQ:x:y"
    )
    assert _hs(listing) == ("420221", True)
    assert _trail() == []


def test_words_that_name_no_goods_bring_no_suggestion() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Xqzzk 4711 Blorf", hs=None, category="everything-else")
    assert "Codes that may fit" not in _reader(seller, f"listings/{listing.id}/").words


def test_what_customs_must_know_of_a_category_is_suggested_by_its_listings() -> None:
    seller = orders.shop("TR")
    first = orders.goods(seller, title="Erkek pamuklu tişört", language="tr", hs=None, seller_category="Tişört")
    second = orders.goods(seller, title="Kadın pamuk tişört", language="tr", hs=None, seller_category="Tişört")
    action = f"/customs/{_category(seller, 'Tişört')}/"
    reader = _reader(seller, f"listings{action}")
    assert "Take 6109.10" in reader.words
    reader.send(action, button="take:610910", origin_country="TR", default_weight_g="180")
    assert reader.page.xpath("//input[@name='hs_code']/@value") == ["610910"]
    assert reader.page.xpath("//input[@name='default_weight_g']/@value") == ["180"], "what was typed stays"
    assert _hs(first) == (None, False)
    reader.send(action, origin_country="TR")
    assert "Confirmed for 2 listings." in reader.words
    assert (_hs(first), _hs(second)) == (("610910", True), ("610910", True))
    assert [row[:2] for row in _trail()] == [("confirm_suggested_hs", "610910")]


def test_the_codes_of_many_categories_are_confirmed_at_once_those_that_are_marked() -> None:
    seller = orders.shop("CN")
    mugs = orders.goods(
        seller, title="陶瓷马克杯", language="zh", hs=None, category="tableware", seller_category="杯子"
    )
    cables = orders.goods(
        seller, title="USB 数据线 1米", language="zh", hs=None, category="phone-accessories", seller_category="线材"
    )
    odd = orders.goods(seller, title="Blorf 4711", hs=None, category="everything-else", seller_category="Blorf")
    reader = _reader(seller, "listings/categories/")
    reader = reader.open(reader.page.xpath("//a[text()='See suggested codes']/@href")[0])
    assert "杯子" in reader.words
    assert "Blorf" not in reader.words, "nothing is said of goods that were not understood"
    assert not reader.page.xpath("//input[@name='category']/@checked"), "nothing is marked beforehand"
    reader.send("/codes/")
    assert reader.status == 422
    assert "Mark the categories whose codes are right." in reader.words
    reader.send("/codes/", category=str(_category(seller, "杯子")))
    assert "Confirmed for 1 listing." in reader.words
    assert (_hs(mugs), _hs(cables), _hs(odd)) == (("691200", True), (None, False), (None, False))
    assert [row[:2] for row in _trail()] == [("confirm_suggested_hs", "691200")]


def test_only_who_may_change_listings_sees_suggestions() -> None:
    seller = orders.shop("CN")
    orders.goods(seller, title="陶瓷马克杯", language="zh", hs=None, category="tableware", seller_category="杯子")
    viewer = seller_builders.member(seller, "viewer") if hasattr(seller_builders, "member") else None
    stranger = orders.shop("IT")
    reader = Reader(person_id=seller_builders.owner_of(stranger)).open(f"/seller/{seller.id}/listings/codes/")
    assert reader.status == 404
    if viewer is not None:
        assert Reader(person_id=viewer).open(f"/seller/{seller.id}/listings/codes/").status == 403


def test_an_import_leads_to_the_suggested_codes_of_what_it_brought() -> None:
    seller = orders.shop("ES")
    listing = orders.goods(seller, title="Camiseta de algodón", language="es", hs=None, seller_category="Camisetas")
    operations.set_category_customs(
        seller_id=seller.id,
        seller_category="Camisetas",
        hs_code="610910",
        confirmed_by=seller_builders.owner_of(seller),
        shown=operations.Shown(seller_builders.owner_of(seller), ("6109",)),
        now=orders.NOW,
    )
    assert _hs(listing) == ("610910", True)
    assert _trail() == [("confirm_suggested_hs", "610910", ["6109"])], "a heading that was suggested leads to its codes"
