"""How long and how often a phone was in use, from events of its screen."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.segments import cut, joined, within

MINUTE = 60_000  # ms
WAKES_WITHIN = 50  # ms: a lock this soon after on or off says nothing new (RAPIDS)
SWAPPED_WITHIN = 800  # ms: an unlock this soon before on was written in the wrong order (RAPIDS)


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "phone_screen.rapids"

    reference_hour_first_use: int = 0  # hour of the day
    ignore_episodes_shorter_than: float = 0.0  # minutes; 0 = none
    ignore_episodes_longer_than: float = 360.0  # minutes; 0 = none


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.screen"

    first_use_from_hour: int = 0  # hour of the day from which a first use counts
    longest_min: float = 360.0  # minutes: an episode longer than this lacks its end, and is left out


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Unlock episodes as RAPIDS has them: from an unlock to the off that follows it at once.

    Takes:  screen rows by person and time, with local.
    Gives:  at, and for unlock episodes, each cut at the segment's border: sum, max, min, avg, std (n-1) of the duration and
            firstuseafterHH (minutes with whole seconds, 0 and up), countepisode (1 and up). A segment without an episode has no row.
    Source: RAPIDS, phone screen, provider RAPIDS; facts sheet, part 7.
    """
    pieces = _with_clock(cut(_unlocks_of_rapids(rows), segments), segments)
    minutes = (pl.col("ends") - pl.col("begins")) / MINUTE
    pieces = pieces.with_columns(minutes.alias("minutes"))
    if settings.ignore_episodes_shorter_than > 0:
        pieces = pieces.filter(pl.col("minutes") >= settings.ignore_episodes_shorter_than)
    if settings.ignore_episodes_longer_than > 0:
        pieces = pieces.filter(pl.col("minutes") <= settings.ignore_episodes_longer_than)
    hour = settings.reference_hour_first_use
    second = (pl.col("clock") * 60 + 1e-6).floor() / 60  # the peer's clock knows whole seconds
    after = second.filter(pl.col("clock") >= hour * 60).first() - hour * 60
    return (
        pieces.sort("at", "begins")
        .group_by("at", maintain_order=True)
        .agg(
            pl.col("minutes").sum().alias("sumdurationunlock"),
            pl.col("minutes").max().alias("maxdurationunlock"),
            pl.col("minutes").min().alias("mindurationunlock"),
            pl.col("minutes").mean().alias("avgdurationunlock"),
            pl.col("minutes").std().alias("stddurationunlock"),
            pl.len().cast(pl.Int64).alias("countepisodeunlock"),
            after.alias(f"firstuseafter{hour:02d}unlock"),
        )
    )


def _unlocks_of_rapids(rows: pl.DataFrame) -> pl.DataFrame:
    """Give person, begins, ends (ms UTC), ahead (ms): unlocks and the off that follows each at once."""
    event, time = pl.col("event"), pl.col("time")
    no_off = ~event.is_in(["on", "off"]).any().over("person", "device")  # iOS: its lock is its off
    rows = rows.select(
        "person",
        "time",
        "local",
        pl.when(no_off & (event == "locked")).then(pl.lit("off")).otherwise(event).alias("event"),
    )
    says_nothing = (event == "locked") & _before(event).is_in(["on", "off"]) & (time - _before(time) < WAKES_WITHIN)
    rows = rows.filter(~says_nothing.fill_null(False))
    goes_first = (event == "unlocked") & (_after(event) == "on") & (_after(time) - time < SWAPPED_WITHIN)
    comes_second = (event == "on") & (_before(event) == "unlocked") & (time - _before(time) < SWAPPED_WITHIN)
    rows = rows.with_columns(
        pl.when(goes_first.fill_null(False))
        .then(pl.lit("on"))
        .when(comes_second.fill_null(False))
        .then(pl.lit("unlocked"))
        .otherwise(event)
        .alias("event")
    ).filter(pl.col("event") != "on")
    is_pair = (event == "unlocked") & (_after(event) == "off")
    return (
        rows.with_columns(_after(time).alias("ends"))
        .filter(is_pair.fill_null(False))
        .select("person", time.alias("begins"), "ends", (pl.col("local").cast(pl.Int64) - time).alias("ahead"))
    )


def _before(value: pl.Expr, *whose: str) -> pl.Expr:
    """Give the value one row before, of the same person; rows lie by person, which is quicker than a window for each."""
    same = [pl.col(name) == pl.col(name).shift() for name in ("person", *whose)]
    return pl.when(pl.all_horizontal(same)).then(value.shift())


def _after(value: pl.Expr, *whose: str) -> pl.Expr:
    """Give the value one row after, of the same person."""
    same = [pl.col(name) == pl.col(name).shift(-1) for name in ("person", *whose)]
    return pl.when(pl.all_horizontal(same)).then(value.shift(-1))


def _with_clock(pieces: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Add clock: minutes after midnight, with their fraction, at which a piece begins."""
    opening = segments.select("at", pl.col("begins_local").cast(pl.Int64).alias("opens_local"))
    shown = pl.when(pl.col("is_start")).then(pl.col("begins") + pl.col("ahead")).otherwise(pl.col("opens_local"))
    return pieces.join(opening, on="at", how="left", maintain_order="left").with_columns(
        ((shown % 86_400_000) / MINUTE).alias("clock")
    )


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Unlock and on episodes of each device by itself, and wakes.

    An unlock episode ends with the first off or lock after it; an on episode with the first off. An episode that lacks its
    end (a new one begins, or it lasts longer than longest_min) is left out. Sums and statistics are over the parts inside of
    a segment; a count belongs to the segment in which an episode began.

    Takes:  screen rows by person and time, with local.
    Gives:  at, and for unlock and on: count, total_min, mean_min, median_min, sd_min (n-1), shortest_min, longest_min (minutes);
            first_unlock_min (minutes after first_use_from_hour, of unlocks that began there); wake_count. A segment in which
            the phone said something about its screen has counts, 0 where there is nothing; another has no row.
    Source: own definition; the episodes follow Android's and iOS' events as RAPIDS describes them.
    """
    heard = (
        within(rows, segments).group_by("at").agg((pl.col("event") == "on").sum().cast(pl.Int64).alias("wake_count"))
    )
    unlocks = _episodes(rows, "unlocked", ("off", "locked"), settings.longest_min)
    lit = _episodes(rows, "on", ("off",), settings.longest_min)
    pieces = _with_clock(cut(unlocks, segments), segments)
    hour = settings.first_use_from_hour
    first = (
        pieces.filter(pl.col("is_start"), pl.col("clock") >= hour * 60)
        .group_by("at")
        .agg((pl.col("clock").sort_by("begins").first() - hour * 60).alias("first_unlock_min"))
    )
    of_unlock, of_light = _described(pieces, "unlock"), _described(cut(lit, segments), "on")
    keys = pl.concat([each.select("at") for each in (heard, of_unlock, of_light)])
    both = joined(keys, of_unlock, of_light, first, heard)
    zeros = ["unlock_count", "unlock_total_min", "on_count", "on_total_min", "wake_count"]
    return both.with_columns(pl.col(zeros).fill_null(0))


def _episodes(rows: pl.DataFrame, opening: str, closing: tuple[str, ...], longest: float) -> pl.DataFrame:
    """Give person, begins, ends (ms UTC), ahead (ms): from an opening event to the next closing one of the same device."""
    of_these = rows.filter(pl.col("event").is_in([opening, *closing])).sort(
        "person", "device", "time", maintain_order=True
    )
    is_closed = (pl.col("event") == opening) & _after(pl.col("event"), "device").is_in(list(closing))
    return (
        of_these.with_columns(_after(pl.col("time"), "device").alias("ends"))
        .filter(is_closed.fill_null(False))
        .filter(pl.col("ends") - pl.col("time") <= longest * MINUTE)
        .select(
            "person",
            pl.col("time").alias("begins"),
            "ends",
            (pl.col("local").cast(pl.Int64) - pl.col("time")).alias("ahead"),
        )
    )


def _described(pieces: pl.DataFrame, name: str) -> pl.DataFrame:
    minutes = (pl.col("ends") - pl.col("begins")) / MINUTE
    return (
        pieces.sort("at", "begins", "ends")
        .group_by("at", maintain_order=True)
        .agg(
            pl.col("is_start").sum().cast(pl.Int64).alias(f"{name}_count"),
            minutes.sum().alias(f"{name}_total_min"),
            minutes.mean().alias(f"{name}_mean_min"),
            minutes.median().alias(f"{name}_median_min"),
            minutes.std().alias(f"{name}_sd_min"),
            minutes.min().alias(f"{name}_shortest_min"),
            minutes.max().alias(f"{name}_longest_min"),
        )
    )
