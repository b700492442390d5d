"""The simulator: what it says is true is what its phones saw, and the same plan gives the same tables."""

import numpy as np
import polars as pl
import pytest

from samen.rooms.sensing import zones
from samen.rooms.sensing.simulator.days import Plan, simulated
from samen.rooms.sensing.sphere import distance
from tests.rooms.sensing.streamed import HOUR

STILL = {"white": 0.0, "wander": 0.0, "every": 10, "on": 10, "off": 0, "days": 3, "people": 1}


def test_the_same_plan_gives_the_same_tables_and_another_seed_others():
    first, again = simulated(Plan(people=2, days=2, every=30)), simulated(Plan(people=2, days=2, every=30))
    assert first.gps.equals(again.gps)
    assert not first.gps.equals(simulated(Plan(people=2, days=2, every=30, seed=2)).gps)


def test_one_more_person_changes_nobody_else():
    two, one = (simulated(Plan(people=people, days=2, every=30)).gps for people in (2, 1))
    assert two.filter(pl.col("person") == "p0000").equals(one)


def test_what_is_true_is_what_a_phone_without_jitter_sees():
    made = simulated(Plan(**STILL))
    first = made.gps.filter(pl.col("time") < made.gps["time"][0] + 24 * HOUR)
    latitude, longitude = first["latitude"].to_numpy(), first["longitude"].to_numpy()
    steps = distance(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    assert steps.sum() == pytest.approx(made.truth["distance_m"][0], rel=0.02)
    home = distance(np.full(len(first), latitude[0]), np.full(len(first), longitude[0]), latitude, longitude) <= 50
    assert home.sum() / 360 == pytest.approx(made.truth["home_h"][0], abs=0.02)


def test_a_gap_hides_as_long_as_it_says():
    made = simulated(Plan(**STILL | {"gap_hours": 5.0}))
    assert made.truth["hidden_h"].to_list() == [5.0, 5.0, 5.0]
    assert made.gps["time"].diff().max() == pytest.approx(5 * HOUR, abs=10_000)


def test_jitter_that_lasts_is_as_wide_as_it_says_and_stays_for_its_time():
    made = simulated(Plan(**STILL | {"wander": 20.0, "wander_for": 60.0, "every": 1}))
    north = np.radians(made.gps["latitude"].to_numpy()[: 6 * 3600]) * 6_371_000
    north -= north.mean()
    assert north.std() == pytest.approx(20, rel=0.15)
    assert np.corrcoef(north[:-60], north[60:])[0, 1] == pytest.approx(np.exp(-1), abs=0.12)


def test_faults_and_a_new_device_are_in_the_table():
    plain = simulated(Plan(**STILL)).gps.height
    made = simulated(Plan(**STILL | {"doubled": 0.1, "swapped_on": 1})).gps
    assert made.height == pytest.approx(1.1 * plain, rel=0.02)
    assert made.sort("time")["device"].unique(maintain_order=True).to_list() == ["p0000-a", "p0000-b"]


def test_a_traveller_changes_zone_and_the_last_days_show_their_clock():
    made = simulated(Plan(**STILL | {"trips_away": 1}))
    changes = zones.changes_of(made.zones)
    assert changes["zone"].to_list() == ["Europe/Amsterdam", "America/New_York"]
