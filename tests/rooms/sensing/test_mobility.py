"""Flights, pauses and places: by hand, and against plain arithmetic."""

from math import log

import numpy as np
import polars as pl
import pytest

from samen.rooms.sensing import segments, streams
from samen.rooms.sensing.clustering import dbscan
from samen.rooms.sensing.features import flights
from samen.rooms.sensing.features.flights import Jasmine
from samen.rooms.sensing.sphere import corners, distance
from tests.rooms.sensing.streamed import features, ms, ready, stream

COLUMNS = "time ends from_latitude from_longitude to_latitude to_longitude kind observed"
HOME, WORK = (52.0, 5.0), (52.09, 5.0)  # 10,007.5 m apart
HOURS = segments.plan_of(pl.DataFrame({"label": ["hour"], "length": [60]}))
TEN_KM = 10.0075434  # km: 0.09 degrees on a sphere of 6,371 km


def piece(
    begin: str, end: str, start: tuple[float, float], stop: tuple[float, float], *, observed: bool = True
) -> tuple:
    kind = "pause" if start == stop else "flight"
    return (f"2024-01-{begin}", ms(f"2024-01-{end}"), *start, *stop, kind, observed)


def working_day() -> pl.DataFrame:
    return stream(
        "flights",
        piece("10T00:00", "10T08:00", HOME, HOME),
        piece("10T08:00", "10T08:30", HOME, WORK),
        piece("10T08:30", "10T17:00", WORK, WORK),
        piece("10T17:00", "10T17:30", WORK, HOME),
        piece("10T17:30", "11T06:00", HOME, HOME),
        columns=COLUMNS,
    )


def points(*legs: tuple[int, float, float], start: str = "2024-01-10T10:00", every: int = 1) -> pl.DataFrame:
    """Give gps rows: each leg lasts so many seconds and ends at that latitude and longitude."""
    time, places = [0], [(52.0, 5.0)]
    for seconds, *to in legs:
        share = np.arange(every, seconds + 1, every) / seconds
        before = np.array(places[-1])
        places += [tuple(before + each * (np.array(to) - before)) for each in share]
        time += [time[-1] + every * (at + 1) for at in range(len(share))]
    table = {"time": [ms(start) + each * 1000 for each in time], "latitude": [p[0] for p in places]}
    table |= {"longitude": [p[1] for p in places], "accuracy": [10.0] * len(places)}
    table |= {"person": ["noor"] * len(places), "device": ["phone"] * len(places)}
    return streams.shaped(pl.DataFrame(table), "gps")


def test_a_working_day_sums_to_what_the_table_of_flights_says():
    day = features("forest", flights=working_day())[0]
    assert day["obs_duration"] == pytest.approx(24)
    assert (day["obs_day"], day["obs_night"]) == (pytest.approx(9.5), pytest.approx(14.5))
    assert day["home_time"] == pytest.approx(14.5)
    assert day["dist_traveled"] == pytest.approx(20.016)  # each flight of 10,007.5 m is rounded to a metre
    assert day["max_dist_home"] == pytest.approx(TEN_KM)
    assert day["diameter"] == pytest.approx(TEN_KM)
    share = 8.5 / 23  # of the pauses at work
    assert day["radius"] == pytest.approx(2 * share * (1 - share) * TEN_KM)
    assert day["entropy"] == pytest.approx(-sum(p * log(p + 1e-5) for p in (share, 1 - share)))
    assert (day["num_sig_places"], day["total_flight_time"], day["total_pause_time"]) == (
        2,
        pytest.approx(1),
        pytest.approx(23),
    )
    assert (day["av_flight_length"], day["sd_flight_length"]) == (pytest.approx(10.008), 0)
    assert day["sd_pause_duration"] == pytest.approx(np.std([8, 8.5, 6.5]))


def test_hours_are_in_minutes_and_say_nothing_that_only_a_day_has():
    hour = features("forest", plan=HOURS, flights=working_day())[8]
    assert (hour["obs_duration"], hour["total_flight_time"], hour["av_flight_length"]) == (60, 30, 10008)
    assert hour["dist_traveled"] == pytest.approx(10.008)
    assert (hour["radius"], hour["entropy"], hour["obs_day"]) == (None, None, None)


def test_a_pause_over_midnight_is_cut_there_and_loses_nothing():
    first, second = features("forest", flights=working_day())
    assert first["home_time"] + second["home_time"] == pytest.approx(8 + 12.5)


def test_home_is_where_the_study_says_when_it_says_so():
    given = {"jasmine": {"home_latitude": WORK[0], "home_longitude": WORK[1]}}
    assert features("forest", given=given, flights=working_day())[0]["home_time"] == pytest.approx(8.5)


def test_a_day_in_which_nothing_was_observed_says_nothing():
    unseen = stream("flights", piece("10T00:00", "10T23:00", HOME, HOME, observed=False), columns=COLUMNS)
    day = features("forest", flights=unseen)[0]
    assert (day["obs_duration"], day["home_time"], day["dist_traveled"]) == (0, None, None)


def test_points_become_a_pause_a_flight_and_a_pause():
    gps = points((1800, 52.0, 5.0), (600, 52.027, 5.0), (1800, 52.027, 5.0))
    found = flights.found(ready(gps=gps).tables["gps"], Jasmine())
    assert found["kind"].to_list() == ["pause", "flight", "pause"]
    flown = found.row(1, named=True)
    assert float(distance(*(np.array([flown[name]]) for name in COLUMNS.split()[2:6]))[0]) == pytest.approx(
        3000, abs=60
    )


def test_a_bend_makes_two_flights_of_one():
    gps = points((600, 52.027, 5.0), (600, 52.027, 5.04))
    found = flights.found(ready(gps=gps).tables["gps"], Jasmine(w=25.0))
    assert found["kind"].to_list() == ["flight", "flight"]


def test_points_that_are_not_sure_enough_make_nothing():
    gps = points((60, 52.0, 5.0)).with_columns(accuracy=pl.lit(51.5))
    assert flights.found(ready(gps=gps).tables["gps"], Jasmine()).is_empty()
    assert flights.found(ready(gps=gps).tables["gps"], Jasmine(accuracylim=52.0)).height == 1


def test_a_break_between_two_stretches_is_shown_as_not_observed():
    gps = pl.concat([points((120, 52.0, 5.0)), points((120, 52.0, 5.0), start="2024-01-10T10:12")])
    found = flights.found(ready(gps=gps).tables["gps"], Jasmine())
    assert list(zip(found["kind"], found["observed"], strict=True)) == [
        ("pause", True),
        ("pause", False),
        ("pause", True),
    ]


def test_corners_keep_what_lies_far_from_the_line_and_nothing_else():
    latitude, longitude = np.array([52.0, 52.001, 52.002, 52.002, 52.002]), np.array([5.0, 5.0, 5.0, 5.001, 5.002])
    kept = corners(latitude, longitude, np.zeros(5, dtype=np.int64), np.full(5, 10.0))
    assert kept.tolist() == [True, False, True, False, True]


def at_work_and_home() -> pl.DataFrame:
    legs = ((479 * 60, *HOME), (600, *WORK), (600 * 60, *WORK), (600, *HOME), (340 * 60, *HOME))
    return points(*legs, start="2024-01-10T00:00", every=60)


def doryab(gps: pl.DataFrame, **settings: object) -> dict:
    found = features("rapids", given={"phone_locations": {"doryab": settings}}, gps=gps)
    return {name.removeprefix("phone_locations_doryab_"): value for each in found for name, value in each.items()}


def test_time_in_places_as_rapids_counts_it():
    day = doryab(at_work_and_home())
    assert (day["timeathome"], day["timeattop1location"], day["timeattop2location"]) == (819, 819, 600)
    assert (day["minutesdataused"], day["movingtostaticratio"]) == (1439, pytest.approx(1419 / 1439))
    assert day["totaldistance"] == pytest.approx(2000 * TEN_KM)
    assert (day["avgspeed"], day["varspeed"]) == (pytest.approx(6 * TEN_KM), pytest.approx(0, abs=1e-6))
    shares = (819 / 1419, 600 / 1419)
    entropy = -sum(p * log(p) for p in shares)
    assert day["locationentropy"] == pytest.approx(entropy)
    assert day["normalizedlocationentropy"] == pytest.approx(entropy / 2)  # the number of places, not its logarithm
    assert (day["numberofsignificantplaces"], day["numberlocationtransitions"], day["outlierstimepercent"]) == (2, 2, 0)
    assert day["radiusgyration"] == pytest.approx(TEN_KM * 1000 * (shares[0] * shares[1]) ** 0.5, rel=1e-6)
    assert day["stdlengthstayatclusters"] == pytest.approx(np.std([819, 600], ddof=1))


def test_rows_faster_than_250_km_an_hour_are_left_out():
    jump = pl.when(pl.int_range(pl.len()) == 100).then(WORK[0]).otherwise("latitude")
    day = doryab(at_work_and_home().with_columns(latitude=jump))
    assert day["totaldistance"] == pytest.approx(2000 * TEN_KM)


def test_rows_farther_apart_than_the_gap_do_not_last():
    assert doryab(at_work_and_home(), maximum_row_gap=60)["timeathome"] == 819
    assert doryab(at_work_and_home(), maximum_row_gap=59).get("timeathome") is None


def test_a_smaller_reach_parts_two_places():
    near = points((3600, 52.0, 5.0), (3600, 52.0005, 5.0), every=60, start="2024-01-10T02:00")
    for reach, places in ((100, 1), (10, 2)):
        still = near.with_columns(latitude=pl.when(pl.int_range(pl.len()) <= 60).then(52.0).otherwise(52.0005))
        given = {"phone_locations": {"doryab": {"dbscan_eps": reach}}}
        found = features("rapids", given=given, gps=still)[0]
        assert found["phone_locations_doryab_numberofsignificantplaces"] == places


def plain_dbscan(latitude: np.ndarray, longitude: np.ndarray, weights: np.ndarray) -> list[set[int]]:
    """Give the cores of each cluster, by looking at every pair."""
    pair = np.meshgrid(np.arange(len(weights)), np.arange(len(weights)))
    near = distance(latitude[pair[0]], longitude[pair[0]], latitude[pair[1]], longitude[pair[1]]) <= 100
    cores = {each for each in range(len(weights)) if sum(weights[near[each]]) >= 5}
    found: list[set[int]] = []
    for core in cores:
        touching = [each for each in found if any(near[core][other] for other in each)]
        found = [each for each in found if each not in touching] + [set.union({core}, *touching)]
    return found


def test_clusters_are_those_that_looking_at_every_pair_gives():
    chance = np.random.default_rng(7)
    place = chance.integers(0, 6, 90)
    latitude, longitude = 52 + place * 0.006 + chance.normal(0, 5e-4, 90), 5 + chance.normal(0, 5e-4, 90)
    weights = chance.uniform(0, 2, 90)
    labels = dbscan(latitude, longitude, weights, within=100, least=5)
    expected = plain_dbscan(latitude, longitude, weights)
    assert len(expected) == labels.max() + 1 > 1
    assert all(len({int(labels[core]) for core in each}) == 1 for each in expected)


def test_home_by_night_follows_somebody_who_moves_and_no_single_night_away():
    """Four nights at home, one away, four at work's address: the night away has its neighbours' home."""
    nights = [HOME] * 4 + [(52.2, 5.2)] + [HOME] * 2 + [WORK] * 4
    days = [points((86_100, *where), every=300, start=f"2024-01-{day:02}T00:00") for day, where in enumerate(nights, 1)]
    fixed = [
        rows.with_columns(latitude=pl.lit(where[0]), longitude=pl.lit(where[1]))
        for rows, where in zip(days, nights, strict=True)
    ]
    strategy = {"infer_home_location_strategy": "SUN_LI_VEGA_STRATEGY", "minimum_days_to_detect_home_changes": 2}
    given = {"phone_locations": {"doryab": strategy}}
    found = features("rapids", given=given, gps=pl.concat(fixed))
    assert [each["phone_locations_doryab_homelabel"] for each in found] == [1] * 7 + [2] * 4
    assert [each["phone_locations_doryab_timeathome"] > 1400 for each in found] == [True] * 4 + [False] + [True] * 6
