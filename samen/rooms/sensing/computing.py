"""From tables to features: the same for files, for the service and for the demo."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any

import polars as pl

from samen.rooms.sensing import participants, segments, silence, streams, zones
from samen.rooms.sensing.catalogue import GROUPS, Group, group_of
from samen.rooms.sensing.participants import Roster
from samen.rooms.sensing.reading.receipt import Read, summed
from samen.rooms.sensing.settings import filled

SEGMENT = ("person", "segment", "segment_start", "segment_end")  # what each row of a table of features is about
SHOWN = "%Y-%m-%d %H:%M:%S"
KEEPS_EMPTY = ("samen", "forest")  # these say "nothing" about a segment without rows; rapids leaves it out


@dataclass(frozen=True)
class Ready:
    """Tables that carry `local`, sorted by person and time; when each device was seen; the spans of each person's clock."""

    read: Read
    seen: pl.DataFrame
    spans: pl.DataFrame

    @property
    def tables(self) -> Mapping[str, pl.DataFrame]:
        """Give the tables by stream."""
        return self.read.tables


@dataclass(frozen=True)
class Study:
    """What a study wants computed, and how."""

    profile: str
    plan: segments.Plan = segments.DAILY
    roster: Roster | None = None
    changes: pl.DataFrame | None = None  # of zones
    zone: str = "UTC"  # of devices that no file of zones names
    given: Mapping[str, Any] = field(default_factory=dict)  # settings


@dataclass(frozen=True)
class Part:
    """What came of some of a study's people: features, the account, and when asked why values are missing and their sources."""

    features: pl.DataFrame
    account: Read  # without its tables
    missing: pl.DataFrame
    sources: Sequence[Mapping[str, Any]]
    silent: pl.DataFrame = field(
        default_factory=pl.DataFrame
    )  # SEGMENT, group, reason: in which nothing of a group came


def part_of(read: Read, study: Study, *, explained: bool, told: Callable[[str], None] = lambda name: None) -> Part:
    """Compute the features of what was read; people do not touch each other, so that a study can go through in parts."""
    ready = made_ready(read, roster=study.roster, changes=study.changes, zone=study.zone)
    laid = segments.laid_out(study.plan, ready.seen, ready.spans)
    by_group = _by_group(ready.tables, laid, study.profile, study.given, GROUPS, told)
    features = _table(laid, by_group, study.profile)
    account = Read({}, ready.read.quarantine, ready.read.counts)
    if not explained:
        return Part(features, account, _NOTHING, ())
    missing = _why_missing(ready.tables, laid, by_group)
    sources = provenance(ready.tables, study.profile, study.given)
    return Part(features, account, missing, sources, _silent(ready.tables, laid, by_group))


def all_parts(parts: Sequence[Part], profile: str) -> Part:
    """Put the parts of a study together, by person and segment. Columns that only other parts have get their reasons too."""
    features = pl.concat([part.features for part in parts], how="diagonal_relaxed")
    groups = {name: found.name for name in features.columns if (found := group_of(profile, name)) is not None}
    missing = [_with_absent(part, groups) for part in parts if part.missing.width]
    return Part(
        features.sort("person", "segment_start", "segment", maintain_order=True),
        summed([part.account for part in parts]),
        pl.concat(missing) if missing else _NOTHING,
        [source for part in parts for source in part.sources],
    )


def _with_absent(part: Part, groups: Mapping[str, str]) -> pl.DataFrame:
    """Give why a part's values are not there, and those of the columns that it does not have at all."""
    own = {source["group"] for source in part.sources}
    absent = [(name, group) for name, group in groups.items() if name not in part.features.columns]
    names = pl.DataFrame(absent, schema={"column": pl.String, "group": pl.String}, orient="row")
    laid = pl.concat([each.select(SEGMENT) for each in (part.features, part.missing, part.silent)])
    rest = (
        laid.unique(maintain_order=True)
        .join(names, how="cross", maintain_order="left")
        .join(part.silent, on=[*SEGMENT, "group"], how="left", maintain_order="left")
    )
    why = pl.when(pl.col("group").is_in(own)).then(pl.col("reason").fill_null("too_little")).otherwise(pl.lit("never"))
    return pl.concat([part.missing, rest.with_columns(why.alias("reason")).select(part.missing.columns)])


def made_ready(read: Read, *, roster: Roster | None, changes: pl.DataFrame | None, zone: str = "UTC") -> Ready:
    """Say whose each row is, when it was on their clock, and leave out what lies outside of their time in the study."""
    if roster is not None:
        read = participants.assigned(read, roster)
    changes = pl.DataFrame(schema=zones.CHANGES) if changes is None else changes
    seen = seen_in(read.tables.values())
    spans = zones.spans(seen, changes, zone)
    tables = {
        stream: _in_utc(rows, spans) if stream in read.on_wall_clock else rows for stream, rows in read.tables.items()
    }
    tables = {stream: zones.localised(rows, spans) for stream, rows in tables.items()}
    is_same = roster is None and not read.on_wall_clock  # then no row moved or was left out
    read = Read(tables, read.quarantine, read.counts)
    if roster is not None:
        read = participants.within_period(read, roster)
    return Ready(read, seen if is_same else seen_in(read.tables.values()), spans)


def _in_utc(rows: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    columns = ("time", "ends") if "ends" in rows.columns else ("time",)
    return streams.in_order(zones.from_wall_clock(rows, spans, *columns))


def seen_in(tables: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Give person, device, first, last (ms UTC): the first and last row of each device in any table.

    Takes: tables sorted by person and time, so that only the ends of each run of one device are looked at.
    """
    edges = [
        _runs(rows).group_by("person", "device").agg(pl.col("first").min(), pl.col("last").max()) for rows in tables
    ]
    kinds = {"person": pl.String, "device": pl.String, "first": pl.Int64, "last": pl.Int64}
    both = pl.concat([pl.DataFrame(schema=kinds), *edges])
    return both.group_by("person", "device").agg(pl.col("first").min(), pl.col("last").max()).sort("person", "device")


def _starts(people: pl.Series, devices: pl.Series) -> list[int]:
    """Give where the runs of rows of one device begin. Takes: people in order; most have one device, which one look tells."""
    starts, low = list[int](), 0
    while low < len(people):
        high = streams.end_of_run(people, low)
        of = devices[low:high]
        if of.null_count() == 0 and (of == of[0]).all():
            starts.append(low)
        else:
            changes = of.ne_missing(of.shift())
            changes[0] = True
            starts += [low + at for at in changes.arg_true()]
        low = high
    return starts


def _runs(rows: pl.DataFrame) -> pl.DataFrame:
    """Give person, device, first, last of each run of rows of one device; a table of episodes reaches to their ends."""
    if "ends" in rows.columns or "seconds" in rows.columns:
        ends = pl.col("ends") if "ends" in rows.columns else pl.col("time") + (pl.col("seconds") * 1000).cast(pl.Int64)
        until = pl.max_horizontal("time", ends - 1)  # an end is exclusive: at midnight the next day is not reached
        return rows.select("person", "device", pl.col("time").alias("first"), until.alias("last"))
    starts = pl.Series(_starts(rows["person"], rows["device"]), dtype=pl.UInt32)
    stops = starts.shift(-1, fill_value=rows.height) - 1
    return (
        rows[starts]
        .select("person", "device", pl.col("time").alias("first"))
        .with_columns(rows["time"][stops].alias("last"))
    )


def compute(
    tables: Mapping[str, pl.DataFrame],
    laid: pl.DataFrame,
    profile: str,
    given: Mapping[str, Any],
    *,
    groups: Sequence[Group] = GROUPS,
    told: Callable[[str], None] = lambda name: None,
) -> pl.DataFrame:
    """Compute a profile's features.

    Takes: tables that carry `local`; laid as `segments.laid_out` gives it; given as `settings.settings_of` gives it.
    Gives: person, segment, segment_start, segment_end (wall clock as text, the last second included), then one column for
           each feature of each group whose streams are there. No value is null.
    """
    return _table(laid, _by_group(tables, laid, profile, given, groups, told), profile)


def _table(laid: pl.DataFrame, by_group: Sequence[tuple[Group, pl.DataFrame]], profile: str) -> pl.DataFrame:
    """Put the features of all groups side by side; rapids has a segment only where a group has."""
    found = [features for _, features in by_group]
    keys = laid if profile in KEEPS_EMPTY else laid.join(_any(found), on="at", how="semi", maintain_order="left")
    return _shown(laid, segments.joined(keys, *found))


def _by_group(
    tables: Mapping[str, pl.DataFrame],
    laid: pl.DataFrame,
    profile: str,
    given: Mapping[str, Any],
    groups: Sequence[Group],
    told: Callable[[str], None],
) -> list[tuple[Group, pl.DataFrame]]:
    """Give each group's features under their full names, for the groups of the profile whose streams are there."""
    found = []
    for group in groups:
        if group.profile == profile and any(tables.get(stream, _NOTHING).height for stream in group.streams):
            told(group.name)
            features = group.function(rows_for(group, tables), laid, filled(group.settings, given))
            names = {name: group.prefix + name for name in features.columns if name != "at"}
            found.append((group, features.rename(names)))
    return found


_NOTHING = pl.DataFrame()


def rows_for(group: Group, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame | Mapping[str, pl.DataFrame]:
    """Give a group what it reads: one table, or several one after another with their names in `stream`, or apart."""
    if group.apart:
        return {stream: tables[stream] for stream in group.streams if tables.get(stream, _NOTHING).height}
    if len(group.streams) == 1:
        return tables[group.streams[0]]
    names = ["person", "time", "device", "local", *group.columns]
    parts = [
        _narrowed(tables.get(stream, streams.empty(stream)), names).with_columns(pl.lit(stream).alias("stream"))
        for stream in group.streams  # one without rows brings its columns
    ]
    return streams.in_order(pl.concat(parts, how="diagonal"))


def _narrowed(rows: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    return rows.select([name for name in names if name in rows.columns])


def _any(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema={"at": pl.UInt32}), *(each.select("at") for each in found)]).unique()


def _shown(laid: pl.DataFrame, features: pl.DataFrame) -> pl.DataFrame:
    last = (pl.col("ends_local").dt.offset_by("-1ms")).dt.strftime(SHOWN)
    named = laid.select(
        "at",
        "person",
        "segment",
        pl.col("begins_local").dt.strftime(SHOWN).alias("segment_start"),
        last.alias("segment_end"),
    )
    return named.join(features, on="at", how="inner", maintain_order="left").drop("at")


def why_missing(
    tables: Mapping[str, pl.DataFrame], laid: pl.DataFrame, profile: str, given: Mapping[str, Any]
) -> pl.DataFrame:
    """Give person, segment, segment_start, segment_end, column, reason: why each value that is not there is not there."""
    return _why_missing(tables, laid, _by_group(tables, laid, profile, given, GROUPS, lambda name: None))


def _why_missing(
    tables: Mapping[str, pl.DataFrame], laid: pl.DataFrame, by_group: Sequence[tuple[Group, pl.DataFrame]]
) -> pl.DataFrame:
    battery = tables.get("battery", streams.empty("battery"))
    parts = [silence.reasons(_moments(group, tables), battery, features, laid) for group, features in by_group]
    return _shown(laid, silence.together(parts))


def _silent(
    tables: Mapping[str, pl.DataFrame], laid: pl.DataFrame, by_group: Sequence[tuple[Group, pl.DataFrame]]
) -> pl.DataFrame:
    """Give the segments in which nothing of a group came, and why."""
    battery = tables.get("battery", streams.empty("battery"))
    parts = [
        silence.of_segments(_moments(group, tables), battery, laid).with_columns(pl.lit(group.name).alias("group"))
        for group, _ in by_group
    ]
    empty = pl.DataFrame(schema={"at": pl.UInt32, "reason": pl.String, "group": pl.String})
    return _shown(laid, pl.concat([empty, *parts]))


@dataclass(frozen=True)
class Explained:
    """One group's features: values by `at` under their full names, why some are not there, and where they come from."""

    group: Group
    features: pl.DataFrame
    missing: pl.DataFrame  # at, column, reason
    source: Mapping[str, Any]


def explained(
    tables: Mapping[str, pl.DataFrame], laid: pl.DataFrame, profile: str, given: Mapping[str, Any], known: pl.DataFrame
) -> list[Explained]:
    """Compute a profile's features with the reasons of what is not there and their provenance.

    Takes: as `compute`; known: stream, person, time of rows that lie outside of the tables, such as each stream's first and last.
    """
    battery = tables.get("battery", streams.empty("battery"))
    sources = {source["prefix"]: source for source in provenance(tables, profile, given)}
    found = []
    for group, features in _by_group(tables, laid, profile, given, GROUPS, lambda name: None):
        beyond = known.filter(pl.col("stream").is_in(group.streams)).select("person", "time")
        moments = pl.concat([_moments(group, tables), beyond])
        missing = silence.reasons(moments, battery, features, laid)
        found.append(Explained(group, features, missing, sources[group.prefix]))
    return found


def _moments(group: Group, tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    kept = [tables[stream].select("person", "time") for stream in group.streams if tables.get(stream, _NOTHING).height]
    return pl.concat(kept)


def provenance(tables: Mapping[str, pl.DataFrame], profile: str, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Say for each group of a profile what its values come from: parameters, streams, range of time, rows and a hash."""
    inputs = {stream: _fingerprint(rows) for stream, rows in tables.items() if rows.height}
    return [
        {
            "group": group.name,
            "prefix": group.prefix,
            "parameters": asdict(filled(group.settings, given)),
            "inputs": {stream: inputs[stream] for stream in group.streams if stream in inputs},
        }
        for group in GROUPS
        if group.profile == profile and any(stream in inputs for stream in group.streams)
    ]


def _fingerprint(rows: pl.DataFrame) -> dict[str, Any]:
    """Give number, range of time and a hash of rows; the same rows have the same hash on every machine."""
    digest = blake2b(digest_size=16)
    for name in rows.columns:
        column = rows[name]
        if column.dtype == pl.String:
            words = column.drop_nulls().unique().sort()
            digest.update("\0".join(words).encode())
            column = (
                column.cast(pl.Enum(words)) if len(words) > 1 or column.null_count() else _alike(words, rows.height)
            )
        digest.update(f"\0{name}\0".encode())
        digest.update(column.is_null().to_numpy().tobytes() if column.null_count() else bytes(rows.height))
        numbers = column.cast(pl.UInt8) if column.dtype == pl.Boolean else column.to_physical()
        digest.update((numbers.fill_null(0) if column.null_count() else numbers).to_numpy().tobytes())
    first, last = rows.select(pl.col("time").min().alias("first"), pl.col("time").max().alias("last")).row(0)
    return {"rows": rows.height, "first": first, "last": last, "blake2b": digest.hexdigest()}


def _alike(words: pl.Series, n: int) -> pl.Series:
    """Give a column that says one word n times, which is made quicker than looked up row by row."""
    return pl.Series([words[0]], dtype=pl.Enum(words)).new_from_index(0, n)
