"""LAMP exports: sensor events and activity events as JSON, JSON Lines or CSV, one person's or many people's."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from samen.rooms.sensing import codes, streams
from samen.rooms.sensing.reading.receipt import Read, settled, together, unreadable
from samen.rooms.sensing.reading.reducing import hashed

Event = Mapping[str, Any]
SECONDS_BELOW = 100_000_000_000  # as ms that is 1973, as seconds the year 5138: a smaller stamp is in seconds
CHUNK = 100_000  # events
ALIKE: Mapping[str, tuple[str, tuple[str, ...]]] = {  # sensor -> stream and fields, where each event is one row
    "lamp.gps": ("gps", ("latitude", "longitude", "altitude", "accuracy", "speed")),
    "lamp.accelerometer": ("accelerometer", ("x", "y", "z")),
}
ENDINGS = (".json", ".jsonl", ".ndjson", ".csv")
OWNERS = ("participant", "participant_id", "#parent", "parent", "person")
NAMELESS = ("sensor_event", "sensor_events", "activity_event", "activity_events", "events", "export", "data")


@dataclass(frozen=True)
class Door:
    """What the reader is told beside the files: the salt, and which reading of bare device-state numbers holds."""

    salt: bytes
    device_state: str = ""  # documents or cortex; "" = unknown, and then such rows are held back
    is_reduced: bool = False  # contacts and addresses were hashed before, at the way in


def read(
    root: Path,
    *,
    salt: bytes,
    device_state: str = "",
    told: Callable[[int, int], None] = lambda done, of: None,
) -> Read:
    """Read one file or a folder of files."""
    door = Door(salt, device_state)
    files = [root] if root.is_file() else sorted(each for each in root.rglob("*") if each.suffix in ENDINGS)
    files = [file for file in files if file.stat().st_size]
    base = root.parent if root.is_file() else root
    parts: list[Read] = []
    for number, file in enumerate(files):
        parts += _file(base, file, door)
        told(number + 1, len(files))
    return together(parts)


def _file(root: Path, file: Path, door: Door) -> Iterator[Read]:
    """Read one file, a chunk of events at a time: a year of one person's events is larger as objects than as a table."""
    shown = str(file.relative_to(root))
    events = enumerate(events_of(file))
    try:
        while chunk := list(islice(events, CHUNK)):
            yield from _chunk(shown, chunk, door)
    except (ValueError, UnicodeDecodeError, csv.Error):
        yield unreadable(shown, "file_unreadable")


def _chunk(shown: str, events: list[tuple[int, tuple[str, Event]]], door: Door) -> Iterator[Read]:
    def locate(at: list[int]) -> pl.DataFrame:
        return pl.DataFrame({"file": [shown] * len(at), "row": [each + 1 for each in at]})

    tables, unknown = turned(events, door)
    for stream, rows in tables:
        yield settled(stream, rows, locate)
    for sensor, n in unknown.items():
        yield unreadable(shown, "sensor_unknown", sensor, n)


def turned(
    events: Iterable[tuple[int, tuple[str, Event]]], door: Door
) -> tuple[list[tuple[str, pl.DataFrame]], dict[str, int]]:
    """Turn events into rows of our streams, with `position`, the number of their event; and count those of no stream of ours."""
    taken: dict[str, list[dict[str, Any]]] = {}
    alike: dict[str, list[tuple[int, str, Event]]] = {}
    for number, (owner, event) in events:
        sensor, data = str(event.get("sensor") or ""), event.get("data")
        if sensor in ALIKE and isinstance(data, dict) and "motion" not in data:
            alike.setdefault(sensor, []).append((number, owner, event))
            continue
        for stream, row in _rows_of(event):
            row |= {"person": owner, "device": owner, "time": moment(event.get("timestamp")), "position": number}
            taken.setdefault(stream, []).append(row)
    found = [(ALIKE[sensor][0], _columns(sensor, same)) for sensor, same in alike.items()]
    found += [(stream, _table(stream, rows, door)) for stream, rows in taken.items() if stream in streams.STREAMS]
    return found, {stream: len(rows) for stream, rows in taken.items() if stream not in streams.STREAMS}


def _columns(sensor: str, events: list[tuple[int, str, Event]]) -> pl.DataFrame:
    """Turn many events of one sensor into columns at once; these two sensors make nearly all of the events that there are."""
    data = [event["data"] for _, _, event in events]
    owners = [owner for _, owner, _ in events]
    found = {
        "position": pl.Series([number for number, _, _ in events], dtype=pl.UInt32),
        "person": pl.Series(owners, dtype=pl.String),
        "device": pl.Series(owners, dtype=pl.String),
        "time": pl.Series([moment(event.get("timestamp")) for _, _, event in events], dtype=pl.Int64),
        **{name: _numbers([each.get(name) for each in data]) for name in ALIKE[sensor][1]},
    }
    table = pl.DataFrame(found)
    if sensor == "lamp.gps":
        return table.with_columns(pl.when(pl.col("accuracy") > 0).then(pl.col("accuracy")))  # 0 stands for unknown
    return table.with_columns(pl.col("x", "y", "z") * streams.GRAVITY)


def _numbers(values: list[Any]) -> pl.Series:
    """Give numbers, also where they are written as texts; what is none is null."""
    try:
        return pl.Series(values, dtype=pl.Float64)
    except (TypeError, pl.exceptions.PolarsError):
        return pl.Series([_number(each) for each in values], dtype=pl.Float64)


def events_of(file: Path) -> Iterator[tuple[str, Event]]:
    """Give each event of a file with the id of the person it is of. Raises: ValueError."""
    name = file.stem.removesuffix("_sensor_event").removesuffix("_activity_event")
    owner = file.parent.name if name in NAMELESS or name.startswith("lamp.") else name
    if file.suffix == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                data = row.get("data") or "{}"
                yield _owner(row, owner), {**row, "data": json.loads(data)}
    elif file.suffix == ".json":
        yield from _within(json.loads(file.read_text(encoding="utf-8")), owner)
    else:
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                if line.strip():
                    yield from _within([json.loads(line)], owner)


def _within(found: Any, owner: str) -> Iterator[tuple[str, Event]]:
    """Look through envelopes: {"data": [...]}, a list, or lists by person or sensor."""
    if isinstance(found, list):
        for each in found:
            if isinstance(each, dict) and "timestamp" in each:
                yield _owner(each, owner), each
            else:
                yield from _within(each, owner)
    elif isinstance(found, dict) and "timestamp" in found:
        yield _owner(found, owner), found
    elif isinstance(found, dict):
        for name, inside in found.items():
            is_person = isinstance(inside, list | dict) and name not in NAMELESS and not name.startswith("lamp.")
            yield from _within(inside, name if is_person else owner)
    else:
        raise ValueError("no event")


def _owner(event: Mapping[str, Any], otherwise: str) -> str:
    for name in OWNERS:
        if event.get(name):
            return str(event[name])
    return otherwise


def moment(stamp: Any) -> int | None:
    """Give ms of a stamp, which is ms or seconds, a number or a text; None when it is neither."""
    if type(stamp) is int and stamp >= SECONDS_BELOW:
        return stamp
    try:
        number = float(stamp)
    except (TypeError, ValueError):
        return None
    if number != number or number in (float("inf"), float("-inf")):
        return None
    return round(number * 1000) if abs(number) < SECONDS_BELOW else int(number)


def _rows_of(event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give the rows of ours that an event becomes, each with its stream."""
    if "activity" in event:
        yield from _activity(event)
        return
    sensor, data = str(event.get("sensor") or ""), event.get("data")
    if not isinstance(data, dict):
        data = {}
    name = sensor.removeprefix("lamp.")
    if name in TURNS:
        yield from TURNS[name](data)
    else:
        yield sensor or "-", {}


def _activity(event: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    slices = event.get("temporal_slices") or [{}]
    for each in slices:
        yield (
            "activity_event",
            {
                "activity": event.get("activity"),
                "duration": each.get("duration", event.get("duration")),
                **{name: each.get(name) for name in ("item", "value", "type", "level")},
            },
        )


def _accelerometer(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read axes that some Android builds nest in `motion`."""
    inside = data["motion"] if isinstance(data.get("motion"), dict) else data
    axes = {axis: _number(inside.get(axis)) for axis in "xyz"}
    yield "accelerometer", {axis: value and value * streams.GRAVITY for axis, value in axes.items()}


def _motion(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    for part, stream in (("rotation", "gyro"), ("magnetic_field", "magnetometer")):
        inside = data.get(part)
        if isinstance(inside, dict):
            yield stream, {axis: inside.get(axis) for axis in "xyz"}


def _state(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read a change of the screen or of power; the words come later, from the map that holds."""
    code = data.get("value", data.get("state"))
    said = data.get("representation")
    power = codes.words_for("lamp", "battery") or {}
    word = power.get(str(said).lower()) or power.get(_plain(code))
    if word:
        yield "battery", {"status": word, "level": data.get("battery_level")}
        return
    yield "screen", {"code": _plain(code), "said": said}
    if data.get("battery_level") is not None:
        yield "battery", {"status": "unknown", "level": data["battery_level"]}


def _telephony(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = data.get("call_type", data.get("type"))
    contact = data.get("trace") or data.get("phone_number")
    seconds = data.get("duration", data.get("call_duration"))
    if "sms_type" in data or (seconds is None and "call_type" not in data):
        yield from _text(data)
        return
    yield "calls", {"code": _plain(kind), "seconds": seconds, "contact": contact and str(contact)}


def _text(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    contact = data.get("trace") or data.get("phone_number")
    code = _plain(data.get("sms_type", data.get("type")))
    yield "texts", {"code": code, "mms": False, "length": data.get("length"), "contact": contact and str(contact)}


def _nearby(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    address = data.get("address") or data.get("bt_address") or data.get("bssid")
    name = data.get("name") or data.get("bt_name") or data.get("ssid")
    is_wifi = "wifi" in str(data.get("type") or "").lower() or "bssid" in data
    row = {
        "address": address and str(address),
        "name_length": len(str(name)) if name else _length_of_name(data),
        "rssi": data.get("strength", data.get("rssi", data.get("bt_rssi"))),
    }
    yield "wifi" if is_wifi else "bluetooth", row


def _length_of_name(data: Event) -> Any:
    """Give the length that the way in left of a name."""
    return next((data[key] for key in ("name_length", "bt_name_length", "ssid_length") if key in data), None)


def _steps(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "steps_minute", {"steps": data.get("value"), "source": data.get("source")}


def _sleep(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    words = codes.words_for("lamp", "sleep") or {}
    said = data.get("representation")
    level = words.get(str(said)) if said is not None else words.get(_plain(data.get("value")))
    lasted = _number(data.get("duration"))
    yield "sleep_level", {"level": level, "seconds": lasted / 1000 if lasted is not None else None}


def _heart(data: Event) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "heart_minute", {"rate": data.get("value")}


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _plain(code: Any) -> str:
    text = str(code).strip().lower()
    return text[:-2] if text.endswith(".0") else text


def _table(stream: str, rows: list[dict[str, Any]], door: Door) -> pl.DataFrame:
    """Put rows into their stream's types; what does not fit is null. Then words for codes, and hashes for contacts."""
    kinds = {**streams.schema_of(stream), "position": pl.UInt32, "code": pl.String, "said": pl.String}
    table = pl.DataFrame({name: _column(rows, name, kind) for name, kind in kinds.items()})
    if stream == "screen":
        said = pl.col("said").str.strip_chars()
        by_number = codes.words_for("lamp", "screen", door.device_state) if door.device_state else None
        word = (
            pl.when(said.is_not_null())
            .then(codes.worded(said, codes.words_for("lamp", "screen", "representation")))
            .otherwise(codes.worded(pl.col("code"), by_number))
        )
        return table.with_columns(word.alias("event"))
    if stream in ("calls", "texts"):
        table = table.with_columns(codes.worded(pl.col("code"), codes.words_for("lamp", stream)).alias("kind"))
        return table if door.is_reduced else hashed(table, "contact", door.salt)
    return hashed(table, "address", door.salt) if "address" in kinds and not door.is_reduced else table


def _column(rows: list[dict[str, Any]], name: str, kind: Any) -> pl.Series:
    values = [row.get(name) for row in rows]
    if kind == pl.String:
        return pl.Series(name, [None if each is None else str(each) for each in values], dtype=pl.String)
    if kind == pl.Boolean:
        return pl.Series(name, [None if each is None else bool(each) for each in values], dtype=pl.Boolean)
    numbers = [each if isinstance(each, int) and not isinstance(each, bool) else _number(each) for each in values]
    if kind == pl.Float64:
        return pl.Series(name, [None if each is None else float(each) for each in numbers], dtype=kind)
    whole = [int(each) if each is not None and each == each and abs(each) < 2**53 else None for each in numbers]
    return pl.Series(name, whole, dtype=kind)


Turn = Callable[[Event], Iterator[tuple[str, dict[str, Any]]]]
TURNS: Mapping[str, Turn] = {
    "gps": lambda data: iter([("gps", {})]),  # one whose data is no object: held back for what it lacks
    "accelerometer": _accelerometer,
    "device_motion": _motion,
    "device_state": _state,
    "screen_state": _state,
    "telephony": _telephony,
    "calls": _telephony,
    "sms": _text,
    "nearby_device": _nearby,
    "bluetooth": _nearby,
    "wifi": _nearby,
    "steps": _steps,
    "sleep": _sleep,
    "heart_rate": _heart,
}
