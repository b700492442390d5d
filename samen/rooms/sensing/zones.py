"""Wall clocks: which offset from UTC held for a person when, and what their clock showed.

A person's time is laid out in spans of one offset: a summer-time change and a flight both begin a new one. So a day of 23,
25 or 30 hours is nothing special.
"""

from functools import cache
from zoneinfo import available_timezones

import numpy as np
import polars as pl

DAY = 86_400_000  # ms
STEP = 900_000  # ms: no zone has changed its offset within a quarter of an hour since 1970 (IANA time zone database)
EARLIEST, LATEST = 0, 4_102_444_800_000  # ms: 1970 to 2100, the years in which we lay out time

SPANS = pl.Schema({"person": pl.String, "begins": pl.Int64, "ends": pl.Int64, "offset": pl.Int64})
CHANGES = pl.Schema({"device": pl.String, "zone": pl.String, "begins": pl.Int64})


class BadZones(ValueError):
    """A file of zones cannot be used; `key` and `values` name the sentence that says why."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def changes_of(table: pl.DataFrame) -> pl.DataFrame:
    """Read a file of zones: device_id, tzcode, timestamp (ms UTC from which the zone holds).

    Gives: device, zone, begins, sorted. Raises: BadZones when a column lacks or a zone is unknown.
    """
    lacking = [name for name in ("device_id", "tzcode", "timestamp") if name not in table.columns]
    if lacking:
        raise BadZones("zones_columns", columns=", ".join(lacking))
    changes = table.select(
        pl.col("device_id").cast(pl.String).alias("device"),
        pl.col("tzcode").cast(pl.String).str.strip_chars().alias("zone"),
        pl.col("timestamp").cast(pl.Float64).cast(pl.Int64).alias("begins"),
    )
    unknown = sorted(set(changes["zone"].drop_nulls()) - available_timezones())
    if unknown or changes["zone"].null_count():
        raise BadZones("zones_unknown", zone=unknown[0] if unknown else "-")
    return changes.sort("device", "begins", maintain_order=True)


def check(zone: str) -> None:
    """Raises: BadZones when there is no such zone."""
    if zone not in available_timezones():
        raise BadZones("zones_unknown", zone=zone)


def spans(seen: pl.DataFrame, changes: pl.DataFrame, default: str = "UTC") -> pl.DataFrame:
    """Lay out each person's time in spans of one offset.

    Takes:  seen: person, device, first, last (ms UTC, the device's first and last row); changes as `changes_of` gives them.
            A device without a zone follows the person's other devices, and when none has one, the default. A file of zones
            may name the person in place of a device.
    Gives:  person, begins, ends (ms UTC, ends exclusive), offset (ms that the clock is ahead of UTC), sorted, without gaps.
    """
    people = seen.select(pl.col("person").unique()).sort("person")
    held = _zones_held(seen, changes)
    alone = people.join(held, on="person", how="anti").select(
        "person", pl.lit(default).alias("zone"), pl.lit(EARLIEST, dtype=pl.Int64).alias("begins")
    )
    held = pl.concat([held, alone]).sort("person", "begins")
    held = held.with_columns(pl.col("begins").shift(-1).over("person").fill_null(LATEST).alias("ends"))
    offsets = pl.concat([_offsets(zone) for zone in held["zone"].unique()] or [_offsets(default)])
    both = held.join(offsets, on="zone").filter(pl.col("from") < pl.col("ends"), pl.col("to") > pl.col("begins"))
    cut = both.select(
        "person",
        pl.max_horizontal("begins", "from").alias("begins"),
        pl.min_horizontal("ends", "to").alias("ends"),
        "offset",
    ).sort("person", "begins")
    run = pl.struct("person", "offset").rle_id().alias("run")
    merged = cut.group_by("person", run, "offset").agg(pl.col("begins").min(), pl.col("ends").max())
    return merged.select(SPANS.names()).sort("person", "begins")


def _zones_held(seen: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Give person, zone, begins: a device's zone counts from the change, but not before the device was first seen."""
    by_name = seen.group_by("person").agg(pl.col("person").first().alias("device"), pl.col("first").min())
    known = pl.concat([seen.select("person", "device", "first"), by_name.select("person", "device", "first")])
    both = known.unique(["person", "device"], keep="first", maintain_order=True).join(changes, on="device")
    if both.is_empty():
        return pl.DataFrame(schema={"person": pl.String, "zone": pl.String, "begins": pl.Int64})
    both = both.sort("person", "device", "begins", maintain_order=True)
    following = pl.col("begins").shift(-1).over("person", "device")
    both = both.filter(following.is_null() | (following > pl.col("first")))
    both = both.with_columns(pl.max_horizontal("begins", "first")).sort("person", "begins", maintain_order=True)
    both = both.filter(pl.col("zone").ne_missing(pl.col("zone").shift().over("person")))
    is_first = pl.int_range(pl.len()).over("person") == 0
    return both.select("person", "zone", pl.when(is_first).then(EARLIEST).otherwise(pl.col("begins")).alias("begins"))


@cache
def _offsets(zone: str) -> pl.DataFrame:
    """Give zone, from, to (ms UTC), offset (ms) for one zone over all years that we lay out."""
    days = _clock(pl.int_range(EARLIEST, LATEST, DAY, eager=True), zone)
    changed = days.filter(pl.col("offset") != pl.col("offset").shift(-1))["from"]
    fine = np.concatenate(
        [np.array([EARLIEST]), *(np.arange(day, day + DAY + STEP, STEP) for day in changed.to_list())]
    )
    moments = _clock(pl.Series("from", np.unique(fine)), zone)
    starts = moments.filter(pl.col("offset").ne_missing(pl.col("offset").shift()))
    return starts.select(
        pl.lit(zone).alias("zone"), "from", pl.col("from").shift(-1).fill_null(LATEST).alias("to"), "offset"
    )


def _clock(moments: pl.Series, zone: str) -> pl.DataFrame:
    """Give the offset of a zone at each moment."""
    shown = pl.from_epoch(pl.col("from"), time_unit="ms").dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    naive = shown.dt.replace_time_zone(None).cast(pl.Datetime("ms")).cast(pl.Int64)
    return moments.alias("from").to_frame().with_columns((naive - pl.col("from")).alias("offset"))


def localised(rows: pl.DataFrame, laid: pl.DataFrame) -> pl.DataFrame:
    """Add `local` (Datetime ms, no zone): what the person's clock showed at `time`.

    Takes: rows sorted by person and time; laid as `spans` gives it. Cost: one pass, and a search for each span.
    """
    offsets = laid["offset"].unique()
    if len(offsets) == 1:
        return rows.with_columns((pl.col("time") + offsets.item()).cast(pl.Datetime("ms")).alias("local"))
    ahead = np.zeros(rows.height, dtype=np.int64)
    times = rows["time"].to_numpy()
    of_people = laid.partition_by("person", maintain_order=True)
    who = pl.Series([each["person"][0] for each in of_people], dtype=pl.String)
    for of_person, (low, high) in zip(of_people, stretches(rows["person"], who), strict=True):
        starts = low + np.searchsorted(times[low:high], of_person["begins"].to_numpy())
        for start, end, offset in zip(starts, [*starts[1:], high], of_person["offset"].to_list(), strict=True):
            ahead[start:end] = offset
    return rows.with_columns((pl.col("time") + pl.Series(ahead)).cast(pl.Datetime("ms")).alias("local"))


def from_wall_clock(rows: pl.DataFrame, laid: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Turn columns of what a clock showed (ms, as if UTC) into UTC; an hour that was shown twice is taken for the later."""
    shown = laid.select(
        "person", (pl.col("begins") + pl.col("offset")).alias("shown_from"), pl.col("offset").alias("ahead")
    ).sort("person", "shown_from")
    for column in columns:
        held = rows.with_row_index("order").drop_nulls(column).select("order", "person", column).sort(column)
        ahead = held.join_asof(
            shown.sort("shown_from"), left_on=column, right_on="shown_from", by="person", check_sortedness=False
        )
        rows = (
            rows.with_row_index("order")
            .join(ahead.select("order", "ahead"), on="order", how="left", maintain_order="left")
            .with_columns(pl.col(column) - pl.col("ahead"))
            .drop("order", "ahead")
        )
    return rows


def stretches(people: pl.Series, who: pl.Series) -> list[tuple[int, int]]:
    """Give where the rows of each of these persons begin and end in a sorted column of persons."""
    low, high = (np.atleast_1d(people.search_sorted(who, side=side)).tolist() for side in ("left", "right"))
    return list(zip(low, high, strict=True))
