"""What each column means is written down, and values keep to their range."""

import math

import polars as pl
import pytest

from samen.rooms.sensing import catalogue, computing, segments
from samen.rooms.sensing.reading.receipt import Read, together
from tests.rooms.sensing.streamed import DAY, MINUTE, ms, ready, stream

DAY0 = ms("2024-01-10T00:00")
NAMES = ("person", "segment", "segment_start", "segment_end")


def everything() -> dict[str, pl.DataFrame]:
    """Three days of every stream that this file's groups read, made by a plain rule."""
    times = [DAY0 + number * 17 * MINUTE for number in range(250)]
    words = ("on", "unlocked", "locked", "off")
    return {
        "screen": stream("screen", *((time, words[n % 4]) for n, time in enumerate(times)), columns="time event"),
        "battery": stream(
            "battery",
            *((time, "discharging" if n % 9 < 5 else "charging", 60 - n % 9 * 3) for n, time in enumerate(times)),
            columns="time status level",
        ),
        "calls": stream(
            "calls",
            *((time, ("in", "out", "missed")[n % 3], float(n % 7 * 20), f"c{n % 5}") for n, time in enumerate(times)),
            columns="time kind seconds contact",
        ),
        "texts": stream(
            "texts",
            *((time, ("received", "sent")[n % 2], n % 11 == 0, n % 90, f"c{n % 4}") for n, time in enumerate(times)),
            columns="time kind mms length contact",
        ),
        "accelerometer": stream(
            "accelerometer",
            *((DAY0 + n * 2000, float(n % 7), float(n % 3), 9.8) for n in range(4000)),
            columns="time x y z",
        ),
        "steps_minute": stream(
            "steps_minute", *((DAY0 + n * MINUTE, n * 7 % 131) for n in range(600)), columns="time steps"
        ),
        "steps_day": stream("steps_day", *((DAY0 + n * DAY, 900 * n) for n in range(3)), columns="time steps"),
        "sleep_night": stream(
            "sleep_night",
            *(
                (DAY0 + n * DAY, DAY0 + n * DAY + 480 * MINUTE, 90.0, 5.0, 400.0, 60.0, 15.0, 480.0, n != 1)
                for n in range(3)
            ),
            columns="time ends efficiency minutes_after_wakeup minutes_asleep minutes_awake minutes_to_fall_asleep "
            "minutes_in_bed is_main",
        ),
        "heart_minute": stream(
            "heart_minute",
            *((DAY0 + n * MINUTE, 60.0 + n % 50, ("outofrange", "peak")[n % 2]) for n in range(300)),
            columns="time rate zone",
        ),
        "heart_day": stream(
            "heart_day", *((DAY0 + n * DAY, 60.0 + n, 40.0) for n in range(3)), columns="time resting sdnn"
        ),
        "apps": stream(
            "apps",
            *((time, ("org.mozilla.firefox", "x", "com.whatsapp")[n % 3], n % 7 == 0) for n, time in enumerate(times)),
            columns="time package is_system",
        ),
        "keyboard": stream(
            "keyboard",
            *((DAY0 + n * 900, "ab"[n // 30 % 2], n % 9, (n * 5) % 11, n % 50 == 0) for n in range(900)),
            columns="time app before_length length is_password",
        ),
        **{
            name: stream(
                name, *((time, f"a{n * n % 7}", -70.0) for n, time in enumerate(times)), columns="time address rssi"
            )
            for name in ("bluetooth", "wifi")
        },
        "activity_event": stream(
            "activity_event",
            *(
                (times[n // 12], "span", 400.0 + n % 7 * 90, str(n), ("true", "false")[n % 9 // 8], n % 5)
                for n in range(600)
            ),
            columns="time activity duration item type level",
        ),
    }


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_each_column_is_written_down_and_keeps_to_its_range(profile: str):
    made = ready(**everything())
    laid = segments.laid_out(segments.DAILY, made.seen, made.spans)
    found = computing.compute(made.tables, laid, profile, {})
    columns = [name for name in found.columns if name not in NAMES]
    assert columns
    for name in columns:
        feature = catalogue.feature_of(profile, name)
        assert feature is not None, name
        low, high = feature.range
        values = [value for value in found[name].to_list() if value is not None]
        assert all(low <= value <= high and math.isfinite(value) for value in values), name


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_no_column_is_written_down_twice_or_without_its_unit_and_source(profile: str):
    rows = catalogue.defined(profile)
    assert len({each.column for each in rows}) == len(rows)
    assert all(each.unit and each.definition.endswith(".") and each.source and each.version for each in rows)


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_each_column_belongs_to_one_group_so_that_a_stream_that_is_off_gives_each_of_them_its_reason(profile: str):
    groups = [group for group in catalogue.GROUPS if group.profile == profile]
    assert all(catalogue.features_of(group) for group in groups)
    columns = [each.column for group in groups for each in catalogue.features_of(group)]
    assert sorted(columns) == sorted(each.column for each in catalogue.defined(profile))


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_a_rerun_gives_the_same_bits(profile: str):
    made = ready(**everything())
    laid = segments.laid_out(segments.DAILY, made.seen, made.spans)
    first = computing.compute(made.tables, laid, profile, {})
    assert first.equals(computing.compute(made.tables, laid, profile, {}))


@pytest.mark.parametrize("profile", catalogue.PROFILES)
def test_an_hour_that_comes_late_and_twice_gives_the_same_bits_as_all_at_once(profile: str):
    whole = everything()
    is_late = pl.col("time").is_between(DAY0 + 600 * MINUTE, DAY0 + 660 * MINUTE)
    merged = {}
    for name, rows in whole.items():
        late = rows.filter(is_late)
        parts = [Read({name: each}) for each in (rows.filter(~is_late), late, late)]
        merged[name] = together(parts).tables[name]
    first, second = ready(**whole), ready(**merged)
    laid = segments.laid_out(segments.DAILY, first.seen, first.spans)
    at_once = computing.compute(first.tables, laid, profile, {})
    assert at_once.equals(computing.compute(second.tables, laid, profile, {}))
