"""Suggested HS codes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from entrepot.api.schemas.base import Answer, LanguageCode, Line, Prose, Request, RequiredLine, Slug

SuggestedCode = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9]{4}|[0-9]{6})$"),
    Field(examples=["610910"], description="Six digits, or four where only the heading can be told."),
]


class GoodsIn(Request):
    """Goods in words: the more is said of material, wearer and kind, the surer the suggestion."""

    title: RequiredLine
    language: LanguageCode | None = Field(None, description="What the words are written in; default: told by letters.")
    category: Slug | None = Field(None, description="A category of the shop, by its slug.")
    seller_category: Line | None = Field(None, description="Your own word for the category.")
    attributes: Annotated[list[tuple[RequiredLine, RequiredLine]], Field(max_length=100)] = []
    description: Prose = ""


class HsSuggestion(Answer):
    code: SuggestedCode
    probability: Annotated[float, Field(ge=0, le=1)] = Field(
        description="How often such a suggestion was right on goods that the suggester had not seen."
    )
    why: list[str] = Field(description="Your own words that spoke for it.")
    heading: str = Field(description="The heading in short words, no legal text.")


class HsSuggestionsOut(Answer):
    """At most five codes, the likeliest first. None counts until you send it back as the listing's `hs_code`."""

    items: list[HsSuggestion]


class CategoryHsSuggestions(Answer):
    seller_category: str
    listings: int = Field(description="Listings of the category without a code.")
    looked_at: int = Field(description="How many of them were looked at.")
    items: list[HsSuggestion]


class CategoriesHsSuggestionsOut(Answer):
    items: list[CategoryHsSuggestions]
