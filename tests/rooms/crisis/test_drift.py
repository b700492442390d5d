"""Whether what the line hears changes: what is noticed, what is not, and who is told."""

from datetime import date, timedelta
from random import Random

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from samen.people.roles import Role
from samen.rooms.crisis import drift
from samen.rooms.crisis.drift import Counted, Week
from samen.rooms.crisis.jobs import drift as job
from samen.rooms.crisis.models.hearing import DriftNotice, HeardCount
from samen.rooms.crisis.store import drift as store
from samen.web import doctor_data
from samen.web.findings import Level
from tests.named import sign_in
from tests.rights.example import human
from tests.rooms.crisis.service import MEANS, SAFE, in_service, writes

MONDAY = date(2026, 6, 1)


def week(place: int, alarms: int, *, n: int = 200, asks: int = 10, spread: int = 0) -> Week:
    bins = [n - alarms - asks - spread, spread, 0, 0, asks, 0, 0, 0, 0, alarms]
    return Week(MONDAY + timedelta(weeks=place), n, alarms, asks, tuple(bins))


def out(weeks: list[Week]) -> list[str]:
    return [each.name for each in drift.look(weeks).signs if each.out]


def steady(alarms: int = 20) -> list[Week]:
    return [week(place, alarms + (-2, 0, 2)[place % 3]) for place in range(8)]


def test_weeks_like_those_before_raise_nothing():
    assert out([*steady(), *(week(8 + place, 21) for place in range(4))]) == []


def test_more_alarms_than_before_are_noticed_and_fewer_too():
    assert "alarms" in out([*steady(), *(week(8 + place, 40) for place in range(4))])
    assert "alarms" in out([*steady(), *(week(8 + place, 4) for place in range(4))])


def test_sureness_that_moves_without_an_alarm_more_is_noticed():
    assert out([*steady(), *(week(8 + place, 20, spread=80) for place in range(4))]) == ["scores"]


def test_a_line_whose_weeks_always_differ_has_wider_limits():
    wild = [week(place, (5, 35)[place % 2]) for place in range(8)]
    after = [week(8 + place, 28) for place in range(4)]
    assert "alarms" in out([*steady(), *after])
    assert "alarms" not in out([*wild, *after])


def test_chance_alone_is_seldom_called_a_change():
    found = 0
    for seed in range(100):
        chance = Random(seed)
        draw = [sum(chance.random() < 0.1 for _ in range(150)) for _ in range(12)]
        found += bool(out([week(place, alarms, n=150, asks=15) for place, alarms in enumerate(draw)]))
    assert found <= 5


def test_with_too_little_nothing_is_said():
    assert drift.look(steady()).signs == ()
    assert drift.look([*(week(place, 2, n=25) for place in range(8)), week(8, 25, n=25)]).signs == ()


def test_a_reference_without_an_alarm_has_limits():
    calm = [week(place, 0) for place in range(8)]
    assert out([*calm, *(week(8 + place, 0) for place in range(4))]) == []
    assert "alarms" in out([*calm, *(week(8 + place, 10) for place in range(4))])


def test_the_week_that_is_not_over_and_weeks_of_a_few_messages_stand_apart():
    few, running = MONDAY + timedelta(days=7), MONDAY + timedelta(days=14)
    counts = [Counted(MONDAY, "none", 0, 30), Counted(few, "none", 0, 5), Counted(running, "alarm", 9, 50)]
    assert [each.monday for each in drift.weeks(counts, MONDAY + timedelta(days=16))] == [MONDAY]


def test_the_index_is_zero_for_the_same_and_its_limit_that_of_chi_square():
    assert drift.stability([5, 5], [5, 5]) == 0
    assert drift.stability([90, 10], [50, 50]) > 0.5
    assert drift.chi_square(9, sigmas=1.6449) == pytest.approx(16.92, abs=0.1)  # the 95th percentile of nine degrees


# --- counting and telling -----------------------------------------------------------------------------------------------


def filled(alarms_last: int) -> None:
    """Count twelve weeks of the line as it hears now, up to last week."""
    today = timezone.localdate()
    here = job.version()
    start = today - timedelta(days=today.weekday(), weeks=12)
    for place, each in enumerate([*steady(), *(week(8 + late, alarms_last) for late in range(4))]):
        day = start + timedelta(weeks=place)
        for action, where, n in (
            ("alarm", 9, each.alarms),
            ("ask", 4, each.asks),
            ("none", 0, each.n - each.alarms - each.asks),
        ):
            HeardCount.objects.create(day=day, language="nl", version=here, action=action, bin=where, n=n)


@pytest.mark.django_db
def test_a_message_that_was_read_is_counted_without_a_word_of_it():
    now = timezone.now()
    in_service(now)
    for text in (MEANS, SAFE, SAFE):
        writes(text, at=now)
    writes(MEANS, computer=False, at=now)
    counts = {(each.action, each.n) for each in HeardCount.objects.all()}
    assert sum(n for _, n in counts) == 3
    assert ("alarm", 1) in counts
    assert {each.version for each in HeardCount.objects.all()} == {job.version()}


@pytest.mark.django_db
def test_a_change_is_told_once_and_stays_until_somebody_looked():
    filled(45)
    assert job.look(timezone.now()) >= 1
    assert job.look(timezone.now()) == 0
    assert [(each.code, each.level) for each in doctor_data.line_changed()] == [("LINE_DRIFT", Level.WARNING)]
    sam = human("sam", Role.CLINICIAN)
    client = sign_in(Client(), sam)
    assert reverse("crisis:drift") in client.get(reverse("crisis:labels")).content.decode()
    notice = DriftNotice.objects.get(sign="alarms")
    where = reverse("crisis:drift-look", args=[notice.pk])
    assert client.post(where, {"found": ""}).status_code == 422
    client.post(where, {"found": "A campaign in schools"})
    notice.refresh_from_db()
    assert (notice.seen_by, notice.found) == (sam, "A campaign in schools")
    assert notice not in store.open_ones()


@pytest.mark.django_db
def test_no_change_tells_nobody():
    filled(20)
    assert job.look(timezone.now()) == 0


@pytest.mark.django_db
def test_other_thresholds_begin_another_reference(monkeypatch):
    filled(45)
    HeardCount.objects.update(version="f" * 64)
    assert job.look(timezone.now()) == 0


@pytest.mark.django_db
def test_it_looks_once_a_night(monkeypatch):
    filled(45)
    monkeypatch.setattr(job, "_LOOKED", {})
    night = timezone.localtime(timezone.now()).replace(hour=job.NIGHT, minute=0)
    job.look_each_minute(night.replace(hour=job.NIGHT + 3))
    assert not DriftNotice.objects.exists()
    job.look_each_minute(night)
    told = DriftNotice.objects.count()
    assert told >= 1
    DriftNotice.objects.all().delete()
    job.look_each_minute(night + timedelta(minutes=1))
    assert not DriftNotice.objects.exists()
