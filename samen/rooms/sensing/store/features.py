"""A person's features by day: computed from the days that are needed, kept, and read under the person's own consents.

What a day's values are read from depends on that day alone, `REACH`: computing one day after a late hour gives the same bits
as computing everything anew.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import Any

import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Category, Permit, Purpose
from samen.rooms.sensing import catalogue, computing, kinds, segments, turning, zones
from samen.rooms.sensing.catalogue import GROUPS, Group
from samen.rooms.sensing.computing import Explained
from samen.rooms.sensing.features import coverage
from samen.rooms.sensing.kinds import SPACE
from samen.rooms.sensing.models.features import Clock, Due, Value
from samen.rooms.sensing.models.way_in import Participant, Tally
from samen.rooms.sensing.store import studies, tables

DAY = 86_400_000  # ms
REACH = (1, 1)  # days before and after the one that is computed: episodes that cross midnight, nights
REACH_OF: Mapping[str, tuple[int, int]] = {  # where home is, and who is called most, shows over weeks
    **dict.fromkeys(("gps", "flights"), (14, 1)),
    **dict.fromkeys(("calls", "texts", "bluetooth", "wifi"), (14, 1)),
}
SILENT = "nothing_measured"
LONGEST_RUN = 62  # days that are computed together
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
FIELDS = ("value", "low", "high", "coverage", "reason", "version", "parameters", "input", "at")
OWNERS = (Ground.OWN, Ground.PORTABILITY)
DAYS_AT_ONCE = 3  # of which rows are held in memory


# --- reading ---------------------------------------------------------------------------------------------------------


def days(grant: Allowed | Permit, since: date, until: date, names: Sequence[str] = ()) -> tuple[Value, ...]:
    """Give a person's values of days, since <= day < until, by day and name; of some features, or of all that may be read.

    The person reads what is theirs. Somebody else reads what the person lets streams be read for: care. A permit reads the
    categories that it names. Raises: NotAllowed, NotPermitted.
    """
    participant = _participant(grant)
    if participant is None:
        return ()
    rows = Value.objects.filter(participant=participant, day__gte=since, day__lt=until).order_by("day", "feature")
    found = list(rows.filter(feature__in=names) if names else rows)
    may = _readable(grant, participant, {row.feature for row in found}, named=bool(names))
    edges = _edges(participant)
    for row in found:
        if row.reason == SILENT:
            row.reason = _silence(row, edges)
    return tuple(row for row in found if row.feature in may)


def _edges(participant: Participant) -> dict[str, tuple[date, date]]:
    """Give the first and last day of each stream of a person, as far as it ever came."""
    return {
        row.stream: (_day(row.oldest), _day(row.newest))
        for row in Tally.objects.filter(participant=participant)
        if row.newest is not None and row.oldest is not None
    }


def _day(time: int) -> date:
    return datetime.fromtimestamp(time / 1000, UTC).date()


def _silence(row: Value, edges: Mapping[str, tuple[date, date]]) -> str:
    """Say of a day without a row whether anything came before or after: as it is now, so that no day need be computed anew."""
    own = [edges[stream] for stream in consents_of(row.feature) if stream in edges]
    if not own:
        return "never"
    if row.day < min(first for first, _ in own):
        return "not_yet"
    return "no_more" if row.day > max(last for _, last in own) else SILENT


def _participant(grant: Allowed | Permit) -> Participant | None:
    if isinstance(grant, Allowed):
        grant.require(grant.scope)
    return Participant.objects.filter(person=grant.person).first() if grant.person else None


def _readable(grant: Allowed | Permit, participant: Participant, names: set[str], *, named: bool) -> set[str]:
    """Give which of these features may be read under a grant."""
    if isinstance(grant, Permit):
        of_names = {name: categories_of(name) for name in names}
        may = {name for name, needed in of_names.items() if named or needed <= grant.categories}
        for category in {each for name in may for each in of_names[name]}:
            rights.require(
                grant, category, participant.person_id
            )  # what was asked for by name is not left out in silence
        return may
    grant.require(grant.scope, participant.person_id)
    if grant.ground in OWNERS:
        return names
    opened = open_for(participant, Purpose.CARE, timezone.now())
    return {name for name in names if consents_of(name) <= opened.keys()}


def group_of(feature: str) -> Group | None:
    """Give the group of a feature; None for one that no group computes."""
    found = [group for group in GROUPS if group.prefix and feature.startswith(group.prefix)]
    if found:
        return max(found, key=lambda group: len(group.prefix))
    plain = [group for group in GROUPS if not group.prefix]
    own = {name: catalogue.feature_of(group.profile, feature) for group in plain for name in [group.name]}
    return next((group for group in plain if (each := own[group.name]) is not None and each.group == group.name), None)


def consents_of(feature: str) -> frozenset[str]:
    """Give the streams whose yes a feature needs; one of coverage tells of its own stream alone."""
    group = group_of(feature)
    if group is None:
        return frozenset()
    streams = _streams(group, feature)
    return frozenset(turning.consent_for(stream) for stream in streams)


def _streams(group: Group, feature: str) -> Sequence[str]:
    """Give the streams that a feature tells of; how much was measured at all (`any`) tells of none."""
    if group.function is coverage.samen:
        plain = feature.removeprefix(group.prefix)
        return [stream for stream in group.streams if plain.startswith(f"{stream}_")]
    return group.streams


def categories_of(feature: str) -> frozenset[Category]:
    """Give the categories of data that a feature is read from."""
    return frozenset(kinds.CATEGORIES[stream] for stream in consents_of(feature) if stream in kinds.CATEGORIES)


# --- computing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """Local days of a person: laid out, in order, each with its edges in ms UTC; and the spans of their clock."""

    laid: pl.DataFrame
    spans: pl.DataFrame

    @property
    def days(self) -> list[dict[str, Any]]:
        """Give the days as rows of segments."""
        return list(self.laid.iter_rows(named=True))


def refresh(
    participant: Participant,
    since_ms: int,
    until_ms: int,
    *,
    at: datetime | None = None,
    wide: bool = False,
    near: bool = False,
) -> int:
    """Compute anew the days that rows of since_ms <= time < until_ms touch, and keep them; gives how many days.

    The days of the rows themselves come first, then those whose values reach back or ahead to them, unless `near`. `wide` for
    rows that went: then nothing tells which streams they were of.
    """
    now = at or timezone.now()
    opened = open_for(participant, Purpose.SELF_UNDERSTANDING, now)
    access = people.machine(participant.person_id, Ground.PORTABILITY, Scope.RIGHTS)
    touched = _laid(participant, since_ms, until_ms - 1).days
    came: set[str] = set(turning.streams.STREAMS) if wide else set()
    done = _keep_days(access, participant, touched, opened, now, (since_ms, until_ms), came)
    if near or not came:
        return done
    before = max((REACH_OF.get(stream, REACH)[0] for stream in came), default=0)
    after = max((REACH_OF.get(stream, REACH)[1] for stream in came), default=0)
    until = min(until_ms + before * DAY, _ends(participant))
    around = _laid(participant, since_ms - after * DAY, max(until, until_ms) - 1).days
    mine = {day["begins"] for day in touched}
    others = [day for day in around if day["begins"] not in mine]
    return done + _keep_days(access, participant, others, opened, now, (since_ms, until_ms), came)


def _keep_days(
    access: Allowed,
    participant: Participant,
    wanted: Sequence[Mapping[str, Any]],
    opened: Mapping[str, int],
    now: datetime,
    new: tuple[int, int],
    came: set[str],
) -> int:
    """Compute and keep days, a few at a time; adds to `came` the streams that have rows in the time that is new."""
    profiles = sorted({"samen", *(study.profile for study in studies.studies_of(participant))})
    ever = {row.stream for row in Tally.objects.filter(participant=participant).exclude(newest=None)}
    for at in range(0, len(wanted), DAYS_AT_ONCE):
        few = wanted[at : at + DAYS_AT_ONCE]
        rows = _rows(access, participant, few, opened)
        came |= {stream for stream, each in rows.items() if each["time"].is_between(new[0], new[1] - 1).any()}
        for day in few:
            frame = _values_of(rows, day, profiles, opened, ever)
            _replace(participant, day["begins_local"].date(), frame, opened, at=now)
    return len(wanted)


def _ends(participant: Participant) -> int:
    """Give the time after the newest row of a person: later days have nothing to be computed from."""
    newest = Tally.objects.filter(participant=participant).exclude(newest=None).order_by("-newest").first()
    return int(newest.newest or 0) + 1 if newest else 0


def _laid(participant: Participant, first: int, last: int) -> Span:
    key = participant.key
    clocks = list(Clock.objects.filter(participant=participant).order_by("device", "begins"))
    devices = sorted({each.device for each in clocks}) or [""]
    edges = {
        "first": zones.EARLIEST,
        "last": zones.LATEST,
    }  # which zone holds when does not hang on the rows that are read
    seen = pl.DataFrame(
        [{"person": key, "device": device, **edges} for device in devices],
        schema={"person": pl.String, "device": pl.String, "first": pl.Int64, "last": pl.Int64},
    )
    changes = pl.DataFrame(
        [{"device": each.device, "zone": each.zone, "begins": each.begins} for each in clocks], schema=zones.CHANGES
    )
    spans = zones.spans(seen, changes, settings.TIME_ZONE)
    asked = seen.head(1).with_columns(pl.lit(first).alias("first"), pl.lit(max(first, last)).alias("last"))
    return Span(segments.laid_out(segments.DAILY, asked, spans), spans)


def in_local_time(grant: Allowed | Permit, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `local` to a person's rows of one stream: what the clock of their own device showed. Takes: rows by time, at least one."""
    participant = _participant(grant)
    if participant is None:
        raise NotAllowed("There are no measurements of this person here.")
    return zones.localised(rows, _laid(participant, rows["time"][0], rows["time"][-1]).spans)


def _rows(
    access: Allowed, participant: Participant, few: Sequence[Mapping[str, Any]], opened: Mapping[str, int]
) -> dict[str, pl.DataFrame]:
    """Give the rows of some days that follow each other, and of weeks around them what reaches so far, with `local`."""
    first, last = min(each["begins"] for each in few), max(each["ends"] for each in few)
    rows: dict[str, pl.DataFrame] = {}
    for reach in {REACH, *REACH_OF.values()}:
        far = [stream for stream in turning.streams.STREAMS if REACH_OF.get(stream, REACH) == reach]
        edges = first - reach[0] * DAY, last + reach[1] * DAY
        rows |= tables.between(access, participant, opened, *edges, only=far)
    spans = _laid(participant, first, last).spans
    return {stream: zones.localised(each, spans) for stream, each in rows.items()}


def _values_of(
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
    measured = _measured(of_day, laid)
    parts = [_values(each, measured) for each in found]
    parts.append(_absent(profiles, opened, ever, {each.group.prefix or each.group.name for each in found}))
    frame = pl.concat([pl.DataFrame(schema=_VALUES), *parts]).unique("feature", keep="first", maintain_order=True)
    return frame.select(pl.lit(day["begins_local"].date()).alias("day"), pl.all()).select(KEPT.names())


_VALUES = pl.Schema({name: kind for name, kind in KEPT.items() if name != "day"})


def _around(rows: pl.DataFrame, stream: str, day: Mapping[str, Any]) -> pl.DataFrame:
    before, after = REACH_OF.get(stream, REACH)
    return rows.filter(pl.col("time") >= day["begins"] - before * DAY, pl.col("time") < day["ends"] + after * DAY)


def _measured(of_day: Mapping[str, pl.DataFrame], laid: pl.DataFrame) -> dict[str, float]:
    """Give for each stream, and for `any`, the share of the day's bins of ten minutes in which it has a row."""
    if not of_day:
        return {}
    found = coverage.samen(of_day, laid, coverage.Samen()).row(0, named=True)
    shares = {stream: float(found.get(f"{stream}_bins_share") or 0) for stream in (*of_day, "any")}
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
    streams = _streams(group, name)
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
            for each in catalogue.defined(group.profile)
            if each.group == group.name and "{" not in each.column
        ]
    return pl.DataFrame(rows, schema=_VALUES, orient="row")


def _digest(what: Mapping[str, Any]) -> str:
    return blake2b(json.dumps(what, sort_keys=True, default=str).encode(), digest_size=16).hexdigest()


def open_for(participant: Participant, purpose: Purpose, now: datetime) -> dict[str, int]:
    """Give the streams that a person says yes to for a purpose, and from when on (ms)."""
    said = rights.open_streams(participant.person_id, now, lock=False)
    return {
        subject.removeprefix(SPACE): int(since.timestamp() * 1000)
        for subject, uses in said.items()
        for use, since in uses.items()
        if use.purpose is purpose
    }


# --- keeping ---------------------------------------------------------------------------------------------------------


def keep(participant: Participant, frame: pl.DataFrame, *, at: datetime | None = None) -> int:
    """Keep values (KEPT; low, high, coverage, version, parameters and input may be left out); gives how many.

    A value that was kept for the same day and feature is replaced.
    """
    now = at or timezone.now()
    empty = {"reason": "", "version": "", "parameters": "", "input": ""}
    rows = []
    for each in frame.iter_rows(named=True):
        full = {**dict.fromkeys(("value", "low", "high", "coverage")), **empty, **each}
        rows.append(Value(participant=participant, at=now, **{name: full[name] for name in KEPT}))
    Value.objects.bulk_create(
        rows,
        update_conflicts=True,
        update_fields=FIELDS,
        unique_fields=["participant", "day", "feature"],
        batch_size=500,
    )
    return len(rows)


def _replace(
    participant: Participant, day: date, frame: pl.DataFrame, opened: Mapping[str, int], *, at: datetime
) -> None:
    """Keep a day's values and let go of those that are no longer computed; what was read before a no stays the person's."""
    with transaction.atomic():
        mine = Value.objects.filter(participant=participant, day=day)
        before = dict(mine.values_list("feature", "reason"))
        needs = {name: consents_of(name) for name, reason in before.items() if not reason}
        stays = {name for name, needed in needs.items() if needed and not needed & opened.keys()}
        frame = frame.filter(~pl.col("feature").is_in(sorted(stays))) if stays else frame
        gone = {name for name in before if group_of(name) is not None} - set(frame["feature"]) - stays
        mine.filter(feature__in=sorted(gone)).delete()
        keep(participant, frame, at=at)


def refresh_due(*, at: datetime, seconds: float = 20.0) -> int:
    """Compute the days that wait, oldest first, for so long; what is left waits for the next time. Gives how many days."""
    begun, n = timezone.now(), 0
    while (oldest := Due.objects.select_related("participant").order_by("at", "day").first()) is not None:
        run = _run(oldest)
        n += refresh(oldest.participant, _start(run[0].day), _start(run[-1].day) + DAY, at=at)
        for due in run:
            Due.objects.filter(id=due.id, at=due.at).delete()  # what came meanwhile stays due
        if timezone.now() - begun > timedelta(seconds=seconds):
            break
    return n


def _run(first: Due) -> list[Due]:
    """Give days of a person that follow each other without a break and wait."""
    run = [first]
    for due in Due.objects.filter(participant=first.participant, day__gt=first.day).order_by("day")[:LONGEST_RUN]:
        if due.day != run[-1].day + timedelta(days=1):
            break
        run.append(due)
    return run


def _start(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
