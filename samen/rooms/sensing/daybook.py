"""What came in of each person, stream and day: numbers from which the monitors of quality look, without the measurements."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

HOUR, DAY = 3_600_000, 86_400_000  # ms
MINUTE = 60_000  # ms
THIRD = 20 * MINUTE
LONGEST = 12 * HOUR  # a state of a screen that lasts longer says nothing
EMPTY = 5.0  # percent: below it a phone saves what it can
NEXT = HOUR  # two levels of a battery further apart say nothing about its drain


@dataclass(frozen=True)
class Expected:
    """What a stream's plan is: a row at least each so many minutes (None: only when something happens), silent after so many hours."""

    every_min: int | None
    silent_h: int


PLAN: Mapping[str, Expected] = {
    "gps": Expected(12, 24),
    "accelerometer": Expected(30, 24),
    "battery": Expected(15, 24),
    "steps_minute": Expected(None, 48),  # a counter is silent while somebody sits
    "heart_minute": Expected(10, 48),
    "bluetooth": Expected(None, 72),
    "wifi": Expected(None, 72),
    "screen": Expected(None, 36),
    "apps": Expected(None, 72),
    "keyboard": Expected(None, 96),
    "texts": Expected(None, 240),
    "calls": Expected(None, 336),
    "sleep_night": Expected(None, 96),
    "sleep_level": Expected(None, 96),
    "steps_day": Expected(None, 72),
    "survey_timings": Expected(None, 240),
    "activity_event": Expected(None, 504),
}
UNPLANNED = Expected(None, 240)  # of a stream that no plan names

KIND: Mapping[str, type[pl.DataType]] = {
    "person": pl.String,
    "stream": pl.String,
    "day": pl.Int64,  # of UTC, since 1970
    "rows": pl.Int64,
    "doubled": pl.Int64,  # rows that say the same as another one
    "last": pl.Int64,  # ms UTC of the newest row
    "cycles": pl.Int64,  # stretches of the plan that hold a row; 0 without a plan
    "third_0": pl.Int64,  # first twenty minutes of an hour that hold a row
    "third_1": pl.Int64,
    "third_2": pl.Int64,
    "lit_h": pl.Float64,  # screen: hours that it says to be on
    "dark_h": pl.Float64,  # screen: hours that it says to be off
    "drain": pl.Float64,  # battery: percent an hour while discharging
}
ARRIVALS: Mapping[str, type[pl.DataType]] = {
    "person": pl.String,
    "stream": pl.String,
    "at": pl.Int64,  # ms UTC by the service's clock
    "first": pl.Int64,  # ms UTC by the device's clock: the oldest of the batch
    "last": pl.Int64,  # and the newest
    "rows": pl.Int64,
}


def daily(tables: Mapping[str, pl.DataFrame], plan: Mapping[str, Expected] = PLAN) -> pl.DataFrame:
    """Give KIND, one row for each person, stream and day with rows; by person, stream and day. Cost: linear."""
    parts = [pl.DataFrame(schema=KIND)]
    parts += [_of_stream(stream, rows, plan.get(stream, UNPLANNED)) for stream, rows in tables.items() if rows.height]
    return pl.concat(parts, how="diagonal_relaxed").select(*KIND).sort("person", "stream", "day")


def _of_stream(stream: str, rows: pl.DataFrame, expected: Expected) -> pl.DataFrame:
    time = pl.col("time")
    third = time // THIRD
    cycles = (time // (expected.every_min * MINUTE)).n_unique() if expected.every_min else pl.lit(0)
    said = rows.drop("local") if "local" in rows.columns else rows
    marked = rows.with_columns(said.hash_rows(1).alias("hash"), (time // DAY).alias("day"))
    found = marked.group_by("person", "day").agg(
        pl.lit(stream).alias("stream"),
        pl.len().cast(pl.Int64).alias("rows"),
        (pl.len() - pl.col("hash").n_unique()).cast(pl.Int64).alias("doubled"),
        time.max().alias("last"),
        cycles.cast(pl.Int64).alias("cycles"),
        *(third.filter(third % 3 == part).n_unique().cast(pl.Int64).alias(f"third_{part}") for part in range(3)),
    )
    beside = {"screen": _light, "battery": _drain}.get(stream)
    return found.join(beside(rows), on=["person", "day"], how="left") if beside else found


def _light(rows: pl.DataFrame) -> pl.DataFrame:
    """Give person, day, lit_h, dark_h: how long the state lasted that each event says."""
    ordered = rows.sort("person", "device", "time", maintain_order=True)
    lasts = pl.col("time").shift(-1).over("person", "device") - pl.col("time")
    hours = pl.when(lasts <= LONGEST).then(lasts / HOUR).otherwise(0.0)
    is_lit = pl.col("event").is_in(["on", "unlocked"])
    return (
        ordered.with_columns(hours.fill_null(0.0).alias("hours"), (pl.col("time") // DAY).alias("day"))
        .group_by("person", "day")
        .agg(pl.col("hours").filter(is_lit).sum().alias("lit_h"), pl.col("hours").filter(~is_lit).sum().alias("dark_h"))
    )


def _drain(rows: pl.DataFrame) -> pl.DataFrame:
    """Give person, day, drain: drop of the level by hours, between neighbours that both say that it discharges, while it is not nearly empty."""
    is_down = pl.col("status") == "discharging"
    after = [pl.col(name).shift(-1).over("person", "device") for name in ("time", "level")]
    ordered = rows.sort("person", "device", "time", maintain_order=True).with_columns(
        (after[0] - pl.col("time")).alias("lasts"),
        (pl.col("level") - after[1]).alias("drop"),
        (is_down & is_down.shift(-1).over("person", "device")).alias("both"),
        (pl.col("time") // DAY).alias("day"),
    )
    kept = ordered.filter(
        pl.col("both"), pl.col("lasts").is_between(1, NEXT), pl.col("drop") >= 0, pl.col("level") > EMPTY
    )
    return kept.group_by("person", "day").agg((pl.col("drop").sum() / (pl.col("lasts").sum() / HOUR)).alias("drain"))
