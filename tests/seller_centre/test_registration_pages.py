from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from entrepot.demo import identities
from entrepot.kernel import sql
from entrepot.markets import queries as markets
from entrepot.sellers import queries as sellers
from tests.builders import accounts, sellers as seller_builders
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db
ABOUT = {
    "legal_name": "Seta Comense S.r.l.",
    "representative": "Maria Rossi",
    "street": "Via Roma 1",
    "postal_code": "22100",
    "city": "Como",
    "phone": "+39 031 123456",
    "email": "info@seta.example",
    "register_name": "Registro delle imprese di Como",
    "register_number": "CO-123456",
}


def test_a_stranger_signs_in_first() -> None:
    reader = Reader().open("/seller/")
    assert (reader.status, reader.address) == (200, "/account/sign-in/?next=/seller/")


def test_a_trader_registers_step_by_step_by_the_pack_of_the_country() -> None:
    seller_builders.open_selling("IT")
    person = accounts.person(name="Maria Rossi")
    reader = Reader(person_id=person.id).open("/seller/")
    assert reader.address == "/seller/register/"
    reader.send("/register/", country="IT", form="company")
    assert reader.address.endswith("/registration/about/")
    seller_id = sellers.memberships(person.id)[0].seller_id

    reader.send("/about/", **{**ABOUT, "phone": "abc"})
    assert reader.faults() == ["This is not a phone number."]
    assert reader.form("/about/").fields["legal_name"] == "Seta Comense S.r.l."
    reader.send("/about/", **ABOUT)
    assert reader.address.endswith("/registration/numbers/")

    numbers = identities.business_ids("IT", "company", 4711)
    wrong = {f"id_{kind}": ("12345678901" if kind == "partita_iva" else value) for kind, value in numbers.items()}
    fields = set(reader.form("/numbers/").fields)
    first = next(name for name in sorted(wrong) if name in fields)
    reader.send("/numbers/", **{**{k: v for k, v in wrong.items() if k in fields}, first: "1"})
    assert reader.page.xpath("//*[@aria-invalid='true']/@name") == [first]
    reader.send("/numbers/", **{f"id_{kind}": value for kind, value in numbers.items()}, vat_registered="on", oss="on")
    assert reader.address.endswith("/registration/documents/")

    for paper in markets.get_pack("IT").registration.forms["company"].documents:
        if paper.required:
            _upload(reader, seller_id, paper.kind)
    reader.open(f"/seller/{seller_id}/registration/bank/")
    reader.send("/bank/", **{"account_holder": "Seta Comense S.r.l.", **identities.bank_fields("IT", 4711)})
    assert reader.address.endswith("/registration/confirm/")
    assert "Still missing" not in reader.words

    reader.send("/confirm/")
    assert reader.faults() == ["This is needed.", "This is needed."]
    reader.send("/confirm/", terms="on", promise="on")
    assert "Your registration is with us." in reader.words
    registration = sellers.get_registration(seller_id)
    assert registration.state == "submitted"
    assert registration.missing == ()
    seller = sellers.get_seller(seller_id)
    assert (seller.vat_registered, seller.registrations) == (True, ("OSS",))
    assert unsafe_markup(reader.text) == []


def _upload(reader: Reader, seller_id: object, kind: str) -> None:
    reader.open(f"/seller/{seller_id}/registration/documents/")
    forms = [form for form in reader.page.forms if form.fields.get("kind") == kind] if reader.page.forms else []
    data = dict(forms[0].form_values())
    data["paper"] = SimpleUploadedFile(f"{kind}.pdf", identities.paper(kind), content_type="application/pdf")
    answer = reader.client.post(forms[0].get("action"), data, follow=True)
    assert f"Kept: {kind}.pdf" in answer.content.decode()


def test_a_file_that_is_no_paper_is_refused_with_words() -> None:
    seller_builders.open_selling("IT")
    person = accounts.person()
    reader = Reader(person_id=person.id).open("/seller/register/").send("/register/", country="IT", form="company")
    seller_id = sellers.memberships(person.id)[0].seller_id
    reader.open(f"/seller/{seller_id}/registration/documents/")
    data = dict(next(form for form in reader.page.forms if "kind" in form.fields).form_values())
    data["paper"] = SimpleUploadedFile("x.pdf", b"<script>alert(1)</script>", content_type="application/pdf")
    answer = reader.client.post(f"/seller/{seller_id}/registration/upload", data, follow=True)
    assert "send a PDF, JPEG or PNG of at most 10 MB" in answer.content.decode()
    assert sql.fetch_one("SELECT count(*) FROM sellers_document") == (0,)


def test_what_is_given_back_shows_its_reason_and_can_be_corrected() -> None:
    from entrepot.sellers import operations

    seller = seller_builders.submitted_seller("IT")
    owner = seller_builders.owner_of(seller)
    operations.reject_seller(
        seller_id=seller.id,
        actor="operator:x",
        reasons=[{"field": "", "reason": "The register entry is of another firm."}],
        now=seller_builders.NOW,
    )
    reader = Reader(person_id=owner).open("/seller/")
    assert "The register entry is of another firm." in reader.words
    reader.open(f"/seller/{seller.id}/registration/about/")
    assert reader.form("/about/").fields["legal_name"] == seller.legal_name


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.SAR.ar"])
@pytest.mark.parametrize("step", ["about", "numbers", "documents", "bank", "confirm"])
def test_every_step_renders_in_both_directions(choice: str, step: str) -> None:
    seller = seller_builders.submitted_seller("CN")
    reader = Reader(choice, person_id=seller_builders.owner_of(seller))
    reader.open(f"/seller/{seller.id}/registration/{step}/")
    assert reader.status == 200
    assert unsafe_markup(reader.text) == []


def test_a_registration_under_review_stands_still() -> None:
    seller = seller_builders.submitted_seller("IT")
    reader = Reader(person_id=seller_builders.owner_of(seller))
    reader.open(f"/seller/{seller.id}/registration/about/").send("/about/", **ABOUT)
    assert "This cannot be done in the present state." in reader.words
    assert sellers.get_seller(seller.id).legal_name == seller.legal_name


def test_what_is_not_finished_is_kept_and_gone_on_with_another_day() -> None:
    seller_builders.open_selling("IT")
    person = accounts.person()
    reader = Reader(person_id=person.id).open("/seller/register/").send("/register/", country="IT", form="company")
    seller_id = sellers.memberships(person.id)[0].seller_id
    assert reader.form("/about/").fields["register_name"] == "Registro delle imprese (CCIAA)"
    reader.send("/about/", button="1", legal_name="Seta Comense S.r.l.", city="Como", register_name="")
    assert reader.address.endswith("/registration/")
    assert "Kept. Come back whenever you like; everything is here." in reader.words
    assert "0 of 5 steps are complete" in reader.words
    assert "Still missing: Who may sign for it, Street and number, Phone" in reader.words

    reader = Reader(person_id=person.id).open("/seller/")  # Another day.
    assert reader.address == f"/seller/{seller_id}/registration/"
    reader.open(reader.page.xpath("//a[contains(@class, 'button')]/@href")[0])
    assert reader.form("/about/").fields["legal_name"] == "Seta Comense S.r.l."
    reader.send("/about/", **{**ABOUT, "phone": "nobody"}, button="1")
    assert reader.faults() == ["This is not a phone number."]  # What is given is checked even so.
    reader.send("/about/", **ABOUT)
    assert reader.address.endswith("/numbers/")
    reader.send("/numbers/", id_vat="IT00743110158", button="1")
    assert reader.faults() == ["The check digit is wrong: compare it with your papers."]
    assert "1 of 5 steps is complete" in reader.open(f"/seller/{seller_id}/registration/").words


def test_the_last_step_shows_all_that_was_said_and_leads_to_what_lacks() -> None:
    seller_builders.open_selling("IT")
    person = accounts.person()
    reader = Reader(person_id=person.id).open("/seller/register/").send("/register/", country="IT", form="company")
    reader.send("/about/", **ABOUT)
    seller_id = sellers.memberships(person.id)[0].seller_id
    reader.open(f"/seller/{seller_id}/registration/confirm/")
    for said in ("Seta Comense S.r.l.", "Via Roma 1, 22100 Como", "+39031123456", "Company", "Italy"):
        assert said in reader.words, said
    missing = {
        node.text_content(): node.get("href").rsplit("/", 2)[1]
        for node in reader.page.xpath("//div[contains(@class, 'notice-brick')]//li/a")
    }
    assert missing["VAT number (Partita IVA)"] == "numbers"
    assert missing["Identity document of the legal representative"] == "documents"
    assert missing["Bank account"] == "bank"
    reader.send("/confirm/", terms="on", promise="on")
    assert "The registration is not complete." in reader.words
    assert sellers.get_registration(seller_id).state == "draft"


def test_a_sole_trader_is_asked_for_personal_numbers_in_other_words() -> None:
    seller_builders.open_selling("IT")
    reader = Reader(person_id=accounts.person().id).open("/seller/register/")
    reader.send("/register/", country="IT", form="sole_trader")
    assert "Your full name" in reader.words
    reader.send("/about/", **ABOUT)
    assert "Personal tax code (codice fiscale)" in reader.words
    assert "For example RCCMNL83S18D969H" in reader.words


def test_reasons_stand_on_the_step_where_they_are_mended() -> None:
    from entrepot.sellers import operations

    seller = seller_builders.submitted_seller("IT")
    operations.reject_seller(
        seller_id=seller.id,
        actor="operator:x",
        reasons=[{"field": "ids.rea", "reason": "The register knows no such number."}],
        now=seller_builders.NOW,
    )
    reader = Reader(person_id=seller_builders.owner_of(seller)).open("/seller/")
    assert "Nothing is lost: correct what is named, then send it once more." in reader.words
    assert "Company register number (REA) The register knows no such number." in reader.words
    assert "The register knows no such number." not in reader.open(f"{reader.address}about/").words
    reader.open("/seller/").open(reader.page.xpath("//a[contains(@class, 'button')]/@href")[0])
    assert reader.address.endswith("/numbers/")
    assert "The register knows no such number." in reader.words
    reader.send("/numbers/", id_rea="MI-7654321")
    reader.open(f"/seller/{seller.id}/registration/confirm/").send("/confirm/", terms="on", promise="on")
    assert sellers.get_registration(seller.id).state == "submitted"


def test_an_approved_sellers_registration_is_read_in_the_store_and_closed_to_changes() -> None:
    seller = seller_builders.approved_seller("IT")
    reader = Reader(person_id=seller_builders.owner_of(seller)).open(f"/seller/{seller.id}/registration/")
    assert "The business is verified." in reader.words
    assert seller.legal_name in reader.words
    assert not reader.page.xpath("//a[contains(@href, '/registration/about/')]")
