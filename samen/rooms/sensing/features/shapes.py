"""What follows from the time a person spent in each place: how many, how evenly, how far apart."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from samen.rooms.sensing.sphere import EARTH, Floats, distance, unit_vectors

AXES = ("latitude", "longitude")
TOPS = ("top1_h", "top2_h", "top3_h")
NAMES = ("places_count", "entropy_nats", "entropy_share", "radius_km", "diameter_km", *TOPS)


def places(pieces: pl.DataFrame) -> pl.DataFrame:
    """Give person, place, latitude, longitude: the middle of each place, weighed by time."""
    weight = (pl.col("ends") - pl.col("begins")).cast(pl.Float64)
    return (
        pieces.filter(pl.col("kind") == "stay", pl.col("place") >= 0)
        .group_by("person", "place", maintain_order=True)
        .agg(*(((pl.col(axis) * weight).sum() / weight.sum()).alias(axis) for axis in AXES))
        .sort("person", "place")
    )


def seen(staying: pl.DataFrame, middles: pl.DataFrame) -> pl.DataFrame:
    """Give the shapes of each segment. Takes: at, person, place, hours; one row for each place of a segment."""
    both = staying.filter(pl.col("hours") > 0).join(middles, on=["person", "place"], how="left", maintain_order="left")
    vectors = unit_vectors(*(both[axis].to_numpy() for axis in AXES))
    both = both.with_columns(pl.Series(name, vectors[:, at], dtype=pl.Float64) for at, name in enumerate("xyz"))
    hours, share = pl.col("hours"), pl.col("hours") / pl.col("hours").sum()
    entropy = (-(share * share.log()).sum()).clip(0)
    spread = sum(((pl.col(axis) - (share * pl.col(axis)).sum()) ** 2 for axis in "xyz"), start=pl.lit(0.0))
    found = both.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("places_count"),
        entropy.alias("entropy_nats"),
        pl.when(pl.len() > 1).then(entropy / pl.len().log()).otherwise(0.0).alias("entropy_share"),
        ((share * spread).sum().sqrt() * EARTH / 1000).alias("radius_km"),
        *(hours.filter(pl.col("place") == rank).sum().alias(name) for rank, name in enumerate(TOPS)),
    )
    pairs = both.select("at", *AXES).join(
        both.select("at", *(pl.col(axis).alias(f"to_{axis}") for axis in AXES)), on="at"
    )
    metres = distance(*(pairs[name].to_numpy() for name in (*AXES, *(f"to_{axis}" for axis in AXES))))
    apart = pairs.select("at", pl.Series("diameter_km", metres / 1000, dtype=pl.Float64))
    return found.join(apart.group_by("at").agg(pl.col("diameter_km").max()), on="at", how="left", maintain_order="left")


def of_draws(hours: Floats, latitude: Floats, longitude: Floats) -> Mapping[str, Floats]:
    """Give the same of many possible segments at once, but for the diameter. Takes: hours: segment, draw, place."""
    total = np.maximum(hours.sum(axis=2, keepdims=True), 1e-12)
    share = hours / total
    count = (hours > 0).sum(axis=2).astype(np.float64)
    entropy = -np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), 0).sum(axis=2)
    vectors = unit_vectors(latitude, longitude)
    middle = share @ vectors
    square = (share[..., None] * (vectors - middle[:, :, None, :]) ** 2).sum(axis=(2, 3))
    even = np.where(count > 1, entropy / np.log(np.maximum(count, 2)), 0)
    tops = {
        name: hours[:, :, rank] if rank < hours.shape[2] else np.zeros(hours.shape[:2])
        for rank, name in enumerate(TOPS)
    }
    radius = np.sqrt(square) * EARTH / 1000
    return {"places_count": count, "entropy_nats": entropy, "entropy_share": even, "radius_km": radius, **tops}
