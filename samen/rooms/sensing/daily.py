"""The values of one day of a person, as they are kept: with interval, coverage, a reason where there is none, and provenance.

What a day's values are read from depends on that day alone, `REACH`: computing one day after a late hour gives the same bits
as computing everything anew.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

import polars as pl

from samen.rooms.sensing import catalogue, computing, segments, turning, zones
from samen.rooms.sensing.catalogue import GROUPS, Group
from samen.rooms.sensing.computing import Explained
from samen.rooms.sensing.features import coverage
from samen.rooms.sensing.sources import streams_of

DAY = 86_400_000  # ms
REACH = (1, 1)  # days before and after the one that is computed: episodes that cross midnight, nights
REACH_OF: Mapping[str, tuple[int, int]] = {  # where home is, and who is called most, shows over weeks
    **dict.fromkeys(("gps", "flights"), (14, 1)),
    **dict.fromkeys(("calls", "texts", "bluetooth", "wifi"), (14, 1)),
}
SILENT = "nothing_measured"
EVENTS = frozenset(
    {"screen", "calls", "texts", "apps", "keyboard", "battery", "bluetooth", "wifi"}
)  # silence of these says nothing: that the phone measured at all does
DAILY = frozenset({"steps_day", "heart_day", "sleep_night", "sleep_level"})  # one row covers the day
KEPT = pl.Schema(
    {
        "day": pl.Date,
        "feature": pl.String,
        "value": pl.Float64,
        "low": pl.Float64,
        "high": pl.Float64,
        "coverage": pl.Float64,
        "reason": pl.String,  # "" for a value that is there
        "version": pl.String,
        "parameters": pl.String,
        "input": pl.String,
    }
)
_VALUES = pl.Schema({name: kind for name, kind in KEPT.items() if name != "day"})


def values_of(
    rows: Mapping[str, pl.DataFrame],
    day: Mapping[str, Any],
    profiles: Sequence[str],
    opened: Mapping[str, int],
    ever: set[str],
) -> pl.DataFrame:
    """Give the values of one day (KEPT)."""
    laid = pl.DataFrame([day], schema=segments.SEGMENTS)
    of_day = {stream: _around(each, stream, day) for stream, each in rows.items()}
    of_day = {stream: each for stream, each in of_day.items() if each.height}
    always = (
        pl.DataFrame(  # before and after a day there is always something: `days` says what there is when it is read
            [(stream, day["person"], time) for stream in of_day for time in (zones.EARLIEST, zones.LATEST)],
            schema={"stream": pl.String, "person": pl.String, "time": pl.Int64},
            orient="row",
        )
    )
    found = [each for profile in profiles for each in computing.explained(of_day, laid, profile, {}, always)]
    measured = _measured(of_day, laid, found)
    parts = [_values(each, measured) for each in found]
    parts.append(_absent(profiles, opened, ever, {each.group.prefix or each.group.name for each in found}))
    frame = pl.concat([pl.DataFrame(schema=_VALUES), *parts]).unique("feature", keep="first", maintain_order=True)
    return frame.select(pl.lit(day["begins_local"].date()).alias("day"), pl.all()).select(KEPT.names())


def _around(rows: pl.DataFrame, stream: str, day: Mapping[str, Any]) -> pl.DataFrame:
    before, after = REACH_OF.get(stream, REACH)
    return rows.filter(pl.col("time") >= day["begins"] - before * DAY, pl.col("time") < day["ends"] + after * DAY)


def _measured(of_day: Mapping[str, pl.DataFrame], laid: pl.DataFrame, found: Sequence[Explained]) -> dict[str, float]:
    """Give for each stream, and for `any`, the share of the day's bins of ten minutes in which it has a row."""
    if not of_day:
        return {}
    of_phone = next((each for each in found if each.group.function is coverage.samen), None)
    if of_phone is not None and of_day.keys() <= set(coverage.PHONE):  # then it was computed already
        given, prefix = of_phone.features.row(0, named=True), of_phone.group.prefix
    else:
        given, prefix = coverage.samen(of_day, laid, coverage.Samen()).row(0, named=True), ""
    shares = {stream: float(given.get(f"{prefix}{stream}_bins_share") or 0) for stream in (*of_day, "any")}
    for stream in DAILY & set(of_day):
        inside = of_day[stream].filter(pl.col("time") >= laid["begins"][0], pl.col("time") < laid["ends"][0])
        shares[stream] = float(inside.height > 0)
    return shares


def _values(found: Explained, measured: Mapping[str, float]) -> pl.DataFrame:
    """Give one group's values of one day, with interval, coverage, reason and provenance."""
    group = found.group
    names = [name for name in found.features.columns if name != "at"]
    given = found.features.row(0, named=True) if found.features.height else dict.fromkeys(names)
    reasons = dict(found.missing.select("column", "reason").iter_rows())
    parameters, read = _digest(found.source["parameters"]), _digest(found.source["inputs"])
    rows = []
    for name in names:
        value = given[name]
        number = None if value is None else float(value)
        sound = number is not None and number == number and abs(number) != float("inf")
        low, high = interval(name, given) if sound else (None, None)
        share = measured.get(_measure(group, name), 0.0)
        reason = "" if sound else reasons.get(name, "too_little")
        version = feature.version if (feature := catalogue.feature_of(group.profile, name)) else ""
        rows.append((name, number if sound else None, low, high, share, reason, version, parameters, read))
    return pl.DataFrame(rows, schema=_VALUES, orient="row")


def _measure(group: Group, name: str) -> str:
    streams = streams_of(group, name)
    if any(stream in EVENTS for stream in streams) or len(streams) != 1:
        return "any"
    return streams[0]


def interval(name: str, given: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Give the interval of a feature, where its group computes one beside it: x_low_h and x_high_h, or x_most_h, of x_h."""
    stem, _, unit = name.rpartition("_")
    low, high = given.get(f"{stem}_low_{unit}"), given.get(f"{stem}_high_{unit}")
    if high is None and (most := given.get(f"{stem}_most_{unit}")) is not None:
        low, high = given[name], most  # a bound: what was hidden may all have been this
    return (None if low is None else float(low)), (None if high is None else float(high))


def _absent(profiles: Sequence[str], opened: Mapping[str, int], ever: set[str], there: set[str]) -> pl.DataFrame:
    """Give a reason for each feature of a group of which there is no row: its streams are off, or silent for long."""
    rows = []
    for group in GROUPS:
        needed = {turning.consent_for(stream) for stream in group.streams}
        if group.profile not in profiles or (group.prefix or group.name) in there:
            continue
        if (
            needed & opened.keys() and not needed & ever
        ):  # said yes to, but nothing ever came: no day has anything to say
            continue
        reason = SILENT if needed & opened.keys() else "refused"
        rows += [
            (each.column, None, None, None, 0.0, reason, each.version, _digest({}), _digest({}))
            for each in catalogue.features_of(group)
            if "{" not in each.column
        ]
    return pl.DataFrame(rows, schema=_VALUES, orient="row")


def _digest(what: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(what, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()
