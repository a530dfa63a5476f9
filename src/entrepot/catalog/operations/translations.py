"""A listing's words in other languages than its seller's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from entrepot.catalog import events
from entrepot.catalog.operations import writing
from entrepot.catalog.rules import texts
from entrepot.catalog.rules.listings import Translation, clean_attributes, is_language, title_reason
from entrepot.kernel import facts, sql
from entrepot.kernel.errors import InvalidField, NotFound
from entrepot.kernel.languages import text_language
from entrepot.kernel.sentences import Sentence
from entrepot.kernel.transactions import transaction


@transaction
def set_translation(
    *,
    seller_id: UUID,
    listing_id: UUID,
    language: str,
    title: str,
    description: str = "",
    attributes: Sequence[tuple[str, str]] = (),
    options: Mapping[str, str] | None = None,
    now: datetime,
) -> None:
    """
    Give a listing's words in another language than the seller's own; an earlier translation is replaced.

    :raises NotFound: the seller has no such listing.
    :raises InvalidField: the title or the language cannot be taken, or the language is the listing's own.
    """
    words = Translation(listing_id, language, title, description, tuple(attributes), options or {})
    _translate(seller_id, [words])


@transaction
def set_translations(*, seller_id: UUID, translations: Sequence[Translation], now: datetime) -> None:
    """
    Give the words of many listings in other languages; all are taken or none.

    :raises NotFound: one is of a listing that is not this seller's.
    :raises InvalidField: one cannot be taken; `field` names it by its place.
    """
    _translate(seller_id, translations)


def _translate(seller_id: UUID, translations: Sequence[Translation]) -> None:
    rows = []
    languages = _languages(seller_id, sorted({words.listing_id for words in translations}))
    for place, words in enumerate(translations):
        prefix = f"translations.{place}." if len(translations) > 1 else ""
        if words.listing_id not in languages:
            raise NotFound(listing_id=str(words.listing_id))
        title = texts.plain(words.title)
        if not texts.TITLE_LENGTH_MIN <= len(title) <= texts.TITLE_LENGTH_MAX:
            raise InvalidField.single(f"{prefix}title", title_reason(title))
        if not is_language(words.language):
            raise InvalidField.single(f"{prefix}language", Sentence("A language is a code such as en, ar or zh."))
        language = text_language(words.language)
        if language == languages[words.listing_id]:
            reason = Sentence("This is the listing's own language: change the listing itself.")
            raise InvalidField.single(f"{prefix}language", reason)
        rows.append(
            {
                "listing_id": words.listing_id,
                "seller_id": seller_id,
                "language": language,
                "title": title,
                "description": texts.safe_html(words.description),
                "attributes": clean_attributes(words.attributes),
                "option_words": {texts.plain(word): texts.plain(said) for word, said in words.options.items()},
                "source": "translation",
            }
        )
    if rows:
        sql.execute(sql.load("entrepot.catalog", "write_texts"), [writing.as_json(rows)])
        facts.record(events.ListingsChanged(listing_ids=sorted(map(str, languages)), seller_id=seller_id))


_LANGUAGES = (
    "SELECT id, language FROM catalog_listing WHERE seller_id = %s AND id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
)


def _languages(seller_id: UUID, listing_ids: Sequence[UUID]) -> dict[UUID, str]:
    return dict(sql.fetch_all(_LANGUAGES, [seller_id, list(listing_ids)]))


_REMOVE = "DELETE FROM catalog_listingtext WHERE seller_id = %s AND listing_id = %s AND language = %s"


@transaction
def remove_translation(*, seller_id: UUID, listing_id: UUID, language: str, now: datetime) -> None:
    """
    Take a listing's words in another language away; buyers read the seller's own then.

    :raises NotFound: the seller has no such listing, or it has no words in this language.
    :raises InvalidField: the language is the listing's own.
    """
    languages = _languages(seller_id, [listing_id])
    if listing_id not in languages:
        raise NotFound(listing_id=str(listing_id))
    if languages[listing_id] == language:
        reason = Sentence("This is the listing's own language: change the listing itself.")
        raise InvalidField.single("language", reason)
    if not sql.execute(_REMOVE, [seller_id, listing_id, language]):
        raise NotFound(language=language)
    facts.record(events.ListingsChanged(listing_ids=[str(listing_id)], seller_id=seller_id))
