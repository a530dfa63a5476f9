"""Taking published schedules into use: what changes, what ends, what is kept, and the quotes that follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from entrepot.customs import queries
from entrepot.customs.tariff_files import COLUMNS, shipped_table
from entrepot.kernel import audit
from entrepot.kernel.errors import DomainError
from entrepot.pricing import queries as pricing

pytestmark = pytest.mark.django_db(transaction=True)

SHARED = Path(__file__).parents[3] / "shared" / "data" / "tariff-us"
DAY = date(2026, 11, 22)
HEAD = ",".join(COLUMNS)
TO_US = {"destinations": ("US",), "origins": ("CN",), "on": DAY}


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    """Each test has an empty database: no table of another one may be kept."""
    queries.forget_tariff()
    yield
    queries.forget_tariff()


def row(**cells: str) -> str:
    filled = {
        "destination": "MX", "measure": "duty", "hs_prefix": "61", "origin": "*", "rate_percent": "25",
        "source": "a schedule", "confidence": "high", **cells,
    }  # fmt: skip
    return ",".join(filled.get(name, "") for name in COLUMNS)


def write(folder: Path, *rows: str, name: str = "mexico.csv", head: str = HEAD) -> Path:
    path = folder / name
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def run(path: Path, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("tariffs", "import", str(path), json=True, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def counts(report: dict[str, Any]) -> tuple[int, ...]:
    return tuple(report[name] for name in ("read", "added", "changed", "ended", "unchanged", "kept"))


def rates(hs: str, *, to: str = "MX", origin: str = "CN", on: date = DAY) -> list[Decimal] | None:
    queries.forget_tariff()
    found = queries.get_tariff().find(destinations=(to,), origins=(origin,), hs=hs, on=on)
    return None if found is None else [line.rate for line in found]


def test_a_schedule_comes_into_use_and_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, row(), row(hs_prefix="6109", rate_percent="35"), row(hs_prefix="8471", rate_percent="0"))
    assert rates("610910") is None
    first = run(path)
    assert (first["schedule"], first["format"], counts(first)) == ("mexico", "csv", (3, 3, 0, 0, 0, 0))
    assert (rates("610910"), rates("611030"), rates("847130")) == ([35], [25], [0])
    again = run(path)
    assert (counts(again), again["version"]) == ((3, 0, 0, 0, 3, 0), 0)
    assert [one.added for one in queries.list_tariff_imports()] == [3]
    entry = audit.list_entries(subject_kind="tariff_schedule")[0]
    assert (entry.actor, entry.action, entry.details["added"]) == ("operator:command", "import_tariff", 3)


def test_a_dry_run_tells_the_same_and_writes_nothing(tmp_path: Path) -> None:
    report = run(write(tmp_path, row()), dry_run=True)
    assert counts(report) == (1, 1, 0, 0, 0, 0)
    assert (rates("610910"), queries.list_tariff_imports()) == (None, [])


def test_a_new_version_changes_and_ends_rows_and_the_old_table_can_be_had_again(tmp_path: Path) -> None:
    first = run(
        write(tmp_path, row(), row(hs_prefix="6109", rate_percent="35"), row(hs_prefix="8471", rate_percent="0"))
    )
    second = run(write(tmp_path, row(rate_percent="20"), row(hs_prefix="8471", rate_percent="0"), row(hs_prefix="64")))
    assert counts(second) == (3, 1, 1, 1, 1, 0)
    assert (rates("610910"), rates("640399")) == ([20], [25])
    before = queries.get_tariff_of(first["version"])
    find = {"destinations": ("MX",), "origins": ("CN",), "on": DAY}
    assert [line.rate for line in before.find(hs="610910", **find) or ()] == [35]
    assert before.find(hs="640399", **find) is None
    assert queries.get_tariff_of(0) is shipped_table()


def test_rows_without_a_date_hold_from_the_given_day_and_what_they_replace_ends_the_day_before(tmp_path: Path) -> None:
    run(write(tmp_path, row(), row(hs_prefix="64")), holds_from=date(2026, 1, 1))
    assert rates("610910", on=date(2025, 12, 31)) is None
    later = run(write(tmp_path, row(rate_percent="35")), holds_from=date(2026, 7, 1))
    assert counts(later) == (1, 0, 1, 1, 0, 0)
    assert rates("610910", on=date(2026, 6, 30)) == [25]
    assert rates("610910", on=date(2026, 7, 1)) == [35]
    assert (rates("640399", on=date(2026, 6, 30)), rates("640399")) == ([25], None)
    # What did not change keeps its first day.
    same = run(write(tmp_path, row(rate_percent="35")), holds_from=date(2026, 10, 1))
    assert counts(same) == (1, 0, 0, 0, 1, 0)
    assert rates("610910", on=date(2026, 7, 1)) == [35]


def test_bad_lines_are_told_with_their_reason_and_nothing_ends_because_of_them(tmp_path: Path) -> None:
    run(write(tmp_path, row(), row(hs_prefix="6109", rate_percent="35")))
    report = run(write(tmp_path, row(hs_prefix="6109", rate_percent="3x"), row(hs_prefix="64")))
    assert counts(report) == (2, 1, 0, 0, 0, 2)
    assert report["rejected"] == [{"line": 2, "reason": "rate_percent '3x' is no number"}]
    assert (rates("610910"), rates("611030"), rates("640399")) == ([35], [25], [25])


def test_two_rates_for_the_same_goods_are_refused_and_nothing_changes(tmp_path: Path) -> None:
    with pytest.raises(DomainError, match="two different rates of duty for MX 61 from"):
        run(write(tmp_path, row(), row(rate_percent="30")))
    assert queries.list_tariff_imports() == []
    with pytest.raises(DomainError, match="its columns are those of none of"):
        run(write(tmp_path, "red,1", head="colour,size"))
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "nothing.csv")


def test_schedules_side_by_side_leave_each_other_alone(tmp_path: Path) -> None:
    run(write(tmp_path, row()))
    run(write(tmp_path, row(destination="CL", hs_prefix="*", rate_percent="6"), name="chile.csv"))
    assert (rates("610910"), rates("610910", to="CL")) == ([25], [6])
    assert counts(run(write(tmp_path, row(hs_prefix="*", rate_percent="9")), schedule="chile"))[1:4] == (1, 0, 1)
    assert (rates("610910"), rates("610910", to="CL")) == ([25], None)


def test_a_process_takes_an_import_into_its_rule_book_and_keeps_it(tmp_path: Path) -> None:
    before = pricing.get_book()
    assert pricing.get_book() is before
    version = run(write(tmp_path, row()))["version"]
    after = pricing.get_book()
    assert (after is before, after.tariff.version) == (False, version)
    assert pricing.get_book() is after


def quote(**options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(
        "quote", "--from", "CN", "--to", "US", "--currency", "USD", "--on", "2026-11-22", "--json", "--item",
        options.pop("item"), stdout=out,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def duties(document: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {part["code"]: (part["rate"], part["amount"]) for part in document["parts"] if part["group"] == "duty"}


def test_a_quote_from_china_to_the_united_states_bears_section_301_of_the_imported_list(tmp_path: Path) -> None:
    listed = write(tmp_path, "61091000,7.5", "62034200,25.0", head="hts8,s301_rate", name="section301_rates.csv")
    tariff = write(
        tmp_path, "6109.10.00,16.5%,Free (KR),90%", "6203.42.00,16.6%,,90%",
        head="HTS Number,General Rate of Duty,Special Rate of Duty,Column 2 Rate of Duty", name="htsdata.csv",
    )  # fmt: skip
    assert run(listed, holds_from=date(2026, 2, 21))["schedule"] == "us-301"
    assert run(tariff, holds_from=date(2026, 2, 21))["schedule"] == "us-hts"
    # 100 USD: 16.5 % and 7.5 %, and of trousers 16.6 % and 25 %.
    assert duties(quote(item="hs=610910,value=100,weight_g=200")) == {
        "duty": ("16.5", "16.50"), "section_301": ("7.5", "7.50"),
    }  # fmt: skip
    found = quote(item="hs=6203420000,value=100,weight_g=500")
    assert duties(found) == {"duty": ("16.6", "16.60"), "section_301": ("25", "25.00")}
    assert "tariff_unconfirmed" not in found.get("unsure", [])
    # Goods of Russian origin bear column 2.
    assert duties(quote(item="hs=610910,value=100,weight_g=200,origin=RU")) == {"duty": ("90", "90.00")}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the published files are not here")
def test_the_published_lists_of_the_united_states_come_into_use(tmp_path: Path) -> None:
    report = run(SHARED / "section301_rates.csv", holds_from=date(2026, 2, 21))
    assert counts(report) == (10_391, 10_391, 0, 0, 0, 0)
    assert counts(run(SHARED / "section301_rates.csv", holds_from=date(2026, 2, 21))) == (10_391, 0, 0, 0, 10_391, 0)
    assert counts(run(SHARED / "sec301_exemptions.csv", holds_to=date(2026, 11, 9)))[:2] == (258, 49)
    assert counts(run(SHARED / "adcvd_warnings.csv"))[:2] == (93, 93)
    assert rates("61091000", to="US")[-1:] == [Decimal("7.5")]
    found = queries.get_tariff().find(hs="940421", **TO_US)
    assert found is not None
    assert [(line.measure, line.is_known) for line in found if line.measure == "anti_dumping"] == [
        ("anti_dumping", False)
    ]


def test_show_tells_which_rates_fall_on_goods_and_why(tmp_path: Path) -> None:
    run(write(tmp_path, row(), row(hs_prefix="6109", rate_percent="35"), row(hs_prefix="61091010", rate_percent="5")))
    out = StringIO()
    call_command("tariffs", "show", "--to", "MX", "--hs", "6109.10", "--from", "CN", "--on", "2026-11-22", stdout=out)
    assert out.getvalue().splitlines() == [
        "Mexico: 610910 (T-shirts, singlets) from China",
        "on 2026-11-22: 35 % of the value",
        "  = basic rate: 35 %  [MX 6109, any origin, always]",
        "      applies; high confidence: a schedule",
        "  - basic rate: 25 %  [MX 61, any origin, always]",
        "      a row with more digits of the code goes before it; high confidence: a schedule",
        "  - basic rate: 5 %  [MX 61091010, any origin, always]",
        "      holds for some national codes under this one; high confidence: a schedule",
        "A quote is not sure: the rate hangs on further digits of the code; the highest is taken.",
    ]
    out = StringIO()
    call_command("tariffs", "show", "--to", "MX", "--hs", "640399", "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert (document["known"], document["rows"], document["total"]["words"]) == (False, [], "not known")
    with pytest.raises(CommandError, match="no HS code"):
        call_command("tariffs", "show", "--to", "MX", "--hs", "shirts")


def test_list_tells_what_is_known_of_which_country(tmp_path: Path) -> None:
    run(write(tmp_path, row(), row(hs_prefix="6109", rate_percent="35")))
    out = StringIO()
    call_command("tariffs", "list", "--json", stdout=out)
    document = json.loads(out.getvalue())
    assert next(entry for entry in document["destinations"] if entry["destination"] == "MX") == {
        "destination": "MX", "rows": 2, "chapters": 1, "measures": {"duty": 2}, "confidence": {"high": 2},
    }  # fmt: skip
    assert [(one["schedule"], one["file"]) for one in document["imports"]] == [("mexico", "mexico.csv")]


def test_our_own_words_are_searched_before_anything_was_imported() -> None:
    out = StringIO()
    call_command("nomenclature", "search", "t-shirt", stdout=out)
    assert out.getvalue() == "6109        T-shirts, singlets\n"
    out = StringIO()
    call_command("nomenclature", "search", "qwertz", stdout=out)
    assert out.getvalue() == "Neither our own words nor a published text hold these.\n"


def test_show_knows_unions() -> None:
    out = StringIO()
    call_command("tariffs", "show", "--to", "EU", "--hs", "610910", "--from", "CN", stdout=out)
    assert out.getvalue().startswith("European Union: 610910 (T-shirts, singlets) from China")
    assert ": 12 % of the value" in out.getvalue()
    out = StringIO()
    call_command("tariffs", "show", "--to", "gcc", "--hs", "610910", stdout=out)
    assert "Gulf Cooperation Council" in out.getvalue()
    assert ": 5 % of the value" in out.getvalue()
    with pytest.raises(CommandError, match="no ISO 3166-1 country code, and no union: EAEU, EU, GCC"):
        call_command("tariffs", "show", "--to", "MERCOSUR", "--hs", "610910")


def test_published_texts_are_imported_found_and_shown(tmp_path: Path) -> None:
    path = write(tmp_path, "I,01,Animals; live,TOTAL,2", 'XI,610910,"T-shirts, of cotton",6109,6', "x,,,,",
                 head="section,hscode,description,parent,level", name="hs.csv")  # fmt: skip

    def command(*words: str) -> Any:
        out = StringIO()
        call_command("nomenclature", *words, "--json", stdout=out)
        return json.loads(out.getvalue())

    taken = command("import", str(path), "--source", "HS 2022")
    assert (taken["read"], taken["codes"], taken["changed"], taken["gone"], len(taken["rejected"])) == (3, 2, 2, 0, 1)
    assert command("import", str(path), "--source", "HS 2022")["changed"] == 0
    assert command("search", "cotton", "shirts")["found"] == [{"code": "610910", "text": "T-shirts, of cotton"}]
    shown = command("show", "6109.10.00", "--language", "tr")
    assert [step["code"] for step in shown["words"]] == ["61", "6109"]
    assert shown["words"][1]["words"] == "Tişört ve atletler"
    assert shown["published"] == [{"code": "610910", "text": "T-shirts, of cotton", "source": "HS 2022"}]
    fewer = write(tmp_path, "XI,610910,T-shirts,6109,6", head="section,hscode,description,parent,level", name="hs.csv")
    again = command("import", str(fewer), "--source", "HS 2022")
    assert (again["changed"], again["gone"]) == (1, 1)
