"""The store's own pages: opening and pausing it, its story in languages, what delivery costs."""

from __future__ import annotations

from typing import Any

import pytest

from entrepot.sellers import operations, queries as seller_queries
from entrepot.shipping import queries as shipping
from tests.builders import orders, sellers
from tests.conftest import NOW
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db


def _owner(seller: Any) -> Reader:
    return Reader(person_id=sellers.owner_of(seller))


def _service(seller: Any, code: str) -> dict[str, Any]:
    template = shipping.get_template(seller_id=seller.id)
    return next(service for service in template.services if service["code"] == code)


def test_the_store_opens_and_takes_over_a_delivery_template() -> None:
    seller = sellers.submitted_seller("IT")
    operations.approve_seller(seller_id=seller.id, actor="system", now=NOW)
    reader = _owner(seller).open(f"/seller/{seller.id}/store/delivery/")
    assert "Open your store first" in reader.words
    reader.open(f"/seller/{seller.id}/store/")
    front = {"name": "Seta", "dispatch_postal_code": "22100", "dispatch_city": "Como", "dispatch_region": "CO"}
    reader.send("/store/", **front, slug="Not a slug")
    assert reader.faults() == ["Use 3 to 50 small letters a–z, digits and single hyphens."]
    reader.send("/store/", **front, slug="seta-como")
    assert seller_queries.get_store("seta-como").seller_id == seller.id
    reader.open(f"/seller/{seller.id}/store/delivery/").send("/delivery/take")
    assert shipping.list_templates(seller_id=seller.id)[0].shipping_class == "standard"
    assert "GLS" in reader.words
    reader.open(f"/seller/{seller.id}/store/").send("/store/", name="Seta di Como")
    assert seller_queries.get_store("seta-como").name == "Seta di Como"


def test_a_store_is_paused_and_opened_again() -> None:
    seller = orders.shop("IT")
    reader = _owner(seller).open(f"/seller/{seller.id}/store/").send("/store/state")
    assert "The store is paused. Orders that are placed go on." in reader.words
    assert seller_queries.get_stores([seller.id])[seller.id].state == "paused"
    assert "Your store is paused" in reader.open(f"/seller/{seller.id}/today/").words
    reader.open(f"/seller/{seller.id}/store/").send("/store/state")
    assert seller_queries.get_stores([seller.id])[seller.id].is_selling


def test_the_story_is_told_in_the_languages_that_buyers_read() -> None:
    seller = orders.shop("IT", language="it", story="Fatto a mano.")
    page = f"/seller/{seller.id}/store/stories/"
    reader = _owner(seller).open(page)
    assert "Fatto a mano." in reader.words
    assert "story_it" not in reader.form("/stories/").fields
    reader.send("/stories/", story_en="Made by hand.", story_ar="مصنوع يدويًا.")
    assert seller_queries.get_stores([seller.id])[seller.id].stories == {
        "ar": "مصنوع يدويًا.", "en": "Made by hand.",
    }  # fmt: skip
    assert "Made by hand." in Reader().open(f"/store/{seller.store.slug}").text
    assert "Fatto a mano." in Reader("DE.EUR.es").open(f"/store/{seller.store.slug}").text
    reader.send("/stories/", story_en="x" * 4001)
    assert reader.faults() != []
    assert seller_queries.get_stores([seller.id])[seller.id].stories["en"] == "Made by hand."


def test_a_zone_is_changed_row_by_row_with_every_fault_beside_its_field() -> None:
    seller = orders.shop("IT")
    page = f"/seller/{seller.id}/store/delivery/standard/gls_europe/0/"
    reader = _owner(seller).open(page)
    before = _service(seller, "gls_europe")
    fields = reader.form("/0/").fields
    assert (fields["step_0_weight"], fields["step_0_price"], fields["step_5_weight"]) == ("1000", "10.90", None)

    reader.send("/0/", countries="Germany, Atlantis", step_1_weight="900", step_2_price="", days_min="9", days_max="2")
    assert reader.faults() == [
        "We know no country of this name: Atlantis",
        "This is less than the number before it.",
        "Each weight must be more than the one before it.",
        "This is needed.",
    ]
    assert _service(seller, "gls_europe") == before

    reader.open(page).send(
        "/0/", countries="Germany, at; Francia, EAEU", exclude="Russia", step_0_price="9,50", step_4_weight="",
        step_4_price="", per_item="0.30", free_over="80", days_min="3", days_max="6",
    )  # fmt: skip
    assert reader.faults() == ["We know no country of this name: Francia"]
    reader.send("/0/", countries="Germany, at; France, EAEU", step_4_weight="", step_4_price="")
    (zone,) = _service(seller, "gls_europe")["zones"]
    assert zone == {
        "countries": ["DE", "AT", "FR", "AM", "BY", "KG", "KZ", "RU"],
        "exclude": ["RU"],
        "steps": [[1000, 950], [2000, 1290], [5000, 1590], [10000, 2190]],
        "per_item_minor": 30,
        "free_over_minor": 8000,
        "days_min": 3,
        "days_max": 6,
    }


def test_a_zone_is_added_and_taken_away_and_no_country_stands_in_two() -> None:
    seller = orders.shop("IT")
    base = f"/seller/{seller.id}/store/delivery/standard/gls_europe"
    reader = _owner(seller).open(f"{base}/1/")
    new = {"days_min": "2", "days_max": "4", "step_0_weight": "2000", "step_0_price": "14"}
    reader.send("/1/", countries="Norway, Germany", **new)
    assert reader.faults() == ["Another zone of this way has it already: Germany"]
    reader.send("/1/", countries="Norway, Switzerland", **new)
    assert [len(zone["countries"]) for zone in _service(seller, "gls_europe")["zones"]] == [26, 2]
    assert reader.open(f"{base}/3/").status == 404
    reader.open(f"{base}/0/").send("/0/remove")
    assert _service(seller, "gls_europe")["zones"][0]["countries"] == ["NO", "CH"]
    reader.open(f"{base}/0/").send("/0/remove")
    assert "It is the last zone: remove the way of sending instead." in reader.words


def test_ways_of_sending_are_added_changed_and_removed() -> None:
    seller = orders.shop("IT")
    base = f"/seller/{seller.id}/store/delivery/standard"
    reader = _owner(seller).open(f"{base}/gls_europe/").send("/gls_europe/remove")
    assert "gls_europe" not in {row["code"] for row in shipping.get_template(seller_id=seller.id).services}

    offered = [node.get("value") for node in reader.open(f"{base}/add?to=DE").page.xpath("//button[@name='preset']")]
    assert offered == ["gls_europe"]
    assert not reader.open(f"{base}/add?to=BR").page.xpath("//button[@name='preset']")
    form = reader.open(f"{base}/add").page.xpath("//form[.//button[@name='preset']]")[0]
    token = form.fields["csrfmiddlewaretoken"]
    reader.client.post(f"{base}/add", {"csrfmiddlewaretoken": token, "preset": "gls_europe"})
    assert _service(seller, "gls_europe")["carrier"] == "GLS"

    own = {"name": "Bici di Como", "carrier": "Bici", "channel": "courier", "zone-countries": "Italy"}
    token = reader.open(f"{base}/add").page.forms[-2].fields["csrfmiddlewaretoken"]
    data = {"csrfmiddlewaretoken": token, **own, "zone-days_min": "1", "zone-days_max": "2"}
    refused = reader.client.post(f"{base}/add", data)
    assert "This is needed." in refused.content.decode()
    reader.client.post(f"{base}/add", {**data, "zone-step_0_weight": "5000", "zone-step_0_price": "6,5"})
    added = _service(seller, "bici_di_como")
    assert (added["tracked"], added["zones"][0]["steps"]) == (False, [[5000, 650]])
    reader.open(f"{base}/bici_di_como/").send("/bici_di_como/", name="Bici", volumetric_divisor="4000")
    changed = _service(seller, "bici_di_como")
    assert (changed["name"], changed["volumetric_divisor"], changed["zones"]) == ("Bici", 4000, added["zones"])
    assert unsafe_markup(reader.text) == []


def test_a_template_is_changed_only_as_it_was_read() -> None:
    seller = orders.shop("IT")
    page = f"/seller/{seller.id}/store/delivery/standard/"
    first, second = _owner(seller).open(page), _owner(seller).open(page)
    first.send("/standard/", handling_days_max="4")
    assert shipping.get_template(seller_id=seller.id).handling_days_max == 4
    second.send("/standard/", handling_days_max="9")
    assert "The delivery template was changed by somebody else meanwhile." in second.words
    assert shipping.get_template(seller_id=seller.id).handling_days_max == 4


def test_one_sees_what_a_parcel_would_cost() -> None:
    seller = orders.shop("IT")
    page = f"/seller/{seller.id}/store/delivery/standard/"
    reader = _owner(seller).open(f"{page}?to=DE&weight_g=1500")
    prices = [" ".join(node.text_content().split()) for node in reader.page.xpath("//aside//li/b")]
    assert prices[0] == "€12.90"
    reader.open(f"{page}?to=DE&weight_g=400000")
    assert "None of your ways goes there with so much weight." in reader.words


@pytest.mark.parametrize(("role", "edits"), [("manager", True), ("fulfilment", False), ("finance", False)])
def test_each_role_sees_the_store_and_who_may_changes_it(role: str, edits: bool) -> None:
    seller = orders.shop("IT")
    reader = Reader(person_id=sellers.seat(seller, role))
    base = f"/seller/{seller.id}/store"
    before = shipping.get_template(seller_id=seller.id)
    token = reader.open("/ui/").form("/choice/").fields["csrfmiddlewaretoken"]
    for page in ("", "delivery/", "delivery/standard/"):
        assert reader.open(f"{base}/{page}").status == 200, page
    for page in (
        "stories/",
        "delivery/standard/add",
        "delivery/standard/gls_europe/",
        "delivery/standard/gls_europe/0/",
    ):
        assert reader.open(f"{base}/{page}").status == (200 if edits else 403), page
    if not edits:
        for page in ("", "state", "stories/", "delivery/take", "delivery/standard/", "delivery/standard/remove"):
            sent = reader.client.post(f"{base}/{page}", {"csrfmiddlewaretoken": token})
            assert sent.status_code == 403, page
        assert shipping.get_template(seller_id=seller.id) == before
        assert seller_queries.get_stores([seller.id])[seller.id].state == "open"
