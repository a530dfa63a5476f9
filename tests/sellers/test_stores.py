from __future__ import annotations

import pytest

from entrepot.kernel import sql
from entrepot.kernel.errors import Forbidden, InvalidField, NotFound
from entrepot.sellers import operations, queries, rules
from entrepot.sellers.models import Seller, Store
from tests.builders import accounts, sellers

pytestmark = pytest.mark.django_db


def _changes(seller, now, **fields):
    return {
        "seller_id": seller.id,
        "person_id": sellers.owner_of(seller),
        "name": "Bottega",
        "dispatch_country": "IT",
        "dispatch_postal_code": "00184",
        "dispatch_city": "Roma",
        "language": "it",
        "now": now,
        **fields,
    }


def _approved_without_a_store(now):
    seller = sellers.submitted_seller("IT")
    return operations.approve_seller(seller_id=seller.id, actor="operator:1", now=now)


def _store_facts() -> int:
    return sql.fetch_one("SELECT count(*) FROM kernel_fact WHERE kind = 'StoreChanged'")[0]


def test_an_approved_seller_opens_a_store(now):
    seller = _approved_without_a_store(now)

    store = operations.open_store(
        **_changes(seller, now, slug="bottega-roma", dispatch_region="RM", story="Fatto a mano.\n\nA Roma.")
    )

    assert store == queries.StoreView(
        id=store.id,
        seller_id=seller.id,
        slug="bottega-roma",
        name="Bottega",
        state="open",
        is_selling=True,
        country="IT",
        dispatch_country="IT",
        dispatch_region="RM",
        dispatch_postal_code="00184",
        dispatch_city="Roma",
        language="it",
        story="Fatto a mano.\n\nA Roma.",
        stories={},
        manufacturer=None,
        responsible=None,
        pictures={},
        created_at=now,
    )
    assert queries.get_store("bottega-roma") == store
    assert queries.get_stores([seller.id]) == {seller.id: store}
    assert queries.get_seller(seller.id).store == store
    assert _store_facts() == 1


def test_a_seller_that_waits_opens_no_store(now):
    seller = sellers.submitted_seller("IT")

    with pytest.raises(operations.WrongState):
        operations.open_store(**_changes(seller, now, slug="bottega-roma"))

    assert Store.objects.count() == 0


def test_a_seller_has_one_store_and_an_address_one_seller(now):
    first = sellers.approved_seller("IT", slug="bottega-roma")
    second = _approved_without_a_store(now)

    with pytest.raises(operations.SlugTaken) as refusal:
        operations.open_store(**_changes(second, now, slug="bottega-roma"))
    with pytest.raises(operations.StoreExists):
        operations.open_store(**_changes(first, now, slug="another"))

    assert refusal.value.fields == {"slug": "bottega-roma"}
    assert list(Store.objects.values_list("slug", "seller_id")) == [("bottega-roma", first.id)]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("slug", "AB", "not_a_slug"),
        ("slug", "bottega--roma", "not_a_slug"),
        ("slug", "-bottega", "not_a_slug"),
        ("slug", "bottega/../admin", "not_a_slug"),
        ("slug", "магазин", "not_a_slug"),
        ("slug", "a" * 51, "not_a_slug"),
        ("slug", "checkout", "reserved"),
        ("name", "  ", "required"),
        ("name", "x" * 81, "too_long"),
        ("dispatch_country", "XX", "unknown_country"),
        ("dispatch_postal_code", "1", "invalid_postal_code"),
        ("dispatch_city", "", "required"),
        ("language", "klingon", "unknown_language"),
        ("language", "", "unknown_language"),
        ("story", "x" * 4001, "too_long"),
    ],
)
def test_a_text_that_cannot_be_taken_opens_nothing(field, value, reason, now):
    seller = _approved_without_a_store(now)

    with pytest.raises(InvalidField) as refusal:
        operations.open_store(**{**_changes(seller, now, slug="bottega-roma"), field: value})

    assert refusal.value.fields == {"errors": [{"field": field, "reason": reason}]}
    assert Store.objects.count() == 0


def test_a_store_changes_its_dispatch_place(now):
    seller = sellers.approved_seller("IT")

    changed = operations.change_store(
        **_changes(
            seller, now, name="Nuova", dispatch_country="ES", dispatch_postal_code="28001", dispatch_city="Madrid"
        )
    )

    assert (changed.name, changed.dispatch_country, changed.slug) == ("Nuova", "ES", seller.store.slug)
    assert queries.get_store(seller.store.slug) == changed
    assert _store_facts() == 2


def test_a_store_pauses_opens_again_and_closes_for_good(now):
    seller = sellers.approved_seller("IT")
    seat = {"seller_id": seller.id, "person_id": sellers.owner_of(seller), "now": now}

    assert operations.pause_store(**seat).is_selling is False
    assert operations.pause_store(**seat).state == "paused"
    assert _store_facts() == 2
    assert operations.reopen_store(**seat).is_selling is True
    assert operations.close_store(**seat).state == "closed"
    with pytest.raises(operations.WrongState):
        operations.reopen_store(**seat)
    with pytest.raises(operations.WrongState):
        operations.change_store(**_changes(seller, now))
    assert queries.get_store(seller.store.slug).state == "closed"


def test_a_store_of_nobody_does_not_exist(now):
    seller = _approved_without_a_store(now)

    with pytest.raises(NotFound):
        queries.get_store("bottega-roma")
    with pytest.raises(NotFound):
        operations.pause_store(seller_id=seller.id, person_id=sellers.owner_of(seller), now=now)


def test_the_shop_s_people_run_it_and_others_do_not(now):
    seller = sellers.approved_seller("IT")
    manager, viewer = sellers.seat(seller, "manager"), sellers.seat(seller, "viewer")
    stranger = sellers.owner_of(sellers.approved_seller("IT"))

    assert operations.pause_store(seller_id=seller.id, person_id=manager, now=now).state == "paused"
    with pytest.raises(Forbidden) as refusal:
        operations.reopen_store(seller_id=seller.id, person_id=viewer, now=now)
    with pytest.raises(NotFound):
        operations.reopen_store(seller_id=seller.id, person_id=stranger, now=now)

    assert refusal.value.fields == {"role": "viewer", "action": "manage_store"}
    assert queries.get_store(seller.store.slug).state == "paused"


def test_a_tax_profile_is_set(now):
    seller = sellers.approved_seller("IT", vat_registered=False)
    finance = sellers.seat(seller, "finance")

    changed = operations.set_tax_profile(
        seller_id=seller.id, person_id=finance, vat_registered=True, registrations=["oss", "OSS"], now=now
    )

    assert (seller.vat_registered, seller.registrations) == (False, ())
    assert (changed.vat_registered, changed.registrations) == (True, ("OSS",))
    assert sql.fetch_one("SELECT registrations::text FROM sellers_seller WHERE id = %s", [seller.id]) == ('["OSS"]',)
    assert _store_facts() == 2


def test_a_seller_whose_country_reaches_into_the_union_may_hold_oss(now):
    """Goods in Northern Ireland lie in the Union: Windsor Framework, article 8; OSS is open to who sells them."""
    seller = sellers.approved_seller("IT")
    Seller.objects.filter(pk=seller.id).update(country="GB")

    changed = operations.set_tax_profile(
        seller_id=seller.id, person_id=sellers.owner_of(seller), vat_registered=True, registrations=["OSS"], now=now
    )

    assert changed.registrations == ("OSS",)


@pytest.mark.parametrize(
    ("country", "vat_registered", "registrations", "reason"),
    [
        ("CN", True, ["OSS"], "oss_outside_the_eu"),
        ("IT", False, ["OSS"], "oss_without_vat"),
        ("IT", True, ["<script>"], "invalid_format"),
    ],
)
def test_a_scheme_that_a_seller_cannot_hold_is_refused(country, vat_registered, registrations, reason, now):
    seller = sellers.approved_seller(country)

    with pytest.raises(InvalidField) as refusal:
        operations.set_tax_profile(
            seller_id=seller.id,
            person_id=sellers.owner_of(seller),
            vat_registered=vat_registered,
            registrations=registrations,
            now=now,
        )

    assert refusal.value.fields == {"errors": [{"field": "registrations", "reason": reason}]}
    assert queries.get_seller(seller.id) == seller


def test_passing_the_eu_threshold_is_recorded_once(now):
    seller = sellers.approved_seller("IT")

    over = operations.record_eu_threshold(seller_id=seller.id, is_over=True, actor="system", now=now)
    operations.record_eu_threshold(seller_id=seller.id, is_over=True, actor="system", now=now)

    assert over.eu_sales_over_threshold is True
    assert Seller.objects.get(pk=seller.id).eu_sales_over_threshold is True
    assert _store_facts() == 2


def test_views_can_be_read_for_many_at_once(django_assert_num_queries):
    made = [sellers.approved_seller("IT") for _ in range(3)]

    with django_assert_num_queries(1):
        assert queries.get_sellers([seller.id for seller in made]) == {seller.id: seller for seller in made}
    with django_assert_num_queries(1):
        assert len(queries.get_stores([seller.id for seller in made])) == 3


def test_every_action_names_the_roles_that_may():
    table = {
        role: sorted(action for action in rules.ACTIONS if rules.may(role, action))
        for role in ("owner", "manager", "fulfilment", "finance", "viewer")
    }

    assert table["owner"] == sorted(rules.ACTIONS)
    assert table["viewer"] == ["view_listings", "view_orders", "view_store"]
    assert table["fulfilment"] == ["manage_stock", "ship_orders", "view_listings", "view_orders", "view_store"]
    assert table["finance"] == [
        "manage_tax",
        "view_listings",
        "view_orders",
        "view_payouts",
        "view_registration",
        "view_store",
    ]
    assert set(table["owner"]) - set(table["manager"]) == {
        "manage_api_keys",
        "manage_bank_account",
        "manage_members",
        "manage_registration",
        "manage_tax",
        "view_payouts",
        "view_registration",
    }


def test_an_unknown_action_is_a_fault_of_ours():
    with pytest.raises(KeyError):
        rules.may("owner", "fly")


def test_a_person_sees_all_their_seats(now):
    person = accounts.person()
    first = sellers.approved_seller("IT", person_id=person.id)
    second = sellers.approved_seller("CN", person_id=person.id)

    assert [seat.seller_id for seat in queries.memberships(person.id)] == [first.id, second.id]
    assert queries.membership(accounts.person().id, first.id) is None


def _tell(seller, now, **stories):
    return operations.tell_story(seller_id=seller.id, person_id=sellers.owner_of(seller), stories=stories, now=now)


def test_a_story_is_told_in_other_languages_and_each_reader_gets_theirs_or_the_stores_own(now):
    seller = sellers.approved_seller("IT", language="it", story="Fatto a mano.")

    _tell(seller, now, en="Made by hand.  ", zh="手工制作")
    store = _tell(seller, now, es="Hecho a mano.", en="")

    assert store.stories == {"es": "Hecho a mano.", "zh": "手工制作"}
    assert store.story_for("zh-hans") == ("手工制作", "zh")
    assert store.story_for("es") == ("Hecho a mano.", "es")
    assert store.story_for("en") == ("Fatto a mano.", "it")
    assert _store_facts() == 3  # Opened, told twice: search and pages look again.


@pytest.mark.parametrize(
    ("language", "text", "reason"), [("tlh", "nuqneH", "unknown_language"), ("en", "x" * 4001, "too_long")]
)
def test_a_story_that_cannot_be_taken_changes_none(language, text, reason, now):
    seller = sellers.approved_seller("IT")

    with pytest.raises(InvalidField) as refusal:
        _tell(seller, now, es="Hecho a mano.", **{language: text})

    assert refusal.value.fields == {"errors": [{"field": f"stories.{language}", "reason": reason}]}
    assert queries.get_stores([seller.id])[seller.id].stories == {}
