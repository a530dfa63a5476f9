"""What a command of ours refuses, it says in sentences: never a trace, never a value as Python writes it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from entrepot.config import cli
from entrepot.kernel.errors import DomainError, InvalidField
from entrepot.orders.operations.placing import TotalChanged
from tests.builders import orders

pytestmark = pytest.mark.django_db

NOTHING = "There is nothing here under this name."
# Every command that reads names or values which an operation may refuse, with one such call and what it says.
REFUSED = {
    "ship": ("ship NOBODY-1", f"{NOTHING}\n  order: NOBODY-1"),
    "quote": ("quote explain NOBODY-1", f"{NOTHING}\n  order: NOBODY-1"),
    "api_key": ("api-key make nowhere --name x", f"{NOTHING}\n  store: nowhere"),
    "markets": (
        "markets stage ZZ --selling open",
        "There is no country pack under this code.\n  country: ZZ",
    ),
    "tariffs": (
        "tariffs import {folder}/empty.csv",
        None,
    ),
    "screening": ("screening import {folder}/empty.csv --list eu --list-version 1", None),
    "nomenclature": ("nomenclature import {folder}/empty.csv --source x", None),
    "classification": ("classification measure {folder}/empty.csv", None),
    "import_feed": ("import-feed {folder}/empty.csv --seller nowhere", None),
    "fx": ("fx import {folder}/empty.csv", None),
    "create_operator": ("create-operator --email nobody", None),
}
# These read nothing that an operation judges: they take no names, or say themselves what is wrong with one.
NEVER = {
    "api_schema", "bench", "database", "demo", "new_field_key", "payout", "prepare", "rotate_field_keys",
    "search_index", "serve", "sync_categories", "translations", "verify", "worker",
}  # fmt: skip


@pytest.fixture
def say(monkeypatch, capsys, tmp_path):
    """Return what a command line that is refused prints for a person."""
    (tmp_path / "empty.csv").write_text("nothing\n", encoding="utf-8")
    monkeypatch.setenv("ENTREPOT_OPERATOR_PASSWORD", "short")

    def run(line: str) -> str:
        monkeypatch.setattr(sys, "argv", ["entrepot", *line.format(folder=tmp_path).split()])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code not in (0, None)
        return ended.value.code if isinstance(ended.value.code, str) else capsys.readouterr().err

    return run


def test_every_command_of_ours_is_looked_at_here() -> None:
    ours = {name for name, app in get_commands().items() if app.startswith("entrepot.")}
    assert ours == REFUSED.keys() | NEVER


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_command_speaks_in_sentences(name, say) -> None:
    line, expected = REFUSED[name]
    said = say(line)
    assert expected is None or said == expected
    assert said.strip()
    assert not re.search(r"[{}\[\]]|Traceback|'field'|\bNone\b", said), said


def test_a_wrong_check_digit_is_named_with_its_field(say) -> None:
    order = orders.paid_order()
    assert say(f"ship {order.number} --tracking LX473124820CN") == (
        "Some of the input cannot be taken.\n"
        "  tracking_number: The check digit is wrong: compare the number with the label."
    )


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (InvalidField.single("email", "not_an_email_address"), "  email: This is not an e-mail address."),
        (
            TotalChanged(
                shown={"amount": "10.00", "currency": "EUR"},
                current={"amount": "11.00", "currency": "EUR"},
                changes=[{"seller": "one", "group": "tax", "before": None, "after": "1.00"}],
            ),
            "  shown: 10.00 EUR\n  current: 11.00 EUR\n  changes: seller one, group tax, after 1.00",
        ),
    ],
)
def test_records_and_lists_are_told_as_a_person_reads_them(refusal: DomainError, said: str) -> None:
    assert cli.in_words(refusal).partition("\n")[2] == said


def test_no_command_words_a_refusal_itself() -> None:
    package = Path(cli.__file__).parents[1]
    own = [
        path for path in package.glob("*/management/commands/*.py") if "CommandError(str(refusal))" in path.read_text()
    ]
    assert own == []


def test_a_pack_that_does_not_fit_is_told_a_place_a_line() -> None:
    faults = [{"file": "packs/de.toml", "line": 2, "reason": "vat: Extra inputs are not permitted"}]
    assert cli.in_words(DomainError(faults=faults)).splitlines()[-1] == (
        "    packs/de.toml:2: vat: Extra inputs are not permitted"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("quote --from CN --to DE --item value=5 --language xx", "'xx' is no language of the shop: en, es, it, ru"),
        ("quote --from CN --to DE --item value=5 --on 22.11.2026", "'22.11.2026' is no date (YYYY-MM-DD)"),
        ("quote --from CN --to DE --item value=5 --fx EUR/EUR=2", "'EUR/EUR=2' is no exchange rate such as"),
        ("quote --from CN --to DE --item value=5 --fx EUR/ABX=2", "ABX is no ISO 4217 currency"),
        ("fx show --on yesterday", "'yesterday' is no date (YYYY-MM-DD)"),
        ("fx show /", "a pair is written such as USD/BRL"),
        ("fx import {folder}/none.csv", "none.csv cannot be read: No such file or directory"),
        ("tariffs import {folder}/none.csv", "none.csv cannot be read: No such file or directory"),
        ("quote --from CN --to DE --item value=1e30", "item 1, value: This is too small or too large."),
        ("nomenclature show 6109 --language xx", "'xx' is no language of the shop"),
    ],
)
def test_an_argument_that_means_nothing_is_told_with_what_it_should_be(say, line: str, said: str) -> None:
    assert said in say(line)
