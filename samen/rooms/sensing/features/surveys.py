"""Surveys: delivered, opened, handed in, how fast, and how often an answer was changed.

One filling-in (a sitting) goes from the first sign of a survey to its submission. Only what the app wrote is used: Android
writes when a survey was shown and submitted, iOS also when it was delivered (`notified`). Free text is never split or read as
a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.segments import joined, within

SHOWN, SUBMITTED = (
    "Survey first rendered and displayed to user",
    "User hit submit",
)  # Android, in the column of the question
DELIVERED, OVER, OPENED, HANDED_IN = "notified", "expired", "present", "submitted"  # iOS, in the column of the event
STREAMS = ("survey_timings", "survey_answers")
SECOND, MINUTE = 1_000, 60_000  # ms


@dataclass(frozen=True)
class Sycamore:
    """Parameters of Forest's sycamore."""

    TABLE: ClassVar[str] = "sycamore"

    same_within_min: float = 5.0  # minutes: a file of answers this near to a submission is the same one


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.surveys"

    same_within_min: float = 5.0  # minutes: a file of answers this near to a submission is the same one


def forest(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Sycamore) -> pl.DataFrame:
    """Surveys as Forest's sycamore has them, from what the app wrote of deliveries.

    Takes:  survey_timings and survey_answers, by person and time.
    Gives:  at, num_surveys (delivered; null for a person whose app writes no deliveries), num_submitted_surveys,
            num_opened_surveys (at least one answer), avg_time_to_submit, avg_time_to_open, avg_duration (s). A sitting belongs
            to the segment of its delivery, or of its first sign when that is not known.
    Source: Forest 1.0, sycamore, documentation.
    """
    names = {
        "delivered": "num_surveys",
        "submitted": "num_submitted_surveys",
        "is_answered": "num_opened_surveys",
        "to_submit": "avg_time_to_submit",
        "to_open": "avg_time_to_open",
        "lasted": "avg_duration",
    }
    return _counted(_sittings(tables, settings.same_within_min), segments, names).sort("at")


def samen(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Surveys in our own words.

    Takes:  survey_timings and survey_answers, by person and time.
    Gives:  at, delivered_count (null where the app writes no deliveries), opened_count, submitted_count, mean_duration_s (from
            the first sign to submission), mean_to_open_s and mean_to_submit_s (from delivery), answered_count (questions),
            changed_count (answers that replaced another), mean_item_s (from one question's last answer to the next one's).
            A segment without a sitting has no row.
    Source: own definition.
    """
    sittings = _sittings(tables, settings.same_within_min)
    names = {
        "delivered": "delivered_count",
        "is_opened": "opened_count",
        "submitted": "submitted_count",
        "lasted": "mean_duration_s",
        "to_open": "mean_to_open_s",
        "to_submit": "mean_to_submit_s",
    }
    found = _counted(sittings, segments, names)
    items = _items(_marked(tables.get("survey_timings", streams.empty("survey_timings"))))
    of_items = (
        within(items.sort("person", "time"), segments)
        .group_by("at")
        .agg(
            pl.len().cast(pl.Int64).alias("answered_count"),
            pl.col("changed").sum().cast(pl.Int64).alias("changed_count"),
            (pl.col("took") / SECOND).mean().alias("mean_item_s"),
        )
    )
    keys = pl.concat([found.select("at"), of_items.select("at")])
    zeros = ["opened_count", "submitted_count", "answered_count", "changed_count"]
    return joined(keys, found, of_items).with_columns(pl.col(zeros).fill_null(0))


def _counted(sittings: pl.DataFrame, segments: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """Give the measures of the sittings in each segment that are named, under these names: counts, and means in seconds."""
    measures = {
        "delivered": pl.when(pl.col("tells_delivery").any()).then(pl.col("is_delivered").sum().cast(pl.Int64)),
        "submitted": pl.col("is_submitted").sum().cast(pl.Int64),
        **{each: pl.col(each).sum().cast(pl.Int64) for each in ("is_opened", "is_answered")},
        **{each: (pl.col(each) / SECOND).mean() for each in ("to_submit", "to_open", "lasted")},
    }
    inside = within(sittings, segments).group_by("at")
    return inside.agg(measures[each].alias(name) for each, name in names.items())


def _marked(rows: pl.DataFrame) -> pl.DataFrame:
    """Add what each row of timings says, and the number of the sitting of the person and survey in which it lies."""
    question, event = pl.col("question"), pl.col("event")
    is_submit = (question == SUBMITTED).fill_null(False) | (event == HANDED_IN).fill_null(False)
    is_delivery = (event == DELIVERED).fill_null(False)
    marked = rows.filter((event != OVER).fill_null(True)).with_columns(
        is_submit.alias("is_submit"),
        is_delivery.alias("is_delivery"),
        ((question == SHOWN).fill_null(False) | (event == OPENED).fill_null(False)).alias("is_shown"),
        (question.is_not_null() & ~question.is_in([SHOWN, SUBMITTED]) & pl.col("answer").is_not_null()).alias(
            "is_answer"
        ),
    )
    whose = ("person", "survey")
    begins = pl.col("is_submit").shift().over(whose).fill_null(True) | pl.col("is_delivery")
    return marked.with_columns(begins.cum_sum().over(whose).alias("sitting"))


def _sittings(tables: Mapping[str, pl.DataFrame], same_within: float) -> pl.DataFrame:
    """Give one row for each sitting: person, time (ms UTC), what became of it, and durations in ms; by person and time."""
    marked = _marked(tables.get("survey_timings", streams.empty("survey_timings")))
    time, acts = pl.col("time"), ~pl.col("is_delivery")
    delivered = time.filter(pl.col("is_delivery")).first()
    first, answered = time.filter(acts).first(), time.filter(acts & pl.col("is_answer")).first()
    submitted = time.filter(pl.col("is_submit")).first()
    sittings = marked.group_by("person", "survey", "sitting", maintain_order=True).agg(
        pl.coalesce(delivered, first).alias("time"),
        submitted.alias("submitted_at"),
        pl.col("is_delivery").any().alias("is_delivered"),
        acts.any().alias("is_opened"),
        pl.col("is_answer").any().alias("is_answered"),
        pl.col("is_submit").any().alias("is_submitted"),
        (submitted - delivered).alias("to_submit"),
        (pl.coalesce(answered, first) - delivered).alias("to_open"),
        (submitted - first).alias("lasted"),
    )
    sittings = pl.concat([sittings, _only_answers(tables, sittings, same_within)], how="diagonal_relaxed")
    tells = pl.col("is_delivered").any().over("person")
    return sittings.with_columns(tells.alias("tells_delivery")).sort("person", "time", "survey", maintain_order=True)


def _only_answers(tables: Mapping[str, pl.DataFrame], sittings: pl.DataFrame, same_within: float) -> pl.DataFrame:
    """Give the submissions of which only the file of answers arrived: no timings say that they were handed in."""
    files = tables.get("survey_answers", streams.empty("survey_answers")).select("person", "survey", "time").unique()
    known = sittings.drop_nulls("submitted_at").select("person", "survey", pl.col("submitted_at").alias("near"))
    near = files.sort("time").join_asof(
        known.sort("near"),
        left_on="time",
        right_on="near",
        by=["person", "survey"],
        strategy="nearest",
        tolerance=int(same_within * MINUTE),
        check_sortedness=False,
    )
    is_true = pl.lit(True)
    return near.filter(pl.col("near").is_null()).select(
        "person",
        "survey",
        "time",
        pl.lit(False).alias("is_delivered"),
        is_true.alias("is_opened"),
        is_true.alias("is_answered"),
        is_true.alias("is_submitted"),
    )


def _items(marked: pl.DataFrame) -> pl.DataFrame:
    """Give one row for each question answered in a sitting: person, time (of its last answer), changed (times), took (ms)."""
    answers = marked.filter("is_answer").with_columns(
        (pl.col("answer") != pl.col("answer").shift().over("person", "survey", "sitting", "question"))
        .fill_null(False)
        .alias("is_change")
    )
    items = answers.group_by("person", "survey", "sitting", "question", maintain_order=True).agg(
        pl.col("time").last(), pl.col("is_change").sum().alias("changed")
    )
    began = (
        marked.filter(~pl.col("is_delivery"))
        .group_by("person", "survey", "sitting")
        .agg(pl.col("time").first().alias("began"))
    )
    whose = ("person", "survey", "sitting")
    items = items.join(began, on=list(whose), how="left", maintain_order="left").sort(
        *whose, "time", maintain_order=True
    )
    before = pl.coalesce(pl.col("time").shift().over(whose), "began")
    return items.select("person", "time", "changed", (pl.col("time") - before).alias("took"))
