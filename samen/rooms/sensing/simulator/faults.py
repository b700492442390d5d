"""Ten ways in which measurements go wrong, put into streams that were right, and when batches of them would have arrived."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from samen.rooms.sensing.daybook import ARRIVALS, DAY, HOUR, MINUTE

SENT_EVERY = 3 * HOUR  # between two batches of a device
DELAY = 10 * MINUTE  # mean time that a batch is on its way
AHEAD = 7 * HOUR  # by which a clock jumps
Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Fault:
    """One fault: of which kind, in whose stream, from when on (ms UTC). `lost` strikes all people, `clock` and `backlog` all streams."""

    kind: str  # as in quality.KINDS
    person: str
    stream: str
    begins: int
    seed: int = 1


@dataclass(frozen=True)
class Received:
    """What a service would have: rows, and when they arrived."""

    tables: Mapping[str, pl.DataFrame]
    arrivals: pl.DataFrame  # daybook.ARRIVALS


def received(tables: Mapping[str, pl.DataFrame], faults: tuple[Fault, ...] = (), *, seed: int = 1) -> Received:
    """Put faults into tables. Batches go each three hours, by the true time; what a fault does to a clock, it does after."""
    broken = dict(tables)
    for fault in faults:
        if fault.kind in CHANGES and fault.stream in broken:
            broken[fault.stream] = _changed(broken[fault.stream], fault)
    arrivals = _sent(broken, seed)
    for fault in faults:
        if fault.kind == "backlog":
            mine = (pl.col("person") == fault.person) & (pl.col("at") >= fault.begins)
            late = (pl.col("at") // (3 * DAY) + 1) * 3 * DAY  # all of three days at once
            arrivals = arrivals.with_columns(pl.when(mine).then(late).otherwise(pl.col("at")).alias("at"))
        if fault.kind == "clock":
            broken, arrivals = _jumped(broken, arrivals, fault)
    return Received(broken, arrivals)


def _changed(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    mine = pl.col("time") >= fault.begins
    if fault.kind != "lost":
        mine = mine & (pl.col("person") == fault.person)
    after = CHANGES[fault.kind](rows.filter(mine), fault)
    return pl.concat([rows.filter(~mine), after]).sort("person", "time", maintain_order=True)


def _sent(tables: Mapping[str, pl.DataFrame], seed: int) -> pl.DataFrame:
    chance = np.random.default_rng((seed, 11))
    parts = [pl.DataFrame(schema=ARRIVALS)]
    for stream, rows in tables.items():
        block = (pl.col("time") // SENT_EVERY).alias("block")
        batches = (
            rows.group_by("person", block)
            .agg(
                pl.lit(stream).alias("stream"),
                pl.col("time").min().alias("first"),
                pl.col("time").max().alias("last"),
                pl.len().cast(pl.Int64).alias("rows"),
            )
            .sort("person", "block")
        )
        delays = pl.Series("delay", chance.exponential(DELAY, batches.height).astype(np.int64))
        at = (pl.col("block") + 1) * SENT_EVERY + delays
        parts.append(batches.with_columns(at.alias("at")).select(*ARRIVALS))
    return pl.concat(parts)


def _jumped(tables: Tables, arrivals: pl.DataFrame, fault: Fault) -> tuple[Tables, pl.DataFrame]:
    """Set a person's clock ahead for a day."""

    def ahead(column: str) -> pl.Expr:
        time = pl.col(column)
        struck = (pl.col("person") == fault.person) & time.is_between(fault.begins, fault.begins + DAY)
        return pl.when(struck).then(time + AHEAD).otherwise(time).alias(column)

    moved = {
        stream: rows.with_columns(ahead("time")).sort("person", "time", maintain_order=True)
        for stream, rows in tables.items()
    }
    return moved, arrivals.with_columns(ahead("first"), ahead("last"))


def _silent(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    return rows.clear()


def _thin(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    """Leave out seven of ten half hours at random."""
    halves = ((rows["time"] - fault.begins) // (30 * MINUTE)).to_numpy()
    kept = np.random.default_rng(fault.seed).random(halves.max(initial=0) + 1) < 0.3
    return rows.filter(pl.Series(kept[halves]))


def _skewed(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    """Leave out the first twenty minutes of each hour."""
    return rows.filter(pl.col("time") % HOUR >= 20 * MINUTE)


def _shrinking(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    """Leave out a tenth more each day."""
    share = 0.88 ** ((rows["time"] - fault.begins) // DAY).to_numpy()
    return rows.filter(pl.Series(np.random.default_rng(fault.seed).random(rows.height) < share))


def _doubled(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    """Send each fifth page of a hundred rows twice."""
    page = pl.int_range(pl.len()) // 100 % 5 == 0
    return pl.concat([rows, rows.filter(page)])


def _flipped(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    """Say on for off and unlocked for locked, as an app does that counts its codes the other way."""
    words = {"on": "off", "off": "on", "locked": "unlocked", "unlocked": "locked"}
    return rows.with_columns(pl.col("event").replace_strict(words, return_dtype=pl.String))


def _draining(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    """Let the level fall twice as fast while nothing charges."""
    fall = pl.col("level").diff().fill_null(0.0)
    is_down = pl.col("status") == "discharging"
    run = (is_down != is_down.shift()).fill_null(True).cum_sum()
    more = pl.when(is_down & (fall < 0)).then(fall).otherwise(0.0).cum_sum().over(run)
    return rows.with_columns(pl.max_horizontal(pl.col("level") + more, pl.lit(1.0)).alias("level"))


CHANGES: Mapping[str, Callable[[pl.DataFrame, Fault], pl.DataFrame]] = {
    "silent": _silent,
    "thin": _thin,
    "skewed": _skewed,
    "shrinking": _shrinking,
    "doubled": _doubled,
    "flipped": _flipped,
    "lost": _silent,
    "draining": _draining,
}
