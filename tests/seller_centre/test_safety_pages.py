"""Product safety: contacts written down on the store's page, chosen there, in the editor and for a category."""

from __future__ import annotations

import pytest

from entrepot.catalog import queries as catalog
from entrepot.catalog.queries import ListingView
from entrepot.sellers import queries
from entrepot.sellers.queries import SafetyContactView, SellerView
from tests.builders import orders, safety, sellers
from tests.pages import Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> SellerView:
    shop = orders.shop("CN")
    safety.choose(shop)
    return shop


@pytest.fixture
def reader(shop: SellerView) -> Reader:
    return Reader(person_id=sellers.owner_of(shop)).open(page(shop))


def page(shop: SellerView, place: str = "") -> str:
    return f"/seller/{shop.id}/store/safety/{place}"


def choices(reader: Reader, name: str) -> dict[str, str]:
    return {option.get("value", ""): option.text for option in reader.page.xpath(f"//select[@name='{name}']/option")}


def find(shop: SellerView, name: str) -> SafetyContactView:
    return next(contact for contact in queries.list_safety_contacts(shop.id) if contact.name == name)


def test_a_contact_is_written_down_chosen_changed_and_removed(shop: SellerView, reader: Reader) -> None:
    assert "Buyers in the European Union cannot buy your goods until you name somebody." in reader.words
    reader.open(page(shop, "new/")).send("/new/", name="Rep", address="Via 1, Roma", country="IT", email="nowhere")
    assert reader.faults() != []
    reader.send("/new/", email="rep@example.com")
    rep = find(shop, "Rep")
    assert "May answer in the European Union" in reader.words
    reader.send("/safety/", responsible_id=str(rep.id))
    assert queries.get_stores([shop.id])[shop.id].responsible == rep
    assert "cannot buy your goods" not in reader.words

    reader.open(page(shop, f"{rep.id}/")).send("/remove")
    assert "Your store or your goods still name this contact. Choose another there first." in reader.words
    reader.send(f"/{rep.id}/", country="CH")
    assert "Outside the European Union" in reader.words
    assert "Buyers in the European Union cannot buy your goods until you name somebody." in reader.words
    reader.send("/safety/", responsible_id="")
    reader.open(page(shop, f"{rep.id}/")).send("/remove")
    assert "Removed." in reader.words
    assert rep.id not in {contact.id for contact in queries.list_safety_contacts(shop.id)}


def test_the_responsible_person_is_chosen_among_those_in_the_union(shop: SellerView, reader: Reader) -> None:
    maker = safety.contact(shop, "CN", name="Works")
    reader.open(page(shop))
    assert choices(reader, "manufacturer_id").get(str(maker.id)) == "Works – China"
    assert str(maker.id) not in choices(reader, "responsible_id")
    reader.send("/safety/", manufacturer_id=str(maker.id))
    assert queries.get_stores([shop.id])[shop.id].manufacturer == maker


def test_a_listing_names_its_own_in_the_editor(shop: SellerView, reader: Reader) -> None:
    rep = safety.contact(shop, name="Own rep")
    listing = orders.goods(shop)
    editor = f"/seller/{shop.id}/listings/{listing.id}/"
    reader.open(editor)
    assert choices(reader, "responsible_id")[""] == "As for the store"
    reader.send(f"/listings/{listing.id}/", button="save", responsible_id=str(rep.id))
    assert catalog.get_listing(listing.id, "", seller_id=shop.id).responsible_id == rep.id
    assert reader.open(editor).form(f"/listings/{listing.id}/").fields["responsible_id"] == str(rep.id)
    reader.send(f"/listings/{listing.id}/", button="save", responsible_id="")
    assert catalog.get_listing(listing.id, "", seller_id=shop.id).responsible_id is None


def test_a_category_names_its_own(shop: SellerView, reader: Reader) -> None:
    rep = safety.contact(shop, name="Own rep")
    listing = orders.goods(shop)
    (category,) = catalog.list_seller_categories(shop.id)
    reader.open(f"/seller/{shop.id}/listings/customs/{category.id}/")
    reader.send(f"/{category.id}/safety", **{"safety-responsible_id": str(rep.id)})
    assert "Saved for 1 listing." in reader.words
    assert catalog.get_listing(listing.id, "", seller_id=shop.id).responsible_id == rep.id


def test_many_listings_name_theirs_at_once(shop: SellerView, reader: Reader) -> None:
    rep, maker = safety.contact(shop, name="Own rep"), safety.contact(shop, "CN", name="Works")
    first, second = orders.goods(shop, responsible_id=rep.id), orders.goods(shop)
    third = orders.goods(shop)
    reader.open(f"/seller/{shop.id}/listings/safety/?listing={first.id}&listing={second.id}")
    assert "2 listings are marked." in reader.words
    reader.send("/listings/safety/", manufacturer_id=str(maker.id))
    assert "Saved for 2 listings." in reader.words

    def named(listing: ListingView) -> tuple[object, object]:
        kept = catalog.get_listing(listing.id, "", seller_id=shop.id)
        return kept.manufacturer_id, kept.responsible_id

    assert [named(one) for one in (first, second, third)] == [(maker.id, rep.id), (maker.id, None), (None, None)]
    reader.open(f"/seller/{shop.id}/listings/safety/?every=1").send("/listings/safety/", responsible_id="")
    assert "Saved for 1 listing." in reader.words
    assert named(first) == (maker.id, None)


def test_another_sellers_listing_is_not_reached_by_marking_it(shop: SellerView, reader: Reader) -> None:
    rep, theirs = safety.contact(shop), orders.goods(orders.shop("CN"))
    reader.open(f"/seller/{shop.id}/listings/safety/?listing={theirs.id}").send(
        "/listings/safety/", responsible_id=str(rep.id)
    )
    assert reader.status == 404
    assert catalog.get_listing(theirs.id, "", include_hidden=True).responsible_id is None
