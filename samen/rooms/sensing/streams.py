"""One table per stream, whatever it came from: names, columns, units.

Every table begins with person, time (ms since 1970, UTC) and device. Readers turn files into these tables; features read
nothing else. Units: degrees, metres, seconds, m/s², percent, dBm, beats a minute.
"""

from bisect import bisect_right
from collections.abc import Mapping

import polars as pl

KEY: Mapping[str, type[pl.DataType]] = {"person": pl.String, "time": pl.Int64, "device": pl.String}
GRAVITY = 9.80665  # m/s² in one g (standard gravity, CGPM 1901): sources in g are multiplied by it

_AXES = {"x": pl.Float64, "y": pl.Float64, "z": pl.Float64}
_SURVEY = {
    "survey": pl.String,
    "question": pl.String,
    "question_type": pl.String,
    "question_text": pl.String,
    "options": pl.String,
    "answer": pl.String,
}

STREAMS: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "gps": {
        "latitude": pl.Float64,  # degrees, -90 to 90
        "longitude": pl.Float64,  # degrees, -180 to 180
        "altitude": pl.Float64,  # m
        "accuracy": pl.Float64,  # m, radius that holds 68 %; null = not known
        "speed": pl.Float64,  # m/s
        "provider": pl.String,  # gps, network, fused
    },
    "accelerometer": _AXES,  # m/s², gravity included
    "gyro": _AXES,  # rad/s
    "magnetometer": _AXES,  # microtesla
    "screen": {"event": pl.String},  # off, on, locked, unlocked
    "battery": {
        "status": pl.String,  # charging, discharging, not_charging, full, plugged, unplugged, shutdown, reboot, unknown
        "level": pl.Float64,  # percent, 0 to 100
    },
    "calls": {"kind": pl.String, "seconds": pl.Float64, "contact": pl.String},  # kind in, out or missed; contact hashed
    "texts": {
        "kind": pl.String,  # sent or received
        "mms": pl.Boolean,
        "length": pl.Int64,  # characters
        "contact": pl.String,  # hashed
    },
    "keyboard": {
        "app": pl.String,
        "before_length": pl.Int64,  # characters
        "length": pl.Int64,  # characters
        "is_password": pl.Boolean,
    },
    "apps": {"package": pl.String, "name": pl.String, "is_system": pl.Boolean},
    "bluetooth": {"address": pl.String, "name_length": pl.Int64, "rssi": pl.Float64},  # address hashed; dBm
    "wifi": {"address": pl.String, "name_length": pl.Int64, "rssi": pl.Float64, "frequency": pl.Float64},  # MHz
    "steps_minute": {"steps": pl.Int64, "source": pl.String},
    "steps_day": {"steps": pl.Int64, "source": pl.String},
    "heart_minute": {"rate": pl.Float64, "zone": pl.String},  # zone outofrange, fatburn, cardio, peak
    "heart_day": {
        "resting": pl.Float64,
        "out_of_range": pl.Float64,  # minutes
        "fat_burn": pl.Float64,
        "cardio": pl.Float64,
        "peak": pl.Float64,
        "sdnn": pl.Float64,  # ms
    },
    "sleep_night": {
        "ends": pl.Int64,  # ms UTC; time is when the person went to bed
        "efficiency": pl.Float64,  # percent
        "minutes_after_wakeup": pl.Float64,
        "minutes_asleep": pl.Float64,
        "minutes_awake": pl.Float64,
        "minutes_to_fall_asleep": pl.Float64,
        "minutes_in_bed": pl.Float64,
        "is_main": pl.Boolean,
    },
    "sleep_level": {"level": pl.String, "seconds": pl.Float64},
    "survey_timings": {**_SURVEY, "event": pl.String},
    "survey_answers": _SURVEY,
    "activity_event": {
        "activity": pl.String,
        "duration": pl.Float64,  # ms
        "item": pl.String,
        "value": pl.String,
        "type": pl.String,
        "level": pl.Float64,
    },
    "activity_recognition": {"activity": pl.String, "confidence": pl.Float64},  # percent
    "flights": {
        "ends": pl.Int64,  # ms UTC
        "from_latitude": pl.Float64,
        "from_longitude": pl.Float64,
        "to_latitude": pl.Float64,
        "to_longitude": pl.Float64,
        "kind": pl.String,  # flight or pause
        "observed": pl.Boolean,
    },
}


def schema_of(stream: str) -> pl.Schema:
    """Give names and types of a stream's columns, the key first. Raises: KeyError for a stream that we do not know."""
    return pl.Schema({**KEY, **STREAMS[stream]})


def empty(stream: str) -> pl.DataFrame:
    """Give a stream's table without rows."""
    return pl.DataFrame(schema=schema_of(stream))


def shaped(rows: pl.DataFrame, stream: str) -> pl.DataFrame:
    """Give rows the columns and types of their stream, sorted by person and time; a column that is not there is null.

    Rows of one person and time keep the order in which they came.
    """
    wanted = schema_of(stream)
    rows = rows.select(
        pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in wanted.items()
    )
    return in_order(rows)


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort rows by person and time, which costs next to nothing when they already are."""
    if rows.height < 2:
        return rows
    if is_of_one(rows):
        return rows if rows["time"].is_sorted() else rows.sort("time", maintain_order=True)
    same = pl.col("person") == pl.col("person").shift()
    later = (pl.col("person") > pl.col("person").shift()) | (same & (pl.col("time") >= pl.col("time").shift()))
    if rows.select(later.slice(1).all()).item():
        return rows
    return rows.sort("person", "time", maintain_order=True)


def is_of_one(rows: pl.DataFrame) -> bool:
    """Say whether all rows are one person's, which a look at the first tells; then no text need be compared to sort them."""
    person = rows["person"]
    return rows.height == 0 or bool((person == person[0]).all())


def end_of_run(people: pl.Series, low: int) -> int:
    """Give where the rows of the person at a place end. Takes: people in order. A search by hand: Polars' own looks at more."""
    return bisect_right(people, people[low], low)
