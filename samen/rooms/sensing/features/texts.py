"""Texts: how many, with how many others, when, how long; and calls and texts together as Forest's willow has them."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.features.calls import between
from samen.rooms.sensing.features.contacts import entropy, minute_of_day, most_frequent
from samen.rooms.sensing.segments import joined, lengths, within

KINDS = ("received", "sent")
DAY_LENGTHS = (22, 31)  # hours: a local day, also one with a flight or a change of the clock in it


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "phone_messages.rapids"

    messages_types: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class Samen:
    """Our own features of texts have no parameters."""

    TABLE: ClassVar[str] = "samen.texts"


@dataclass(frozen=True)
class Willow:
    """Forest's willow has no parameters."""

    TABLE: ClassVar[str] = "willow"


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Texts of each kind as RAPIDS has them.

    Takes:  texts by person and time, with local.
    Gives:  at, and for received_ and sent_: count, distinctcontacts, timefirstmessage and timelastmessage (whole minutes after
            the midnight before that text), countmostfrequentcontact. Counts are 0 where the segment holds texts of the other kind.
    Source: RAPIDS, phone messages, provider RAPIDS.
    """
    parts, kinds = [], [kind for kind in KINDS if kind in settings.messages_types]
    for kind in kinds:
        whole = most_frequent(rows.filter(pl.col("kind") == kind), "is_top")
        parts.append(
            within(whole, segments)
            .group_by("at", maintain_order=True)
            .agg(
                pl.len().cast(pl.Int64).alias(f"{kind}_count"),
                pl.col("contact").drop_nulls().n_unique().cast(pl.Int64).alias(f"{kind}_distinctcontacts"),
                minute_of_day().first().alias(f"{kind}_timefirstmessage"),
                minute_of_day().last().alias(f"{kind}_timelastmessage"),
                pl.col("is_top").sum().cast(pl.Int64).alias(f"{kind}_countmostfrequentcontact"),
            )
        )
    counts = [f"{kind}_{name}" for kind in kinds for name in ("count", "distinctcontacts", "countmostfrequentcontact")]
    keys = within(rows, segments).select("at")
    return joined(keys, *parts).with_columns(pl.col(counts).fill_null(0))


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Texts of each kind, MMS included.

    Takes:  texts by person and time, with local.
    Gives:  at, and for received_ and sent_: count, contacts, characters, mean_characters, first_min and last_min (minutes after
            midnight); contacts, contact_entropy_nats, sent_share (0 to 1), unanswered_count (received from somebody to whom
            nothing was sent in the segment). Every segment from the person's first text to their last is there.
    Source: own definition.
    """
    inside = within(rows, segments)
    parts = [_samen_of(inside.filter(pl.col("kind") == kind), kind) for kind in KINDS]
    by_contact = (
        inside.drop_nulls("contact")
        .group_by("at", "contact")
        .agg(
            pl.len().alias("n"),
            (pl.col("kind") == "received").sum().alias("received"),
            (pl.col("kind") == "sent").sum().alias("sent"),
        )
        .sort("at", "n", "contact")
    )
    shared = by_contact.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("contacts"),
        entropy(pl.col("n")).alias("contact_entropy_nats"),
        pl.col("received").filter(pl.col("sent") == 0).sum().cast(pl.Int64).alias("unanswered_count"),
    )
    zeros = ["contacts", "unanswered_count"]
    zeros += [f"{kind}_{name}" for kind in KINDS for name in ("count", "contacts", "characters")]
    found = joined(between(rows, segments), *parts, shared).with_columns(pl.col(zeros).fill_null(0))
    total = pl.col("received_count") + pl.col("sent_count")
    return found.with_columns(pl.when(total > 0).then(pl.col("sent_count") / total).alias("sent_share"))


def _samen_of(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    return rows.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias(f"{kind}_count"),
        pl.col("contact").drop_nulls().n_unique().cast(pl.Int64).alias(f"{kind}_contacts"),
        pl.col("length").sum().alias(f"{kind}_characters"),
        pl.col("length").mean().alias(f"{kind}_mean_characters"),
        minute_of_day().first().alias(f"{kind}_first_min"),
        minute_of_day().last().alias(f"{kind}_last_min"),
    )


def willow(rows: pl.DataFrame, segments: pl.DataFrame, settings: Willow) -> pl.DataFrame:
    """Calls and texts as Forest's willow has them.

    SMS and MMS are apart: numbers of people, characters and reciprocity are of SMS alone. Reciprocity is known for days
    alone: texts received from (sent to) people to whom nothing was sent (from whom nothing came) in that day.

    Takes:  calls and texts one after another, by person and time, with stream.
    Gives:  at and willow's columns, under its own names. From the person's first call or text to their last every segment is
            there, with 0 for none; a person without any call (text) has null for calls (texts).
    Source: Forest 1.0, willow, documentation and definitions (BSD-3).
    """
    inside = within(rows, segments)
    calls, texts = (inside.filter(pl.col("stream") == name) for name in ("calls", "texts"))
    sms = texts.filter(~pl.col("mms").fill_null(False))
    everyone = pl.concat([calls.select("at", "contact"), sms.select("at", "contact")]).drop_nulls()
    together = everyone.group_by("at").agg(
        pl.col("contact").n_unique().cast(pl.Int64).alias("num_uniq_individuals_call_or_text")
    )
    of_calls, of_texts = _calls_of_willow(calls), _texts_of_willow(texts)
    of_pairs = _reciprocity(sms)
    found = joined(between(rows, segments), of_calls, together, of_texts, of_pairs)
    found = found.join(segments.select("at", "person"), on="at", how="left", maintain_order="left")
    found = found.join(lengths(segments), on="at", how="left", maintain_order="left")
    is_day = pl.col("length").is_between(DAY_LENGTHS[0] * 3_600_000, DAY_LENGTHS[1] * 3_600_000)
    for stream, names in (("calls", of_calls.columns), ("texts", [*of_texts.columns, *of_pairs.columns])):
        has = rows.filter(pl.col("stream") == stream)["person"].unique()
        found = found.with_columns(
            pl.when(pl.col("person").is_in(has.implode())).then(pl.col(name).fill_null(0)).alias(name)
            for name in names
            if name != "at"
        )
    pairs = [name for name in of_pairs.columns if name != "at"]
    found = found.with_columns(pl.col("num_uniq_individuals_call_or_text").fill_null(0))
    return found.with_columns(pl.when(is_day).then(pl.col(name)).alias(name) for name in pairs).drop("person", "length")


def _calls_of_willow(calls: pl.DataFrame) -> pl.DataFrame:
    kinds = {"in": "in", "out": "out", "mis": "missed"}
    is_kind = {short: pl.col("kind") == kind for short, kind in kinds.items()}
    return calls.group_by("at").agg(
        *(holds.sum().cast(pl.Int64).alias(f"num_{short}_call") for short, holds in is_kind.items()),
        *(
            pl.col("contact").filter(holds).drop_nulls().n_unique().cast(pl.Int64).alias(f"num_{short}_caller")
            for short, holds in is_kind.items()
        ),
        *(
            (pl.col("seconds").filter(is_kind[short]).sum() / 60).alias(f"total_mins_{short}_call")
            for short in ("in", "out")
        ),
    )


def _texts_of_willow(texts: pl.DataFrame) -> pl.DataFrame:
    is_mms = pl.col("mms").fill_null(False)
    ways = {"s": pl.col("kind") == "sent", "r": pl.col("kind") == "received"}
    return texts.group_by("at").agg(
        *((way & ~is_mms).sum().cast(pl.Int64).alias(f"num_{short}") for short, way in ways.items()),
        *((way & is_mms).sum().cast(pl.Int64).alias(f"num_mms_{short}") for short, way in ways.items()),
        *(
            pl.col("contact").filter(way & ~is_mms).drop_nulls().n_unique().cast(pl.Int64).alias(f"num_{short}_tel")
            for short, way in ways.items()
        ),
        *(pl.col("length").filter(way & ~is_mms).sum().alias(f"total_char_{short}") for short, way in ways.items()),
    )


def _reciprocity(sms: pl.DataFrame) -> pl.DataFrame:
    pairs = (
        sms.drop_nulls("contact")
        .group_by("at", "contact")
        .agg((pl.col("kind") == "received").sum().alias("received"), (pl.col("kind") == "sent").sum().alias("sent"))
    )
    return pairs.group_by("at").agg(
        pl.col("received").filter(pl.col("sent") == 0).sum().cast(pl.Int64).alias("text_reciprocity_incoming"),
        pl.col("sent").filter(pl.col("received") == 0).sum().cast(pl.Int64).alias("text_reciprocity_outgoing"),
    )
