"""A study's life: written by one, opened by another, joined and left by people themselves, read by keys and files, and over."""

import csv
import io
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.ledger.kinds import Kind
from samen.ledger.models import Leaf
from samen.people.models import Account
from samen.rights.words import Purpose
from samen.rooms.sensing.daybook import DAY
from samen.rooms.sensing.models.studies import Leaflet
from samen.rooms.sensing.models.way_in import StudyLook
from samen.rooms.sensing.store import exporting, inbox, keys, running, studies, taking_part
from samen.rooms.sensing.store.running import Asked, NotNow
from tests import named
from tests.rooms.sensing import sending
from tests.rooms.sensing.sending import empty_archive  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
UNTIL = TODAY + timedelta(days=90)
FORM = {
    "name": "Steps and sleep", "who": "Rik, researcher here", "why_en": "We read steps.", "why_nl": "We lezen stappen.",
    "streams": ["steps", "screen"], "profile": "samen", "until": UNTIL.isoformat(),
}  # fmt: skip
ASKED = Asked(
    "Steps and sleep", "Rik", {"en": "We read steps.", "nl": "We lezen stappen."}, ("steps", "screen"), "samen", UNTIL
)


def rik() -> Account:
    return named.staff("Rik")


@pytest.fixture
def opened() -> Leaflet:
    """A study that Rik wrote and Dr Visser opened."""
    row = running.write(ASKED, by=rik(), at=NOW)
    running.open_for_people(row, by=named.dr_visser(), at=NOW)
    return row


def said(answer) -> str:
    return answer.content.decode()


def test_a_study_is_written_by_one_opened_by_another_and_then_stays_as_it_is(client: Client):
    named.sign_in(client, rik())
    page = client.post(reverse("sensing:study-new"), FORM, follow=True)
    row = Leaflet.objects.get()
    assert "somebody else must read and open it" in said(page)
    step = reverse("sensing:study-step", args=[row.study.code])
    assert "somebody else must open it" in said(client.post(step, {"do": "open"}, follow=True))
    named.sign_in(client, named.dr_visser())
    assert "The study is open." in said(client.post(step, {"do": "open"}, follow=True))
    client.post(reverse("sensing:leaflet", args=[row.study.code]), {**FORM, "why_en": "We read everything."})
    row.refresh_from_db()
    assert (row.state, row.why_en) == ("open", "We read steps.")
    with pytest.raises(NotNow, match="is_open"):
        running.rewrite(row, ASKED, by=rik(), at=NOW)


def test_the_database_itself_refuses_a_study_that_its_writer_opened():
    row = running.write(ASKED, by=rik(), at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Leaflet.objects.filter(pk=row.pk).update(opened_by=row.written_by, opened_at=NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"until": "31-12-2026"},
        {"until": (TODAY - timedelta(days=1)).isoformat()},
        {"until": "2100-01-01"},
        {"streams": ["pulse"]},
        {"streams": []},
        {"why_nl": ""},
        {"profile": "mine"},
    ],
)
def test_a_study_that_lacks_something_is_not_kept_and_what_was_written_stays_on_the_page(client: Client, wrong):
    named.sign_in(client, rik())
    answer = client.post(reverse("sensing:study-new"), {**FORM, **wrong})
    assert answer.status_code == 422
    assert "Rik, researcher here" in said(answer)
    assert not Leaflet.objects.exists()


def test_nobody_reads_or_joins_what_was_not_opened(client: Client):
    row = running.write(ASKED, by=rik(), at=NOW)
    named.sign_in(client, named.noor())
    assert "Steps and sleep" not in said(client.get(reverse("sensing:joining")))
    assert client.get(reverse("sensing:joining-one", args=[row.study.code])).status_code == 404
    client.post(reverse("sensing:joining-choose", args=[row.study.code]), {"do": "choose", "stream": ["steps"]})
    assert taking_part.mine(named.own(named.noor())) == []


def test_a_person_joins_with_the_streams_that_they_tick_and_leaves_with_their_yes(client: Client, opened: Leaflet):
    named.sign_in(client, named.noor())
    one = reverse("sensing:joining-one", args=[opened.study.code])
    page = said(client.get(one))
    assert "We read steps." in page
    assert "checked" not in page  # nothing is ticked before she does
    choose = reverse("sensing:joining-choose", args=[opened.study.code])
    client.post(choose, {"do": "choose", "stream": ["steps", "gps"]})  # gps is not asked for
    mine = named.own(named.noor())
    assert [(each.study, each.streams) for each in taking_part.mine(mine)] == [(opened.study, ["steps"])]
    assert taking_part.open_streams(mine, at=timezone.now()) == {"steps"}
    client.post(choose, {"do": "leave"})
    assert taking_part.mine(mine) == []
    assert taking_part.open_streams(mine, at=timezone.now()) == frozenset()


def test_a_yes_to_research_stays_while_another_study_reads_it(opened: Leaflet):
    mine = named.own(named.noor())
    other = running.write(ASKED, by=rik(), at=NOW)
    running.open_for_people(other, by=named.dr_visser(), at=NOW)
    for row in (opened, other):
        taking_part.choose(mine, row, ["steps"], at=NOW, language="en")
    taking_part.leave(mine, opened.study, at=NOW, language="en")
    assert taking_part.open_streams(mine, at=NOW) == {"steps"}


def test_a_study_reads_what_was_chosen_for_it_and_not_what_another_may_read(opened: Leaflet):
    mine = named.own(named.noor())
    other = running.write(replace(ASKED, streams=("screen",)), by=rik(), at=NOW)
    running.open_for_people(other, by=named.dr_visser(), at=NOW)
    taking_part.choose(mine, opened, ["steps"], at=NOW, language="en")
    taking_part.choose(mine, other, ["screen"], at=NOW, language="en")
    who = keys.participant_of(mine, at=NOW)
    assert [set(studies.shared(who, row.study, at=NOW).open) for row in (opened, other)] == [{"steps"}, {"screen"}]
    taking_part.choose(mine, other, [], at=NOW, language="en")  # the yes goes with the last study that reads it
    assert set(studies.shared(who, other.study, at=NOW).open) == set()
    assert taking_part.open_streams(mine, at=NOW) == {"steps"}


def test_a_key_is_told_once_and_opens_nothing_after_its_end_or_the_end_of_its_study(client: Client, opened: Leaflet):
    named.sign_in(client, rik())
    page = client.post(reverse("sensing:study-keys", args=[opened.study.code]), {"name": "Rik's laptop"})
    made = page.context["made"]
    assert made.secret in said(page)
    assert keys.caller(made.access_key, made.secret, at=NOW) is not None
    assert made.secret not in said(client.get(reverse("sensing:leaflet", args=[opened.study.code])))
    client.post(reverse("sensing:study-keys", args=[opened.study.code]), {"end": made.access_key})
    assert keys.caller(made.access_key, made.secret, at=NOW) is None
    again = running.make_reader(opened, "Another", at=NOW)
    step = reverse("sensing:study-step", args=[opened.study.code])
    assert "Tick the box" in said(client.post(step, {"do": "end"}, follow=True))
    assert keys.caller(again.access_key, again.secret, at=NOW) is not None
    client.post(step, {"do": "end", "sure": "yes"})
    assert keys.caller(again.access_key, again.secret, at=NOW) is None


def test_a_study_ends_by_itself_after_its_last_day_and_lets_go_of_everybody(opened: Leaflet):
    mine = named.own(named.noor())
    taking_part.choose(mine, opened, ["steps"], at=NOW, language="en")
    made = running.make_reader(opened, "Rik", at=NOW)
    last_minute = datetime.combine(UNTIL, time(23, 59), timezone.get_default_timezone())
    assert running.end_due(at=last_minute) == 0
    assert running.end_due(at=last_minute + timedelta(minutes=1)) == 1
    assert taking_part.mine(mine) == []
    assert keys.caller(made.access_key, made.secret, at=NOW) is None
    assert not taking_part.choose(mine, Leaflet.objects.get(), ["steps"], at=NOW, language="en")


@pytest.mark.row("S1", "K6.1")
def test_a_file_holds_what_people_let_be_read_each_sees_it_and_the_log_says_so(client: Client, opened: Leaflet):
    taking_part.choose(named.own(named.noor()), opened, ["steps"], at=NOW, language="en")
    mine = sending.sender(named.noor(), "steps", "screen", study=opened.study)
    start = (int(NOW.timestamp() * 1000) // DAY - 2) * DAY + 10 * 3_600_000
    sending.say(named.noor(), "steps", yes=True, since=sending.START, purpose=Purpose.RESEARCH)
    mine.send([sending.steps(start + k * 60_000, 20) for k in range(10)], at=NOW)
    mine.send(
        [{"timestamp": start + k * 60_000, "sensor": "lamp.screen_state", "data": {"value": k % 2}} for k in (0, 1)],
        at=NOW,
    )
    inbox.drain(at=NOW)
    named.sign_in(client, rik())
    asked = {"from": (TODAY - timedelta(days=5)).isoformat(), "to": TODAY.isoformat()}
    answer = client.get(reverse("sensing:study-features", args=[opened.study.code]), asked)
    rows = list(csv.DictReader(io.StringIO(said(answer))))
    assert {each["person"] for each in rows} == {mine.who.code}
    assert mine.who.key not in said(answer)
    assert sum(float(each["steps_total_count"] or 0) for each in rows) == 200
    assert not [name for name in rows[0] if name.startswith("screen_") and any(each[name] for each in rows)]
    assert StudyLook.objects.get(participant=mine.who, study=opened.study).n == 1
    facts = Leaf.objects.filter(kind=Kind.RELEASE_OF_EXPORT)
    assert facts.count() == 1


def test_without_a_yes_there_is_no_file_and_nobody_was_looked_at(client: Client, opened: Leaflet):
    sending.sender(named.noor(), "steps", study=opened.study)
    found, people = exporting.features(opened.study, TODAY, TODAY, at=NOW)
    assert (found.height, people) == (0, 0)
    assert not StudyLook.objects.exists()
    named.sign_in(client, rik())
    for days in ({}, {"from": "01-02-2026", "to": TODAY.isoformat()}, {"from": "2026-01-01", "to": "2026-11-01"}):
        page = client.get(reverse("sensing:study-features", args=[opened.study.code]), days, follow=True)
        assert "No table was made." in said(page)


def test_a_study_that_was_made_to_try_the_way_in_has_no_leaflet_and_nobody_can_join_it(client: Client):
    tried = studies.make("Trying", at=NOW)
    named.sign_in(client, named.noor())
    assert client.get(reverse("sensing:joining-one", args=[tried.code])).status_code == 404
    named.sign_in(client, rik())
    assert client.get(reverse("sensing:leaflet", args=[tried.code])).status_code == 404
