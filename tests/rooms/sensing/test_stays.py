"""Home, places and distance in our own meaning, on simulated people whose days are known."""

from math import log

import polars as pl
import pytest

from samen.rooms.sensing import computing, segments, zones
from samen.rooms.sensing.features import stays
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.simulator.days import Plan, simulated
from tests.rooms.sensing.streamed import features
from tests.rooms.sensing.test_mobility import TEN_KM, at_work_and_home


def days(**plan: float) -> pl.DataFrame:
    """Give each simulated day's features beside what is true of it."""
    made = simulated(Plan(people=2, days=7, **plan))
    ready = computing.made_ready(Read({"gps": made.gps}), roster=None, changes=zones.changes_of(made.zones))
    laid = segments.laid_out(segments.DAILY, ready.seen, ready.spans)
    found = laid.join(stays.samen(ready.tables["gps"], laid, stays.Samen()), on="at")
    return found.join(
        made.truth, left_on=["person", pl.col("begins_local").dt.date()], right_on=["person", "day"], suffix="_true"
    )


@pytest.mark.parametrize("jitter", [{"white": 15.0, "wander": 0.0}, {"white": 5.0, "wander": 15.0}])
def test_jitter_of_both_kinds_moves_neither_home_time_nor_distance(jitter: dict[str, float]):
    found = days(on=1, off=9, **jitter)
    assert (found["home_h"] - found["home_h_true"]).abs().mean() <= 0.05
    far = found.filter(pl.col("distance_m") > 2000)
    assert (far["distance_km"] * 1000 / far["distance_m"] - 1).abs().max() <= 0.05


def test_hidden_time_is_never_counted_as_home_but_bounds_it():
    found = days(on=1, off=9, gap_hours=5.0)
    assert found["hidden_h"].to_list() == pytest.approx([5.0] * found.height, abs=0.1)
    assert (found["home_h"] <= found["home_h_true"] + 0.1).all()
    assert (found["home_most_h"] >= found["home_h_true"] - 0.1).all()


def test_a_day_at_home_and_at_work_by_hand():
    day = features("samen", gps=at_work_and_home())[0]
    assert day["mobility_home_h"] == pytest.approx(819 / 60, abs=0.05)
    assert day["mobility_distance_km"] == pytest.approx(2 * TEN_KM, rel=1e-3)
    assert (day["mobility_places_count"], day["mobility_transitions_count"]) == (2, 2)
    shares = (819 / 1419, 600 / 1419)
    entropy = -sum(p * log(p) for p in shares)
    assert day["mobility_entropy_nats"] == pytest.approx(entropy, rel=0.01)
    assert day["mobility_entropy_share"] == pytest.approx(entropy / log(2), rel=0.01)
    assert day["mobility_diameter_km"] == pytest.approx(TEN_KM, rel=1e-3)
