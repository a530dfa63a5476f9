from __future__ import annotations

from datetime import timedelta

import pytest

from entrepot.demo import identities
from entrepot.kernel import audit, sql
from entrepot.kernel.errors import Forbidden, InvalidField, NotFound
from entrepot.kernel.ids import new_id
from entrepot.markets import operations as markets
from entrepot.markets.queries import UnknownCountry
from entrepot.sellers import operations, queries, rules
from entrepot.sellers.models import BankAccount, BusinessId, Seller
from tests.builders import accounts, sellers

pytestmark = pytest.mark.django_db


def _draft(now, country="IT", form="company"):
    sellers.open_selling(country)
    person = accounts.person()
    draft = operations.start_registration(person_id=person.id, country=country, form=form, now=now)
    return draft.seller_id, person.id


def _facts() -> list[str]:
    return [row[0] for row in sql.fetch_all("SELECT kind FROM kernel_fact ORDER BY id")]


def test_a_registration_begins_as_a_draft_that_names_what_is_missing(now):
    sellers.open_selling("IT")
    person = accounts.person()

    draft = operations.start_registration(person_id=person.id, country="IT", form="company", now=now)

    assert draft.state == "draft"
    assert draft.payout_currency == "EUR"
    assert [number.kind for number in draft.ids] == ["vat", "rea"]
    assert draft.missing == (
        "legal_name",
        "representative",
        "street",
        "city",
        "phone",
        "email",
        "register_name",
        "register_number",
        "ids.vat",
        "ids.rea",
        "documents.register_extract",
        "documents.representative_id",
        "bank_account",
        "terms",
        "self_certification",
    )
    assert queries.get_registration(draft.seller_id) == draft
    seat = queries.membership(person.id, draft.seller_id)
    assert seat is not None
    assert (seat.role, seat.seller_state) == ("owner", "draft")


def test_a_closed_market_admits_nobody_and_says_why(now):
    sellers.open_selling("IT")
    markets.set_stage(country="IT", side="selling", stage="suspended", actor="system", reason="A review.", now=now)
    person = accounts.person()

    with pytest.raises(operations.SellingClosed) as refusal:
        operations.start_registration(person_id=person.id, country="IT", form="company", now=now)

    assert refusal.value.fields == {"country": "IT", "stage": "suspended", "reason": "A review."}
    assert Seller.objects.count() == 0


@pytest.mark.parametrize("stage", ["pilot", "open"])
def test_a_pilot_and_an_open_market_admit_sellers(stage, now):
    sellers.open_selling("IT")
    markets.set_stage(country="IT", side="selling", stage=stage, actor="system", reason="", now=now)

    assert (
        operations.start_registration(person_id=accounts.person().id, country="IT", form="sole_trader", now=now).form
        == "sole_trader"
    )


def test_a_country_without_a_pack_or_an_unknown_form_is_refused(now):
    sellers.open_selling("IT")
    person = accounts.person()

    with pytest.raises(UnknownCountry):
        operations.start_registration(person_id=person.id, country="XX", form="company", now=now)
    with pytest.raises(InvalidField) as refusal:
        operations.start_registration(person_id=person.id, country="IT", form="charity", now=now)

    assert refusal.value.fields == {"errors": [{"field": "form", "reason": "not_registered_here"}]}
    assert Seller.objects.count() == 0


def test_a_person_leaves_at_most_five_drafts(now):
    _, person_id = _draft(now)
    for _ in range(4):
        operations.start_registration(person_id=person_id, country="IT", form="company", now=now)

    with pytest.raises(operations.TooManyDrafts):
        operations.start_registration(person_id=person_id, country="IT", form="company", now=now)

    assert Seller.objects.count() == 5


def test_a_draft_is_filled_in_over_days_and_keeps_what_is_not_named(now):
    seller_id, person_id = _draft(now)
    seat = {"seller_id": seller_id, "person_id": person_id}

    operations.save_registration(
        **seat, fields={"legal_name": " Esempio   S.r.l. ", "phone": "06 12345678"}, ids={"rea": "RM-123456"}, now=now
    )
    later = now + timedelta(days=3)
    saved = operations.save_registration(
        **seat,
        fields={"email": "Info@Esempio.IT", "postal_code": "00184", "city": "Roma"},
        ids={"vat": "IT 00743110157"},
        now=later,
    )

    assert saved.legal_name == "Esempio S.r.l."
    assert saved.fields["phone"] == "+390612345678"
    assert saved.fields["email"] == "info@esempio.it"
    assert {number.kind: number.value for number in saved.ids} == {"vat": "00743110157", "rea": "RM123456"}
    assert saved.updated_at == later
    emptied = operations.save_registration(**seat, fields={"city": ""}, ids={"rea": ""}, now=later)
    assert emptied.fields["city"] == ""
    assert {number.kind: number.value for number in emptied.ids} == {"vat": "00743110157", "rea": ""}
    assert "ids.rea" in emptied.missing


def test_all_faults_are_told_at_once_and_nothing_is_kept(now):
    seller_id, person_id = _draft(now)

    with pytest.raises(InvalidField) as refusal:
        operations.save_registration(
            seller_id=seller_id,
            person_id=person_id,
            fields={
                "legal_name": "x" * 201,
                "email": "nobody",
                "phone": "12",
                "postal_code": "ABC",
                "city": "Roma",
                "state": "approved",
            },
            ids={"vat": "IT00743110158", "ssn": "1"},
            now=now,
        )

    assert refusal.value.fields == {
        "errors": [
            {"field": "legal_name", "reason": "too_long"},
            {"field": "email", "reason": "not_an_email_address"},
            {"field": "phone", "reason": "invalid_phone"},
            {"field": "postal_code", "reason": "invalid_postal_code"},
            {"field": "state", "reason": "unknown_field"},
            {"field": "ids.vat", "reason": "bad_check_digit"},
            {"field": "ids.ssn", "reason": "not_asked_here"},
        ]
    }
    kept = queries.get_registration(seller_id)
    assert kept.fields["city"] == ""
    assert kept.state == "draft"


def test_a_personal_number_is_encrypted_at_rest_and_an_entity_s_is_not(now):
    seller_id, person_id = _draft(now, "CN")

    saved = operations.save_registration(
        seller_id=seller_id,
        person_id=person_id,
        ids={"uscc": "91110000600037341L", "ric": "360426199101010071"},
        now=now,
    )

    assert {number.kind: number.value for number in saved.ids} == {
        "uscc": "91110000600037341L",
        "ric": "360426199101010071",
    }
    rows = sql.fetch_all("SELECT to_jsonb(b)::text FROM sellers_businessid b ORDER BY kind")
    assert "360426199101010071" not in rows[0][0]
    assert "91110000600037341L" in rows[1][0]


def test_a_bank_account_is_encrypted_at_rest_and_shown_by_its_last_four(now):
    seller_id, person_id = _draft(now)

    saved = operations.set_bank_account(
        seller_id=seller_id,
        person_id=person_id,
        fields={"account_holder": "Esempio S.r.l.", "iban": "IT60 X054 2811 1010 0000 0123 456", "bic": "UNCRITMM"},
        now=now,
    )

    assert saved.bank_account == queries.BankAccountHint(
        rail="sepa",
        currency="EUR",
        holder="Esempio S.r.l.",
        hint="3456",
        is_own_name=False,
        created_at=now,
        usable_from=now,
    )
    everything = "".join(
        sql.fetch_one(f"SELECT string_agg(to_jsonb(t)::text, '') FROM {table} t")[0] or ""
        for table in ("sellers_bankaccount", "kernel_auditentry")
    )
    assert "0123456" not in everything
    assert "Esempio" not in everything
    account = queries.get_payout_account(seller_id)
    assert account.fields == {
        "account_holder": "Esempio S.r.l.",
        "iban": "IT60X0542811101000000123456",
        "bic": "UNCRITMM",
    }
    assert account.holder == "Esempio S.r.l."
    assert "0123456" not in repr(account)


@pytest.mark.parametrize(
    ("country", "changes", "errors"),
    [
        ("IT", {"iban": "IT60X0542811101000000123457"}, [{"field": "fields.iban", "reason": "invalid_iban"}]),
        ("IT", {"iban": "TR330006100519786457841326"}, [{"field": "fields.iban", "reason": "iban_outside_sepa"}]),
        ("IT", {"bic": "XX"}, [{"field": "fields.bic", "reason": "invalid_bic"}]),
        ("IT", {"account_holder": " "}, [{"field": "fields.account_holder", "reason": "required"}]),
        ("IT", {"swift": "x"}, [{"field": "fields.swift", "reason": "unknown_field"}]),
        (
            "TR",
            {"iban": "IT60X0542811101000000123456"},
            [{"field": "fields.iban", "reason": "iban_of_another_country"}],
        ),
        ("CN", {"bank_code": "12"}, [{"field": "fields.bank_code", "reason": "invalid_format"}]),
        ("RU", {"bank_code": "144525225"}, [{"field": "fields.bank_code", "reason": "invalid_format"}]),
    ],
)
def test_an_account_that_the_rail_cannot_reach_is_refused(country, changes, errors, now):
    seller_id, person_id = _draft(now, country)
    fields = {**identities.bank_fields(country, 1), "account_holder": "Esempio", **changes}

    with pytest.raises(InvalidField) as refusal:
        operations.set_bank_account(seller_id=seller_id, person_id=person_id, fields=fields, now=now)

    assert refusal.value.fields == {"errors": errors}
    assert BankAccount.objects.count() == 0


def test_another_account_replaces_the_first_which_stays_on_record(now):
    seller = sellers.approved_seller("IT")
    owner_id = sellers.owner_of(seller)
    former = queries.get_payout_account(seller.id)

    operations.set_bank_account(
        seller_id=seller.id, person_id=owner_id, fields=identities.bank_fields("IT", 999_999), now=now
    )
    operations.set_bank_account(
        seller_id=seller.id, person_id=owner_id, fields=identities.bank_fields("IT", 999_999), now=now
    )

    current = queries.get_payout_account(seller.id)
    assert current.fields == identities.bank_fields("IT", 999_999)
    assert list(BankAccount.objects.order_by("created_at", "id").values_list("id", "replaced_at")) == [
        (former.id, now),
        (current.id, None),
    ]
    assert _facts()[-1] == "BankAccountChanged"
    assert _facts().count("BankAccountChanged") == 1


def test_an_incomplete_registration_is_not_submitted(now):
    seller_id, person_id = _draft(now)

    with pytest.raises(operations.RegistrationIncomplete) as refusal:
        operations.submit_registration(seller_id=seller_id, person_id=person_id, now=now)

    assert refusal.value.fields["missing"] == queries.get_registration(seller_id).missing
    assert queries.get_registration(seller_id).state == "draft"
    assert _facts() == []


def test_a_complete_registration_is_submitted_once_and_then_stands_still(now):
    seller = sellers.submitted_seller("IT")
    owner_id = queries.list_members(seller.id)[0].person_id
    seat = {"seller_id": seller.id, "person_id": owner_id, "now": now}

    assert seller.state == "submitted"
    assert _facts() == ["SellerSubmitted"]
    with pytest.raises(operations.WrongState) as refusal:
        operations.submit_registration(**seat)
    assert refusal.value.fields == {"state": "submitted", "allowed": ["draft", "rejected"]}
    with pytest.raises(operations.WrongState):
        operations.save_registration(**seat, fields={"legal_name": "Another S.r.l."})
    with pytest.raises(operations.WrongState):
        operations.set_bank_account(**seat, fields=identities.bank_fields("IT", 5))
    with pytest.raises(operations.WrongState):
        operations.upload_document(
            **seat, kind="register_extract", file_name="x.pdf", content=identities.paper("Another")
        )
    assert queries.get_registration(seller.id).legal_name == seller.legal_name
    assert len(queries.get_registration(seller.id).documents) == 2
    assert _facts() == ["SellerSubmitted"]


@pytest.mark.parametrize(("country", "kind"), [("CN", "uscc"), ("IT", "vat"), ("KZ", "bin"), ("SA", "cr")])
def test_a_second_seller_under_the_same_identifier_is_refused(country, kind, now):
    first = sellers.approved_seller(country)
    number = next(n.value for n in queries.get_registration(first.id).ids if n.kind == kind)
    seller_id, person_id = _draft(now, country)

    with pytest.raises(operations.EntityTaken) as refusal:
        operations.save_registration(seller_id=seller_id, person_id=person_id, ids={kind: number}, now=now)

    assert refusal.value.fields == {"kind_of_id": kind}
    assert BusinessId.objects.filter(seller_id=seller_id).count() == 0


def test_a_sole_trader_s_encrypted_number_names_one_seller_too(now):
    first = sellers.approved_seller("TR", form="sole_trader")
    number = next(n.value for n in queries.get_registration(first.id).ids if n.kind == "tckn")
    seller_id, person_id = _draft(now, "TR", "sole_trader")

    with pytest.raises(operations.EntityTaken):
        operations.save_registration(seller_id=seller_id, person_id=person_id, ids={"tckn": number}, now=now)


def test_the_same_representative_may_stand_for_two_companies(now):
    first = sellers.approved_seller("CN")
    number = next(n.value for n in queries.get_registration(first.id).ids if n.kind == "ric")
    seller_id, person_id = _draft(now, "CN")

    saved = operations.save_registration(seller_id=seller_id, person_id=person_id, ids={"ric": number}, now=now)

    assert saved.ids[1].value == number


def test_a_draft_claims_no_identifier_and_the_first_to_submit_has_it(now):
    sellers.open_selling("IT")
    squatter, squatter_person = _draft(now)
    newcomer = sellers.newcomer("IT")
    number = identities.business_ids("IT", "company", newcomer.serial)["vat"]
    operations.save_registration(seller_id=squatter, person_id=squatter_person, ids={"vat": number}, now=now)

    honest = sellers.submitted_seller("IT", serial=newcomer.serial)

    assert honest.state == "submitted"
    with pytest.raises(operations.EntityTaken):
        operations.save_registration(seller_id=squatter, person_id=squatter_person, ids={"vat": number}, now=now)


def test_an_identifier_taken_under_an_older_key_is_still_taken(now, settings):
    from cryptography.fernet import Fernet

    first = sellers.approved_seller("CN")
    number = queries.get_registration(first.id).ids[0].value
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    seller_id, person_id = _draft(now, "CN")

    with pytest.raises(operations.EntityTaken):
        operations.save_registration(seller_id=seller_id, person_id=person_id, ids={"uscc": number}, now=now)


def test_rotation_renews_identifiers_with_their_fingerprints(now, settings):
    from cryptography.fernet import Fernet

    from entrepot.kernel import encryption

    seller = sellers.approved_seller("CN")
    before = queries.get_registration(seller.id).ids
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]

    first, second = encryption.rotate_all(), encryption.rotate_all()

    assert first["sellers_businessid.value_encrypted"] == 2
    assert first["sellers_bankaccount.details"] == 1
    assert second["sellers_businessid.value_encrypted"] == second["sellers_bankaccount.details"] == 0
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    assert queries.get_registration(seller.id).ids == before
    seller_id, person_id = _draft(now, "CN")
    with pytest.raises(operations.EntityTaken):
        operations.save_registration(seller_id=seller_id, person_id=person_id, ids={"uscc": before[0].value}, now=now)


@pytest.mark.parametrize("role", ["manager", "fulfilment", "finance", "viewer"])
def test_only_an_owner_writes_a_registration(role, now):
    seller = sellers.approved_seller("IT")
    person_id = sellers.seat(seller, role)
    seat = {"seller_id": seller.id, "person_id": person_id, "now": now}

    for write in (
        lambda: operations.save_registration(**seat, fields={"legal_name": "Mine"}),
        lambda: operations.set_bank_account(**seat, fields=identities.bank_fields("IT", 7)),
        lambda: operations.submit_registration(**seat),
        lambda: operations.accept_terms(**seat, version="1"),
        lambda: operations.certify_compliance(**seat),
        lambda: operations.change_contact(**seat, phone="0612345678", email="x@example.com"),
        lambda: operations.upload_document(
            **seat, kind="register_extract", file_name="x.pdf", content=identities.paper("X")
        ),
    ):
        with pytest.raises(Forbidden):
            write()

    assert queries.get_seller(seller.id) == seller


def test_a_stranger_cannot_tell_a_foreign_registration_from_none(now):
    seller_id, _ = _draft(now)
    stranger = accounts.person().id

    for target in (seller_id, new_id()):
        seat = {"seller_id": target, "person_id": stranger, "now": now}
        for write in (
            lambda seat=seat: operations.save_registration(**seat, fields={"legal_name": "Mine"}),
            lambda seat=seat: operations.set_bank_account(**seat, fields=identities.bank_fields("IT", 7)),
            lambda seat=seat: operations.submit_registration(**seat),
            lambda seat=seat: operations.accept_terms(**seat, version="1"),
            lambda seat=seat: operations.certify_compliance(**seat),
            lambda seat=seat: operations.withdraw_document(**seat, document_id=new_id()),
            lambda seat=seat: operations.set_tax_profile(**seat, vat_registered=True, registrations=()),
            lambda seat=seat: operations.upload_document(
                **seat, kind="register_extract", file_name="x.pdf", content=identities.paper("X")
            ),
        ):
            with pytest.raises(NotFound) as refusal:
                write()
            assert refusal.value.fields == {"seller_id": target}


def test_contact_data_of_an_approved_seller_change_with_a_trace(now):
    seller = sellers.approved_seller("IT")
    owner_id = sellers.owner_of(seller)

    operations.change_contact(
        seller_id=seller.id, person_id=owner_id, phone="06 87654321", email="Neu@example.com", now=now
    )

    identity = queries.legal_identity(seller.id)
    assert (identity.phone, identity.email) == ("+390687654321", "neu@example.com")
    trail = audit.list_entries(subject_kind="seller", subject_id=seller.id)
    assert (trail[0].actor, trail[0].action) == (f"seller:{seller.id}/{owner_id}", "change_contact")
    with pytest.raises(InvalidField):
        operations.change_contact(seller_id=seller.id, person_id=owner_id, phone="", email="", now=now)
    assert queries.legal_identity(seller.id) == identity


def test_an_account_that_replaces_another_of_an_approved_seller_rests_before_it_is_paid_to(now):
    seller = sellers.approved_seller("IT", now=now)
    later = now + timedelta(days=30)
    before = queries.get_payout_account(seller.id)

    operations.set_bank_account(
        seller_id=seller.id,
        person_id=sellers.owner_of(seller),
        fields={"account_holder": "Esempio S.r.l.", "iban": "IT60X0542811101000000123456", "bic": "UNCRITMM"},
        now=later,
    )

    assert before.usable_from == before.created_at
    assert queries.get_payout_account(seller.id).usable_from == later + rules.CHANGED_ACCOUNT_RESTS_FOR


def test_what_a_draft_corrects_rests_not(now):
    seller_id, person_id = _draft(now)
    for serial in (1, 2):
        fields = {**identities.bank_fields("IT", serial), "account_holder": "Esempio S.r.l."}
        operations.set_bank_account(seller_id=seller_id, person_id=person_id, fields=fields, now=now)

    assert queries.get_registration(seller_id).bank_account.usable_from == now
