"""Exchange rates as central banks publish them: read, weighed against each other, shown with their age."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from entrepot.catalog.ports import NotFetched
from entrepot.integrations.public_web import PublicWeb
from entrepot.integrations.published_rates import PublishedRates
from entrepot.kernel.errors import DomainError
from entrepot.kernel.sentences import Sentence
from entrepot.markets import fx, operations, ports, queries
from entrepot.markets.fx import ECB, RateRow, UnreadableRates
from entrepot.markets.fx_sources import CBR, NBK, SOURCES, TCMB
from entrepot.pricing import queries as pricing
from entrepot.pricing.quote import Destination
from tests.builders import accounts, orders
from tests.pages import Reader

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "fx-ecb"


@pytest.fixture(autouse=True)
def _fresh_rates() -> Iterator[None]:
    queries.forget_fx()
    yield
    queries.forget_fx()


CBR_XML = """<?xml version="1.0" encoding="windows-1251"?>
<ValCurs Date="19.11.2026" name="Foreign Currency Market">
<Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal>
<Name>Доллар США</Name><Value>80,0000</Value><VunitRate>80</VunitRate></Valute>
<Valute ID="R01239"><NumCode>978</NumCode><CharCode>EUR</CharCode><Nominal>1</Nominal>
<Name>Евро</Name><Value>92,0000</Value><VunitRate>92</VunitRate></Valute>
<Valute ID="R01335"><NumCode>398</NumCode><CharCode>KZT</CharCode><Nominal>100</Nominal>
<Name>Тенге</Name><Value>16,0000</Value><VunitRate>0,16</VunitRate></Valute>
<Valute ID="R01717"><NumCode>860</NumCode><CharCode>UZS</CharCode><Nominal>10000</Nominal>
<Name>Узбекских сумов</Name><Value>64,4000</Value><VunitRate>0,00644</VunitRate></Valute>
<Valute ID="R01589"><NumCode>960</NumCode><CharCode>XDR</CharCode><Nominal>1</Nominal>
<Name>СДР</Name><Value>107,1000</Value><VunitRate>107,1</VunitRate></Valute>
</ValCurs>""".encode("windows-1251")

NBK_ARCHIVE = """<?xml version="1.0" encoding="utf-8"?>
<rates><generator>x</generator><title>Official exchange rates</title><date>19.11.2026</date>
<item><fullname>ЕВРО</fullname><title>EUR</title><description>575.00</description><quant>1</quant><index/>
<change>0.00</change></item>
<item><fullname>АРМЯНСКИХ ДРАМОВ</fullname><title>AMD</title><description>13.00</description><quant>10</quant></item>
</rates>""".encode()

NBK_FEED = b"""<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>x</title>
<item><title>EUR</title><pubDate>18.11.2026</pubDate><description>570.00</description><quant>1</quant></item>
<item><title>SAR</title><pubDate>18.11.2026</pubDate><description>132.24</description><quant>1</quant></item>
</channel></rss>"""

TCMB_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<Tarih_Date Tarih="19.11.2026" Date="11/19/2026" Bulten_No="2026/219">
<Currency CrossOrder="0" Kod="USD" CurrencyCode="USD"><Unit>1</Unit><Isim>ABD DOLARI</Isim>
<ForexBuying>47.20</ForexBuying><ForexSelling>47.40</ForexSelling></Currency>
<Currency CrossOrder="9" Kod="EUR" CurrencyCode="EUR"><Unit>1</Unit><Isim>EURO</Isim>
<ForexBuying>54.30</ForexBuying><ForexSelling>54.50</ForexSelling></Currency>
<Currency CrossOrder="12" Kod="IRR" CurrencyCode="IRR"><Unit>100</Unit><Isim>IRAN RIYALI</Isim>
<ForexBuying>0.0064</ForexBuying><ForexSelling/></Currency>
<Currency CrossOrder="0" Kod="XDR" CurrencyCode="XDR"><Unit>1</Unit><ForexBuying/><ForexSelling/></Currency>
</Tarih_Date>"""


def rates(content: bytes) -> dict[str, Decimal]:
    return {row.currency: row.per_eur for row in fx.read_rates(content)}


def test_the_bank_of_russia_quotes_roubles_for_so_many_units_with_a_comma() -> None:
    rows = fx.read_rates(CBR_XML)
    assert {(row.rate_date, row.source) for row in rows} == {(date(2026, 11, 19), CBR)}
    # 92 roubles are one euro: 92 / 80 dollars, 92 / 0.16 tenge, 92 / 0.00644 sum. A drawing right is no money.
    assert rates(CBR_XML) == {
        "RUB": Decimal(92),
        "USD": Decimal("1.15"),
        "KZT": Decimal(575),
        "UZS": Decimal("14285.7142857143"),
    }


def test_the_national_bank_of_kazakhstan_says_the_day_once_or_beside_each_rate() -> None:
    assert rates(NBK_ARCHIVE) == {"KZT": Decimal(575), "AMD": Decimal("442.3076923077")}
    rows = fx.read_rates(NBK_FEED)
    assert {(row.rate_date, row.source) for row in rows} == {(date(2026, 11, 18), NBK)}
    assert rates(NBK_FEED)["SAR"] == Decimal("4.3103448276")


def test_the_turkish_central_bank_buys_and_sells() -> None:
    assert rates(TCMB_XML) == {"TRY": Decimal("54.4"), "USD": Decimal("1.1501057082"), "IRR": Decimal(850000)}
    assert {row.source for row in fx.read_rates(TCMB_XML)} == {TCMB}


def test_the_ecb_zips_its_history() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref-hist.csv", "Date,USD,RUB,\n2022-03-02,1.1106,N/A,\n2022-03-01,1.1162,117.201,\n")
    rows = fx.read_rates(packed.getvalue())
    assert [(row.currency, row.rate_date.isoformat(), str(row.per_eur)) for row in rows] == [
        ("USD", "2022-03-02", "1.1106"),
        ("USD", "2022-03-01", "1.1162"),
        ("RUB", "2022-03-01", "117.201"),
    ]


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published files are not there")
def test_the_files_that_the_ecb_published_are_read_whole() -> None:
    history = fx.read_rates((PUBLISHED / "eurofxref-hist.zip").read_bytes())
    assert len({row.rate_date for row in history}) == 6983
    assert len({row.currency for row in history}) == 41
    newest = {row.currency: row.per_eur for row in history if row.rate_date == date(2026, 4, 13)}
    assert newest == rates((PUBLISHED / "eurofxref.csv").read_bytes())
    shipped = {row.currency: row.per_eur for row in fx.shipped_rows() if row.source == ECB}
    assert shipped == newest


@pytest.mark.parametrize(
    "content",
    [
        CBR_XML.replace(b"<CharCode>EUR", b"<CharCode>EUX"),
        CBR_XML.replace(b"80,0000", b"0,0000"),
        CBR_XML.replace(b"80,0000", b"a lot"),
        CBR_XML.replace(b"<Nominal>1<", b"<Nominal>0<"),
        CBR_XML.replace(b'"19.11.2026"', b'"yesterday"'),
        CBR_XML.replace(b"USD</CharCode>", "ДОЛ</CharCode>".encode("windows-1251")),
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><ValCurs Date="19.11.2026">&b;</ValCurs>',
        b'<?xml version="1.0" encoding="no-such"?><ValCurs/>',
        b"PK\x03\x04 no archive",
        b"\xff\xfe nonsense",
        b"<html><body>Service unavailable</body></html>",
    ],
)
def test_a_broken_file_is_refused_and_named(content: bytes) -> None:
    with pytest.raises(UnreadableRates):
        fx.read_rates(content)


def row(currency: str, day: int, per_eur: str, source: str = ECB) -> RateRow:
    return RateRow(currency, date(2026, 11, day), Decimal(per_eur), source)


def test_the_ecb_goes_before_others_until_it_is_a_week_older() -> None:
    ours, theirs = row("USD", 10, "1.15"), row("USD", 17, "1.20", CBR)
    assert fx.table_of([theirs, ours]).per_eur["USD"] == Decimal("1.15")
    later = row("USD", 18, "1.20", CBR)
    table = fx.table_of([ours, theirs, later])
    assert (table.per_eur["USD"], table.sources["USD"]) == (Decimal("1.20"), CBR)


def test_of_others_the_newest_counts() -> None:
    table = fx.table_of([row("KZT", 17, "570", NBK), row("KZT", 18, "575", CBR), row("USD", 18, "1.15")])
    assert (table.per_eur["KZT"], table.sources["KZT"]) == (Decimal(575), CBR)
    assert (table.date, table.source) == (date(2026, 11, 18), ECB)


def test_sources_that_disagree_are_found_if_their_days_are_close() -> None:
    rows = [
        row("USD", 18, "1.15"),
        row("USD", 19, "1.19", CBR),  # 3.5 % off.
        row("USD", 18, "1.18", TCMB),  # 2.6 %: within what banks differ by.
        row("TRY", 18, "54"),
        row("TRY", 14, "60", TCMB),  # Four days apart: the market moved.
    ]
    (found,) = fx.find_disagreements(rows)
    assert (found.counts, found.other, found.percent) == (rows[0], rows[1], Decimal("3.5"))
    assert len(fx.find_disagreements(rows, percent=Decimal(2))) == 2


def test_a_pair_tells_its_way_through_the_euro() -> None:
    table = fx.table_of([row("USD", 18, "1.15"), row("KZT", 17, "575", CBR)])
    assert table.rate("USD", "KZT") == 500
    legs = [(leg.currency, leg.per_eur, leg.date.day, leg.source) for leg in table.path("USD", "KZT")]
    assert legs == [("USD", Decimal("1.15"), 18, ECB), ("KZT", Decimal(575), 17, CBR)]
    assert [leg.currency for leg in table.path("EUR", "KZT")] == ["KZT"]
    assert table.path("EUR", "EUR") == table.path("USD", "USD") == ()


# --- the command -----------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[str, str]:
    out, told = StringIO(), StringIO()
    call_command("fx", *arguments, stdout=out, stderr=told)
    return out.getvalue(), told.getvalue()


@pytest.mark.django_db
def test_two_sources_are_kept_beside_each_other_and_the_operator_hears_where_they_differ(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ecb.csv", tmp_path / "cbr.xml"
    ours.write_text("Date,USD\n2026-11-19,1.20\n", encoding="utf-8")
    theirs.write_bytes(CBR_XML)
    run("import", str(ours))
    out, told = run("import", str(theirs))
    assert out == "4 rates of 2026-11-19 to 2026-11-19 read, 4 added or changed\n"
    assert told == f"USD: {CBR} says 1.15 per EUR, 4.2 % off 1.2 of {ECB}, which counts\n"
    report = json.loads(run("import", str(theirs), "--json")[0])
    assert (report["changed"], report["sources"]) == (0, [CBR])
    assert report["disagreements"] == [
        {"currency": "USD", "counts": "1.2000000000", "other": "1.1500000000", "source": CBR, "percent": "4.2"}
    ]
    shown = json.loads(run("show", "usd/kzt", "--on", "2026-11-20", "--json")[0])
    assert Decimal(shown.pop("rate")).quantize(Decimal("0.0001")) == Decimal("479.1667")  # 575 / 1.2
    assert shown == {
        "pair": "USD/KZT",
        "age_days": 1,
        "path": [
            {"currency": "USD", "per_eur": "1.2000000000", "date": "2026-11-19", "age_days": 1, "source": ECB},
            {"currency": "KZT", "per_eur": "575.0000000000", "date": "2026-11-19", "age_days": 1, "source": CBR},
        ],
    }
    before = json.loads(run("show", "USD/KZT", "--on", "2026-11-18", "--json")[0])
    assert before["path"][0]["per_eur"] == "1.1684"  # What was known then: the snapshot.
    assert "1 USD = " in run("show", "USD/KZT", "--on", "2026-11-20")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "USDKZT"], "written such as USD/BRL"),
        (["show", "USD/ABC"], "no source quotes ABC"),
        (["import"], "name a file, or a source"),
    ],
)
def test_the_command_says_what_it_cannot_do(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)


class Answering:
    """A publisher's site that answers with one file, or with nothing."""

    def __init__(self, content: bytes | None) -> None:
        self.content, self.asked = content, ""

    def fetch(self, url: str) -> bytes:
        self.asked = url
        if self.content is None:
            raise ports.RatesNotFetched("The server did not answer in time.")
        return self.content


@pytest.fixture
def publisher() -> Iterator[Any]:
    before = ports.get_fetcher()

    def bind(content: bytes | None) -> Answering:
        site = Answering(content)
        ports.bind_fetcher(site)
        return site

    yield bind
    ports.bind_fetcher(before)


@pytest.mark.django_db
def test_rates_are_fetched_from_where_their_source_publishes_them(publisher: Any) -> None:
    site = publisher(TCMB_XML)
    out, _told = run("import", "--fetch", "tcmb")
    assert site.asked == "https://www.tcmb.gov.tr/kurlar/today.xml"
    assert out.startswith("3 rates of 2026-11-19")
    publisher(None)
    with pytest.raises(CommandError, match="did not answer in time"):
        run("import", "--fetch", "ecb")
    with pytest.raises(DomainError, match="published are daily"):
        run("import", "--fetch", "cbr", "--what", "history")


def test_every_source_is_asked_over_tls() -> None:
    addresses = [address for source in SOURCES.values() for address in source.addresses.values()]
    assert len(addresses) == 6
    assert all(address.startswith("https://") for address in addresses)


@pytest.mark.parametrize("address", ["http://127.0.0.1/rates.xml", "http://169.254.169.254/", "http://[::1]/x"])
def test_nothing_inside_is_reached(address: str) -> None:
    with pytest.raises(ports.RatesNotFetched):
        PublishedRates().fetch(address)


def test_why_nothing_was_fetched_is_told() -> None:
    class Silent(PublicWeb):
        def fetch(self, url: str) -> bytes:
            raise NotFetched(Sentence("The server did not answer in time."))

    with pytest.raises(ports.RatesNotFetched, match="did not answer in time"):
        PublishedRates(Silent()).fetch("https://example.org/")


# --- what old rates mean ---------------------------------------------------------------------------------------------


@pytest.fixture
def limit_of_days(tmp_path: Path, settings: Any) -> Iterator[Any]:
    """Return a function that has the operator allow rates of so many days at most."""

    def allow(days: int) -> None:
        path = tmp_path / "operator.toml"
        path.write_text(
            f'name = "Trial"\ncountry = "SG"\ncurrency = "SGD"\nfx_stale_after_days = {days}\n', encoding="utf-8"
        )
        settings.OPERATOR_FILE = str(path)
        queries.get_library.cache_clear()

    yield allow
    queries.get_library.cache_clear()


@pytest.mark.django_db
def test_a_price_at_an_old_rate_is_not_sure(limit_of_days: Any, now: datetime) -> None:
    orders.open_buying("DE", "IT")
    listing = orders.goods(orders.shop("TR"), hs="610910")
    code = orders.code_of(listing)

    def unsure(country: str = "TR", currency: str = "EUR") -> tuple[str, ...]:
        quote = pricing.get_quote(
            lines=[(code, 1)], destination=Destination(country, "", ""), currency=currency, at=now
        )
        return quote.orders[0].unsure

    orders.open_buying("TR")
    assert "rates_old" not in unsure()
    limit_of_days(7)
    assert "rates_old" in unsure()  # The snapshot is of April.
    assert "rates_old" not in unsure(currency="TRY")  # Nothing is turned into other money.
    operations.load_fx(rows=[RateRow("TRY", (now - timedelta(days=7)).date(), Decimal("54.4"), TCMB)], now=now)
    assert "rates_old" not in unsure()
    assert "rates_old" in unsure(currency="USD")


@pytest.mark.django_db
def test_the_console_shows_age_and_disagreement(now: datetime) -> None:
    operations.load_fx(rows=[row("USD", 19, "1.20"), row("USD", 19, "1.15", CBR), row("KZT", 19, "575", CBR)], now=now)
    reader = Reader(person_id=accounts.operator().id).open("/operator/rates/")
    assert reader.status == 200
    assert "Two sources disagree" in reader.words
    assert "4.2 % apart" in reader.words
    assert "KZT 575" in reader.words
    assert CBR in reader.words
    assert Reader().open("/operator/rates/").address.startswith("/account/")
    overview = Reader(person_id=accounts.operator().id).open("/operator/")
    assert "Sources disagree about 1 exchange rate" in overview.words
