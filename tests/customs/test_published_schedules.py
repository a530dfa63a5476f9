"""Readers of published schedules: on small documents of our own, and on the real files where they are present."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from entrepot.customs.published import formats, us_additions
from entrepot.customs.published.nomenclature_texts import read_texts
from entrepot.customs.published.rate_texts import NotUnderstood, Rate, read_rate, read_special_rates
from entrepot.customs.published.us_tariff import read_hts
from entrepot.customs.tariff_files import BadTariff

SHARED = Path(__file__).parents[3] / "shared" / "data"
needs_files = pytest.mark.skipif(not (SHARED / "tariff-us").is_dir(), reason="the published files are not here")

EXPORT = """\
"HTS Number","Indent","Description","Unit of Quantity","General Rate of Duty","Special Rate of Duty",\
"Column 2 Rate of Duty","Quota Quantity","Additional Duties"
"6109","0","T-shirts, singlets:","","","","","",""
"6109.10.00","1","Of cotton","","16.5%","Free (AU, BH, CL, CO, IL, JO, KR, MA, OM, P, PA, PE, S, SG)","90%","",""
"6109.10.00.04","2","Men's, white","[""doz."",""kg""]","","","","",""
"6404.19.36","1","Valued over $3 a pair","","90¢/pr. + 37.5%","Free (AU) 9¢/pr. + 3.7% (KR) 1/","$1.58/pr. + 66%","",""
"9102.11.10","1","Watches","","44¢ each + 6% on the case and strap","Free (A*,AU,D,E)","$1.70 each + 45%","",""
"4901.99.00","1","Other books","","Free","","Free","",""
"8471","0","Computers","","","","","",""
"nonsense","1","Something","","5%","","","",""
"9903.88.15","0","Articles of China","","The duty provided in the applicable subheading + 7.5%","","","",""
"""


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("Free", Rate()),
        ("free 1/", Rate()),
        ("4.5%", Rate(Decimal("4.5"))),
        ("16.5% 2/", Rate(Decimal("16.5"))),
        ("2.5¢/kg", Rate(amount=Decimal("0.025"), unit="kg")),
        ("2.5¢/kg + 3%", Rate(Decimal(3), Decimal("0.025"), "kg")),
        ("$1.50/doz.", Rate(amount=Decimal("0.125"), unit="piece")),
        ("$1.055/kg", Rate(amount=Decimal("1.055"), unit="kg")),
        ("7 cents/kg", Rate(amount=Decimal("0.07"), unit="kg")),
        ("51¢ each", Rate(amount=Decimal("0.51"), unit="piece")),
        ("90¢/pr. + 37.5%", Rate(Decimal("37.5"), Decimal("0.9"), "piece")),
        ("$1,035/t", Rate(amount=Decimal("1.035"), unit="kg")),
        ("85¢/gross", Rate(amount=Decimal("0.005903"), unit="piece")),
    ],
)
def test_rates_are_read_as_they_are_worded(text: str, rate: Rate) -> None:
    assert read_rate(text) == rate


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The rate applicable to the article of which it is a part",
        "44¢ each + 6% on the case and strap",
        "See 9903.88.15",
        "6.3¢/liter",
        "2.5¢/kg + 1¢ each",
        "5",
        "$2",
        "$5¢/kg",
        "1.9% less 20%",
    ],
)
def test_a_rate_in_other_words_is_not_guessed_at(text: str) -> None:
    with pytest.raises(NotUnderstood):
        read_rate(text)


def test_special_rates_come_with_the_programs_that_they_hold_for() -> None:
    assert list(read_special_rates("Free (AU,BH, S+) 7¢/kg (KR) See 9822.04.50 (AU)")) == [
        ("Free", ("AU", "BH", "S+")), ("7¢/kg", ("KR",)), ("See 9822.04.50", ("AU",)),
    ]  # fmt: skip


def lines(schedule) -> dict[tuple[str, str, str], tuple[Decimal, Decimal, str]]:
    return {
        (row.measure, row.hs_prefix, " ".join(row.origins)): (row.rate, row.specific, row.combine)
        for row in schedule.rows
    }


def test_the_export_of_the_united_states_tariff_is_read() -> None:
    found = read_hts(EXPORT, file="htsdata.csv")
    rates = lines(found)
    assert rates["duty", "61091000", ""] == (Decimal("16.5"), 0, "sum")
    assert rates["duty", "61091000", "BY CU KP RU"] == (90, 0, "sum")
    assert rates["preference", "61091000", "AU BH CA CL CO CR DO GT HN IL JO KR MA MX NI OM PA PE SG SV"] == (
        0,
        0,
        "sum",
    )
    assert rates["duty", "64041936", ""] == (Decimal("37.5"), Decimal("0.9"), "sum")
    assert rates["preference", "64041936", "KR"] == (Decimal("3.7"), Decimal("0.09"), "sum")
    assert rates["duty", "91021110", ""] == (0, 0, "unknown")
    # No second row where column 2 says the same.
    assert [key for key in rates if key[1] == "49019900"] == [("duty", "49019900", "")]
    assert [(fault.line, fault.reason) for fault in found.not_understood] == [
        (6, "44¢ each + 6% on the case and strap")
    ]
    assert [(fault.line, fault.reason) for fault in found.faults] == [(9, "'nonsense' is no HTS number")]
    assert found.read == 9
    assert found.remarks == {
        "lines without a rate of their own": 3,
        "special programs that want more than an origin, or lapsed, not taken": 2,
        "special provisions (chapters 98 and 99), not taken": 1,
    }


def test_the_same_tariff_as_json_and_as_the_yearly_database() -> None:
    entry = {"htsno": "6109.10.00", "general": "16.5%", "special": "Free (AU)", "other": "90%", "indent": "1"}
    as_json = read_hts(json.dumps([{"htsno": "6109", "general": "", "indent": "0"}, entry]), file="htsdata.json")
    database = (
        "hts8,brief_description,mfn_text_rate,col1_special_text,col2_text_rate\n61091000,T-shirts,16.5%,Free (AU),90%\n"
    )
    as_database = read_hts(database, file="tariff_database.csv")
    assert (
        lines(as_json)
        == lines(as_database)
        == {
            ("duty", "61091000", ""): (Decimal("16.5"), 0, "sum"),
            ("duty", "61091000", "BY CU KP RU"): (90, 0, "sum"),
            ("preference", "61091000", "AU"): (0, 0, "sum"),
        }
    )


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "[1, 2]", "[{]", ""])
def test_what_is_no_such_tariff_is_refused(text: str) -> None:
    with pytest.raises(BadTariff):
        read_hts(text, file="x")


def test_additions_by_line_are_read_and_bad_lines_reported() -> None:
    found = us_additions.read_section_301(
        "hts8,s301_rate\n61091000,7.5\nabc,25\n62034200,much\n62034211,-1\n", file="x"
    )
    assert lines(found) == {("section_301", "61091000", "CN"): (Decimal("7.5"), 0, "sum")}
    assert [fault.line for fault in found.faults] == [3, 4, 5]
    exclusions = (
        'HTSUS,Description\n8483.50.9040,Official USTR Exemption\n8414.30.8030,"Compressors, valued over $88"\n'
    )
    found = us_additions.read_section_301_exclusions(exclusions, file="x")
    assert lines(found) == {("section_301", "8483509040", "CN"): (0, 0, "sum")}
    assert (found.rows[0].doubt, found.remarks) == (
        "tariff_unconfirmed",
        {"exclusions of a part of a line, not taken": 1},
    )
    found = us_additions.read_section_232(
        "hts8,s232_rate,category\n76101000,50.0,Aluminum-Derivative\n7208,50,Steel\n", file="x"
    )
    assert [(row.hs_prefix, row.confidence, row.note) for row in found.rows] == [
        ("76101000", "low", "Aluminum-Derivative"), ("7208", "medium", "Steel"),
    ]  # fmt: skip
    exempt = "HTSUS,Description,Scope Limitations\n9903.03.01,All,x\n0901.11.00,Coffee,\n8411.11.40,Engines,Aircraft\n"
    found = us_additions.read_section_122_exemptions(exempt, file="x")
    assert lines(found) == {("surcharge_122_exempt", "09011100", ""): (0, 0, "sum")}
    cases = "hts_prefix,country,case_desc\n940421,CN,Mattresses\n940421,CN,Foam\nx,CN,y\n"
    found = us_additions.read_trade_remedies(cases, file="x")
    assert [(row.origins, row.note, row.is_known) for row in found.rows] == [(("CN",), "Mattresses; Foam", False)]
    assert len(found.faults) == 1


def test_a_form_is_known_by_its_columns() -> None:
    assert formats.recognise(EXPORT, file="x").name == "us-hts"
    assert formats.recognise("[]", file="x").name == "us-hts"
    assert formats.recognise("hts8,s232_rate,category\n", file="x").name == "us-232"
    with pytest.raises(BadTariff):
        formats.recognise("colour,size\nred,1\n", file="x")


@needs_files
@pytest.mark.parametrize(
    ("name", "form", "read", "rows"),
    [
        ("section301_rates.csv", "us-301", 10_391, 10_391),
        ("sec301_exemptions.csv", "us-301-exclusions", 258, 49),
        ("section232_rates.csv", "us-232", 833, 833),
        ("sec232_steel.csv", "us-232", 646, 646),
        ("sec232_aluminum.csv", "us-232", 282, 282),
        ("sec232_copper.csv", "us-232", 86, 86),
        ("sec232_auto.csv", "us-232", 135, 135),
        ("sec232_timber.csv", "us-232", 198, 198),
        ("sec122_exemptions.csv", "us-122-exemptions", 1_666, 1_098),
        ("adcvd_warnings.csv", "us-remedies", 93, 93),
    ],
)
def test_the_published_additions_are_read_whole(name: str, form: str, read: int, rows: int) -> None:
    text, digest = formats.read_text(SHARED / "tariff-us" / name)
    found = formats.recognise(text, file=name).read(text, file=name)
    assert formats.recognise(text, file=name).name == form
    assert (found.read, len(found.rows), found.faults, len(digest)) == (read, rows, [], 64)


@needs_files
def test_the_published_nomenclatures_are_read_whole() -> None:
    text, _ = formats.read_text(SHARED / "t-hs" / "harmonized-system.csv")
    found = read_texts(text, file="harmonized-system.csv")
    assert (found.read, len(found.by_code), found.faults) == (6_940, 6_939, found.faults[:1])  # The line of the total.
    assert Counter(len(code) for code in found.by_code)[6] > 5_600
    text, _ = formats.read_text(SHARED / "tariff-us" / "hts_pga_report.csv.gz")
    lines_of_us = read_texts(text, file="hts_pga_report.csv.gz")
    assert lines_of_us.by_code["0101210020"] == "FEMALE HORSE PUREBRED BREEDING"
    assert len(lines_of_us.by_code) > 20_000
