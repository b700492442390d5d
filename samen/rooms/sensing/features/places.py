"""Where a person was and how they moved, in the meaning of RAPIDS' provider of Doryab et al.: a study that moves keeps its numbers.

A row of location stands for the time until the next one. Each such stretch is still or on the way; still ones lie in a cluster
or outside of all. Everything else is sums over stretches, weighed by how long they lasted within a segment.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from samen.rooms.sensing.clustering import OUTSIDE, dbscan
from samen.rooms.sensing.segments import cut
from samen.rooms.sensing.sphere import Floats, Whole, distance

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
IMPOSSIBLE = 250.0  # km/h: a row that was left faster is an error (facts sheet, part 7)
NIGHT = 6 * HOUR  # home is where people are from midnight until then
DEEP = (3 * HOUR + 30 * MINUTE, 4 * HOUR + 30 * MINUTE)  # the middle of a night (strategy of Sun, Li & Vega)
ONE_HOME, HOME_BY_NIGHT = "DORYAB_STRATEGY", "SUN_LI_VEGA_STRATEGY"
WHOLE, BY_LABEL, BY_SEGMENT = "PARTICIPANT_DATASET", "TIME_SEGMENT", "TIME_SEGMENT_INSTANCE"
AXES = ("latitude", "longitude")
TOPS = (1, 2, 3)


@dataclass(frozen=True)
class Doryab:
    """Parameters under the peer's names."""

    TABLE: ClassVar[str] = "phone_locations.doryab"

    accuracy_limit: float = 100.0  # m: a row that is as unsure as this, or more, is dropped
    dbscan_eps: float = 100.0  # m
    dbscan_minsamples: float = 5.0  # minutes within reach that make the core of a cluster
    threshold_static: float = 1.0  # km/h: what is slower is still
    maximum_row_gap: float = 300.0  # s: a row that is farther from the next one stands for no time
    cluster_on: str = WHOLE
    infer_home_location_strategy: str = ONE_HOME
    minimum_days_to_detect_home_changes: int = 3  # days in a row
    radius_for_home: float = 100.0  # m


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Places and movement as RAPIDS has them.

    Takes:  gps by person and time, with local.
    Gives:  at, locationvariance (degrees², weighed by seconds, divided by their sum less one), loglocationvariance (log10),
            totaldistance (m), avgspeed, varspeed (km/h, weighed), numberofsignificantplaces, numberlocationtransitions (count),
            radiusgyration (m), timeattop1..3location, max/min/avg/stdlengthstayatclusters (minutes in each cluster altogether),
            movingtostaticratio (still ÷ all time, 0 to 1), outlierstimepercent (0 to 1), locationentropy (nats),
            normalizedlocationentropy (divided by the number of clusters), timeathome (minutes), homelabel, minutesdataused.
            A segment without a row that stands for time has no row; without still time, what depends on it is null.
    Source: RAPIDS, phone locations, provider DORYAB, as its documentation defines it; facts sheet, part 7.
    """
    stretches = _stretches(rows, settings)
    homes = _homes(stretches, settings)
    if settings.cluster_on == WHOLE:
        stretches = stretches.with_columns(_clusters(stretches, ["person"], settings))
    parts = cut(stretches, segments).filter(pl.col("ends") > pl.col("begins")).sort("at", "begins", maintain_order=True)
    if settings.cluster_on != WHOLE:
        scope = ["person", "segment"] if settings.cluster_on == BY_LABEL else ["at"]
        parts = parts.join(segments.select("at", "segment"), on="at", maintain_order="left")
        parts = parts.with_columns(_clusters(parts.with_columns(_lasting()), scope, settings))
    parts = _beside_home(parts.with_columns(_lasting()), homes, settings)
    sums = parts.group_by("at", maintain_order=True).agg(**_of_stretches())
    clusters = _of_clusters(parts.filter("still", pl.col("cluster") != OUTSIDE))
    return _ordered(sums.join(clusters, on="at", how="left", maintain_order="left"))


def _stretches(rows: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Give what stands for time: person, begins, ends, latitude, longitude, kmh, still, day, clock, minutes."""
    unsure = pl.col("accuracy") >= settings.accuracy_limit
    kept = rows.filter(~unsure.fill_null(False), pl.all_horizontal(pl.col(*AXES).is_not_null()))
    kept = kept.select("person", pl.col("time").alias("begins"), *AXES, "local")
    kept = kept.unique(["person", "begins"], keep="first", maintain_order=True)
    for again in (True, False):  # once an error is out, its neighbours lead elsewhere
        kept = kept.with_columns(pl.col("begins").shift(-1).over("person").alias("ends"))
        kept = kept.with_columns(pl.Series("metres", _to_next(kept)))
        kept = kept.with_columns((pl.col("metres") * 3.6 / ((pl.col("ends") - pl.col("begins")) / 1000)).alias("kmh"))
        if again:
            kept = kept.filter(~(pl.col("kmh") > IMPOSSIBLE).fill_null(False)).drop("ends", "metres", "kmh")
    shown = pl.col("local").cast(pl.Int64)
    lasts = pl.col("ends") - pl.col("begins") <= settings.maximum_row_gap * 1000
    return kept.filter(lasts).select(
        *("person", "begins", "ends", *AXES, "kmh"),
        (pl.col("kmh") < settings.threshold_static).alias("still"),
        (shown // DAY).alias("day"),
        (shown % DAY).alias("clock"),
        _lasting(),
    )


def _lasting() -> pl.Expr:
    return ((pl.col("ends") - pl.col("begins")) / MINUTE).alias("minutes")


def _to_next(rows: pl.DataFrame) -> Floats:
    """Give metres from each row to the next, whoever that belongs to; 0 after the last."""
    north, east = (rows[axis].to_numpy() for axis in AXES)
    found = np.zeros(rows.height)
    found[:-1] = distance(north[:-1], east[:-1], north[1:], east[1:])
    return found


def _clusters(rows: pl.DataFrame, scope: list[str], settings: Doryab) -> pl.Series:
    """Give each row's cluster within its scope: 1 for the one with most still time, and so on; -1 outside, null on the way."""
    groups = rows.select(pl.struct(scope).rle_id() if scope == ["person"] else pl.struct(scope).rank("dense"))
    group = groups.to_series().to_numpy()
    still = np.flatnonzero(rows["still"].to_numpy())
    still = still[np.argsort(group[still], kind="stable")]
    cluster = np.full(rows.height, np.nan)
    latitude, longitude, minutes = (rows[name].to_numpy() for name in (*AXES, "minutes"))
    for each in np.split(still, np.flatnonzero(np.diff(group[still])) + 1):
        if len(each):
            cluster[each] = _ranked(latitude[each], longitude[each], minutes[each], settings)
    return pl.Series("cluster", cluster, nan_to_null=True).cast(pl.Int64)


def _ranked(latitude: Floats, longitude: Floats, minutes: Floats, settings: Doryab) -> Whole:
    """Cluster points, those that are the same taken together, and number clusters by their time."""
    points, which = np.unique(latitude + 1j * longitude, return_inverse=True)
    weight = np.bincount(which, minutes).astype(np.float64)
    found = dbscan(points.real, points.imag, weight, within=settings.dbscan_eps, least=settings.dbscan_minsamples)
    time = np.bincount(found + 1, weight)[1:]  # of each cluster; what is outside comes first and is left off
    number = np.r_[OUTSIDE, np.argsort(np.argsort(-time, kind="stable"), kind="stable") + 1]
    return np.asarray(number[found + 1][which])


# --- home ---------------------------------------------------------------------------------------------------------------


def _homes(stretches: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Give person, day, home_latitude, home_longitude, homelabel: the home that held on each day."""
    nights = stretches.filter(pl.col("clock") < NIGHT)
    nights = nights.with_columns(_clusters(nights, ["person"], settings)).filter(pl.col("cluster") > 0)
    middles = nights.group_by("person", "cluster").agg(pl.col(axis).mean().alias(f"home_{axis}") for axis in AXES)
    days = stretches.select("person", "day").unique().sort("person", "day")
    if settings.infer_home_location_strategy == HOME_BY_NIGHT:
        least = settings.minimum_days_to_detect_home_changes
        days = days.join(_settled(_slept(nights), least), on=["person", "day"], how="left", maintain_order="left")
        days = days.with_columns(pl.col("cluster").forward_fill().backward_fill().over("person"))
    else:
        days = days.with_columns(pl.lit(1, dtype=pl.Int64).alias("cluster"))
    first = pl.col("day").min().over("person", "cluster")
    days = days.with_columns(first.rank("dense").over("person").cast(pl.Int64).alias("homelabel"))
    return days.join(middles, on=["person", "cluster"], how="left").drop("cluster")


def _slept(nights: pl.DataFrame) -> pl.DataFrame:
    """Give person, day, cluster: where each night was spent.

    The most frequent cluster of the middle of the night; without any, the last one before it, or else the first one after.
    """
    before, deep = pl.col("clock") < DEEP[0], pl.col("clock").is_between(*DEEP)
    cluster = pl.col("cluster")
    chosen = pl.coalesce(cluster.filter(deep).mode().min(), cluster.filter(before).last(), cluster.first())
    return nights.group_by("person", "day").agg(chosen.alias("cluster")).sort("person", "day")


def _settled(slept: pl.DataFrame, least: int) -> pl.DataFrame:
    """Keep the nights that belong to at least so many in the same cluster, one after another."""
    run = pl.struct("person", "cluster").rle_id()
    return slept.filter(pl.len().over(run) >= least)


def _beside_home(parts: pl.DataFrame, homes: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Add homelabel, and whether the person was within reach of the home of that day."""
    both = parts.join(homes, on=["person", "day"], how="left", maintain_order="left")
    metres = distance(*(both[name].to_numpy() for name in (*AXES, *(f"home_{axis}" for axis in AXES))))
    near = np.less_equal(metres, settings.radius_for_home, where=~np.isnan(metres), out=np.zeros(len(metres), np.bool_))
    return both.with_columns(pl.Series("near", near))


# --- sums ---------------------------------------------------------------------------------------------------------------


def _variance(of: str, minutes: pl.Expr, only: pl.Expr) -> pl.Expr:
    """Give the variance of a column, weighed by seconds and divided by their sum less one; from its first value on, for digits."""
    seconds = minutes.filter(only) * 60
    apart = (pl.col(of) - pl.col(of).first()).filter(only)
    total = seconds.sum()
    return ((seconds * apart**2).sum() - (seconds * apart).sum() ** 2 / total) / (total - 1)


def _of_stretches() -> dict[str, pl.Expr]:
    minutes, still, cluster = pl.col("minutes"), pl.col("still"), pl.col("cluster")
    every, going = minutes > 0, ~still
    resting = cluster.filter(still)
    way = minutes.filter(going)
    some, gone = still.any(), going.any()
    return {
        "locationvariance": sum((_variance(axis, minutes, every) for axis in AXES), start=pl.lit(0.0)).clip(0),
        "totaldistance": (pl.col("kmh").filter(going) * way).sum() * 1000 / 60,
        "avgspeed": pl.when(gone).then((pl.col("kmh").filter(going) * way).sum() / way.sum()).otherwise(0.0),
        "varspeed": pl.when(gone).then(_variance("kmh", minutes, going).clip(0)).otherwise(0.0),
        "numberlocationtransitions": pl.when(some).then((resting != resting.shift()).sum().cast(pl.Int64)),
        "movingtostaticratio": minutes.filter(still).sum() / minutes.sum(),
        "outlierstimepercent": pl.when(some).then(
            minutes.filter(still & (cluster == OUTSIDE)).sum() / minutes.filter(still).sum()
        ),
        "timeathome": minutes.filter(still & pl.col("near")).sum(),
        "homelabel": pl.col("homelabel").filter(still).mode().min(),
        "minutesdataused": minutes.sum(),
    }


def _of_clusters(staying: pl.DataFrame) -> pl.DataFrame:
    """Give what follows from the time in each cluster, and from where they lie."""
    minutes = pl.col("minutes")
    held = staying.group_by("at", "cluster", maintain_order=True).agg(
        *((pl.col(axis).dot(minutes) / minutes.sum()).alias(axis) for axis in AXES), minutes.sum()
    )
    share = minutes / minutes.sum()
    held = held.with_columns(
        ((pl.col(axis) * minutes).sum() / minutes.sum()).over("at").alias(f"mid_{axis}") for axis in AXES
    )
    metres = distance(*(held[name].to_numpy() for name in (*AXES, *(f"mid_{axis}" for axis in AXES))))
    entropy = -(share * share.log()).sum()
    return (
        held.with_columns(pl.Series("metres", metres, dtype=pl.Float64))
        .group_by("at", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("numberofsignificantplaces"),
            (pl.col("metres") ** 2 * share).sum().sqrt().alias("radiusgyration"),
            *(minutes.filter(pl.col("cluster") == top).sum().alias(f"timeattop{top}location") for top in TOPS),
            minutes.max().alias("maxlengthstayatclusters"),
            minutes.min().alias("minlengthstayatclusters"),
            minutes.mean().alias("avglengthstayatclusters"),
            minutes.std().fill_null(0.0).alias("stdlengthstayatclusters"),
            entropy.alias("locationentropy"),
            (entropy / pl.len()).alias("normalizedlocationentropy"),
        )
    )


ORDER = (
    *("locationvariance", "loglocationvariance", "totaldistance", "avgspeed", "varspeed"),
    *("numberofsignificantplaces", "numberlocationtransitions", "radiusgyration"),
    *(f"timeattop{top}location" for top in TOPS),
    *("movingtostaticratio", "outlierstimepercent"),
    *(f"{which}lengthstayatclusters" for which in ("max", "min", "avg", "std")),
    *("locationentropy", "normalizedlocationentropy", "timeathome", "homelabel", "minutesdataused"),
)


def _ordered(sums: pl.DataFrame) -> pl.DataFrame:
    """Add the logarithm of the variance, and put columns in the peer's order."""
    variance = pl.col("locationvariance")
    return sums.with_columns(pl.when(variance > 0).then(variance.log10()).alias("loglocationvariance")).select(
        "at", *ORDER
    )
