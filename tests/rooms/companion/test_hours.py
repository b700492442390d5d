"""Opening hours: wall clocks of the service's own zone, over summer time, midnight, months, exceptions and holidays."""

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from samen.rooms import companion
from samen.rooms.companion.hours import BadHours, State, easter, holiday_on, holidays_of, hours_of, now_of
from samen.words import say

TABLE = holidays_of(
    tomllib.loads((Path(companion.__path__[0]) / "content" / "guide" / "holidays.toml").read_text())["holiday"]
)
OFFICE = {"id": "a", "freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR", "opens_at": "09:00", "closes_at": "17:00"}


def state(at: str, *rows, zone: str = "Europe/Amsterdam", holidays: str = "unsure"):
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return now_of(hours_of(rows, zone, holidays), moment, table=TABLE, country="nl")


def test_the_door_opens_at_nine_by_its_own_clock_in_summer_and_in_winter():
    assert state("2026-07-06T07:00", OFFICE).state is State.OPEN  # 09:00 in summer time
    assert state("2026-01-05T07:00", OFFICE).state is State.CLOSED  # 08:00 in winter
    assert state("2026-01-05T08:00", OFFICE).state is State.OPEN


def test_an_offset_beside_the_time_does_not_move_the_door():
    said = {**OFFICE, "opens_at": "09:00+01:00", "closes_at": "17:00+01:00"}
    assert state("2026-07-06T07:00", said).state is State.OPEN


def test_the_same_moment_is_another_time_elsewhere():
    assert state("2026-01-05T08:30", OFFICE, zone="Europe/Lisbon").state is State.CLOSED


def test_past_midnight_it_is_still_open_and_says_until_when():
    late = {**OFFICE, "byday": "FR", "opens_at": "20:00", "closes_at": "02:00"}
    now = state("2026-01-10T00:30", late)  # half past one on Saturday
    assert now.state is State.OPEN
    assert now.until is not None
    assert now.until.hour == 2


def test_day_and_night_has_no_end_and_joins_over_midnight():
    always = {**OFFICE, "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "00:00"}
    assert state("2026-01-05T23:59", always, holidays="open").always


def test_a_closed_door_says_when_it_opens_next_over_the_weekend():
    now = state("2026-01-09T18:00", OFFICE)  # Friday evening
    assert now.next is not None
    assert now.next.date() == date(2026, 1, 12)


def test_a_holiday_closes_opens_or_leaves_it_unsure_as_the_service_said():
    kings_day = "2026-04-27T10:00"  # a Monday
    assert state(kings_day, OFFICE, holidays="closed").state is State.CLOSED
    assert state(kings_day, OFFICE, holidays="open").state is State.OPEN
    assert state(kings_day, OFFICE).state is State.UNSURE
    assert state(kings_day, OFFICE).holiday == "kings_day"


def test_an_exception_takes_the_place_of_the_usual_hours():
    shut = {"id": "b", "valid_from": "2026-01-05", "valid_to": "2026-01-05", "exception": True}
    short = {**shut, "opens_at": "13:00", "closes_at": "14:00"}
    assert state("2026-01-05T10:00", OFFICE, shut).state is State.CLOSED
    assert state("2026-01-05T12:30", OFFICE, short).state is State.OPEN
    assert state("2026-01-05T10:00", OFFICE, short).state is State.CLOSED


def test_the_first_tuesday_and_the_last_friday_of_a_month_are_found():
    monthly = {"id": "c", "freq": "MONTHLY", "byday": "1TU,-1FR", "opens_at": "19:00", "closes_at": "21:00"}
    assert state("2026-01-06T18:30", monthly).state is State.OPEN
    assert state("2026-01-13T18:30", monthly).state is State.CLOSED
    assert state("2026-01-30T18:30", monthly).state is State.OPEN
    assert state("2026-01-23T18:30", monthly).state is State.CLOSED


def test_every_second_week_is_counted_from_its_start():
    row = {**OFFICE, "byday": "MO", "interval": 2, "dtstart": "2026-01-05"}
    assert state("2026-01-05T10:00", row).state is State.OPEN
    assert state("2026-01-12T10:00", row).state is State.CLOSED
    assert state("2026-01-19T10:00", row).state is State.OPEN


def test_hours_hold_only_between_their_first_and_last_day():
    summer = {**OFFICE, "valid_from": "2026-06-01", "valid_to": "2026-08-31"}
    assert state("2026-09-01T10:00", summer).state is State.CLOSED


def test_without_hours_nothing_is_claimed():
    assert now_of(None, datetime(2026, 1, 5, tzinfo=UTC)).state is State.UNKNOWN


@pytest.mark.parametrize(("zone", "row"), [("Mars/Base", OFFICE), ("Europe/Amsterdam", {**OFFICE, "byday": "XX"})])
def test_hours_that_cannot_be_read_are_named(zone, row):
    with pytest.raises(BadHours):
        hours_of([row], zone)


@pytest.mark.parametrize(
    ("year", "day"), [(2019, (4, 21)), (2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2038, (4, 25))]
)
def test_easter_falls_where_the_calendar_says(year, day):
    assert easter(year) == date(year, *day)


def test_holidays_move_with_easter_and_kings_day_with_the_sunday():
    assert holiday_on(TABLE, "nl", date(2026, 5, 14)) == "ascension"
    assert holiday_on(TABLE, "be", date(2026, 5, 25)) == "whit_monday"
    assert holiday_on(TABLE, "nl", date(2025, 4, 26)) == "kings_day"  # the 27th is a Sunday
    assert holiday_on(TABLE, "nl", date(2026, 7, 21)) == ""
    assert holiday_on(TABLE, "be", date(2026, 7, 21)) == "national_day"


# The calendars of two countries as the library holidays 0.109 (PyPI) gives them, read on 2026-11-26; without Good Friday and
# 5 May, which the table leaves out.
CALENDARS = {
    "nl": """
        2026-01-01 2026-04-05 2026-04-06 2026-04-27 2026-05-14 2026-05-24 2026-05-25 2026-12-25 2026-12-26
        2027-01-01 2027-03-28 2027-03-29 2027-04-27 2027-05-06 2027-05-16 2027-05-17 2027-12-25 2027-12-26
        2028-01-01 2028-04-16 2028-04-17 2028-04-27 2028-05-25 2028-06-04 2028-06-05 2028-12-25 2028-12-26
        2029-01-01 2029-04-01 2029-04-02 2029-04-27 2029-05-10 2029-05-20 2029-05-21 2029-12-25 2029-12-26
        2030-01-01 2030-04-21 2030-04-22 2030-04-27 2030-05-30 2030-06-09 2030-06-10 2030-12-25 2030-12-26
    """,
    "be": """
        2026-01-01 2026-04-05 2026-04-06 2026-05-01 2026-05-14 2026-05-24 2026-05-25 2026-07-21 2026-08-15 2026-11-01 2026-11-11 2026-12-25
        2027-01-01 2027-03-28 2027-03-29 2027-05-01 2027-05-06 2027-05-16 2027-05-17 2027-07-21 2027-08-15 2027-11-01 2027-11-11 2027-12-25
        2028-01-01 2028-04-16 2028-04-17 2028-05-01 2028-05-25 2028-06-04 2028-06-05 2028-07-21 2028-08-15 2028-11-01 2028-11-11 2028-12-25
        2029-01-01 2029-04-01 2029-04-02 2029-05-01 2029-05-10 2029-05-20 2029-05-21 2029-07-21 2029-08-15 2029-11-01 2029-11-11 2029-12-25
        2030-01-01 2030-04-21 2030-04-22 2030-05-01 2030-05-30 2030-06-09 2030-06-10 2030-07-21 2030-08-15 2030-11-01 2030-11-11 2030-12-25
    """,
}


@pytest.mark.parametrize("country", ["nl", "be"])
def test_the_table_of_holidays_gives_the_days_of_a_calendar_that_is_not_ours(country):
    year = range(date(2026, 1, 1).toordinal(), date(2031, 1, 1).toordinal())
    ours = {day for each in year if holiday_on(TABLE, country, day := date.fromordinal(each))}
    assert ours == {date.fromisoformat(each) for each in CALENDARS[country].split()}


def test_kings_day_is_on_the_saturday_in_every_year_in_which_it_would_be_a_sunday():
    king = next(each for each in TABLE if each.id == "kings_day")
    for year in range(2014, 2060):
        assert king.on(year) == date(year, 4, 26 if date(year, 4, 27).weekday() == 6 else 27)


def test_every_holiday_has_its_name_in_both_languages():
    for each in TABLE:
        assert say(f"companion.guide.holiday.{each.id}", "nl") != say(f"companion.guide.holiday.{each.id}", "en")
