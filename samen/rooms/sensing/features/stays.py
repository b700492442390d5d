"""Where a person stayed and which way they went, robust to jitter: points become minutes, minutes stays and ways, stays places."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from samen.rooms.sensing.clustering import OUTSIDE, dbscan
from samen.rooms.sensing.features.ways import Flags, Minutes, Ways, travelled
from samen.rooms.sensing.sphere import Floats, Whole, distance
from samen.rooms.sensing.streams import end_of_run

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000  # ms
HOME_DAYS = 14  # home is looked for in so many days before and after
NIGHT_UNTIL = 6 * HOUR  # of the clock: home is where most time from 00 to 06 is spent

PIECES = pl.Schema(
    {
        "person": pl.String,
        "begins": pl.Int64,
        "ends": pl.Int64,
        "kind": pl.String,  # stay, move, hidden
        "place": pl.Int64,  # number of the person's place; -1 on the way and unknown
        "home": pl.Int64,  # number of the place that was home then; -1 when no night was seen
        "metres": pl.Float64,
        "unseen": pl.Float64,  # m of these that were concluded
        "slack": pl.Float64,  # ms by which the border between staying and the way may be off to both sides
        "latitude": pl.Float64,  # degrees, where the piece begins
        "longitude": pl.Float64,
        "ahead": pl.Int64,  # ms by which the person's clock is ahead of UTC
    }
)


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features of places and movement."""

    TABLE: ClassVar[str] = "samen.mobility"

    accuracy_limit: float = 100.0  # m: a less sure point is dropped
    step: float = 60.0  # m from one minute to the next that is a move, and not jitter
    shortest_stay_min: float = 5.0  # minutes
    longest_break_min: float = 30.0  # minutes without a point; what a longer break hides is known only as an interval
    place_within: float = 100.0  # m
    least_days: int = 7  # days in which something was seen, before a person's own week says anything of what is hidden
    draws: int = 200  # weeks drawn for each hidden stretch; 0 = no intervals, and no value for a day with hidden time
    seed: int = 1


def pieces(rows: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Cut each person's time into stays, ways and hidden stretches.

    Takes:  gps by person and time, with local.
    Gives:  PIECES by person and begin, one after another without a break.
    """
    minutes = _minutes(rows, settings)
    if minutes.height < 2:
        return PIECES.to_frame()
    return _pieces(minutes, settings)


def _minutes(rows: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Give the middle of each minute's points: person, time (mean), latitude, longitude, ahead."""
    unsure = pl.col("accuracy") > settings.accuracy_limit
    is_bad = unsure.fill_null(False) | pl.col("latitude").is_null() | pl.col("longitude").is_null()
    if rows.select(is_bad.any()).item():
        rows = rows.filter(~is_bad)
    time = rows["time"].to_numpy()
    minute = time // MINUTE
    firsts = np.zeros(len(time), dtype=np.bool_)
    firsts[:1] = True
    firsts[1:] = minute[1:] != minute[:-1]
    firsts[_people(rows["person"])] = True
    starts = np.flatnonzero(firsts)
    lengths = np.diff(np.r_[starts, len(time)])
    first = rows[starts]
    return first.select(
        "person",
        pl.Series("time", np.add.reduceat(time, starts) // lengths if len(starts) else starts, dtype=pl.Int64),
        *(pl.Series(axis, _medians(rows[axis].to_numpy(), starts, lengths)) for axis in ("latitude", "longitude")),
        (pl.col("local").cast(pl.Int64) - pl.col("time")).alias("ahead"),
    )


def _people(people: pl.Series) -> list[int]:
    """Give where the rows of each person begin, by search: the column is sorted."""
    starts, at = [], 0
    while at < len(people):
        starts.append(at)
        at = end_of_run(people, at)
    return starts


def _medians(values: Floats, starts: Whole, lengths: Whole) -> Floats:
    """Give the median of each run of values: all runs of one length are sorted at once."""
    found = np.empty(len(starts))
    for length in np.unique(lengths):
        of = np.flatnonzero(lengths == length)
        is_all = len(of) == len(starts)
        runs = values.reshape(-1, length) if is_all else values[starts[of, None] + np.arange(length)]
        ordered = np.sort(runs, axis=1)
        found[of] = (ordered[:, (length - 1) // 2] + ordered[:, length // 2]) / 2
    return found


def _pieces(minutes: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    person = minutes["person"].rle_id().cast(pl.Int64).to_numpy()
    time, latitude, longitude = (minutes[name].to_numpy() for name in ("time", "latitude", "longitude"))
    same, lasting = person[1:] == person[:-1], np.diff(time)
    metres = distance(latitude[:-1], longitude[:-1], latitude[1:], longitude[1:])
    seen = same & (lasting <= settings.longest_break_min * MINUTE)
    stay, middle_latitude, middle_longitude = _stays(minutes, seen & (metres <= settings.step), settings)
    staying = stay >= 0
    latitude, longitude = np.where(staying, middle_latitude, latitude), np.where(staying, middle_longitude, longitude)
    place, home = _places(minutes, stay, latitude, longitude, settings)
    rests = seen & (stay[1:] == stay[:-1]) & staying[1:]
    ways = travelled(Minutes(person, time, latitude, longitude, place, seen, rests))
    columns = {"latitude": latitude, "longitude": longitude, "place": place, "home": home}
    return _cut_up(minutes, columns, (same, seen, rests, staying), ways)


def _cut_up(minutes: pl.DataFrame, columns: dict[str, Floats], flags: tuple[Flags, ...], ways: Ways) -> pl.DataFrame:
    """Cut each step into staying, going and staying again; what the way does not need is given to the stays on its sides."""
    same, seen, rests, staying = flags
    time = minutes["time"].to_numpy()
    both = staying[1:] & staying[:-1]
    spare = np.where(seen & ~rests, np.diff(time) - ways.travel, 0)
    lent = np.where(both, spare / 2, spare).astype(np.int64)
    leaves = np.where(rests, time[1:], time[:-1] + np.where(staying[:-1], lent, 0))
    arrives = np.where(rests, time[1:], time[1:] - np.where(staying[1:], lent, 0))
    ahead, behind = np.arange(len(time) - 1), np.arange(1, len(time))
    moves = seen & ~rests
    rows = pl.DataFrame({"person": minutes["person"][:-1], "ahead": minutes["ahead"][:-1]})
    of_way = {"metres": ways.metres, "unseen": ways.unseen, "slack": np.where(both, spare / 2, 0.0)}
    parts = [
        _part("stay", rows, (time[:-1], leaves), same & seen & staying[:-1], columns, ahead),
        _part("move", rows, (leaves, arrives), same & moves, columns, ahead).with_columns(
            place=pl.lit(OUTSIDE, dtype=pl.Int64),
            **{name: pl.Series(values[same & moves], dtype=pl.Float64) for name, values in of_way.items()},
        ),
        _part("stay", rows, (arrives, time[1:]), same & moves & staying[1:], columns, behind),
        _part("hidden", rows, (time[:-1], time[1:]), same & ~seen, columns, ahead),
    ]
    return pl.concat(parts).filter(pl.col("ends") > pl.col("begins")).sort("person", "begins")


def _part(
    kind: str, rows: pl.DataFrame, span: tuple[Whole, Whole], kept: Flags, columns: dict[str, Floats], at: Whole
) -> pl.DataFrame:
    """Give pieces of one kind, with what is true at the minute `at` of each."""
    chosen = {name: pl.Series(values[at[kept]]) for name, values in columns.items()}
    named = rows.filter(pl.Series(kept)).with_columns(
        pl.lit(kind).alias("kind"),
        pl.Series("begins", span[0][kept], dtype=pl.Int64),
        pl.Series("ends", span[1][kept], dtype=pl.Int64),
        *(pl.lit(0.0).alias(name) for name in ("metres", "unseen", "slack")),
        **chosen,
    )
    return named.select(pl.col(name).cast(of) for name, of in PIECES.items())


def _stays(minutes: pl.DataFrame, still: Flags, settings: Samen) -> tuple[Whole, Floats, Floats]:
    """Give the number of each minute's stay (-1 on the way), and the middle of that stay."""
    run = np.cumsum(np.r_[True, ~still])
    runs = (
        minutes.select("time", "latitude", "longitude", pl.Series("run", run))
        .group_by("run", maintain_order=True)
        .agg((pl.col("time").last() - pl.col("time").first()).alias("long"), pl.col("latitude", "longitude").median())
    )
    long = runs["long"].to_numpy() >= settings.shortest_stay_min * MINUTE
    at = run - 1
    stay = np.where(long[at], run, -1)
    return stay, runs["latitude"].to_numpy()[at], runs["longitude"].to_numpy()[at]


def _places(
    minutes: pl.DataFrame, stay: Whole, latitude: Floats, longitude: Floats, settings: Samen
) -> tuple[Whole, Whole]:
    """Give the place of each minute (-1 on the way), and the number of the place that was home then (-1: not known)."""
    clock = pl.col("time") + pl.col("ahead")
    table = minutes.select("person", clock.alias("clock")).with_columns(
        pl.Series("stay", stay), pl.Series("latitude", latitude), pl.Series("longitude", longitude)
    )
    stays = (
        table.filter(pl.col("stay") >= 0)
        .group_by("stay", maintain_order=True)
        .agg(
            pl.col("person", "latitude", "longitude").first(),
            pl.col("clock").first().alias("begins_local"),
            pl.col("clock").last().alias("ends_local"),
        )
    )
    named = placed(stays, settings)
    place = table.select("stay").join(named.select("stay", "place"), on="stay", how="left", maintain_order="left")[
        "place"
    ]
    home = homes_at(table.select("person", "clock"), homes(named))
    return place.fill_null(OUTSIDE).to_numpy(), home.to_numpy()


def placed(stays: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Add the place of each stay, 0 for the one where the person's time is most.

    Takes: stays by person: latitude, longitude, begins_local and ends_local (ms of the clock). Adds: place, long (ms).
    """
    stays = stays.with_columns((pl.col("ends_local") - pl.col("begins_local")).alias("long"))
    found = [stays.clear().with_columns(pl.lit(0).cast(pl.Int64).alias("place"))]
    for of in stays.partition_by("person", maintain_order=True):
        north, east, weight = of["latitude"].to_numpy(), of["longitude"].to_numpy(), of["long"].to_numpy() / MINUTE
        label = dbscan(north, east, weight, within=settings.place_within, least=settings.shortest_stay_min)
        found.append(of.with_columns(pl.Series("place", _by_time(label, weight))))
    return pl.concat(found)


def _by_time(label: Whole, weight: Floats) -> Whole:
    """Number places anew, the one with most time first."""
    inside = label != OUTSIDE
    times = np.bincount(label[inside], weight[inside], minlength=1)
    rank = np.empty(len(times), dtype=np.int64)
    rank[np.argsort(-times, kind="stable")] = np.arange(len(times))
    return np.where(inside, rank[np.where(inside, label, 0)], OUTSIDE)


def homes(stays: pl.DataFrame) -> pl.DataFrame:
    """Give person, day (number), home: the place with most time from 00 to 06 within two weeks before and after a day.

    Takes: stays as `placed` gives them. A night counts for the day in the middle of its stay.
    """
    nights = [
        pl.col(edge) // DAY * NIGHT_UNTIL + pl.min_horizontal(pl.col(edge) % DAY, NIGHT_UNTIL)
        for edge in ("begins_local", "ends_local")
    ]
    nightly = stays.select(
        "person",
        "place",
        ((pl.col("begins_local") + pl.col("ends_local")) // 2 // DAY).alias("day"),
        (nights[1] - nights[0]).alias("nightly"),
    ).filter(pl.col("nightly") > 0, pl.col("place") != OUTSIDE)
    nightly = nightly.group_by("person", "day", "place").agg(pl.col("nightly").sum())
    days = nightly.select("person", "day").unique()
    near = days.join(nightly.rename({"day": "night"}), on="person").filter(
        (pl.col("day") - pl.col("night")).abs() <= HOME_DAYS
    )
    sums = near.group_by("person", "day", "place").agg(pl.col("nightly").sum())
    most = sums.sort("nightly", "place", descending=[True, False]).unique(
        ["person", "day"], keep="first", maintain_order=True
    )
    return most.select("person", "day", pl.col("place").alias("home")).sort("person", "day")


def homes_at(moments: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    """Give the home of the nearest day that has one; -1 when none has. Takes: person, clock (ms), by person and time."""
    days = moments.select("person", (pl.col("clock") // DAY).alias("day"))
    runs = days.with_columns(pl.struct("person", "day").rle_id().alias("run"))
    firsts = runs.unique("run", keep="first", maintain_order=True).with_columns(pl.col("day").cast(pl.Int64))
    near = firsts.sort("day").join_asof(
        known.sort("day"), on="day", by="person", strategy="nearest", check_sortedness=False
    )
    return runs.join(near.select("run", "home"), on="run", how="left", maintain_order="left")["home"].fill_null(OUTSIDE)
