"""Streams of made-up people: what is written agrees with what is said to be true, and a phone could have sent it."""

import json
from collections import Counter
from functools import cache

import polars as pl
import pytest

from samen.rooms.sensing import computing, zones
from samen.rooms.sensing.reading import lamp
from samen.rooms.sensing.reading.receipt import Read
from samen.rooms.sensing.simulator.days import Plan
from samen.rooms.sensing.simulator.sending import lamp_events
from samen.rooms.sensing.simulator.streams import MAKERS, Lived, lived

SMALL = Plan(people=2, days=4, every=60)


@cache
def made() -> Lived:
    return lived(SMALL, tuple(MAKERS))


def test_the_same_plan_gives_the_same_rows_and_one_stream_less_changes_no_other():
    alone = lived(SMALL, ("keyboard", "screen"))
    assert set(alone.tables) == {"keyboard", "screen"}
    assert all(alone.tables[stream].equals(made().tables[stream]) for stream in alone.tables)
    assert not lived(Plan(people=2, days=4, seed=2), ("screen",)).tables["screen"].equals(made().tables["screen"])


def test_features_of_what_was_written_are_what_is_true():
    tables = {name: made().tables[name] for name in ("screen", "steps_minute")}
    study = computing.Study("samen", changes=zones.changes_of(made().zones))
    found = computing.part_of(Read(tables), study, explained=False).features
    truth = made().truth.sort("person", "day")
    assert found["screen_unlock_total_min"].to_list() == pytest.approx(truth["unlock_min"].to_list(), abs=0.05)
    assert found["screen_unlock_count"].to_list() == truth["unlock_count"].to_list()
    assert found["steps_total_count"].to_list() == truth["steps"].to_list()


def test_asleep_the_screen_is_dark_and_a_way_is_begun_on_foot():
    nights = made().tables["sleep_night"].select("person", "time", "ends", "minutes_to_fall_asleep")
    falls = (pl.col("begins") + pl.col("minutes_to_fall_asleep") * 60_000).cast(pl.Int64)
    lit = made().tables["screen"].filter(pl.col("event") == "on").select("person", at="time")
    wakes = (pl.col("ends") - 15 * 60_000).cast(pl.Int64)
    during = lit.join(nights.rename({"time": "begins"}), on="person").filter(pl.col("at").is_between(falls, wakes))
    assert nights.height == 6
    assert during.is_empty()
    walked = made().tables["steps_minute"].filter(pl.col("steps") > 80).group_by("person").len()
    moving = made().truth.group_by("person").agg(pl.col("moving_min").sum())
    both = walked.join(moving, on="person")
    assert (both["len"] <= both["moving_min"]).all()
    assert (both["len"] > 0).all()


def test_what_is_sent_in_lamps_shape_is_read_back_as_it_was_written(tmp_path):
    sensed, done = lamp_events(made().tables, "p0000", {"daily": "A1"})
    for name, events in (("sensor_event", sensed), ("activity_event", done)):
        folder = tmp_path / "p0000"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(events))
    read = lamp.read(tmp_path, salt=b"s")
    assert read.quarantine.is_empty()
    mine = {name: rows.filter(pl.col("person") == "p0000") for name, rows in made().tables.items()}
    for stream, column in (("screen", "event"), ("calls", "kind"), ("heart_minute", "rate"), ("bluetooth", "rssi")):
        assert read.tables[stream].select("time", column).equals(mine[stream].select("time", column)), stream
    assert read.tables["steps_minute"]["steps"].sum() == mine["steps_minute"]["steps"].sum()
    assert read.tables["accelerometer"]["z"].to_list() == pytest.approx(mine["accelerometer"]["z"].to_list())
    games = read.tables["activity_event"].filter(pl.col("activity") != "A1")
    assert Counter(each.lower() for each in games["type"]) == Counter(mine["activity_event"]["type"])


def test_a_traveller_and_a_new_device_are_in_every_stream():
    plan = Plan(people=1, days=3, swapped_on=1, trips_away=1, every=60)
    away = lived(plan, ("screen", "battery"))
    assert away.tables["battery"]["device"].unique(maintain_order=True).to_list() == ["p0000-a", "p0000-b"]
    assert set(away.zones["device_id"]) == {"p0000-a", "p0000-b", "p0000-w"}
    hole = away.tables["battery"]["time"].diff().max() / 3_600_000
    assert hole == pytest.approx(6.25, abs=0.01)  # six hours further west, the clock is set back
