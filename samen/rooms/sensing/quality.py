"""Alarms about measurements that do not come in as they should: who or what has to be looked after, never how a person is.

Each monitor looks at what came in by day (`daybook.daily`) and at when batches arrived (`daybook.ARRIVALS`), and gives alarms.
What to do is in `content/quality.toml`, under the alarm's kind. Limits stand here; `quality` is tested with injected faults
(`simulator/faults.py`), and so are its false alarms.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from samen.rooms.sensing.daybook import DAY, HOUR, MINUTE, PLAN, UNPLANNED, Expected

KINDS = (
    "silent",
    "thin",
    "skewed",
    "shrinking",
    "doubled",
    "flipped",
    "clock",
    "lost",
    "draining",
    "backlog",
)
WEEK = 7  # days that most monitors look back
LEAST_COVERED = 0.6  # share of the plan, mean over the days of a week
LEAST_THIRD = 0.08  # share of an hour's thirds that hold rows; by chance it is about a third
THIRDS = 60  # thirds of hours with rows, from which a skew is told
SHRUNK, FALLS, GROUND = 0.5, -0.8, 20  # ratio of volumes; rank correlation with time; rows a day from which it is told
TREND_DAYS = 10
TWICE, ROWS = 0.02, 50  # share of rows that are doubled; rows from which it is told
LIT, SPOKEN = 0.6, 24.0  # share of the day that a screen says to be on; hours of which it said anything
RECENT = 3  # days over which a flip, a drain and a backlog are told
AHEAD = 5 * MINUTE  # by which a device's clock may run ahead
BACK = 45 * MINUTE  # by which a batch may reach back before the one that came earlier
LOST, LOST_AFTER, LOST_FROM = 0.8, 36, 5  # share of people without a stream; hours; people from which it is told
THIRSTIER, BY = 1.5, 1.0  # times one's own usual; percent an hour above it
LATE, LATE_BATCHES = 12 * HOUR, 2  # ms between measured and received; batches from which it is told


@dataclass(frozen=True)
class Alarm:
    """One thing to look after."""

    kind: str
    person: str = ""  # "" = all of the study
    stream: str = ""  # "" = every stream of the person
    value: float = 0.0  # what was found
    limit: float = 0.0  # what would have been in order


def alarms(
    book: pl.DataFrame, arrivals: pl.DataFrame, now: int, plan: Mapping[str, Expected] = PLAN
) -> tuple[Alarm, ...]:
    """Give every alarm as of now (ms UTC), by kind, person and stream.

    Takes: book as `daybook.daily` gives it; arrivals with the columns of `daybook.ARRIVALS`.
    """
    today = now // DAY
    book = book.filter(pl.col("day") <= today)
    arrivals = arrivals.filter(pl.col("at") <= now)
    lost = _lost(book, now)
    week = book.filter(pl.col("day").is_between(today - WEEK, today - 1))
    found = [
        *lost,
        *_silent(book, now, plan, {each.stream for each in lost}),
        *_thin(week, plan),
        *_skewed(week, plan),
        *_shrinking(book, today),
        *_doubled(week),
        *_flipped(book, today),
        *_clock(arrivals, now),
        *_draining(book, today),
        *_backlog(arrivals, now),
    ]
    return tuple(sorted(found, key=lambda each: (KINDS.index(each.kind), each.person, each.stream)))


def _each(kind: str, rows: pl.DataFrame, limit: float) -> list[Alarm]:
    """Turn rows of person, stream and value into alarms."""
    named = rows.select("person", "stream", pl.col("value").cast(pl.Float64))
    return [Alarm(kind, person, stream, value, limit) for person, stream, value in named.iter_rows()]


def _lost(book: pl.DataFrame, now: int) -> list[Alarm]:
    """Say which streams stopped for nearly everyone at once."""
    newest = book.group_by("person", "stream").agg(pl.col("last").max())
    was_there = newest.filter(pl.col("last") >= now - 2 * WEEK * DAY)
    hours = (now - pl.col("last")) / HOUR
    by_stream = was_there.group_by("stream").agg(
        pl.len().alias("people"), (hours > LOST_AFTER).mean().alias("value"), pl.lit("").alias("person")
    )
    steady = [stream for stream, expected in PLAN.items() if expected.silent_h <= 2 * LOST_AFTER]
    struck = by_stream.filter(pl.col("people") >= LOST_FROM, pl.col("value") >= LOST, pl.col("stream").is_in(steady))
    return _each("lost", struck.sort("stream"), LOST)


def _silent(book: pl.DataFrame, now: int, plan: Mapping[str, Expected], lost: set[str]) -> list[Alarm]:
    """Say who was last heard of too long ago: stream by stream, or once when nothing comes at all."""
    newest = book.group_by("person", "stream").agg(pl.col("last").max())
    limits = {stream: plan.get(stream, UNPLANNED).silent_h for stream in newest["stream"].unique()}
    after = pl.col("stream").replace_strict(limits, return_dtype=pl.Int64) if limits else pl.lit(0)
    newest = newest.with_columns(((now - pl.col("last")) / HOUR).alias("value"), after.alias("after"))
    is_silent = pl.col("value") > pl.col("after")
    all_of_it = newest.group_by("person").agg(
        (pl.col("value").min() > LOST_AFTER).alias("nothing"), pl.col("value").min().alias("since")
    )
    newest = newest.join(all_of_it, on="person").sort("person", "stream")
    gone = newest.filter("nothing").unique("person", keep="first", maintain_order=True)
    whole = [Alarm("silent", person, "", since, float(LOST_AFTER)) for person, since in gone["person", "since"].rows()]
    single = newest.filter(is_silent, ~pl.col("nothing"), ~pl.col("stream").is_in(sorted(lost)))
    after = pl.col("after").cast(pl.Float64)
    return whole + [Alarm("silent", *row) for row in single.select("person", "stream", "value", after).iter_rows()]


def _thin(week: pl.DataFrame, plan: Mapping[str, Expected]) -> list[Alarm]:
    """Say whose planned streams hold less than their plan; days without any row are silence, and told there."""
    wanted = {stream: 1440 / each.every_min for stream, each in plan.items() if each.every_min}
    planned = week.filter(pl.col("stream").is_in(sorted(wanted)))
    if planned.is_empty():
        return []
    share = pl.col("cycles") / pl.col("stream").replace_strict(wanted, return_dtype=pl.Float64)
    found = (
        planned.sort("day")
        .group_by("person", "stream", maintain_order=True)
        .agg(share.slice(1).mean().alias("value"), pl.len().alias("days"))
    )  # the first day may have begun late
    return _each("thin", found.filter(pl.col("days") > RECENT, pl.col("value") < LEAST_COVERED), LEAST_COVERED)


def _skewed(week: pl.DataFrame, plan: Mapping[str, Expected]) -> list[Alarm]:
    """Say where a part of every hour is missing; a plan with rows less than once in a third of an hour cannot show it."""
    sparse = [stream for stream, each in plan.items() if each.every_min and each.every_min >= 20]
    thirds = [pl.col(f"third_{part}").sum() for part in range(3)]
    found = (
        week.filter(~pl.col("stream").is_in(sparse))
        .group_by("person", "stream")
        .agg(pl.sum_horizontal(thirds).alias("all"), pl.min_horizontal(thirds).alias("least"))
        .with_columns((pl.col("least") / pl.col("all")).alias("value"))
    )
    return _each("skewed", found.filter(pl.col("all") >= THIRDS, pl.col("value") < LEAST_THIRD), LEAST_THIRD)


def _shrinking(book: pl.DataFrame, today: int) -> list[Alarm]:
    """Say whose volumes fall day by day: to less than half, and steadily."""
    days = book.filter(pl.col("day").is_between(today - 2 * WEEK, today - 1)).sort("day")
    rows = pl.col("rows")
    rank = pl.corr(pl.col("day").cast(pl.Float64), rows.cast(pl.Float64), method="spearman")
    found = days.group_by("person", "stream").agg(
        pl.len().alias("days"),
        rank.alias("trend"),
        rows.head(5).median().alias("before"),
        (rows.tail(RECENT).median() / rows.head(5).median()).alias("value"),
    )
    falls = found.filter(
        pl.col("days") >= TREND_DAYS,
        pl.col("before") >= GROUND,
        pl.col("value") < SHRUNK,
        pl.col("trend") < FALLS,
    )
    return _each("shrinking", falls, SHRUNK)


def _doubled(week: pl.DataFrame) -> list[Alarm]:
    """Say whose rows come twice."""
    found = week.group_by("person", "stream").agg(
        pl.col("rows").sum(), (pl.col("doubled").sum() / pl.col("rows").sum()).alias("value")
    )
    return _each("doubled", found.filter(pl.col("rows") >= ROWS, pl.col("value") > TWICE), TWICE)


def _flipped(book: pl.DataFrame, today: int) -> list[Alarm]:
    """Say whose screen says to be on most of the day: its codes mean the opposite of what is read from them."""
    recent = book.filter(pl.col("stream") == "screen", pl.col("day").is_between(today - RECENT, today - 1))
    lit, dark = pl.col("lit_h").sum(), pl.col("dark_h").sum()
    found = recent.group_by("person", "stream").agg((lit / (lit + dark)).alias("value"), (lit + dark).alias("hours"))
    return _each("flipped", found.filter(pl.col("hours") >= SPOKEN, pl.col("value") > LIT), LIT)


def _clock(arrivals: pl.DataFrame, now: int) -> list[Alarm]:
    """Say whose clock jumped: measured after it was received, or before what came in earlier."""
    mine = arrivals.filter(pl.col("at") >= now - WEEK * DAY).sort("person", "stream", "at", maintain_order=True)
    back = pl.col("last").shift().over("person", "stream") - pl.col("first")
    off = mine.with_columns((pl.col("last") - pl.col("at")).alias("ahead"), back.fill_null(0).alias("back"))
    jumps = off.filter((pl.col("ahead") > AHEAD) | (pl.col("back") > BACK))
    found = jumps.group_by("person").agg(
        pl.lit("").alias("stream"), (pl.max_horizontal("ahead", "back").max() / HOUR).alias("value")
    )
    return _each("clock", found, AHEAD / HOUR)


def _draining(book: pl.DataFrame, today: int) -> list[Alarm]:
    """Say whose battery empties faster than it used to."""
    power = book.filter(pl.col("stream") == "battery", pl.col("drain").is_not_null())
    is_recent = pl.col("day").is_between(today - RECENT, today - 1)
    is_before = pl.col("day").is_between(today - RECENT - 2 * WEEK, today - RECENT - 1)
    drain = pl.col("drain")
    found = power.group_by("person", "stream").agg(
        drain.filter(is_recent).median().alias("value"),
        drain.filter(is_before).median().alias("usual"),
        is_before.sum().alias("days"),
    )
    thirsty = (pl.col("value") > THIRSTIER * pl.col("usual")) & (pl.col("value") - pl.col("usual") > BY)
    return _each("draining", found.filter(pl.col("days") >= 4, thirsty), THIRSTIER)


def _backlog(arrivals: pl.DataFrame, now: int) -> list[Alarm]:
    """Say whose measurements come in long after they were made."""
    recent = arrivals.filter(pl.col("at") >= now - RECENT * DAY, pl.col("at") - pl.col("last") > LATE)
    found = recent.group_by("person").agg(
        pl.lit("").alias("stream"),
        pl.len().alias("batches"),
        ((pl.col("at") - pl.col("last")).median() / HOUR).alias("value"),
    )
    return _each("backlog", found.filter(pl.col("batches") >= LATE_BATCHES), LATE / HOUR)


def by_kind(found: Sequence[Alarm]) -> dict[str, list[Alarm]]:
    """Give alarms under their kinds, in the order of KINDS; a kind without any is not there."""
    groups: dict[str, list[Alarm]] = {}
    for each in found:
        groups.setdefault(each.kind, []).append(each)
    return groups
