"""Typing: sessions, the pace between keys, and how the length of a text changes. What was typed is never known here."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.segments import cut, joined, within

PAUSE = 5_000  # ms: after this long without a key a new session begins (RAPIDS)
SECOND, MINUTE = 1_000, 60_000  # ms


@dataclass(frozen=True)
class Rapids:
    """RAPIDS' provider has no parameters."""

    TABLE: ClassVar[str] = "phone_keyboard.rapids"


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.keyboard"

    pause_s: float = 5.0  # s without a key that end a session


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Typing as RAPIDS has it: each segment by itself, a session ends after 5 s or with a change of app.

    Takes:  keyboard rows by person and time.
    Gives:  at, sessioncount, averagesessionlength and averageinterkeydelay (ms, first by session, then over sessions; a session
            of one key has length 0 and no delay), changeintextlength- lessthanminusone, equaltominusone, equaltoone and
            morethanone (events), maxtextlength, lastmessagelength (characters), totalkeyboardtouches (mean events by session).
    Source: RAPIDS, phone keyboard, provider RAPIDS; facts sheet, part 7.
    """
    keys = _numbered(within(rows, segments).sort("at", "time", maintain_order=True), "at", PAUSE)
    time, change = pl.col("time"), pl.col("change")
    by_session = keys.group_by("at", "session", maintain_order=True).agg(
        (time.last() - time.first()).alias("length"),
        time.diff().mean().alias("delay"),
        pl.len().alias("touches"),
    )
    of_sessions = by_session.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("sessioncount"),
        pl.col("length").mean().alias("averagesessionlength"),
        pl.col("delay").mean().alias("averageinterkeydelay"),
        pl.col("touches").mean().alias("totalkeyboardtouches"),
    )
    of_keys = keys.group_by("at", maintain_order=True).agg(
        (change < -1).sum().cast(pl.Int64).alias("changeintextlengthlessthanminusone"),
        (change == -1).sum().cast(pl.Int64).alias("changeintextlengthequaltominusone"),
        (change == 1).sum().cast(pl.Int64).alias("changeintextlengthequaltoone"),
        (change > 1).sum().cast(pl.Int64).alias("changeintextlengthmorethanone"),
        pl.col("length").max().alias("maxtextlength"),
        pl.col("length").last().alias("lastmessagelength"),
    )
    return joined(of_keys, of_sessions, of_keys)


def _numbered(keys: pl.DataFrame, whose: str, pause: int) -> pl.DataFrame:
    """Add change (characters), and session: its number among those of the same `whose`; keys lie by `whose` and time."""
    begins = (
        (pl.col("time") - pl.col("time").shift() >= pause) | pl.col("app").ne_missing(pl.col("app").shift())
    ).fill_null(True) | (pl.col(whose) != pl.col(whose).shift()).fill_null(True)
    return keys.with_columns(
        begins.cum_sum().alias("session"), (pl.col("length") - pl.col("before_length")).alias("change")
    )


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Typing of each device by itself, without fields of passwords.

    A session counts in the segment in which it began; its time is cut at borders. A delay is between two keys of one session
    and belongs to the segment of the second.

    Takes:  keyboard rows by person and time.
    Gives:  at, session_count, session_total_min, session_mean_s, touch_count, delay_median_ms, delay_mean_ms, delay_sd_ms (n-1),
            erased_many_count (-2 characters or less), erased_one_count, added_one_count, added_many_count (+2 or more),
            apps_count. A segment without a key has no row.
    Source: own definition; sessions as RAPIDS has them.
    """
    open_text = rows.filter(~pl.col("is_password").fill_null(False))
    keys = _numbered(
        open_text.with_columns((pl.col("person") + "\0" + pl.col("device")).alias("whose")).sort(
            "person", "device", "time", maintain_order=True
        ),
        "whose",
        int(settings.pause_s * SECOND),
    )
    keys = keys.with_columns(pl.col("time").diff().over("session").alias("delay"))
    sessions = keys.group_by("person", "session", maintain_order=True).agg(
        pl.col("time").first().alias("begins"), pl.col("time").last().alias("ends")
    )
    whole = (pl.col("ends") - pl.col("begins")) / SECOND
    pieces = cut(sessions.with_columns(whole.alias("seconds")), segments)
    of_sessions = (
        pieces.sort("at", "begins")
        .group_by("at", maintain_order=True)
        .agg(
            pl.col("is_start").sum().cast(pl.Int64).alias("session_count"),
            ((pl.col("ends") - pl.col("begins")) / MINUTE).sum().alias("session_total_min"),
            pl.col("seconds").filter(pl.col("is_start")).mean().alias("session_mean_s"),
        )
    )
    delay, change = pl.col("delay"), pl.col("change")
    of_keys = (
        within(keys.sort("person", "time", maintain_order=True), segments)
        .group_by("at", maintain_order=True)
        .agg(
            pl.len().cast(pl.Int64).alias("touch_count"),
            delay.median().alias("delay_median_ms"),
            delay.mean().alias("delay_mean_ms"),
            delay.std().alias("delay_sd_ms"),
            (change <= -2).sum().cast(pl.Int64).alias("erased_many_count"),
            (change == -1).sum().cast(pl.Int64).alias("erased_one_count"),
            (change == 1).sum().cast(pl.Int64).alias("added_one_count"),
            (change >= 2).sum().cast(pl.Int64).alias("added_many_count"),
            pl.col("app").drop_nulls().n_unique().cast(pl.Int64).alias("apps_count"),
        )
    )
    return joined(of_keys, of_sessions, of_keys)
