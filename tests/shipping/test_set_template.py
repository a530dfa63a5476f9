"""`set_template`: a template that could not be priced is never stored."""

from __future__ import annotations

import pytest

from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.shipping import operations, presets, queries, rules
from entrepot.shipping.operations import TemplateChanged
from tests.builders import sellers, shipping
from tests.builders.shipping import NOW, service, zone

pytestmark = pytest.mark.django_db


@pytest.fixture
def seller():
    return sellers.approved_seller("IT")


def set_template(seller, services, **changes):
    fields = {
        "name": "Standard",
        "currency": "EUR",
        "handling_days_min": 1,
        "handling_days_max": 3,
        "services": services,
        **changes,
    }
    return operations.set_template(seller_id=seller.id, now=NOW, **fields)


def test_a_template_is_stored_and_read_back(seller):
    assert set_template(seller, [service("gls", zone("IT", "DE"), channel="courier")]) == 1
    template = queries.get_template(seller_id=seller.id)
    assert (template.shipping_class, template.name, template.currency, template.version) == (
        "standard",
        "Standard",
        "EUR",
        1,
    )
    assert template.services == [service("gls", zone("IT", "DE"), channel="courier")]
    assert template.default_item_weight_g == 500


def test_setting_it_again_replaces_it_under_the_next_version(seller):
    set_template(seller, [service("one")])
    assert set_template(seller, [service("two")]) == 2
    assert [entry["code"] for entry in queries.get_template(seller_id=seller.id).services] == ["two"]


def test_a_version_read_before_another_change_is_refused(seller):
    set_template(seller, [service("one")])
    set_template(seller, [service("two")])
    with pytest.raises(TemplateChanged):
        set_template(seller, [service("three")], version=1)
    assert queries.get_template(seller_id=seller.id).version == 2
    assert set_template(seller, [service("three")], version=2) == 3


def test_two_classes_stand_beside_each_other(seller):
    shipping.template(seller)
    shipping.template(seller, shipping_class="bulky")
    assert [template.shipping_class for template in queries.list_templates(seller_id=seller.id)] == [
        "standard",
        "bulky",
    ]
    operations.delete_template(seller_id=seller.id, shipping_class="bulky")
    with pytest.raises(NotFound):
        queries.get_template(seller_id=seller.id, shipping_class="bulky")


@pytest.mark.parametrize(
    ("services", "field", "reason"),
    [
        ([], "services", "required"),
        ([service("Bad Code")], "services.0.code", "form"),
        ([service("a"), service("a")], "services.1.code", "twice"),
        ([service(channel="pigeon")], "services.0.channel", "not_post_or_courier"),
        ([service(duties_prepaid="yes")], "services.0.duties_prepaid", "not_a_boolean"),
        ([service(volumetric_divisor=0)], "services.0.volumetric_divisor", "out_of_range"),
        ([service(colour="blue")], "services.0.colour", "unknown_field"),
        ([service("a", zone("UK"))], "services.0.zones.0.countries", "unknown_country UK"),
        ([service("a", zone("DE"), zone("DE"))], "services.0.zones.1.countries", "country_twice DE"),
        ([service("a", zone(steps=()))], "services.0.zones.0.steps", "required"),
        ([service("a", zone(steps=((500, 1), (500, 2))))], "services.0.zones.0.steps.1.0", "weights_must_rise"),
        ([service("a", zone(steps=((500, -1),)))], "services.0.zones.0.steps.0.1", "out_of_range"),
        ([service("a", zone(steps=((500, 1.5),)))], "services.0.zones.0.steps.0.1", "out_of_range"),
        ([service("a", zone(steps=((500,),)))], "services.0.zones.0.steps.0", "not_weight_and_price"),
        ([service("a", zone(days=(9, 2)))], "services.0.zones.0.days_max", "below_minimum"),
        ([service("a", zone(free_over_minor=-5))], "services.0.zones.0.free_over_minor", "out_of_range"),
    ],
)
def test_each_fault_is_named_with_its_field_and_nothing_is_stored(seller, services, field, reason):
    with pytest.raises(InvalidField) as refusal:
        set_template(seller, services)
    assert refusal.value.fields["errors"] == [{"field": field, "reason": reason}]
    assert queries.list_templates(seller_id=seller.id) == ()


def test_faults_outside_the_services_are_named_too(seller):
    with pytest.raises(InvalidField) as refusal:
        set_template(
            seller,
            [service()],
            name=" ",
            currency="eur",
            handling_days_min=5,
            handling_days_max=2,
            default_item_weight_g=0,
            shipping_class="Big Ones",
        )
    assert [fault["field"] for fault in refusal.value.fields["errors"]] == [
        "shipping_class",
        "name",
        "currency",
        "handling_days_max",
        "default_item_weight_g",
    ]


@pytest.mark.parametrize("country", presets.list_countries())
def test_every_preset_can_be_stored_and_serves_its_home(seller, country):
    found = presets.list_presets(country)
    assert found[0].shipping_class == "standard"
    for preset in found:
        set_template(
            seller,
            list(preset.services),
            shipping_class=preset.shipping_class,
            currency=preset.currency,
            name=preset.name,
            handling_days_min=preset.handling_days_min,
            handling_days_max=preset.handling_days_max,
            default_item_weight_g=preset.default_item_weight_g,
        )
    row = queries.get_template(seller_id=seller.id)
    template = rules.DeliveryTemplate.from_row(
        currency=row.currency, handling_days_min=1, handling_days_max=2, services=row.services
    )
    for destination in (country, "DE", "US", "KZ"):
        choice = rules.choose(template, destination, [(400, None, 1, 100)])
        assert choice is not None, f"{country} to {destination}"
        assert choice.price_native.currency == row.currency
