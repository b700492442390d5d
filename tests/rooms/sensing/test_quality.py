"""Alarms about measurements: each finds the fault that was put in, and stays quiet where there is none."""

from functools import cache

import polars as pl
import pytest

from samen.rooms.sensing import daybook, quality
from samen.rooms.sensing.daybook import ARRIVALS, DAY, HOUR, KIND
from samen.rooms.sensing.quality import Alarm
from samen.rooms.sensing.simulator.days import Plan
from samen.rooms.sensing.simulator.faults import Fault, received
from samen.rooms.sensing.simulator.streams import Lived, lived
from samen.words import say

PLAN = Plan(people=5, days=21, trips_away=2)
END = PLAN.first_day + PLAN.days * DAY
NOW = END + 3 * HOUR
NO_BOOK, NO_ARRIVALS = pl.DataFrame(schema=KIND), pl.DataFrame(schema=ARRIVALS)
FAULTS = {  # kind -> stream, and days since it began
    "silent": ("accelerometer", 2),
    "thin": ("accelerometer", 7),
    "skewed": ("screen", 7),
    "shrinking": ("accelerometer", 13),
    "doubled": ("bluetooth", 7),
    "flipped": ("screen", 4),
    "clock": ("battery", 2),
    "lost": ("heart_minute", 2),
    "draining": ("battery", 4),
    "backlog": ("battery", 5),
}


@cache
def made() -> Lived:
    return lived(PLAN, ("screen", "battery", "accelerometer", "bluetooth", "heart_minute", "calls", "survey_timings"))


def found(*faults: Fault, now: int = NOW) -> tuple[Alarm, ...]:
    came = received(made().tables, faults)
    return quality.alarms(daybook.daily(came.tables), came.arrivals, now)


@pytest.mark.parametrize("kind", quality.KINDS)
def test_each_monitor_finds_its_fault_in_the_right_place(kind: str):
    stream, ago = FAULTS[kind]
    alarms = found(Fault(kind, "p0001", stream, END - ago * DAY))
    mine = [each for each in alarms if each.kind == kind]
    assert [each.person for each in mine] == ["" if kind == "lost" else "p0001"]
    assert mine[0].stream in (stream, "")
    assert {each.person for each in alarms} <= {"p0001", ""}  # and nobody else


def test_people_whose_streams_are_right_raise_no_alarm_in_any_week_travel_and_all():
    came = received(made().tables)
    for week in (1, 2, 3):
        now = PLAN.first_day + week * 7 * DAY + 3 * HOUR
        until = {name: rows.filter(pl.col("time") < now) for name, rows in came.tables.items()}
        assert quality.alarms(daybook.daily(until), came.arrivals, now) == ()


@pytest.mark.parametrize("kind", quality.KINDS)
@pytest.mark.parametrize("language", ["en", "nl"])
def test_each_alarm_says_what_was_found_and_what_to_do(kind: str, language: str):
    assert say(f"sensing.quality.{kind}.name", language)
    assert "3" in say(f"sensing.quality.{kind}.found", language, value="3", percent="3")
    assert say(f"sensing.quality.{kind}.do", language).endswith(".")


# --- by hand ----------------------------------------------------------------------------------------------------------


def book(*rows: dict) -> pl.DataFrame:
    """Give a book of rows that are all in order but for what is said."""
    plain = {name: None for name in KIND} | {"person": "noor", "rows": 100, "doubled": 0, "cycles": 0}
    plain |= {"third_0": 20, "third_1": 20, "third_2": 20}
    made = [plain | row | {"last": row.get("last", (row["day"] + 1) * DAY - HOUR)} for row in rows]
    return pl.DataFrame(made, schema=KIND)


def kinds(rows: pl.DataFrame, arrivals: pl.DataFrame = NO_ARRIVALS, now: int = 20 * DAY) -> list[tuple[str, str, str]]:
    return [(each.kind, each.person, each.stream) for each in quality.alarms(rows, arrivals, now)]


def days(stream: str, first: int, last: int, **more) -> list[dict]:
    return [{"stream": stream, "day": day, **more} for day in range(first, last + 1)]


def test_a_stream_is_silent_an_hour_after_its_limit_and_not_before():
    rows = [*days("calls", 19, 19), {"stream": "screen", "day": 18, "last": 20 * DAY - 36 * HOUR}]
    assert kinds(book(*rows)) == []
    assert kinds(book(*rows), now=20 * DAY + HOUR) == [("silent", "noor", "screen")]


def test_when_nothing_comes_of_anybodys_streams_it_is_said_once():
    rows = [*days("screen", 17, 17), *days("battery", 17, 17), *days("calls", 17, 17)]
    assert kinds(book(*rows)) == [("silent", "noor", "")]


def test_a_stream_that_everyone_lost_is_said_once_for_the_study_and_not_for_each_person():
    rows = [
        {**row, "person": f"p{n}"}
        for n in range(5)
        for row in (*days("gps", 17, 17, cycles=120), *days("calls", 17, 19))
    ]
    assert kinds(book(*rows)) == [("lost", "", "gps")]
    assert {kind for kind, *_ in kinds(book(*rows[:16]))} == {"silent"}  # four people are not a study


def test_a_week_below_the_plan_is_thin_and_a_week_above_it_is_not():
    assert kinds(book(*days("gps", 13, 19, cycles=72))) == []  # 72 of 120 stretches: just enough
    assert kinds(book(*days("gps", 13, 19, cycles=71))) == [("thin", "noor", "gps")]


def test_an_hour_without_its_first_third_is_skewed_unless_the_plan_is_sparse():
    rows = {"third_0": 0, "third_1": 20, "third_2": 20}
    assert kinds(book(*days("screen", 13, 19, **rows))) == [("skewed", "noor", "screen")]
    assert kinds(book(*days("accelerometer", 13, 19, cycles=48, **rows))) == []


def test_volumes_that_go_up_and_down_do_not_shrink():
    steady = [{"stream": "texts", "day": 6 + n, "rows": 100 if n % 2 else 30} for n in range(14)]
    falling = [{"stream": "texts", "day": 6 + n, "rows": 100 - 6 * n} for n in range(14)]
    assert kinds(book(*steady)) == []
    assert kinds(book(*falling)) == [("shrinking", "noor", "texts")]


def test_a_few_doubled_rows_are_no_alarm():
    assert kinds(book(*days("texts", 13, 19, doubled=2))) == []
    assert kinds(book(*days("texts", 13, 19, doubled=3))) == [("doubled", "noor", "texts")]


def test_a_clock_is_off_when_something_was_measured_after_it_came_or_before_what_came_earlier():
    def came(*rows: tuple) -> pl.DataFrame:
        return pl.DataFrame([("noor", "screen", *row, 1) for row in rows], schema=ARRIVALS, orient="row")

    now, quiet = 20 * DAY, book(*days("screen", 19, 19))
    earlier = (now - 9 * HOUR, now - 12 * HOUR, now - 10 * HOUR)
    assert kinds(quiet, came(earlier, (now - HOUR, now - 10 * HOUR, now - 2 * HOUR))) == []
    assert kinds(quiet, came((now - HOUR, now - 2 * HOUR, now))) == [("clock", "noor", "")]
    assert kinds(quiet, came(earlier, (now - HOUR, now - 11 * HOUR, now - 2 * HOUR))) == [("clock", "noor", "")]


def test_doubled_rows_are_those_that_say_the_same_in_every_column():
    rows = pl.DataFrame({"person": ["noor"] * 3, "time": [0, 0, 0], "device": ["a"] * 3, "event": ["on", "on", "off"]})
    (day,) = daybook.daily({"screen": rows}).to_dicts()
    assert (day["rows"], day["doubled"]) == (3, 1)


def test_the_drain_is_told_of_hours_that_discharge_and_the_light_of_states_that_end():
    power = pl.DataFrame(
        {
            "person": ["noor"] * 4,
            "time": [0, HOUR // 2, HOUR, 2 * HOUR],
            "device": ["a"] * 4,
            "status": ["discharging"] * 3 + ["charging"],
            "level": [90.0, 88.0, 87.0, 99.0],
        }
    )
    light = pl.DataFrame(
        {"person": ["noor"] * 3, "time": [0, HOUR, 4 * HOUR], "device": ["a"] * 3, "event": ["on", "off", "on"]}
    )
    of_power, of_light = daybook.daily({"battery": power, "screen": light}).to_dicts()
    assert of_power["drain"] == 3.0
    assert [of_light["lit_h"], of_light["dark_h"]] == pytest.approx([1.0, 3.0])
