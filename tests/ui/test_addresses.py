from __future__ import annotations

import uuid

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse


def written(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


def test_an_address_is_written_as_django_writes_it_each_time_with_its_own_arguments() -> None:
    template = Template('{% url "seller_centre:orders" seller %}')
    for seller in (uuid.uuid4(), uuid.uuid4()):
        assert template.render(Context({"seller": seller})) == reverse("seller_centre:orders", args=[seller])
    assert written('{% url "storefront:store" slug="a-b" %}') == "/store/a-b"


def test_an_address_can_be_kept_under_a_name_and_is_empty_when_there_is_none() -> None:
    assert written('{% url "storefront:cart" as cart %}[{{ cart }}]') == "[/cart]"
    assert written('{% url "storefront:nothing" as nothing %}[{{ nothing }}]') == "[]"
    with pytest.raises(NoReverseMatch):
        written('{% url "storefront:nothing" %}')
