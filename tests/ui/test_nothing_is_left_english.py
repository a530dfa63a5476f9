"""Every page, in a language that marks what was translated: no visible words stand outside the marks but data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from entrepot.kernel import facts, sql
from tests.builders import every_state, orders as build
from tests.builders.every_state import Shop
from tests.pages import Reader, moment
from tests.ui import pseudo, walk
from tests.ui.pseudo import marked_language

__all__ = ["marked_language"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("marked_language")]
CHOICE = f"DE.EUR.{pseudo.CODE}"


@pytest.fixture(autouse=True)
def _at_one_moment() -> Iterator[None]:
    with moment():
        yield


@pytest.fixture
def shop() -> Shop:
    return every_state.build_shop()


STARTS = {
    "visitor": [
        "/",
        "/search?q=bowl",
        "/search?q=zzz&as_typed=1",
        "/suggestions?q=bo",
        "/cart",
        "/checkout",
        "/ui/",
        "/seller/",
    ],
    "buyer": ["/account/"],
    "owner": ["/seller/"],
    "starter": ["/seller/"],
    "operator": ["/operator/"],
}


def _reader(who: str, shop: Shop) -> Reader:
    reader = Reader(CHOICE, person_id=None if who == "visitor" else getattr(shop, who))
    if who in ("visitor", "buyer"):
        for action in ("/cart/add", "/wishes/add"):
            reader.open(f"/listing/{shop.bowl.id}/{shop.bowl.slug}").send(action)
    return reader


def _data() -> list[str]:
    """Return the words of the database, those that it keeps encrypted, and the names of facts (other tests' too)."""
    sealed = filter(None, map(str, build.BERLIN.values()))
    return sorted([*pseudo.words_of_data(), *sealed, *facts.list_kinds()], key=len, reverse=True)


def _words_of_titles() -> list[str]:
    """Return what is suggested while one types: the words of titles, in small letters."""
    titles = sql.fetch_all("SELECT title FROM catalog_listingtext", [])
    return sorted({word for (title,) in titles for word in title.casefold().split()}, key=len, reverse=True)


# Reached by a link in a letter or a form that was sent, files, what comes while a page is scrolled, and pages that the
# stage has nothing for; their templates are read by `test_no_bare_words.py`.
NOT_WALKED = frozenset(
    {
        "account_confirm_email",
        "account_confirm_login_code",
        "account_email_verification_sent",
        "account_inactive",
        "account_reauthenticate",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "operator_console:judge",
        "operator_console:order",
        "operator_console:pay_again",
        "operator_console:retry_job",
        "operator_console:retry_refund",
        "operator_console:run_payouts",
        "sandbox-payments:callback",
        "seller_centre:feed_apply",
        "seller_centre:invitation",
        "seller_centre:listing_prices",
        "seller_centre:listing_safety",
        "seller_centre:listing_stock",
        "seller_centre:step",
        "seller_centre:translation_remove",
        "seller_centre:withdraw",
        "storefront:confirm",
        "storefront:default_address",
        "storefront:drop",
        "storefront:related",
        "storefront:robots",
        "storefront:sitemap",
        "storefront:sitemap_listings",
        "storefront:sitemap_pages",
        "ui:offline",
        "ui:service_worker",
    }
)


def test_every_page_speaks_the_readers_language(shop: Shop) -> None:
    data, found, seen = _data(), set(), set()
    completed = {"storefront:suggestions": _words_of_titles()}
    for who, starts in STARTS.items():
        compared = [f"/compare?of={shop.bowl.id}"] if who == "visitor" else []
        for kind, _, page in walk.pages(_reader(who, shop), [*starts, *compared], seen):
            found |= {(kind, text) for text in pseudo.findings(page, [*data, *completed.get(kind, ())])}
    assert not found, "\n".join(" · ".join(row) for row in sorted(found))
    assert sorted(NOT_WALKED & seen) == [], "these are walked after all"
    left = sorted(walk.kinds() - seen - NOT_WALKED)
    assert not left, " ".join(left)


def test_every_refusal_of_a_form_speaks_the_readers_language(shop: Shop) -> None:
    before, found = _data(), set()  # The front page is kept a while: it shows what a form took away.
    for who, starts in STARTS.items():
        reader = _reader(who, shop)
        for kind, target, fields, stands_on in list(walk.forms(reader, starts)):
            for typed in ("", "?"):
                reader.open(stands_on)
                token = {"csrfmiddlewaretoken": fields.get("csrfmiddlewaretoken", "")}
                reader.post(target, {**dict.fromkeys(fields, typed), **token})
                if reader.text:
                    data = sorted({*before, *_data()}, key=len, reverse=True)
                    found |= {(kind, target, text) for text in pseudo.findings(reader.text, data)}
    assert not found, "\n".join(" · ".join(row) for row in sorted(found))
