"""Heart rate by minute and by day: how quick, how varied, in which zones."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.features.contacts import entropy
from samen.rooms.sensing.segments import joined, within

MINUTE = 60_000  # ms
ZONES = ("outofrange", "fatburn", "cardio", "peak")
STREAMS = ("heart_minute", "heart_day")


@dataclass(frozen=True)
class Intraday:
    """RAPIDS' provider for heart rate by minute has no parameters."""

    TABLE: ClassVar[str] = "fitbit_heartrate_intraday.rapids"


@dataclass(frozen=True)
class Summary:
    """RAPIDS' provider for heart rate by day has no parameters."""

    TABLE: ClassVar[str] = "fitbit_heartrate_summary.rapids"


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.heart"

    bin_bpm: int = 5  # beats a minute: width of the bins that the entropy looks at


def intraday(rows: pl.DataFrame, segments: pl.DataFrame, settings: Intraday) -> pl.DataFrame:
    """Heart rate by minute as RAPIDS has it; the entropy takes the rates themselves as weights.

    Takes:  heart_minute by person and time.
    Gives:  at, max-, min-, avg-, median-, mode- (the least of several), std- (n-1), diffmaxmode- and diffminmodehr (beats a
            minute), entropyhr (nats), minuteson{outofrange,fatburn,cardio,peak}zone (rows). A segment without rows has no row.
    Source: RAPIDS, Fitbit heart rate intraday, provider RAPIDS, and its published results.
    """
    zones = {f"minuteson{zone}zone": (pl.col("zone") == zone).sum().cast(pl.Int64) for zone in ZONES}
    return (
        within(rows, segments)
        .group_by("at", maintain_order=True)
        .agg(value.alias(name) for name, value in (_of_rates(pl.col("rate"), "hr") | zones).items())
    )


def summary(rows: pl.DataFrame, segments: pl.DataFrame, settings: Summary) -> pl.DataFrame:
    """Resting heart rate by day as RAPIDS has it, in segments of whole days.

    Takes:  heart_day by person and time.
    Gives:  at, the statistics of `intraday` for restinghr (beats a minute; entropy in nats). A segment without one has no row.
    Source: RAPIDS, Fitbit heart rate summary, provider RAPIDS, and its published results.
    """
    return (
        within(rows.drop_nulls("resting"), _whole(segments))
        .group_by("at", maintain_order=True)
        .agg(value.alias(name) for name, value in _of_rates(pl.col("resting"), "restinghr").items())
    )


def _of_rates(rate: pl.Expr, name: str) -> dict[str, pl.Expr]:
    mode = rate.mode().min()
    return {
        f"max{name}": rate.max(),
        f"min{name}": rate.min(),
        f"avg{name}": rate.mean(),
        f"median{name}": rate.median(),
        f"mode{name}": mode,
        f"std{name}": rate.std(),
        f"diffmaxmode{name}": rate.max() - mode,
        f"diffminmode{name}": mode - rate.min(),
        f"entropy{name}": entropy(rate),
    }


def _whole(segments: pl.DataFrame) -> pl.DataFrame:
    """Keep segments of whole days: a value of a day says nothing about a part of it."""
    return segments.filter(pl.col(edge).dt.time() == pl.time(0) for edge in ("begins_local", "ends_local"))


def samen(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Heart rate, resting rate and its variability; rows of one minute of UTC make one rate, their mean.

    Takes:  heart_minute and heart_day (either may be absent) by person and time.
    Gives:  at, measured_min (minutes), rate_mean_bpm, _median_, _min_, _max_, _sd_ (n-1) and _mode_bpm (rounded, the least of
            several; beats a minute), rate_entropy_nats (of how the minutes spread over bins of bin_bpm),
            zone_{outofrange,fatburn,cardio,peak}_min (minutes; null when no row names a zone); and in segments of whole days
            resting_mean_bpm and sdnn_mean_ms (means of days). A segment without rows has no row.
    Source: own definition; SDNN: Task Force 1996, doi:10.1161/01.CIR.93.5.1043.
    """
    by_minute, by_day = (tables.get(name, _without_rows(name)) for name in STREAMS)
    minutes = (
        within(by_minute, segments)
        .group_by("at", (pl.col("time") // MINUTE).alias("minute"), maintain_order=True)
        .agg(pl.col("rate").mean(), pl.col("zone").drop_nulls().first())
    )
    rate, zone = pl.col("rate"), pl.col("zone")
    zones = {f"zone_{name}_min": (zone == name).sum().cast(pl.Int64) for name in ZONES}
    of_minutes = minutes.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("measured_min"),
        rate.mean().alias("rate_mean_bpm"),
        rate.median().alias("rate_median_bpm"),
        rate.min().alias("rate_min_bpm"),
        rate.max().alias("rate_max_bpm"),
        rate.std().alias("rate_sd_bpm"),
        rate.round().mode().min().alias("rate_mode_bpm"),
        entropy((rate // settings.bin_bpm).sort().unique_counts()).alias("rate_entropy_nats"),
        *(pl.when(zone.count() > 0).then(value).alias(name) for name, value in zones.items()),
    )
    days = within(by_day, _whole(segments))
    of_days = days.group_by("at", maintain_order=True).agg(
        pl.col("resting").mean().alias("resting_mean_bpm"), pl.col("sdnn").mean().alias("sdnn_mean_ms")
    )
    return joined(pl.concat([minutes.select("at"), days.select("at")]), of_minutes, of_days)


def _without_rows(stream: str) -> pl.DataFrame:
    return streams.empty(stream).with_columns(pl.lit(None, dtype=pl.Datetime("ms")).alias("local"))
