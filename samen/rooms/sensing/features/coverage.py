"""How much was measured at all: without this no other number can be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.segments import lengths, within

MINUTE, HOUR = 60_000, 3_600_000  # ms
DAY_FROM, DAY_TO = 8, 20  # hours of the clock that count as day; Forest draws the line there too

PHONE = (
    "accelerometer",
    "activity_recognition",
    "apps",
    "battery",
    "bluetooth",
    "calls",
    "gps",
    "gyro",
    "keyboard",
    "magnetometer",
    "screen",
    "texts",
    "wifi",
)
OF_RAPIDS = {  # the peer's name of a sensor -> stream
    "phone_accelerometer": "accelerometer",
    "phone_activity_recognition": "activity_recognition",
    "phone_applications_foreground": "apps",
    "phone_battery": "battery",
    "phone_bluetooth": "bluetooth",
    "phone_calls": "calls",
    "phone_keyboard": "keyboard",
    "phone_locations": "gps",
    "phone_messages": "texts",
    "phone_screen": "screen",
    "phone_wifi_visible": "wifi",
}


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "phone_data_yield.rapids"

    sensors: tuple[str, ...] = tuple(OF_RAPIDS)  # the peer's names, in either case
    minute_ratio_threshold_for_valid_yielded_hours: float = 0.5


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.coverage"

    bin_min: float = 10.0  # minutes: a bin is covered when anything was measured in it


def rapids(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Share of minutes and hours in which the phone measured anything.

    A minute is valid when any of the sensors has a row in it; an hour when more than the threshold of its minutes are: of 60,
    or of as many as the segment has left. Both are counted from the segment's begin, over its true length, and are at most 1.

    Takes:  tables of phone streams, by person and time.
    Gives:  at, ratiovalidyieldedminutes, ratiovalidyieldedhours (0 to 1). A segment without a row has none here.
    Source: RAPIDS, phone data yield, provider RAPIDS.
    """
    wanted = {OF_RAPIDS.get(name.lower()) for name in settings.sensors}
    moments = [
        within(rows.select("person", "time"), segments)
        .join(segments.select("at", "begins"), on="at")
        .select("at", ((pl.col("time") - pl.col("begins")) // MINUTE).alias("minute"))
        .unique()
        for stream, rows in tables.items()
        if stream in wanted
    ]
    empty = pl.DataFrame(schema={"at": pl.UInt32, "minute": pl.Int64})
    minutes = pl.concat([empty, *moments]).unique()
    hour = pl.col("minute") // 60
    held = minutes.group_by("at", hour.alias("hour")).agg(pl.len().alias("valid")).join(lengths(segments), on="at")
    possible = pl.min_horizontal(pl.lit(60.0), pl.col("length") / MINUTE - pl.col("hour") * 60)
    is_valid = pl.col("valid") > settings.minute_ratio_threshold_for_valid_yielded_hours * possible
    both = held.group_by("at").agg(
        pl.col("valid").sum().alias("minutes"), is_valid.sum().alias("hours"), pl.col("length").first()
    )
    return both.select(
        "at",
        (pl.col("minutes") * MINUTE / pl.col("length")).clip(upper_bound=1).alias("ratiovalidyieldedminutes"),
        (pl.col("hours") * HOUR / pl.col("length")).clip(upper_bound=1).alias("ratiovalidyieldedhours"),
    ).sort("at")


def samen(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """How much each stream measured, and all of a person's streams together.

    Takes:  tables by stream, by person and time, with local.
    Gives:  at, and for each stream S (and `any` for all of them): S_valid_min (minutes with a row), S_day_min (of them from 08
            to 20), S_night_min, S_valid_hours (hours with more than half of their minutes valid), S_bins_share (0 to 1, bins of
            bin_min minutes), S_longest_gap_min (also from the segment's begin and to its end), S_last_seen_min (minutes
            before the segment's end); and S_rate_mean and S_rate_var (rows in a valid minute). Every segment of a person who
            has the stream at all is there: nothing measured is 0 minutes and a gap as long as the segment.
    Source: own definition.
    """
    known = segments.join(lengths(segments), on="at", maintain_order="left")
    found, minutes = [known.select("at")], []
    for stream, rows in tables.items():
        inside = within(rows.select("person", "time", "local"), segments)
        by_minute = _by_minute(inside)
        minutes.append(by_minute.select("at", "minute", "local"))
        people = rows["person"].unique()
        found.append(
            _described(stream, known.filter(pl.col("person").is_in(people.implode())), inside, by_minute, settings)
        )
    of_any = pl.concat(minutes).unique(["at", "minute"]).sort("at", "minute") if minutes else None
    if of_any is not None:
        moments = of_any.select("at", (pl.col("minute") * MINUTE).alias("time"))
        found.append(
            _described("any", known, moments, of_any.with_columns(rows=pl.lit(1)), settings).drop(
                "any_rate_mean", "any_rate_var"
            )
        )
    return reduce(lambda left, right: left.join(right, on="at", how="left", maintain_order="left"), found)


def _by_minute(inside: pl.DataFrame) -> pl.DataFrame:
    """Give at, minute (of UTC), local (of its first row), rows; rows lie by segment and time, so that one pass is enough."""
    minute = pl.col("time") // MINUTE
    is_new = (minute != minute.shift()) | (pl.col("at") != pl.col("at").shift())
    starts = inside.with_row_index("order").filter(is_new.fill_null(True))
    following = pl.col("order").shift(-1).fill_null(inside.height).cast(pl.Int64)
    return starts.select(
        "at", minute.alias("minute"), "local", (following - pl.col("order").cast(pl.Int64)).alias("rows")
    )


def _described(
    stream: str, known: pl.DataFrame, inside: pl.DataFrame, by_minute: pl.DataFrame, settings: Samen
) -> pl.DataFrame:
    hour, local_hour = pl.col("minute") // 60, pl.col("local").dt.hour()
    is_day = local_hour.is_between(DAY_FROM, DAY_TO - 1)
    bins = (pl.col("minute") * MINUTE // int(settings.bin_min * MINUTE)).n_unique()
    of_minutes = by_minute.group_by("at").agg(
        pl.len().cast(pl.Int64).alias("valid_min"),
        is_day.sum().cast(pl.Int64).alias("day_min"),
        (~is_day).sum().cast(pl.Int64).alias("night_min"),
        bins.alias("bins"),
        pl.col("rows").mean().alias("rate_mean"),
        pl.col("rows").var().alias("rate_var"),
    )
    hours = by_minute.group_by("at", hour.alias("hour")).agg((pl.len() > 30).alias("is_valid"))
    of_hours = hours.group_by("at").agg(pl.col("is_valid").sum().cast(pl.Int64).alias("valid_hours"))
    time = pl.col("time")
    since = pl.when(pl.col("at") == pl.col("at").shift()).then(time - time.shift())
    gaps = (
        inside.with_columns(since.alias("since"))
        .group_by("at")
        .agg(time.min().alias("first"), time.max().alias("last"), pl.col("since").max())
    )
    both = reduce(
        lambda left, right: left.join(right, on="at", how="left", maintain_order="left"),
        (known, of_minutes, of_hours, gaps),
    )
    edges = (pl.col("first") - pl.col("begins"), pl.col("ends") - pl.col("last"), pl.col("since"))
    possible = (pl.col("length") / (settings.bin_min * MINUTE)).ceil()
    return both.select(
        "at",
        *(
            pl.col(name).fill_null(0).alias(f"{stream}_{name}")
            for name in ("valid_min", "day_min", "night_min", "valid_hours")
        ),
        (pl.col("bins").fill_null(0) / possible).clip(upper_bound=1).alias(f"{stream}_bins_share"),
        (pl.max_horizontal(edges).fill_null(pl.col("length")) / MINUTE).alias(f"{stream}_longest_gap_min"),
        ((pl.col("ends") - pl.col("last")) / MINUTE).alias(f"{stream}_last_seen_min"),
        pl.col("rate_mean").alias(f"{stream}_rate_mean"),
        pl.col("rate_var").alias(f"{stream}_rate_var"),
    )
