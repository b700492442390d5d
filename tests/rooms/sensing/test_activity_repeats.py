"""When a plan comes round: every repeat of LAMP on the person's own clock, over summer time, and never in quiet hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from samen.rooms.sensing.activities import repeats
from samen.rooms.sensing.activities.repeats import Plan, Quiet

HERE = "Europe/Amsterdam"
MONDAY = date(2026, 11, 2)
NIGHT = Quiet(time(22), time(8))


def plan(repeat: str, **more: object) -> Plan:
    usual = {"what": "mood-log", "starts": MONDAY, "at": time(9), "zone": HERE, "until": date(2027, 6, 30)}
    return Plan(repeat=repeat, **{**usual, **more})  # type: ignore[arg-type]


def clock(text: str, zone: str = HERE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def days(found: Plan, first: date, last: date) -> list[str]:
    zone = ZoneInfo(found.zone)
    after = datetime.combine(first, time(0), zone) - timedelta(seconds=1)
    before = datetime.combine(last, time(23, 59), zone)
    return [f"{each.astimezone(zone):%m-%d %H:%M}" for each in repeats.moments(found, after, before)]


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [
        ("daily", ["11-02 09:00", "11-03 09:00", "11-04 09:00", "11-05 09:00", "11-06 09:00", "11-07 09:00"]),
        ("weekly", ["11-02 09:00"]),
        ("biweekly", ["11-03 09:00", "11-05 09:00"]),  # Tuesday and Thursday
        ("triweekly", ["11-02 09:00", "11-04 09:00", "11-06 09:00"]),
        ("none", ["11-02 09:00"]),
    ],
)
def test_a_week_of_each_repeat_that_comes_on_days(repeat, expected):
    assert days(plan(repeat), MONDAY, date(2026, 11, 7)) == expected


@pytest.mark.parametrize(
    ("repeat", "expected"),
    [("hourly", 24), ("every3h", 8), ("every6h", 4), ("every12h", 2)],
)
def test_a_day_of_each_repeat_that_comes_by_hours(repeat, expected):
    tuesday = date(2026, 11, 3)
    found = days(plan(repeat), tuesday, tuesday)
    assert len(found) == expected
    assert "11-03 09:00" in found


def test_the_first_day_begins_at_its_time_and_not_at_midnight():
    assert days(plan("every6h"), MONDAY, MONDAY) == ["11-02 09:00", "11-02 15:00", "11-02 21:00"]


def test_fortnightly_and_weekly_count_from_the_first_day():
    last = date(2026, 12, 2)
    assert days(plan("fortnightly"), MONDAY, last) == ["11-02 09:00", "11-16 09:00", "11-30 09:00"]
    assert len(days(plan("weekly"), MONDAY, last)) == 5


def test_a_plan_of_the_31st_comes_on_the_last_day_of_shorter_months():
    first = date(2026, 12, 31)
    assert days(plan("monthly", starts=first), first, date(2027, 4, 30)) == [
        "12-31 09:00", "01-31 09:00", "02-28 09:00", "03-31 09:00", "04-30 09:00",
    ]  # fmt: skip
    assert days(plan("bimonthly", starts=first), first, date(2027, 5, 1)) == [
        "12-31 09:00",
        "02-28 09:00",
        "04-30 09:00",
    ]


def test_custom_comes_at_each_of_its_times():
    found = plan("custom", times=(time(8), time(20, 30)))
    assert days(found, MONDAY, MONDAY) == ["11-02 08:00", "11-02 20:30"]


def test_every_repeat_of_the_sheet_is_known():
    assert set(repeats.REPEATS) == {
        "hourly", "every3h", "every6h", "every12h", "daily", "weekly", "biweekly", "triweekly", "fortnightly",
        "monthly", "bimonthly", "custom", "none",
    }  # fmt: skip


def test_nine_in_the_morning_stays_nine_in_the_morning_when_summer_time_begins_and_ends():
    found = plan("daily")
    spring = repeats.moments(found, clock("2027-03-27T00:00"), clock("2027-03-28T23:00"))
    assert [each.hour for each in spring] == [8, 7]
    autumn = repeats.moments(
        plan("daily", starts=date(2026, 10, 1)), clock("2026-10-24T00:00"), clock("2026-10-25T23:00")
    )
    assert [each.hour for each in autumn] == [7, 8]


def test_a_time_that_the_clock_skips_comes_an_hour_later_and_one_that_it_shows_twice_comes_once():
    night = plan("daily", at=time(2, 30), starts=date(2026, 10, 1))
    (skipped,) = repeats.moments(night, clock("2027-03-27T12:00"), clock("2027-03-28T12:00"))
    assert skipped.astimezone(ZoneInfo(HERE)).time() == time(3, 30)
    twice = repeats.moments(night, clock("2026-10-24T12:00"), clock("2026-10-25T12:00"))
    assert twice == (datetime(2026, 10, 25, 0, 30, tzinfo=UTC),)


def test_an_hourly_plan_comes_24_times_on_a_day_of_23_hours_at_most_once_an_hour():
    found = days(plan("hourly", starts=date(2027, 3, 1)), date(2027, 3, 28), date(2027, 3, 28))
    assert len(found) == len(set(found)) == 23
    assert "03-28 02:00" not in found


def test_nothing_comes_in_quiet_hours_and_what_fell_there_comes_once_when_they_end():
    found = days(plan("every3h", quiet=NIGHT), date(2026, 11, 3), date(2026, 11, 4))
    assert found == [
        "11-03 08:00", "11-03 09:00", "11-03 12:00", "11-03 15:00", "11-03 18:00", "11-03 21:00",
        "11-04 08:00", "11-04 09:00", "11-04 12:00", "11-04 15:00", "11-04 18:00", "11-04 21:00",
    ]  # fmt: skip


def test_the_beginning_of_quiet_hours_is_quiet_and_their_end_is_not():
    assert NIGHT.holds(time(22))
    assert NIGHT.holds(time(7, 59))
    assert not NIGHT.holds(time(8))
    assert Quiet(time(13), time(14)).holds(time(13, 30))
    assert not Quiet(time(9), time(9)).holds(time(9))


def test_what_would_come_after_the_last_day_because_of_quiet_hours_does_not_come():
    found = plan("daily", at=time(23), until=MONDAY, quiet=NIGHT)
    assert repeats.next_after(found, clock("2026-11-01T12:00")) is None


def test_somebody_far_away_has_their_own_day():
    there = plan("weekly", at=time(8), zone="Pacific/Auckland")
    assert repeats.next_after(there, clock("2026-11-03T12:00")) == datetime(2026, 11, 8, 19, tzinfo=UTC)


def test_a_line_stands_for_a_day_and_then_goes_by_itself():
    weekly, moment = plan("weekly"), clock("2026-11-09T09:00")
    begun = clock("2026-11-03T12:00")
    assert repeats.due(weekly, begun, moment - timedelta(seconds=1)) is None
    assert repeats.due(weekly, begun, moment) == moment
    assert repeats.due(weekly, begun, moment + timedelta(hours=23)) == moment
    assert repeats.due(weekly, begun, moment + timedelta(days=1)) is None
    assert repeats.due(weekly, moment, moment + timedelta(hours=1)) is None


def test_the_next_one_is_found_however_far_away_it_begins():
    assert repeats.next_after(plan("none", starts=date(2027, 3, 1)), clock("2026-11-01T12:00")) == clock(
        "2027-03-01T09:00"
    )


GIVEN = {
    "what": ["mood-log"], "repeat": ["daily"], "at": ["09:00"], "zone": [HERE], "starts": ["2026-11-02"],
    "until": ["2026-12-01"],
}  # fmt: skip
NOW = clock("2026-11-01T12:00")


def test_a_plan_is_kept_as_it_was_read():
    found = repeats.read({**GIVEN, "quiet_begins": ["22:00"], "quiet_ends": ["08:00"]}, ["mood-log"], NOW)
    assert isinstance(found, Plan)
    assert found.quiet == NIGHT
    assert repeats.planned(repeats.plain(found)) == found


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"what": ["dancing"]}, "what"), ({"repeat": ["always"]}, "repeat"), ({"zone": ["Moon/Base"]}, "zone"),
        ({"at": ["late"]}, "at"), ({"starts": [""]}, "starts"), ({"until": ["2026-10-01"]}, "until"),
        ({"until": ["2029-01-01"]}, "until"), ({"repeat": ["custom"]}, "times"),
        ({"starts": ["2026-10-01"], "until": ["2026-10-31"]}, "over"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(changed, code):
    assert repeats.read({**GIVEN, **changed}, ["mood-log"], NOW) == code
