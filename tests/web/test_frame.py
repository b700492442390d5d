"""What every page has around it: language, light, help, policy, and a way on when something went wrong."""

import re
from http import HTTPStatus

import pytest
from django.core.exceptions import RequestDataTooBig
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.translation import gettext

from samen.people import store
from samen.people.roles import Role
from samen.web import errors
from samen.web.shell import address_of
from samen.words import say

PUBLIC = [
    "/",
    "/help",
    "/help/nl",
    "/help/be",
    "/help/eu",
    "/style",
    "/offline/nl",
    "/account/login/",
    "/account/signup/",
]
LANGUAGES = ["en", "nl"]


@pytest.fixture(autouse=True)
def _own_language():
    """Leave the language of this thread as it was."""
    before = translation.get_language()
    yield
    translation.activate(before)


@pytest.fixture
def reader(client):
    """Give a browser that asks for a language."""

    def make(language: str) -> Client:
        client.cookies["django_language"] = language
        return client

    return make


@pytest.fixture
def noor(db):
    """Give a person's account."""
    account = store.create_account("noor@example.org", "Noor", "nl", "een lang genoeg wachtwoord")
    store.create_person("Noor", "nl", account)
    return account


@pytest.mark.django_db
@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_open_without_login_in_the_reader_s_language(reader, path, language):
    page = reader(language).get(path)
    expected = "nl" if path == "/offline/nl" else language
    assert page.status_code == HTTPStatus.OK
    assert f'<html lang="{expected}"' in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PUBLIC, "/no-such-page"])
def test_every_page_forbids_inline_script_and_other_hosts(client, path):
    policy = client.get(path).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PUBLIC, "/no-such-page"])
def test_get_help_now_is_the_first_link_after_skip_to_content(client, path):
    links = re.findall(r'<a class="[^"]*" href="([^"]*)"', client.get(path).content.decode())
    assert links[:2] == ["#content", "/help"]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_page_names_112_and_113_as_links_that_a_phone_dials(reader, language):
    page = reader(language).get("/help").content.decode()
    called = re.findall(r'href="tel:(\d+)"', page)
    assert called[:3] == ["112", "113", "08000113"]


@pytest.mark.django_db
def test_the_service_s_own_phone_stands_first_and_112_beside_it(client, settings):
    settings.SAMEN = type(settings.SAMEN)(service_phone="030 123 45 67")
    page = client.get("/help").content.decode()
    assert re.findall(r'href="tel:(\d+)"', page)[:2] == ["0301234567", "112"]
    assert say("web.help.danger", "nl") in page or say("web.help.danger", "en") in page


@pytest.mark.django_db
def test_an_unknown_country_has_no_help_page(client):
    assert client.get("/help/xx").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.django_db
def test_the_page_kept_for_no_connection_has_the_numbers_of_every_country(client):
    called = set(re.findall(r'href="tel:(\d+)"', client.get("/offline/en").content.decode()))
    assert {"112", "113", "1813", "116123"} <= called


@pytest.mark.django_db
def test_choosing_a_language_keeps_the_page(client):
    answer = client.post("/language", {"language": "nl", "next": "/help/be?a=1"})
    assert answer.headers["Location"] == "/help/be?a=1"
    assert '<html lang="nl"' in client.get("/help/be").content.decode()


@pytest.mark.django_db
def test_choosing_a_language_sends_nobody_to_another_host(client):
    assert client.post("/language", {"language": "nl", "next": "//far.example/"}).headers["Location"] == "/"


@pytest.mark.django_db
def test_choosing_a_language_is_kept_on_the_account(client, noor):
    client.force_login(noor)
    client.post("/language", {"language": "en", "next": "/"})
    noor.refresh_from_db()
    assert noor.language == "en"


@pytest.mark.django_db
def test_an_account_s_language_is_spoken_where_the_device_chose_none(client, noor):
    client.force_login(noor)
    page = client.get("/style", headers={"accept-language": "en"}).content.decode()
    assert '<html lang="nl"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_light_or_dark_is_kept_on_the_device_and_set_by_the_server(client, theme):
    answer = client.post("/theme", {"theme": theme, "next": "/style"})
    assert answer.headers["Location"] == "/style"
    assert f'data-theme="{theme}"' in client.get("/style").content.decode()


@pytest.mark.django_db
def test_an_unknown_theme_changes_nothing(client):
    client.cookies["samen_theme"] = '"><script>'
    assert 'data-theme="auto"' in client.get("/style").content.decode()


@pytest.mark.django_db
def test_a_tab_whose_page_does_not_exist_is_not_shown(client, noor):
    store.grant_role(noor, Role.CLINICIAN)
    client.force_login(noor)
    page = client.get("/style").content.decode()
    assert say("web.shell.places.calendar", "nl") not in page
    assert say("web.shell.places.queue", "nl") in page


@pytest.mark.django_db
def test_a_clinician_s_tabs_are_the_working_ones(client, noor):
    store.grant_role(noor, Role.CLINICIAN)
    client.force_login(noor)
    assert 'href="/my-people"' in client.get("/style").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "413", "429", "500"])
def test_every_error_page_says_what_happened_and_gives_two_ways_on(reader, code, language):
    page = reader(language).get(f"/style/error/{code}").content.decode()
    assert say(f"web.errors.{code}.text", language) in page
    assert 'href="/"' in page
    assert 'href="/help"' in page


@pytest.mark.django_db
def test_a_missing_page_is_a_page_of_ours(reader):
    page = reader("nl").get("/no-such-page")
    assert page.status_code == HTTPStatus.NOT_FOUND
    assert say("web.errors.404.title", "nl") in page.content.decode()


def test_the_page_for_our_own_fault_needs_no_database():
    translation.activate("nl")
    page = errors.our_fault(RequestFactory().get("/"))
    assert page.status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    assert say("web.errors.500.title", "nl") in page.content.decode()


def test_what_is_too_large_is_said_to_be_too_large():
    page = errors.bad_request(RequestFactory().get("/"), RequestDataTooBig())
    assert page.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


@pytest.mark.django_db
def test_a_form_that_cannot_be_trusted_is_refused_in_plain_words():
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = "nl"
    page = strict.post("/language", {"language": "en"})
    assert page.status_code == HTTPStatus.FORBIDDEN
    assert say("web.errors.403_csrf.title", "nl") in page.content.decode()


@pytest.mark.django_db
def test_crawlers_are_kept_out_of_personal_pages(client):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /" in lines
    assert "Allow: /help" in lines


@pytest.mark.django_db
def test_the_script_that_keeps_the_help_page_may_speak_for_the_whole_site(client):
    script = client.get("/worker.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "/offline/" in script.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "to"), [(Role.CLINICIAN, "/my-people"), (Role.OVERSEER, "/register/")])
def test_whoever_works_here_is_brought_to_their_first_place(client, noor, role, to):
    store.grant_role(noor, role)
    client.force_login(noor)
    assert client.get("/").headers["Location"] == to


@pytest.mark.django_db
def test_a_person_is_brought_to_their_day(client, noor):
    client.force_login(noor)
    assert client.get("/").headers["Location"] == (address_of("today") or "/record")


@pytest.mark.parametrize(
    ("word", "dutch"), [("Sign In", "Inloggen"), ("Sign Out", "Uitloggen"), ("Sign Up", "Account maken")]
)
def test_account_pages_use_our_own_dutch(word, dutch):
    with translation.override("nl"):
        assert gettext(word) == dutch


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/account/email/", "/account/password/change/", "/account/2fa/", "/account/sessions/", "/account/logout/"]
)
def test_account_pages_wear_the_frame_and_speak_dutch(client, noor, path):
    client.force_login(noor)
    client.cookies["django_language"] = "nl"
    page = client.get(path).content.decode()
    assert say("web.shell.help", "nl") in page
    assert not re.search(r">\s*(Sign|Change|Email Addresses|Two-Factor|Sessions|Password|Add)\b", page)
