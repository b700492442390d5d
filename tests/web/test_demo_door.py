"""The walk-in door: there in demo mode, and nowhere else."""

from collections.abc import Iterator
from importlib import reload

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, reverse, set_urlconf

from samen.people import door as people_door
from samen.web import urls
from samen.web.demo import views
from samen.web.demo.doors import DOORS
from samen.words import say
from tests.named import account, person, sign_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo_mode(settings) -> Iterator[None]:
    """Turn demo mode on for one test, addresses included."""
    settings.DEMO = True
    reload(urls)
    clear_url_caches()
    yield
    django_settings.DEMO = False
    reload(urls)
    clear_url_caches()
    set_urlconf(None)


def test_in_demo_mode_the_first_page_has_a_button_for_every_made_up_person(demo_mode, client):
    page = client.get("/").content.decode()
    assert all(f'action="/demo/enter/{each.who}"' in page for each in DOORS)


def test_one_press_signs_a_visitor_in_as_that_person(demo_mode, client):
    noor = person("Noor").account
    client.post("/demo/enter/noor")
    assert client.session["_auth_user_id"] == str(noor.pk)


def test_whoever_walked_in_finds_this_device_in_the_list_of_devices(demo_mode, client):
    person("Noor")
    client.post("/demo/enter/noor")
    page = client.get("/account/sessions/", headers={"accept-language": "en"}).content.decode()
    assert any(say("web.account.this_device", language) in page for language in ("en", "nl"))


def test_staff_who_walk_in_need_no_second_factor(demo_mode, client):
    staff("Sam")
    client.post("/demo/enter/sam")
    assert client.get("/my-people").status_code == 200


def test_walking_in_keeps_the_visitors_language(demo_mode, client):
    account("Noor", language="nl")
    answer = client.post("/demo/enter/noor", headers={"accept-language": "en"})
    assert answer.cookies[django_settings.LANGUAGE_COOKIE_NAME].value == "en"


def test_a_door_that_does_not_exist_opens_nothing(demo_mode, client):
    account("Kim")
    assert client.post("/demo/enter/kim").status_code == 404


def test_a_link_alone_signs_nobody_in(demo_mode, client):
    person("Noor")
    assert client.get("/demo/enter/noor").status_code == 405


def test_another_site_cannot_press_the_button(demo_mode):
    person("Noor")
    assert Client(enforce_csrf_checks=True).post("/demo/enter/noor").status_code == 403


def test_every_page_says_that_this_is_a_demo(demo_mode, client):
    assert say("web.shell.demo", "en") in client.get("/help", headers={"accept-language": "en"}).content.decode()


def test_outside_demo_mode_the_address_does_not_exist(client):
    person("Noor")
    assert client.post("/demo/enter/noor").status_code == 404


def test_outside_demo_mode_no_page_can_name_the_address():
    with pytest.raises(NoReverseMatch):
        reverse("demo:enter", args=["noor"])


def test_outside_demo_mode_the_view_itself_refuses_too(rf):
    person("Noor")
    with pytest.raises(views.Http404):
        views.enter(rf.post("/demo/enter/noor"), who="noor")


def test_outside_demo_mode_the_first_page_shows_no_door(client):
    assert "demo-door" not in client.get("/").content.decode()


def test_outside_demo_mode_the_sessions_mark_is_no_second_factor(client):
    sign_in(client, staff("Sam"), second_factor=False)
    session = client.session
    session[people_door.DEMO] = True
    session.save()
    assert client.get("/my-people").status_code == 302
