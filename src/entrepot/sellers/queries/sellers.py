"""Sellers and stores as others see them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from entrepot.kernel import encryption, sql
from entrepot.kernel.errors import NotFound
from entrepot.kernel.languages import text_language
from entrepot.markets import queries as markets
from entrepot.sellers import rules
from entrepot.sellers.models import BusinessId, Registration
from entrepot.sellers.queries.safety import SafetyContactView

_PAYOUT_ACCOUNT = """
SELECT a.id, a.rail, a.currency, a.details, a.hint, a.created_at, EXISTS (
  -- Whether it replaced another that was paid to. What a draft's owner corrected never was.
  SELECT FROM sellers_bankaccount b JOIN sellers_registration r ON r.seller_id = b.seller_id
  WHERE b.seller_id = a.seller_id AND b.replaced_at <= a.created_at AND b.replaced_at > r.decided_at
)
FROM sellers_bankaccount a WHERE a.seller_id = %s AND a.replaced_at IS NULL
"""
_STORE_COLUMNS = """
st.id, st.seller_id, st.slug, st.name, st.state, st.state = 'open' AND s.state = 'approved', s.country,
st.dispatch_country, st.dispatch_region, st.dispatch_postal_code, st.dispatch_city,
st.language, st.story, st.stories,
(SELECT jsonb_build_array(c.id, c.name, c.address, c.country, c.email, c.is_in_eu)
 FROM sellers_safetycontact c WHERE c.id = st.manufacturer_id)::text,
(SELECT jsonb_build_array(c.id, c.name, c.address, c.country, c.email, c.is_in_eu)
 FROM sellers_safetycontact c WHERE c.id = st.responsible_id)::text,
st.pictures, st.created_at
"""
_STORES = f"SELECT {_STORE_COLUMNS} FROM sellers_store st JOIN sellers_seller s ON s.id = st.seller_id"
_SELLERS = f"""
SELECT s.id, s.country, s.legal_name, s.form, s.state, s.vat_registered, s.registrations, s.eu_sales_over_threshold,
       s.payout_currency, s.created_at, {_STORE_COLUMNS}
FROM sellers_seller s LEFT JOIN sellers_store st ON st.seller_id = s.id
"""
# Of one country or all (""), with a text in the legal name or the store's names.
_WANTED = """
%(country)s IN ('', s.country)
AND strpos(lower(concat_ws(E'\\n', s.legal_name, st.name, st.slug)), lower(%(text)s)) > 0
"""
_PAGE = f"""
{_SELLERS} WHERE %(state)s IN ('', s.state) AND {_WANTED}
ORDER BY s.created_at DESC, s.id DESC LIMIT %(limit)s OFFSET %(offset)s
"""
_COUNTS = f"""
SELECT s.state, count(*) FROM sellers_seller s LEFT JOIN sellers_store st ON st.seller_id = s.id
WHERE {_WANTED} GROUP BY s.state ORDER BY s.state
"""
_BY_COUNTRY = "SELECT country, state, count(*) FROM sellers_seller GROUP BY country, state ORDER BY country, state"


STORE_PICTURES = ("logo", "cover")


@dataclass(frozen=True, slots=True)
class StorePicture:
    """A picture of a shop front, as catalog keeps it."""

    content_hash: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class StoreView:
    """A shop front. `is_selling`: open, and its seller approved (the market's stage is `markets`' to say)."""

    id: UUID
    seller_id: UUID
    slug: str
    name: str
    state: str
    is_selling: bool
    country: str
    dispatch_country: str
    dispatch_region: str
    dispatch_postal_code: str
    dispatch_city: str
    language: str
    story: str
    stories: Mapping[str, str]
    manufacturer: SafetyContactView | None
    responsible: SafetyContactView | None
    pictures: Mapping[str, StorePicture]
    created_at: datetime

    def story_for(self, language: str) -> tuple[str, str]:
        """Return the story in a reader's language where the seller wrote one, else in its own; and which that is."""
        code = text_language(language)
        told = self.stories.get(code, "") if code != self.language else ""
        return (told, code) if told else (self.story, self.language)


@dataclass(frozen=True, slots=True)
class SellerView:
    """A trader, with its store once it has one."""

    id: UUID
    country: str
    legal_name: str
    form: str
    state: str
    vat_registered: bool
    registrations: tuple[str, ...]
    eu_sales_over_threshold: bool
    payout_currency: str
    created_at: datetime
    store: StoreView | None


@dataclass(frozen=True, slots=True)
class LegalIdentity:
    """What buyers are shown of a trader (DSA article 30(7)): contact, register entry, self-certification."""

    seller_id: UUID
    country: str
    form: str
    legal_name: str
    trade_name: str
    street: str
    street2: str
    city: str
    region: str
    postal_code: str
    phone: str
    email: str
    register_name: str
    register_number: str
    ids: tuple[tuple[str, str], ...]
    self_certified_at: datetime


@dataclass(frozen=True, slots=True)
class PayoutAccount:
    """
    Where a seller is paid, opened: for the payout run alone, never for a page or a log.

    `fields` are the pack's (`iban`, `bic`, `account_number`, `bank_code` …), `holder` is its `account_holder`. An
    account that replaced another of an approved seller is paid to from `usable_from` on.
    """

    id: UUID
    seller_id: UUID
    rail: str
    currency: str
    holder: str
    fields: dict[str, str]
    hint: str
    created_at: datetime
    usable_from: datetime

    def __repr__(self) -> str:
        return f"PayoutAccount(seller_id={self.seller_id}, rail={self.rail}, hint=…{self.hint})"


def _store(row: Sequence[Any]) -> StoreView:
    """Return a store from a row of `_STORE_COLUMNS`."""
    *told, stories, manufacturer, responsible, pictures, created_at = row
    shown = {place: StorePicture(**kept) for place, kept in orjson.loads(pictures).items()}
    return StoreView(
        *(*told, orjson.loads(stories), _contact(manufacturer), _contact(responsible), shown, created_at),
    )


def _contact(text: str | None) -> SafetyContactView | None:
    if text is None:
        return None
    contact_id, *told = orjson.loads(text)
    return SafetyContactView(UUID(contact_id), *told)


def _seller(row: Sequence[Any]) -> SellerView:
    """Return a seller from a row of `_SELLERS`, with its store if it has one."""
    seller_id, country, legal_name, form, state, vat_registered, schemes, over_threshold, currency, created_at = row[
        :10
    ]
    return SellerView(
        id=seller_id,
        country=country,
        legal_name=legal_name,
        form=form,
        state=state,
        vat_registered=vat_registered,
        registrations=tuple(orjson.loads(schemes)),
        eu_sales_over_threshold=over_threshold,
        payout_currency=currency,
        created_at=created_at,
        store=None if row[10] is None else _store(row[10:]),
    )


def get_seller(seller_id: UUID) -> SellerView:
    """
    Return one seller.

    :raises NotFound: no seller has this id.
    """
    found = get_sellers([seller_id])
    if seller_id not in found:
        raise NotFound(seller_id=seller_id)
    return found[seller_id]


def get_sellers(seller_ids: Iterable[UUID]) -> dict[UUID, SellerView]:
    """Return sellers by their ids, in one statement; unknown ids are left out."""
    rows = sql.fetch_all(f"{_SELLERS} WHERE s.id = ANY(%s::uuid[])", [list(seller_ids)])
    return {row[0]: _seller(row) for row in rows}


def list_sellers(
    *, state: str | None = None, country: str | None = None, text: str = "", limit: int = 100, offset: int = 0
) -> tuple[SellerView, ...]:
    """
    Return sellers for the operator, the newest first, of one state and country or of all; `text` looks into legal names
    and stores.
    """
    wanted = {**_wanted(country, text), "state": state or "", "limit": limit, "offset": offset}
    return tuple(_seller(row) for row in sql.fetch_all(_PAGE, wanted))


def count_sellers(*, country: str | None = None, text: str = "") -> dict[str, int]:
    """Return how many sellers are in each state that has any."""
    return dict(sql.fetch_all(_COUNTS, _wanted(country, text)))


def _wanted(country: str | None, text: str) -> dict[str, Any]:
    return {"country": country or "", "text": text.strip()}


def count_sellers_by_country() -> dict[str, dict[str, int]]:
    """Return how many sellers of each country are in each state."""
    found: dict[str, dict[str, int]] = {}
    for country, state, number in sql.fetch_all(_BY_COUNTRY):
        found.setdefault(country, {})[state] = number
    return found


def get_store(slug: str) -> StoreView:
    """
    Return the store of an address, whatever its state.

    :raises NotFound: no store has this slug.
    """
    row = sql.fetch_one(f"{_STORES} WHERE st.slug = %s", [slug])
    if row is None:
        raise NotFound(store=slug)
    return _store(row)


def get_stores(seller_ids: Iterable[UUID]) -> dict[UUID, StoreView]:
    """Return the stores of some sellers by seller id, in one statement; who has none is left out."""
    rows = sql.fetch_all(f"{_STORES} WHERE st.seller_id = ANY(%s::uuid[])", [list(seller_ids)])
    return {row[1]: _store(row) for row in rows}


def legal_identity(seller_id: UUID) -> LegalIdentity:
    """
    Return what a product page shows of its trader. Personal numbers are never among the ids.

    :raises NotFound: no seller has this id, or it was never approved.
    """
    row = (
        Registration.objects.select_related("seller")
        .filter(seller_id=seller_id, seller__state__in=("approved", "suspended"))
        .first()
    )
    if row is None:
        raise NotFound(seller_id=seller_id)
    assert row.self_certified_at is not None, "nobody is approved without a self-certification"
    labels = _id_labels(row.seller.country, row.seller.form)
    public = BusinessId.objects.filter(seller_id=seller_id).exclude(value="").order_by("id")
    return LegalIdentity(
        seller_id=seller_id,
        country=row.seller.country,
        form=row.seller.form,
        legal_name=row.seller.legal_name,
        trade_name=row.trade_name,
        street=row.street,
        street2=row.street2,
        city=row.city,
        region=row.region,
        postal_code=row.postal_code,
        phone=row.phone,
        email=row.email,
        register_name=row.register_name,
        register_number=row.register_number,
        ids=tuple((labels.get(number.kind, number.kind), number.value) for number in public),
        self_certified_at=row.self_certified_at,
    )


def may_use_oss(country: str) -> bool:
    """Say whether goods at home may lie in the Union, for whose distance sales OSS is: Northern Ireland is inside."""
    pack = markets.get_pack(country)
    return "EU" in pack.unions or any("EU" in part.unions for part in pack.territories)


def get_payout_account(seller_id: UUID) -> PayoutAccount:
    """
    Return the account that a seller is paid to now, opened.

    :raises NotFound: the seller gave none.
    """
    row = sql.fetch_one(_PAYOUT_ACCOUNT, [seller_id])
    if row is None:
        raise NotFound(seller_id=seller_id)
    account_id, rail, currency, sealed, hint, created_at, has_replaced = row
    fields: dict[str, str] = json.loads(encryption.decrypt(sealed))
    return PayoutAccount(
        id=account_id,
        seller_id=seller_id,
        rail=rail,
        currency=currency,
        holder=fields.get("account_holder", ""),
        fields=fields,
        hint=hint,
        created_at=created_at,
        usable_from=rules.account_usable_from(created_at, has_replaced=has_replaced),
    )


def _id_labels(country: str, form: str) -> dict[str, str]:
    registration = markets.get_pack(country).registration
    if registration is None or form not in registration.forms:
        return {}
    return {wanted.kind: wanted.label for wanted in registration.forms[form].ids}
