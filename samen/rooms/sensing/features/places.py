"""Which places a person was at, for how long and how they moved, as RAPIDS' provider of Doryab et al. has it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from samen.rooms.sensing.clustering import OUTSIDE, dbscan
from samen.rooms.sensing.segments import cut
from samen.rooms.sensing.sphere import Floats, Whole, distance

MINUTE, HOUR = 60_000, 3_600_000  # ms
TOO_FAST = 250.0  # km/h: a row that moves faster is wrong (facts sheet, part 7)
NIGHT_UNTIL = 6  # hour of the clock: home is looked for from 00 to 06
DORYAB, SUN_LI_VEGA = "DORYAB_STRATEGY", "SUN_LI_VEGA_STRATEGY"
DATASET, SEGMENT, INSTANCE = "PARTICIPANT_DATASET", "TIME_SEGMENT", "TIME_SEGMENT_INSTANCE"
MIDDLE_OF_NIGHT = (12_600_000, 16_200_000)  # ms after midnight: 03:30 to 04:30
PLACES = ("timeattop1location", "timeattop2location", "timeattop3location")


@dataclass(frozen=True)
class Doryab:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "phone_locations.doryab"

    accuracy_limit: float = 100.0  # m: a row that is as unsure as this or more is dropped
    dbscan_eps: float = 100.0  # m
    dbscan_minsamples: float = 5.0  # minutes within reach that make a core
    threshold_static: float = 1.0  # km/h: slower is stationary
    maximum_row_gap: float = 300.0  # s: a row lasts to the next, if that is no farther
    cluster_on: str = DATASET
    infer_home_location_strategy: str = DORYAB
    minimum_days_to_detect_home_changes: int = 3  # days in a row
    radius_for_home: float = 100.0  # m


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Places and movement as RAPIDS has them.

    Takes:  gps by person and time, with local.
    Gives:  at, locationvariance (degrees², weighed by seconds, divided by their sum less one), loglocationvariance (log10),
            totaldistance (m), avgspeed, varspeed (km/h, weighed), numberofsignificantplaces, numberlocationtransitions (count),
            radiusgyration (m), timeattop1..3location, max/min/avg/stdlengthstayatclusters (minutes in each place altogether),
            movingtostaticratio (static time ÷ all, 0 to 1), outlierstimepercent (0 to 1), locationentropy (nats),
            normalizedlocationentropy (divided by the number of places), timeathome (minutes), homelabel, minutesdataused.
            A segment without rows that last has no row; nothing stationary leaves what depends on it null.
    Source: RAPIDS, phone locations, provider DORYAB (definitions only); facts sheet, part 7.
    """
    lasting = _lasting(rows, settings)
    lasting = _with_homes(lasting, settings)
    if settings.cluster_on == DATASET:
        lasting = _clustered(lasting, ["person"], settings)
    episodes = cut(lasting.rename({"time": "begins"}), segments).filter(pl.col("ends") > pl.col("begins"))
    episodes = episodes.with_columns(((pl.col("ends") - pl.col("begins")) / MINUTE).alias("minutes"))
    if settings.cluster_on != DATASET:
        named = episodes.join(segments.select("at", "segment"), on="at", maintain_order="left")
        by = ["person", "segment"] if settings.cluster_on == SEGMENT else ["at"]
        episodes = _clustered(named, by, settings)
    return _summed(episodes.sort("at", "begins", maintain_order=True))


def _lasting(rows: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Give the rows that last until the next: person, time, ends, clock (ms of the day), day, place, minutes, speed, still."""
    sure = (pl.col("accuracy") < settings.accuracy_limit) | pl.col("accuracy").is_null()
    points = rows.filter(sure, pl.col("latitude").is_not_null(), pl.col("longitude").is_not_null())
    points = points.unique(["person", "time"], keep="first", maintain_order=True).select(
        "person", "time", "latitude", "longitude", "local"
    )
    points = _moving(points)
    points = _moving(points.filter((pl.col("speed") <= TOO_FAST) | pl.col("speed").is_null()))
    shown = pl.col("local").cast(pl.Int64)
    return points.filter(pl.col("ends") - pl.col("time") <= settings.maximum_row_gap * 1000).with_columns(
        (pl.col("speed") < settings.threshold_static).alias("still"),
        ((pl.col("ends") - pl.col("time")) / MINUTE).alias("minutes"),
        (shown % (24 * HOUR)).alias("clock"),
        (shown // (24 * HOUR)).alias("day"),
    )


def _moving(points: pl.DataFrame) -> pl.DataFrame:
    """Add ends (the time of the person's next row) and speed to it (km/h)."""
    axes = [points[name].to_numpy() for name in ("latitude", "longitude")]
    metres = np.r_[distance(*(axis[:-1] for axis in axes), *(axis[1:] for axis in axes)), 0.0][: points.height]
    following = pl.col("time").shift(-1).over("person")
    return points.with_columns(following.alias("ends"), pl.Series("metres", metres, dtype=pl.Float64)).with_columns(
        (pl.col("metres") / (pl.col("ends") - pl.col("time")) * 3600).alias("speed")
    )


def _clustered(rows: pl.DataFrame, by: list[str], settings: Doryab) -> pl.DataFrame:
    """Add label: 1 for the place with most time, 2 for the next ...; -1 outside of every place; null for a row that moves."""
    rows = rows.with_row_index("row")
    still = rows.filter("still")
    kind = pl.DataFrame(schema={"row": pl.UInt32, "label": pl.Int64})
    found = [kind]
    for _, of in still.group_by(by, maintain_order=True):
        latitude, longitude, minutes = (of[name].to_numpy() for name in ("latitude", "longitude", "minutes"))
        labels = _labels(latitude, longitude, minutes, settings)
        found.append(pl.DataFrame({"row": of["row"], "label": labels}))
    return rows.join(pl.concat(found), on="row", how="left", maintain_order="left").drop("row")


def _labels(latitude: Floats, longitude: Floats, minutes: Floats, settings: Doryab) -> Whole:
    points, back = np.unique(np.column_stack([latitude, longitude]), axis=0, return_inverse=True)
    back = back.reshape(-1)
    weights = np.bincount(back, minutes, minlength=len(points)).astype(np.float64)
    of = dbscan(points[:, 0], points[:, 1], weights, within=settings.dbscan_eps, least=settings.dbscan_minsamples)
    inside = of != OUTSIDE
    times = np.bincount(of[inside], weights[inside], minlength=1)
    rank = np.empty(len(times), dtype=np.int64)
    rank[np.argsort(-times, kind="stable")] = np.arange(1, len(times) + 1)
    return np.where(inside, rank[np.where(inside, of, 0)], OUTSIDE)[back]


def _with_homes(rows: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Add near (within reach of the home of that day) and homelabel."""
    at_night = rows.filter(pl.col("clock") < NIGHT_UNTIL * HOUR)
    at_night = _clustered(at_night, ["person"], settings).filter(pl.col("label") > 0)
    centres = at_night.group_by("person", "label").agg(
        pl.col("latitude").mean().alias("home_latitude"), pl.col("longitude").mean().alias("home_longitude")
    )
    if settings.infer_home_location_strategy == SUN_LI_VEGA:
        homes = _homes_by_day(rows, at_night, settings)
    else:
        homes = rows.select("person", "day").unique().with_columns(pl.lit(1, dtype=pl.Int64).alias("label"))
    since = homes.group_by("person", "label").agg(pl.col("day").min().alias("since"))
    number = pl.col("since").rank("dense").over("person").cast(pl.Int64).alias("homelabel")
    homes = homes.join(since.with_columns(number).drop("since"), on=["person", "label"], how="left")
    found = rows.join(homes, on=["person", "day"], how="left", maintain_order="left")
    found = found.join(centres, on=["person", "label"], how="left", maintain_order="left").drop("label")
    axes = ("latitude", "longitude", "home_latitude", "home_longitude")
    metres = distance(*(found[name].to_numpy() for name in axes))
    return found.with_columns(pl.Series("near", np.nan_to_num(metres, nan=np.inf) <= settings.radius_for_home)).drop(
        "home_latitude", "home_longitude"
    )


def _homes_by_day(rows: pl.DataFrame, at_night: pl.DataFrame, settings: Doryab) -> pl.DataFrame:
    """Give person, day, label: the place of each night, once it has repeated for enough days in a row."""
    low, high = MIDDLE_OF_NIGHT
    part = pl.when(pl.col("clock").is_between(low, high)).then(1).when(pl.col("clock") < low).then(2).otherwise(3)
    chosen = at_night.with_columns(part.alias("part")).filter(
        pl.col("part") == pl.col("part").min().over("person", "day")
    )
    which = (
        pl.when(pl.col("part").first() == 1)
        .then(pl.col("label").mode().min())
        .when(pl.col("part").first() == 2)
        .then(pl.col("label").last())
        .otherwise(pl.col("label").first())
    )
    nights = chosen.group_by("person", "day", maintain_order=True).agg(which.alias("label")).sort("person", "day")
    run = pl.col("label").rle_id().over("person")
    often = pl.len().over("person", run) >= settings.minimum_days_to_detect_home_changes
    nights = nights.with_columns(pl.when(often).then("label").alias("label"))
    days = rows.select("person", "day").unique().sort("person", "day")
    filled = pl.col("label").forward_fill().backward_fill().over("person")
    return days.join(nights, on=["person", "day"], how="left", maintain_order="left").with_columns(filled)


def _summed(episodes: pl.DataFrame) -> pl.DataFrame:
    """Sum up what lasts, by segment."""
    still = episodes.filter("still")
    inside = still.filter(pl.col("label") != OUTSIDE)
    moving = episodes.filter(~pl.col("still"))
    tables = (_moved(moving), _stayed(still), _placed(inside), _spread(inside))
    found = _varied(episodes)
    for each in tables:
        found = found.join(each, on="at", how="left", maintain_order="left")
    none = ("totaldistance", "avgspeed", "varspeed", "timeathome")
    return found.with_columns(pl.col(*none).fill_null(0.0)).select(
        "at",
        *("locationvariance", "loglocationvariance", "totaldistance", "avgspeed", "varspeed"),
        *("numberofsignificantplaces", "numberlocationtransitions", "radiusgyration"),
        *PLACES,
        (pl.col("still_minutes").fill_null(0.0) / pl.col("minutesdataused")).alias("movingtostaticratio"),
        (pl.col("outside_minutes") / pl.col("still_minutes")).alias("outlierstimepercent"),
        *(f"{which}lengthstayatclusters" for which in ("max", "min", "avg", "std")),
        *("locationentropy", "normalizedlocationentropy", "timeathome", "homelabel", "minutesdataused"),
    )


def _weighed_spread(name: str, *, less: float) -> pl.Expr:
    """Give the variance of a column weighed by seconds."""
    seconds = pl.col("minutes") * 60
    mean = (pl.col(name) * seconds).sum() / seconds.sum()
    return ((pl.col(name) - mean) ** 2 * seconds).sum() / (seconds.sum() - less)


def _varied(episodes: pl.DataFrame) -> pl.DataFrame:
    both = _weighed_spread("latitude", less=1) + _weighed_spread("longitude", less=1)
    found = episodes.group_by("at", maintain_order=True).agg(
        both.alias("locationvariance"), pl.col("minutes").sum().alias("minutesdataused")
    )
    log = pl.when(pl.col("locationvariance") > 0).then(pl.col("locationvariance").log10())
    return found.with_columns(log.alias("loglocationvariance"))


def _moved(moving: pl.DataFrame) -> pl.DataFrame:
    minutes, speed = pl.col("minutes"), pl.col("speed")
    return moving.group_by("at", maintain_order=True).agg(
        (speed * minutes / 60 * 1000).sum().alias("totaldistance"),
        ((speed * minutes).sum() / minutes.sum()).alias("avgspeed"),
        _weighed_spread("speed", less=1).alias("varspeed"),
    )


def _stayed(still: pl.DataFrame) -> pl.DataFrame:
    minutes, label = pl.col("minutes"), pl.col("label")
    return still.group_by("at", maintain_order=True).agg(
        minutes.sum().alias("still_minutes"),
        minutes.filter(label == OUTSIDE).sum().alias("outside_minutes"),
        (label != label.shift()).sum().cast(pl.Int64).alias("numberlocationtransitions"),
        minutes.filter(pl.col("near")).sum().alias("timeathome"),
        pl.col("homelabel").mode().min().alias("homelabel"),
    )


def _placed(inside: pl.DataFrame) -> pl.DataFrame:
    """Give what follows from the minutes in each place."""
    places = inside.group_by("at", "label", maintain_order=True).agg(pl.col("minutes").sum())
    minutes, share = pl.col("minutes"), pl.col("minutes") / pl.col("minutes").sum()
    tops = [minutes.filter(pl.col("label") == rank).sum().alias(name) for rank, name in enumerate(PLACES, start=1)]
    entropy = -(share * share.log()).sum()
    return places.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("numberofsignificantplaces"),
        *tops,
        minutes.max().alias("maxlengthstayatclusters"),
        minutes.min().alias("minlengthstayatclusters"),
        minutes.mean().alias("avglengthstayatclusters"),
        minutes.std().fill_null(0.0).alias("stdlengthstayatclusters"),
        entropy.alias("locationentropy"),
        (entropy / pl.len()).alias("normalizedlocationentropy"),
    )


def _spread(inside: pl.DataFrame) -> pl.DataFrame:
    """Give the radius of gyration: of the places' centres around their own, weighed by time."""
    minutes = pl.col("minutes")
    centre = [((pl.col(axis) * minutes).sum() / minutes.sum()).alias(axis) for axis in ("latitude", "longitude")]
    places = inside.group_by("at", "label", maintain_order=True).agg(*centre, minutes.sum())
    middle = [
        ((pl.col(axis) * minutes).sum().over("at") / minutes.sum().over("at")).alias(f"mid_{axis}")
        for axis in ("latitude", "longitude")
    ]
    places = places.with_columns(middle)
    metres = distance(*(places[name].to_numpy() for name in ("latitude", "longitude", "mid_latitude", "mid_longitude")))
    squares = (pl.col("metres") ** 2 * minutes).sum() / minutes.sum()
    return (
        places.with_columns(pl.Series("metres", metres, dtype=pl.Float64))
        .group_by("at", maintain_order=True)
        .agg(squares.sqrt().alias("radiusgyration"))
    )
