"""An operator sees what each tax registration changes, or would change, worked out by the quote function."""

from __future__ import annotations

from dataclasses import replace

import pytest

from entrepot.kernel import clock
from entrepot.kernel.money import Money
from entrepot.markets import queries as markets
from entrepot.operator_console import registrations
from entrepot.pricing import queries as pricing, trial
from tests.operator_console.desk import operator, table
from tests.pages import Reader

pytestmark = pytest.mark.django_db


def scheme(code: str) -> registrations.Scheme:
    return next(row for row in registrations.list_schemes(day=clock.now().date()) if row.code == code)


def overview() -> dict[str, str]:
    reader = operator().open("/operator/registrations/")
    return {row[0].split()[0]: " | ".join(row) for row in table(reader, "Tax registrations")}


def parcel(code: str, country: str, worth: str) -> str:
    """A parcel's row on a registration's page, in one line."""
    reader = operator().open(f"/operator/registrations/{code}/?from=CN&to={country}")
    rows = table(reader, f"Parcels without {code} and with it")
    return next(" | ".join(row) for row in rows if row[0] == worth)


def test_every_registration_that_a_rule_asks_for_is_listed_held_or_not() -> None:
    found = overview()
    operator = markets.get_operator()
    assert {"IOSS", "GB-VAT", "VOEC", "AU-GST", "NZ-GST", "CH-VAT", "SG-OVR", "US-SALES-TAX"} <= set(found)
    held = {row.scheme for row in operator.registrations}
    for code, row in found.items():
        assert ("not held" not in row) is (code in held), row


def test_without_ioss_the_same_charges_fall_due_at_the_door() -> None:
    # A T-shirt of 100 EUR with 9 EUR of delivery from China to Germany. With IOSS: 3 EUR of duty and 19 % of 109 EUR
    # = 20.71 are paid now. Without it the VAT is on the duty too, 19 % of 112 = 21.28, all of it at the door.
    effects = registrations.compare(scheme("IOSS"), origin="CN", destinations=["DE"], at=clock.now())
    hundred = effects[1]
    assert hundred.basket == Money(100_00, "EUR")
    assert hundred.held is not None
    assert hundred.without is not None
    assert (hundred.held.total, hundred.held.at_door) == (132_71, 0)
    assert (hundred.without.total, hundred.without.at_door) == (109_00, 24_28)
    assert hundred.difference == Money(-57, "EUR")
    row = parcel("IOSS", "DE", "€100.00")
    assert "€109.00 and €24.28 at the door" in row
    assert "€132.71" in row
    assert "charges owed by us" in row
    assert "-€0.57" in row


def test_every_country_that_a_registration_touches_stands_beside_the_one_shown() -> None:
    reader = operator().open("/operator/registrations/IOSS/?from=CN&to=FR")
    rows = table(reader, "Every country that it touches")
    assert {row[0].split()[-1] for row in rows} >= {"Germany", "France", "Italy", "Monaco"}
    assert [row[1] for row in rows if row[0].endswith("Germany")] == [
        "€37.51 with it €29.00 without it and €9.08 at the door"
    ]
    assert table(operator().open("/operator/registrations/VOEC/"), "Every country that it touches") == []


def test_above_its_limit_a_registration_changes_nothing() -> None:
    assert not registrations.compare(scheme("IOSS"), origin="CN", destinations=["DE"], at=clock.now())[2].changes
    assert "the same" in parcel("IOSS", "DE", "€500.00")


def test_the_figures_are_those_of_the_quote_function() -> None:
    now = clock.now()
    held = markets.get_operator().schemes_on(now.date())
    for found in registrations.list_schemes(day=now.date()):
        for origin in ("CN", "IT"):
            country = found.example
            desk = pricing.get_desk(destination=pricing.reference_destination(country), currency="EUR", at=now)
            for effect in registrations.compare(found, origin=origin, destinations=[country], at=now):
                if effect.held is None:
                    continue
                item = trial.TrialItem(value=effect.basket, hs="610910", weight_g=250)
                again = trial.make_trial(
                    replace(desk, schemes=held | {found.code}),
                    origin=origin,
                    items=[item],
                    delivery=Money(9_00, "EUR"),
                )
                assert again == effect.held


@pytest.mark.parametrize("origin", ["CN", "IT", "TR", "zz", ""])
def test_each_registration_has_a_page_for_each_origin(origin: str) -> None:
    reader: Reader = operator()
    for row in registrations.list_schemes(day=clock.now().date()):
        reader.open(f"/operator/registrations/{row.code}/?from={origin}")
        assert reader.status == 200
        assert all(source.partition(";")[0][:12] in reader.text or "http" in source for source in row.sources)


def test_what_is_no_registration_has_no_page() -> None:
    assert operator().open("/operator/registrations/NOTHING/").status == 404


def test_the_board_of_markets_leads_there() -> None:
    assert "/operator/registrations/" in operator().open("/operator/markets/").page.xpath("//main//a/@href")
