"""
Real titles of shops' feeds with the codes that a person judged right for them. The titles stand in `../shared/data`
(most of the sets may not be copied); `judged_titles.csv` holds, by the hash of a title, its codes and its part:

- `tuning`: the lexicon's words were mended by what went wrong there;
- `calibration`: the curve from shares to probabilities was fitted there, nothing else;
- `test`: looked at for labelling only, before the figures were first computed; they are what docs/classification.md
  says.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from entrepot.customs.classification import Described
from entrepot.customs.classification.measuring import Labelled

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_TABLE = Path(__file__).with_name("judged_titles.csv")


def read_part(part: str) -> list[Labelled]:
    """Return the judged titles of a part that are at hand, grouped by language."""
    titles = _titles()
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return [
            Labelled(Described(titles[row["sha256"]], row["language"]), tuple(row["codes"].split("|")), row["language"])
            for row in csv.DictReader(file)
            if row["part"] == part and row["sha256"] in titles
        ]


@cache
def _titles() -> dict[str, str]:
    return {hashlib.sha256(title.encode()).hexdigest()[:16]: title for title in map(str.strip, _all_titles())}


def _text(name: str) -> str:
    raw = (SHARED / name).read_bytes()
    return (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8-sig", "replace")


def _rows(name: str, delimiter: str = ",") -> list[dict[str, str]]:
    csv.field_size_limit(10**9)
    return list(csv.DictReader(_text(name).splitlines(keepends=True), delimiter=delimiter))


def _all_titles() -> Iterator[str]:
    for name in ("alstyle.yml.gz", "vtt.yml.gz", "copyline.yml.gz", "akcent.yml"):
        for found in re.findall(r"<name>(.*?)</name>", _text(f"p-yml-ru-kz/{name}"), re.DOTALL):
            yield html.unescape(re.sub(r"\s+", " ", found).strip())
    for found in re.findall(
        r"<item>.*?<(?:g:)?title>(.*?)</(?:g:)?title>", _text("p-gmc-arabic-ksa/feed.xml.gz"), re.DOTALL
    ):
        yield html.unescape(re.sub(r"<!\[CDATA\[(.*?)\]\]>", r"\1", found))
    wish = "p-wish-summer/summer-products-with-rating-and-performance_2020-08.csv"
    yield from (row["title_orig"] for row in _rows(wish))
    yield from (row["title"] or "" for row in _rows("p-russian-wildberries/wildberries_prices.csv"))
    for row in _rows("p-spanish-perfume-uy/catalogo.csv"):
        yield f"{row['Nombre']} {row['Tipo'] or ''}"
    yield from (row["product_name"] for row in _rows("p-shein-shopee/shein-products.csv.gz"))
    yield from (row["title"] or "" for row in _rows("p-shein-shopee/shopee-products.csv.gz"))
    yield from (row["product_name"] or "" for row in _rows("p-openfoodfacts/openfoodfacts.csv.gz", "\t"))
    for row in _rows("p-ikea-sa/ikea.csv", ";"):
        yield re.sub(r"\s+", " ", f"{row['name']} {row['short_description']}")
    yield from map(html.unescape, re.findall(r"<StokAdi>(.*?)</StokAdi>", _text("p-turkish/enduromarket_urunler.xml")))
    yield from (line.split(",")[0] for line in _text("p-turkish/trendyol_caps.csv").splitlines())
    yield from (row["Description"] or "" for row in _rows("o-uci-online-retail/online_retail_2010-12.csv.gz"))
    for name in ("apparel", "jewelery", "home-and-garden"):
        yield from (row["Title"] or "" for row in _rows(f"p-shopify-csv/{name}.csv"))
