"""Games of thinking, such as a span of boxes or a trail of numbers: how far, how well, how fast, and whether it got slower.

A tap says whether it was right; an event without such taps (a survey, a journal) is no game. Games are never mixed: columns
are named after the activity. A first session is practice, and is told apart from the others.
"""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.features.naming import part_of_name
from samen.rooms.sensing.segments import joined, within

LEAST = 3  # taps from which a trend is told


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.games"

    names: tuple[str, ...] = ()  # `id=name` for each activity whose id says nothing
    slowest_s: float = 60.0  # s: a tap that took longer says nothing about the pace, and has no reaction time


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Games by activity.

    Takes:  activity_event rows (one for each tap, all at the moment of their session) by person and time.
    Gives:  at, and for each game {game}_ sessions_count, practice_count (a person's first session of the game), level_highest
            (the highest level whose taps were all right), right_count, errors_count, score_share (right taps, 0 to 1),
            total_s (all taps), reaction_median_ms, reaction_sd_ms (n-1), trend_ms (ms slower with each tap, by least squares
            within a session, mean over sessions of at least three taps). A segment without any game has no row.
    Source: own definition; facts sheet, part 8.
    """
    taps = _taps(rows, settings)
    if taps.is_empty():
        return pl.DataFrame(schema={"at": pl.UInt32})
    inside = within(_sessions(taps), segments)
    parts = [_game(inside.filter(pl.col("game") == game), game) for game in sorted(taps["game"].unique())]
    found = joined(inside, *parts)
    zeros = [name for name in found.columns if name.endswith("_count")]
    return found.with_columns(pl.col(zeros).fill_null(0))


def _taps(rows: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Give the taps that say whether they were right, with game, right and reaction (ms)."""
    said = pl.col("type").str.to_lowercase()
    names = dict(pair.split("=", 1) for pair in settings.names if "=" in pair)
    known = {each: part_of_name(names.get(each, each)) for each in rows["activity"].drop_nulls().unique()}
    game = pl.col("activity").replace_strict(known, return_dtype=pl.String) if known else pl.col("activity")
    lasted = pl.col("duration")
    is_kept = lasted.is_between(0, settings.slowest_s * 1000, closed="right")
    return rows.filter(said.is_in(["true", "false"]), pl.col("activity").is_not_null()).with_columns(
        game.alias("game"), (said == "true").alias("right"), pl.when(is_kept).then(lasted).alias("reaction")
    )


def _sessions(taps: pl.DataFrame) -> pl.DataFrame:
    """Give one row for each session: person, time, game, and what came of it; by person and time."""
    levels = taps.group_by("person", "time", "game", "level", maintain_order=True).agg(pl.col("right").all())
    highest = (
        levels.filter("right").group_by("person", "time", "game").agg(pl.col("level").max().alias("level_highest"))
    )
    tap = pl.int_range(pl.len()).cast(pl.Float64).filter(pl.col("reaction").is_not_null())
    kept = pl.col("reaction").drop_nulls()
    slope = ((tap - tap.mean()) * (kept - kept.mean())).sum() / ((tap - tap.mean()) ** 2).sum()
    sessions = taps.group_by("person", "time", "game", maintain_order=True).agg(
        pl.col("right").sum().cast(pl.Int64).alias("n_right"),
        (~pl.col("right")).sum().cast(pl.Int64).alias("n_wrong"),
        pl.col("duration").sum().alias("lasted"),
        pl.col("reaction").drop_nulls().alias("reactions"),
        pl.when(kept.len() >= LEAST).then(slope).alias("trend"),
    )
    sessions = sessions.join(highest, on=["person", "time", "game"], how="left", maintain_order="left")
    is_first = pl.col("time") == pl.col("time").min().over("person", "game")
    return sessions.with_columns(is_first.alias("is_practice")).sort("person", "time", maintain_order=True)


def _game(sessions: pl.DataFrame, game: str) -> pl.DataFrame:
    reactions = pl.col("reactions").explode(empty_as_null=True, keep_nulls=True).drop_nulls()
    right, wrong = pl.col("n_right").sum(), pl.col("n_wrong").sum()
    found = {
        "sessions_count": pl.len().cast(pl.Int64),
        "practice_count": pl.col("is_practice").sum().cast(pl.Int64),
        "level_highest": pl.col("level_highest").max(),
        "right_count": right,
        "errors_count": wrong,
        "score_share": right / (right + wrong),
        "total_s": pl.col("lasted").sum() / 1000,
        "reaction_median_ms": reactions.median(),
        "reaction_sd_ms": reactions.std(),
        "trend_ms": pl.col("trend").mean(),
    }
    return sessions.group_by("at", maintain_order=True).agg(
        value.alias(f"{game}_{name}") for name, value in found.items()
    )
