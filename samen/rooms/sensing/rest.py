"""How long somebody may have rested, from nothing but when their phone lay still: an estimate, with the interval it is unsure by.

A phone does not know who sleeps. What it knows is how long nobody used it at night; people put it away some time before
they sleep and take it up some time after they wake. How long that takes differs, and that is the interval.
"""

from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

EVENING, NOON = 18, 14  # hours: a night's rest begins after the first, and ends before the second on the next day
LEAST_MIN, MOST_MIN = 180, 840  # minutes; shorter is a break, and longer is a phone that lay somewhere
CHECK_MIN = 3.0  # minutes: a shorter look between midnight and six does not end a night
# Minutes from the last use to sleep and from waking to the first use, together. Assumed, not measured: the simulator of
# `rest_validation.py` draws from the same spread, and the sheet says that real people have not been compared.
LAG_LOW, LAG_MIDDLE, LAG_HIGH = 9.0, 33.0, 100.0
CHECK_LAG = 12.0  # minutes awake around each look in the night
STREAM_USES, STREAM_ENDS = ("unlocked",), ("locked", "off")


@dataclass(frozen=True)
class Night:
    """One night by the day on which it ended: when the phone lay still, and what rest that may have been, in minutes."""

    day: date
    begins: datetime  # wall clock
    ends: datetime
    checks: int
    estimate: float
    low: float
    high: float


def nights(rows: pl.DataFrame) -> tuple[Night, ...]:
    """Give the nights that can be said something of; a night of which both ends are not seen is left out, not guessed.

    Takes:  local (Datetime ms, wall clock) and event (the words of the stream screen) of one person, in any order.
    """
    moments = _moments(rows)
    if moments.height < 2:
        return ()
    still = moments.select(
        pl.col("local").alias("begins"),
        pl.col("local").shift(-1).alias("ends"),
        pl.col("looks").shift(-1).alias("checks"),
    ).drop_nulls()
    minutes = (pl.col("ends") - pl.col("begins")).dt.total_milliseconds() / 60_000
    evening = pl.col("ends").dt.truncate("1d").dt.offset_by(f"-{24 - EVENING}h")
    found = (
        still.with_columns(minutes.alias("minutes"), pl.col("ends").dt.date().alias("day"))
        .filter(
            pl.col("minutes").is_between(LEAST_MIN, MOST_MIN),
            pl.col("begins") >= evening,
            pl.col("ends").dt.hour() < NOON,
        )
        .sort("day", "minutes", descending=[False, True])
        .unique("day", keep="first", maintain_order=True)
    )
    return tuple(
        _night(**row) for row in found.select("day", "begins", "ends", "checks", "minutes").iter_rows(named=True)
    )


def _moments(rows: pl.DataFrame) -> pl.DataFrame:
    """Give local and looks (short looks since the moment before) of each moment at which somebody used the phone."""
    used = rows.filter(pl.col("event").is_in((*STREAM_USES, *STREAM_ENDS))).sort("local", maintain_order=True)
    begins = pl.col("event").is_in(STREAM_USES)
    lasted = (pl.col("local").shift(-1) - pl.col("local")).dt.total_milliseconds() / 60_000
    short = begins & (lasted < CHECK_MIN) & ~begins.shift(-1, fill_value=True) & (pl.col("local").dt.hour() < 6)
    marked = used.with_columns(short.fill_null(False).alias("look"))
    part = marked["look"] | marked["look"].shift(1, fill_value=False)
    return (
        marked.with_columns(pl.col("look").cast(pl.Int64).cum_sum().alias("so_far"), part.alias("part"))
        .filter(~pl.col("part"))
        .select("local", (pl.col("so_far").diff().fill_null(0)).alias("looks"))
    )


def _night(day: date, begins: datetime, ends: datetime, checks: int, minutes: float) -> Night:
    awake = checks * CHECK_LAG
    return Night(
        day=day,
        begins=begins,
        ends=ends,
        checks=checks,
        estimate=max(minutes - LAG_MIDDLE - awake, 0.0),
        low=max(minutes - LAG_HIGH - 2 * awake, 0.0),
        high=max(minutes - LAG_LOW - 0.2 * awake, 0.0),
    )
