from __future__ import annotations

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from entrepot.kernel.errors import Forbidden, InvalidField
from entrepot.ui import views
from tests.builders import orders
from tests.pages import Reader, unsafe_markup

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("choice", ["DE.EUR.en", "SA.EUR.ar"])
def test_the_living_page_shows_every_component_in_both_directions(choice: str) -> None:
    reader = Reader(choice).open("/ui/")
    assert reader.status == 200
    assert reader.page.get("dir") == ("rtl" if choice.endswith("ar") else "ltr")
    assert {node.get("dir") for node in reader.page.xpath("//section[contains(@class, 'specimen')]")} == {"ltr", "rtl"}
    assert unsafe_markup(reader.text) == []


def test_every_answer_carries_a_policy_without_unsafe_words() -> None:
    policy = Reader().open("/ui/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_choice_is_kept_and_the_currency_follows_the_country() -> None:
    orders.open_buying("DE", "BR", "SA")
    reader = Reader().open("/protection")
    reader.send("/choice/", button="BR")
    assert reader.address == "/protection"
    assert reader.client.cookies["entrepot_choice"].value == "BR.BRL.en"
    reader.send("/choice/", button="USD")
    reader.send("/choice/", button="ar")
    assert reader.client.cookies["entrepot_choice"].value == "BR.USD.ar"
    assert reader.page.get("lang") == "ar"


def test_a_currency_that_was_picked_stays_when_the_country_changes() -> None:
    orders.open_buying("DE", "BR", "SA")
    reader = Reader("DE.EUR.en").open("/protection?from=letter")
    reader.send("/choice/", button="USD").send("/choice/", button="BR")
    assert reader.address == "/protection?from=letter"
    assert reader.client.cookies["entrepot_choice"].value == "BR.USD.en"
    chosen = reader.page.xpath("//form[@action='/choice/']//button[@aria-current]")
    assert [(button.get("name"), button.get("value")) for button in chosen] == [
        ("country", "BR"), ("currency", "USD"), ("language", "en"),
    ]  # fmt: skip


def test_from_the_answer_to_a_sent_form_a_choice_leads_back_to_the_page_that_the_form_stood_on() -> None:
    client = Client(HTTP_REFERER="http://testserver/account/sign-in/?next=/cart")
    answer = client.post("/account/sign-in/", {"login": "nobody@example.com", "password": "wrong"})
    assert answer.context["page_link"] == "/account/sign-in/?next=/cart"
    assert client.post("/account/sign-in/", {}, HTTP_REFERER="https://evil.example/").context["page_link"] == "/"


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil.example"]
)
def test_a_redirect_never_leads_elsewhere(target: str) -> None:
    answer = Client().post("/choice/", {"next": target, "language": "ar"})
    assert answer.headers["Location"] == "/"


def test_nonsense_in_a_choice_changes_nothing() -> None:
    reader = Reader("DE.EUR.en").open("/protection")
    form = {"country": "QQ", "currency": "ZZZ", "language": "tlh", "next": "/protection"}
    form["csrfmiddlewaretoken"] = reader.form("/choice/").fields["csrfmiddlewaretoken"]
    reader.client.post("/choice/", form)
    assert reader.client.cookies["entrepot_choice"].value == "DE.EUR.en"


def test_a_form_without_its_token_is_refused_with_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/choice/", {"language": "ar"})
    assert answer.status_code == 403
    assert "This form was open for too long" in answer.content.decode()


def test_an_unknown_address_gets_our_page_in_the_readers_language() -> None:
    reader = Reader("SA.EUR.ar").open("/nothing/here")
    assert reader.status == 404
    assert "لا شيء هنا" in reader.words
    assert unsafe_markup(reader.text) == []


def test_faults_of_ours_are_said_plainly_without_the_database(
    rf: RequestFactory, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        broken = views.server_error(rf.get("/"))
    assert broken.status_code == 500
    assert "Something broke on our side" in broken.content.decode()
    try:
        raise OperationalError("gone")
    except OperationalError:
        closed = views.server_error(rf.get("/cart?now=1"))
    assert (closed.status_code, closed.headers["Retry-After"]) == (503, "60")
    assert 'href="/cart?now=1"' in closed.content.decode()  # Another try.
    assert unsafe_markup(closed.content.decode()) == []


@pytest.mark.parametrize(("refusal", "status"), [(Forbidden(), 403), (InvalidField.single("q", "too_long"), 400)])
def test_a_refusal_that_nobody_caught_becomes_a_page(rf: RequestFactory, refusal: Exception, status: int) -> None:
    from django.contrib.auth.models import AnonymousUser

    from entrepot.ui.middleware import RefusalMiddleware

    request = rf.get("/")
    request.user = AnonymousUser()
    answer = RefusalMiddleware(lambda _: None).process_exception(request, refusal)  # type: ignore[arg-type,return-value]
    assert answer is not None
    assert answer.status_code == status


@pytest.mark.parametrize(
    "address",
    [
        "/account/sign-in/", "/account/sign-up/", "/account/password/forgotten/", "/account/password/forgotten/sent/",
        "/account/inactive/", "/account/e-mail/sent/", "/account/password/new/done/", "/account/e-mail/confirm/abc/",
        "/account/password/new/x-y/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_account_page_that_a_stranger_reaches_wears_our_frame(address: str, language: str) -> None:
    reader = Reader(f"DE.EUR.{language}").open(address)
    assert reader.status == 200
    assert reader.page.xpath("//header[@class='header']")
    assert unsafe_markup(reader.text) == []


def test_the_page_for_a_broken_network_speaks_the_language_of_its_address() -> None:
    answer = Client().get("/offline/ar")
    assert (answer.status_code, answer.headers["Content-Security-Policy"].count("unsafe")) == (200, 0)
    assert 'lang="ar" dir="rtl"' in answer.content.decode()
    assert 'href=""' in answer.content.decode()  # Another try of whatever was asked for.
    assert Client().get("/offline/last").status_code == 404


def test_the_service_worker_comes_from_the_root_and_is_looked_for_each_time() -> None:
    answer = Client().get("/service-worker.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b"navigate" in answer.content


def test_media_hands_out_pictures_only() -> None:
    client = Client()
    assert client.get("/media/../keys/secret-key").status_code == 404
    assert client.get("/media/..%2f..%2fkeys/secret.webp").status_code in (400, 404)
    assert client.get("/media/nothing.webp").status_code == 404
    assert client.get("/media/page.html").status_code == 404
