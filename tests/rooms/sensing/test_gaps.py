"""Hidden time: intervals that hold what is true as often as they say, from the person's own days and nobody else's."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from samen.rooms.sensing import gaps
from samen.rooms.sensing.features.mobility import edged
from samen.rooms.sensing.gaps import SLOT, Stretch
from tests.rooms.sensing.streamed import DAY, HOUR, features
from tests.rooms.sensing.test_mobility import HOME, WORK, points
from tests.rooms.sensing.test_stays import days

MONDAY = 1_704_672_000_000  # ms


@cache
def with_gaps() -> pl.DataFrame:
    return days(people=10, days=29, every=30, gap_hours=5.0)


def held(found: pl.DataFrame, name: str, truth: pl.Series) -> float:
    low, high = (found[edged(name, edge)] for edge in ("low", "high"))
    return float(((truth >= low) & (truth <= high)).mean())


def test_intervals_hold_what_is_true_as_often_as_they_say():
    found = with_gaps()
    assert found.height >= 200
    assert 0.87 <= held(found, "home_h", found["home_h_true"]) <= 0.93
    assert 0.87 <= held(found, "distance_km", found["distance_m"] / 1000) <= 0.93


def test_a_day_with_five_hidden_hours_has_its_home_time_within_an_hour():
    found = with_gaps()
    assert (found["home_h"] - found["home_h_true"]).abs().mean() <= 1.0
    assert found["modelled_h"].to_list() == pytest.approx([5.0] * found.height, abs=0.25)


def test_what_was_seen_is_kept_apart_and_bounds_what_is_modelled():
    found = with_gaps()
    assert (found["home_seen_h"] <= found["home_h"] + 0.1).all()
    assert (found["home_high_h"] <= found["home_most_h"] + 0.2).all()
    assert (found["home_seen_h"] + found["hidden_h"]).to_list() == pytest.approx(found["home_most_h"].to_list())


def week_at_home(days: int) -> pl.DataFrame:
    """Give days at home in which the phone saw nothing from noon to five on the last."""
    rows = points((days * DAY // 1000, *HOME), every=300, start="2024-01-08T00:00")
    hidden = (days - 1) * DAY + MONDAY
    return rows.filter(~pl.col("time").is_between(hidden + 12 * HOUR, hidden + 17 * HOUR))


def test_too_few_days_say_nothing_of_what_is_hidden_but_its_bounds():
    last = features("samen", gps=week_at_home(5))[4]
    assert (last["mobility_home_h"], last["mobility_home_low_h"], last["mobility_distance_km"]) == (None, None, None)
    assert (last["mobility_home_seen_h"], last["mobility_home_most_h"]) == (
        pytest.approx(19, abs=0.2),
        pytest.approx(24),
    )
    assert last["mobility_modelled_h"] == 0


def test_somebody_who_never_goes_out_was_at_home_and_the_value_says_that_it_is_modelled():
    last = features("samen", gps=week_at_home(14))[13]
    assert last["mobility_home_h"] == pytest.approx(24, abs=0.1)
    assert last["mobility_home_low_h"] > 23
    assert last["mobility_modelled_h"] == pytest.approx(5, abs=0.2)


def test_a_day_of_which_little_was_seen_has_no_value():
    rows = week_at_home(14).filter(pl.col("time") < MONDAY + 13 * DAY + 1 * HOUR)
    late = points((3600, *HOME), every=300, start="2024-01-21T23:00")
    last = features("samen", gps=pl.concat([rows, late]))[13]
    assert (last["mobility_home_h"], last["mobility_home_high_h"]) == (None, None)


def test_one_more_person_changes_no_draw():
    mine = week_at_home(9)
    other = points((9 * DAY // 1000, *WORK), every=600, start="2024-01-08T00:00").with_columns(person=pl.lit("ada"))
    alone, both = mobility(mine), mobility(pl.concat([other, mine]))
    assert both == alone


def mobility(gps: pl.DataFrame) -> list[dict]:
    found = [each for each in features("samen", gps=gps) if each["person"] == "noor"]
    return [{name: each[name] for name in each if name.startswith("mobility_")} for each in found]


def office(weeks: int) -> gaps.Week:
    """Home is 0, work is 1 from 9 to 17 on weekdays."""
    clock = MONDAY + np.arange(weeks * 7 * gaps.OF_A_DAY) * SLOT
    hour = clock // HOUR % 24
    state = ((hour >= 9) & (hour < 17) & (gaps.kind_of(clock) == 0)).astype(np.int64)
    return gaps.learned(state, clock, np.random.default_rng(7))


def test_draws_follow_the_persons_own_hours_and_what_stands_on_both_sides():
    clock = MONDAY + 7 * HOUR + np.arange(16) * SLOT  # 07 to 11
    week = office(4)
    went = gaps.drawn(week, Stretch(clock, 0, 1), 400, np.random.default_rng(1))
    left = (went == 0).sum(axis=0) / 4 + 7
    assert np.median(left) == pytest.approx(9, abs=0.5)
    stayed = gaps.drawn(week, Stretch(clock, 0, 0), 400, np.random.default_rng(1))
    assert (stayed == 0).mean() > 0.85
    saturday = gaps.drawn(week, Stretch(clock + 5 * DAY, 0, -1), 400, np.random.default_rng(1))
    assert (saturday == 0).mean() > 0.9


def test_the_shortest_interval_is_the_shortest_of_all():
    draws = np.random.default_rng(2).exponential(size=(1, 100))
    low, high = gaps.shortest(draws, 0.9)
    ordered = sorted(draws[0])
    plain = min(((ordered[at + 89] - ordered[at]), ordered[at]) for at in range(11))
    assert (high[0] - low[0], low[0]) == plain
