"""Home, places and ways in our own meaning: by hand, on simulated people whose days are known, and against plain arithmetic."""

from math import log

import numpy as np
import polars as pl
import pytest

from samen.rooms.sensing import computing, segments, zones
from samen.rooms.sensing.features import mobility, stays
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.simulator.days import Plan, simulated
from samen.rooms.sensing.sphere import distance
from tests.rooms.sensing.streamed import DAY, features, stream
from tests.rooms.sensing.test_mobility import COLUMNS, HOME, TEN_KM, WORK, at_work_and_home, piece, points, working_day

WEEK = segments.plan_of(
    pl.DataFrame(
        {
            "label": ["week"],
            "start_time": ["00:00:00"],
            "length": ["6D 23H 59M 59S"],
            "repeats_on": ["wday"],
            "repeats_value": [1],
        }
    )
)


def days(**plan: float) -> pl.DataFrame:
    """Give each simulated day's features beside what is true of it, but for the last, whose end no point shows."""
    made = simulated(Plan(**{"people": 4, "days": 15, "every": 10} | plan))
    ready = computing.made_ready(Read({"gps": made.gps}), roster=None, changes=zones.changes_of(made.zones))
    laid = segments.laid_out(segments.DAILY, ready.seen, ready.spans)
    found = laid.join(mobility.samen(ready.tables, laid, stays.Samen()), on="at")
    both = found.join(
        made.truth, left_on=["person", pl.col("begins_local").dt.date()], right_on=["person", "day"], suffix="_true"
    )
    return both.filter(pl.col("begins_local") < pl.col("begins_local").max())


@pytest.mark.parametrize("jitter", [{"white": 15.0, "wander": 0.0}, {"white": 5.0, "wander": 15.0}])
@pytest.mark.parametrize("sampling", [{"on": 1, "off": 9, "every": 1}, {"on": 120, "off": 600}])
def test_jitter_of_both_kinds_moves_neither_home_time_nor_distance(jitter: dict, sampling: dict):
    found = days(**jitter, **sampling)
    assert (found["home_h"] - found["home_h_true"]).abs().mean() <= 0.05
    far = found.filter(pl.col("distance_m") > 2000)
    assert far.height >= 40
    assert (far["distance_km"] * 1000 / far["distance_m"] - 1).abs().mean() <= 0.05


def test_a_corner_that_nobody_saw_is_found_by_the_headings_on_both_sides():
    """Two looks of two minutes on a way of 9 + 9 km that turns once, in between."""
    way = points((1800, *HOME), (1200, 52.0809, 5.0), (1200, 52.0809, 5.1312), (3600, 52.0809, 5.1312), every=20)
    second = (way["time"] - way["time"][0]) // 1000
    seen = (second <= 1800) | second.is_between(2400, 2520) | second.is_between(3300, 3420) | (second > 4200)
    found = features("samen", gps=way.filter(seen))[0]
    leg = float(distance(*(np.array([each]) for each in (52.0809, 5.0, 52.0809, 5.1312)))[0])
    assert found["mobility_distance_seen_km"] == pytest.approx((0.0809 / 0.09) * TEN_KM + leg / 1000, rel=0.01)


def test_another_persons_ways_change_nothing():
    mine = points((7200, *HOME), (1200, *WORK), (7200, *WORK), every=600)
    quick = points((7200, *HOME), (120, *WORK), (7200, *WORK), every=20).with_columns(person=pl.lit("ada"))
    alone, both = features("samen", gps=mine), features("samen", gps=pl.concat([quick, mine]))
    assert both[1] == alone[0]


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


def of_flights(*pieces: tuple, **more: object) -> list[dict]:
    rows = stream("flights", *pieces, columns=COLUMNS) if pieces else working_day()
    found = features("samen", flights=rows, **more)
    return [{name.removeprefix("mobility_"): value for name, value in each.items()} for each in found]


def test_a_working_day_from_flights_by_hand():
    day = of_flights()[0]
    assert (day["home_h"], day["seen_h"], day["hidden_h"]) == (14.5, 24, 0)
    assert day["moving_h"] == pytest.approx(1)
    assert (day["top1_h"], day["top2_h"], day["top3_h"]) == (14.5, 8.5, 0)
    assert day["distance_km"] == day["distance_low_km"] == day["distance_high_km"] == pytest.approx(2 * TEN_KM)
    assert day["max_home_km"] == day["diameter_km"] == pytest.approx(TEN_KM)
    share = 8.5 / 23
    assert day["radius_km"] == pytest.approx(TEN_KM * (share * (1 - share)) ** 0.5)
    assert day["variance_km2"] == pytest.approx(TEN_KM**2 * share * (1 - share))
    assert day["variance_log"] == pytest.approx(log(TEN_KM**2 * share * (1 - share)))
    entropy = -share * log(share) - (1 - share) * log(1 - share)
    assert (day["entropy_nats"], day["entropy_share"]) == (pytest.approx(entropy), pytest.approx(entropy / log(2)))
    assert (day["places_count"], day["transitions_count"], day["trips_count"]) == (2, 2, 1)
    assert (day["ways_count"], day["way_mean_km"], day["way_sd_km"]) == (2, pytest.approx(TEN_KM), 0)
    assert (day["way_mean_min"], day["way_sd_min"], day["stays_count"]) == (pytest.approx(30), 0, 3)
    assert (day["stay_mean_h"], day["stay_sd_h"]) == (pytest.approx(23 / 3), pytest.approx(np.std([8, 8.5, 6.5])))
    assert day["speed_mean_kmh"] == day["speed_max_kmh"] == pytest.approx(2 * TEN_KM)
    assert (day["speed_sd_kmh"], day["moving_share"]) == (pytest.approx(0, abs=1e-6), pytest.approx(1 / 24))
    assert day["elsewhere_share"] == pytest.approx(8.5 / 23)  # of work, on no other day
    assert (day["home_number"], day["home_changes_count"], day["modelled_h"]) == (1, 0, 0)


def test_the_same_day_twice_is_all_routine_and_a_day_away_is_none():
    """Sunday has no other weekend day, and is at work all day, where the others are for no quarter of an hour of it but 34."""
    at_home = [(f"2024-01-{day}T00:00", f"2024-01-{day + 1}T00:00", HOME) for day in (10, 11)]
    away = [("2024-01-14T00:00", "2024-01-15T00:00", WORK)]
    rows = [piece(begin[8:], end[8:], where, where) for begin, end, where in (*at_home, *away)]
    first, second, *_, sunday = of_flights(*rows)
    assert (first["routine_share"], first["routine_kind_share"]) == (0.5, 1)
    assert (first["routine_km"], first["routine_kind_km"]) == (pytest.approx(TEN_KM / 2), 0)
    assert second["routine_share"] == 0.5
    assert (sunday["routine_share"], sunday["routine_km"]) == (0, pytest.approx(TEN_KM))
    assert (sunday["routine_kind_share"], sunday["routine_kind_km"]) == (None, None)


def test_a_wave_of_a_day_is_found_in_a_week_and_not_asked_of_a_day():
    rows = []
    for day in range(8, 15):
        rows += [
            piece(f"{day:02}T00:00", f"{day:02}T12:00", HOME, HOME),
            piece(f"{day:02}T12:00", f"{day + 1:02}T00:00", WORK, WORK),
        ]
    week = of_flights(*rows, plan=WEEK)[0]
    assert week["circadian_share"] == pytest.approx(
        8 / np.pi**2, rel=1e-3
    )  # of a square wave, that its first harmonic has
    assert week["circadian_log"] == pytest.approx(2 * log(0.09 * 2 / np.pi), rel=1e-3)
    assert of_flights(*rows)[0]["circadian_share"] is None


def test_somebody_who_moves_house_has_a_second_home():
    """Thirty nights in each of two homes."""
    start = piece("01T00:00", "02T00:00", HOME, HOME)
    rows = stream("flights", start, columns=COLUMNS)
    nights = [
        rows.with_columns(
            pl.col("time", "ends") + day * DAY,
            pl.col("from_latitude", "to_latitude") + (0.0 if day < 30 else 0.09),
        )
        for day in range(60)
    ]
    found = features("samen", flights=pl.concat(nights))
    assert [each["mobility_home_number"] for each in found[:60]] == [1] * 30 + [2] * 30
    assert {each["mobility_home_h"] for each in found[:60]} == {24}


def test_segments_that_split_a_day_sum_to_it_and_neither_order_nor_doubling_matters():
    gps = at_work_and_home()
    hours = features("samen", plan=segments.plan_of(pl.DataFrame({"label": ["hour"], "length": [60]})), gps=gps)
    (day,) = features("samen", gps=gps)
    for name in ("home_seen_h", "seen_h", "moving_h", "distance_seen_km"):
        assert sum(each[f"mobility_{name}"] or 0 for each in hours) == pytest.approx(day[f"mobility_{name}"])
    mixed = streams_again(pl.concat([gps, gps]).sample(fraction=1, shuffle=True, seed=3))
    again = features("samen", gps=mixed)[0]
    numbers = [name for name, value in day.items() if name.startswith("mobility_")]
    assert [again[name] for name in numbers] == pytest.approx([day[name] for name in numbers])


def streams_again(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("person", "time")


def test_another_zone_moves_the_days_and_changes_no_total():
    gps = at_work_and_home()
    here, there = features("samen", gps=gps), features("samen", zone="Asia/Kathmandu", gps=gps)
    assert len(there) == 2
    for name in ("seen_h", "moving_h", "distance_seen_km"):
        total = [sum(each[f"mobility_{name}"] for each in found) for found in (here, there)]
        assert total[0] == pytest.approx(total[1])


def test_places_and_their_time_are_those_of_a_plain_walk_through_the_pieces():
    made = simulated(Plan(people=1, days=4, every=30, white=0.0, wander=0.0))
    ready = computing.made_ready(Read({"gps": made.gps}), roster=None, changes=zones.changes_of(made.zones))
    laid = segments.laid_out(segments.DAILY, ready.seen, ready.spans)
    found = mobility.samen(ready.tables, laid, stays.Samen()).to_dicts()
    borders = laid.select("at", "begins", "ends").rows()
    times: dict[tuple[int, int], float] = {}
    for each in stays.pieces(ready.tables["gps"], stays.Samen()).iter_rows(named=True):
        for at, opens, closes in borders:
            inside = min(each["ends"], closes) - max(each["begins"], opens)
            if inside > 0 and each["kind"] == "stay":
                times[at, each["place"]] = times.get((at, each["place"]), 0) + inside / 3_600_000
    for row in found:
        own = [hours for (at, _), hours in times.items() if at == row["at"]]
        assert row["places_count"] == len(own)
        assert row["entropy_nats"] == pytest.approx(-sum(h / sum(own) * log(h / sum(own)) for h in own), abs=1e-12)
        assert row["top1_h"] == pytest.approx(times.get((row["at"], 0), 0))
