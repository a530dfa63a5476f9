"""What the shop's confirmed codes add to a suggestion: a seller's own, and what several others agree on."""

from __future__ import annotations

import pytest

from entrepot.catalog import operations, queries
from entrepot.customs import learned
from entrepot.customs.classification import Described
from entrepot.kernel import sql
from entrepot.kernel.errors import NotFound
from entrepot.sellers.queries import SellerView
from tests.builders import orders

pytestmark = pytest.mark.django_db

# Words that the lexicon does not know: whatever is suggested for them was learned.
GOODS = Described("Zorbi Quallix", "it")


def _confirmed(seller: SellerView, title: str, hs: str, *, category: str = "everything-else") -> None:
    orders.goods(seller, title=title, hs=hs, category=category)


def _codes(seller: SellerView, goods: Described = GOODS, category: str | None = None) -> list[str]:
    return [one.code for one in queries.suggest_codes(goods, seller_id=seller.id, category=category)]


def test_a_seller_is_suggested_what_it_confirmed_for_goods_of_the_same_words() -> None:
    seller = orders.shop("IT")
    _confirmed(seller, "Zorbi Malvax", "961700")
    assert _codes(seller) == [], "nothing is learned yet"
    assert operations.learn_codes() == 2
    (found,) = queries.suggest_codes(GOODS, seller_id=seller.id)
    assert (found.code, found.why) == ("961700", ("Zorbi",))


def test_the_word_of_one_other_seller_is_not_told_that_of_two_is() -> None:
    seller, second, third = orders.shop("IT"), orders.shop("ES"), orders.shop("TR")
    _confirmed(second, "Zorbi Malvax", "961700")
    operations.learn_codes()
    assert _codes(seller) == [], "one seller's listings cannot be read from a suggestion"
    _confirmed(third, "Il Zorbi Trentus", "961700")
    operations.learn_codes()
    assert _codes(seller) == ["961700"]
    assert queries.suggest_codes(GOODS, seller_id=seller.id)[0].why == ("Zorbi",), "no words but one's own"


def test_a_code_that_nobody_confirmed_teaches_nothing() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Zorbi Malvax", hs="961700", category="everything-else")
    sql.execute("UPDATE catalog_listing SET hs_confirmed_at = NULL WHERE id = %s", [listing.id])
    assert operations.learn_codes() == 0
    assert _codes(seller) == []


def test_learning_anew_forgets_what_no_longer_holds() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Zorbi Malvax", hs="961700", category="everything-else")
    operations.learn_codes()
    sql.execute("UPDATE catalog_listing SET hs_code = '732393' WHERE id = %s", [listing.id])
    operations.learn_codes()
    assert _codes(seller) == ["732393"]


def test_the_translations_of_a_listing_teach_too() -> None:
    seller = orders.shop("IT")
    listing = orders.goods(seller, title="Malvax", hs="961700", category="everything-else")
    operations.set_translation(
        seller_id=seller.id,
        listing_id=listing.id,
        language="es",
        title="Zorbi rojo",
        description="",
        attributes=[],
        now=orders.NOW,
    )
    operations.learn_codes()
    assert _codes(seller) == ["961700"]


def test_confirmed_codes_of_the_category_count_ones_own_or_those_of_two_others() -> None:
    seller, second, third = orders.shop("IT"), orders.shop("ES"), orders.shop("TR")
    category = "everything-else"
    _confirmed(second, "Malvax", "961700")
    assert _codes(seller, category=category) == []
    _confirmed(third, "Trentus", "961700")
    assert _codes(seller, category=category) == ["961700"]
    _confirmed(seller, "Pelmo", "732393")
    assert _codes(seller, category=category)[0] == "732393", "one's own goods weigh more"


def test_texts_that_were_imported_help_where_our_own_words_end() -> None:
    goods = Described("Theodolites for surveyors", "en")
    seller = orders.shop("IT")
    learned._kept.clear()
    assert _codes(seller, goods) == []
    sql.execute(
        "INSERT INTO customs_publishedtext (area, language, code, text, source)"
        " VALUES ('', 'en', '901520', 'Theodolites and tachymeters', 'test'), ('', 'en', '9015', 'Surveying', 'test')"
    )
    learned._kept.clear()
    try:
        assert _codes(seller, goods) == ["901520"]
    finally:
        learned._kept.clear()


def test_another_sellers_listing_gets_no_suggestion() -> None:
    listing = orders.goods(orders.shop("ES"), title="Camiseta de algodón", language="es", hs=None)
    assert queries.suggest_codes_of_listing(listing.seller_id, listing.id)[0].code == "610910"
    with pytest.raises(NotFound):
        queries.suggest_codes_of_listing(orders.shop("IT").id, listing.id)


def test_a_category_is_suggested_what_most_of_its_listings_speak_for() -> None:
    seller = orders.shop("ES")
    for title in ("Camiseta de algodón", "Camiseta algodón manga corta", "Calcetines de algodón"):
        orders.goods(seller, title=title, language="es", hs=None, category="everything-else", seller_category="Ropa")
    orders.goods(seller, title="Camiseta", language="es", hs="610990", seller_category="Ropa")
    (found,) = queries.suggest_codes_of_categories(seller.id)
    assert (found.text, found.listings, found.looked_at) == ("Ropa", 3, 3)
    assert (found.candidates[0].code, found.agreeing[0]) == ("610910", 2)
    assert queries.suggest_codes_of_categories(orders.shop("IT").id) == ()
