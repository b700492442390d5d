"""Segments of local time: days of 23, 25 and 30 hours, hours that a clock shows twice, and what falls where."""

from datetime import UTC, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.rooms.sensing import segments, zones

HOUR = 3_600_000
AMSTERDAM = "Europe/Amsterdam"


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def seen(first: str, last: str, person: str = "noor") -> pl.DataFrame:
    return pl.DataFrame({"person": [person], "device": [f"{person}-phone"], "first": [ms(first)], "last": [ms(last)]})


def in_zones(of: pl.DataFrame, *zone_from: tuple[str, int]) -> pl.DataFrame:
    table = pl.DataFrame(
        {
            "device_id": [of["device"][0]] * len(zone_from),
            "tzcode": [zone for zone, _ in zone_from],
            "timestamp": [moment for _, moment in zone_from],
        }
    )
    return zones.spans(of, zones.changes_of(table))


def hours(laid: pl.DataFrame) -> list[float]:
    return [length / HOUR for length in segments.lengths(laid)["length"]]


def test_the_days_on_which_clocks_change_last_23_and_25_hours():
    of = seen("2024-03-30T12:00", "2024-04-01T12:00")
    assert hours(segments.laid_out(segments.DAILY, of, in_zones(of, (AMSTERDAM, 0)))) == [24, 23, 24]
    of = seen("2024-10-26T12:00", "2024-10-28T12:00")
    assert hours(segments.laid_out(segments.DAILY, of, in_zones(of, (AMSTERDAM, 0)))) == [24, 25, 24]


def test_a_day_that_begins_in_amsterdam_and_ends_in_new_york_lasts_thirty_hours():
    of = seen("2024-01-10T12:00", "2024-01-12T12:00")
    laid = segments.laid_out(
        segments.DAILY, of, in_zones(of, (AMSTERDAM, 0), ("America/New_York", ms("2024-01-11T15:00")))
    )
    assert hours(laid) == [24, 30, 24]
    assert laid["ends"].to_list()[:2] == laid["begins"].to_list()[1:]


def test_half_an_hour_that_the_clock_shows_twice_holds_both():
    of = seen("2024-10-27T00:00", "2024-10-27T12:00")
    laid = segments.laid_out(
        segments.plan_of(pl.DataFrame({"label": ["half"], "length": [30]})), of, in_zones(of, (AMSTERDAM, 0))
    )
    twice = laid.filter(pl.col("segment") == "half0004")
    assert hours(twice) == [1.0]
    assert [each["begins"] for each in twice["pieces"][0]] == [ms("2024-10-27T00:00"), ms("2024-10-27T01:00")]


def test_an_hour_that_the_clock_skips_has_no_segment():
    of = seen("2024-03-31T00:00", "2024-03-31T12:00")
    laid = segments.laid_out(
        segments.plan_of(pl.DataFrame({"label": ["hour"], "length": [60]})), of, in_zones(of, (AMSTERDAM, 0))
    )
    assert "hour0002" not in laid["segment"].to_list()
    assert {"hour0001", "hour0003"} <= set(laid["segment"])


def test_the_last_second_of_a_periodic_segment_is_included():
    plan = segments.plan_of(
        pl.DataFrame(
            {
                "label": ["night"],
                "start_time": ["22:00:00"],
                "length": ["7H 59M 59S"],
                "repeats_on": ["every_day"],
                "repeats_value": [0],
            }
        )
    )
    of = seen("2024-01-11T03:00", "2024-01-11T23:00")
    laid = segments.laid_out(plan, of, in_zones(of, ("UTC", 0)))
    assert laid["begins"].to_list() == [ms("2024-01-10T22:00"), ms("2024-01-11T22:00")]
    assert laid["ends"].to_list()[0] == ms("2024-01-11T06:00")


def test_a_study_can_leave_out_segments_that_begin_before_the_first_day():
    table = pl.DataFrame(
        {
            "label": ["week"],
            "start_time": ["00:00:00"],
            "length": ["6D 23H 59M 59S"],
            "repeats_on": ["wday"],
            "repeats_value": [1],
        }
    )
    of = seen("2024-01-11T03:00", "2024-01-16T23:00")
    both = segments.laid_out(segments.plan_of(table), of, in_zones(of, ("UTC", 0)))
    one = segments.laid_out(segments.plan_of(table, reaches_back=False), of, in_zones(of, ("UTC", 0)))
    assert both["begins"].to_list() == [ms("2024-01-08T00:00"), ms("2024-01-15T00:00")]
    assert one["begins"].to_list() == [ms("2024-01-15T00:00")]


@pytest.mark.parametrize(
    ("on", "value", "days"),
    [
        ("wday", 4, [4, 11]),
        ("mday", 9, [9]),
        ("qday", 3, [3]),
        ("yday", 12, [12]),
        ("every_day", 0, list(range(1, 15))),
    ],
)
def test_a_periodic_segment_is_there_on_its_days_only(on: str, value: int, days: list[int]):
    plan = segments.plan_of(
        pl.DataFrame(
            {
                "label": ["x"],
                "start_time": ["08:00:00"],
                "length": ["1H"],
                "repeats_on": [on],
                "repeats_value": [value],
            }
        )
    )
    of = seen("2024-01-01T00:00", "2024-01-14T23:00")
    laid = segments.laid_out(plan, of, in_zones(of, ("UTC", 0)))
    assert laid["begins_local"].dt.day().to_list() == days


def test_an_event_segment_lies_around_its_moment_for_the_person_who_holds_the_device():
    table = pl.DataFrame(
        {
            "label": ["before"],
            "event_timestamp": [ms("2024-01-11T13:00")],
            "length": ["7H"],
            "shift": ["4H"],
            "shift_direction": [-1],
            "device_id": ["noor-phone"],
        }
    )
    of = seen("2024-01-11T03:00", "2024-01-11T23:00")
    laid = segments.laid_out(segments.plan_of(table), of, in_zones(of, (AMSTERDAM, 0)))
    assert laid.select("person", "begins").row(0) == ("noor", ms("2024-01-11T09:00"))
    assert str(laid["begins_local"][0]) == "2024-01-11 10:00:00"
    assert str(laid["ends_local"][0]) == "2024-01-11 17:00:01"


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"label": ["a"]}, "segments_columns"),
        ({"label": ["a"], "length": ["x"]}, "segments_minutes"),
        ({"label": ["a"], "length": ["soon"], "start_time": ["08:00:00"], "repeats_on": ["wday"]}, "segments_length"),
        ({"label": ["a"], "length": ["1H"], "start_time": ["25:00:00"], "repeats_on": ["wday"]}, "segments_start"),
        ({"label": ["a"], "length": ["1H"], "start_time": ["08:00:00"], "repeats_on": ["daily"]}, "segments_repeats"),
    ],
)
def test_a_file_of_segments_that_cannot_be_read_is_refused_with_the_reason(table: dict, key: str):
    with pytest.raises(segments.BadSegments) as refused:
        segments.plan_of(pl.DataFrame(table))
    assert refused.value.key == key


def test_an_episode_is_cut_at_each_border_that_it_crosses():
    of = seen("2024-01-10T12:00", "2024-01-12T12:00")
    laid = segments.laid_out(segments.DAILY, of, in_zones(of, ("UTC", 0)))
    episodes = pl.DataFrame(
        {"person": ["noor"], "begins": [ms("2024-01-10T23:00")], "ends": [ms("2024-01-12T01:00")], "kept": ["a"]}
    )
    pieces = segments.cut(episodes, laid)
    assert (pieces["ends"] - pieces["begins"]).to_list() == [HOUR, 24 * HOUR, HOUR]
    assert pieces["at"].to_list() == [0, 1, 2]
    assert pieces["is_start"].to_list() == [True, False, False]
    assert pieces["kept"].to_list() == ["a"] * 3


MINUTES = st.integers(0, 4 * 1440)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from("ab"), MINUTES, st.integers(0, 3000)), max_size=30), st.booleans())
def test_rows_and_episodes_fall_where_a_plain_look_at_each_says(drawn: list[tuple[str, int, int]], weekly: bool):
    start = ms("2024-10-25T00:00")
    of = pl.concat([seen("2024-10-25T00:00", "2024-10-29T00:00", person) for person in "ab"])
    laid_spans = in_zones(of, (AMSTERDAM, 0))
    length = "1D 6H" if weekly else "23H 59M 59S"
    plan = segments.plan_of(
        pl.DataFrame({"label": ["x"], "start_time": ["00:00:00"], "length": [length], "repeats_on": ["every_day"]})
    )
    laid = segments.laid_out(plan, of, laid_spans)
    episodes = pl.DataFrame(
        [(person, start + a * 60_000, start + (a + b) * 60_000) for person, a, b in drawn],
        schema={"person": pl.String, "begins": pl.Int64, "ends": pl.Int64},
        orient="row",
    )
    expected = sorted(
        (person, at, max(begin, piece["begins"]), min(end, piece["ends"]))
        for person, begin, end in episodes.iter_rows()
        for at, whose, pieces in laid.select("at", "person", "pieces").iter_rows()
        for piece in pieces
        if whose == person and begin < piece["ends"]
        if end > piece["begins"] or begin == end >= piece["begins"]
    )
    found = segments.cut(episodes, laid).select("person", "at", "begins", "ends").sort(pl.all()).rows()
    assert found == expected
    rows = episodes.select("person", pl.col("begins").alias("time")).sort("person", "time")
    expected_rows = sorted(
        (person, moment, at)
        for person, moment in rows.iter_rows()
        for at, whose, pieces in laid.select("at", "person", "pieces").iter_rows()
        for piece in pieces
        if whose == person and piece["begins"] <= moment < piece["ends"]
    )
    assert sorted(segments.within(rows, laid).select("person", "time", "at").rows()) == expected_rows
