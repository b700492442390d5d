"""A person's features are computed anew where rows came or went, from the days that are needed, and kept."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl
from django.db import transaction
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Scope
from samen.rights.words import Purpose
from samen.rooms.sensing import turning, zones
from samen.rooms.sensing.daily import DAY, KEPT, REACH, REACH_OF, values_of
from samen.rooms.sensing.models.features import Due, Value
from samen.rooms.sensing.models.way_in import Participant, Tally
from samen.rooms.sensing.sources import consents_of, group_of
from samen.rooms.sensing.store import studies, tables
from samen.rooms.sensing.store.clocks import laid
from samen.rooms.sensing.store.features import open_for

LONGEST_RUN = 62  # days that are computed together
DAYS_AT_ONCE = 3  # of which rows are held in memory
FIELDS = ("value", "low", "high", "coverage", "reason", "version", "parameters", "input", "at")


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
    touched = laid(participant, since_ms, until_ms - 1).days
    came: set[str] = set(turning.streams.STREAMS) if wide else set()
    done = _keep_days(access, participant, touched, opened, now, (since_ms, until_ms), came)
    if near or not came:
        return done
    before = max((REACH_OF.get(stream, REACH)[0] for stream in came), default=0)
    after = max((REACH_OF.get(stream, REACH)[1] for stream in came), default=0)
    until = min(until_ms + before * DAY, _ends(participant))
    around = laid(participant, since_ms - after * DAY, max(until, until_ms) - 1).days
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
            frame = values_of(rows, day, profiles, opened, ever)
            _replace(participant, day["begins_local"].date(), frame, opened, at=now)
    return len(wanted)


def _ends(participant: Participant) -> int:
    """Give the time after the newest row of a person: later days have nothing to be computed from."""
    newest = Tally.objects.filter(participant=participant).exclude(newest=None).order_by("-newest").first()
    return int(newest.newest or 0) + 1 if newest else 0


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
    spans = laid(participant, first, last).spans
    return {stream: zones.localised(each, spans) for stream, each in rows.items()}


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
