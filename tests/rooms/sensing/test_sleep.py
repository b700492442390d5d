"""Nights and naps of a watch: by hand, and against a plain computation, one sleep after another."""

from statistics import mean, stdev

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samen.rooms.sensing import segments
from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
PEER = "fitbit_sleep_summary_rapids_"
COLUMNS = "time ends efficiency minutes_after_wakeup minutes_asleep minutes_awake minutes_to_fall_asleep minutes_in_bed is_main"


def slept(*sleeps: tuple) -> pl.DataFrame:
    """Give sleeps from (begin, minutes in bed, minutes asleep, is main), the rest of the time awake."""
    rows = []
    for begin, in_bed, asleep, is_main in sleeps:
        time = ms(begin) if isinstance(begin, str) else begin
        rows.append((time, time + in_bed * MINUTE, 90.0, 0, asleep, in_bed - asleep, 0, in_bed, is_main))
    return stream("sleep_night", *rows, columns=COLUMNS)


WEEK = (
    ("2024-01-10T23:00", 480, 420, True),
    ("2024-01-11T13:00", 60, 50, False),
    ("2024-01-12T01:00", 420, 400, True),
)


def peer(day: dict, name: str):
    return day[PEER + name]


def test_bed_times_are_of_the_night_that_begins_and_wakes_of_the_night_before():
    first, second, third = features("rapids", sleep_night=slept(*WEEK))
    assert (peer(first, "firstbedtimemain"), peer(first, "firstwaketimemain")) == (1380, None)
    assert (peer(second, "firstbedtimeall"), peer(second, "lastbedtimeall")) == (780, 1440 + 60)
    assert (peer(second, "firstwaketimemain"), peer(second, "countepisodeall")) == (420, 2)
    assert (peer(third, "firstwaketimeall"), peer(third, "lastwaketimeall")) == (840 - 1440, 480)
    assert peer(third, "countepisodemain") is None


def test_a_type_of_sleep_that_a_day_lacks_is_0_without_times_and_efficiency():
    first, *_ = features("rapids", sleep_night=slept(*WEEK))
    assert [peer(first, f"{name}nap") for name in ("countepisode", "sumdurationasleep", "avgdurationinbed")] == [
        0,
        0,
        0,
    ]
    assert (peer(first, "firstbedtimenap"), peer(first, "avgefficiencynap")) == (None, None)
    assert (peer(first, "sumdurationinbedall"), peer(first, "avgdurationawakeall")) == (480, 60)


def test_over_several_days_bed_times_are_the_outermost_and_wakes_the_means_of_days():
    plan = segments.plan_of(
        pl.DataFrame(
            {"label": ["two"], "start_time": ["00:00:00"], "length": ["1D 23H 59M 59S"], "repeats_on": ["every_day"]}
            | {"repeats_value": [0]}
        ),
        reaches_back=False,
    )
    _, second, *_ = features("rapids", plan=plan, sleep_night=slept(*WEEK))  # the 11th and the 12th
    assert (peer(second, "firstbedtimeall"), peer(second, "lastbedtimeall")) == (780, 1500)
    assert peer(second, "firstwaketimeall") == mean([420, -600])
    assert peer(second, "lastwaketimeall") == mean([420, 480])


def test_a_part_of_a_day_has_no_nights():
    halves = segments.plan_of(pl.DataFrame({"label": ["half"], "length": [720]}))
    assert features("rapids", plan=halves, sleep_night=slept(*WEEK)) == []


def test_the_study_says_when_a_night_ends_and_which_types_it_wants():
    asked = {"fitbit_sleep_summary": {"rapids": {"sleep_summary_last_night_end": 840, "sleep_types": ["all"]}}}
    first, *_ = features("rapids", given=asked, sleep_night=slept(*WEEK))
    assert (peer(first, "countepisodeall"), peer(first, "lastbedtimeall")) == (2, 1440 + 780)
    assert PEER + "countepisodemain" not in first


def test_own_nights_belong_to_the_day_of_waking_and_naps_to_their_own():
    first, second, third = features("samen", sleep_night=slept(*WEEK))
    assert first["sleep_nights_count"] is None
    assert (second["sleep_bed_min"], second["sleep_wake_min"]) == (-60, 420)
    assert (second["sleep_asleep_min"], second["sleep_efficiency_pct"]) == (420, 87.5)
    assert (second["sleep_naps_count"], second["sleep_nap_asleep_min"]) == (1, 50)
    assert (third["sleep_bed_min"], third["sleep_naps_count"]) == (60, 0)


def test_regularity_is_the_spread_of_the_middles_of_nights():
    plan = segments.Plan(
        "periodic", segments.DAILY.rows.with_columns(length=pl.lit(3 * DAY - 1000)), reaches_back=False
    )
    first, *_ = features("samen", plan=plan, sleep_night=slept(*WEEK))
    assert first["sleep_midpoint_sd_min"] == pytest.approx(stdev([180, 270]))


def test_a_night_in_which_the_clock_goes_forward_ends_when_the_clock_says():
    rows = slept(("2024-03-30T22:00", 420, 400, True))  # 23:00 in Amsterdam; seven hours later it shows 07:00
    *_, last = features("samen", "Europe/Amsterdam", sleep_night=rows)
    assert (last["sleep_bed_min"], last["sleep_wake_min"]) == (-60, 420)


@settings(deadline=None, max_examples=10)
@given(
    st.dictionaries(st.integers(0, 4 * 24 - 1), st.tuples(st.integers(10, 600), st.booleans()), min_size=1, max_size=12)
)
def test_sleep_by_a_plain_computation(drawn):
    sleeps = [(hour * 60, long, main) for hour, (long, main) in sorted(drawn.items())]
    table = slept(*((DAY0 + begin * MINUTE, long, long // 2, main) for begin, long, main in sleeps))
    peers = {ms(day["segment_start"]): day for day in features("rapids", sleep_night=table)}
    own = {ms(day["segment_start"]): day for day in features("samen", sleep_night=table)}
    for number in range(-1, 6):
        got, ours = peers.get(DAY0 + number * DAY, {}), own.get(DAY0 + number * DAY, {})
        midnight = number * 1440
        begun = [each for each in sleeps if midnight + 660 <= each[0] < midnight + 2100]
        woken = [each for each in sleeps if midnight - 780 <= each[0] < midnight + 660]
        if got and begun:
            assert peer(got, "countepisodeall") == len(begun)
            assert peer(got, "lastbedtimeall") == max(each[0] for each in begun) - midnight
            assert peer(got, "sumdurationasleepmain") == sum(long // 2 for _, long, main in begun if main)
        if got:
            wakes = [begin + long - midnight for begin, long, _ in woken]
            assert peer(got, "lastwaketimeall") == (max(wakes) if wakes else None)
        nights = [each for each in woken if each[2]]
        if ours and nights:
            assert ours["sleep_nights_count"] == len(nights)
            assert ours["sleep_wake_min"] == pytest.approx(mean(begin + long - midnight for begin, long, _ in nights))
