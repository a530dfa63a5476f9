from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from entrepot.markets import fx, packs, queries
from entrepot.markets.loader import BadPack, find_line, load_library
from entrepot.markets.readiness import assess
from entrepot.markets.rules import find_id_fault, tidy_id
from tests.builders.markets import book

SELLING = ("CN", "RU", "TR", "IT", "ES", "KZ", "SA")

PACK = """\
code = "AF"
name = "Afghanistan"
languages = ["fa", "ps"]
currency = "AFN"
reviewed_on = 2026-11-01

[[regimes]]
id = "AF-1"
collector = "carrier"
source = "a decree"
confidence = "medium"

[[regimes.duties]]
kind = "percentage"
rate = 10

[[regimes]]
id = "AF-2"
collector = "carrier"
source = "another"
confidence = "high"
"""


ASSESSED = """\
[[regimes.assessed]]
goods_percent = 60
reason = "personal_use_value"
source = "a decree"
confidence = "low"
"""


def write(folder: Path, text: str, name: str = "af.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults_of(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(BadPack) as refusal:
        load_library(override_dir=folder)
    return [(Path(fault["file"]).name, fault["line"], fault["reason"]) for fault in refusal.value.fields["faults"]]


def test_the_packs_that_ship_load_and_cover_buyers_on_all_continents() -> None:
    library = load_library()
    assert len(library.countries) >= 150
    for code in SELLING:
        pack = library.countries[code]
        assert pack.registration is not None
        assert pack.payout is not None
        assert pack.stage.selling in ("open", "pilot")
    for code in ("ZA", "US", "BR", "JP", "AU", "DE", "AE"):
        assert library.countries[code].regimes


def test_every_rule_names_its_source_and_a_low_one_is_marked() -> None:
    for pack in book().library.countries.values():
        for row in (*pack.regimes, *pack.sales, *pack.tax_rates, *pack.fees, *pack.restricted):
            assert row.source
            if row.source.endswith("Not yet compared with a published text"):
                assert row.confidence in ("low", "medium")


def test_members_of_a_union_share_its_rules_under_their_own_names() -> None:
    germany, kazakhstan = book().library.countries["DE"], book().library.countries["KZ"]
    assert "DE-EUR3-2026" in [regime.id for regime in germany.regimes]
    assert "KZ-EAEU-ecom-2026" in [regime.id for regime in kazakhstan.regimes]
    assert germany.sales[-1].id == "export"
    assert "{" not in "".join(regime.id for pack in book().library.countries.values() for regime in pack.regimes)


def test_every_example_of_an_identifier_is_well_formed() -> None:
    for pack in book().library.countries.values():
        kinds = [*pack.import_ids]
        if pack.registration is not None:
            kinds += [kind for form in pack.registration.forms.values() for kind in form.ids]
        for kind in kinds:
            assert kind.example
            assert find_id_fault(kind, kind.example) is None, (pack.code, kind.kind)


def test_identifiers_are_checked_by_their_digits() -> None:
    forms = {code: book().library.countries[code].registration.forms for code in SELLING}
    kinds = {(code, kind.kind): kind for code in SELLING for form in forms[code].values() for kind in form.ids}
    assert find_id_fault(kinds["CN", "uscc"], "91110000600037342L") == "bad_check_digit"
    assert find_id_fault(kinds["IT", "vat"], "IT00743110158") == "bad_check_digit"
    assert find_id_fault(kinds["KZ", "bin"], "040140000019") == "bad_check_digit"
    assert find_id_fault(kinds["KZ", "bin"], "04014000001") == "bad_form"
    assert find_id_fault(kinds["TR", "mersis"], "0454053692100015") == "bad_check_digit"
    assert find_id_fault(kinds["RU", "kpp"], "77070100") == "bad_form"
    assert find_id_fault(kinds["ES", "nif"], "  ") == "empty"
    assert tidy_id(kinds["IT", "vat"], " IT 007 4311 0157 ") == "00743110157"


def test_an_operators_folder_adds_and_overrides(tmp_path: Path) -> None:
    write(tmp_path, PACK)
    write(tmp_path, PACK.replace('"AF"', '"DE"').replace("AF-", "DE-"), "de.toml")
    library = load_library(override_dir=tmp_path)
    assert library.countries["AF"].currency == "AFN"
    assert [regime.id for regime in library.countries["DE"].regimes] == ["DE-1", "DE-2"]
    assert library.countries["FR"].regimes


def test_a_misspelt_key_is_named_with_file_and_line(tmp_path: Path) -> None:
    write(tmp_path, PACK.replace("rate = 10", "rat = 10"))
    faults = faults_of(tmp_path)
    assert ("af.toml", 15, "regimes.0.duties.0.rat: Extra inputs are not permitted") in faults


def test_a_wrong_value_deep_in_a_pack_is_found_by_its_line(tmp_path: Path) -> None:
    write(tmp_path, PACK.replace('confidence = "high"', 'confidence = "sure"'))
    assert faults_of(tmp_path) == [("af.toml", 21, "regimes.1.confidence: Input should be 'high', 'medium' or 'low'")]


def test_broken_toml_is_named_with_its_line(tmp_path: Path) -> None:
    write(tmp_path, PACK.replace('currency = "AFN"', "currency = AFN"))
    ((file, line, _),) = faults_of(tmp_path)
    assert (file, line) == ("af.toml", 4)


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('code = "AF"', 'code = "AL"', 1, "but the file is af.toml"),
        ('currency = "AFN"', 'currency = "AFN"\nunions = ["EU"]', 5, "counts AF among its members"),
        ('id = "AF-2"', 'id = "AF-1"', 18, "is there twice"),
        ("rate = 10", "exempt = { basis = 'goods', currency = 'EUR' }\nrate = 10", 15, "one of above, at_least"),
        ('source = "a decree"', 'source = ""', 10, "at least 1 character"),
        ('kind = "percentage"', 'kind = "flat"', 13, "a flat duty needs an amount"),
        ("rate = 10", 'rate = 10\nbase = "assessed"', 7, "assessed says what the assessed value is"),
        (
            "[[regimes.duties]]",
            ASSESSED + "\n[[regimes.duties]]",
            7,
            "some duty, tax or exemption is on it",
        ),
        (
            'kind = "percentage"',
            'kind = "percentage"\nexempt = { basis = "assessed", scope = "item", currency = "EUR", up_to = 1 }',
            15,
            "of a consignment or a person",
        ),
        ("[[regimes]]", '[stage]\nselling = "open"\n\n[[regimes]]', 1, "needs the sections registration and payout"),
    ],
)
def test_a_pack_that_makes_no_sense_is_refused(tmp_path: Path, before: str, after: str, line: int, words: str) -> None:
    write(tmp_path, PACK.replace(before, after, 1))
    faults = faults_of(tmp_path)
    assert [(file, found) for file, found, _ in faults] == [("af.toml", line)]
    assert words in faults[0][2]


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, PACK.replace("rate = 10", "rate = -1"))
    write(tmp_path, 'code = "AL"', "al.toml")
    assert {file for file, _, _ in faults_of(tmp_path)} == {"af.toml", "al.toml"}


def test_lines_are_found_in_nested_tables() -> None:
    assert find_line(PACK, ("regimes", 0, "duties", 0, "rate")) == 15
    assert find_line(PACK, ("regimes", 1, "source")) == 20
    assert find_line(PACK, ("nowhere",)) == 1


def test_the_schema_of_every_kind_of_pack_is_published() -> None:
    out = StringIO()
    call_command("markets", "schema", stdout=out)
    schemas = json.loads(out.getvalue())
    assert set(schemas) == set(packs.SCHEMAS)
    assert schemas["country"]["additionalProperties"] is False
    assert "Regime" in schemas["country"]["$defs"]


def test_readiness_tells_what_is_missing_and_what_is_doubtful() -> None:
    library = book().library
    italy = assess(library.countries["IT"], library, today=date(2026, 11, 22))
    assert italy["selling_ready"]
    assert {"buying", "selling"} == {part["side"] for part in italy["parts"]}
    peru = assess(library.countries["PE"], library, today=date(2026, 11, 22))
    assert not peru["buying_ready"]
    assert {part["state"] for part in peru["parts"] if part["part"] == "regime PE-200"} == {"doubtful"}
    assert [part["state"] for part in peru["parts"] if part["part"] == "registration"] == ["missing"]


def test_the_operators_registrations_are_dated() -> None:
    operator = queries.get_operator()
    assert "IOSS" in operator.schemes_on(date(2026, 11, 22))
    assert "IOSS" not in operator.schemes_on(date(2021, 6, 30))


DOCS = Path(__file__).resolve().parents[2] / "docs" / "country-packs.md"


def test_the_examples_of_the_guide_fit_the_schema() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    *country, brands, sanctions = [tomllib.loads(block, parse_float=Decimal) for block in blocks]
    whole: dict[str, Any] = {}
    for part in country:
        whole |= part
    pack = packs.CountryPack.model_validate(whole)
    assert pack.regimes[0].duties[1].deduction == 20
    assert pack.regimes[0].assessed[0].goods_percent == 60
    assert pack.registration is not None
    assert packs.BrandsPack.model_validate(brands).brands[0].areas == ("EU", "CH")
    assert packs.SanctionsPack.model_validate(sanctions).corridors[0].country == "RU"


def test_nearly_every_country_has_a_pack_and_each_has_an_address_and_money_with_a_rate() -> None:
    library = load_library()
    countries = set(queries.list_iso_countries())
    assert set(library.countries) <= countries
    assert len(library.countries) >= 230
    with_rules = [code for code, pack in library.countries.items() if pack.regimes]
    assert len(with_rules) >= 110
    known = {row.currency for row in fx.shipped_rows()} | {"EUR"}
    for pack in library.countries.values():
        assert pack.reference_address.city, pack.code
        assert pack.currency in known, pack.code
        assert not pack.postal.required or pack.postal.example, pack.code


def test_a_country_that_is_a_part_of_another_has_its_rules() -> None:
    library = load_library()
    for part, whole in {"MC": "FR", "IM": "GB", "LI": "CH", "PR": "US"}.items():
        assert library.countries[part].regimes == library.countries[whole].regimes
        assert library.countries[part].tax_rates == library.countries[whole].tax_rates


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('part_of = "QQ"', "part_of"),
        ('union_imports = "ASEAN"', "union_imports"),
        ('tariff_of = "QQ"', "tariff_of"),
    ],
)
def test_a_pack_that_leans_on_one_nobody_wrote_is_refused(tmp_path: Path, line: str, place: str) -> None:
    write(tmp_path, PACK.replace('currency = "AFN"', f'currency = "AFN"\n{line}'))
    name = line.split('"')[1]
    assert faults_of(tmp_path) == [("af.toml", 5, f"{place}: there is no pack {name!r}")]


def test_a_territory_has_a_code_or_a_pack_and_is_told_by_something(tmp_path: Path) -> None:
    area = '\n[[territories]]\nname = "Free port"\nsource = "law"\nconfidence = "high"\n'
    write(tmp_path, PACK + area)
    ((_, _, reason),) = faults_of(tmp_path)
    assert "a code of its own or a country's pack" in reason
    write(tmp_path, PACK + area + 'code = "AF-P"\n')
    ((_, _, reason),) = faults_of(tmp_path)
    assert "told by regions or postal_codes" in reason
    write(tmp_path, PACK + area + 'country = "QQ"\nregions = ["P"]\n')
    ((_, line, reason),) = faults_of(tmp_path)
    assert (line, reason) == (27, "territories.0.country: there is no pack 'QQ'")
