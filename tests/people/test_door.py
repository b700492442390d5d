"""The guards in front of views, walked with a real client through real middleware."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError
from django.http import HttpResponse
from django.urls import include, path
from django.utils import timezone

from samen.people import door, store
from samen.people.models import Access, PersonKey
from samen.people.roles import Duty, Role, Scope
from tests import named

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@door.public_page
def open_page(request):
    return HttpResponse("open")


@door.own_page(Scope.NOTES)
def notes(request):
    return HttpResponse(f"{request.person} {request.access.scope} {request.access.ground}")


@door.page_about(Scope.RECORD)
def record(request, person):
    assert (request.person, request.actor) == (person, request.user.pk)
    return HttpResponse(store.name_of(request.access))


@door.page_about(Scope.NOTES)
def notes_of(request):
    return HttpResponse(request.person)


@door.page_for(duty=Duty.OVERSEE)
def cases(request):
    return HttpResponse(" ".join(sorted(request.roles)))


@door.page_for_roles(Role.PANEL_SECRETARY, Role.OVERSEER)
def panel(request):
    return HttpResponse("panel")


@door.page_about(Scope.CONTACT)
def two_areas(request):
    return HttpResponse(
        type(door.also(request, Scope.RIGHTS)).__name__ + type(door.also(request, Scope.NOTES)).__name__
    )


urlpatterns = [
    path("t/open", open_page, name="t-open"),
    path("t/notes", notes, name="t-notes"),
    path("t/<uuid:person>/record", record, name="t-record"),
    path("t/<uuid:person>/notes", notes_of, name="t-notes-of"),
    path("t/<uuid:person>/two", two_areas, name="t-two"),
    path("t/cases", cases, name="t-cases"),
    path("t/panel", panel, name="t-panel"),
    path("", include("samen.web.urls")),
]


@pytest.fixture
def noor():
    return named.noor()


@pytest.fixture
def sam(noor):
    named.in_care(noor, named.sam())
    return named.sam()


def test_a_visitor_reads_public_pages_and_is_asked_to_sign_in_for_others(client, noor):
    assert client.get("/t/open").status_code == 200
    for address in ("/t/notes", f"/t/{noor.id}/record", "/t/cases", "/t/panel"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/account/login/")


def test_a_person_reads_their_own_page(client, noor):
    answer = named.sign_in(client, noor).get("/t/notes")
    assert answer.content.decode() == f"{noor.id} notes own"


def test_an_account_for_work_gets_a_calm_page_instead_of_somebodys_own(client, sam):
    answer = named.sign_in(client, sam).get("/t/notes")
    assert answer.status_code == 403
    assert "no health record of its own" in answer.content.decode()


def test_a_clinician_in_care_reads_the_record_and_the_person_sees_that(client, noor, sam):
    assert named.sign_in(client, sam).get(f"/t/{noor.id}/record").content == b"Noor"
    line = store.who_looked(named.own(noor))[0]
    assert (line.who, line.role, line.scope, line.what) == ("Sam", Role.CLINICIAN, Scope.RECORD, "t-record")


def test_a_person_reading_their_own_record_is_not_noted(client, noor):
    assert named.sign_in(client, noor).get(f"/t/{noor.id}/record").content == b"Noor"
    assert store.who_looked(named.own(noor)) == []


def test_a_look_that_cannot_be_written_down_shows_nothing(client, noor, sam, monkeypatch):
    def full(*args, **kwargs):
        raise DatabaseError("disk full")

    named.sign_in(client, sam)
    monkeypatch.setattr(store, "note_accesses", full)
    answer = client.get(f"/t/{noor.id}/record")
    assert answer.status_code == 503
    assert "Noor" not in answer.content.decode()


def test_a_look_is_written_down_even_when_the_page_then_fails(client, noor, sam):
    PersonKey.objects.filter(person=noor).update(wrapped=b"broken")
    client.raise_request_exception = False
    named.sign_in(client, sam).get(f"/t/{noor.id}/record")
    assert Access.objects.filter(person=noor, what="t-record").exists()


@pytest.mark.parametrize("name", ["Mo", "Rik", "Pia", "Hanna", "Omar", "Ada", "Lea"])
def test_who_is_not_in_care_is_refused_with_a_reason(client, noor, name):
    answer = named.sign_in(client, named.staff(name)).get(f"/t/{noor.id}/record")
    assert answer.status_code == 403
    assert "no care relationship" in answer.content.decode()


def test_a_refusal_is_the_same_for_somebody_who_does_not_exist(client, noor):
    named.sign_in(client, named.staff("Omar"))
    answers = [client.get(f"/t/{each}/record").content.decode() for each in (noor.id, uuid4())]
    real, made_up = (page.partition("<main")[2].partition("</main")[0] for page in answers)
    assert real == made_up != ""


def test_only_a_clinician_is_told_of_emergency_access(client, noor):
    for name, offered in (("Sam", True), ("Tess", False)):
        page = named.sign_in(client, named.staff(name)).get(f"/t/{noor.id}/record").content.decode()
        assert (f"/emergency/{noor.id}" in page) == offered


def test_a_supporter_reads_what_was_shared_and_it_is_noted(client, noor):
    bram, now = named.bram(), timezone.now()
    store.give_proxy(named.own(noor), bram, [Scope.NOTES], ends=now + timedelta(days=1), now=now)
    named.sign_in(client, bram, second_factor=False)
    assert client.get(f"/t/{noor.id}/notes").status_code == 200
    assert client.get(f"/t/{noor.id}/record").status_code == 403
    assert [line.who for line in store.who_looked(named.own(noor))] == ["Bram"]


def test_a_second_area_is_decided_and_noted_by_itself(client, noor, sam):
    assert named.sign_in(client, sam).get(f"/t/{noor.id}/two").content == b"RefusedAllowed"
    assert {line.scope for line in store.who_looked(named.own(noor)) if line.what == "t-two"} == {
        Scope.CONTACT,
        Scope.NOTES,
    }


@pytest.mark.parametrize(("name", "opens"), [("Omar", True), ("Ada", False), ("Sam", False), ("Pia", False)])
def test_a_duty_opens_its_pages_to_its_roles_alone(client, name, opens):
    answer = named.sign_in(client, named.staff(name)).get("/t/cases")
    assert answer.status_code == (200 if opens else 403)


@pytest.mark.parametrize(("name", "opens"), [("Omar", True), ("Hanna", True), ("Pia", False)])
def test_named_roles_open_their_pages(client, name, opens):
    assert named.sign_in(client, named.staff(name)).get("/t/panel").status_code == (200 if opens else 403)


@pytest.mark.parametrize("address", ["/t/cases", "/t/record"])
def test_staff_without_a_second_factor_are_sent_to_get_one(client, noor, address):
    who = named.omar() if address == "/t/cases" else named.sam()
    if address == "/t/record":
        named.in_care(noor, who)
        address = f"/t/{noor.id}/record"
    answer = named.sign_in(client, who, second_factor=False).get(address)
    assert answer["Location"].startswith("/second-factor?")
    assert not Access.objects.filter(what="t-record").exists()


def test_the_walk_in_door_counts_as_second_factor_in_demo_mode_alone(client, settings):
    named.sign_in(client, named.omar(), second_factor=False)
    session = client.session
    session[door.DEMO] = True
    session.save()
    settings.DEMO = False
    assert client.get("/t/cases").status_code == 302
    settings.DEMO = True
    assert client.get("/t/cases").status_code == 200


def test_a_second_factor_of_another_account_counts_for_nothing(client):
    named.sign_in(client, named.omar(), second_factor=False)
    session = client.session
    session["second_factor"] = str(named.ada().pk)
    session.save()
    assert client.get("/t/cases").status_code == 302


def test_a_deactivated_account_is_out_at_once(client, sam, noor):
    named.sign_in(client, sam)
    sam.is_active = False
    sam.save()
    assert client.get(f"/t/{noor.id}/record")["Location"].startswith("/account/login/")


def test_every_guard_can_be_read_from_its_view():
    assert record.guard == door.Guard("about", scope=Scope.RECORD)
    assert notes.guard == door.Guard("own", scope=Scope.NOTES)
    assert cases.guard == door.Guard("for", duty=Duty.OVERSEE)
    assert panel.guard == door.Guard("for", roles=frozenset({Role.PANEL_SECRETARY, Role.OVERSEER}))
    assert open_page.guard == door.Guard("public")


def test_a_page_about_somebody_takes_at_most_fifteen_queries(client, sam, noor, django_assert_max_num_queries):
    named.sign_in(client, sam)
    client.get(f"/t/{noor.id}/record")
    with django_assert_max_num_queries(15):
        client.get(f"/t/{noor.id}/record")
