"""From flights and pauses that another program found to stays, ways and hidden stretches."""

import numpy as np
import polars as pl

from samen.rooms.sensing.features.stays import PIECES, Samen, homes, homes_at, placed
from samen.rooms.sensing.sphere import distance

MINUTE = 60_000  # ms
ENDS = ("from_latitude", "from_longitude", "to_latitude", "to_longitude")


def pieces_of_flights(rows: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Cut each person's time into stays, ways and hidden stretches.

    Takes:  flights by person and time, with local.
    Gives:  PIECES. A pause is a stay from the shortest stay on. What was not observed counts as a break: a short one is a stay
            where both its ends are one place and else a straight way; a longer one is hidden.
    """
    ends = pl.min_horizontal("ends", pl.col("time").shift(-1).over("person"))
    there = rows.filter(pl.col("observed"), pl.all_horizontal(pl.col(*ENDS).is_not_null())).with_columns(
        ends.alias("ends")
    )
    there = there.filter(pl.col("ends") > pl.col("time"))
    if there.is_empty():
        return PIECES.to_frame()
    ahead = pl.col("local").cast(pl.Int64) - pl.col("time")
    long = pl.col("ends") - pl.col("time") >= settings.shortest_stay_min * MINUTE
    is_stay = (pl.col("kind") == "pause") & long
    told = there.select(
        "person", pl.col("time").alias("begins"), "ends", *ENDS, ahead.alias("ahead"),
        pl.when(is_stay).then(pl.lit("stay")).otherwise(pl.lit("move")).alias("kind"),
    )  # fmt: skip
    told = pl.concat([told, _breaks(told, settings)]).sort("person", "begins")
    return _named(told, settings)


def _breaks(told: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Give a piece for each break between two others."""
    later = pl.col("person", "begins", "from_latitude", "from_longitude").shift(-1).name.suffix("_next")
    both = told.with_columns(later).filter(
        pl.col("person") == pl.col("person_next"), pl.col("begins_next") > pl.col("ends")
    )
    names = ("to_latitude", "to_longitude", "from_latitude_next", "from_longitude_next")
    metres = pl.Series("metres", distance(*(both[name].to_numpy() for name in names)), dtype=pl.Float64)
    is_long = pl.col("begins_next") - pl.col("ends") > settings.longest_break_min * MINUTE
    near = (metres <= settings.place_within) & (both["kind"] == "stay")
    kind = pl.when(is_long).then(pl.lit("hidden")).when(near).then(pl.lit("stay")).otherwise(pl.lit("move"))
    return both.select(
        "person",
        pl.col("ends").alias("begins"),
        pl.col("begins_next").alias("ends"),
        pl.col("to_latitude").alias("from_latitude"),
        pl.col("to_longitude").alias("from_longitude"),
        pl.col("from_latitude_next").alias("to_latitude"),
        pl.col("from_longitude_next").alias("to_longitude"),
        "ahead",
        kind.alias("kind"),
    )


def _named(told: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Add metres, and the place and the home of each piece."""
    told = told.with_row_index("stay")
    stays = told.filter(pl.col("kind") == "stay").select(
        "stay",
        "person",
        pl.col("from_latitude").alias("latitude"),
        pl.col("from_longitude").alias("longitude"),
        (pl.col("begins") + pl.col("ahead")).alias("begins_local"),
        (pl.col("ends") + pl.col("ahead")).alias("ends_local"),
    )
    named = placed(stays, settings)
    moments = told.select("person", (pl.col("begins") + pl.col("ahead")).alias("clock"))
    metres = distance(*(told[name].to_numpy() for name in ENDS))
    is_way = told["kind"].to_numpy() == "move"
    table = told.join(named.select("stay", "place"), on="stay", how="left", maintain_order="left").with_columns(
        pl.col("place").fill_null(-1),
        homes_at(moments, homes(named)).alias("home"),
        pl.Series("metres", np.where(is_way, metres, 0.0)),
        pl.lit(0.0).alias("unseen"),
        pl.lit(0.0).alias("slack"),
        pl.col("from_latitude").alias("latitude"),
        pl.col("from_longitude").alias("longitude"),
    )
    return table.select(pl.col(name).cast(kind) for name, kind in PIECES.items())
