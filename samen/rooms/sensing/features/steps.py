"""Steps that a device counted: how many, when, in bouts and at what cadence."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.features.contacts import minute_of_day
from samen.rooms.sensing.segments import joined, within

MINUTE = 60_000  # ms
IMPOSSIBLE = 1000  # steps in a minute beyond which a row is a fault (RAPIDS)
ACTIVE = 10  # steps in a minute from which it is active (RAPIDS)
BANDS = (1, 20, 40, 60, 80, 100, 120)  # steps a minute at which a band of cadence begins (Tudor-Locke et al. 2018)


@dataclass(frozen=True)
class Intraday:
    """Parameters of RAPIDS' provider for steps by minute, under their own names."""

    TABLE: ClassVar[str] = "fitbit_steps_intraday.rapids"

    threshold_active_bout: int = ACTIVE  # steps a minute
    threshold_minute_level_steps: int = IMPOSSIBLE  # steps a minute
    include_zero_step_rows: bool = False  # also days without any step
    reference_hour: int = 0  # hour of the day from which firststeptime and laststeptime count


@dataclass(frozen=True)
class Summary:
    """RAPIDS' provider for steps by day has no parameters."""

    TABLE: ClassVar[str] = "fitbit_steps_summary.rapids"


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.steps"

    active_steps: int = ACTIVE  # steps a minute
    most_steps: int = IMPOSSIBLE  # steps a minute


def summary(rows: pl.DataFrame, segments: pl.DataFrame, settings: Summary) -> pl.DataFrame:
    """Daily step counts of segments that are whole days, as RAPIDS has them.

    Takes:  steps_day by person and time, with local.
    Gives:  at, max-, min-, avg-, median- and stdsumsteps (steps a day, std n-1). A segment without rows has no row.
    Source: RAPIDS, Fitbit steps summary, provider RAPIDS.
    """
    steps = pl.col("steps")
    whole = (pl.col("begins_local").dt.time() == pl.time(0)) & (pl.col("ends_local").dt.time() == pl.time(0))
    return (
        within(rows, segments.filter(whole))
        .group_by("at", maintain_order=True)
        .agg(
            steps.max().alias("maxsumsteps"),
            steps.min().alias("minsumsteps"),
            steps.mean().alias("avgsumsteps"),
            steps.median().alias("mediansumsteps"),
            steps.std().alias("stdsumsteps"),
        )
    )


def intraday(rows: pl.DataFrame, segments: pl.DataFrame, settings: Intraday) -> pl.DataFrame:
    """Steps by minute as RAPIDS has them.

    Bouts are minutes of one kind that follow each other without a gap, within a segment. Windows of N minutes are N rows, and
    a band of cadence holds both its ends, so that 20 steps are in 1to19 and in 20to39.

    Takes:  steps_minute by person and time, with local.
    Gives:  at, sum-, max-, min-, avg-, stdsteps (steps a minute, std n-1), first- and laststeptime (minutes after
            reference_hour of the first and last minute with steps), for sedentarybout and activebout countepisode, and sum-,
            max-, min-, avg-, stdduration (minutes; null without a bout), activetosedentarytransitionprobability (0 to 1),
            sumdurationactivity{lessthan5,5to105,greaterthan10}minutes (minutes), ginicoefficient (0 to 1, of active bouts),
            mean-, uncensoredmeancadence, peakNminutecadence (mean of the best N), maxNminutecadence (best N in a row; steps a
            minute, null with fewer rows) and totalminutesBANDcadence (minutes). A segment without rows has no row.
    Source: RAPIDS, Fitbit steps intraday, provider RAPIDS, and its published results; Tudor-Locke et al. 2018 (cadence).
    """
    rows = rows.filter(pl.col("steps") <= settings.threshold_minute_level_steps)
    if not settings.include_zero_step_rows:
        rows = rows.filter(pl.col("steps").sum().over("person", pl.col("local").dt.date()) > 0)
    inside = within(rows, segments).select("at", "time", "local", "steps")
    steps, clock = pl.col("steps"), minute_of_day() - settings.reference_hour * 60
    found = {
        "sumsteps": steps.sum(),
        "maxsteps": steps.max(),
        "minsteps": steps.min(),
        "avgsteps": steps.mean(),
        "stdsteps": steps.std(),
        "firststeptime": clock.filter(steps > 0).first(),
        "laststeptime": clock.filter(steps > 0).last(),
        "meancadence": steps.mean(),
        "uncensoredmeancadence": steps.filter(steps > 0).mean(),
        "totalminutes0cadence": steps.is_between(0, 1).sum(),
        "totalminutes120pluscadence": (steps >= BANDS[-1]).sum(),
        **{f"totalminutesabove{limit}cadence": (steps > limit).sum() for limit in (0, 19, 100)},
    }
    for low, high in itertools.pairwise(BANDS):
        found[f"totalminutes{low}to{high - 1}cadence"] = steps.is_between(low, high).sum()
    found |= {f"peak{number}minutecadence": _best(steps, number) for number in (1, 30, 60)}
    found |= {f"max{number}minutecadence": steps.rolling_mean(number).max() for number in (5, 20, 30, 60)}
    minutes = inside.select("at", (pl.col("time") // MINUTE).alias("minute"), "steps")
    bouts = _bouts(minutes, settings.threshold_active_bout)
    active, sedentary = bouts.filter("is_active"), bouts.filter(~pl.col("is_active"))
    long = pl.col("long")
    more = active.group_by("at").agg(
        (1 / long.mean()).alias("activetosedentarytransitionprobability"),
        long.filter(long < 5).sum().alias("sumdurationactivitylessthan5minutes"),
        long.filter(long.is_between(5, 10)).sum().alias("sumdurationactivity5to105minutes"),
        long.filter(long > 10).sum().alias("sumdurationactivitygreaterthan10minutes"),
        _gini(long).alias("ginicoefficient"),
    )
    of_rows = inside.group_by("at", maintain_order=True).agg(value.alias(name) for name, value in found.items())
    return joined(
        inside,
        of_rows.with_columns(pl.col(pl.UInt32).exclude("at").cast(pl.Int64)),
        _described(sedentary, "{}sedentarybout"),
        _described(active, "{}activebout"),
        more,
    )


def _best(steps: pl.Expr, number: int) -> pl.Expr:
    """Give the mean of the best minutes, wherever they lie; null when there are fewer."""
    return pl.when(pl.len() >= number).then(steps.top_k(number).mean())


def _gini(sizes: pl.Expr) -> pl.Expr:
    """Give how unequal sizes are: 0 when all are the same, towards 1 when one of them is nearly all there is."""
    number = sizes.len()
    ranked = (sizes.sort() * pl.int_range(1, number + 1)).sum()
    return (2 * ranked / (number * sizes.sum()) - (number + 1) / number).clip(0, 1)


def _bouts(minutes: pl.DataFrame, threshold: int) -> pl.DataFrame:
    """Give at, is_active, long (minutes) of each run of minutes of a kind that follow each other; minutes lie in order."""
    minutes = minutes.with_columns((pl.col("steps") >= threshold).alias("is_active"))
    same = [pl.col(name) == pl.col(name).shift() for name in ("at", "is_active")]
    goes_on = pl.all_horizontal(*same, pl.col("minute") == pl.col("minute").shift() + 1)
    number = (~goes_on).fill_null(True).cum_sum().alias("bout")
    return minutes.group_by("at", "is_active", number, maintain_order=True).agg(pl.len().cast(pl.Int64).alias("long"))


_DURATIONS: Mapping[str, pl.Expr] = {
    "countepisode": pl.len().cast(pl.Int64),
    "sumduration": pl.col("long").sum(),
    "maxduration": pl.col("long").max(),
    "minduration": pl.col("long").min(),
    "avgduration": pl.col("long").mean(),
    "stdduration": pl.col("long").std(),
}


def _described(bouts: pl.DataFrame, name: str) -> pl.DataFrame:
    return bouts.group_by("at", maintain_order=True).agg(
        value.alias(name.format(statistic)) for statistic, value in _DURATIONS.items()
    )


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Steps of the one source that counted most in a segment, so that a watch and a phone are never added up.

    Rows are put together by minute of UTC; bouts and the best five minutes are minutes that truly follow each other; bands of
    cadence do not overlap.

    Takes:  steps_minute by person and time, with local.
    Gives:  at, total_count (steps), sources_count; minute_max, minute_mean, minute_sd (n-1; steps a minute); first_min and
            last_min (minutes after midnight of the first and last minute with steps); for active and sedentary _count (bouts),
            _total_min, _mean_min, _longest_min; active_gini, active_to_sedentary_p (0 to 1); cadence_peak30, cadence_best5
            (steps a minute, null with fewer minutes); cadence_0_min, cadence_1_min, _20_, _40_, _60_, _80_, _100_, _120_min
            (minutes in the band that begins there). A segment without rows has no row.
    Source: own definition; bands and peaks of cadence: Tudor-Locke et al. 2018, doi:10.1136/bjsports-2017-097628.
    """
    rows = rows.filter(pl.col("steps") <= settings.most_steps)
    inside = within(rows, segments).with_columns(
        pl.concat_str("device", pl.col("source").fill_null(""), separator="\n").alias("who"),
        (pl.col("time") // MINUTE).alias("minute"),
    )
    counted = inside.group_by("at", "who").agg(pl.col("steps").sum()).sort("at", "steps", "who")
    most = counted.group_by("at", maintain_order=True).agg(
        pl.col("who").last(), pl.len().cast(pl.Int64).alias("sources_count")
    )
    minutes = (
        inside.join(most, on=["at", "who"], how="semi", maintain_order="left")
        .group_by("at", "minute", maintain_order=True)
        .agg(pl.col("steps").sum(), pl.col("local").first())
        .sort("at", "minute")
    )
    steps, clock, moved = pl.col("steps"), minute_of_day(), pl.col("steps") > 0
    in_a_row = pl.when(pl.col("minute") - pl.col("minute").shift(4) == 4).then(steps.rolling_mean(5)).max()
    bands = {f"cadence_{low}_min": steps.is_between(low, high - 1) for low, high in itertools.pairwise(BANDS)}
    bands |= {"cadence_0_min": steps == 0, f"cadence_{BANDS[-1]}_min": steps >= BANDS[-1]}
    of_minutes = minutes.group_by("at", maintain_order=True).agg(
        steps.sum().alias("total_count"),
        steps.max().alias("minute_max"),
        steps.mean().alias("minute_mean"),
        steps.std().alias("minute_sd"),
        clock.filter(moved).first().alias("first_min"),
        clock.filter(moved).last().alias("last_min"),
        _best(steps, 30).alias("cadence_peak30"),
        in_a_row.alias("cadence_best5"),
        *(holds.sum().cast(pl.Int64).alias(name) for name, holds in bands.items()),
    )
    bouts = _bouts(minutes, settings.active_steps)
    active, sedentary = bouts.filter("is_active"), bouts.filter(~pl.col("is_active"))
    unequal = active.group_by("at").agg(
        _gini(pl.col("long")).alias("active_gini"), (1 / pl.col("long").mean()).alias("active_to_sedentary_p")
    )
    parts = [_in_words(active, "active"), _in_words(sedentary, "sedentary")]
    zeros = [f"{kind}_{name}" for kind in ("active", "sedentary") for name in ("count", "total_min")]
    found = joined(most, of_minutes, *parts, unequal, most.drop("who"))
    return found.with_columns(pl.col(zeros).fill_null(0))


def _in_words(bouts: pl.DataFrame, kind: str) -> pl.DataFrame:
    long = pl.col("long")
    return bouts.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias(f"{kind}_count"),
        long.sum().alias(f"{kind}_total_min"),
        long.mean().alias(f"{kind}_mean_min"),
        long.max().alias(f"{kind}_longest_min"),
    )
