"""Why there is no value: missing is a value with a reason, never a gap that is filled in silence.

| reason | it says |
| --- | --- |
| `never` | nothing of these streams ever came from the person |
| `not_yet`, `no_more` | the segment lies before the first or after the last row of these streams |
| `off` | a phone shut down before, and nothing came since |
| `low_power` | the phone was saving power or dozing when nothing came |
| `nothing_measured` | nothing came, and nothing says why |
| `too_little` | something was measured, but not enough for this value, or nothing of this kind |
| `refused` | the person says no to these streams for this use, or says nothing: they are not read |

A refusal leaves no row: whoever reads files sees `refused` in the account of what was received.
"""

from collections.abc import Sequence

import polars as pl

from samen.rooms.sensing.segments import within
from samen.rooms.sensing.streams import in_order

REASONS = ("never", "not_yet", "no_more", "off", "low_power", "nothing_measured", "too_little", "refused")
SAVING = ("power_save_on", "doze_on")
POWER = ("shutdown", "reboot", "power_save_on", "power_save_off", "doze_on", "doze_off")


def reasons(rows: pl.DataFrame, battery: pl.DataFrame, features: pl.DataFrame, laid: pl.DataFrame) -> pl.DataFrame:
    """Give a reason for each value that is not there.

    Takes:  rows: person, time (ms UTC) of all rows that the features were computed from; battery: the rows
            of that stream (may be empty); features by `at`; laid: all segments of interest.
    Gives:  at, column, reason, for each null and for each segment that features do not name at all; by at and column.
    """
    columns = [name for name in features.columns if name != "at"]
    if not columns:
        return pl.DataFrame(schema={"at": pl.UInt32, "column": pl.String, "reason": pl.String})
    values = laid.select("at").join(features, on="at", how="left", maintain_order="left")
    missing = values.select("at", *(pl.col(name).is_null() for name in columns)).unpivot(
        index="at", variable_name="column", value_name="is_missing"
    )
    if not missing["is_missing"].any():
        return missing.clear().select("at", "column", pl.lit("").alias("reason"))
    why = of_segments(rows, battery, laid)
    return (
        missing.filter("is_missing")
        .join(why, on="at", how="left")
        .select("at", "column", pl.col("reason").fill_null("too_little"))
        .sort("at", "column")
    )


def of_segments(rows: pl.DataFrame, battery: pl.DataFrame, laid: pl.DataFrame) -> pl.DataFrame:
    """Give at, reason of the segments in which nothing came."""
    here = pl.col("time").is_between(laid["begins"].min(), laid["ends"].max())
    inside = in_order(rows.select("person", "time").filter(here))
    measured = within(inside, laid).select("at").unique()
    silent = laid.select("at", "person", "begins", "ends").join(measured, on="at", how="anti", maintain_order="left")
    edges = rows.group_by("person").agg(pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    silent = silent.join(edges, on="person", how="left", maintain_order="left")
    silent = _with_power(silent, battery)
    is_saving = pl.col("power").is_in(SAVING)
    return silent.select(
        "at",
        pl.when(pl.col("first").is_null())
        .then(pl.lit("never"))
        .when(pl.col("ends") <= pl.col("first"))
        .then(pl.lit("not_yet"))
        .when(pl.col("power") == "shutdown")
        .then(pl.lit("off"))
        .when(pl.col("begins") > pl.col("last"))
        .then(pl.lit("no_more"))
        .when(is_saving.fill_null(False))
        .then(pl.lit("low_power"))
        .otherwise(pl.lit("nothing_measured"))
        .alias("reason"),
    )


def _with_power(silent: pl.DataFrame, battery: pl.DataFrame) -> pl.DataFrame:
    """Add power: the last that a phone said of its power before the segment's end, unless it said other things since."""
    said = battery.select("person", pl.col("time").alias("said_at"), pl.col("status").alias("power"))
    told = silent.sort("person", "ends").join_asof(
        said.sort("person", "said_at", maintain_order=True),
        left_on="ends",
        right_on="said_at",
        by="person",
        check_sortedness=False,
    )
    notices = said.filter(pl.col("power").is_in(POWER)).rename({"power": "notice", "said_at": "noticed_at"})
    told = told.join_asof(
        notices.sort("person", "noticed_at", maintain_order=True),
        left_on="ends",
        right_on="noticed_at",
        by="person",
        check_sortedness=False,
    )
    is_shut = (pl.col("power") == "shutdown") & (pl.col("said_at") == pl.col("noticed_at"))
    power = pl.when(is_shut).then(pl.lit("shutdown")).when(pl.col("notice").is_in(SAVING)).then(pl.col("notice"))
    return told.with_columns(power.alias("power")).sort("at")


def together(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put the reasons of several groups together, by at and column."""
    empty = pl.DataFrame(schema={"at": pl.UInt32, "column": pl.String, "reason": pl.String})
    return pl.concat([empty, *parts]).sort("at", "column")
