"""Suggested HS codes for a seller's goods. Nothing is set here: a code counts once its seller sends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from entrepot.api.access import grant_of, needs
from entrepot.api.rendering import answer
from entrepot.api.schemas.seller_codes import CategoriesHsSuggestionsOut, GoodsIn, HsSuggestionsOut
from entrepot.catalog import queries as catalog
from entrepot.customs import nomenclature
from entrepot.customs.classification import Candidate, Described

router = Router()

_READ = needs("listings:read")


@router.post("/hs-suggestions", auth=_READ, response=HsSuggestionsOut, summary="Suggest an HS code for words")
def suggest_hs_codes(request: HttpRequest, body: GoodsIn) -> HttpResponse:
    """
    Return the HS codes that goods of such words may have, each with its probability and the words that spoke for it.

    Confirm one by sending it as `hs_code` of the listing or of a category; until then buyers abroad see no sure price.
    """
    goods = Described(
        title=body.title,
        language=body.language,
        attributes=tuple(body.attributes),
        category=(body.seller_category,) if body.seller_category else (),
        description=body.description,
    )
    found = catalog.suggest_codes(goods, seller_id=grant_of(request).seller_id, category=body.category)
    return answer({"items": _items(found)})


@router.get(
    "/listings/{listing_id}/hs-suggestions",
    auth=_READ,
    response=HsSuggestionsOut,
    summary="Suggest an HS code for a listing",
)
def suggest_hs_codes_of_own_listing(request: HttpRequest, listing_id: UUID) -> HttpResponse:
    """Return the HS codes that a listing of yours may have, judged by its words and category."""
    return answer({"items": _items(catalog.suggest_codes_of_listing(grant_of(request).seller_id, listing_id))})


@router.get(
    "/categories/hs-suggestions",
    auth=_READ,
    response=CategoriesHsSuggestionsOut,
    summary="Suggest HS codes for your categories",
)
def suggest_hs_codes_of_own_categories(request: HttpRequest) -> HttpResponse:
    """Return what the listings of each of your categories without a code speak for, the fullest categories first."""
    found = catalog.suggest_codes_of_categories(grant_of(request).seller_id)
    return answer(
        {
            "items": [
                {
                    "seller_category": one.text,
                    "listings": one.listings,
                    "looked_at": one.looked_at,
                    "items": _items(one.candidates),
                }
                for one in found
            ]
        }
    )


def _items(found: Sequence[Candidate]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "probability": round(one.probability, 3),
            "why": list(one.why),
            "heading": nomenclature.describe(one.code),
        }
        for one in found
    ]
