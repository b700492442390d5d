"""Calls: how many, how long, with how many others, when."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from samen.rooms.sensing.features.contacts import entropy, minute_of_day, most_frequent
from samen.rooms.sensing.segments import cut, joined, within

WORDS = {"in": "incoming", "out": "outgoing", "missed": "missed"}
COUNTED = ("count", "distinctcontacts", "countmostfrequentcontact")
LASTED = ("meanduration", "sumduration", "minduration", "maxduration", "modeduration")


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names."""

    TABLE: ClassVar[str] = "phone_calls.rapids"

    call_types: tuple[str, ...] = ("incoming", "outgoing", "missed")
    features_type: str = "episodes"  # episodes: a call is cut at a segment's border; events: it counts where it began


@dataclass(frozen=True)
class Samen:
    """Our own features of calls have no parameters."""

    TABLE: ClassVar[str] = "samen.calls"


def rapids(rows: pl.DataFrame, segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Calls of each kind as RAPIDS has them: a call that crosses a segment's border is cut there and counts on both sides.

    Takes:  calls by person and time, with local.
    Gives:  at, and for incoming_, outgoing_ and missed_: count, distinctcontacts, timefirstcall and timelastcall (whole minutes
            after the midnight before that call), countmostfrequentcontact (of the contact most frequent in all of the person's calls of the kind);
            for incoming_ and outgoing_ also mean-, sum-, min-, max-, std- (n-1) and modeduration (seconds) and entropyduration
            (nats, durations as counts, Miller-Madow). Where the segment holds calls of another kind alone, counts are 0, and
            so are mean, sum, min, max and mode.
    Source: RAPIDS, phone calls, provider RAPIDS, and its published results; Miller 1955 for the correction of the entropy.
    """
    place = within if settings.features_type.lower() == "events" else _in_pieces
    kinds = {kind: word for kind, word in WORDS.items() if word in settings.call_types}
    parts = [
        _rapids_of(place(most_frequent(rows.filter(pl.col("kind") == kind), "is_top"), segments), word)
        for kind, word in kinds.items()
    ]
    zeros = [f"{word}_{name}" for word in kinds.values() for name in (*COUNTED, *(() if word == "missed" else LASTED))]
    keys = place(rows, segments).select("at")
    return joined(keys, *parts).with_columns(pl.col(zeros).fill_null(0))


def _in_pieces(rows: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Cut calls at the borders of segments: seconds, and local of the begin, are of each piece."""
    lasting = (pl.col("seconds").fill_null(0) * 1000).cast(pl.Int64)
    calls = rows.with_columns(pl.col("time").alias("begins"), (pl.col("time") + lasting).alias("ends"))
    pieces = cut(calls, segments).sort("at", "begins", maintain_order=True)
    opening = segments.select("at", pl.col("begins_local").alias("opens"))
    pieces = pieces.join(opening, on="at", how="left", maintain_order="left")
    lasted = (pl.col("ends") - pl.col("begins")) / 1000
    return pieces.with_columns(
        pl.when(pl.col("seconds").is_not_null()).then(lasted).alias("seconds"),
        pl.when(pl.col("is_start")).then(pl.col("local")).otherwise(pl.col("opens")).alias("local"),
    )


def _rapids_of(rows: pl.DataFrame, word: str) -> pl.DataFrame:
    seconds, minute = pl.col("seconds"), minute_of_day()
    found = {
        "count": pl.len().cast(pl.Int64),
        "distinctcontacts": pl.col("contact").drop_nulls().n_unique().cast(pl.Int64),
        "timefirstcall": minute.first(),
        "timelastcall": minute.last(),
        "countmostfrequentcontact": pl.col("is_top").sum().cast(pl.Int64),
    }
    if word != "missed":
        found |= {
            "meanduration": seconds.mean(),
            "sumduration": seconds.sum(),
            "minduration": seconds.min(),
            "maxduration": seconds.max(),
            "stdduration": seconds.std(),
            "modeduration": _mode(seconds),
            "entropyduration": _miller_madow(seconds),
        }
    return rows.group_by("at", maintain_order=True).agg(value.alias(f"{word}_{name}") for name, value in found.items())


def _mode(values: pl.Expr) -> pl.Expr:
    """Give the value that is there most often; of several the one that came first."""
    kept = values.drop_nulls()
    return kept.unique(maintain_order=True).get(kept.unique_counts().arg_max())


def _miller_madow(counts: pl.Expr) -> pl.Expr:
    """Give the entropy (nats) of counts, corrected for the number of bins that hold something; null when all are 0."""
    total, bins = counts.sum(), (counts > 0).sum()
    return pl.when(total > 0).then(entropy(counts) + (bins - 1) / (2 * total))


def samen(rows: pl.DataFrame, segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Calls of each kind, over whole numbers of others.

    Takes:  calls by person and time, with local.
    Gives:  at, and for in_, out_ and missed_: count, contacts, first_min and last_min (minutes after midnight); for in_ and
            out_ also total_min, mean_min, longest_min, sd_min (n-1; minutes); contacts (of all kinds), contact_entropy_nats
            (over calls by contact), top_contact_share (0 to 1). Every segment from the person's first call to their last is
            there: days without a call count 0.
    Source: own definition.
    """
    inside = within(rows, segments)
    parts = [_samen_of(inside.filter(pl.col("kind") == kind), kind) for kind in WORDS]
    by_contact = (
        inside.drop_nulls("contact").group_by("at", "contact").agg(pl.len().alias("n")).sort("at", "n", "contact")
    )
    shared = by_contact.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("contacts"),
        entropy(pl.col("n")).alias("contact_entropy_nats"),
        (pl.col("n").max() / pl.col("n").sum()).alias("top_contact_share"),
    )
    zeros = ["contacts", *(f"{kind}_{name}" for kind in WORDS for name in ("count", "contacts"))]
    zeros += [f"{kind}_total_min" for kind in ("in", "out")]
    return joined(between(rows, segments), *parts, shared).with_columns(pl.col(zeros).fill_null(0))


def _samen_of(rows: pl.DataFrame, kind: str) -> pl.DataFrame:
    minutes, clock = pl.col("seconds") / 60, minute_of_day()
    found = {
        "count": pl.len().cast(pl.Int64),
        "contacts": pl.col("contact").drop_nulls().n_unique().cast(pl.Int64),
        "first_min": clock.first(),
        "last_min": clock.last(),
    }
    if kind != "missed":
        found |= {
            "total_min": minutes.sum(),
            "mean_min": minutes.mean(),
            "longest_min": minutes.max(),
            "sd_min": minutes.std(),
        }
    return rows.group_by("at", maintain_order=True).agg(value.alias(f"{kind}_{name}") for name, value in found.items())


def between(rows: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    """Give the segments of each person from the first of these rows to the last: there, nothing means none."""
    edges = rows.group_by("person").agg(pl.col("time").min().alias("first"), pl.col("time").max().alias("last"))
    inside = (pl.col("ends") > pl.col("first")) & (pl.col("begins") <= pl.col("last"))
    return segments.join(edges, on="person").filter(inside).select("at")
