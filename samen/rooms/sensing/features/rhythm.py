"""How usual a day was: whether a person was where they are at the same time on their other days."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from samen.rooms.sensing import gaps
from samen.rooms.sensing.features import shapes
from samen.rooms.sensing.features.weeks import Slots
from samen.rooms.sensing.segments import within
from samen.rooms.sensing.sphere import Floats, Whole, distance
from samen.rooms.sensing.zones import stretches

HARMONIC_DAYS = 3  # a daily wave is looked for in segments that are this long
NAMES = ("routine_km", "routine_share", "routine_kind_km", "routine_kind_share")


def samen(weeks: Mapping[str, Slots], segments: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Regularity of whereabouts, in quarters of an hour in which the person was seen.

    Takes:  each person's slots; the places of all.
    Gives:  at; routine_km: mean distance to where they were at the same time on their other days; routine_share: share of
            those other days on which it was the same place (0 to 1); the same among days of one kind (weekdays or weekends)
            with _kind_; circadian_share: share of the variance of position that a wave of 24 h explains (0 to 1), and
            circadian_log: the natural logarithm of that wave's energy in degrees², both for segments from three days on.
    Source: routine: Canzian & Musolesi 2015, doi:10.1145/2750858.2805845; circadian movement: Saeb et al. 2015,
            doi:10.2196/jmir.4273, here by least squares at 24 h alone.
    """
    columns = [pl.Series(places[name]) for name in ("person", *shapes.AXES)]
    people = pl.Series(list(weeks), dtype=pl.String)
    found = []
    for person, (low, high) in zip(people, stretches(columns[0], people), strict=True):
        if high > low:
            middles = tuple(axis.to_numpy()[low:high] for axis in columns[1:])
            found.append(_of_person(person, weeks[person], *middles))
    if not found:
        return pl.DataFrame(schema={"at": pl.UInt32})
    rows = within(_table(found).sort("person", "time"), segments)
    means = rows.group_by("at", maintain_order=True).agg(pl.col(*NAMES).mean())
    long = (pl.col("ends_local") - pl.col("begins_local")).dt.total_days() >= HARMONIC_DAYS
    waves = _waves(rows.join(segments.filter(long).select("at"), on="at", how="semi"))
    return means.join(waves, on="at", how="left", maintain_order="left")


def _of_person(person: str, week: Slots, latitude: Floats, longitude: Floats) -> dict[str, Any]:
    """Give the slots in which one person was seen, with their routine."""
    is_seen = week.place >= 0
    place, clock = week.place[is_seen], week.clock[is_seen]
    apart = distance(latitude[:, None], longitude[:, None], latitude, longitude) / 1000
    slot, kind = clock // gaps.SLOT % gaps.OF_A_DAY, gaps.kind_of(clock)
    found = {}
    for suffix, of in (("", slot), ("kind_", kind * gaps.OF_A_DAY + slot)):
        size = 2 * gaps.OF_A_DAY, len(latitude)
        counts = np.bincount(of * size[1] + place, minlength=size[0] * size[1]).reshape(size).astype(np.float64)
        others = counts.sum(axis=1)[of] - 1
        divided = np.where(others > 0, others, np.nan)
        found[f"routine_{suffix}km"] = (counts @ apart)[of, place] / divided
        found[f"routine_{suffix}share"] = (counts[of, place] - 1) / divided
    return {
        "person": person,
        "time": week.begins[is_seen] + gaps.SLOT // 2,
        "clock": clock,
        "latitude": latitude[place],
        "longitude": longitude[place],
        **found,
    }


def _table(found: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Put what was found of several people into one table."""
    people = pl.Series([each["person"] for each in found], dtype=pl.String)
    of = np.repeat(np.arange(len(found)), [len(each["time"]) for each in found])
    names = [name for name in found[0] if name != "person"]
    columns = {name: pl.Series(np.concatenate([each[name] for each in found]), nan_to_null=True) for name in names}
    return pl.DataFrame({"person": people[of], **columns})


def _waves(rows: pl.DataFrame) -> pl.DataFrame:
    """Fit a wave of 24 h to the latitude and longitude of each segment."""
    kinds = {"at": pl.UInt32, "circadian_share": pl.Float64, "circadian_log": pl.Float64}
    found = []
    for (at,), of in rows.group_by("at", maintain_order=True):
        axes = np.column_stack([of[axis].to_numpy() for axis in shapes.AXES])
        found.append((at, *_wave(axes, of["clock"].to_numpy())))
    return pl.DataFrame(found, schema=kinds, orient="row")


def _wave(axes: Floats, clock: Whole) -> tuple[float | None, float | None]:
    turn = 2 * np.pi * (clock % gaps.DAY) / gaps.DAY
    waves = np.column_stack([np.cos(turn), np.sin(turn), np.ones(len(turn))])
    weights = np.linalg.lstsq(waves, axes, rcond=None)[0]
    whole = ((axes - axes.mean(axis=0)) ** 2).sum()
    energy = float((weights[:2] ** 2).sum())
    if whole <= 0 or energy <= 0:
        return None, None
    return float(1 - ((axes - waves @ weights) ** 2).sum() / whole), float(np.log(energy))
