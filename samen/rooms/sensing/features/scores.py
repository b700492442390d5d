"""What was answered: a score for each item of a survey, and for each scale that a study says how to add up.

An answer is a score when all of it is a number, or when the study gives its words a number; free text is neither split nor
searched for numbers. Bands are no features: they are words for a conversation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.features.naming import part_of_name
from samen.rooms.sensing.features.surveys import SHOWN, SUBMITTED
from samen.rooms.sensing.segments import joined, within

STREAMS = ("survey_answers", "survey_timings", "activity_event")
NUMBER = r"^\s*[+-]?\d+(?:\.\d+)?\s*$"
NONE = pl.DataFrame(schema={"at": pl.UInt32})


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.scores"

    words: tuple[str, ...] = ()  # `answer=number`, such as "Not at all=0"; upper and lower case are one
    names: tuple[str, ...] = ()  # `question=name`, for questions whose text is no name
    scales: tuple[str, ...] = ()  # `name: item item item`, with the items' names
    most_missing: int = 2  # items of a scale that may be missing; each counts as the mean of the others (PHQ-9, GAD-7)


def samen(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Scores of the last answers in a segment.

    Takes:  survey_answers, survey_timings and activity_event (events that are no games), by person and time.
    Gives:  at, {item}_score (the last answer to the item), and for each scale {scale}_total (sum of its items' scores; up to
            most_missing of them may be missing, and count as the mean of the others; with more of them null) and
            {scale}_missing_count. A segment without any answer that is a score has no row.
    Source: own definition; facts sheet, part 8; Kroenke et al. 2001 and Spitzer et al. 2006 for a missing item.
    """
    answers = _scored(tables, settings)
    if answers.is_empty():
        return NONE
    last = (
        within(answers, segments)
        .group_by("at", "item", maintain_order=True)
        .agg(pl.col("score").last())
        .sort("at", "item")
    )
    wide = last.pivot("item", index="at", values="score", sort_columns=True)
    items = [name for name in wide.columns if name != "at"]
    found = joined(last, wide.rename({name: f"{name}_score" for name in items}))
    return found.with_columns(
        each for text in settings.scales for each in _scale(text, set(items), settings.most_missing)
    )


def _scored(tables: Mapping[str, pl.DataFrame], settings: Samen) -> pl.DataFrame:
    """Give person, time, item, score of every answer that is one; by person and time."""
    parts = []
    for stream, rows in tables.items():
        asked, said = ("item", "value") if stream == "activity_event" else ("question", "answer")
        is_asked = pl.col(asked).is_not_null() & ~pl.col(asked).is_in([SHOWN, SUBMITTED])
        if stream == "activity_event":
            is_asked &= ~pl.col("type").str.to_lowercase().is_in(["true", "false"]).fill_null(False)
        parts.append(rows.filter(is_asked).select("person", "time", asked=pl.col(asked), said=pl.col(said)))
    both = pl.concat(parts).drop_nulls()
    words = {word.strip().lower(): float(score) for word, score in _pairs(settings.words)}
    names = dict(_pairs(settings.names))
    known = {each: part_of_name(names.get(each, each)) for each in both["asked"].unique()}
    given = pl.col("said")
    number = pl.when(given.str.contains(NUMBER)).then(given.str.strip_chars().cast(pl.Float64, strict=False))
    in_words = given.str.strip_chars().str.to_lowercase().replace_strict(words, default=None, return_dtype=pl.Float64)
    scored = both.with_columns(pl.coalesce(in_words, number).alias("score")).drop_nulls("score")
    named = pl.col("asked").replace_strict(known, return_dtype=pl.String) if known else pl.col("asked")
    return scored.select("person", "time", named.alias("item"), "score").sort("person", "time", maintain_order=True)


def _pairs(texts: tuple[str, ...]) -> list[tuple[str, str]]:
    split = [text.rpartition("=") for text in texts]
    return [(left, right) for left, sign, right in split if sign]


def _scale(text: str, there: set[str], most_missing: int) -> list[pl.Expr]:
    name, _, listed = text.partition(":")
    items = [part_of_name(each) for each in listed.split()]
    scores = [pl.col(f"{each}_score") for each in items if each in there]
    if not scores:
        return []
    answered = pl.sum_horizontal(each.is_not_null().cast(pl.Int64) for each in scores)
    missing = len(items) - answered
    total = pl.sum_horizontal(scores) * len(items) / answered
    is_whole = (missing <= most_missing) & (answered > 0)
    return [
        pl.when(is_whole).then(total).alias(f"{part_of_name(name)}_total"),
        missing.alias(f"{part_of_name(name)}_missing_count"),
    ]
