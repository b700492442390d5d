"""Where a person was, how far they went and how usual that was, in our own meaning, from stays, ways and hidden stretches."""

from collections.abc import Mapping

import polars as pl

from samen.rooms.sensing.features import hidden, rhythm, shapes, stays, weeks
from samen.rooms.sensing.features.flown import pieces_of_flights
from samen.rooms.sensing.features.stays import Samen
from samen.rooms.sensing.segments import cut, joined
from samen.rooms.sensing.sphere import distance

HOUR, DAY = 3_600_000, 86_400_000  # ms
UNTOLD = -2  # stands between places for hidden time: what changed there was not seen
MODELLED = ("home_h", "moving_h", "distance_km", "transitions_count", *shapes.NAMES, "max_home_km")


def samen(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Places and movement in our own meaning.

    Takes:  gps, or flights for people without gps; by person and time with local.
    Gives:  at and the columns that `content/profiles/samen.toml` has under `mobility_`. A value of a segment with hidden
            time is what was seen and what the model of the person's own week says of the rest, with the 90 % interval in
            e.g. home_low_h and home_high_h and the hours concerned in modelled_h; it is null when the model has too little.
            Where nothing was hidden, low and high are the value. What describes single ways and stays is of what was seen.
    Source: own; single features as the profile names them; gaps: `gaps.py`.
    """
    pieces = _pieces(tables, settings)
    if pieces.is_empty():
        return pl.DataFrame(schema={"at": pl.UInt32})
    places = shapes.places(pieces)
    cuts = _cut(pieces, segments)
    seen = cuts.group_by("at", maintain_order=True).agg(**_sums())
    times = cuts.filter(pl.col("kind") == "stay", pl.col("place") >= 0).group_by("at", "place", maintain_order=True)
    staying = times.agg(pl.col("person").first(), pl.col("hours").sum())
    parts = (
        shapes.seen(staying, places),
        _farthest(cuts, places),
        _ways(cuts),
        _homes(cuts),
        _elsewhere(pieces, staying),
    )
    variance = pl.col("radius_km") ** 2
    shown = joined(seen, seen, *parts).with_columns(
        pl.col("places_count").fill_null(0),
        variance.alias("variance_km2"),
        pl.when(variance > 0).then(variance.log()).alias("variance_log"),
    )
    by_person = weeks.slots(pieces)
    modelled = hidden.modelled(pieces, by_person, segments, hidden.Seen(shown, staying, places), settings)
    return joined(seen, _with_modelled(shown, modelled), rhythm.samen(by_person, segments, places)).drop(
        "home", "noise_h", "noise_km"
    )


def _pieces(tables: Mapping[str, pl.DataFrame], settings: Samen) -> pl.DataFrame:
    """Give pieces from gps, and from flights for people without."""
    parts = [stays.PIECES.to_frame()]
    gps, flights = (tables.get(stream, pl.DataFrame()) for stream in ("gps", "flights"))
    if gps.height:
        parts.append(stays.pieces(gps, settings))
    if flights.height:
        others = flights if not gps.height else flights.join(gps.select("person").unique(), on="person", how="anti")
        parts.append(pieces_of_flights(others, settings))
    return pl.concat(parts).sort("person", "begins", maintain_order=True)


def _cut(pieces: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Cut pieces at the borders of segments; what they carry is shared out by time."""
    whole = pieces.with_columns((pl.col("ends") - pl.col("begins")).alias("whole"))
    cuts = cut(whole, segments).with_columns((pl.col("ends") - pl.col("begins")).alias("long"))
    share = pl.col("long") / pl.col("whole")
    return cuts.with_columns(
        (pl.col("long") / HOUR).alias("hours"),
        *((pl.col(name) * share).alias(name) for name in ("metres", "unseen", "slack")),
    ).sort("at", "begins", maintain_order=True)


def _sums() -> dict[str, pl.Expr]:
    hours, kind = pl.col("hours"), pl.col("kind")
    known = (pl.col("home") >= 0).any()
    home = hours.filter((kind == "stay") & (pl.col("place") == pl.col("home"))).sum()
    unseen, visited = hours.filter(kind == "hidden").sum(), pl.col("place").filter(kind == "stay")
    km, speed = pl.col("metres") / 1000, pl.col("metres") / pl.col("long") * 3600
    moving, way = hours.filter(kind == "move"), speed.filter(kind == "move")
    gone = moving.sum() > 0
    mean = pl.when(gone).then((way * moving).sum() / moving.sum())
    slack = (pl.col("slack") / HOUR) ** 2 / 3  # variance of an even chance
    told = pl.when(kind == "stay").then("place").otherwise(UNTOLD).filter(kind != "move")
    at_home = visited == pl.col("home").filter(kind == "stay")
    was_home = at_home.shift().fill_null(False)
    borders = 1 + (visited != visited.shift()).sum()
    return {
        "home": pl.col("home").last(),
        "home_h": pl.when(known).then(home),
        "home_seen_h": pl.when(known).then(home),
        "home_most_h": pl.when(known).then(home + unseen),
        "seen_h": hours.filter(kind != "hidden").sum(),
        "hidden_h": unseen,
        "moving_h": moving.sum(),
        "moving_share": pl.when(hours.filter(kind != "hidden").sum() > 0).then(
            moving.sum() / hours.filter(kind != "hidden").sum()
        ),
        "distance_km": km.sum(),
        "distance_seen_km": km.sum(),
        "transitions_count": ((told != told.shift()) & (told >= 0) & (told.shift() >= 0)).sum().cast(pl.Int64),
        "trips_count": (at_home & ~was_home & was_home.cum_max()).sum().cast(pl.Int64),
        "speed_mean_kmh": mean,
        "speed_sd_kmh": pl.when(gone).then(((way - mean) ** 2 * moving).sum() / moving.sum()).sqrt(),
        "speed_max_kmh": way.max(),
        "noise_h": (slack.sum() + borders * hidden.BORDER**2).sqrt(),
        "noise_km": ((hidden.UNSURE * pl.col("unseen") / 1000) ** 2).sum().sqrt() + hidden.ROUGH * km.sum(),
    }


def _farthest(cuts: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Give at, max_home_km: how far from home the person was seen, on the way or staying."""
    homes = places.select("person", pl.col("place").alias("home"), *(pl.col(a).alias(f"home_{a}") for a in shapes.AXES))
    both = cuts.filter(pl.col("kind") != "hidden", pl.col("home") >= 0).join(homes, on=["person", "home"])
    metres = distance(*(both[name].to_numpy() for name in (*shapes.AXES, *(f"home_{axis}" for axis in shapes.AXES))))
    far = both.select("at", pl.Series("max_home_km", metres / 1000, dtype=pl.Float64))
    return far.group_by("at").agg(pl.col("max_home_km").max())


def _ways(cuts: pl.DataFrame) -> pl.DataFrame:
    """Give number, mean and spread of single ways and stays as they were seen within the segment."""
    run = pl.struct("at", "kind", "place").rle_id().alias("run")
    runs = (
        cuts.with_columns(run)
        .group_by("run", maintain_order=True)
        .agg(pl.col("at", "kind").first(), pl.col("hours").sum(), pl.col("metres").sum())
    )
    way, stay = pl.col("kind") == "move", pl.col("kind") == "stay"
    km, minutes, hours = (
        (pl.col("metres") / 1000).filter(way),
        (pl.col("hours") * 60).filter(way),
        pl.col("hours").filter(stay),
    )
    return runs.group_by("at", maintain_order=True).agg(
        way.sum().cast(pl.Int64).alias("ways_count"),
        km.mean().alias("way_mean_km"),
        km.std(ddof=0).alias("way_sd_km"),
        minutes.mean().alias("way_mean_min"),
        minutes.std(ddof=0).alias("way_sd_min"),
        stay.sum().cast(pl.Int64).alias("stays_count"),
        hours.mean().alias("stay_mean_h"),
        hours.std(ddof=0).alias("stay_sd_h"),
    )


def _homes(cuts: pl.DataFrame) -> pl.DataFrame:
    """Give at, home_number (1 for the person's first home, 2 for the next ...) and whether it changed in the segment."""
    known = cuts.filter(pl.col("home") >= 0).sort("person", "begins", maintain_order=True)
    order = known.select("person", "home").unique(maintain_order=True)
    order = order.with_columns((pl.int_range(pl.len()).over("person") + 1).alias("home_number"))
    numbered = known.join(order, on=["person", "home"], how="left", maintain_order="left")
    return numbered.group_by("at", maintain_order=True).agg(
        pl.col("home_number").last(), (pl.col("home").n_unique() - 1).cast(pl.Int64).alias("home_changes_count")
    )


def _elsewhere(pieces: pl.DataFrame, staying: pl.DataFrame) -> pl.DataFrame:
    """Give at, elsewhere_share: the share of time in places where the person was on one day alone."""
    days = [(pl.col(edge) + pl.col("ahead") - less) // DAY for edge, less in (("begins", 0), ("ends", 1))]
    once = pieces.filter(pl.col("kind") == "stay").group_by("person", "place")
    known = once.agg((days[0].min() == days[1].max()).alias("once"))
    both = staying.join(known, on=["person", "place"], how="left", maintain_order="left")
    hours = pl.col("hours")
    return both.group_by("at").agg((hours.filter("once").sum() / hours.sum()).alias("elsewhere_share"))


def edged(name: str, edge: str) -> str:
    """Give the name of a feature's low or high: before its unit."""
    stem, unit = name.rsplit("_", 1)
    return f"{stem}_{edge}_{unit}"


def _with_modelled(shown: pl.DataFrame, modelled: pl.DataFrame) -> pl.DataFrame:
    """Put what was modelled in the place of what was seen, where something was hidden: null where the model has too little."""
    both = shown.join(modelled, on="at", how="left", maintain_order="left")
    is_hidden = pl.col("hidden_h") > 0
    values = [
        pl.when(is_hidden).then(name + told).otherwise(pl.col(name).cast(pl.Float64)).alias(called)
        for name in MODELLED
        for told, called in (("_modelled", name), ("_low", edged(name, "low")), ("_high", edged(name, "high")))
    ]
    others = [name for name in shown.columns if name not in MODELLED]
    return both.select(*others, *values, pl.col("modelled_h").fill_null(0.0))
