"""A corridor that refuses goods without a confirmed HS code: not sold, not found, not placed; elsewhere not sure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from entrepot.catalog import operations as catalog
from entrepot.catalog.operations import ListingInput, SkuInput
from entrepot.catalog.queries import ListingView
from entrepot.kernel.errors import InvalidField
from entrepot.markets import queries as markets
from entrepot.markets.loader import PACKAGE_DIR
from entrepot.pricing.refusals import NotSellable
from entrepot.search import queries as search
from entrepot.search.ports import SearchRequest
from tests.builders import orders, sellers
from tests.builders.search import build_index_anew
from tests.conftest import NOW
from tests.pages import Reader

pytestmark = pytest.mark.django_db
REASON = "The seller has not confirmed the customs code of these goods; without it they are not sent there."


@pytest.fixture
def confirmed_only(tmp_path: Path, settings: Any) -> Iterator[Callable[[str], None]]:
    """Return a function that names the places which goods enter only with a confirmed code."""

    def write(places: str) -> None:
        text = (PACKAGE_DIR / "operator.toml").read_text(encoding="utf-8")
        path = tmp_path / "operator.toml"
        path.write_text(f"confirmed_codes_only = [{places}]\n{text}", encoding="utf-8")
        settings.OPERATOR_FILE = str(path)
        markets.get_library.cache_clear()

    yield write
    markets.get_library.cache_clear()


def _found(country: str) -> tuple[Any, ...]:
    return search.find(SearchRequest(country=country, currency="EUR"), at=NOW).listing_ids


def _page(listing: ListingView, country: str) -> Reader:
    return Reader(f"{country}.EUR.en").open(f"/listing/{listing.id}/{listing.slug}")


def _is_offered(reader: Reader) -> bool:
    return bool(reader.page.xpath("//form[contains(@action, '/cart')]"))


def test_goods_without_a_confirmed_code_do_not_enter_where_the_operator_wants_one(
    run_jobs: Callable[..., int], confirmed_only: Callable[[str], None]
) -> None:
    orders.open_buying("DE", "US")
    seller = orders.shop("CN")
    listing = orders.goods(seller, hs=None, title="Kettle", seller_category="Kettles")
    run_jobs()
    cart = orders.cart((listing, 1))
    assert not cart.quote.sure, "elsewhere, and before, it is quoted as not sure"
    assert _is_offered(_page(listing, "DE"))

    confirmed_only('"EU"')
    build_index_anew()
    reader = _page(listing, "DE")
    assert not _is_offered(reader)
    assert REASON in reader.words
    assert _is_offered(_page(listing, "US"))
    assert (_found("DE"), _found("US")) == ((), (listing.id,))
    with pytest.raises(NotSellable) as refusal:
        orders.place(cart)
    (line,) = refusal.value.fields["lines"]
    assert (line["rule"], line["reason"]) == ("EU-confirmed-codes-only", "hs_code_required")
    assert orders.stock_of(listing) == (100, 0)

    catalog.set_category_customs(
        seller_id=seller.id,
        seller_category="Kettles",
        hs_code="851610",
        confirmed_by=sellers.owner_of(seller),
        now=NOW,
    )
    run_jobs()
    assert _is_offered(_page(listing, "DE"))
    assert _found("DE") == (listing.id,)


def test_a_sale_inside_the_union_is_no_import(confirmed_only: Callable[[str], None]) -> None:
    confirmed_only('"DE"')
    orders.open_buying("DE")
    assert _is_offered(_page(orders.goods(orders.shop("IT"), hs=None), "DE"))


def test_a_seller_cannot_declare_that_a_code_is_unconfirmed() -> None:
    seller = orders.shop("CN")
    goods = ListingInput(
        title="Kettle", skus=(SkuInput(seller_sku="k", price="9.00"),), flags={"hs_unconfirmed": False}
    )
    with pytest.raises(InvalidField):
        catalog.upsert_listing(seller_id=seller.id, listing=goods, now=NOW)
