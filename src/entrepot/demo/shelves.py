"""The sellers of the demonstration with all that stands on their shelves: listings, translations, pictures."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.db import connection

from entrepot.accounts import operations as accounts
from entrepot.catalog import operations as catalog
from entrepot.catalog.operations import ListingInput, RefusedListing, SkuInput, Translation
from entrepot.demo import goods, identities, pictures, stage
from entrepot.demo.goods import Firm, Goods
from entrepot.demo.newcomers import Newcomer, settle_newcomer
from entrepot.markets import queries as markets
from entrepot.sellers import operations as seller_operations, queries as sellers
from entrepot.sellers.queries import StorePicture

LISTINGS_EACH = 44
_UNREGISTERED = {"ceramiche-aurora", "bakirci-yusuf", "altay-bal"}  # Small traders below their country's VAT line.
_WITH_OSS = {"bottega-siena", "seta-comense", "piel-de-ubrique"}
_SEED = 2026


@dataclass(frozen=True, slots=True)
class Shop:
    """One seller as the rest of the seeding needs it."""

    firm: Firm
    seller_id: UUID
    listings: int
    skus: tuple[str, ...]  # Public codes of SKUs that are in stock.


def owner_email(firm: Firm) -> str:
    """Return the mailbox that a firm's owner logs in with."""
    return f"{firm.slug}@sellers.example"


def settle(firm: Firm, *, serial: int, password: str | None, actor: str, now: datetime) -> UUID:
    """Take one firm from its registration to an open store with delivery templates; return the seller's id."""
    email = owner_email(firm)
    name = identities.person(firm.country, serial)
    owner = accounts.create_person(
        email=email,
        password=password,
        name=name,
        language=goods.home_language(firm.country),
        email_confirmed=True,
        now=now,
    )
    is_european = firm.country in ("IT", "ES")
    seller = settle_newcomer(
        Newcomer(
            country=firm.country,
            legal_name=firm.legal_name,
            store_name=firm.name,
            slug=firm.slug,
            serial=serial,
            form=firm.form,
            representative=name,
            street=firm.street,
            city=firm.city,
            region=firm.region,
            postal_code=firm.postal_code,
            email=email,
            language=goods.home_language(firm.country),
            story=firm.story,
            vat_registered=firm.slug not in _UNREGISTERED,
            registrations=("OSS",) if is_european and firm.slug in _WITH_OSS else (),
        ),
        person_id=owner.id,
        actor=actor,
        now=now,
    )
    stage.set_templates(seller_id=seller.id, country=firm.country, now=now)
    return seller.id


def fill(firm: Firm, *, seller_id: UUID, now: datetime) -> Shop:
    """List a firm's goods with translations and pictures; return the shop with the SKUs that can be bought."""
    pack = markets.get_pack(firm.country)
    language = goods.home_language(firm.country)
    rate = markets.get_fx(at=now).rate("EUR", pack.currency)
    stocked = list(goods.list_goods(firm, currency=pack.currency, rate=rate, count=LISTINGS_EACH, seed=_SEED))
    outcomes = catalog.upsert_listings(
        seller_id=seller_id,
        listings=[_listing(item, language, firm.country) for item in stocked],
        now=now,
    )
    translations: list[Translation] = []
    pictured: dict[tuple[str, str], list[UUID]] = {}
    codes: list[str] = []
    for item, outcome in zip(stocked, outcomes, strict=True):
        assert not isinstance(outcome, RefusedListing), f"{item.external_id}: {outcome}"
        translations += [
            Translation(
                listing_id=outcome.listing_id,
                language=other,
                title=text.title,
                description=text.description,
                attributes=text.attributes,
                options=_option_words(item, language, other),
            )
            for other, text in item.texts.items()
            if other != language
        ]
        pictured.setdefault((item.kind, item.finish), []).append(outcome.listing_id)
        codes += [outcome.skus[variant.seller_sku] for variant in item.variants if variant.stock > 5]
    catalog.set_translations(seller_id=seller_id, translations=translations, now=now)
    for (kind, finish), listing_ids in pictured.items():
        for close in (False, True):
            content = pictures.draw(kind, finish, close=close)
            catalog.add_picture(seller_id=seller_id, listing_ids=listing_ids, content=content, now=now)
    _dress(firm, seller_id=seller_id, shown=list(pictured), now=now)
    return Shop(firm=firm, seller_id=seller_id, listings=len(stocked), skus=tuple(codes))


def _dress(firm: Firm, *, seller_id: UUID, shown: list[tuple[str, str]], now: datetime) -> None:
    """Put a logo and a cover on a shop front: its first goods from near, and some of them in a row."""
    owner = sellers.list_members(seller_id)[0].person_id
    kinds = list(dict.fromkeys(kind for kind, _ in shown))
    finishes = list(dict.fromkeys(finish for _, finish in shown))
    drawn = {"logo": pictures.draw(*shown[0], close=True), "cover": pictures.draw_cover(kinds, finishes)}
    for place, content in drawn.items():
        kept = catalog.keep_picture(content=content)
        picture = StorePicture(kept.content_hash, kept.width, kept.height)
        seller_operations.show_store_picture(
            seller_id=seller_id, person_id=owner, place=place, picture=picture, now=now
        )


def settle_all(*, password: str, operator: str, now: datetime, progress: Callable[[str], None]) -> list[Shop]:
    """Settle and fill every firm of the demonstration, the oldest ones first."""
    firms = goods.list_firms()
    shops: list[Shop] = []
    # Two at a time: half of the work is pictures, and those do not hold Python's lock.
    pool = ThreadPoolExecutor(max_workers=2, thread_name_prefix="shelves")
    try:
        for shop in pool.map(partial(_settle_and_fill, password, operator, now), range(len(firms)), firms):
            shops.append(shop)
            if len(shops) % 5 == 0 or len(shops) == len(firms):
                progress(f"  {len(shops)} of {len(firms)} sellers")
    finally:
        pool.shutdown(cancel_futures=True)
    return shops


def _settle_and_fill(password: str, operator: str, now: datetime, number: int, firm: Firm) -> Shop:
    try:
        opened_at = now - timedelta(days=90) + timedelta(hours=7 * number)
        serial = 1000 + number
        seller_id = settle(firm, serial=serial, password=password, actor=operator, now=opened_at)
        return fill(firm, seller_id=seller_id, now=opened_at + timedelta(days=1))
    finally:
        connection.close()  # This thread's own.


def _listing(item: Goods, language: str, country: str) -> ListingInput:
    text = item.texts[language]
    return ListingInput(
        external_id=item.external_id,
        title=text.title,
        description=text.description,
        attributes=text.attributes,
        language=language,
        category=item.category,
        hs_code=item.hs_code,
        origin_country=country,
        shipping_class=item.shipping_class,
        flags=item.flags,
        state="active",
        skus=tuple(
            SkuInput(
                seller_sku=variant.seller_sku,
                price=variant.price,
                options=dict([variant.option[language]]),
                stock=variant.stock,
                weight_g=variant.weight_g,
            )
            for variant in item.variants
        ),
    )


def _option_words(item: Goods, home: str, language: str) -> dict[str, str]:
    """Return the words of a listing's options, from the seller's language into another."""
    return {
        word: translated
        for variant in item.variants
        for word, translated in zip(variant.option[home], variant.option[language], strict=True)
    }
