"""Steps of a watch or a phone: by hand, and against a plain computation, one minute after another."""

import itertools
import math
from statistics import mean, stdev

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rooms.sensing.streamed import DAY, MINUTE, features, ms, stream

DAY0 = ms("2024-01-10T00:00")
PEER = "fitbit_steps_intraday_rapids_"


def steps(*rows: tuple, **more) -> pl.DataFrame:
    return stream("steps_minute", *rows, columns="time steps", **more)


def from_minute(minute: int, *counts: int) -> list[tuple[int, int]]:
    return [(DAY0 + (minute + number) * MINUTE, count) for number, count in enumerate(counts)]


WALKED = [*from_minute(480, 0, 12, 30, 8, 20, 100), *from_minute(600, 50), *from_minute(1300, 0, 0)]


def test_a_day_as_the_peer_has_it_by_hand():
    (day,) = features("rapids", steps_minute=steps(*WALKED))
    got = {name.removeprefix(PEER): value for name, value in day.items()}
    assert [got[f"{name}steps"] for name in ("sum", "max", "min")] == [220, 100, 0]
    assert got["avgsteps"] == pytest.approx(220 / 9)
    assert (got["firststeptime"], got["laststeptime"]) == (481, 600)
    assert [got[f"{name}activebout"] for name in ("countepisode", "sumduration", "maxduration")] == [3, 5, 2]
    assert got["stddurationactivebout"] == pytest.approx(stdev([2, 2, 1]))
    assert [got[f"{name}sedentarybout"] for name in ("countepisode", "sumduration", "maxduration")] == [3, 4, 2]
    assert got["activetosedentarytransitionprobability"] == pytest.approx(3 / 5)
    assert got["sumdurationactivitylessthan5minutes"] == 5
    assert got["ginicoefficient"] == pytest.approx(4 / (2 * 9 * 5 / 3))  # |differences| sum to 4
    assert got["uncensoredmeancadence"] == pytest.approx(220 / 6)
    assert (got["peak1minutecadence"], got["peak30minutecadence"]) == (100, None)
    assert got["max5minutecadence"] == pytest.approx((30 + 8 + 20 + 100 + 50) / 5)  # five rows, not five minutes
    assert (got["totalminutes1to19cadence"], got["totalminutes20to39cadence"]) == (3, 2)  # 20 is in both
    assert (got["totalminutes80to99cadence"], got["totalminutes100to119cadence"]) == (1, 1)
    assert (got["totalminutes0cadence"], got["totalminutesabove19cadence"]) == (3, 4)


def test_own_bands_do_not_overlap_and_five_minutes_are_in_a_row():
    (day,) = features("samen", steps_minute=steps(*WALKED))
    assert (day["steps_total_count"], day["steps_first_min"], day["steps_last_min"]) == (220, 481, 600)
    assert [day[f"steps_cadence_{low}_min"] for low in (0, 1, 20, 40, 60, 80, 100, 120)] == [3, 2, 2, 1, 0, 0, 1, 0]
    assert day["steps_cadence_best5"] == pytest.approx((12 + 30 + 8 + 20 + 100) / 5)
    assert (day["steps_active_count"], day["steps_active_longest_min"], day["steps_sedentary_total_min"]) == (3, 2, 4)


def test_a_watch_and_a_phone_are_never_added_up():
    watch = steps(*from_minute(480, 60, 60, 60), device="watch")
    phone = steps(*from_minute(480, 50, 50), *from_minute(900, 10), device="phone")
    (day,) = features("samen", steps_minute=pl.concat([watch, phone]).sort("time", maintain_order=True))
    assert (day["steps_total_count"], day["steps_sources_count"], day["steps_last_min"]) == (180, 2, 482)
    both = stream(
        "steps_minute",
        (DAY0, 30, "pedometer"),
        (DAY0, 20, "health"),
        (DAY0 + MINUTE, 9, "health"),
        columns="time steps source",
    )
    assert features("samen", steps_minute=both)[0]["steps_total_count"] == 30


def test_an_impossible_minute_is_dropped_and_a_day_without_a_step_comes_only_when_asked_for():
    rows = steps(*from_minute(480, 40, 1001), *from_minute(1440 + 480, 0, 0))
    (day,) = features("rapids", steps_minute=rows)
    assert day[PEER + "sumsteps"] == 40
    asked = {"fitbit_steps_intraday": {"rapids": {"include_zero_step_rows": True, "reference_hour": 8}}}
    first, second = features("rapids", given=asked, steps_minute=rows)
    assert (first[PEER + "firststeptime"], second[PEER + "sumsteps"], second[PEER + "firststeptime"]) == (0, 0, None)


def test_a_bout_over_midnight_is_cut_there():
    rows = steps(*from_minute(1438, 50, 50, 50, 50, 50))
    days = features("rapids", steps_minute=rows)
    assert [day[PEER + "sumdurationactivebout"] for day in days] == [2, 3]
    days = features("samen", steps_minute=rows)
    assert [day["steps_active_longest_min"] for day in days] == [2, 3]


def test_daily_counts_belong_to_segments_of_whole_days():
    rows = stream("steps_day", *((DAY0 + day * DAY, 1000 * (day + 1)) for day in range(3)), columns="time steps")
    days = features("rapids", steps_day=rows)
    assert [day["fitbit_steps_summary_rapids_maxsumsteps"] for day in days] == [1000, 2000, 3000]
    assert days[0]["fitbit_steps_summary_rapids_stdsumsteps"] is None


@settings(deadline=None, max_examples=10)
@given(st.dictionaries(st.integers(0, 120), st.integers(0, 130), min_size=1, max_size=100))
def test_steps_by_a_plain_computation(drawn):
    rows = sorted(drawn.items())
    asked = {"fitbit_steps_intraday": {"rapids": {"include_zero_step_rows": True}}}
    table = steps(*((DAY0 + minute * MINUTE, count) for minute, count in rows))
    (peer,) = features("rapids", given=asked, steps_minute=table)
    (own,) = features("samen", steps_minute=table)
    counts = [count for _, count in rows]
    runs: list[tuple[bool, list[int]]] = []
    for minute, count in rows:
        if runs and runs[-1][0] == (count >= 10) and runs[-1][1][-1] == minute - 1:
            runs[-1][1].append(minute)
        else:
            runs.append((count >= 10, [minute]))
    active = [len(run) for is_active, run in runs if is_active]
    assert (own["steps_active_count"], own["steps_sedentary_count"]) == (len(active), len(runs) - len(active))
    if active:
        unequal = sum(abs(a - b) for a, b in itertools.product(active, active)) / (2 * len(active) * sum(active))
        assert peer[PEER + "ginicoefficient"] == pytest.approx(unequal, abs=1e-12)
        assert own["steps_active_gini"] == pytest.approx(unequal, abs=1e-12)
        assert peer[PEER + "avgdurationactivebout"] == pytest.approx(mean(active))
        assert own["steps_active_to_sedentary_p"] == pytest.approx(len(active) / sum(active))
    peak = mean(sorted(counts)[-30:]) if len(counts) >= 30 else None
    assert peer[PEER + "peak30minutecadence"] == (peak if peak is None else pytest.approx(peak))
    fives = [counts[at : at + 5] for at in range(len(counts) - 4)]
    best = max(map(mean, fives)) if fives else None
    assert peer[PEER + "max5minutecadence"] == (best if best is None else pytest.approx(best))
    in_a_row = [mean(drawn[m + k] for k in range(5)) for m in drawn if all(m + k in drawn for k in range(5))]
    assert own["steps_cadence_best5"] == (pytest.approx(max(in_a_row)) if in_a_row else None)
    assert own["steps_minute_sd"] == (pytest.approx(stdev(counts)) if len(counts) > 1 else None)
    assert math.isclose(sum(own[f"steps_cadence_{low}_min"] for low in (0, 1, 20, 40, 60, 80, 100, 120)), len(counts))
