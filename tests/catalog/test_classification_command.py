"""`entrepot classification`: what it suggests, learns and measures."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.builders import orders

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command("classification", *words, stdout=out)
    return out.getvalue()


def as_json(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def test_it_suggests_codes_for_a_title() -> None:
    text = run("suggest", "Футболка мужская хлопок", "--language", "ru")
    line = text.splitlines()[0]
    assert line.startswith("610910   ")
    assert "T-shirts, singlets (cotton)   because of Футболка, мужская, хлопок" in line
    items = as_json("suggest", "Blanket", "--attribute", "Material=100% wool")["items"]
    assert (items[0]["code"], items[0]["facets"]) == ("630120", ["wool"])
    assert run("suggest", "Xqzzk") == "None of these words names goods that we know.\n"


def test_it_learns_from_what_sellers_confirmed() -> None:
    orders.goods(orders.shop("IT"), title="Zorbi Malvax", hs="961700")
    assert as_json("learn") == {"counts": 2}
    assert run("learn") == "2 counts kept, of a word by code and seller.\n"


def test_it_measures_on_a_table_of_titles(tmp_path: Path) -> None:
    path = tmp_path / "titles.csv"
    path.write_text(
        "title,language,codes\nCotton T-shirt,en,610910\nFutbol topu,tr,950662|950699\nBlorf,en,010121\n",
        encoding="utf-8",
    )
    found = as_json("measure", str(path))["titles.csv"]
    assert set(found) == {"all", "en", "tr"}
    assert (found["all"]["titles"], found["all"]["covered"]) == (3, 0.667)
    assert found["all"]["precision"]["digits_6"] == {"at_1": 0.667, "at_3": 0.667, "at_5": 0.667}
    assert found["tr"]["precision"]["digits_2"]["at_1"] == 1
    assert "titles  covered" in run("measure", str(path))


def test_it_measures_on_subheadings_that_it_keeps_back(tmp_path: Path) -> None:
    path = tmp_path / "nomenclature.csv"
    lines = [f"0101{number:02},Horses of kind {number}" for number in range(10, 20)]
    path.write_text("code,description\n" + "\n".join(lines) + "\n", encoding="utf-8")
    (found,) = as_json("measure", "--nomenclature", str(path)).values()
    assert found["all"]["titles"] == 2
    assert found["all"]["precision"]["digits_4"]["at_1"] == 1
    assert found["all"]["precision"]["digits_6"]["at_5"] == 0, "their own texts were kept back"


def test_without_a_table_it_measures_on_confirmed_listings_by_what_others_confirmed() -> None:
    with pytest.raises(CommandError, match="no listing has a confirmed code"):
        run("measure")
    first, second, third = orders.shop("IT"), orders.shop("ES"), orders.shop("TR")
    for seller in (first, second, third):
        orders.goods(seller, title="Zorbi Malvax", hs="961700", category="everything-else")
    run("learn")
    by_words, with_others = as_json("measure").values()
    assert by_words["all"]["covered"] == 0
    assert with_others["all"]["precision"]["digits_6"]["at_1"] == 1


def test_a_table_without_the_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "titles.csv"
    path.write_text("name\nx\n", encoding="utf-8")
    with pytest.raises(CommandError, match="needs the columns title and codes"):
        run("measure", str(path))
