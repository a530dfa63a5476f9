"""
Published worked examples, each with its source, through the function behind `entrepot quote`.

The figures are those of the source; exchange rates are given where the example names one. A value is the price of one
piece; `duty` and `tax` are what the source says, None where it says nothing.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.customs.rulebook import RuleBook
from entrepot.kernel.money import Money, Rounding
from entrepot.markets.packs import Duty, Regime, Tax, TaxRate
from entrepot.pricing import trial
from entrepot.pricing.trial import TrialItem, landed_sums, make_trial
from entrepot.shipping.rules import Channel
from tests.builders.markets import ROUND_RATES, book, desk

TSHIRT, WATCH, TROUSERS = "610910", "910211", "620342"


@dataclass(frozen=True)
class Example:
    """One published calculation."""

    id: str
    country: str
    currency: str
    source: str
    on: str
    values: tuple[tuple[str, int, str], ...]
    duty: str | None
    tax: str | None
    total: str | None
    regime: str
    freight: str = "0"
    registered: bool = False
    channel: Channel | None = None
    origin: str = "CN"
    duty_rate: str | None = None
    weight_g: int | None = None
    fx: dict[str, str] = field(default_factory=dict)


_UOL = (
    "https://economia.uol.com.br/noticias/redacao/2025/07/29/"
    "e-mail-cobrando-taxa-das-blusinhas-pode-ser-golpe-quando-devo-pagar.htm"
)
_D24 = "https://d24am.com/economia/taxa-das-blusinhas-sites-chineses-antecipam-cobranca-nas-compras/"
_BAKER = (
    "https://globalimportblog.bakermckenzie.com/2026/07/02/"
    "eu-low-value-consignment-relief-abolished-and-eur-3-customs-duty-introduced-from-1-july-2026/"
)

EXAMPLES = [
    Example(
        "BR-01", "BR", "USD", _UOL, "2026-11-22", ((TROUSERS, 1, "50.00"),), "10.00", "12.29", "72.29",
        "BR-RC-le50", registered=True,
    ),
    Example(
        "BR-03", "BR", "BRL", _D24, "2024-08-01", ((TROUSERS, 1, "100.00"),), "20.00", "24.58", "144.58",
        "BR-RC-le50", registered=True, fx={"USD/BRL": "5.50"},
    ),
    Example(
        "BR-04", "BR", "BRL", _D24, "2024-08-01", ((TROUSERS, 1, "330.00"),), "88.00", "85.61", "503.61",
        "BR-RC-50-3000", registered=True, fx={"USD/BRL": "5.50"},
    ),
    Example(
        "CL-01", "CL", "USD",
        "https://www.eldinamo.cl/economia/dinero/2025/10/02/compras-online-en-el-extranjero-con-iva-las-plataformas-inscritas-y-como-se-aplicara-el-impuesto/",
        "2025-10-25", ((TSHIRT, 1, "30.00"),), "0.00", "5.70", "35.70", "CL-remote-sale", registered=True,
    ),
    Example(
        "EU-02", "DE", "EUR", _BAKER, "2026-07-01", ((TSHIRT, 5, "10.00"),), "3.00", None, None,
        "DE-EUR3-2026-border",
    ),
    Example(
        "EU-03", "DE", "EUR", _BAKER, "2026-07-01", ((TSHIRT, 1, "10.00"), (WATCH, 1, "30.00")), "6.00", None, None,
        "DE-EUR3-2026", registered=True,
    ),
    Example(
        "BE-01", "BE", "EUR", "https://zloadr.com/?id=94942&type=Book", "2025-01-01", ((TSHIRT, 3, "60.00"),),
        "0.00", "37.80", "217.80", "BE-import", registered=True, duty_rate="0",
    ),
    Example(
        "IN-01", "IN", "INR", "https://mumbaicustomszone3.gov.in/apsc-ict-faq", "2026-03-01", ((TSHIRT, 1, "100.00"),),
        "20.00", "21.60", "141.60", "IN-courier", duty_rate="20",
    ),
    Example(
        "KR-01", "KR", "USD", "https://bal.pe.kr/en/guide/jiggu-customs-150usd-2026", "2026-03-01",
        ((TSHIRT, 1, "250.00"),), "16.25", "26.63", "292.88", "KR-US-200", origin="US", duty_rate="6.5",
    ),
    Example(
        "MY-01", "MY", "MYR", "https://inelogi.com/index.php?news_id=6&route=information%2Fnews", "2026-03-01",
        ((TSHIRT, 1, "480.00"),), "0.00", "48.00", "548.00", "MY-LVG", freight="20.00", registered=True,
    ),
    Example(
        "AR-01", "AR", "USD",
        "https://www.cronista.com/infotechnology/actualidad/comprar-en-amazon-y-aliexpress-cual-es-la-diferencia-entre-los-envios-por-courier-y-los-puerta-a-puerta/",
        "2025-01-01", ((TSHIRT, 1, "100.00"),), "0.00", "21.00", "121.00", "AR-courier", channel="courier",
    ),
    Example(
        "RU-02", "RU", "RUB", "https://www.interfax.ru/world/1067139", "2026-07-01", ((TSHIRT, 1, "50000.00"),),
        "2500.00", None, None, "RU-EAEU-ecom-2026", weight_g=2000,
    ),
    Example(
        "TR-01", "TR", "EUR", "https://en.haberler.com/a-new-era-in-shopping-from-abroad-shipping-costs-2019641",
        "2025-01-01", ((TSHIRT, 1, "29.00"),), None, None, None, "TR-declaration-2024", freight="2.00",
    ),
    Example(
        "CH-02", "CH", "CHF",
        "https://bazg.admin.ch/bazg/en/home/information-individuals/online-shopping--mail-and-courier-consignments/importation-into-switzerland/receipt-of-letters-and-parcels.html",
        "2026-01-01", ((TSHIRT, 1, "61.00"),), "0.00", "0.00", "61.00", "CH-2025", channel="post",
    ),
    Example(
        "NZ-01", "NZ", "NZD",
        "https://kpmg.com/nz/en/home/insights/2019/09/gst-on-low-value-goods-starting-from-1-december-2019.html",
        "2026-01-01", ((TSHIRT, 3, "400.00"),), "0.00", "180.00", "1380.00", "NZ-LVIG", registered=True,
    ),
    Example(
        "JP-H1", "JP", "JPY", "https://slideplayer.com./amp/9023258", "2015-01-01", ((TSHIRT, 1, "15000"),),
        "1500", "1320", "17820", "JP-import", duty_rate="10",
    ),
    Example(
        "JP-H1 below the limit", "JP", "JPY", "https://slideplayer.com./amp/9023258", "2015-01-01",
        (("950300", 1, "5000"),), "0", "0", "5000", "JP-10000", duty_rate="10",
    ),
    Example(
        "ZA, duty and VAT", "ZA", "ZAR",
        "https://www.pioneerfreight.co.za/how-is-customs-duty-vat-calculated-on-imported-goods/", "2026-01-01",
        ((TSHIRT, 1, "1000.00"),), "200.00", "195.00", "1395.00", "ZA-import", duty_rate="20",
    ),
    Example(
        "ZA, VAT alone", "ZA", "ZAR",
        "https://www.pioneerfreight.co.za/how-is-customs-duty-vat-calculated-on-imported-goods/", "2026-01-01",
        ((TSHIRT, 1, "1000.00"),), "0.00", "165.00", "1165.00", "ZA-import", duty_rate="0",
    ),
    Example(
        "JP, bought for oneself", "JP", "JPY", "https://dime.jp/genre/581384", "2019-01-01",
        ((TSHIRT, 1, "30000"),), "0", "1440", "31440", "JP-import", duty_rate="0",
    ),
    Example(
        "US-01", "US", "USD",
        "https://www.supplychaindive.com/news/cbp-readies-more-stringent-data-requirements-for-postal-imports/823923/",
        "2026-03-01", ((TSHIRT, 1, "30.00"),), "3.00", "0.00", "33.00", "US-s122", channel="post",
    ),
]  # fmt: skip


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.id)
def test_a_published_example_comes_out_as_published(example: Example) -> None:
    rates = ROUND_RATES if not example.fx else ROUND_RATES.with_pairs({k: Decimal(v) for k, v in example.fx.items()})
    missing = {"CLP": "1200", "INR": "110", "MYR": "5", "ARS": "1600"}
    rates = replace(rates, per_eur={**rates.per_eur, **{k: Decimal(v) for k, v in missing.items()}})
    if example.fx:
        rates = rates.with_pairs({k: Decimal(v) for k, v in example.fx.items()})
    at = datetime.combine(date.fromisoformat(example.on), time(12), tzinfo=UTC)
    reference = book().pack(example.country)
    assert reference is not None
    counter = desk(
        example.country,
        example.currency,
        region=reference.reference_address.region,
        at=at,
        rates=rates,
        schemes=trial.all_schemes(book()) if example.registered else frozenset(),
        basic_duty_rate=None if example.duty_rate is None else Decimal(example.duty_rate),
    )
    order = make_trial(
        counter,
        origin=example.origin,
        items=[
            TrialItem(Money.parse(value, example.currency), quantity, hs, weight_g=example.weight_g)
            for hs, quantity, value in example.values
        ],
        delivery=Money.parse(example.freight, example.currency),
        channel=example.channel,
    )
    assert order.regime == example.regime
    sums = landed_sums(order)
    for name, expected in (("duty", example.duty), ("tax", example.tax), ("total", example.total)):
        if expected is not None:
            assert Money(sums[name], example.currency).text == expected, (name, order.parts)
    assert sums["total"] == order.total + order.at_door


@pytest.mark.parametrize(("price", "tax"), [("16666", 0), ("16667", 1000)])
def test_a_purchase_for_oneself_is_free_in_japan_while_three_fifths_of_its_price_are(price: str, tax: int) -> None:
    order = make_trial(
        desk("JP", "JPY", basic_duty_rate=Decimal(0)),
        origin="CN",
        items=[TrialItem(Money.parse(price, "JPY"), 1, "950300")],
        delivery=Money(3000, "JPY"),
    )
    assert (order.regime, landed_sums(order)["tax"]) == ("JP-10000", tax)
    assert order.unsure == (() if not tax else ("value_unconfirmed",))


def test_a_value_that_the_law_counts_in_place_of_the_price_is_explained_with_its_own_source() -> None:
    order = make_trial(
        desk("ZA", "ZAR", basic_duty_rate=Decimal(20), rates=replace(ROUND_RATES, per_eur={"ZAR": Decimal(20)})),
        origin="CN",
        items=[TrialItem(Money(100_000, "ZAR"), 1, TSHIRT), TrialItem(Money(33_333, "ZAR"), 3, "691200")],
        delivery=Money(20_000, "ZAR"),
    )
    (vat,) = [part for part in order.parts if part.code == "vat"]
    # 1,000.00 and 999.99 with a tenth of each: 1,100.00 and 1,099.99; a fifth of the price as duty; no freight.
    assert (vat.base, vat.amount, vat.shares) == (219_999 + 40_000, 39_000, (19_500, 19_500))
    assert (vat.reason, "sars.gov.za" in vat.source) == ("added_tax_value", True)


def test_goods_of_the_southern_african_customs_union_bear_no_duty_and_no_addition() -> None:
    rates = replace(ROUND_RATES, per_eur={"ZAR": Decimal(20)})
    items = [TrialItem(Money(100_000, "ZAR"), 1, TSHIRT, origin="BW")]
    order = make_trial(desk("ZA", "ZAR", rates=rates), origin="BW", items=items, delivery=Money(0, "ZAR"))
    assert (order.regime, landed_sums(order)["duty"], landed_sums(order)["tax"]) == ("ZA-SACU", 0, 15_000)


def test_the_historic_british_example_rounds_the_duty_down_and_the_vat_to_the_nearest() -> None:
    """
    80 GBP and 35 freight at 3.5 % duty and 17.5 % VAT: 4.025 is shown as 4.02, VAT .175 × 119.02 = 20.8285 as 20.83.

    Source: https://www.wedelivertheworld.co.uk/support/faqs/what-is-the-value-for-vat (a rate of before 2011).
    """
    source = "https://www.wedelivertheworld.co.uk/support/faqs/what-is-the-value-for-vat"
    regime = Regime(
        id="GB-historic",
        valid_to=date(2011, 1, 3),
        collector="carrier",
        source=source,
        confidence="high",
        duties=(Duty(kind="tariff", base="cif", rounding=Rounding.DOWN),),
        taxes=(Tax(base=("goods", "freight", "duty")),),
    )
    rate = TaxRate(rate=Decimal("17.5"), valid_to=date(2011, 1, 3), source=source, confidence="high")
    library = book().library
    britain = library.countries["GB"].model_copy(update={"regimes": (regime,), "tax_rates": (rate,)})
    historic = RuleBook(replace(library, countries={**library.countries, "GB": britain}), book().tariff)
    counter = desk("GB", "GBP", at=datetime(2010, 6, 1, tzinfo=UTC), rule_book=historic, basic_duty_rate=Decimal("3.5"))
    order = make_trial(
        counter, origin="US", items=[TrialItem(Money(8000, "GBP"), 1, TSHIRT)], delivery=Money(3500, "GBP")
    )
    sums = landed_sums(order)
    assert (sums["duty"], sums["tax"], sums["total"]) == (402, 2083, 13985)


EXAMPLES_FILE = Path(__file__).resolve().parents[3] / "shared" / "domain" / "landed_cost_examples.csv"


@pytest.mark.skipif(not EXAMPLES_FILE.is_file(), reason="the collection of examples lies beside the project, not in it")
def test_every_collected_example_is_tested_with_the_source_that_it_names() -> None:
    with EXAMPLES_FILE.open(encoding="utf-8") as file:
        collected = {row["example_id"]: row["source"] for row in csv.DictReader(file)}
    here = {example.id: example.source for example in EXAMPLES}
    # The historic British one has a test of its own above.
    assert {name: source for name, source in collected.items() if name != "GB-H1"} == {
        name: here.get(name) for name in collected if name != "GB-H1"
    }
