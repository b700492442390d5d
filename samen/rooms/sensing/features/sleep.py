"""Sleep that a watch summed up for each night and nap: how long, how well, when, how regularly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.segments import joined

MINUTE = 60_000  # ms
TYPES: Mapping[str, tuple[bool, ...]] = {"main": (True,), "nap": (False,), "all": (True, False)}
PARTS: Mapping[str, str] = {
    "afterwakeup": "minutes_after_wakeup",
    "asleep": "minutes_asleep",
    "awake": "minutes_awake",
    "tofallasleep": "minutes_to_fall_asleep",
    "inbed": "minutes_in_bed",
}


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "fitbit_sleep_summary.rapids"

    sleep_summary_last_night_end: int = 660  # minutes after midnight at which a night's sleep belongs to the next night
    sleep_types: tuple[str, ...] = ("main", "nap", "all")


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.sleep"

    night_ends_min: int = 660  # minutes after midnight: main sleep that begins later belongs to the next day


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Sleep in segments of whole days as RAPIDS has it.

    A day holds the sleep that began between its night's end and that of the next day, with bed times counted from its own
    midnight (they can pass 1440), and wakes from the sleep of the day before (they can be negative). Over several days first
    and last bed time are the least and the most, first and last wake time the means of each day's.

    Takes:  sleep_night by person and time, with local.
    Gives:  at, and for main, nap and all: first- and lastbedtime, first- and lastwaketime (minutes), countepisode,
            avgefficiency (percent), sum- and avgduration of afterwakeup, asleep, awake, tofallasleep and inbed (minutes).
            Where a day has sleep of another type alone, counts, sums and means are 0. A segment of days without sleep has no row.
            Ends of sleep are on the clock that showed its begin, in segments of one day on the clock that showed that day's end.
    Source: RAPIDS, Fitbit sleep summary, provider RAPIDS, and its published results; facts sheet, part 7.
    """
    begun = _of_days(rows, segments, settings.sleep_summary_last_night_end, 0)
    woken = _of_days(rows, segments, settings.sleep_summary_last_night_end, 1)
    parts, zeros = [], []
    for kind in settings.sleep_types:
        is_kind = pl.col("is_main").is_in(TYPES[kind])
        found = {"countepisode": pl.len().cast(pl.Int64), "avgefficiency": pl.col("efficiency").mean()}
        for name, column in PARTS.items():
            found |= {f"sumduration{name}": pl.col(column).sum(), f"avgduration{name}": pl.col(column).mean()}
        zeros += [f"{name}{kind}" for name in found if name != "avgefficiency"]
        found |= {"firstbedtime": pl.col("bed").min(), "lastbedtime": pl.col("bed").max()}
        parts.append(
            begun.filter(is_kind).group_by("at").agg(value.alias(name + kind) for name, value in found.items())
        )
        by_day = (
            woken.filter(is_kind)
            .group_by("at", "day")
            .agg(pl.col("wake").min().alias("first"), pl.col("wake").max().alias("last"))
            .sort("at", "day")
        )
        parts.append(
            by_day.group_by("at", maintain_order=True).agg(
                pl.col(edge).mean().alias(f"{edge}waketime{kind}") for edge in ("first", "last")
            )
        )
    keys = pl.concat([begun.select("at"), woken.select("at")])
    has_begun = pl.col("at").is_in(begun["at"].unique().implode())
    return joined(keys, *parts).with_columns(
        pl.when(has_begun).then(pl.col(name).fill_null(0)).alias(name) for name in zeros
    )


def _of_days(rows: pl.DataFrame, segments: pl.DataFrame, night_ends: int, later: int) -> pl.DataFrame:
    """Put sleep in segments of whole days, by the day it belongs to (`later` days after the one its night begins on).

    Gives: the rows with at, day (of the segment), bed and wake (minutes after that day's midnight).
    """
    first, past = pl.col("begins_local").dt, pl.col("ends_local").dt
    whole = segments.filter(first.time() == pl.time(0), past.time() == pl.time(0))
    days = whole.select(
        "at",
        "person",
        pl.date_ranges(first.date(), past.date(), closed="left").alias("day"),
        (past.date() - first.date()).dt.total_days().alias("days"),
        (pl.col("ends_local").cast(pl.Int64) - pl.col("ends")).alias("ahead_then"),
    ).explode("day")
    begin = (pl.col("local") - pl.duration(minutes=night_ends)).dt.date()
    sleeps = rows.with_columns(begin.dt.offset_by(f"{later}d").alias("day"))
    both = sleeps.join(days, on=["person", "day"], maintain_order="left")
    midnight = pl.col("day").cast(pl.Datetime("ms")).cast(pl.Int64)
    shown = pl.col("local").cast(pl.Int64)
    ahead = pl.when(pl.col("days") == 1).then(pl.col("ahead_then")).otherwise(shown - pl.col("time"))
    return both.with_columns(
        ((shown - midnight) / MINUTE).alias("bed"), ((pl.col("ends") + ahead - midnight) / MINUTE).alias("wake")
    ).sort("at", "time", maintain_order=True)


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """A night belongs to the day of waking, a nap to the day on which it began, in segments of whole days.

    Takes:  sleep_night by person and time, with local.
    Gives:  at, nights_count and naps_count; asleep_min, in_bed_min, awake_min, to_fall_asleep_min, after_wake_min (means for
            each main sleep), nap_asleep_min (sum), efficiency_pct (asleep of in bed, 0 to 100, of main sleep); bed_min and
            wake_min (means, minutes after the midnight of the day of waking, of main sleep; before midnight is negative);
            midpoint_sd_min (n-1, minutes, of the middles of main sleep: how regular it is; null with one night).
            A segment without sleep has no row.
    Source: own definition.
    """
    nights = _of_days(rows, segments, settings.night_ends_min, 1).filter("is_main")
    naps = _of_days(rows, segments, 0, 0).filter(~pl.col("is_main"))
    means = {
        "asleep_min": "minutes_asleep",
        "in_bed_min": "minutes_in_bed",
        "awake_min": "minutes_awake",
        "to_fall_asleep_min": "minutes_to_fall_asleep",
        "after_wake_min": "minutes_after_wakeup",
        "bed_min": "bed",
        "wake_min": "wake",
    }
    in_bed = pl.col("minutes_in_bed").sum()
    of_nights = nights.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("nights_count"),
        *(pl.col(column).mean().alias(name) for name, column in means.items()),
        pl.when(in_bed > 0).then(100 * pl.col("minutes_asleep").sum() / in_bed).alias("efficiency_pct"),
        ((pl.col("bed") + pl.col("wake")) / 2).std().alias("midpoint_sd_min"),
    )
    of_naps = naps.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("naps_count"), pl.col("minutes_asleep").sum().alias("nap_asleep_min")
    )
    zeros = ["nights_count", "naps_count", "nap_asleep_min"]
    keys = pl.concat([nights.select("at"), naps.select("at")])
    return joined(keys, of_nights, of_naps).with_columns(pl.col(zeros).fill_null(0))
