"""How a phone moved, from raw acceleration: magnitude, exertion, stillness, jerk."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from samen.rooms.sensing.segments import joined, within

MINUTE, SECOND = 60_000, 1_000  # ms
EXERTION = 0.15 * 9.807**2  # (m/s²)²: the sum of the axes' variances in a minute above which somebody exerts themselves
STATISTICS = ("sum", "max", "min", "avg", "median")


@dataclass(frozen=True)
class Rapids:
    """RAPIDS' provider of magnitudes has no parameters."""

    TABLE: ClassVar[str] = "phone_accelerometer.rapids"


@dataclass(frozen=True)
class Panda:
    """Parameters of RAPIDS' provider PANDA, under their own names."""

    TABLE: ClassVar[str] = "phone_accelerometer.panda"

    valid_sensed_minutes: bool = False  # also give how many minutes could be judged


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.acceleration"

    still_sd_ms2: float = 0.1275  # 13 mg: a sensor none of whose axes varies more lies still (van Hees et al. 2013)
    least_rows: int = 10  # rows that a minute needs to be judged
    jerk_gap_s: float = 1.0  # rows further apart say nothing about how quickly acceleration changed


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Magnitude of acceleration as RAPIDS has it.

    Takes:  accelerometer rows (m/s²) by person and time.
    Gives:  at, max-, min-, avg-, median- and stdmagnitude (m/s², std n-1). A segment without rows has no row.
    Source: RAPIDS, phone accelerometer, provider RAPIDS.
    """
    size = pl.col("size")
    return (
        _with_size(_inside(rows.select("person", "time", "x", "y", "z"), segments))
        .group_by("at", maintain_order=True)
        .agg(
            size.max().alias("maxmagnitude"),
            size.min().alias("minmagnitude"),
            size.mean().alias("avgmagnitude"),
            size.median().alias("medianmagnitude"),
            size.std().alias("stdmagnitude"),
        )
    )


def panda(rows: pl.DataFrame, segments: pl.DataFrame, settings: Panda) -> pl.DataFrame:
    """Exertional and other episodes as RAPIDS' provider PANDA has them: consecutive minutes of one kind in a segment.

    Takes:  accelerometer rows (m/s²) by person and time.
    Gives:  at, sum-, max-, min-, avg-, median- and std- (n-1) duration (minutes) of exertionalactivityepisode and
            nonexertionalactivityepisode; without an episode of a kind these are 0 and its std null. A minute with one row
            has no variance and is not judged; a segment without a judged minute has no row.
    Source: RAPIDS, phone accelerometer, provider PANDA, and its published results; Panda et al. 2020, doi:10.2196/17171.
    """
    minutes = (
        _by_minute(_inside(rows.select("person", "time", "x", "y", "z"), segments))
        .filter(pl.col("rows") > 1)
        .select("at", "minute", (pl.col("spread") > EXERTION).alias("is_it"))
    )
    parts = [
        _durations(_bouts(minutes, is_it), name)
        for is_it, name in ((True, "exertionalactivityepisode"), (False, "nonexertionalactivityepisode"))
    ]
    zeros = [name for part in parts for name in part.columns if name != "at" and not name.startswith("std")]
    found = joined(minutes, *parts).with_columns(pl.col(zeros).fill_null(0))
    if not settings.valid_sensed_minutes:
        return found
    return joined(found, found, minutes.group_by("at").agg(pl.len().cast(pl.Int64).alias("validsensedminutes")))


def _inside(rows: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Put rows in segments, by segment and time; polars is told, so that a group is a slice."""
    inside = within(rows, segments)
    if not inside["at"].is_sorted():
        inside = inside.sort("at", "time", maintain_order=True)
    return inside.with_columns(pl.col("at").set_sorted())


def _by_minute(inside: pl.DataFrame) -> pl.DataFrame:
    """Give at, minute (of UTC), rows, spread and most ((m/s²)²): the sum of the axes' variances (n-1) and the largest of them.

    Takes: rows of one device by segment and time.
    """
    minute = inside["time"].to_numpy() // MINUTE
    at = inside["at"].to_numpy()
    starts = np.flatnonzero(np.r_[True, (np.diff(minute) != 0) | (np.diff(at) != 0)][: len(at)])
    counts = np.diff(np.r_[starts, len(at)])
    variances = [_variances(inside[axis].to_numpy(), starts, counts) for axis in "xyz"] if len(at) else [np.zeros(0)]
    return pl.DataFrame(
        {
            "at": at[starts],
            "minute": minute[starts],
            "rows": counts,
            "spread": np.sum(variances, axis=0),
            "most": np.max(variances, axis=0),
        }
    )


def _variances(values: np.ndarray, starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Give the variance (n-1; 0 of a single value) of each run of values, in two passes so that gravity costs no digits."""
    means = np.add.reduceat(values, starts) / counts
    away = values - np.repeat(means, counts)
    return np.asarray(np.add.reduceat(away * away, starts) / np.maximum(counts - 1, 1))


def _with_size(rows: pl.DataFrame) -> pl.DataFrame:
    x, y, z = (pl.col(axis) for axis in "xyz")
    return rows.with_columns((x * x + y * y + z * z).sqrt().alias("size"))


def _bouts(minutes: pl.DataFrame, is_it: bool) -> pl.DataFrame:
    """Give at, long (minutes) of each run of minutes of a kind that follow each other without a gap; minutes lie in order."""
    kept = minutes.filter(pl.col("is_it") == is_it)
    goes_on = (pl.col("at") == pl.col("at").shift()) & (pl.col("minute") == pl.col("minute").shift() + 1)
    number = (~goes_on).fill_null(True).cum_sum().alias("bout")
    return kept.group_by("at", number, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("long"))


def _durations(bouts: pl.DataFrame, name: str) -> pl.DataFrame:
    long = pl.col("long")
    values = (long.sum(), long.max(), long.min(), long.mean(), long.median(), long.std())
    return bouts.group_by("at", maintain_order=True).agg(
        value.alias(f"{statistic}duration{name}") for statistic, value in zip((*STATISTICS, "std"), values, strict=True)
    )


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Magnitude, exertion, stillness and jerk; each device by itself where rows are compared with each other.

    A minute of a device with least_rows or more is judged: exertional by Panda's variance, still when the standard deviation
    of each axis lies under still_sd_ms2. A person exerts themselves in a minute when one of their devices says so, and is
    still when all say so. Bouts are judged minutes that follow each other without a gap.

    Takes:  accelerometer rows (m/s²) by person and time.
    Gives:  at, magnitude_mean_ms2, _sd_ms2 (n-1), _median_ms2, _min_ms2, _max_ms2 (m/s²); judged_min, exertional_min,
            exertional_count (bouts), exertional_longest_min, still_longest_min (minutes), still_share (0 to 1, of judged
            minutes; null without any); jerk_mean_ms3 (m/s³, mean of the change of acceleration by the time between two rows).
            A segment without rows has no row.
    Source: own definition; van Hees et al. 2013, doi:10.1371/journal.pone.0061691 (stillness); Panda et al. 2020 (exertion).
    """
    same = (pl.col("device") != pl.col("device").shift()) & (pl.col("person") == pl.col("person").shift())
    several = bool(rows.select(same.any()).item())  # most people have one device, and need no split by device
    names = ["person", "time", *(["device"] if several else []), "x", "y", "z"]
    inside = _with_size(_inside(rows.select(names), segments))
    apart = inside.partition_by("device", maintain_order=True) if several else [inside]
    size = pl.col("size")
    of_size = inside.group_by("at", maintain_order=True).agg(
        size.mean().alias("magnitude_mean_ms2"),
        size.std().alias("magnitude_sd_ms2"),
        size.median().alias("magnitude_median_ms2"),
        size.min().alias("magnitude_min_ms2"),
        size.max().alias("magnitude_max_ms2"),
    )
    judged = _judged(apart, settings)
    exerted = _bouts(judged.select("at", "minute", pl.col("is_exertional").alias("is_it")), True)
    still = _bouts(judged.select("at", "minute", pl.col("is_still").alias("is_it")), True)
    of_minutes = judged.group_by("at").agg(
        pl.len().cast(pl.Int64).alias("judged_min"), pl.col("is_still").mean().alias("still_share")
    )
    of_exertion = exerted.group_by("at").agg(
        pl.col("long").sum().alias("exertional_min"),
        pl.len().cast(pl.Int64).alias("exertional_count"),
        pl.col("long").max().alias("exertional_longest_min"),
    )
    longest = still.group_by("at").agg(pl.col("long").max().alias("still_longest_min"))
    counts = ["exertional_min", "exertional_count", "exertional_longest_min", "still_longest_min"]
    found = joined(inside, of_size, of_minutes, of_exertion, longest, _jerk(apart, settings.jerk_gap_s))
    is_judged = pl.col("judged_min") > 0
    return found.with_columns(
        pl.col("judged_min").fill_null(0),
        *(pl.when(is_judged).then(pl.col(name).fill_null(0)).alias(name) for name in counts),
    )


def _judged(apart: Sequence[pl.DataFrame], settings: Samen) -> pl.DataFrame:
    """Give at, minute (of UTC), is_exertional, is_still of each minute with enough rows, in order; each part is one device's."""
    found = pl.concat(_by_minute(rows) for rows in apart).filter(pl.col("rows") >= settings.least_rows)
    said = found.select(
        "at",
        "minute",
        (pl.col("spread") > EXERTION).alias("is_exertional"),
        (pl.col("most") < settings.still_sd_ms2**2).alias("is_still"),
    )
    if len(apart) == 1:
        return said
    of_all = said.group_by("at", "minute").agg(pl.col("is_exertional").any(), pl.col("is_still").all())
    return of_all.sort("at", "minute")


def _jerk(apart: Sequence[pl.DataFrame], gap_s: float) -> pl.DataFrame:
    """Give at, jerk_mean_ms3 over rows that follow each other closely on one device and in one segment."""
    parts = [
        rows.select("at").with_columns(jerk=_jerks(rows, gap_s)).filter(pl.col("jerk").is_not_nan()) for rows in apart
    ]
    return pl.concat(parts).group_by("at", maintain_order=True).agg(pl.col("jerk").mean().alias("jerk_mean_ms3"))


def _jerks(rows: pl.DataFrame, gap_s: float) -> np.ndarray:
    """Give the jerk (m/s³) from each row's forerunner; NaN without one in the segment, at the same time or too long ago."""
    axes = [np.diff(rows[axis].to_numpy(), prepend=np.nan) for axis in "xyz"]
    since = np.diff(rows["time"].to_numpy() / SECOND, prepend=np.nan)
    follows = np.diff(rows["at"].to_numpy(), prepend=0) == 0
    jerks = np.full(len(since), np.nan)
    return np.divide(
        np.sqrt(sum(axis * axis for axis in axes)), since, out=jerks, where=follows & (since > 0) & (since <= gap_s)
    )
