"""Names held against lists: what is alike and why, who is told, what may not be decided before somebody has judged."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from entrepot.kernel import audit
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.sellers import lists, measuring, names, operations, queries
from entrepot.sellers.lists import ListEntry
from tests.builders import accounts, sellers
from tests.conftest import NOW

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def entry(name: str, *others: str, entry_id: str = "T-1", kind: str = "person") -> ListEntry:
    return ListEntry(entry_id, (name, *others), kind, "KZ", "TEST")


def imported(*entries: ListEntry, code: str = "test", version: str = "1") -> queries.ListView:
    return operations.import_list(
        code=code, version=version, kind="sanctions", entries=entries, actor="operator:command", now=NOW
    )


def newest(seller: queries.SellerView) -> queries.ScreeningView | None:
    return queries.find_screening(seller.id, in_force=queries.list_screening_lists())


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ours", "listed"),
    [
        ("Айгуль Сатпаева", "Aigul Satpayeva"),
        ("ТОО «Алма Дом»", "ALMA DOM LLP"),
        ("Mohammed Al-Hassan", "Muhammad al Hasan"),
        ("Hans Friedrich", "FRIEDRICH, Hans"),
        ("AeroCaribbean Airlines", "AERO-CARIBBEAN AIRLINES"),
        ("Şirket Güneş A.Ş.", "Gunes"),
        ("محمد علي", "محمد على"),
    ],
)
def test_spellings_of_one_name_are_found_and_alike(ours: str, listed: str) -> None:
    assert names.keys_of(ours) & names.keys_of(listed)
    assert names.compare(ours, listed).score >= names.HIT_SCORE


@pytest.mark.parametrize(
    ("ours", "listed"),
    [("Maria Rossi", "Mario Bianchi"), ("Anadolu Halı Ltd", "Kapadokya Çini Ltd"), ("Olaf Scholz", "Octavian Scholz")],
)
def test_other_names_are_not_alike(ours: str, listed: str) -> None:
    assert names.compare(ours, listed).score < names.HIT_SCORE


def test_a_score_says_which_words_made_it() -> None:
    found = names.compare("Maria Rosi", "Maria Anna Rossi")
    assert [(pair.ours, pair.listed, pair.alike) for pair in found.pairs] == [
        ("maria", "maria", 100), ("rosi", "rossi", 92),
    ]  # fmt: skip
    assert (found.only_ours, found.only_listed) == ((), ("anna",))


@pytest.mark.parametrize(
    ("ours", "listed", "kind", "is_hit"),
    [
        # What one leaves out costs little, what differs on both sides contradicts.
        ("Володимир Зеленський", "Volodymyr Oleksandrovych Zelenskyy", "person", True),
        ("Umar Patek", "UMAR PATEK ABDULLAH ANSHORI", "person", True),
        ("Mostafa Hassan Mostafa Ibrahim", "MOSTAFA KAMEL MOSTAFA IBRAHIM", "person", False),
        ("JC Juncker", "Jean-Claude Juncker", "person", True),
        ("Sheikh Isa Tarif", "Isa Tarif", "person", True),
        # Legal forms in any language, and misspelt.
        ("OAO Gazprom", "Open Joint Stock Company Gazprom", "firm", True),
        ("Siemens Aktiengeselschaft", "Siemens AG", "firm", True),
        ("Volkswagen Gesellschaft mit beschränkter Haftung", "Volkswagen GmbH", "firm", True),
        # A branch elsewhere is another firm; one that names no place may be it.
        ("ICBC (Asia) Limited", "ICBC (London) plc", "firm", False),
        ("faberlic", "FABERLIC EUROPE Sp. z o.o.", "firm", True),
        # Signs are compared as signs: these sound alike.
        ("习近朋", "习近平", "person", False),
        ("김종은", "김정은", "person", False),
        ("习近平", "Xi Jinping", "person", True),
        ("Vladimir Putin", "VladimirPutin", "person", True),
    ],
)
def test_names_are_compared_as_names_of_a_person_or_a_firm(ours: str, listed: str, kind: str, is_hit: bool) -> None:
    for left, right in ((ours, listed), (listed, ours)):
        assert (names.compare(left, right, kind=kind).score >= names.HIT_SCORE) is is_hit


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared test data are not here")
def test_most_labelled_spellings_are_found_and_few_others() -> None:
    pairs = measuring.read_pairs(SHARED / "s-name-matching" / "name_bench_cases.csv")
    found = measuring.measure(pairs)
    assert found["all"].pairs == found["held out"].pairs + found["improved with"].pairs == 636
    unseen = found["held out"]
    assert unseen.recall is not None
    assert unseen.recall > 0.8
    assert unseen.precision is not None
    assert unseen.precision > 0.9
    assert unseen.flagged is not None
    assert unseen.flagged < 0.1  # The pairs were made to be confused.
    assert found["all"].not_retrieved <= 1  # What is alike shares a key, by which it is found.


def test_figures_are_counted_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text(
        "schema,name1,name2,is_match,category\n"
        "Person,Maria Rossi,Maria Rossi,true,same\n"
        "Person,Maria Rossi,Xu Wei,true,other\n"
        "Company,Alfa Beta Ltd,Alfa Beta Inc,false,form\n"
        "Company,Alfa Beta Ltd,Gamma Delta Inc,false,form\n"
        "Vessel,Sea Star,Sea Star,true,\n",
        encoding="utf-8",
    )
    out = StringIO()
    call_command("screening", "measure", str(path), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["all"] == {"pairs": 5, "recall": 0.667, "precision": 0.667, "flagged": 0.5, "not_retrieved": 0}
    assert found["category: form"]["flagged"] == 0.5
    assert found["kind: other"]["recall"] == 1.0
    assert "all" in _shown("measure", str(path))
    path.write_text("name1,name2\na,b\n", encoding="utf-8")
    with pytest.raises(DomainError, match="no column is_match"):
        _shown("measure", str(path))
    path.write_text("name1,name2,is_match\n", encoding="utf-8")
    with pytest.raises(DomainError, match="no pair"):
        _shown("measure", str(path))


def _shown(*arguments: str) -> str:
    out = StringIO()
    call_command("screening", *arguments, stdout=out)
    return out.getvalue()


# --- lists -----------------------------------------------------------------------------------------------------------


def test_lists_of_known_forms_are_read(tmp_path: Path) -> None:
    simple = tmp_path / "simple.csv"
    simple.write_text(
        'id,schema,name,aliases,countries,sanctions\nQ1,Person,Ivan Petrov,"Иван Петров;I. Petrov",ru,EU\n', "utf-8"
    )
    assert list(lists.read(simple)) == [
        ListEntry("Q1", ("Ivan Petrov", "Иван Петров", "I. Petrov"), "person", "ru", "EU")
    ]

    annex = tmp_path / "annex.csv"
    annex.write_text(
        "celex,recordId,programKey,annex,schema,name,alias,nationality\n"
        "32012R0036,2,EU-SYR,II.A,Person,Maher (a.k.a. Mahir) AL-ASSAD,,sy\n",
        "utf-8",
    )
    assert list(lists.read(annex)) == [
        ListEntry("32012R0036/II.A/2", ("Maher AL-ASSAD", "Mahir"), "person", "sy", "EU-SYR")
    ]

    sdn, alt = tmp_path / "sdn.csv.gz", tmp_path / "alt.csv"
    with gzip.open(sdn, "wt", encoding="utf-8") as file:
        file.write('36,"AEROCARIBBEAN AIRLINES",-0- ,"CUBA",-0-\n90,"HANIYA, Ismail","individual","SDGT",-0-\n')
    alt.write_text('36,12,"aka","AERO-CARIBBEAN",-0-\n', "utf-8")
    assert list(lists.read(sdn, other_names=alt)) == [
        ListEntry("36", ("AEROCARIBBEAN AIRLINES", "AERO-CARIBBEAN"), "firm", "", "CUBA"),
        ListEntry("90", ("Ismail HANIYA",), "person", "", "SDGT"),
    ]

    nations = tmp_path / "un.xml"
    nations.write_text(
        "<CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>ERIC</FIRST_NAME>"
        "<SECOND_NAME>BADEGE</SECOND_NAME><UN_LIST_TYPE>DRC</UN_LIST_TYPE><REFERENCE_NUMBER>CDi.001</REFERENCE_NUMBER>"
        "<NATIONALITY><VALUE>Congo</VALUE></NATIONALITY></INDIVIDUAL></INDIVIDUALS></CONSOLIDATED_LIST>",
        "utf-8",
    )
    assert list(lists.read(nations)) == [ListEntry("CDi.001", ("ERIC BADEGE",), "person", "Congo", "DRC")]


@pytest.mark.parametrize("text", ["", "who,what\na,b\n", "name\n"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(lists.UnreadableList):
        list(lists.read(path))


@pytest.mark.django_db
def test_a_list_comes_in_by_command_in_place_of_its_older_version(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("name\nIvan Petrov\nAnna Smirnova\n", "utf-8")
    out = StringIO()
    call_command("screening", "import", str(path), "--list", "eu", "--list-version", "one", stdout=out)
    path.write_text("name\nIvan Petrov\n", "utf-8")
    call_command("screening", "import", str(path), "--list", "eu", "--list-version", "two", stdout=out)
    assert out.getvalue().splitlines() == ["eu one: 2 entries are in force.", "eu two: 1 entries are in force."]

    shown = StringIO()
    call_command("screening", "show", "--json", stdout=shown)
    assert [(row["version"], row["entries"]) for row in json.loads(shown.getvalue())] == [("two", 1)]
    compared = StringIO()
    call_command("screening", "compare", "Иван Петров", "--json", stdout=compared)
    assert [row["listed"] for row in json.loads(compared.getvalue())] == ["Ivan Petrov"]
    assert queries.compare_name("Anna Smirnova") == []

    path.write_text("name\n", "utf-8")
    with pytest.raises(DomainError, match="it names nobody"):
        call_command("screening", "import", str(path), "--list", "eu", "--list-version", "three")
    assert [found.version for found in queries.list_screening_lists()] == ["two"]


# --- sellers ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_seller_is_compared_when_it_registers_and_when_a_list_comes_in(run_jobs: Callable[..., int]) -> None:
    imported(entry("Somebody Else"))
    seller = sellers.submitted_seller("KZ", legal_name="ТОО «Алма Дом»")
    assert newest(seller) is None
    run_jobs()
    clean = newest(seller)
    assert clean is not None
    assert (clean.hits, clean.is_open, clean.lists) == ((), False, (("test", "1"),))

    imported(entry("Alma Dom LLP", kind="firm"), version="2")
    assert not newest(seller).is_current  # type: ignore[union-attr]
    run_jobs()
    found = newest(seller)
    assert found is not None
    hit = found.hits[0]
    assert (hit.role, hit.name, hit.listed, hit.score, hit.is_strong) == (
        "legal_name", "ТОО «Алма Дом»", "Alma Dom LLP", 100, True,
    )  # fmt: skip
    assert (found.is_open, found.is_current, queries.count_open_hits([seller.id])) == (True, True, {seller.id: 1})


@pytest.mark.django_db
def test_nobody_is_approved_before_the_names_were_compared_and_the_matches_judged() -> None:
    seller = sellers.submitted_seller("KZ", legal_name="ТОО «Алма Дом»")
    operator = accounts.operator()
    who: dict[str, Any] = {"seller_id": seller.id, "actor": f"operator:{operator.id}", "now": NOW}
    imported(entry("Alma Dom LLP", kind="firm"))

    with pytest.raises(operations.NamesNotCompared):
        operations.approve_seller(**who)
    operations.screen_seller(seller_id=seller.id, now=NOW)
    with pytest.raises(operations.HitsNotJudged):
        operations.approve_seller(**who)
    with pytest.raises(InvalidField):
        operations.clear_screening(**who, reason="  ")
    assert queries.get_seller(seller.id).state == "submitted"

    operations.clear_screening(**who, reason="Another BIN and another town.")
    assert operations.approve_seller(**who).state == "approved"
    line = next(
        row
        for row in audit.list_entries(subject_kind="seller", subject_id=seller.id)
        if row.action == "clear_screening"
    )
    assert line.details == {"hits": 1, "reason": "Another BIN and another town."}
    with pytest.raises(operations.NothingToJudge):
        operations.clear_screening(**who, reason="Once more.")


@pytest.mark.django_db
def test_a_judgement_stands_until_the_matches_are_others() -> None:
    seller = sellers.submitted_seller("KZ", legal_name="ТОО «Алма Дом»")
    imported(entry("Alma Dom LLP"))
    operations.screen_seller(seller_id=seller.id, now=NOW)
    operations.clear_screening(seller_id=seller.id, reason="Another one.", actor="system", now=NOW)

    imported(entry("Alma Dom LLP"), entry("Nobody Here", entry_id="T-2"), version="2")
    again = operations.screen_seller(seller_id=seller.id, now=NOW)
    assert again is not None
    assert (again.is_open, again.clear_reason) == (False, "Another one.")

    imported(entry("Alma Dom LLP"), entry("ALMADOM", entry_id="T-3"), version="3")
    more = operations.screen_seller(seller_id=seller.id, now=NOW)
    assert more is not None
    assert (more.is_open, len({hit.entry_id for hit in more.hits})) == (True, 2)


@pytest.mark.django_db
def test_without_a_list_nothing_is_compared_and_nobody_waits() -> None:
    seller = sellers.submitted_seller("IT")
    assert operations.screen_seller(seller_id=seller.id, now=NOW) is None
    assert operations.approve_seller(seller_id=seller.id, actor="system", now=NOW).state == "approved"
