"""Events as programs sent them become rows of typed tables, by the same reading as a file of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.judging import Kept
from samen.rooms.sensing.reading import lamp
from samen.rooms.sensing.reading.receipt import faults

CONSENTS: Mapping[str, str] = {  # typed stream -> what a person says yes to, where that has another name
    "steps_minute": "steps",
    "steps_day": "steps",
    "heart_minute": "heart",
    "heart_day": "heart",
    "sleep_night": "sleep",
    "sleep_level": "sleep",
    "survey_timings": "activities",
    "survey_answers": "activities",
    "activity_event": "activities",
    "flights": "gps",
}
BESIDE: Mapping[str, type[pl.DataType]] = {
    "consent": pl.String,  # the stream under whose yes it was kept
    "origin": pl.Int64,  # of the key of the event that it comes from; 0 = it came in a file
    "part": pl.Int32,  # its place among the rows of that event
}


@dataclass(frozen=True)
class Turned:
    """Rows by stream, and how many rows could not be read, by stream and reason."""

    tables: Mapping[str, pl.DataFrame]
    held: Mapping[tuple[str, str], int]


def schema_of(stream: str) -> pl.Schema:
    """Give the columns of a typed table."""
    return pl.Schema({**streams.KEY, **streams.STREAMS[stream], **BESIDE})


def consent_for(stream: str) -> str:
    """Give what a person says yes to for a typed stream."""
    return CONSENTS.get(stream, stream)


def allowed(rows: pl.DataFrame, stream: str, wanted: Mapping[str, int]) -> pl.DataFrame:
    """Give the rows of a typed table that may be read, in the stream's own columns.

    Takes: wanted: what the person says yes to -> from when on (ms); it names the stream's own consent. Rows that were kept under
    another yes, such as the battery's level in an event of the screen, need both.
    """
    columns, own = streams.schema_of(stream).names(), wanted[consent_for(stream)]
    under = rows["consent"].unique()
    begins = {each: max(wanted[each], own) for each in under if each in wanted}
    if len(begins) == len(under) == 1:  # all of it under one yes, as most is
        only, first = begins[under[0]], rows["time"].min()
        is_all = isinstance(first, int) and first >= only
        return (rows if is_all else rows.filter(pl.col("time") >= only)).select(columns)
    since = pl.col("consent").replace_strict(begins, default=None, return_dtype=pl.Int64)
    return rows.filter(pl.col("time") >= since).select(columns)


def number_of(key: bytes) -> int:
    """Give the number under which an event stands in typed tables."""
    return int.from_bytes(key[:8], "big", signed=True)


def typed(events: Sequence[Kept], *, person: str, device: str, device_state: str = "") -> Turned:
    """Turn one device's events into rows. What cannot be read stays in the events, and is counted with its reason.

    Gives: for each stream its columns and BESIDE, by time, origin and part.
    """
    bodies = json.loads(f"[{','.join(each.body for each in events)}]")
    told = (
        (at, ("", {**body, "timestamp": each.time})) for at, (body, each) in enumerate(zip(bodies, events, strict=True))
    )
    parts, unknown = lamp.turned(told, lamp.Door(b"", device_state, is_reduced=True))
    beside = pl.DataFrame(
        {
            "position": pl.Series(range(len(events)), dtype=pl.UInt32),
            "consent": pl.Series([each.stream for each in events], dtype=pl.String),
            "origin": pl.Series([number_of(each.key) for each in events], dtype=pl.Int64),
        }
    )
    held = {(sensor, "sensor_unknown"): n for sensor, n in unknown.items()}
    found: dict[str, list[pl.DataFrame]] = {}
    for stream, rows in parts:
        rows = rows.with_columns(pl.lit(person).alias("person"), pl.lit(device).alias("device"))
        sound, wrong = _sound(stream, rows)
        for reason, n in wrong.items():
            held[stream, reason] = held.get((stream, reason), 0) + n
        sound = sound.join(beside, on="position", how="left", maintain_order="left")
        found.setdefault(stream, []).append(
            sound.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).over("position").alias("part")).select(
                pl.col(name).cast(kind) if name in sound.columns or name == "part" else pl.lit(None, kind).alias(name)
                for name, kind in schema_of(stream).items()
            )
        )
    return Turned({stream: ordered(pl.concat(each)) for stream, each in found.items()}, held)


def _sound(stream: str, rows: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Part rows that a typed table takes from those that have a fault; gives these by reason."""
    conditions = faults(stream)
    why = pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in conditions.items()).alias("why")
    lacking = [
        pl.lit(None, dtype=kind).alias(name)
        for name, kind in streams.schema_of(stream).items()
        if name not in rows.columns
    ]
    judged = rows.with_columns(lacking).with_columns(why)
    wrong = judged.filter(pl.col("why").is_not_null()).group_by("why").len()
    return judged.filter(pl.col("why").is_null()).drop("why"), dict(wrong.iter_rows())


def ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Sort rows of a typed table so that the same rows always lie the same way, each once.

    One person's rows at times that all differ, as a sensor's are, need no more than a look.
    """
    if streams.is_of_one(rows):
        rows = rows if rows["time"].is_sorted() else rows.sort("time", maintain_order=True)
        if is_strict(rows):
            return rows
    first = ("person", "time", "origin", "part")
    rest = [name for name in rows.columns if name not in first]
    rows = rows.sort(*first, *rest, maintain_order=True)
    return rows.unique([name for name in rows.columns if name not in BESIDE], keep="first", maintain_order=True)


def is_strict(rows: pl.DataFrame) -> bool:
    """Say whether each row is later than the one before it."""
    return bool((rows["time"].diff().slice(1) > 0).all())
