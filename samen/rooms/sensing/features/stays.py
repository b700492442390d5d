"""Where a person stayed and how far they went, robust to jitter: points become minutes, minutes become stays, stays places."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl

from samen.rooms.sensing.clustering import OUTSIDE, dbscan
from samen.rooms.sensing.segments import cut
from samen.rooms.sensing.sphere import Floats, Whole, corners, distance

Flags = npt.NDArray[np.bool_]

MINUTE, HOUR = 60_000, 3_600_000  # ms
NIGHT_UNTIL = 6  # hour of the clock: home is where most time from 00 to 06 is spent
USUAL_SPEED = 5.0  # m/s, a bicycle: the speed of a trip as long as none was seen
CORNER = 25.0  # m: a path is straight as long as no minute lies farther from it


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.mobility"

    accuracy_limit: float = 100.0  # m: a less sure point is dropped
    step: float = 60.0  # m from one minute to the next that is a move, and not jitter
    shortest_stay_min: float = 5.0  # minutes
    longest_break_min: float = (
        30.0  # minutes without a point; a longer break is hidden time, of which nothing is claimed
    )
    place_within: float = 100.0  # m


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Places and movement in our own meaning.

    Takes:  gps by person and time, with local.
    Gives:  at, home_h (seen at home), home_most_h (if all hidden time had been at home: a bound, no estimate), seen_h, hidden_h,
            moving_h, distance_km, places_count, transitions_count, entropy_nats, entropy_share (0 to 1, entropy ÷ ln of the
            number of places; 0 for one), radius_km (root mean square around the centre, weighed by time), diameter_km.
            Home and what follows from it are null when no night was seen.
    """
    minutes = _minutes(rows, settings)
    if minutes.height < 2:
        return pl.DataFrame(schema={"at": pl.UInt32})
    pieces = _pieces(minutes, settings)
    cuts = cut(pieces, segments).with_columns(
        (pl.col("ends") - pl.col("begins")).alias("long"),
        ((pl.col("ends") - pl.col("begins")) / (pl.col("whole_ends") - pl.col("whole_begins"))).alias("share"),
    )
    found = cuts.sort("at", "begins").group_by("at", maintain_order=True).agg(**_sums())
    return found.join(_shapes(cuts), on="at", how="left", maintain_order="left").with_columns(
        pl.col("places_count").fill_null(0)
    )


def _minutes(rows: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Give the middle of each minute's points: person, time (mean), latitude, longitude, clock (hour)."""
    sure = (pl.col("accuracy") <= settings.accuracy_limit) | pl.col("accuracy").is_null()
    return (
        rows.filter(sure, pl.col("latitude").is_not_null(), pl.col("longitude").is_not_null())
        .group_by("person", (pl.col("time") // MINUTE).alias("minute"), maintain_order=True)
        .agg(
            pl.col("time").mean().cast(pl.Int64),
            pl.col("latitude").median(),
            pl.col("longitude").median(),
            pl.col("local").first().dt.hour().alias("clock"),
        )
    )


def _pieces(minutes: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Give pieces of time: person, begins, ends, kind (stay, move, hidden), place, home, metres and where the stay is."""
    person = minutes["person"].rle_id().to_numpy()
    time, latitude, longitude = (minutes[name].to_numpy() for name in ("time", "latitude", "longitude"))
    same, lasting = person[1:] == person[:-1], np.diff(time)
    metres = distance(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    seen = same & (lasting <= settings.longest_break_min * MINUTE)
    stay, middle_latitude, middle_longitude = _stays(minutes, seen & (metres <= settings.step), settings)
    staying = stay >= 0
    latitude, longitude = np.where(staying, middle_latitude, latitude), np.where(staying, middle_longitude, longitude)
    metres = _path(latitude, longitude, np.cumsum(np.r_[True, ~seen]))
    within_stay = seen & (stay[1:] == stay[:-1]) & staying[1:]
    straight = distance(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    travel = np.minimum(straight / _speed(straight, lasting, seen & ~staying[1:] & ~staying[:-1]) * 1000, lasting)
    slack = np.where(seen & ~within_stay, lasting - travel, 0)
    both = staying[1:] & staying[:-1]
    lent = np.where(both, slack / 2, slack).astype(np.int64)
    leaves = time[:-1] + np.where(staying[:-1], lent, 0)
    arrives = time[1:] - np.where(staying[1:], lent, 0)
    leaves, arrives = np.where(within_stay, time[1:], leaves), np.where(within_stay, time[1:], arrives)
    place, home = _places(minutes, stay, latitude, longitude, settings)
    columns = {"latitude": latitude, "longitude": longitude, "place": place, "home": home}
    ahead, behind = np.arange(len(time) - 1), np.arange(1, len(time))
    parts = [
        _part("stay", time[:-1], leaves, same & seen & staying[:-1], ahead, minutes, columns),
        _part("move", leaves, arrives, same & seen & ~within_stay, ahead, minutes, columns, metres),
        _part("stay", arrives, time[1:], same & seen & staying[1:] & ~within_stay, behind, minutes, columns),
        _part("hidden", time[:-1], time[1:], same & ~seen, ahead, minutes, columns),
    ]
    return pl.concat(parts).filter(pl.col("ends") > pl.col("begins")).sort("person", "begins")


def _part(
    kind: str, begins: Whole, ends: Whole, kept: Flags, at: Whole, minutes: pl.DataFrame, columns: dict[str, Floats],
    metres: Floats | None = None,
) -> pl.DataFrame:  # fmt: skip
    chosen = at[kept]
    return pl.DataFrame(
        {
            "person": minutes["person"][chosen],
            "begins": begins[kept],
            "ends": ends[kept],
            "whole_begins": begins[kept],
            "whole_ends": ends[kept],
            "kind": pl.Series([kind] * len(chosen), dtype=pl.String),  # a list of none would have no type
            "metres": metres[kept] if metres is not None else np.zeros(len(chosen)),
            **{name: values[chosen] for name, values in columns.items()},
        }
    )


def _stays(minutes: pl.DataFrame, still: Flags, settings: Samen) -> tuple[Whole, Floats, Floats]:
    """Give the number of each minute's stay (-1 on the way), and the middle of that stay."""
    run = np.cumsum(np.r_[True, ~still])
    table = minutes.with_columns(pl.Series("run", run))
    long = (pl.col("time").max() - pl.col("time").min()).over("run") >= settings.shortest_stay_min * MINUTE
    table = table.with_columns(
        pl.when(long).then("run").otherwise(-1).alias("stay"),
        pl.col("latitude").median().over("run").alias("middle_latitude"),
        pl.col("longitude").median().over("run").alias("middle_longitude"),
    )
    stay, latitude, longitude = (table[name].to_numpy() for name in ("stay", "middle_latitude", "middle_longitude"))
    return stay, latitude, longitude


def _path(latitude: Floats, longitude: Floats, stretch: Whole) -> Floats:
    """Give the length of each step along the path, without the bends that are smaller than jitter."""
    kept = np.flatnonzero(corners(latitude, longitude, stretch, np.full(len(latitude), CORNER)))
    bends = distance(latitude[kept[:-1]], longitude[kept[:-1]], latitude[kept[1:]], longitude[kept[1:]])
    raw = distance(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    line = np.searchsorted(kept, np.arange(len(raw)), side="right") - 1
    along = np.bincount(line, raw, minlength=len(bends))[: len(bends)]
    return np.asarray(raw * (bends / np.where(along > 0, along, 1))[line])


def _speed(metres: Floats, lasting: Whole, moving: Flags) -> float:
    """Give the median speed of minutes on the way (m/s)."""
    quick = moving & (lasting <= 2 * MINUTE) & (metres > 0)
    return float(np.median(metres[quick] / lasting[quick] * 1000)) if quick.any() else USUAL_SPEED


def _places(
    minutes: pl.DataFrame, stay: Whole, latitude: Floats, longitude: Floats, settings: Samen
) -> tuple[Whole, Floats]:
    """Give the place of each minute (-1 on the way), and whether it is home (1, 0, or not a number: no night was seen)."""
    table = minutes.select("person", "time", "clock").with_columns(
        pl.Series("stay", stay), pl.Series("latitude", latitude), pl.Series("longitude", longitude)
    )
    stays = table.filter(pl.col("stay") >= 0).group_by("person", "stay", maintain_order=True)
    by_stay = stays.agg(
        pl.col("latitude", "longitude").first(),
        ((pl.col("time").max() - pl.col("time").min()) / MINUTE).alias("minutes"),
        (pl.col("clock") < NIGHT_UNTIL).sum().alias("nightly"),
    )
    found = []
    for _, of in by_stay.group_by("person", maintain_order=True):
        north, east, weight = (of[name].to_numpy() for name in ("latitude", "longitude", "minutes"))
        label = dbscan(north, east, weight, within=settings.place_within, least=settings.shortest_stay_min)
        nights = np.bincount(label[label != OUTSIDE], of["nightly"].to_numpy()[label != OUTSIDE], minlength=1)
        home = int(np.argmax(nights)) if nights.max() > 0 else -2
        is_home = pl.Series("home", [None if home < 0 else float(each == home) for each in label], dtype=pl.Float64)
        found.append(of.select("person", "stay").with_columns(pl.Series("place", label), is_home))
    if not found:
        return np.full(len(stay), OUTSIDE), np.full(len(stay), np.nan)
    joined = table.join(pl.concat(found), on=["person", "stay"], how="left", maintain_order="left")
    return joined["place"].fill_null(OUTSIDE).to_numpy(), joined["home"].fill_null(np.nan).to_numpy()


def _sums() -> dict[str, pl.Expr]:
    hours = pl.col("long") / HOUR
    stays = pl.col("kind") == "stay"
    known = pl.col("home").is_not_nan().any()
    home, hidden = hours.filter(stays & (pl.col("home") == 1)).sum(), hours.filter(pl.col("kind") == "hidden").sum()
    visited = pl.col("place").filter(stays)
    return {
        "home_h": pl.when(known).then(home),
        "home_most_h": pl.when(known).then(home + hidden),
        "seen_h": hours.filter(pl.col("kind") != "hidden").sum(),
        "hidden_h": hidden,
        "moving_h": hours.filter(pl.col("kind") == "move").sum(),
        "distance_km": (pl.col("metres") * pl.col("share")).sum() / 1000,
        "transitions_count": (visited != visited.shift()).sum().cast(pl.Int64),
    }


def _shapes(cuts: pl.DataFrame) -> pl.DataFrame:
    """Give what follows from the time in each place."""
    staying = cuts.filter(pl.col("kind") == "stay")
    weight = pl.col("long")
    places = staying.group_by("at", "place", maintain_order=True).agg(
        *(((pl.col(axis) * weight).sum() / weight.sum()).alias(axis) for axis in ("latitude", "longitude")),
        weight.sum(),
    )
    shapes = []
    for (at,), of in places.group_by("at", maintain_order=True):
        north, east, long = (of[name].to_numpy() for name in ("latitude", "longitude", "long"))
        share = long / long.sum()
        count = len(share)
        entropy = float(-(share * np.log(share)).sum()) + 0.0
        apart = distance(np.full(count, share @ north), np.full(count, share @ east), north, east)
        widest = max(float(distance(north[one], east[one], north, east).max()) for one in range(count))
        even = entropy / float(np.log(count)) if count > 1 else 0.0
        shapes.append((at, count, entropy, even, float(np.sqrt(share @ apart**2)) / 1000, widest / 1000))
    names = ("entropy_nats", "entropy_share", "radius_km", "diameter_km")
    schema = {"at": pl.UInt32, "places_count": pl.Int64, **dict.fromkeys(names, pl.Float64)}
    return pl.DataFrame(shapes, schema=schema, orient="row")
