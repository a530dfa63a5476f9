from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.urls import URLPattern, URLResolver

from entrepot.catalog import queries as catalog
from entrepot.orders import queries
from entrepot.seller_centre import urls
from entrepot.shipping import queries as shipping
from tests.builders import accounts, orders, sellers as seller_builders
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db


def _sold(country: str = "CN", *, quantity: int = 2) -> tuple[Any, Any, Reader]:
    """Return a seller with one paid order, the order, and the owner's browser."""
    seller = orders.shop(country)
    orders.place(orders.cart((orders.goods(seller), quantity)))
    order = queries.list_seller_orders(seller.id)[0]
    return seller, order, Reader(person_id=seller_builders.owner_of(seller))


def _parameters(seller_id: UUID) -> dict[str, Any]:
    return {
        "seller_id": seller_id, "order_id": uuid4(), "parcel_id": uuid4(), "listing_id": uuid4(),
        "document_id": uuid4(), "payout_id": uuid4(), "run_id": uuid4(), "category_id": 1, "step": "about",
        "member_id": uuid4(), "invitation_id": uuid4(), "key_id": uuid4(), "contact_id": uuid4(),
        "language": "fr",
        "shipping_class": "theirs", "service": "theirs", "zone": 0, "place": "logo",
    }  # fmt: skip


def _addresses(entries: list[URLPattern | URLResolver], prefix: str = "/seller/") -> list[str]:
    found: list[str] = []
    for entry in entries:
        if isinstance(entry, URLResolver):
            found += _addresses(entry.url_patterns, prefix + str(entry.pattern))
        else:
            found.append(prefix + str(entry.pattern))
    return found


def _filled(address: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        for kind in ("uuid", "slug", "int", "str"):
            address = address.replace(f"<{kind}:{name}>", str(value))
    return address


OF_A_SELLER = [address for address in _addresses(urls.urlpatterns) if "seller_id" in address]


def test_another_sellers_pages_do_not_exist_for_a_stranger() -> None:
    seller, order, _ = _sold()
    values = {**_parameters(seller.id), "order_id": order.id, "listing_id": order.lines[0].listing_id}
    stranger = Reader(person_id=seller_builders.owner_of(orders.shop("IT")))
    token = stranger.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    for address in OF_A_SELLER:
        target = _filled(address, values)
        assert stranger.open(target).status == 404, address
        sent = stranger.client.post(target, {"csrfmiddlewaretoken": token, "line": "0"})
        assert sent.status_code == 404, address
        assert Reader().open(target).address.startswith("/account/sign-in/"), address
    assert queries.get_seller_order(seller.id, order.id).state == "to_ship"


THINGS = (
    "order_id",
    "parcel_id",
    "listing_id",
    "document_id",
    "payout_id",
    "run_id",
    "member_id",
    "invitation_id",
    "key_id",
    "contact_id",
    "shipping_class",
)


def test_another_sellers_things_do_not_exist_under_ones_own_name() -> None:
    """The addresses name the reader's own seller, and a thing of somebody else's."""
    other, order, _ = _sold()
    own = orders.shop("IT")
    values = {**_parameters(own.id), "order_id": order.id, "listing_id": order.lines[0].listing_id}
    reader = Reader(person_id=seller_builders.owner_of(own))
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    for address in (address for address in OF_A_SELLER if any(name in address for name in THINGS)):
        target = _filled(address, values)
        got = reader.client.get(target).status_code
        sent = reader.client.post(target, {"csrfmiddlewaretoken": token, "line": "0", "line_0": "1"}).status_code
        assert {got, sent} <= {404, 405}, address
        assert 404 in {got, sent}, address
    assert queries.get_seller_order(other.id, order.id).state == "to_ship"
    assert catalog.get_listing(order.lines[0].listing_id, "en").state == "active"


def test_several_orders_are_all_ones_own_or_none_is_touched() -> None:
    seller, own, reader = _sold()
    _, foreign, _ = _sold("IT")
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    base, both = f"/seller/{seller.id}/orders", f"?order={own.id}&order={foreign.id}"
    for page in ("send/", "packing-slips.pdf", "papers.pdf"):
        assert reader.open(f"{base}/{page}{both}").status == 404, page
    sent = reader.client.post(
        f"{base}/send/",
        {
            "csrfmiddlewaretoken": token,
            "order": [str(own.id), str(foreign.id)],
            f"number_{own.id}": "LX473124829CN",
            f"number_{foreign.id}": "RR473124829IT",
        },
    )
    assert sent.status_code == 404
    assert reader.open(f"{base}/send/?order=nonsense").status == 404
    assert [queries.get_any_order(order.id).state for order in (own, foreign)] == ["to_ship", "to_ship"]


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.SAR.ar"])
def test_every_page_of_the_centre_renders_in_both_directions(choice: str) -> None:
    seller, order, _ = _sold()
    reader = Reader(choice, person_id=seller_builders.owner_of(seller))
    base = f"/seller/{seller.id}"
    service = shipping.get_template(seller_id=seller.id).services[0]["code"]
    for page in (
        "today/",
        "today/?days=30",
        "orders/",
        "orders/?state=to_ship&sort=amount",
        f"orders/send/?order={order.id}",
        f"orders/{order.id}/",
        f"orders/{order.id}/cancel",
        "money/",
        "money/account/",
        "store/",
        "store/stories/",
        "store/safety/",
        "store/safety/new/",
        "store/delivery/",
        "store/delivery/standard/?to=DE&weight_g=700",
        "store/delivery/standard/add?to=BR",
        f"store/delivery/standard/{service}/",
        f"store/delivery/standard/{service}/0/",
        "store/members/",
        "store/keys/",
        "registration/",
    ):
        reader.open(f"{base}/{page}")
        assert reader.status == 200, page
        assert reader.page.get("dir") == ("rtl" if choice.endswith("ar") else "ltr")
        assert unsafe_markup(reader.text) == [], page


def test_today_names_what_has_to_leave_and_by_when() -> None:
    _, order, reader = _sold()
    reader.open("/seller/")
    assert reader.address.endswith("/today/")
    assert order.number in reader.words
    assert "2 pieces" in reader.words
    assert "Germany" in reader.words


def test_an_order_is_sent_in_two_parcels_with_papers() -> None:
    seller, order, reader = _sold()
    address = f"/seller/{seller.id}/orders/{order.id}/"
    reader.open(address)
    assert "Hauptstraße 5" in reader.words
    assert "buyer@example.com" not in reader.text  # A seller never learns it.
    reader.send("/ship", line_0="1", tracking_number="RR123456785IT"[:-3] + "9IT")
    assert reader.status == 422
    assert reader.page.xpath("//*[@aria-invalid='true']/@name") == ["tracking_number"]
    reader.open(address).send("/ship", line_0="1", tracking_number="LX473124829CN")
    assert "The parcel is recorded; the buyer is told." in reader.words
    assert "Partly sent" in reader.words
    papers = reader.page.xpath("//a[contains(., 'Label and customs papers')]/@href")
    reader.open(papers[0])
    assert reader.headers["Content-Type"] == "application/pdf"
    assert reader.content.startswith(b"%PDF")
    assert "attachment" in reader.headers["Content-Disposition"]
    reader.open(address).send("/ship", line_0="0", tracking_number="LX473124832CN")
    assert "Say which pieces leave." in reader.words
    assert len(shipping.list_parcels(order_ids=[order.id])) == 1


def test_a_role_that_is_too_small_is_refused() -> None:
    seller, order, _ = _sold()
    viewer = Reader(person_id=seller_builders.seat(seller, "viewer"))
    viewer.open(f"/seller/{seller.id}/orders/{order.id}/")
    assert viewer.status == 200
    assert not [form for form in viewer.page.forms if (form.get("action") or "").endswith(("/ship", "/cancel"))]
    assert viewer.open(f"/seller/{seller.id}/money/").status == 403
    token = viewer.open(f"/seller/{seller.id}/today/").form("/sign-out/").fields["csrfmiddlewaretoken"]
    ship = viewer.client.post(
        f"/seller/{seller.id}/orders/{order.id}/ship", {"csrfmiddlewaretoken": token, "line_0": "1"}
    )
    assert ship.status_code == 403
    assert queries.get_seller_order(seller.id, order.id).state == "to_ship"


def test_a_person_without_a_seller_is_led_to_the_registration() -> None:
    reader = Reader(person_id=accounts.person().id).open("/seller/")
    assert reader.address == "/seller/register/"
    assert "What you will need" in reader.words
