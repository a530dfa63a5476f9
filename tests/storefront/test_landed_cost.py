"""Anybody works out a landed cost, and reads what applies in a country."""

from __future__ import annotations

import pytest

from entrepot.markets import queries as markets
from entrepot.storefront import country_rules
from entrepot.storefront.kept import forget_all
from entrepot.storefront.views import landed_cost
from entrepot.ui.limits import RateLimit
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db

TRY = "/landed-cost?from=CN&to=DE&currency=EUR"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landed_cost, "_asked_often", RateLimit(per_minute=10_000))
    forget_all()


def ask(query: str = "", *, choice: str = "DE.EUR.en") -> Reader:
    return Reader(choice).open(f"/landed-cost{query}")


def worked_out(reader: Reader) -> list[tuple[str, str]]:
    """The table of parts, as (what, amount)."""
    rows = reader.page.xpath("//table//tr[td]")
    return [tuple(" ".join(cell.text_content().split()) for cell in row.xpath("./th|./td")) for row in rows]  # type: ignore[misc]


def test_the_page_begins_with_a_way_to_the_readers_country_and_reproaches_nothing() -> None:
    reader = ask()
    assert reader.status == 200
    form = reader.form("/landed-cost#answer")
    assert (form.fields["from"], form.fields["to"], form.fields["currency"]) == ("CN", "DE", "EUR")
    assert reader.faults() == []
    assert unsafe_markup(reader.text) == []


def test_somebody_fills_the_form_in_and_sees_each_part_with_rate_base_liability_source_and_date() -> None:
    # China to Brazil, 50 USD over a registered platform: 20 % of 50.00 = 10.00; ICMS 17 % inside of 60.00 = 12.29.
    reader = ask(choice="BR.USD.en").send(
        "/landed-cost#answer", hs="6203 42", value="50.00", weight_g="400", channel="registered"
    )
    assert reader.status == 200
    rows = dict(worked_out(reader))
    duty = next(what for what in rows if what.startswith("Import duty"))
    assert "20% of US$50.00" in duty
    assert "since Aug 1, 2024" in duty
    assert "paid over by Entrepot" in duty
    assert "Remessa Conforme, up to 50 USD" in duty
    icms = next(what for what in rows if what.startswith("ICMS"))
    assert "17% of US$60.00" in icms
    assert (rows[duty], rows[icms], rows["You pay now"]) == ("US$10.00", "US$12.29", "US$72.29")
    assert reader.page.xpath("//table//a[starts-with(@href, 'https://')]")


def test_the_answer_says_how_old_the_exchange_rates_are_where_any_were_needed() -> None:
    # 2026-11-22 is 223 days after the ECB's rates that ship, 2026-04-13.
    converted = ask("?from=CN&to=BR&currency=USD&value=50&hs=620342&on=2026-11-22")
    assert "Converted at exchange rates of Apr 13, 2026, 223 days old." in converted.text
    fresh = ask("?from=CN&to=BR&currency=USD&value=50&hs=620342&on=2026-04-17")
    assert "Converted at exchange rates of Apr 13, 2026." in fresh.text
    assert "Converted at" not in ask("?from=CN&to=DE&currency=EUR&value=50&hs=620342").text


def test_an_address_without_destination_or_money_means_the_readers() -> None:
    reader = ask("?from=CN&value=20&hs=610910", choice="CH.CHF.en")
    assert reader.status == 200
    form = reader.form("/landed-cost#answer")
    assert (form.fields["to"], form.fields["currency"]) == ("CH", "CHF")


def test_the_address_of_an_answer_gives_the_same_answer_to_whoever_opens_it() -> None:
    reader = ask().send("/landed-cost#answer", hs="610910", value="100", channel="post", on="2026-11-22")
    again = Reader("IT.USD.en").open(f"/landed-cost?{sent(reader)}")
    assert worked_out(again) == worked_out(reader)
    # 3 EUR of duty and 19 % of 103.00, both asked for at the door.
    assert ("Due on delivery, estimated", "€22.57") in worked_out(again)
    assert ("Altogether", "€122.57") in worked_out(again)


def sent(reader: Reader) -> str:
    from urllib.parse import urlencode

    return urlencode(dict(reader.form("/landed-cost#answer").form_values()))


def test_what_falls_due_on_delivery_is_told_beside_the_figure_that_holds_it() -> None:
    reader = ask("?from=ES&from_postal_code=35001&to=FR&postal_code=97400&currency=EUR&hs=610910&value=100&delivery=10")
    assert "Spain to Réunion" in reader.words
    assert "delivered to Réunion, about €9.35 of import charges due on delivery" in reader.words
    assert "Not included: octroi de mer" in reader.words
    unknown = ask("?from=ES&to=ES&postal_code=51001&currency=EUR&hs=610910&value=100")
    assert "delivered to Spain, import charges not included" in unknown.words
    assert "Not included: IPSI" in unknown.words


def test_goods_of_several_kinds_are_one_parcel() -> None:
    reader = ask("?from=CN&to=DE&currency=EUR&hs=610910&value=20&quantity=1&hs=910211&value=30&quantity=2")
    # Two subheadings: two duties of 3 EUR.
    assert ("€6.00") in [amount for what, amount in worked_out(reader) if what.startswith("Import duty")]


def test_words_in_place_of_a_code_are_answered_with_codes_to_choose_from() -> None:
    reader = ask().send("/landed-cost#answer", hs="cotton t-shirt", value="20")
    assert reader.status == 422
    assert reader.faults() == ["Choose the code that fits best."]
    (first, *_) = reader.page.xpath("//fieldset//li/a")
    assert " ".join(first.text_content().split()) == "610910 T-shirts, singlets"
    chosen = reader.open(f"/landed-cost{first.get('href')}")
    assert chosen.status == 200
    assert chosen.form("/landed-cost#answer").fields["hs"] == "610910"
    assert ("Goods The seller's price without tax.", "€20.00") in worked_out(chosen)
    assert ask().send("/landed-cost#answer", hs="qwrtz", value="20").faults() == ["No code is known for these words."]


def test_more_goods_gives_another_line_and_keeps_what_was_typed() -> None:
    reader = ask().send("/landed-cost#answer", button="1", hs="610910", value="20")
    assert reader.status == 200
    assert [node.get("value") or "" for node in reader.page.xpath("//input[@name='value']")] == ["20", ""]
    assert reader.faults() == []
    full = ask("?from=CN&to=DE&currency=EUR&more=1" + "&value=1" * 9)
    assert len(full.page.xpath("//input[@name='value']")) == 6
    assert not full.page.xpath("//button[@name='more']")


def test_a_line_that_says_nothing_is_none() -> None:
    reader = ask("?from=CN&to=DE&currency=EUR&hs=&value=&quantity=&hs=610910&value=20&quantity=1&hs=&value=&quantity=")
    assert reader.status == 200
    assert ("Goods The seller's price without tax.", "€20.00") in worked_out(reader)


def test_why_an_answer_is_not_certain_is_said() -> None:
    reader = ask("?from=CN&to=AF&currency=EUR&value=100")
    assert "Why this is not certain" in reader.words
    assert "The goods have no customs code yet." in reader.words
    assert "import charges not included" in reader.words


def test_goods_that_may_not_travel_are_refused_with_reason_and_source() -> None:
    reader = ask("?from=CN&to=DE&currency=EUR&hs=930400&value=100")
    assert reader.status == 200
    assert "Weapons are not sold here." in reader.words


def test_a_region_is_asked_where_rules_differ_by_it() -> None:
    reader = ask("?from=CN&to=BR&currency=USD&region=MG&hs=620342&value=50&channel=registered")
    assert reader.form("/landed-cost#answer").fields["region"] == "MG"
    assert any("20% of US$60.00" in what for what, _ in worked_out(reader))
    assert "region" not in ask("?from=CN&to=PL&currency=EUR&value=1").form("/landed-cost#answer").fields


def test_a_postal_code_tells_a_special_place() -> None:
    reader = ask("?from=CN&to=ES&currency=EUR&postal_code=35001&hs=610910&value=100")
    assert not any("21%" in what for what, _ in worked_out(reader))


def test_the_senders_postal_code_tells_one_too_and_stays_in_the_form() -> None:
    reader = ask("?from=ES&from_postal_code=35001&to=DE&currency=EUR&hs=610910&value=200")
    assert any("The goods come from inside the customs union" in what for what, _ in worked_out(reader))
    assert reader.form("/landed-cost#answer").fields["from_postal_code"] == "35001"


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("&value=abc", "Enter a number."),
        ("&value=", "This is needed."),
        ("&value=-1", "At least 0."),
        ("&value=1e999999999", "At most 1000000000."),
        ("&value=NaN", "Enter a number."),
        ("&value=1.234", "This has more decimals than the currency."),
        ("&value=1&hs=12", "A customs code has 6 to 10 digits, such as 6109 10."),
        ("&value=1&hs=٦١٠٩١٠", "A customs code has 6 to 10 digits, such as 6109 10."),
        ("&value=1&quantity=0", "At least 1."),
        ("&value=1&quantity=9999999999999", "At most 100000."),
        ("&value=1&weight_g=x", "Enter a whole number."),
        ("&value=1&origin=XX", "Choose one from the list."),
        ("&value=1&delivery=x", "Enter a number."),
        ("&value=1&on=soon", "Enter a valid date."),
        ("&value=1&on=0001-01-01", "This is too small or too large."),
        ("&value=1&channel=rocket", "Choose one from the list."),
        ("&value=1&region=%3Cscript%3Ealert(1)%3C/script%3E&to=BR", "Choose one from the list."),
    ],
)
def test_what_cannot_be_taken_is_told_beside_its_field(query: str, fault: str) -> None:
    reader = ask(f"?from=CN&to=DE&currency=EUR{query}")
    assert reader.status == 422
    assert any(text.startswith(fault) for text in reader.faults())
    assert "<script>alert" not in reader.text
    assert not reader.page.xpath("//table")


@pytest.mark.parametrize(
    "query",
    [
        "?from=%00&to=%00&currency=%00&value=%00",
        "?from=" + "A" * 5000,
        "?from=CN&from=DE&to=%F0%9F%98%80&value=%D9%A1",
        "?from=CN&to=DE&currency=EUR&value=999999999&quantity=100000&delivery=999999999",
        "?from=CN&to=IR&currency=IRR&value=999999999&quantity=100000&hs=610910",
        "?from=%ud800&to=DE",
        "?from=CN&to=DE&currency=EUR&postal_code=((((((&value=1",
        "?from=CN&to=US&currency=EUR&region=%2F..%2F&value=1",
    ],
)
def test_no_address_makes_the_page_fail(query: str) -> None:
    reader = ask(query)
    assert reader.status in (200, 422)
    assert unsafe_markup(reader.text) == []


def test_whoever_asks_too_often_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landed_cost, "_asked_often", RateLimit(per_minute=2))
    readers = [ask("?from=CN&to=DE&currency=EUR&value=1") for _ in range(3)]
    assert [reader.status for reader in readers] == [200, 200, 429]
    assert "That was often." in readers[-1].words
    assert ask().status == 200


def test_a_page_that_swaps_its_parts_gets_faults_too() -> None:
    reader = Reader("DE.EUR.en")
    answer = reader.client.get(f"{TRY}&value=x", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "Enter a number." in answer.content.decode()


def test_every_country_has_a_page_and_stands_in_the_index() -> None:
    index = Reader("DE.EUR.en").open("/landed-cost/countries")
    links = index.page.xpath("//ul[@id='rules']//a/@href")
    assert len(links) == len(set(links)) == len(markets.list_iso_countries()) == 249
    assert "/landed-cost/brazil" in links
    reader = Reader("DE.EUR.en")
    for link in links:
        assert reader.open(link).status == 200, link
        assert unsafe_markup(reader.text) == []


def test_the_status_of_a_country_is_that_of_what_is_worked_out_there() -> None:
    reader = Reader("DE.EUR.en").open("/landed-cost/brazil")
    assert "Remessa Conforme, up to 50 USD" in reader.words
    assert "Value of the goods with delivery: up to US$50.00 (for each parcel)" in reader.words
    assert "20% on goods and delivery" in reader.words
    assert "since Aug 1, 2024" in reader.words
    assert "Taxpayer number (CPF)" in reader.words
    assert Reader("DE.EUR.en").open("/landed-cost/afghanistan").words.count("are not known to us") == 1


def test_a_countrys_page_says_what_counts_in_place_of_the_price() -> None:
    japan = Reader("DE.EUR.en").open("/landed-cost/japan").words
    assert "60% of the price of the goods" in japan
    assert "Goods for personal use are assessed at a part of their price." in japan
    assert "Nothing up to ¥10,000 of the assessed value" in japan
    africa = Reader("DE.EUR.en").open("/landed-cost/south-africa").words
    assert "110% of the price of the goods, without delivery" in africa
    assert "sars.gov.za" in africa
    assert "the country's own rate on the assessed value and duty" in africa


@pytest.mark.parametrize("address", ["br", "BR", "Brazil", "BRAZIL"])
def test_a_country_is_found_by_its_code_and_its_name(address: str) -> None:
    answer = Reader("DE.EUR.en").client.get(f"/landed-cost/{address}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/landed-cost/brazil")


@pytest.mark.parametrize("address", ["nowhere", "xx", "%00", "..%2Fetc", "٣"])
def test_what_is_no_country_has_no_page(address: str) -> None:
    assert Reader("DE.EUR.en").open(f"/landed-cost/{address}").status == 404


def test_names_of_countries_are_told_apart() -> None:
    slugs = [country_rules.slug_of(code) for code in markets.list_iso_countries()]
    assert len(set(slugs)) == len(slugs)


def test_a_countrys_page_says_what_its_special_places_charge_beside_what_is_known() -> None:
    spain = Reader("DE.EUR.en").open("/landed-cost/spain").words
    assert "Not included: AIEM, which the Canary Islands charge on some goods." in spain
    assert "Not included: IPSI, which Ceuta and Melilla charge by goods." in spain


def test_a_place_of_special_rules_leads_to_its_own_page() -> None:
    reader = Reader("DE.EUR.en").open("/landed-cost/france")
    assert "/landed-cost/reunion" in reader.page.xpath("//main//a/@href")
    assert (
        "For customs and taxes it is a part of another country" in Reader("DE.EUR.en").open("/landed-cost/monaco").words
    )
