"""From points of location to flights (straight lines) and pauses, as Barnett & Onnela 2020 have them."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.sphere import Floats, Whole, corners, distance

BRIDGED = (
    1_800_000  # ms: a break up to this long between two stretches is shown as not observed; a longer one is left open
)
APART, FLYING, RESTING = 0, 1, 2
SAME_PLACE = 50.0  # m: on both sides of a break a person who is this near stayed (the radius of home in Forest)


@dataclass(frozen=True)
class Jasmine:
    """Parameters of Forest's jasmine under their own names, and a home that is known."""

    TABLE: ClassVar[str] = "jasmine"

    itrvl: int = 10  # s: points are averaged over this long
    accuracylim: float = 51.0  # m: a point that is less sure is dropped
    r: float = 10.0  # m: a step up to this long is no movement
    w: float | None = None  # m: so far may a point lie from the line of its flight; none = the mean accuracy
    home_latitude: float | None = None  # degrees
    home_longitude: float | None = None


def found(rows: pl.DataFrame, settings: Jasmine) -> pl.DataFrame:
    """Give flights and pauses.

    Takes:  gps by person and time, with local.
    Gives:  stream flights with local (the clock at the begin): observed pieces, and between two stretches at most 30 minutes
            apart one that was not observed: a pause when both ends are within 50 m, else a flight in a straight line.
    Source: Barnett & Onnela 2020, doi:10.1093/biostatistics/kxy059; facts sheet, part 7. Forest draws breaks at random
            from other days; here nothing is drawn, and what was not observed says so.
    """
    points = _averaged(rows, settings)
    if points.is_empty():
        return streams.empty("flights").with_columns(pl.lit(None, dtype=pl.Datetime("ms")).alias("local"))
    pieces = _pieces(points, settings)
    return streams.in_order(pl.concat([pieces, _bridges(pieces)]).sort("person", "time", maintain_order=True))


def _averaged(rows: pl.DataFrame, settings: Jasmine) -> pl.DataFrame:
    """Average over 10 s: person, device, time (begin of the 10 s), latitude, longitude, accuracy, ahead (ms of the clock)."""
    step = settings.itrvl * 1000
    sure = (pl.col("accuracy") <= settings.accuracylim) | pl.col("accuracy").is_null()
    return (
        rows.filter(sure, pl.col("latitude").is_not_null(), pl.col("longitude").is_not_null())
        .group_by("person", (pl.col("time") // step * step).alias("slot"), maintain_order=True)
        .agg(
            pl.col("device").first(),
            pl.col("latitude").mean(),
            pl.col("longitude").mean(),
            pl.col("accuracy").mean(),
            (pl.col("local").cast(pl.Int64) - pl.col("time")).first().alias("ahead"),
        )
        .rename({"slot": "time"})
    )


def _pieces(points: pl.DataFrame, settings: Jasmine) -> pl.DataFrame:
    """Cut each stretch without a break into flights and pauses; its last piece holds the last 10 s as well."""
    step = settings.itrvl * 1000
    person = points["person"].rle_id().to_numpy()
    time, latitude, longitude = (points[name].to_numpy() for name in ("time", "latitude", "longitude"))
    joined = (person[1:] == person[:-1]) & (np.diff(time) <= step)
    moved = distance(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:]) > settings.r
    kind = np.where(joined, np.where(moved, FLYING, RESTING), APART)
    is_first = np.r_[True, kind[1:] != kind[:-1]] if len(kind) else np.zeros(0, np.bool_)
    starts = np.flatnonzero(is_first & (kind != APART))
    run_of_step = np.cumsum(is_first) - 1
    lengths = np.bincount(run_of_step, minlength=1)[run_of_step[starts]] + 1
    flies = kind[starts] == FLYING
    flown = _spread(starts[flies], lengths[flies])
    keep = corners(latitude[flown[0]], longitude[flown[0]], flown[1], _widths(points, settings)[flown[0]])
    knot, run = flown[0][keep], flown[1][keep]
    leads_on = run[1:] == run[:-1]
    one, other = knot[:-1][leads_on], knot[1:][leads_on]
    rested, rest = _spread(starts[~flies], lengths[~flies])
    lone = np.flatnonzero(np.r_[True, ~joined] & np.r_[~joined, True])
    begin, end = starts[~flies], starts[~flies] + lengths[~flies] - 1
    share = lengths[~flies]
    middle = [np.bincount(rest, axis[rested], minlength=len(begin)) / share for axis in (latitude, longitude)]
    begins, ends = np.r_[one, begin, lone], np.r_[other, end, lone]
    is_last = np.r_[~joined, True]
    return pl.DataFrame(
        {
            "person": points["person"][begins],
            "time": time[begins],
            "device": points["device"][begins],
            "ends": time[ends] + np.where(is_last[ends], step, 0),
            "from_latitude": np.r_[latitude[one], middle[0], latitude[lone]],
            "from_longitude": np.r_[longitude[one], middle[1], longitude[lone]],
            "to_latitude": np.r_[latitude[other], middle[0], latitude[lone]],
            "to_longitude": np.r_[longitude[other], middle[1], longitude[lone]],
            "kind": ["flight"] * len(one) + ["pause"] * (len(begin) + len(lone)),
            "observed": [True] * len(begins),
            "local": (points["time"] + points["ahead"]).cast(pl.Datetime("ms"))[begins],
        }
    ).sort("person", "time")


def _spread(starts: Whole, lengths: Whole) -> tuple[Whole, Whole]:
    """Give the points of each run one after another, and the number of the run of each."""
    run = np.repeat(np.arange(len(starts)), lengths)
    return np.arange(len(run)) - (np.cumsum(lengths) - lengths)[run] + starts[run], run


def _widths(points: pl.DataFrame, settings: Jasmine) -> Floats:
    """Give w for each point: as set, or the mean accuracy of the person's points; r where no accuracy is known."""
    if settings.w is not None:
        return np.full(points.height, settings.w)
    mean = points.select(pl.col("accuracy").mean().over("person").fill_null(settings.r))
    return np.asarray(mean["accuracy"].to_numpy())


def _bridges(pieces: pl.DataFrame) -> pl.DataFrame:
    """Give a piece that was not observed for each short break between two pieces."""
    later = pieces.select(pl.all().shift(-1).name.suffix("_next"))
    both = pl.concat([pieces, later], how="horizontal").filter(
        pl.col("person") == pl.col("person_next"),
        pl.col("time_next") > pl.col("ends"),
        pl.col("time_next") - pl.col("ends") <= BRIDGED,
    )
    metres = distance(
        *(
            both[name].to_numpy()
            for name in ("to_latitude", "to_longitude", "from_latitude_next", "from_longitude_next")
        )
    )
    return both.select(
        "person",
        pl.col("ends").alias("time"),
        "device",
        pl.col("time_next").alias("ends"),
        pl.col("to_latitude").alias("from_latitude"),
        pl.col("to_longitude").alias("from_longitude"),
        pl.col("from_latitude_next").alias("to_latitude"),
        pl.col("from_longitude_next").alias("to_longitude"),
        pl.Series("kind", np.where(metres <= SAME_PLACE, "pause", "flight"), dtype=pl.String),
        pl.lit(False).alias("observed"),
        (pl.col("local").cast(pl.Int64) + pl.col("ends") - pl.col("time")).cast(pl.Datetime("ms")).alias("local"),
    )
