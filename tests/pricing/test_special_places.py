"""
Places where other rules hold than in the rest of their country, into, out of and within them, worked out by hand.

Rates: one euro is 8 CNY, 1.25 USD, 0.80 GBP; 10 NOK. Net prices; a seller registered for the tax of its country.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from entrepot.kernel.money import Money
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination, OrderQuote
from entrepot.pricing.rules import make_quote
from entrepot.pricing.trial import TrialItem, make_trial
from entrepot.shipping.rules import Channel
from tests.builders.markets import ROUND_RATES, book, desk, offer, template, terms

TSHIRT, BOOK, RUM = "610910", "490199", "220840"
NOTHING = frozenset[str]()


def sold(
    origin: tuple[str, str],
    destination: tuple[str, str],
    *,
    price: str = "100.00",
    hs: str = TSHIRT,
    currency: str = "EUR",
    schemes: frozenset[str] = NOTHING,
    established: str = "",
    **seller: object,
) -> OrderQuote:
    """Goods of a net price and 10.00 of delivery, from a place to a place (country, postal code), in one currency."""
    from_country, from_code = origin
    to_country, to_code = destination
    trader = terms(
        established or from_country,
        dispatch_country=from_country,
        dispatch_postal_code=from_code,
        payout_currency=currency,
        **seller,  # type: ignore[arg-type]
    )
    line = offer(
        trader,
        price,
        hs=hs,
        currency=currency,
        tax_included=False,
        delivery=template("10.00", currency, channel="post"),
    )
    counter = desk(to_country, currency, postal_code=to_code, schemes=schemes)
    (order,) = make_quote(counter, [(line, 1)]).orders
    return order


def told(order: OrderQuote) -> tuple[int, int, int, int, str]:
    """Duty, tax paid now, what falls due at the door, the total of both, and what the quote says of import charges."""
    return order.duty, order.tax, order.at_door, order.total + order.at_door, order.import_charges


# --- the customs union's places outside of its VAT -------------------------------------------------------------------


def test_from_the_mainland_to_the_canary_islands_falls_igic_and_no_duty() -> None:
    # 7 % of 100 + 10 = 7.70 at the door; no Spanish VAT. AIEM may be added on some goods: not sure.
    order = sold(("ES", "28013"), ("ES", "35001"))
    assert told(order) == (0, 0, 770, 11770, "due_at_door")
    assert (order.regime, order.unsure) == ("ES-CN-union-territory", ("aiem_unknown",))


def test_from_china_to_the_canary_islands_falls_the_unions_duty_and_igic() -> None:
    # 3.00 for one kind of goods; IGIC 7 % of 100 + 10 + 3 = 7.91.
    order = sold(("CN", ""), ("ES", "38003"), schemes=frozenset({"IOSS"}))
    assert told(order) == (0, 0, 1091, 12091, "due_at_door")
    assert order.regime == "ES-CN-EUR3-2026-border"  # The one-stop shop does not reach there.


@pytest.mark.parametrize(("destination", "tax"), [(("ES", "28013"), 2310), (("DE", "10115"), 2090)])
def test_out_of_the_canary_islands_falls_the_vat_of_the_destination_and_no_duty(
    destination: tuple[str, str], tax: int
) -> None:
    # 21 % or 19 % of 110.00; the handling fees on parcels from abroad do not fall.
    order = sold(("ES", "35001"), destination)
    assert told(order) == (0, 0, tax, 11000 + tax, "due_at_door")
    assert (order.regime, order.sure, order.fees) == (f"{destination[0]}-union-territory", True, 0)


@pytest.mark.parametrize(("price", "tax", "door", "regime"), [
    ("100.00", 2310, 0, "ES-union-territory-IOSS"), ("150.00", 3360, 0, "ES-union-territory-IOSS"),
    ("150.01", 0, 3360, "ES-union-territory"),
])  # fmt: skip
def test_out_of_the_canary_islands_the_one_stop_shop_collects_up_to_150_euros(
    price: str, tax: int, door: int, regime: str
) -> None:
    # 21 % of the price with 10.00 of delivery; goods of the Union: without the duty of 3.00.
    order = sold(("ES", "35001"), ("ES", "28013"), price=price, schemes=frozenset({"IOSS"}))
    assert (order.duty, order.tax, order.at_door, order.regime, order.sure) == (0, tax, door, regime, True)


def test_out_of_the_canary_islands_to_places_like_it_and_abroad() -> None:
    ioss = frozenset({"IOSS"})
    # Réunion is outside of the Union's VAT as well: 8.5 % of 110.00 at its border, no duty, IOSS does not reach there.
    reunion = sold(("ES", "35001"), ("FR", "97400"), schemes=ioss)
    assert (told(reunion), reunion.regime) == ((0, 0, 935, 11935, "due_at_door"), "RE-union-territory")
    # Switzerland and Britain treat them as goods of Spain: 8.1 % of 110.00; British VAT on the sale up to 135 GBP.
    assert told(sold(("ES", "35001"), ("CH", "3011"), currency="CHF"))[:3] == (0, 0, 891)
    britain = sold(("ES", "35001"), ("GB", "SW1A1AA"), schemes=frozenset({"GB-VAT"}))
    assert (told(britain), britain.regime) == ((0, 2200, 0, 13200, "prepaid"), "GB-135")
    # Rum of the islands: no duty either, and excise that is not computed.
    rum = sold(("ES", "35001"), ("ES", "28013"), hs=RUM, price="40.00")
    assert (told(rum), rum.regime) == ((0, 0, 1050, 6050, "due_at_door"), "ES-union-territory-excise")
    assert "excise_unknown" in rum.unsure


@pytest.mark.parametrize("origin", [("ES", "51001"), ("ES", "52001"), ("IT", "23041")])
def test_out_of_ceuta_melilla_and_livigno_goods_are_imported_as_from_anywhere_else(origin: tuple[str, str]) -> None:
    # With IOSS: 3.00 for the kind of goods and VAT of 110.00 now. Without: VAT of 113.00, both at the door.
    order = sold(origin, ("DE", "10115"), schemes=frozenset({"IOSS"}))
    assert (told(order), order.regime) == ((300, 2090, 0, 13390, "prepaid"), "DE-EUR3-2026")
    assert told(sold(origin, ("DE", "10115"))) == (0, 0, 300 + 2147, 13447, "due_at_door")
    # Above 150.00 the tariff: 12 % of 210.00 = 25.20, VAT of 235.20 = 44.69.
    assert told(sold(origin, ("DE", "10115"), price="200.00"))[2] == 2520 + 4469
    # Abroad: 8.1 % of 110.00 in Switzerland; no tax of Spain or Italy on the way out.
    abroad = sold(origin, ("CH", "3011"), currency="CHF")
    assert (told(abroad)[:3], [part.reason for part in abroad.parts if part.code == "home_vat"]) == (
        (0, 0, 891),
        ["export_zero_rated"],
    )


def test_within_the_canary_islands_a_sale_bears_igic() -> None:
    order = sold(("ES", "35001"), ("ES", "38003"))
    assert told(order) == (0, 770, 0, 11770, "none")
    (tax,) = [part for part in order.parts if part.group == "tax"]
    assert (tax.rate, tax.liable, order.sure) == (Decimal(7), "seller", True)
    assert sold(("ES", "35001"), ("ES", "38003"), hs=BOOK).tax == 0


def test_within_spain_nothing_changes() -> None:
    assert told(sold(("ES", "28013"), ("ES", "08001"))) == (0, 2310, 0, 13310, "none")


def test_aland_pays_finnish_vat_at_its_border_from_the_mainland_and_from_the_union() -> None:
    # 25.5 % of 110.00 = 28.05, by postal code or by its own country code; sure, as Customs say it themselves.
    for origin in (("FI", "00100"), ("IT", "00184")):
        for destination in (("FI", "22100"), ("AX", "22100")):
            order = sold(origin, destination)
            assert told(order) == (0, 0, 2805, 13805, "due_at_door")
            assert (order.regime, order.sure) == ("AX-union-territory", True)
    assert told(sold(("FI", "22100"), ("FI", "00100"))) == (0, 0, 2805, 13805, "due_at_door")
    assert told(sold(("FI", "22100"), ("AX", "22240"))) == (0, 2805, 0, 13805, "none")


@pytest.mark.parametrize(("code", "country", "rate"), [
    ("97100", "GP", "8.5"), ("97200", "MQ", "8.5"), ("97400", "RE", "8.5"), ("97300", "GF", "0"), ("97600", "YT", "0"),
])  # fmt: skip
def test_the_french_overseas_departments_have_their_own_vat_and_no_duty_on_the_unions_goods(
    code: str, country: str, rate: str
) -> None:
    # 8.5 % of 110.00 = 9.35; in Guyane and Mayotte the tax is not applied. The octroi de mer is not known: not sure.
    tax = int(Decimal(rate) * 110)
    for destination in (("FR", code), (country, code)):
        order = sold(("FR", "75001"), destination)
        assert told(order) == (0, 0, tax, 11000 + tax, "due_at_door" if tax else "none")
        assert (order.regime, order.unsure) == (f"{country}-union-territory", ("octroi_de_mer_unknown",))
    # 3.00 of duty on Chinese goods, then the tax on 113.00.
    chinese = sold(("CN", ""), ("FR", code))
    assert chinese.at_door == 300 + int((Decimal(rate) * 113).quantize(Decimal(1), rounding="ROUND_HALF_UP"))
    # Back to the mainland: French VAT at its border. At home: the department's own.
    assert told(sold(("FR", code), ("FR", "75001"))) == (0, 0, 2200, 13200, "due_at_door")
    assert sold(("FR", code), (country, code)).tax == tax


def test_campione_is_inside_the_customs_union_with_a_tax_of_its_own() -> None:
    # 8.1 % of 110.00 = 8.91.
    order = sold(("IT", "00184"), ("IT", "22061"))
    assert told(order) == (0, 0, 891, 11891, "due_at_door")
    assert order.unsure == ("local_tax_unknown",)


def test_mount_athos_bears_no_vat() -> None:
    assert told(sold(("GR", "10431"), ("GR", "63087"))) == (0, 0, 0, 11000, "none")
    assert told(sold(("GR", "63087"), ("GR", "10431"))) == (0, 0, 2640, 13640, "due_at_door")


# --- outside of the customs area -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "city", "code"), [("IT", "00184", "23041"), ("DE", "10115", "27498")])
def test_livigno_and_heligoland_are_free_of_duty_and_tax_and_abroad_for_their_country(
    country: str, city: str, code: str
) -> None:
    for origin in ((country, city), ("CN", "")):
        order = sold(origin, (country, code))
        assert (told(order), order.sure) == ((0, 0, 0, 11000, "none"), True)
    assert told(sold((country, code), (country, code))) == (0, 0, 0, 11000, "none")
    # Into the Union: an import as from anywhere else, 3.00 and the VAT on 113.00.
    rate = {"IT": 22, "DE": 19}[country]
    out = sold((country, code), (country, city))
    assert (out.at_door, out.regime) == (300 + 113 * rate, f"{country}-EUR3-2026-border")
    # What bears levies there is not known.
    assert sold((country, city), (country, code), hs=RUM).import_charges == "unknown"


def test_ceuta_and_melilla_are_outside_and_their_tax_is_not_known() -> None:
    order = sold(("ES", "28013"), ("ES", "51001"))
    assert (order.import_charges, order.sure) == ("unknown", False)
    assert order.unsure == ("ipsi_unknown", "regime_unknown", "special_territory")
    assert sold(("ES", "52001"), ("ES", "28013")).regime == "ES-EUR3-2026-border"


def test_buesingen_lies_inside_the_swiss_customs_and_tax_area() -> None:
    # To it as into Switzerland: 8.1 % of 110.00 = 8.91. From Switzerland as at home. From it to Germany as abroad.
    assert told(sold(("DE", "10115"), ("DE", "78266"), currency="CHF")) == (0, 0, 891, 11891, "due_at_door")
    assert told(sold(("CH", "3011"), ("DE", "78266"), currency="CHF")) == (0, 891, 0, 11891, "none")
    assert sold(("DE", "78266"), ("DE", "10115")).regime == "DE-EUR3-2026-border"


def test_liechtenstein_is_switzerland_for_customs_and_tax() -> None:
    for destination in (("LI", "9490"), ("CH", "9490")):
        assert told(sold(("CH", "3011"), destination, currency="CHF")) == (0, 891, 0, 11891, "none")
        assert sold(("DE", "10115"), destination, currency="CHF").regime == "CH-2025"


def test_svalbard_and_jan_mayen_bear_neither_duty_nor_tax() -> None:
    for destination in (("NO", "9170"), ("NO", "8099"), ("SJ", "9170")):
        for origin in (("NO", "0150"), ("CN", "")):
            order = sold(origin, destination)
            assert (told(order), order.sure) == ((0, 0, 0, 11000, "none"), True)
    # To the mainland as from abroad: 25 % of 110.00.
    back = sold(("SJ", "9170"), ("NO", "0150"), schemes=frozenset({"VOEC"}))
    assert (back.tax, back.regime) == (2750, "NO-VOEC")


# --- the British Isles -----------------------------------------------------------------------------------------------


def test_northern_ireland_is_at_home_in_britain_and_inside_the_union() -> None:
    # 20 % of 110.00 inside the Kingdom, both ways.
    assert told(sold(("GB", "SW1A1AA"), ("GB", "BT1 1AA"), currency="GBP")) == (0, 2200, 0, 13200, "none")
    assert told(sold(("GB", "BT1 1AA"), ("GB", "SW1A1AA"), currency="GBP")) == (0, 2200, 0, 13200, "none")
    # From and to the Union a distance sale: the destination's rate above the threshold, no import.
    into = sold(("IT", "00184"), ("GB", "BT1 1AA"), over_threshold=True)
    assert (told(into), into.sure) == ((0, 2200, 0, 13200, "none"), True)
    out = sold(("GB", "BT1 1AA"), ("DE", "10115"), over_threshold=True)
    assert (told(out), out.sure) == ((0, 2090, 0, 13090, "none"), True)
    # A seller from outside who keeps goods there sells to the Union through the platform.
    foreign = sold(("GB", "BT1 1AA"), ("DE", "10115"), schemes=frozenset({"EU-OSS"}), established="CN")
    assert [(part.liable, part.amount) for part in foreign.parts if part.code == "vat"] == [("platform", 2090)]
    # Its goods reach the Union's special places as the Union's do: 7 % IGIC, no duty.
    islands = sold(("GB", "BT1 1AA"), ("ES", "35001"))
    assert (told(islands), islands.regime) == ((0, 0, 770, 11770, "due_at_door"), "ES-CN-union-territory")
    # Abroad without British VAT: 8.1 % of 110.00 in Switzerland.
    assert told(sold(("GB", "BT1 1AA"), ("CH", "3011"), currency="CHF"))[:3] == (0, 0, 891)
    # Great Britain is abroad for the Union; from further away what falls due was not confirmed.
    assert sold(("IT", "00184"), ("GB", "SW1A1AA"), over_threshold=True).regime == "GB-135-unregistered"
    assert "regime_unconfirmed" in sold(("CN", ""), ("GB", "BT1 1AA")).unsure


def test_the_isle_of_man_is_britain_for_vat_and_monaco_is_france() -> None:
    for man in (("IM", "IM1 1AA"), ("GB", "IM1 1AA")):
        assert told(sold(("GB", "SW1A1AA"), man, currency="GBP")) == (0, 2200, 0, 13200, "none")
    assert sold(("CN", ""), ("IM", "IM1 1AA"), schemes=frozenset({"GB-VAT"})).regime == "GB-135"
    for monaco in (("MC", "98000"), ("FR", "98000")):
        assert told(sold(("FR", "75001"), monaco)) == (0, 2200, 0, 13200, "none")
    assert told(sold(("IT", "00184"), ("MC", "98000"), over_threshold=True)) == (0, 2200, 0, 13200, "none")
    assert sold(("CN", ""), ("MC", "98000"), schemes=frozenset({"IOSS"})).regime == "FR-EUR3-2026"


@pytest.mark.parametrize(("price", "door"), [("50.00", 0), ("50.01", 300)])
def test_jersey_taxes_what_exceeds_60_pounds_with_its_delivery(price: str, door: int) -> None:
    # 50.00 + 10.00 stay within the limit; 60.01 bears 5 % = 3.00 on the whole.
    for jersey in (("JE", "JE2 3AB"), ("GB", "JE2 3AB")):
        order = sold(("GB", "SW1A1AA"), jersey, price=price, currency="GBP")
        assert (order.tax, order.at_door, order.sure) == (0, door, True)


def test_guernsey_taxes_nothing_from_britain() -> None:
    order = sold(("GB", "SW1A1AA"), ("GB", "GY1 1AA"), currency="GBP")
    assert (told(order), order.sure) == ((0, 0, 0, 11000, "none"), True)


# --- Denmark, the microstates of Italy, the United States, China ------------------------------------------------------


def test_the_faroes_exempt_less_than_300_kroner_with_delivery_and_free_the_unions_goods_of_duty() -> None:
    # 289.99 + 10 stays below; 290 + 10 does not: 25 % of 300.00 = 75.00, no duty on goods of Danish origin.
    for faroes in (("FO", "100"), ("DK", "100")):
        assert told(sold(("DK", "1050"), faroes, price="289.99", currency="DKK"))[2] == 0
        order = sold(("DK", "1050"), faroes, price="290.00", currency="DKK")
        assert (order.at_door, order.regime, order.sure) == (7500, "FO-preferential", True)


def test_greenland_has_neither_vat_nor_customs_duty() -> None:
    for greenland in (("GL", "3900"), ("DK", "3900")):
        assert told(sold(("DK", "1050"), greenland, currency="DKK")) == (0, 0, 0, 11000, "none")


def test_san_marino_and_the_vatican_are_no_part_of_italy() -> None:
    # San Marino: 17 % of 110.00 = 18.70, no duty from the Union.
    marino = sold(("IT", "00184"), ("IT", "47890"))
    assert (told(marino), marino.regime) == ((0, 0, 1870, 12870, "due_at_door"), "SM-from-union")
    vatican = sold(("IT", "00184"), ("IT", "00120"))
    assert (vatican.import_charges, vatican.tax, vatican.sure) == ("unknown", 0, False)


def test_puerto_rico_is_inside_the_american_customs_area_and_guam_is_not() -> None:
    assert book().place("US", "PR", "00901") == book().place("PR", "", "00901")
    here, there = book().place("US", "NY", "10001"), book().place("PR", "", "00901")
    assert book().movement(here, there) == "domestic"
    for region, code, country in (
        ("GU", "96910", "GU"),
        ("VI", "00802", "VI"),
        ("", "96799", "AS"),
        ("", "96950", "MP"),
    ):
        place = book().place("US", region, code)
        assert (place.country, book().movement(here, place)) == (country, "export")


def test_hong_kong_and_macao_are_customs_areas_of_their_own() -> None:
    for code, country in (("999077", "HK"), ("999078", "MO")):
        order = sold(("CN", "100000"), ("CN", code))
        assert (told(order), order.sure) == ((0, 0, 0, 11000, "none"), True)
        assert book().place("CN", "", code).country == country


# --- rates of a region that is inside ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "code", "rate"), [
    ("PT", "1100-001", "23"), ("PT", "9000-001", "22"), ("PT", "9500-001", "16"),
    ("AT", "1010", "20"), ("AT", "6691", "19"), ("AT", "6993", "19"),
])  # fmt: skip
def test_madeira_the_azores_and_two_austrian_valleys_have_their_own_rates(country: str, code: str, rate: str) -> None:
    order = sold((country, code), (country, code))
    assert (order.tax, order.sure) == (int(Decimal(rate) * 110), True)
    # From another member above the threshold: the rate of the address.
    assert sold(("ES", "28013"), (country, code), over_threshold=True).tax == int(Decimal(rate) * 110)


@pytest.mark.django_db
@pytest.mark.parametrize(("origin", "destination", "crosses"), [
    (("ES", "28013"), ("ES", "08001"), False), (("ES", "28013"), ("ES", "35001"), True),
    (("IT", "00184"), ("DE", "10115"), False), (("IT", "00184"), ("DE", "27498"), True),
    (("IT", "00184"), ("FR", "97400"), True), (("IT", "00184"), ("MC", "98000"), False),
    (("IT", "00184"), ("GB", "BT1 1AA"), False), (("IT", "00184"), ("GB", "SW1A 1AA"), True),
    (("KZ", "050000"), ("RU", "101000"), False), (("CH", "3011"), ("LI", "9490"), False),
])  # fmt: skip
def test_papers_travel_with_goods_that_pass_a_border_of_customs_or_of_tax(
    origin: tuple[str, str], destination: tuple[str, str], crosses: bool
) -> None:
    seller = terms(origin[0], dispatch_postal_code=origin[1])
    assert pricing.crosses_border(seller, Destination(destination[0], "", destination[1])) is crosses


# --- countries with a rule of their own for small parcels -------------------------------------------------------------


def _abroad(country: str, currency: str, price: str, on: str, per_eur: str, duty: str = "10") -> dict[str, int]:
    more = {"MKD": Decimal(60), "JMD": Decimal(200), currency: Decimal(per_eur)}
    rates = replace(ROUND_RATES, per_eur={**ROUND_RATES.per_eur, **more})
    at = datetime.fromisoformat(f"{on}T12:00:00+00:00")
    counter = desk(country, currency, at=at, rates=rates, schemes=NOTHING, basic_duty_rate=Decimal(duty))
    order = make_trial(
        counter, origin="CN", items=[TrialItem(Money.parse(price, currency), 1, TSHIRT)], delivery=Money(0, currency)
    )
    return {part.code: part.amount for part in order.parts if part.group in ("duty", "tax") and part.code != "home_vat"}


@pytest.mark.parametrize(("price", "on", "charges"), [
    ("20.000", "2026-01-31", {"duty": 0, "flat_tax": 5000}),  # 10 % would be 2.000: at least 5.000.
    ("80.000", "2026-01-31", {"duty": 0, "flat_tax": 8000}),
    ("20.000", "2026-02-01", {"duty": 0, "gst": 5000}),  # 16 % would be 3.200.
    ("31.250", "2026-02-01", {"duty": 0, "gst": 5000}),  # 16 % of 31.250 = 5.000.
    ("100.000", "2026-02-01", {"duty": 0, "gst": 16000}),
    ("200.001", "2026-02-01", {"duty": 20000, "vat": 35200}),  # 10 % of 200.001; 16 % of 220.001 = 35.200.
])  # fmt: skip
def test_jordan_asks_at_least_5_dinars_for_a_parcel_of_up_to_200(price: str, on: str, charges: dict[str, int]) -> None:
    assert _abroad("JO", "JOD", price, on, "0.8") == charges


@pytest.mark.parametrize(("price", "charges"), [
    ("22.00", {"duty": 0, "vat": 0}), ("22.01", {"duty": 0, "vat": 396}), ("90.00", {"duty": 0, "vat": 1620}),
    ("90.01", {"duty": 900, "vat": 1782}),  # 10 % of 90.01; 18 % of 99.01 = 17.82.
])  # fmt: skip
def test_north_macedonia_has_two_steps(price: str, charges: dict[str, int]) -> None:
    assert _abroad("MK", "EUR", price, "2026-11-22", "1") == charges


def test_mauritius_charges_the_excess_over_1000_rupees() -> None:
    # The example of the source: of 10,000 the tax is 15 % of 9,000 = 1,350 where there is no duty.
    assert _abroad("MU", "MUR", "1000.00", "2026-11-22", "50") == {"duty": 0, "vat": 0}
    assert _abroad("MU", "MUR", "10000.00", "2026-11-22", "50", duty="0") == {"duty": 0, "vat": 135_000}


def test_jamaica_charges_the_whole_above_its_limit_of_the_day() -> None:
    # 60 USD: above the 50 of March 2024, within the 100 of April. 10 % = 6.00, then 15 % of 66.00 = 9.90.
    assert _abroad("JM", "USD", "60.00", "2024-03-31", "1.25") == {"duty": 600, "vat": 990}
    assert _abroad("JM", "USD", "60.00", "2024-04-01", "1.25") == {"duty": 0, "vat": 0}
    assert _abroad("JM", "USD", "101.00", "2024-04-01", "1.25") == {"duty": 1010, "vat": 1667}


@pytest.mark.parametrize(("origin", "price", "charges"), [
    ("CN", "3000", {"duty": 0, "vat": 0}),
    ("CN", "3001", {"duty": 300, "vat": 363}),  # 10 % of 3,001; 11 % of 3,301 = 363: 663 in all, above the floor.
    ("IT", "4000", {"duty": 0, "vat": 0}),  # 11 % of 4,000 = 440: less than 500 is not collected.
    ("IT", "49999", {"duty": 0, "vat": 5500}),
    ("IT", "50000", {"duty": 5000, "vat": 6050}),  # From here an origin must be proven.
])  # fmt: skip
def test_new_caledonia_frees_small_parcels_and_goods_from_the_union(
    origin: str, price: str, charges: dict[str, int]
) -> None:
    rates = replace(ROUND_RATES, per_eur={**ROUND_RATES.per_eur, "XPF": Decimal("119.33")})
    for country, code in (("NC", "98800"), ("FR", "98800")):
        counter = desk(country, "XPF", postal_code=code, rates=rates, schemes=NOTHING, basic_duty_rate=Decimal(10))
        goods = [TrialItem(Money.parse(price, "XPF"), 1, TSHIRT)]
        order = make_trial(counter, origin=origin, items=goods, delivery=Money(0, "XPF"))
        assert {part.code: part.amount for part in order.parts if part.code in ("duty", "vat")} == charges


@pytest.mark.parametrize(("channel", "value", "tax", "regime"), [
    ("post", "100.00", 0, "UZ-post"), ("post", "300.00", 6000, "UZ-post"),
    ("courier", "1000.00", 0, "UZ-courier"), ("courier", "1200.00", 6000, "UZ-courier"),
])  # fmt: skip
def test_uzbekistan_takes_one_payment_on_what_exceeds_the_limit_of_the_way(
    channel: Channel, value: str, tax: int, regime: str
) -> None:
    # 30 % of 200.00 beyond 100 USD by post, beyond 1,000 USD a quarter by courier; no duty and no VAT beside it.
    order = make_trial(
        desk("UZ", "USD", rates=replace(ROUND_RATES, per_eur={**ROUND_RATES.per_eur, "UZS": Decimal(15000)})),
        origin="CN",
        items=[TrialItem(Money.parse(value, "USD"), 1, TSHIRT)],
        delivery=Money(0, "USD"),
        channel=channel,
    )
    assert (order.at_door, order.regime, order.sure) == (tax, regime, False)
    (payment,) = [part for part in order.parts if part.code == "flat_tax"]
    assert payment.reason == ("on_excess" if tax else "below_threshold")
