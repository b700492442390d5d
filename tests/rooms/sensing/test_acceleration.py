"""Movement from raw acceleration: by hand, and against a plain computation, one row after another."""

import itertools
import math
from statistics import mean, median, stdev, variance

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
PANDA = "phone_accelerometer_panda_"
EXERTION = 0.15 * 9.807**2


def moved(*rows: tuple, **more) -> pl.DataFrame:
    return stream("accelerometer", *rows, columns="time x y z", **more)


def minutes_of(kinds: str, begin: int = DAY0) -> pl.DataFrame:
    """Give a minute of 20 rows for each letter: s(till), w(alking), r(unning), - for none."""
    swings = {"s": 0.0, "w": 1.0, "r": 6.0}
    rows = [
        (begin + number * MINUTE + row * 100, swings[kind] * (-1) ** row, 0.0, 9.8)
        for number, kind in enumerate(kinds)
        if kind != "-"
        for row in range(20)
    ]
    return moved(*rows)


def test_magnitudes_of_a_day_by_hand():
    rows = moved((DAY0, 3.0, 4.0, 0.0), (DAY0 + 100, 0.0, 6.0, 8.0), (DAY0 + 200, 0.0, 0.0, 9.0))
    (day,) = features("rapids", accelerometer=rows)
    names = ("max", "min", "avg", "median", "std")
    got = [day[f"phone_accelerometer_rapids_{name}magnitude"] for name in names]
    assert got == pytest.approx([10, 5, 8, 9, math.sqrt(7)])


def test_exertion_is_minutes_in_a_row_with_much_variance_and_a_gap_ends_them():
    (day,) = features("rapids", accelerometer=minutes_of("srrs-rws"))
    names = ("sum", "max", "min", "avg", "median", "std")
    exertional = [day[f"{PANDA}{name}durationexertionalactivityepisode"] for name in names]
    assert exertional == pytest.approx([3, 2, 1, 1.5, 1.5, math.sqrt(0.5)])
    other = [day[f"{PANDA}{name}durationnonexertionalactivityepisode"] for name in names]
    assert other == pytest.approx([4, 2, 1, 4 / 3, 1, stdev([1, 1, 2])])


def test_a_kind_of_episode_that_is_not_there_is_0_and_a_minute_with_one_row_is_not_judged():
    (day,) = features("rapids", accelerometer=minutes_of("s"))
    assert day[f"{PANDA}maxdurationexertionalactivityepisode"] == 0
    assert day[f"{PANDA}stddurationexertionalactivityepisode"] is None
    (day,) = features("rapids", accelerometer=moved((DAY0, 0.0, 0.0, 9.8)))
    assert day[f"{PANDA}sumdurationnonexertionalactivityepisode"] is None
    assert day["phone_accelerometer_rapids_maxmagnitude"] == 9.8


def test_the_minutes_that_could_be_judged_come_when_they_are_asked_for():
    asked = {"phone_accelerometer": {"panda": {"valid_sensed_minutes": True}}}
    (day,) = features("rapids", given=asked, accelerometer=minutes_of("sr-s"))
    assert day[PANDA + "validsensedminutes"] == 3


def test_own_bouts_of_exertion_and_stillness_by_hand():
    (day,) = features("samen", accelerometer=minutes_of("ssrrrs-ssw"))
    assert day["acceleration_judged_min"] == 9
    assert (day["acceleration_exertional_min"], day["acceleration_exertional_count"]) == (3, 1)
    assert (day["acceleration_exertional_longest_min"], day["acceleration_still_longest_min"]) == (3, 2)


def test_stillness_and_jerk_are_of_the_axes_though_the_magnitude_stays_the_same():
    """A swing along one axis leaves the magnitude as it is, yet acceleration changes by 2 m/s² each 0.1 s."""
    (day,) = features("samen", accelerometer=minutes_of("w"))
    assert day["acceleration_still_share"] == 0
    assert day["acceleration_jerk_mean_ms3"] == pytest.approx(20)
    assert day["acceleration_magnitude_sd_ms2"] == pytest.approx(0, abs=1e-9)


def test_a_minute_with_few_rows_is_not_judged_and_nothing_is_made_of_it():
    (day,) = features("samen", accelerometer=moved((DAY0, 0.0, 0.0, 9.8), (DAY0 + 5000, 9.0, 0.0, 9.8)))
    assert day["acceleration_judged_min"] == 0
    assert day["acceleration_still_longest_min"] is None
    assert day["acceleration_jerk_mean_ms3"] is None  # 5 s apart


def test_a_phone_on_the_table_does_not_make_a_walking_watch_still():
    still = minutes_of("sss").with_columns(device=pl.lit("phone"))
    x = pl.when(pl.int_range(pl.len()) % 2 == 0).then(8.0).otherwise(0.0)
    watch = minutes_of("sss").with_columns(device=pl.lit("watch"), x=x)
    both = pl.concat([still, watch]).sort("person", "time", maintain_order=True)
    (day,) = features("samen", accelerometer=both)
    assert (day["acceleration_still_share"], day["acceleration_exertional_min"]) == (0, 3)
    assert day["acceleration_jerk_mean_ms3"] == pytest.approx(40)  # mean of 0 and 8 m/s² by 0.1 s


def test_a_bout_over_midnight_is_cut_there():
    rows = minutes_of("rrrr", DAY0 + DAY - 3 * MINUTE)
    days = features("samen", accelerometer=rows)
    assert [day["acceleration_exertional_min"] for day in days] == [3, 1]
    days = features("rapids", accelerometer=rows)
    assert [day[PANDA + "maxdurationexertionalactivityepisode"] for day in days] == [3, 1]


AXIS = st.floats(-20, 20, allow_nan=False, width=32)


@settings(deadline=None, max_examples=10)
@given(
    st.lists(
        st.tuples(st.integers(0, 719), AXIS, AXIS, AXIS),
        min_size=1,
        max_size=150,
        unique_by=lambda row: row[0],
    )
)
def test_all_of_it_by_a_plain_computation(drawn):
    rows = sorted((DAY0 + slot * 15_000, x, y, z) for slot, x, y, z in drawn)  # four slots a minute, three hours
    (got,) = features("rapids", accelerometer=moved(*rows))
    sizes = [math.sqrt(x * x + y * y + z * z) for _, x, y, z in rows]
    assert got["phone_accelerometer_rapids_avgmagnitude"] == pytest.approx(mean(sizes))
    assert got["phone_accelerometer_rapids_medianmagnitude"] == pytest.approx(median(sizes))
    if len(sizes) > 1:
        assert got["phone_accelerometer_rapids_stdmagnitude"] == pytest.approx(stdev(sizes), abs=1e-9)
    kinds = {}
    for minute, group in itertools.groupby(rows, key=lambda row: row[0] // MINUTE):
        held = list(group)
        if len(held) > 1:
            kinds[minute] = sum(variance([row[axis] for row in held]) for axis in (1, 2, 3)) > EXERTION
    for is_it, name in ((True, "exertional"), (False, "nonexertional")):
        bouts: list[list[int]] = []
        for minute in sorted(minute for minute, kind in kinds.items() if kind == is_it):
            if bouts and bouts[-1][-1] == minute - 1:
                bouts[-1].append(minute)
            else:
                bouts.append([minute])
        longs = [len(bout) for bout in bouts]
        total = got[f"{PANDA}sumduration{name}activityepisode"]
        assert total == (sum(longs) if kinds else None)
        if longs:
            assert got[f"{PANDA}medianduration{name}activityepisode"] == median(longs)
            assert got[f"{PANDA}maxduration{name}activityepisode"] == max(longs)
    (own,) = features("samen", given={"samen": {"acceleration": {"least_rows": 2}}}, accelerometer=moved(*rows))
    assert own["acceleration_judged_min"] == len(kinds)
    if kinds:
        assert own["acceleration_exertional_min"] == sum(kinds.values())
