"""`entrepot bench relevance`: what it reads, what it refuses, what it counts."""

from __future__ import annotations

import json
import math
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from entrepot.bench import relevance

PRODUCTS: list[dict[str, Any]] = [
    {"id": 1, "title": "Silk scarf", "brand": "Ava", "attributes": {"Colour": "Blue", "Washable": True}},
    {"id": "b-2", "title": "Wool scarf", "description": "Warm", "attributes": [["Colour", "Red"]]},
    {"id": "x/3", "title": "Clay pot", "attributes": [{"name": "Colour", "value": ["Brown", "Red"]}]},
]
JUDGMENTS = "query,id,rating\nscarf,1,3\nscarf,b-2,1\nred,x/3,2\nred,b-2,0\nlamp,1,0\n"


def _files(folder: Path, products: str | None = None, judgments: str = JUDGMENTS) -> tuple[Path, Path]:
    goods, ratings = folder / "products.jsonl", folder / "judgments.csv"
    goods.write_text(products if products is not None else "\n".join(map(json.dumps, PRODUCTS)), encoding="utf-8")
    ratings.write_text(judgments, encoding="utf-8")
    return goods, ratings


def _run(folder: Path, *options: str, products: str | None = None, judgments: str = JUDGMENTS) -> str:
    goods, ratings = _files(folder, products, judgments)
    printed = StringIO()
    command = ["bench", "relevance", "--products", str(goods), "--judgments", str(ratings), *options]
    call_command(*command, stdout=printed)
    return printed.getvalue()


def test_it_prints_the_gain_of_the_first_ten_over_every_judged_query(tmp_path: Path) -> None:
    report = json.loads(_run(tmp_path, "--json", "--baseline"))
    seconds = report.pop("seconds")
    assert seconds > 0.0
    assert report.pop("milliseconds_per_query") > 0.0
    # "scarf" and "red" find what they should, in whichever order; to "lamp" nothing is relevant.
    assert report.pop("queries") == 3
    assert report.pop("products") == 3
    assert report.pop("queries_without_relevant") == 1
    assert report.pop("judged_but_missing") == 0
    assert 0.5 <= report.pop("nDCG@10") <= round(2 / 3, 4)
    assert 0.0 < report.pop("plain_bm25") < round(2 / 3, 4), "plain words know no attributes"
    assert report == {}


def test_what_is_misspelt_is_searched_for_as_it_was_meant_without_a_database(tmp_path: Path) -> None:
    report = json.loads(_run(tmp_path, "--json", judgments="query,id,rating\nsilk scraf,1,1\npto clay,x/3,1\n"))
    assert report["nDCG@10"] == 1.0


def test_the_gain_is_two_to_the_rating_less_one_discounted_by_place() -> None:
    ratings = {"a": 3.0, "b": 2.0, "c": 0.0}
    assert relevance.ndcg(["a", "b"], ratings) == 1.0
    assert relevance.ndcg(["x", "a"], ratings) == pytest.approx((7 / math.log2(3)) / (7 + 3 / math.log2(3)))
    assert relevance.ndcg([*"0123456789", "a"], ratings) == 0.0, "the eleventh does not count"
    assert relevance.ndcg(["c"], {"c": 0.0}) == 0.0


def test_attributes_may_come_in_any_of_three_forms(tmp_path: Path) -> None:
    goods, _ = _files(tmp_path)
    read = {product.id: product.attributes for product in relevance.read_products(goods)}
    assert read == {
        "1": (("Colour", "Blue"), ("Washable", "Washable")),
        "b-2": (("Colour", "Red"),),
        "x/3": (("Colour", "Brown Red"),),
    }


def test_a_name_from_chorus_stands_for_the_id_too(tmp_path: Path) -> None:
    _, ratings = _files(tmp_path, judgments="query,docid,rating\nscarf,1,3\n")
    assert relevance.read_judgments(ratings) == {"scarf": {"1": 3.0}}


@pytest.mark.parametrize(
    ("products", "judgments", "said"),
    [
        ('{"id": 1', JUDGMENTS, "products.jsonl, line 1: not JSON"),
        ('{"title": "x"}', JUDGMENTS, "products.jsonl, line 1: not an object with an id"),
        ('{"id": 1}\n{"id": "1"}', JUDGMENTS, "line 2: the id 1 was there before"),
        ('{"id": 1, "title": {"en": "x"}}', JUDGMENTS, "line 1: title is neither a text nor a list of texts"),
        ('{"id": 1, "attributes": [3]}', JUDGMENTS, "line 1: an attribute is neither a pair nor an object"),
        ('{"id": 1, "attributes": 3}', JUDGMENTS, "line 1: attributes are neither an object nor a list"),
        ("", JUDGMENTS, "products.jsonl: it holds no product"),
        (None, "query,rating\nx,1\n", "must name the columns query, id and rating"),
        (None, "query,id,rating\nx,1,good\n", "judgments.csv, line 2: good is no rating"),
        (None, "query,id,rating\nx,1,-1\n", "line 2: a rating goes from 0 up to 1000"),
        (None, "query,id,rating\n,1,1\n", "line 2: query or id is empty"),
        (None, "query,id,rating\n", "judgments.csv: it holds no judgment"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(
    tmp_path: Path, products: str | None, judgments: str, said: str
) -> None:
    with pytest.raises(CommandError) as refused:
        _run(tmp_path, products=products, judgments=judgments)
    assert said in str(refused.value)
