"""An alarm is shown with how many of 100 are right, and nothing follows from it but that a human sees it sooner."""

import html
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from samen.ledger.store import counts
from samen.people.roles import Role, Scope
from samen.people.store import grant_role
from samen.rights import door as rights
from samen.rights.models.inference import InferenceRecord
from samen.rights.panel import Vote
from samen.rights.store import systems as register
from samen.rooms.crisis import systems
from samen.rooms.crisis.frequencies import OfAlarms, of_alarms
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.models.contact import Contact
from samen.rooms.crisis.store import contacts, programs, selftest
from tests import named
from tests.rooms.crisis.made_reports import made_report
from tests.rooms.crisis.service import MEANS, SAFE, counsellor, in_service, writes

pytestmark = pytest.mark.django_db


@pytest.mark.row("K1.5")
def test_rare_danger_makes_most_alarms_wrong_and_that_is_said():
    assert of_alarms(0.9, 0.95, 0.1) == OfAlarms(67, 33)
    assert of_alarms(0.9, 0.95, 0.01) == OfAlarms(15, 85)


def test_neither_side_is_ever_said_to_be_none():
    assert of_alarms(1.0, 1.0, 0.1) == OfAlarms(99, 1)
    assert of_alarms(0.01, 0.5, 0.001) == OfAlarms(1, 99)
    assert of_alarms(0.0, 1.0, 0.1) is None


def console() -> str:
    client = named.sign_in(Client(), counsellor(1))
    client.cookies["django_language"] = "en"
    return html.unescape(client.get(reverse("crisis:console")).content.decode())


@pytest.mark.row("K1.5")
def test_beside_an_alarm_the_counsellor_reads_how_many_of_100_are_right():
    in_service()
    selftest.keep(made_report([systems.TRIAGE], at=timezone.now()), at=timezone.now())
    writes(MEANS)
    page = console()
    assert "Of 100 alarms like this one, about" in page
    assert "Nothing was counted here yet" in page


def test_where_no_alarm_was_raised_nothing_is_said_of_alarms():
    in_service()
    selftest.keep(made_report([systems.TRIAGE], at=timezone.now()), at=timezone.now())
    writes(SAFE)
    assert "Of 100 alarms" not in console()


@pytest.mark.row("K1.5", "K6.3")
def test_from_an_alarm_follows_a_place_in_the_queue_and_nothing_leaves_the_house():
    in_service()
    before = counts().get("disclosure", 0)
    writes(MEANS)
    assert Contact.objects.get().lane == 0
    assert mail.outbox == []
    assert counts().get("disclosure", 0) == before


@pytest.mark.row("K1.5", "K6.3")
def test_no_address_of_the_house_sends_somebody_or_hands_over_to_the_police():
    names = {name for resolver in get_resolver().url_patterns for name in _names(resolver)}
    assert ["crisis", "start"][1] in names
    forbidden = ("dispatch", "police", "politie", "welfare", "ambulance", "authority", "involuntary")
    assert [name for name in names if any(word in name for word in forbidden)] == []


def _names(pattern) -> list[str]:
    inner = getattr(pattern, "url_patterns", None)
    return [name for each in inner for name in _names(each)] if inner is not None else [str(pattern.name)]


@pytest.mark.row("K6.3")
def test_what_a_program_is_given_of_a_talk_holds_nothing_that_a_computer_inferred():
    in_service()
    mine = writes(MEANS)
    key = programs.make("a clinic", by=None, at=timezone.now())
    Contact.objects.filter(id=mine.contact).update(channel="api")
    answer = Client().get(reverse("crisis:api-read", args=[mine.contact]), headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    given = answer.json()
    assert set(given) == {"contact", "state", "before_you", "messages"}
    assert all(set(each) <= {"who", "name", "at", "text", "numbers"} for each in given["messages"])


@pytest.mark.row("K6.2")
def test_nothing_is_inferred_and_no_counsellor_sees_a_reading_before_the_person_was_told():
    in_service()
    mine = contacts.of_token(contacts.begin("web", "nl", now=timezone.now()).token)
    assert mine is not None
    contacts.choose(mine.access, mine.contact, computer=True, at=timezone.now())  # a yes in the room alone: no notice
    line.take_in(mine, MEANS, client_id="1", at=timezone.now())
    assert not InferenceRecord.objects.exists()
    assert Contact.objects.get().level is None
    assert "<mark>" not in console()


@pytest.mark.row("K6.2")
def test_without_two_thirds_of_the_panel_what_looks_for_danger_runs_for_nobody():
    crew = in_service()
    more = [named.account(name) for name in ("pom", "pim")]
    for member in more:
        grant_role(member, Role.PANEL_MEMBER, now=timezone.now() - timedelta(days=2))
        register.seat(member, lived_experience=True, by=crew.secretary, at=timezone.now())
    for member in (*more, crew.panel[0]):  # two of five say yes; then three of five, a majority and no more
        result = register.vote(systems.TRIAGE, Vote.NO, by=member, reason="Not yet", at=timezone.now())
    result = register.vote(systems.TRIAGE, Vote.YES, by=more[0], reason="It is clear now", at=timezone.now())
    assert (result.yes, result.approved, result.reason) == (3, False, "NO_TWO_THIRDS")
    writes(MEANS)
    assert Contact.objects.get().level is None
    assert register.vote(systems.TRIAGE, Vote.YES, by=more[1], reason="So it is", at=timezone.now()).approved


@pytest.mark.row("K6.2")
def test_what_was_read_stands_on_the_persons_own_list_at_the_moment_staff_can_see_it():
    in_service()
    mine = writes(MEANS)
    assert "<mark>" in console()
    found = rights.inferences(mine.of(Scope.FINDINGS), systems.TRIAGE.id)
    assert found
    assert found[0].body is not None
