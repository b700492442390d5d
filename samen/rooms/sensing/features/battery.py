"""How a phone was charged and used up, from its battery."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.segments import cut, joined, within

MINUTE = 60_000  # ms
DISCHARGING = ("discharging", "not_charging", "unplugged")
CHARGING = ("charging", "full", "plugged")


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "phone_battery.rapids"

    episode_threshold_between_rows: float = 30.0  # minutes that a level lasts at most


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.battery"

    longest_gap_min: float = 30.0  # minutes that a level lasts at most
    longest_state_min: float = 1440.0  # minutes that a state lasts at most when the phone writes changes only


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Charge and discharge episodes as RAPIDS has them.

    A level lasts to the next row, at most the threshold. Rows of one status that follow each other without a gap are an
    episode as long as the level does not rise while discharging or fall while charging. What of an episode lies in a segment
    has a rate of its own: the drop of the level in there by the minutes in there; a piece whose rate is 0 is left out.

    Takes:  battery rows by person and time.
    Gives:  at, countdischarge, sumdurationdischarge (minutes), countcharge, sumdurationcharge (minutes), avgconsumptionrate
            and maxconsumptionrate (percent a minute, of discharge pieces; 0 without any). A segment without a piece has no row.
    Source: RAPIDS, phone battery, provider RAPIDS; facts sheet, part 7; its published results for what happens at borders.
    """
    minutes = (pl.col("ends") - pl.col("begins")) / MINUTE
    pieces = (
        cut(_levels_of_rapids(rows, settings), segments)
        .sort("at", "person", "begins", maintain_order=True)
        .group_by("at", "person", "episode", maintain_order=True)
        .agg(
            pl.col("begins").first(),
            pl.col("ends").last(),
            pl.col("drains").first(),
            (pl.col("level").first() - pl.col("level").last()).alias("drop"),
        )
        .with_columns(minutes.alias("minutes"))
        .filter(pl.col("drop") != 0, pl.col("minutes") > 0)
    )
    drains, rate = pl.col("drains"), pl.col("drop") / pl.col("minutes")
    return pieces.group_by("at", maintain_order=True).agg(
        drains.sum().cast(pl.Int64).alias("countdischarge"),
        pl.col("minutes").filter(drains).sum().alias("sumdurationdischarge"),
        (~drains).sum().cast(pl.Int64).alias("countcharge"),
        pl.col("minutes").filter(~drains).sum().alias("sumdurationcharge"),
        rate.filter(drains).mean().fill_null(0).alias("avgconsumptionrate"),
        rate.filter(drains).max().fill_null(0).alias("maxconsumptionrate"),
    )


def _levels_of_rapids(rows: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Give person, begins, ends (ms UTC), level (percent), drains, episode (number): how long each level lasted."""
    threshold = int(settings.episode_threshold_between_rows * MINUTE)
    time, level, status = pl.col("time"), pl.col("level"), pl.col("status")
    rows = rows.filter(status.is_in([*DISCHARGING, *CHARGING]), level.is_not_null()).with_columns(
        status.is_in(DISCHARGING).alias("drains")
    )
    gone, change = (each - each.shift().over("person") for each in (time, level))
    breaks = (
        (status != status.shift().over("person"))
        | (gone > threshold)
        | (pl.col("drains") & (change > 0))
        | (~pl.col("drains") & (change < 0))
    ).fill_null(True)
    until = pl.min_horizontal(time.shift(-1).over("person"), time + threshold)  # the last row has no next one
    return rows.select(
        "person", time.alias("begins"), until.alias("ends"), "level", "drains", breaks.cum_sum().alias("episode")
    )


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Level, charging and use of each device by itself.

    Takes:  battery rows by person and time.
    Gives:  at, level_mean_pct (weighted by time), level_min_pct, level_max_pct, level_last_pct (0 to 100), charge_count and
            discharge_count (episodes that began there), charge_total_min, discharge_total_min (minutes), drain_pct_per_h
            (percent an hour while discharging), shutdown_count, power_save_count. A segment without rows has no row.
    Source: own definition.
    """
    inside = within(rows, segments)
    level, status = pl.col("level"), pl.col("status")
    heard = inside.group_by("at", maintain_order=True).agg(
        level.min().alias("level_min_pct"),
        level.max().alias("level_max_pct"),
        level.drop_nulls().last().alias("level_last_pct"),
        (status == "shutdown").sum().cast(pl.Int64).alias("shutdown_count"),
        (status == "power_save_on").sum().cast(pl.Int64).alias("power_save_count"),
    )
    stretches = cut(_stretches(rows, settings), segments).with_columns(
        ((pl.col("ends") - pl.col("begins")) / MINUTE).alias("minutes")
    )
    weighed = (
        stretches.filter(level.is_not_null())
        .group_by("at")
        .agg((pl.col("minutes") * level).sum().alias("weight"), pl.col("minutes").sum().alias("over"))
        .select("at", pl.when(pl.col("over") > 0).then(pl.col("weight") / pl.col("over")).alias("level_mean_pct"))
    )
    drains = pl.col("is_draining")
    states = (
        stretches.group_by("at")
        .agg(
            (~drains & pl.col("is_new") & pl.col("is_start")).sum().cast(pl.Int64).alias("charge_count"),
            (drains & pl.col("is_new") & pl.col("is_start")).sum().cast(pl.Int64).alias("discharge_count"),
            pl.col("minutes").filter(~drains).sum().alias("charge_total_min"),
            pl.col("minutes").filter(drains).sum().alias("discharge_total_min"),
            (pl.col("rate") * pl.col("minutes")).filter(drains).sum().alias("lost"),
            pl.col("minutes").filter(drains & pl.col("rate").is_not_null()).sum().alias("measured"),
        )
        .with_columns(
            pl.when(pl.col("measured") > 0).then(pl.col("lost") / pl.col("measured") * 60).alias("drain_pct_per_h")
        )
        .drop("lost", "measured")
    )
    keys = pl.concat([heard.select("at"), states.select("at")])
    counts = [
        "charge_count",
        "discharge_count",
        "charge_total_min",
        "discharge_total_min",
        "shutdown_count",
        "power_save_count",
    ]
    return joined(keys, weighed, heard, states).with_columns(pl.col(counts).fill_null(0))


def _stretches(rows: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Give each row as a stretch to the next of its device: person, begins, ends, level, is_draining, is_new, rate.

    `rate` (percent a minute) is how fast the level went down until the next row; null where that is not measured.
    """
    time, level = pl.col("time"), pl.col("level")
    states = rows.filter(pl.col("status").is_in([*DISCHARGING, *CHARGING])).sort(
        "person", "device", "time", maintain_order=True
    )
    following = time.shift(-1).over("person", "device")
    longest = pl.when(level.is_not_null()).then(settings.longest_gap_min).otherwise(settings.longest_state_min) * MINUTE
    is_draining = pl.col("status").is_in(DISCHARGING)
    gone = time - time.shift().over("person", "device")
    drop = level - level.shift(-1).over("person", "device")
    stretches = states.with_columns(
        pl.min_horizontal(following, time + longest.cast(pl.Int64)).alias("ends"),
        is_draining.alias("is_draining"),
        (
            is_draining.ne_missing(is_draining.shift().over("person", "device"))
            | (gone > longest.cast(pl.Int64).shift().over("person", "device"))
        ).alias("is_new"),
        pl.when((following - time).is_between(1, longest))
        .then(drop.clip(lower_bound=0) * MINUTE / (following - time))
        .alias("rate"),
    ).filter(following.is_not_null() | level.is_not_null())
    return stretches.select(
        "person",
        time.alias("begins"),
        "ends",
        "level",
        "is_draining",
        "is_new",
        "rate",
    )
