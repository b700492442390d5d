"""What made-up people's phones would have sent, in LAMP's shapes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.features.surveys import SHOWN
from samen.rooms.sensing.simulator.streams import SURVEY

Event = dict[str, Any]
STATES = {"off": 0, "on": 1, "locked": 2, "unlocked": 3}


def lamp_events(
    tables: Mapping[str, pl.DataFrame], person: str, activities: Mapping[str, str] | None = None
) -> tuple[list[Event], list[Event]]:
    """Give a person's sensor events and activity events in LAMP's shapes, each by time.

    Takes: tables as `lived` gives them; activities: ids of `daily`, `spatial_span` and `trails_b` at the service; the names
           stand for themselves where it has none.
    """
    ids = activities or {}
    sensed = [
        {"timestamp": row["time"], "sensor": sensor, "data": data}
        for stream, turn in SENDS.items()
        if stream in tables
        for row in tables[stream].filter(pl.col("person") == person).iter_rows(named=True)
        for sensor, data in [turn(row)]
        if data is not None
    ]
    done = [*_surveys_sent(tables, person, ids), *_games_sent(tables, person, ids)]
    return sorted(sensed, key=_moment), sorted(done, key=_moment)


def _moment(event: Event) -> int:
    return int(event["timestamp"])


def _surveys_sent(tables: Mapping[str, pl.DataFrame], person: str, ids: Mapping[str, str]) -> Iterator[Event]:
    rows = tables.get("survey_timings", streams.empty("survey_timings")).filter(pl.col("person") == person)
    sitting = (pl.col("question") == SHOWN).cum_sum()
    for _, part in rows.with_columns(sitting.alias("sitting")).group_by("sitting", maintain_order=True):
        times = part["time"].to_list()
        slices = [
            {"item": question, "value": answer, "type": None, "level": None, "duration": after - before}
            for question, answer, before, after in zip(
                part["question"][1:-1], part["answer"][1:-1], times, times[1:], strict=False
            )
        ]
        yield {
            "timestamp": times[-1],
            "duration": times[-1] - times[0],
            "activity": ids.get(SURVEY, SURVEY),
            "static_data": {},
            "temporal_slices": slices,
        }


def _games_sent(tables: Mapping[str, pl.DataFrame], person: str, ids: Mapping[str, str]) -> Iterator[Event]:
    rows = tables.get("activity_event", streams.empty("activity_event")).filter(pl.col("person") == person)
    for (time, activity), part in rows.group_by("time", "activity", maintain_order=True):
        slices = [
            {**each, "type": each["type"] == "true", "level": int(each["level"])}
            for each in part.select("item", "value", "type", "level", "duration").to_dicts()
        ]
        right = sum(each["type"] for each in slices)
        yield {
            "timestamp": time,
            "duration": sum(each["duration"] for each in slices),
            "activity": ids.get(str(activity), str(activity)),
            "static_data": {"correct_answers": right, "wrong_answers": len(slices) - right},
            "temporal_slices": slices,
        }


Sent = tuple[str, dict[str, Any] | None]
SENDS: Mapping[str, Callable[[Event], Sent]] = {
    "gps": lambda row: (
        "lamp.gps",
        {
            "latitude": row["latitude"],
            "longitude": row["longitude"],
            "altitude": row["altitude"],
            "accuracy": row["accuracy"] or 0,
        },
    ),
    "accelerometer": lambda row: ("lamp.accelerometer", {axis: row[axis] / streams.GRAVITY for axis in "xyz"}),
    "screen": lambda row: (
        "lamp.device_state",
        {"value": STATES[row["event"]], "representation": _said(row["event"])},
    ),
    "battery": lambda row: (
        "lamp.device_state",
        {
            "representation": "unplugged" if row["status"] == "discharging" else "charging",
            "battery_level": row["level"],
        },
    ),
    "calls": lambda row: (
        "lamp.telephony",
        {
            "call_type": {"in": 1, "out": 2, "missed": 3}[row["kind"]],
            "duration": row["seconds"],
            "trace": row["contact"],
        },
    ),
    "texts": lambda row: (
        "lamp.sms",
        {"sms_type": 1 if row["kind"] == "received" else 2, "length": row["length"], "trace": row["contact"]},
    ),
    "bluetooth": lambda row: (
        "lamp.nearby_device",
        {"type": "bluetooth", "address": row["address"], "strength": row["rssi"]},
    ),
    "wifi": lambda row: ("lamp.nearby_device", {"type": "wifi", "address": row["address"], "strength": row["rssi"]}),
    "steps_minute": lambda row: (
        "lamp.steps",
        {"value": row["steps"], "unit": "count", "type": "step_count", "source": "watch"} if row["steps"] else None,
    ),
    "heart_minute": lambda row: ("lamp.heart_rate", {"value": row["rate"], "unit": "bpm", "source": "watch"}),
    "sleep_level": lambda row: (
        "lamp.sleep",
        {
            "value": {"in_bed": 0, "asleep": 1, "awake": 2}[row["level"]],
            "representation": {"in_bed": "in_bed", "asleep": "in_sleep", "awake": "in_awake"}[row["level"]],
            "duration": row["seconds"] * 1000,
            "source": "watch",
        },
    ),
}


def _said(event: str) -> str:
    return f"screen_{event}" if event in ("on", "off") else event
