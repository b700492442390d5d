"""A plan is by a person's own wish: a calm line at its time, one mail a day at most for who asks, and it stops at one press."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.access import NotAllowed
from samen.rooms.sensing.activities.repeats import Plan, Quiet
from samen.rooms.sensing.jobs import nudging
from samen.rooms.sensing.models.activities import Planned, Sheet
from samen.rooms.sensing.store import activities
from samen.rooms.sensing.store import planned as store
from tests import named

pytestmark = pytest.mark.django_db
HERE = "Europe/Amsterdam"
BEGUN = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def noor(client: Client) -> Client:
    return named.sign_in(client, named.noor())


def plan(repeat: str = "daily", *, what: str = "mood-log", at: time = time(9), quiet: Quiet | None = None) -> Plan:
    return Plan(what, repeat, date(2026, 11, 2), at, HERE, date(2027, 6, 30), (), quiet)


def begin(found: Plan, *, by_mail: bool = True) -> None:
    assert store.begin(named.own(named.noor()), found, mail=by_mail, language="nl", at=BEGUN)


def clock(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(HERE)).astimezone(UTC)


def test_nothing_is_planned_by_default_and_a_plan_is_made_paused_and_stopped_on_one_page(noor):
    plans = reverse("sensing:plans")
    assert "You have planned nothing" in noor.get(plans).content.decode()
    today = timezone.localdate()
    given = {
        "what": "breathing", "repeat": "daily", "at": "21:00", "zone": HERE, "starts": today.isoformat(),
        "until": (today + timedelta(days=30)).isoformat(), "quiet_begins": "23:00", "quiet_ends": "07:00",
    }  # fmt: skip
    noor.post(plans, given)
    page = noor.get(plans).content.decode()
    assert "Every day, at 21:00" in page
    assert "Never between 23:00 and 07:00" in page
    (kept,) = store.mine(named.own(named.noor()))
    assert not kept.mail
    change = reverse("sensing:plan-change", args=[kept.id])
    noor.post(change, {"do": "pause"})
    assert "Paused. Nothing comes." in noor.get(plans).content.decode()
    noor.post(change, {"do": "stop"})
    assert not Planned.objects.exists()


def test_what_is_missing_is_said_and_what_was_filled_in_stays(noor):
    answer = noor.post(reverse("sensing:plans"), {"what": "breathing", "repeat": "custom", "zone": HERE})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at least one time of the day" in page
    assert '<option value="breathing" selected>' in page


def test_a_line_stands_on_the_page_at_its_time_and_goes_at_a_press(noor):
    now = timezone.now()
    here = now.astimezone(ZoneInfo(HERE)) - timedelta(minutes=5)
    found = Plan(
        "breathing",
        "daily",
        here.date(),
        here.time().replace(second=0, microsecond=0),
        HERE,
        here.date() + timedelta(days=9),
    )
    store.begin(named.own(named.noor()), found, mail=False, language="en", at=now - timedelta(days=1))
    page = noor.get(reverse("sensing:activities")).content.decode()
    assert "What you planned" in page
    (kept,) = store.mine(named.own(named.noor()))
    noor.post(reverse("sensing:plan-change", args=[kept.id]), {"do": "aside"})
    assert "What you planned" not in noor.get(reverse("sensing:activities")).content.decode()


def test_a_mail_leaves_once_at_its_time_only_for_who_asked_and_says_nothing_of_what_it_is_about():
    begin(plan())
    begin(plan(what="journal"), by_mail=False)
    assert nudging.nudge(clock("2026-11-02T08:59")) == 0
    assert nudging.nudge(clock("2026-11-02T09:00")) == 1
    assert nudging.nudge(clock("2026-11-02T09:00")) == 0
    (sent,) = mail.outbox
    assert sent.to == ["noor@example.org"]
    assert not any(word in (sent.subject + sent.body).lower() for word in ("stemming", "hoe is het", "mood"))


def test_one_mail_a_day_is_the_most_however_much_is_planned():
    begin(plan("hourly", at=time(0)))
    begin(plan(at=time(12)))
    gone = [nudging.nudge(clock(f"2026-11-02T{hour:02}:30")) for hour in range(24)]
    assert sum(gone) == 1
    assert sum(nudging.nudge(clock(f"2026-11-03T{hour:02}:30")) for hour in range(24)) == 1


def test_no_mail_leaves_in_quiet_hours():
    begin(plan("every3h", at=time(0), quiet=Quiet(time(21), time(9))))
    assert [nudging.nudge(clock(f"2026-11-02T{hour:02}:00")) for hour in (0, 3, 6, 8)] == [0, 0, 0, 0]
    assert nudging.nudge(clock("2026-11-02T09:00")) == 1


def test_a_mail_that_is_late_by_hours_is_left_out():
    begin(plan())
    assert nudging.nudge(clock("2026-11-02T15:30")) == 0
    assert mail.outbox == []


def test_nothing_comes_while_paused_and_what_lay_in_the_pause_is_not_made_up_for():
    begin(plan())
    mine = named.own(named.noor())
    (kept,) = store.mine(mine)
    store.pause(mine, kept.id, at=BEGUN)
    assert nudging.nudge(clock("2026-11-02T09:00")) == 0
    assert store.lines(mine, clock("2026-11-02T10:00")) == []
    store.go_on(mine, kept.id, at=clock("2026-11-02T10:00"))
    assert store.lines(mine, clock("2026-11-02T10:01")) == []
    assert nudging.nudge(clock("2026-11-03T09:00")) == 1


def test_what_is_planned_lies_sealed_and_is_nobody_elses(noor):
    begin(plan(what="journal"))
    assert b"journal" not in bytes(Planned.objects.get().wish_sealed)
    named.in_care(named.noor(), named.sam())
    with pytest.raises(NotAllowed):
        store.mine(named.seen_by(named.sam(), named.noor()))
    (kept,) = store.mine(named.own(named.noor()))
    kim = named.sign_in(Client(), named.kim())
    assert kim.post(reverse("sensing:plan-change", args=[kept.id]), {"do": "stop"}).status_code == 404
    assert Planned.objects.exists()


def test_whoever_is_erased_leaves_no_plan_and_no_page_that_was_sent():
    begin(plan())
    mine = named.own(named.noor())
    activities.note_sent(mine, uuid4(), at=BEGUN)
    assert store.remove(named.noor().id) == 1
    assert activities.remove(named.noor().id) == 1
    assert not Planned.objects.exists()
    assert not Sheet.objects.exists()
