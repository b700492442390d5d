"""Apps in the foreground: how often, how long, when, and how spread over apps."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar

import polars as pl

from samen.rooms.sensing import streams
from samen.rooms.sensing.features.contacts import entropy, minute_of_day
from samen.rooms.sensing.segments import cut, joined, within

STREAMS = ("apps", "screen")
MINUTE = 60_000  # ms
KINDS = Path(__file__).parent.parent / "content" / "kinds" / "apps.toml"
NONE = pl.DataFrame(schema={"at": pl.UInt32})


@dataclass(frozen=True)
class Rapids:
    """Parameters of RAPIDS' provider, under their own names; a custom category is a text `name: package package`."""

    TABLE: ClassVar[str] = "phone_applications_foreground.rapids"

    include_episode_features: bool = True
    single_categories: tuple[str, ...] = ("all",)  # of these RAPIDS' `all`; genres need a catalogue of the study's own
    custom_categories: tuple[str, ...] = ()
    single_apps: tuple[str, ...] = ("top1global",)
    excluded_apps: tuple[str, ...] = ("com.fitbit.FitbitMobile", "com.aware.plugin.upmc.cancer")


@dataclass(frozen=True)
class Samen:
    """Parameters of our own features."""

    TABLE: ClassVar[str] = "samen.apps"

    longest_min: float = 360.0  # minutes: what stays in front longer lacks its end, and is left out


def rapids(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Rapids) -> pl.DataFrame:
    """Apps as RAPIDS has them: by single app, category of the study's own, or all together.

    Takes:  apps, and screen for where episodes end, by person and time, with local.
    Gives:  at, and for `all`, each custom category and each single app: countevent, timeoffirstuse and timeoflastuse (whole
            minutes after midnight), frequencyentropy (nats; not for a single app); with episodes, which end with the next app
            or when the screen goes dark, and are cut at borders: countepisode, min-, max-, mean- and sumduration (minutes).
            top1global is the app with the most rows (for episodes: the most episodes) in all of the person's data.
    Source: RAPIDS, phone applications foreground, provider RAPIDS; facts sheet, part 7.
    """
    rows = tables.get("apps", streams.empty("apps"))
    if rows.is_empty():
        return NONE
    is_out = pl.col("package").is_in(list(settings.excluded_apps)).fill_null(False)
    events = rows.filter(~is_out)
    episodes = _episodes(rows, tables.get("screen"), ("off",)).filter(~is_out)
    inside, pieces = within(_with_top(events), segments), _in_pieces(_with_top(episodes), segments)
    parts = []
    for name, chosen in _chosen(settings).items():
        clock = minute_of_day()
        counted = {
            "countevent": pl.len().cast(pl.Int64),
            "timeoffirstuse": clock.first(),
            "timeoflastuse": clock.last(),
        }
        if name in settings.single_categories or name in _custom(settings):
            counted["frequencyentropy"] = entropy(pl.col("package").unique_counts())
        of_events = inside.filter(chosen).group_by("at", maintain_order=True)
        parts.append(of_events.agg(value.alias(f"{each}{name}") for each, value in counted.items()))
        if settings.include_episode_features:
            parts.append(_lasting(pieces.filter(chosen), name))
    keys = pl.concat([inside.select("at"), pieces.select("at")])
    found = joined(keys, *parts)
    zeros = [each for each in found.columns if each.startswith(("countevent", "countepisode"))]
    return found.with_columns(pl.col(zeros).fill_null(0))


def _custom(settings: Rapids) -> dict[str, list[str]]:
    pairs = [text.partition(":") for text in settings.custom_categories]
    return {name.strip(): packages.split() for name, _, packages in pairs}


def _chosen(settings: Rapids) -> dict[str, pl.Expr]:
    """Give which rows belong to each name that columns end in."""
    found = {"all": pl.lit(True)} if "all" in settings.single_categories else {}
    found |= {name: pl.col("package").is_in(packages) for name, packages in _custom(settings).items()}
    for app in settings.single_apps:
        name = app.replace(".", "")
        found[name] = pl.col("is_top") if app == "top1global" else pl.col("package") == app
    return found


def _with_top(rows: pl.DataFrame) -> pl.DataFrame:
    """Add whether a row is of the app that its person has most rows of; of several the first by name."""
    tops = (
        rows.group_by("person", "package")
        .len("n")
        .sort("person", "n", "package", descending=[False, True, False])
        .unique("person", keep="first", maintain_order=True)
        .select("person", pl.col("package").alias("top"))
    )
    joint = rows.join(tops, on="person", how="left", maintain_order="left")
    return joint.with_columns((pl.col("package") == pl.col("top")).fill_null(False).alias("is_top")).drop("top")


def _episodes(rows: pl.DataFrame, screen: pl.DataFrame | None, dark: tuple[str, ...]) -> pl.DataFrame:
    """Give person, begins, ends (ms UTC), package: from an app to the next one, or to a dark screen of the same device."""
    apps = rows.select("person", "device", "time", "package", pl.lit(True).alias("is_app"))
    if screen is not None:
        ends = screen.filter(pl.col("event").is_in(list(dark)))
        ends = ends.select("person", "device", "time", pl.lit(None, pl.String).alias("package"), is_app=pl.lit(False))
        apps = pl.concat([apps, ends])
    same = (pl.col("person") == pl.col("person").shift(-1)) & (pl.col("device") == pl.col("device").shift(-1))
    return (
        apps.sort("person", "device", "time", "is_app", maintain_order=True)  # dark first, where both say one moment
        .with_columns(pl.when(same).then(pl.col("time").shift(-1)).alias("ends"))
        .filter("is_app")
        .drop_nulls("ends")
        .select("person", pl.col("time").alias("begins"), "ends", "package")
    )


def _in_pieces(episodes: pl.DataFrame, segments: pl.DataFrame) -> pl.DataFrame:
    minutes = (pl.col("ends") - pl.col("begins")) / MINUTE
    return cut(episodes, segments).sort("at", "begins").with_columns(minutes.alias("minutes"))


def _lasting(pieces: pl.DataFrame, name: str) -> pl.DataFrame:
    minutes = pl.col("minutes")
    return pieces.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias(f"countepisode{name}"),
        minutes.min().alias(f"minduration{name}"),
        minutes.max().alias(f"maxduration{name}"),
        minutes.mean().alias(f"meanduration{name}"),
        minutes.sum().alias(f"sumduration{name}"),
    )


@cache
def kinds() -> dict[str, str]:
    """Give the kind of each app that we know: package -> kind."""
    found = tomllib.loads(KINDS.read_text(encoding="utf-8"))
    return {package: kind for kind, packages in found.items() if isinstance(packages, list) for package in packages}


def samen(tables: Mapping[str, pl.DataFrame], segments: pl.DataFrame, settings: Samen) -> pl.DataFrame:
    """Apps in front, apart from the system's own: all together and by kind.

    An app is in front until the next one or until the screen goes dark or locks. A use counts where it began, time is cut at
    borders. An app that nobody gave a kind is of the kind `other`.

    Takes:  apps, and screen for where they end, by person and time, with local.
    Gives:  at, use_count, apps_count, total_min, first_min and last_min (minutes after midnight), entropy_nats (over uses by app),
            top_share (of uses, 0 to 1), and for each kind that the data hold {kind}_count and {kind}_min.
    Source: own definition; kinds: content/kinds/apps.toml.
    """
    rows = tables.get("apps", streams.empty("apps")).filter(~pl.col("is_system").fill_null(False))
    if rows.is_empty():
        return NONE
    kind = pl.col("package").replace_strict(kinds(), default="other", return_dtype=pl.String)
    inside = within(rows.with_columns(kind.alias("kind")), segments)
    episodes = _episodes(tables["apps"], tables.get("screen"), ("off", "locked"))
    is_system = tables["apps"].filter("is_system").select("package").unique()
    episodes = episodes.join(is_system, on="package", how="anti", maintain_order="left")
    short = pl.col("ends") - pl.col("begins") <= settings.longest_min * MINUTE
    pieces = _in_pieces(episodes.filter(short).with_columns(kind.alias("kind")), segments)
    uses = pl.col("package").unique_counts()
    of_uses = inside.group_by("at", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("use_count"),
        pl.col("package").n_unique().cast(pl.Int64).alias("apps_count"),
        minute_of_day().first().alias("first_min"),
        minute_of_day().last().alias("last_min"),
        entropy(uses.sort()).alias("entropy_nats"),
        (uses.max() / uses.sum()).alias("top_share"),
    )
    total = pieces.group_by("at", maintain_order=True).agg(pl.col("minutes").sum().alias("total_min"))
    parts = []
    for each in sorted(set(inside["kind"]) | set(pieces["kind"])):
        mine = pl.col("kind") == each
        parts.append(inside.filter(mine).group_by("at").agg(pl.len().cast(pl.Int64).alias(f"{each}_count")))
        lasted = pieces.filter(mine).group_by("at", maintain_order=True)
        parts.append(lasted.agg(pl.col("minutes").sum().alias(f"{each}_min")))
    found = joined(pl.concat([inside.select("at"), pieces.select("at")]), of_uses, total, *parts)
    counts = [name for name in found.columns if name.endswith("_count")]
    minutes = [name for name in found.columns if name.endswith("_min") and name not in ("first_min", "last_min")]
    is_timed = pl.col("total_min").is_not_null()  # where no end of any use is known, minutes are not 0 but unknown
    return found.with_columns(pl.col(counts).fill_null(0), pl.when(is_timed).then(pl.col(minutes).fill_null(0)))
