"""Where a rule is written: titles as they are, addresses as links, our own sentences in the reader's language."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from entrepot.ui import sources

LINK = '<a href="https://tax.example/rates" rel="noreferrer nofollow">{}</a>'


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://tax.example/rates", LINK.format("tax.example")),
        ("Tax Foundation (https://tax.example/rates)", LINK.format("<bdi>Tax Foundation</bdi>")),
        ("UStG § 12; EU law", "<bdi>UStG § 12</bdi>; <bdi>EU law</bdi>"),
        ("Law (art. 1; art. 2)", "<bdi>Law (art. 1; art. 2)</bdi>"),
        ("<b>", "<bdi>&lt;b&gt;</bdi>"),
    ],
)
def test_an_address_is_a_link_under_its_title_or_its_host(text: str, written: str) -> None:
    assert sources.write(text) == written


def test_a_title_says_that_it_is_english_where_the_page_is_not() -> None:
    with override("ar"):
        assert sources.write("Value Added Tax Act, 2013") == '<bdi lang="en">Value Added Tax Act, 2013</bdi>'
        assert sources.write("消費税法 29条") == "<bdi>消費税法 29条</bdi>"
