"""How far and how long a person moved, and how long they were at home, from flights and pauses."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from samen.rooms.sensing.features import flights
from samen.rooms.sensing.features.flights import Jasmine
from samen.rooms.sensing.segments import cut
from samen.rooms.sensing.sphere import Floats, Whole, distance

HOUR, MINUTE = 3_600_000, 60_000  # ms
HOME_WITHIN = 50.0  # m: a piece whose ends lie this near to home on average was at home (Forest)
PLACE_WITHIN = 50.0  # m: pauses this near to a place belong to it (Forest)
HOMES_WITHIN = 20.0  # m: the same while looking for home (Forest)
SIGNIFICANT = 15 * MINUTE  # a place where somebody stayed longer than this in the segment counts (Forest)
NIGHT = (20, 8)  # hours of the clock from which and until which it is night


def forest(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Jasmine) -> pl.DataFrame:
    """Mobility as Forest's jasmine sums it up: a function of the table of flights and pauses, which is made where it is not given.

    Takes:  flights, and gps of people without flights; both by person and time with local.
    Gives:  at and the peer's columns; see `summed_up`.
    """
    given, gps = (tables.get(stream, pl.DataFrame()) for stream in ("flights", "gps"))
    if not gps.height:
        return summed_up(given, segments, settings)
    others = (
        gps.join(given.select("person").unique(), on="person", how="anti", maintain_order="left")
        if given.height
        else gps
    )
    made = flights.found(others, settings)
    pieces = (
        pl.concat([given.select(made.columns), made]).sort("person", "time", maintain_order=True)
        if given.height
        else made
    )
    return summed_up(pieces, segments, settings)


def summed_up(pieces: pl.DataFrame, segments: pl.DataFrame, settings: Jasmine) -> pl.DataFrame:
    """Sum flights and pauses up, cut at the borders of segments in proportion to time.

    Takes:  stream flights by person and time with local.
    Gives:  at, obs_duration, obs_day (08-20), obs_night, home_time, total_flight_time, av/sd_flight_duration,
            total_pause_time, av/sd_pause_duration (h); dist_traveled, max_dist_home, radius, diameter, av/sd_flight_length
            (km); num_sig_places (count); entropy (nats, may be a little below 0). Segments of an hour or less have minutes
            instead of hours, flight lengths in metres, and no columns that only a day has. Spreads divide by n; lengths are
            whole metres; all is null but the durations when nothing was observed.
    Source: Forest 1.0 (BSD-3), jasmine; facts sheet, part 7.
    """
    cuts = _with_homes(_cut(pieces, segments), _homes(pieces, settings))
    hourly = (pl.col("ends_local") - pl.col("begins_local")).dt.total_milliseconds() <= HOUR
    lengths = segments.select("at", hourly.alias("hourly"))
    summed = cuts.group_by("at", maintain_order=True).agg(**_sums()).join(_shapes(cuts), on="at", how="left")
    return _in_units(summed.join(lengths, on="at", how="left", maintain_order="left"))


ENDS = ("from_latitude", "from_longitude", "to_latitude", "to_longitude")


def _cut(pieces: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Give pieces cut at the borders, their ends moved along the line, with long (ms), metres (whole) and hour of the middle."""
    named = pieces.filter(pl.col("ends") > pl.col("time")).select(
        "person",
        *ENDS,
        "kind",
        "observed",
        pl.col("time").alias("begins"),
        "ends",
        pl.col("time").alias("whole_begins"),
        pl.col("ends").alias("whole_ends"),
        (pl.col("local").cast(pl.Int64) - pl.col("time")).alias("ahead"),
    )
    cuts = cut(named, segments).sort("at", "begins", maintain_order=True)
    whole = pl.col("whole_ends") - pl.col("whole_begins")
    shares = [(pl.col(edge) - pl.col("whole_begins")) / whole for edge in ("begins", "ends")]
    moved = [
        (pl.col(f"from_{axis}") + share * (pl.col(f"to_{axis}") - pl.col(f"from_{axis}"))).alias(f"{end}_{axis}")
        for axis in ("latitude", "longitude")
        for end, share in zip(("from", "to"), shares, strict=True)
    ]
    middle = (pl.col("begins") + pl.col("ends")) // 2 + pl.col("ahead")
    cuts = cuts.with_columns(
        *moved, (pl.col("ends") - pl.col("begins")).alias("long"), (middle // HOUR % 24).alias("hour")
    )
    metres = distance(*(cuts[name].to_numpy() for name in ENDS))
    return cuts.with_columns(pl.Series("metres", np.round(metres)))


def _homes(pieces: pl.DataFrame, settings: Jasmine) -> pl.DataFrame:
    """Give person, home_latitude, home_longitude: the given home, or the place with most pauses from 20 to 08."""
    people = pieces.select("person").unique(maintain_order=True)
    if settings.home_latitude is not None and settings.home_longitude is not None:
        return people.with_columns(
            pl.lit(settings.home_latitude).alias("home_latitude"),
            pl.lit(settings.home_longitude).alias("home_longitude"),
        )
    hour = (pl.col("local") + (pl.col("ends") - pl.col("time")).cast(pl.Duration("ms")) / 2).dt.hour()
    at_night = pieces.filter(pl.col("kind") == "pause", pl.col("observed"), (hour >= NIGHT[0]) | (hour < NIGHT[1]))
    homes = []
    for (person,), of in at_night.group_by("person", maintain_order=True):
        latitude, longitude = of["from_latitude"].to_numpy(), of["from_longitude"].to_numpy()
        _, visits, centres = _places(latitude, longitude, HOMES_WITHIN)
        most = int(np.argmax(visits))
        homes.append((person, centres[most][0], centres[most][1]))
    schema = {"person": pl.String, "home_latitude": pl.Float64, "home_longitude": pl.Float64}
    return people.join(pl.DataFrame(homes, schema=schema, orient="row"), on="person", how="left")


def _places(latitude: Floats, longitude: Floats, within: float) -> tuple[Whole, Whole, list[tuple[float, float]]]:
    """Give each pause the nearest place that already is within reach, else a new one; a place's centre is the mean of its pauses.

    One step a pause: which place there is depends on the order, and that is the peer's meaning.
    Gives: number of the place of each pause; number of pauses and centre of each place.
    """
    sums: list[list[float]] = []
    of = np.zeros(len(latitude), dtype=np.int64)
    centres = np.zeros((0, 2))
    for at, (north, east) in enumerate(zip(latitude.tolist(), longitude.tolist(), strict=True)):
        apart = distance(np.array([north]), np.array([east]), centres[:, 0], centres[:, 1])
        nearest = int(np.argmin(apart)) if len(apart) else -1
        if nearest < 0 or apart[nearest] > within:
            sums.append([north, east, 1])
            centres = np.vstack([centres, [north, east]])
            of[at] = len(sums) - 1
            continue
        mine = sums[nearest]
        mine[0], mine[1], mine[2] = mine[0] + north, mine[1] + east, mine[2] + 1
        centres[nearest] = mine[0] / mine[2], mine[1] / mine[2]
        of[at] = nearest
    visits = np.array([each[2] for each in sums], dtype=np.int64)
    return of, visits, [(float(north), float(east)) for north, east in centres]


def _with_homes(cuts: pl.DataFrame, homes: pl.DataFrame) -> pl.DataFrame:
    """Add home_from and home_to: metres from home at both ends, null when no home is known."""
    both = cuts.join(homes, on="person", how="left", maintain_order="left")
    home = [both[name].to_numpy() for name in ("home_latitude", "home_longitude")]
    for end in ("from", "to"):
        metres = distance(*home, *(both[f"{end}_{axis}"].to_numpy() for axis in ("latitude", "longitude")))
        both = both.with_columns(pl.Series(f"home_{end}", metres, nan_to_null=True))
    return both


def _sums() -> dict[str, pl.Expr]:
    long, metres = pl.col("long"), pl.col("metres")
    flies, rests = pl.col("kind") == "flight", pl.col("kind") == "pause"
    is_day = pl.col("hour").is_between(NIGHT[1], NIGHT[0] - 1)
    home = pl.mean_horizontal("home_from", "home_to", ignore_nulls=False)
    found = pl.col("home_from").is_not_null().any()
    return {
        "obs_duration": long.filter(pl.col("observed")).sum(),
        "obs_day": long.filter(pl.col("observed") & is_day).sum(),
        "obs_night": long.filter(pl.col("observed") & ~is_day).sum(),
        "home_time": pl.when(found).then(long.filter(home <= HOME_WITHIN).sum()),
        "dist_traveled": metres.sum(),
        "max_dist_home": pl.max_horizontal(pl.col("home_from").max(), pl.col("home_to").max()),
        "total_flight_time": long.filter(flies).sum(),
        "av_flight_length": metres.filter(flies).mean().fill_null(0.0),
        "sd_flight_length": metres.filter(flies).std(ddof=0).fill_null(0.0),
        "av_flight_duration": long.filter(flies).mean().fill_null(0.0),
        "sd_flight_duration": long.filter(flies).std(ddof=0).fill_null(0.0),
        "total_pause_time": long.filter(rests).sum(),
        "av_pause_duration": long.filter(rests).mean().fill_null(0.0),
        "sd_pause_duration": long.filter(rests).std(ddof=0).fill_null(0.0),
    }


def _shapes(cuts: pl.DataFrame) -> pl.DataFrame:
    """Give at, radius and diameter (m), num_sig_places and entropy: what depends on pauses among each other."""
    shapes: list[tuple[int, float | None, float, int, float]] = []
    for (at,), of in cuts.group_by("at", maintain_order=True):
        north, east = of["from_latitude"].to_numpy(), of["from_longitude"].to_numpy()
        rests = of["kind"].to_numpy() == "pause"
        long = of["long"].to_numpy()[rests].astype(np.float64)
        staying = _place_times(north[rests], east[rests], long)
        shapes.append((int(at), _radius(north[rests], east[rests], long), _diameter(north, east), *staying))
    schema = {
        "at": pl.UInt32,
        "radius": pl.Float64,
        "diameter": pl.Float64,
        "num_sig_places": pl.Int64,
        "entropy": pl.Float64,
    }
    return pl.DataFrame(shapes, schema=schema, orient="row")


def _radius(north: Floats, east: Floats, long: Floats) -> float | None:
    """Give the mean distance of pauses from their centre, both weighed by time; null without a pause."""
    if not long.sum():
        return None
    share = long / long.sum()
    apart = distance(np.full(len(north), share @ north), np.full(len(north), share @ east), north, east)
    return float(share @ apart)


def _diameter(north: Floats, east: Floats) -> float:
    """Give the largest distance between two begins of pieces, row by row so that memory stays linear."""
    return max(
        (float(distance(north[at], east[at], north[at:], east[at:]).max()) for at in range(len(north))), default=0.0
    )


def _place_times(north: Floats, east: Floats, long: Floats) -> tuple[int, float]:
    """Give the number of places with more than 15 min, and the entropy of the time in those."""
    of, visits, _ = _places(north, east, PLACE_WITHIN)
    times = np.bincount(of, long, minlength=len(visits))
    times = times[times > SIGNIFICANT]
    share = times / times.sum() if len(times) else times
    return len(times), float(-(share * np.log(share + 1e-5)).sum())


OBSERVED = ("obs_duration", "obs_day", "obs_night")
LENGTHS, OF_FLIGHTS = ("dist_traveled", "max_dist_home", "radius", "diameter"), ("av_flight_length", "sd_flight_length")
PAUSES = ("total_pause_time", "av_pause_duration", "sd_pause_duration")
FLIGHTS = ("total_flight_time", *OF_FLIGHTS, "av_flight_duration", "sd_flight_duration")
TIMES = ("home_time", "total_flight_time", "av_flight_duration", "sd_flight_duration", *PAUSES)
OF_A_DAY = ("obs_day", "obs_night", "radius", "diameter", "num_sig_places", "entropy")
ORDER = (*OBSERVED, "home_time", *LENGTHS, "num_sig_places", "entropy", *FLIGHTS, *PAUSES)


def _in_units(summed: pl.DataFrame) -> pl.DataFrame:
    """Turn ms and m into the units of Forest, and say nothing where nothing was observed."""
    time = pl.when("hourly").then(float(MINUTE)).otherwise(float(HOUR))
    per_flight = pl.when("hourly").then(1.0).otherwise(1000.0)
    units = [(pl.col(name) / time).alias(name) for name in (*TIMES, *OBSERVED)]
    units += [(pl.col(name) / 1000).alias(name) for name in LENGTHS]
    units += [(pl.col(name) / per_flight).alias(name) for name in OF_FLIGHTS]
    shown = summed.with_columns(units)
    nothing = pl.col("obs_duration") == 0
    blank = [
        pl.when(~nothing if name not in OBSERVED else pl.lit(True))
        .then(pl.when(~pl.col("hourly") | pl.lit(name not in OF_A_DAY)).then(pl.col(name)))
        .alias(name)
        for name in ORDER
    ]
    return shown.select("at", *blank)
