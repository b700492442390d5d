"""A study's page: what came in of whom, under their yes to research alone, and what to look after; and the book behind it."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.rights import door as rights
from samen.rights.models.consent import PersonState
from samen.rights.words import Purpose
from samen.rooms.sensing.daybook import DAY
from samen.rooms.sensing.models.quality import Came
from samen.rooms.sensing.models.way_in import Study, StudyLook
from samen.rooms.sensing.simulator.days import Plan
from samen.rooms.sensing.simulator.sending import lamp_events
from samen.rooms.sensing.simulator.streams import lived
from samen.rooms.sensing.store import erasing, inbox, quality
from samen.rooms.sensing.store.events import Range
from samen.web.demo import study as demo
from samen.web.demo.founding import Staff
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import Sender, empty_archive  # noqa: F401

pytestmark = pytest.mark.django_db
DAYS = 9
NOW = timezone.now()  # a page shows what came in up to now
FIRST = (int(NOW.timestamp() * 1000) // DAY - DAYS + 1) * DAY
TABLES = lived(Plan(people=1, days=DAYS, first_day=FIRST), ("battery", "heart_minute")).tables


def sends(mine: Sender, until: datetime = NOW) -> None:
    """Let a device send made-up days, and the machine count them."""
    events, _ = lamp_events(TABLES, "p0000")
    before = int(until.timestamp() * 1000)
    mine.send([each for each in events if each["timestamp"] < before], at=until)
    inbox.drain(at=until)
    quality.note(mine.who, at=until)


@pytest.fixture
def sam(client: Client) -> Client:
    return named.sign_in(client, named.sam())


@pytest.mark.row("R3.1d", "K6.1")
def test_a_study_sees_what_came_in_and_its_person_sees_that_it_looked(sam, django_assert_max_num_queries):
    mine = sending.sender(named.noor(), "battery", "heart", research=True)
    sends(mine)
    with django_assert_max_num_queries(15):
        shown = sam.get(reverse("sensing:study", args=[mine.study.code])).content.decode()
    assert mine.who.code in shown
    assert "Everything comes in as planned." in shown
    assert ">Noor<" not in shown
    found = quality.look(mine.study, at=NOW)
    assert [(stream, round(share, 2)) for stream, share, _ in found.covered] == [("battery", 1), ("heart_minute", 1)]
    assert found.people[0].days >= DAYS - 1  # just after midnight nothing came in today
    assert not found.alarms
    assert StudyLook.objects.get(participant=mine.who, day=timezone.localdate(NOW)).n == 2


def test_what_is_not_open_for_research_is_neither_counted_nor_shown_from_the_next_look_on():
    mine = sending.sender(named.noor(), "heart", "battery", research=True)
    sends(mine)
    sending.say(named.noor(), "heart", yes=False, at=NOW, purpose=Purpose.RESEARCH)
    found = quality.look(mine.study, at=NOW + timedelta(seconds=1))
    assert [stream for stream, *_ in found.covered] == ["battery"]
    assert [stream for stream, _ in found.consents] == ["battery"]
    quality.note(mine.who, at=NOW + timedelta(seconds=2))
    assert set(Came.objects.values_list("stream", flat=True)) == {"battery"}


def test_somebody_without_a_yes_to_research_leaves_nothing_in_the_book_and_is_not_looked_at():
    mine = sending.sender(named.noor(), "heart")
    sends(mine)
    found = quality.look(mine.study, at=NOW)
    assert not Came.objects.exists()
    assert not StudyLook.objects.exists()
    assert [(each.streams, each.days) for each in found.people] == [(0, 0)]


def test_a_stream_that_stopped_is_said_with_what_to_do():
    mine = sending.sender(named.noor(), "heart", "battery", research=True)
    sends(mine, NOW - timedelta(days=3))
    found = quality.look(mine.study, at=NOW)
    assert [each.person for each in found.alarms["silent"]] == [mine.who.code]
    assert found.alarms["silent"][0].stream == ""  # of all streams, said once


def test_the_machine_counts_whom_it_heard_of_and_an_hour_later_again():
    mine = sending.sender(named.noor(), "heart", "battery", research=True)
    other = sending.sender(named.kim(), "heart", study=mine.study)
    sends(mine)
    Came.objects.all().delete()
    assert quality.note_due(at=NOW) == 1  # nothing ever came of the other
    assert other.who.came.count() == 0
    assert quality.note_due(at=NOW + timedelta(minutes=5)) == 0
    late = {"timestamp": FIRST + 7 * DAY + 1, "sensor": "lamp.heart_rate", "data": {"value": 61}}
    mine.send([late], at=NOW + timedelta(minutes=90))
    before = Came.objects.get(stream="heart_minute", day=FIRST // DAY + 7).rows
    assert quality.note_due(at=NOW + timedelta(minutes=91)) == 1
    assert Came.objects.get(stream="heart_minute", day=FIRST // DAY + 7).rows == before + 1


def test_the_dictionary_says_what_every_column_means(sam):
    study = sending.sender(named.noor()).study
    answer = sam.get(reverse("sensing:dictionary", args=[study.code]))
    assert answer["Content-Type"].startswith("text/csv")
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("column,group,unit")
    assert any(line.startswith("screen_unlock_total_min,screen,minutes,0,inf") for line in lines)


def test_a_person_who_takes_part_does_not_see_the_page_of_a_study(client):
    mine = sending.sender(named.noor(), "heart", research=True)
    assert named.sign_in(client, named.noor()).get(reverse("sensing:study", args=[mine.study.code])).status_code == 403
    assert named.sign_in(client, named.sam()).get(reverse("sensing:study", args=["S-none"])).status_code == 404


def test_what_a_person_takes_back_leaves_the_book_too_and_what_stays_is_counted_anew():
    mine = sending.sender(named.noor(), "heart", "battery", research=True)
    sends(mine)
    erasing.events(mine.access, mine.who, Range("sensor"), at=NOW, stream="heart")
    assert not Came.objects.exists()
    quality.note(mine.who, at=NOW)
    assert set(Came.objects.values_list("stream", flat=True)) == {"battery"}


def test_what_several_people_let_be_read_is_what_each_of_them_does_and_nothing_while_restricted(
    django_assert_num_queries,
):
    sending.sender(named.noor(), "battery", research=True)
    sending.sender(named.kim(), "heart")
    people = [named.noor().id, named.kim().id, named.person("Zoë").id]
    one_by_one = {each: rights.open_streams(each, NOW, lock=False) for each in people}
    with django_assert_num_queries(2):
        assert rights.open_streams_of(people, NOW) == one_by_one
    PersonState.objects.update_or_create(person_id=people[0], defaults={"restricted_at": NOW})
    assert people[0] not in rights.open_streams_of(people, NOW)


def test_the_demos_study_shows_what_its_people_let_be_read():
    for person in (named.noor(), named.person("Daan")):
        sends(sending.sender(person, "battery"))
    demo.take_part(Staff({"rin": named.staff("Rik"), "visser": named.dr_visser()}), NOW)
    study = Study.objects.get(enrolments__participant__person=named.person("Daan"), leaflet__isnull=False)
    found = quality.look(study, at=NOW + timedelta(seconds=1))
    assert [each.streams for each in found.people] == [2, 5]
    assert [each.days >= DAYS - 1 for each in found.people] == [False, True]  # the battery is Daan's alone to show
