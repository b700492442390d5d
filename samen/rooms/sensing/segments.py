"""Stretches of local time that features are computed over, and what falls into each.

Three kinds, as studies know them: frequency (each day in equal parts), periodic (on days that repeat) and event (around a
moment). Frequency and periodic segments are meant on the wall clock: an hour that a clock shows twice belongs to its segment
both times, one that it skips to none. So a segment can be several pieces of UTC; nearly all are one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import polars as pl

from samen.rooms.sensing.zones import stretches

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000  # ms
UNITS = {"D": DAY, "H": HOUR, "M": MINUTE, "S": SECOND}
LENGTH = re.compile(r"\s*(?:(\d+)\s*([DHMS])\s*)+")
DAYS_ON = ("every_day", "wday", "mday", "qday", "yday")
WALL = pl.Datetime("ms")
PIECE = pl.Struct({"begins": pl.Int64, "ends": pl.Int64})

SEGMENTS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "at": pl.UInt32,  # number of the segment; the key of every table of features
    "person": pl.String,
    "segment": pl.String,  # label
    "begins": pl.Int64,  # ms UTC
    "ends": pl.Int64,  # ms UTC, exclusive
    "begins_local": WALL,
    "ends_local": WALL,  # exclusive
    "pieces": pl.List(PIECE),  # ms UTC, ends exclusive, apart from each other
}


class BadSegments(ValueError):
    """A file of segments cannot be used; `key` and `values` name the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True)
class Plan:
    """What segments a study wants: a kind and its rows, as the file has them."""

    kind: str  # frequency, periodic or event
    rows: pl.DataFrame
    reaches_back: bool = True  # a periodic segment may begin before a person's first row


DAILY = Plan(
    "periodic",
    pl.DataFrame({"label": ["day"], "start": [0], "length": [DAY - SECOND], "on": ["every_day"], "value": [0]}),
)


def plan_of(table: pl.DataFrame, *, reaches_back: bool = True) -> Plan:
    """Read a file of segments; its columns say which kind it is. Raises: BadSegments."""
    have = set(table.columns)
    if "label" not in have or "length" not in have:
        raise BadSegments("segments_columns", columns=", ".join(sorted({"label", "length"} - have)))
    table = table.with_columns(pl.col("label").cast(pl.String))
    if {"event_timestamp", "device_id"} <= have:
        return Plan("event", _events(table), reaches_back)
    if {"start_time", "repeats_on"} <= have:
        return Plan("periodic", _periods(table), reaches_back)
    minutes = table["length"].cast(pl.Int64, strict=False)
    if minutes.null_count() or table.is_empty() or not minutes.is_between(1, 1440).all():
        raise BadSegments("segments_minutes")
    return Plan("frequency", pl.DataFrame({"label": table["label"], "length": minutes * MINUTE}), reaches_back)


def _events(table: pl.DataFrame) -> pl.DataFrame:
    shift = [milliseconds(each) for each in _texts(table, "shift", "0")]
    direction = [int(float(each)) for each in _texts(table, "shift_direction", "0")]
    return pl.DataFrame(
        {
            "label": table["label"],
            "moment": table["event_timestamp"].cast(pl.Float64).cast(pl.Int64),
            "length": pl.Series([milliseconds(each) for each in _texts(table, "length", "")], dtype=pl.Int64),
            "shift": pl.Series([a * b for a, b in zip(shift, direction, strict=True)], dtype=pl.Int64),
            "device": table["device_id"].cast(pl.String),
        }
    )


def _periods(table: pl.DataFrame) -> pl.DataFrame:
    on = [each.strip() for each in _texts(table, "repeats_on", "every_day")]
    wrong = [each for each in on if each not in DAYS_ON]
    if wrong:
        raise BadSegments("segments_repeats", repeats=wrong[0])
    return pl.DataFrame(
        {
            "label": table["label"],
            "start": pl.Series([_clock_time(each) for each in _texts(table, "start_time", "")], dtype=pl.Int64),
            "length": pl.Series([milliseconds(each) for each in _texts(table, "length", "")], dtype=pl.Int64),
            "on": pl.Series(on, dtype=pl.String),
            "value": pl.Series([int(float(each)) for each in _texts(table, "repeats_value", "0")], dtype=pl.Int64),
        }
    )


def _texts(table: pl.DataFrame, name: str, missing: str) -> list[str]:
    if name not in table.columns:
        return [missing] * table.height
    return [missing if each is None else str(each) for each in table[name].cast(pl.String).to_list()]


def milliseconds(text: str) -> int:
    """Read a length such as `1D 5H 59M 59S`; `0` is none. Raises: BadSegments."""
    if text.strip() in ("0", "0.0"):
        return 0
    if not LENGTH.fullmatch(text):
        raise BadSegments("segments_length", length=text)
    return sum(int(count) * UNITS[unit] for count, unit in re.findall(r"(\d+)\s*([DHMS])", text))


def _clock_time(text: str) -> int:
    found = re.fullmatch(r"\s*(\d{1,2}):(\d{2})(?::(\d{2}))?\s*", text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59 or int(found[3] or 0) > 59:
        raise BadSegments("segments_start", start=text)
    return int(found[1]) * HOUR + int(found[2]) * MINUTE + int(found[3] or 0) * SECOND


def laid_out(plan: Plan, seen: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Lay a plan over the time in which each person was seen.

    Takes:  seen: person, device, first, last (ms UTC, first and last row); spans as `zones.spans` gives them.
    Gives:  SEGMENTS, sorted by person, begins and label. A periodic segment is there when it overlaps first..last.
            A segment's last second is included: start 00:00:00 and length 23H 59M 59S end before midnight.
    """
    if plan.kind == "event":
        return _around_events(plan.rows, seen, spans)
    people = seen.group_by("person").agg(pl.col("first").min(), pl.col("last").max())
    days = _days(people, spans, back=_longest(plan) // DAY + 1)
    walls = _parts(plan.rows, days) if plan.kind == "frequency" else _periods_on(plan.rows, days)
    laid = _with_pieces(walls, spans)
    laid = laid.join(people, on="person").filter(pl.col("begins") <= pl.col("last"), pl.col("ends") > pl.col("first"))
    if not plan.reaches_back:
        laid = laid.filter(pl.col("begins_local").dt.date() >= pl.col("first_day"))
    return _numbered(laid)


def _longest(plan: Plan) -> int:
    return max(plan.rows["length"].to_list(), default=0) if plan.kind == "periodic" else 0


def _days(people: pl.DataFrame, spans: pl.DataFrame, *, back: int) -> pl.DataFrame:
    """Give person, day (ms of local midnight), first_day: each local day in which a segment of a person can begin."""
    shown = people.join(spans, on="person").group_by("person", maintain_order=True)
    first, last = (
        (pl.col(edge) + pl.col("offset"))
        .filter(pl.col("begins") <= pl.col(edge), pl.col("ends") > pl.col(edge))
        .first()
        // DAY
        for edge in ("first", "last")
    )
    edges = shown.agg(first.alias("from"), last.alias("to")).drop_nulls()
    return (
        edges.select(
            "person",
            pl.int_ranges(pl.col("from") - back, pl.col("to") + 2).alias("day"),  # a flight east can show the day after
            pl.col("from").cast(pl.Int32).cast(pl.Date).alias("first_day"),
        )
        .explode("day")
        .with_columns(pl.col("day") * DAY)
    )


def _parts(rows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    """Cut each day in equal parts; what is left over at its end is a shorter part."""
    label, length = rows.row(0)
    starts = list(range(0, DAY, length))
    parts = pl.DataFrame(
        {
            "start": pl.Series(starts, dtype=pl.Int64),
            "segment": [f"{label}{number:04d}" for number in range(len(starts))],
        }
    )
    return days.join(parts, how="cross").select(
        "person",
        "segment",
        "first_day",
        (pl.col("day") + pl.col("start")).alias("from"),
        (pl.col("day") + pl.min_horizontal(pl.col("start") + length, DAY)).alias("to"),
    )


def _periods_on(rows: pl.DataFrame, days: pl.DataFrame) -> pl.DataFrame:
    date = pl.col("day").cast(WALL).dt
    quarter_day = (date.date() - date.truncate("1q").dt.date()).dt.total_days() + 1
    fits = (
        (pl.col("on") == "every_day")
        | ((pl.col("on") == "wday") & (date.weekday() == pl.col("value")))
        | ((pl.col("on") == "mday") & (date.day() == pl.col("value")))
        | ((pl.col("on") == "qday") & (quarter_day == pl.col("value")))
        | ((pl.col("on") == "yday") & (date.ordinal_day() == pl.col("value")))
    )
    start = pl.col("day") + pl.col("start")
    return (
        days.join(rows.rename({"label": "segment"}), how="cross")
        .filter(fits)
        .select("person", "segment", "first_day", start.alias("from"), (start + pl.col("length") + SECOND).alias("to"))
    )


def _with_pieces(walls: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Find the UTC at which a clock showed each stretch `from`..`to` (ms of wall clock), piece by piece."""
    both = walls.join(spans, on="person").filter(
        pl.col("begins") + pl.col("offset") < pl.col("to"), pl.col("ends") + pl.col("offset") > pl.col("from")
    )
    pieces = both.select(
        "person",
        "segment",
        "first_day",
        "from",
        "to",
        pl.max_horizontal("begins", pl.col("from") - pl.col("offset")).alias("begins"),
        pl.min_horizontal("ends", pl.col("to") - pl.col("offset")).alias("ends"),
    ).sort("person", "segment", "from", "begins")
    names = ["person", "segment", "first_day", "from", "to"]
    apart = (pl.col("begins") != pl.col("ends").shift().over(names)).fill_null(True).cum_sum().over(names)
    joined = pieces.group_by(*names, apart.alias("piece"), maintain_order=True).agg(
        pl.col("begins").min(), pl.col("ends").max()
    )
    return (
        joined.group_by(names, maintain_order=True)
        .agg(pl.struct("begins", "ends").alias("pieces"), pl.col("begins").min(), pl.col("ends").max())
        .rename({"from": "begins_local", "to": "ends_local"})
        .with_columns(pl.col("begins_local", "ends_local").cast(WALL))
    )


def _around_events(rows: pl.DataFrame, seen: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Place segments around moments; a row may name any device of the person, or the person."""
    names = pl.concat(
        [seen.select("person", "device"), seen.select("person", pl.col("person").alias("device"))]
    ).unique()
    begins = pl.col("moment") + pl.col("shift")
    placed = rows.join(names, on="device").select(
        "person",
        pl.col("label").alias("segment"),
        begins.alias("begins"),
        (begins + pl.col("length") + SECOND).alias("ends"),
    )
    placed = placed.unique(maintain_order=True).with_columns(
        pl.concat_list(pl.struct("begins", "ends")).alias("pieces")
    )
    for edge in ("begins", "ends"):
        placed = placed.sort("person", edge).join_asof(
            spans.select("person", pl.col("begins").alias(f"{edge}_from"), pl.col("offset").alias(f"{edge}_ahead")),
            left_on=edge,
            right_on=f"{edge}_from",
            by="person",
            check_sortedness=False,
        )
        placed = placed.with_columns((pl.col(edge) + pl.col(f"{edge}_ahead")).cast(WALL).alias(f"{edge}_local"))
    return _numbered(placed)


def _numbered(laid: pl.DataFrame) -> pl.DataFrame:
    ordered = laid.sort("person", "begins", "segment", "ends").with_row_index("at")
    return ordered.select(pl.col(name).cast(kind) for name, kind in SEGMENTS.items())


def lengths(segments: pl.DataFrame) -> pl.DataFrame:
    """Give at, length (ms): how long each segment truly lasted, with a day of 23, 25 or 30 hours as that."""
    span = pl.element().struct.field("ends") - pl.element().struct.field("begins")
    return segments.select("at", pl.col("pieces").list.eval(span).list.sum().alias("length"))


def _pieces(segments: pl.DataFrame) -> pl.DataFrame:
    """Give at, person, begins, ends: one row for each piece, by person and begins."""
    return (
        segments.select("at", "person", "pieces")
        .explode("pieces")
        .unnest("pieces")
        .drop_nulls("begins")
        .sort("person", "begins", "at")
    )


def within(rows: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Give the rows with `at`, the segment in which each lies; a row that lies in two is there twice, in none not at all.

    Takes: rows sorted by person and time (ms UTC). Cost: a search for each segment, then one pass over what is taken.
    Gives: rows sorted by person, begin of segment and time.
    """
    pieces = _pieces(segments)
    starts, stops = _bounds(pieces, rows["person"], rows["time"].to_numpy(), rows["time"].to_numpy())
    return _taken(rows, pieces, starts, stops)


def _bounds(
    pieces: pl.DataFrame, people: pl.Series, enters: np.ndarray, leaves: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Find for each piece the first row that `leaves` at its begin or later and the first that `enters` at its end or later."""
    starts, stops = np.zeros(pieces.height, dtype=np.int64), np.zeros(pieces.height, dtype=np.int64)
    begins, ends = pieces["begins"].to_numpy(), pieces["ends"].to_numpy()
    who = pieces["person"].unique()
    of_rows, of_pieces = stretches(people, who), stretches(pieces["person"], who)
    for (low, high), (first, last) in zip(of_rows, of_pieces, strict=True):
        starts[first:last] = low + np.searchsorted(leaves[low:high], begins[first:last])
        stops[first:last] = low + np.searchsorted(enters[low:high], ends[first:last])
    return starts, np.maximum(starts, stops)


def _taken(rows: pl.DataFrame, pieces: pl.DataFrame, starts: np.ndarray, stops: np.ndarray) -> pl.DataFrame:
    """Give the rows starts..stops of each piece with its `at`."""
    counts = stops - starts
    at = pl.Series("at", np.repeat(pieces["at"].to_numpy().astype(np.uint32), counts), dtype=pl.UInt32)
    held = np.flatnonzero(counts)
    follow = bool(np.all(starts[held][1:] == stops[held][:-1]))
    if follow and counts.sum() == rows.height:  # each row once, in its own order: nothing needs to move
        return rows.with_columns(at)
    where = np.arange(len(at)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
    return rows[where].with_columns(at)


def cut(episodes: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Cut episodes at the borders of segments.

    Takes: episodes: person, begins, ends (ms UTC, ends exclusive) and what else they carry, in any order.
    Gives: one row for each episode and segment that overlap, with `at`, begins and ends inside the segment, and `is_start`
           (the episode began in this piece). An episode without length is in the segment in which it lies.
    """
    episodes = episodes.sort("person", "begins", "ends", maintain_order=True)
    pieces = _pieces(segments)
    latest = episodes.select(pl.col("ends").cum_max().over("person"))["ends"].to_numpy()
    starts, stops = _bounds(pieces, episodes["person"], episodes["begins"].to_numpy(), latest)
    taken = _taken(episodes, pieces.with_row_index("piece").with_columns(at="piece"), starts, stops)
    borders = pieces.select(
        pl.int_range(pl.len(), dtype=pl.UInt32).alias("piece"),
        pl.col("at").alias("of"),
        pl.col("begins").alias("opens"),
        pl.col("ends").alias("closes"),
    )
    taken = taken.rename({"at": "piece"}).join(borders, on="piece", maintain_order="left")
    is_inside = (pl.col("ends") > pl.col("opens")) | (pl.col("begins") == pl.col("ends"))
    return (
        taken.filter(is_inside & (pl.col("ends") >= pl.col("opens")))
        .with_columns(
            (pl.col("begins") >= pl.col("opens")).alias("is_start"),
            pl.max_horizontal("begins", "opens").alias("begins"),
            pl.min_horizontal("ends", "closes").alias("ends"),
        )
        .select(*episodes.columns, "is_start", pl.col("of").alias("at"))
    )


def joined(keys: pl.DataFrame, *tables: pl.DataFrame) -> pl.DataFrame:
    """Put tables of features side by side: every `at` of keys once, in order; what a table lacks is null."""
    start = keys.select("at").unique().sort("at")
    return reduce(lambda left, right: left.join(right, on="at", how="left", maintain_order="left"), tables, start)
