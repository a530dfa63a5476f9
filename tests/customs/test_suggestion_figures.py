"""How good suggestions are on real titles and texts that they have not seen, as docs/classification.md says."""

from __future__ import annotations

import csv
import gzip

import pytest

from entrepot.customs.classification import Described, measuring
from entrepot.customs.classification.measuring import Labelled, leave_out
from entrepot.customs.classification.suggesting import rank
from entrepot.customs.classification.texts import TextIndex
from tests.customs import judged

pytestmark = pytest.mark.skipif(not judged.SHARED.is_dir(), reason="the real data lie beside the project")


def _nomenclature() -> list[tuple[str, str]]:
    with (judged.SHARED / "t-hs" / "harmonized-system.csv").open(encoding="utf-8") as file:
        return [(row["hscode"], row["description"]) for row in csv.DictReader(file) if len(row["hscode"]) in (4, 6)]


def test_two_of_three_unseen_titles_get_a_right_code_first() -> None:
    examples = judged.read_part("test")
    assert len(examples) > 250
    figures = measuring.measure(examples, rank)
    whole = figures["all"]
    assert whole.covered > 0.88
    assert whole.precision[6][1] > 0.67
    assert whole.precision[6][3] > 0.73
    assert whole.precision[4][1] > 0.72
    assert set(figures) == {"all", "ar", "en", "es", "it", "ru", "tr", "zh"}
    assert min(one.precision[4][3] for one in figures.values()) > 0.5, "no language is left behind"


def test_a_probability_says_how_often_it_is_right() -> None:
    whole = measuring.measure(judged.read_part("test"), rank)["all"]
    assert whole.error < 0.08
    assert [round(one.right, 1) for one in whole.bins] == sorted(round(one.right, 1) for one in whole.bins)


def test_a_subheading_that_was_kept_back_is_told_by_its_heading() -> None:
    kept, asked = leave_out([(code, text) for code, text in _nomenclature() if len(code) == 6])
    assert len(asked) > 1_100
    index = TextIndex(kept)
    assert {code for code, _ in kept}.isdisjoint(one.codes[0] for one in asked)
    whole = measuring.measure(asked, lambda goods: rank(goods, published=index))["all"]
    assert whole.precision[4][1] > 0.44
    assert whole.precision[4][5] > 0.86


def test_what_american_customs_writes_of_goods_is_told_by_the_imported_texts() -> None:
    """Descriptions of at most 30 symbols, most of them abbreviations: no seller writes so."""
    index = TextIndex(_nomenclature())
    with gzip.open(judged.SHARED / "tariff-us" / "hts_pga_report.csv.gz", "rt", encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row and row[0].isdigit() and len(row[0]) == 10]
    known = {code for code, _ in _nomenclature()}
    examples = [Labelled(Described(row[1], "en"), (row[0][:6],)) for row in rows[::20] if row[0][:6] in known]
    assert len(examples) > 900
    whole = measuring.measure(examples, lambda goods: rank(goods, published=index))["all"]
    assert whole.precision[2][1] > 0.4
    assert whole.precision[4][1] > 0.3
