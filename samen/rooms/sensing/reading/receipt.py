"""What became of the rows that were read: stored, doubled, quarantined or refused, and none lost on the way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from samen.rooms.sensing import streams

EARLIEST, LATEST = (
    946_684_800_000,
    4_102_444_800_000,
)  # ms: 2000 to 2100; a time outside is a fault of a clock or a unit

QUARANTINE = pl.Schema({"file": pl.String, "row": pl.Int64, "stream": pl.String, "reason": pl.String})
COUNTS = pl.Schema(
    {
        "stream": pl.String,
        "received": pl.Int64,
        "stored": pl.Int64,
        "doubled": pl.Int64,
        "quarantined": pl.Int64,
        "refused": pl.Int64,
    }
)

REQUIRED: Mapping[str, tuple[str, ...]] = {
    "gps": ("latitude", "longitude"),
    "accelerometer": ("x", "y", "z"),
    "gyro": ("x", "y", "z"),
    "magnetometer": ("x", "y", "z"),
    "screen": ("event",),
    "battery": ("status",),
    "calls": ("kind",),
    "texts": ("kind",),
    "apps": ("package",),
    "bluetooth": ("address",),
    "wifi": ("address",),
    "steps_minute": ("steps",),
    "steps_day": ("steps",),
    "heart_minute": ("rate",),
    "sleep_level": ("level",),
    "flights": ("ends", "from_latitude", "from_longitude", "to_latitude", "to_longitude", "kind"),
}
CODED: Mapping[str, str] = {  # the column whose null means that nobody knows the word for its code
    "screen": "event",
    "battery": "status",
    "calls": "kind",
    "texts": "kind",
}
RANGES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "gps": {"latitude": (-90, 90), "longitude": (-180, 180)},
    "accelerometer": {axis: (-1000, 1000) for axis in "xyz"},  # m/s²: some hundred g, beyond any phone's sensor
    "battery": {"level": (0, 100)},
    "calls": {"seconds": (0, 604_800)},  # a week
    "flights": {
        "from_latitude": (-90, 90),
        "to_latitude": (-90, 90),
        "from_longitude": (-180, 180),
        "to_longitude": (-180, 180),
    },
}


@dataclass(frozen=True)
class Read:
    """Tables by stream, and the account of every row that was received."""

    tables: Mapping[str, pl.DataFrame]
    quarantine: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=QUARANTINE))
    counts: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COUNTS))
    on_wall_clock: frozenset[str] = frozenset()  # streams whose time is what a clock showed, as if that were UTC


Locate = Callable[[list[int]], pl.DataFrame]  # positions -> file, row (1 = the first row under the header)


def faults(stream: str) -> dict[str, pl.Expr]:
    """Give each fault that keeps a row of a stream out, as a condition; the first that holds is the reason."""
    found = {
        "person_missing": pl.col("person").is_null() | (pl.col("person") == ""),
        "time_missing": pl.col("time").is_null(),
        "time_out_of_range": ~pl.col("time").is_between(EARLIEST, LATEST),
    }
    if stream in CODED:
        found["code_unknown"] = pl.col(CODED[stream]).is_null()
    if stream in REQUIRED:
        found["value_missing"] = pl.any_horizontal(_lacks(stream, name) for name in REQUIRED[stream])
    if stream in RANGES:
        found["value_out_of_range"] = pl.any_horizontal(
            ~pl.col(name).is_between(low, high) for name, (low, high) in RANGES[stream].items()
        )
    return found


def _lacks(stream: str, name: str) -> pl.Expr:
    if streams.STREAMS[stream][name] == pl.Float64:
        return pl.col(name).is_null() | ~pl.col(name).is_finite()
    return pl.col(name).is_null()


def settled(stream: str, rows: pl.DataFrame, locate: Locate) -> Read:
    """Take in one source's rows of one stream: what cannot be stored goes to quarantine with its place and reason.

    Takes: rows with the stream's columns, in the order in which they were read, and `position`, which locate understands.
    """
    wanted: dict[str, Any] = {**streams.schema_of(stream), "position": pl.UInt32}
    rows = rows.select(
        pl.col(name).cast(kind) if name in rows.columns else pl.lit(None, dtype=kind).alias(name)
        for name, kind in wanted.items()
    )
    conditions = faults(stream)
    is_faulty = rows.select(pl.any_horizontal(conditions.values()).fill_null(False).alias("is"))["is"]
    held, stored = pl.DataFrame(schema=QUARANTINE), rows
    if is_faulty.any():
        stored, faulty = rows.filter(~is_faulty), rows.filter(is_faulty)
        why = pl.coalesce(pl.when(holds).then(pl.lit(name)) for name, holds in conditions.items())
        held = locate(faulty["position"].to_list()).select(
            pl.col("file").cast(pl.String),
            pl.col("row").cast(pl.Int64),
            pl.lit(stream).alias("stream"),
            faulty.select(why.alias("reason"))["reason"],
        )
    stored = once(streams.in_order(stored.drop("position")))
    return Read({stream: stored}, held, account(stream, rows.height, stored.height, held.height))


def account(stream: str, received: int, stored: int, quarantined: int, refused: int = 0) -> pl.DataFrame:
    """Give one line of the account; what is neither stored nor held back was there already."""
    doubled = received - stored - quarantined - refused
    return pl.DataFrame([(stream, received, stored, doubled, quarantined, refused)], schema=COUNTS, orient="row")


def unreadable(file: str, why: str, stream: str = "", rows: int = 1) -> Read:
    """Give the account of a file, or of a stream in it, that cannot be read at all; row 0 stands for all of it."""
    held = pl.DataFrame([(file, 0, stream, why)], schema=QUARANTINE, orient="row")
    return Read({}, held, account(stream, rows, 0, rows))


def once(rows: pl.DataFrame) -> pl.DataFrame:
    """Drop rows that are there twice, in every column alike. Takes: rows sorted by person and time.

    Only rows that share person and time with a neighbour are compared, so that a clean table costs one pass.
    """
    if rows.height < 2:
        return rows
    same = (pl.col("time") == pl.col("time").shift()) & (pl.col("person") == pl.col("person").shift())
    follows = rows.select(same.fill_null(False).alias("same"))["same"]
    if not follows.any():
        return rows
    near = follows | follows.shift(-1, fill_value=False)
    kept = rows.with_row_index("order")
    few = kept.filter(near).unique(subset=rows.columns, keep="first", maintain_order=True)
    return pl.concat([kept.filter(~near), few]).sort("order").drop("order")


def together(parts: Iterable[Read]) -> Read:
    """Put what was read from several sources together; a row that two of them hold counts as doubled."""
    found: dict[str, list[pl.DataFrame]] = {}
    clocks: frozenset[str] = frozenset()
    held: list[pl.DataFrame] = [pl.DataFrame(schema=QUARANTINE)]
    counted: list[pl.DataFrame] = [pl.DataFrame(schema=COUNTS)]
    for part in parts:
        for stream, rows in part.tables.items():
            found.setdefault(stream, []).append(rows)
        clocks |= part.on_wall_clock
        held.append(part.quarantine)
        counted.append(part.counts)
    tables = {stream: _one(rows) for stream, rows in sorted(found.items())}
    counts = pl.concat(counted).group_by("stream").agg(pl.exclude("stream").sum()).sort("stream")
    stored = pl.DataFrame(
        {"stream": list(tables), "now": [rows.height for rows in tables.values()]},
        schema={"stream": pl.String, "now": pl.Int64},
    )
    counts = counts.join(stored, on="stream", how="left", maintain_order="left")
    again = pl.col("stored") - pl.col("now").fill_null(0)
    counts = counts.with_columns(pl.col("doubled") + again, pl.col("stored") - again).drop("now")
    return Read(tables, pl.concat(held), counts.select(COUNTS.names()), clocks)


def summed(parts: Sequence[Read]) -> Read:
    """Give one account of several that share no row."""
    counts = pl.concat([pl.DataFrame(schema=COUNTS), *(part.counts for part in parts)])
    held = pl.concat([pl.DataFrame(schema=QUARANTINE), *(part.quarantine for part in parts)])
    return Read({}, held, counts.group_by("stream").agg(pl.exclude("stream").sum()).sort("stream"))


def _one(rows: Sequence[pl.DataFrame]) -> pl.DataFrame:
    if len(rows) == 1:
        return rows[0]
    return once(streams.in_order(pl.concat(rows)))


def refusing(read: Read, kept: Mapping[str, pl.DataFrame]) -> Read:
    """Give the account after some stored rows were refused: of nobody who takes part, or outside of their time."""
    fewer = pl.DataFrame(
        {
            "stream": list(read.tables),
            "gone": [read.tables[stream].height - kept[stream].height for stream in read.tables],
        },
        schema={"stream": pl.String, "gone": pl.Int64},
    )
    counts = read.counts.join(fewer, on="stream", how="left", maintain_order="left").with_columns(
        pl.col("stored") - pl.col("gone").fill_null(0), pl.col("refused") + pl.col("gone").fill_null(0)
    )
    return Read(kept, read.quarantine, counts.select(COUNTS.names()), read.on_wall_clock)
