"""How well a study's measurements come in: the book of each day, kept by the machine, and what a study's page shows of it.

The book is written and shown for those streams alone that their person lets be read for research now. It holds counts and
times of devices; what was measured, and how somebody is, is not in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl
from django.db import transaction
from django.db.models import F, Max, Q
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Ground
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Use
from samen.rooms.sensing import daybook, kinds, quality, turning
from samen.rooms.sensing.daybook import ARRIVALS, DAY, KIND, PLAN
from samen.rooms.sensing.models.quality import Came
from samen.rooms.sensing.models.way_in import Enrolment, Participant, Study, StudyLook, Tally
from samen.rooms.sensing.quality import Alarm
from samen.rooms.sensing.store import studies, tables

KEPT_DAYS = 28  # that monitors look back, and that the book keeps
AGAIN_DAYS = 4  # that are counted anew each time: late hours belong to their day
EVERY = timedelta(hours=1)  # between two countings of a person
AT_ONCE = 3  # people in one minute
FIELDS = tuple(name for name in KIND if name not in ("person", "stream", "day", "doubled"))


# --- the book --------------------------------------------------------------------------------------------------------


def note_due(*, at: datetime) -> int:
    """Count anew what came in of a few people in studies of whom something came since the last counting. Gives how many."""
    last, counted = Max("tallies__seen_at"), Max("came__at")
    due = (
        Participant.objects.filter(enrolments__ended_at=None, enrolments__isnull=False)
        .annotate(heard=last, counted=counted)
        .filter(Q(counted=None, heard__isnull=False) | Q(counted__lt=at - EVERY, heard__gt=F("counted")))
        .order_by(F("counted").asc(nulls_first=True), "id")
    )
    found = list(due[:AT_ONCE])
    for participant in found:
        note(participant, at=at)
    return len(found)


def note(participant: Participant, *, at: datetime) -> None:
    """Count anew what came in of a person in the last days, of the streams that they let be read for research."""
    today = int(at.timestamp() * 1000) // DAY
    is_new = not Came.objects.filter(participant=participant).exists()
    first = today - (KEPT_DAYS if is_new else AGAIN_DAYS)
    opened = studies.for_research(rights.open_streams(participant.person_id, at, lock=False))
    access = people.machine(participant.person_id, Ground.PORTABILITY, Scope.RIGHTS)
    since = {stream: int(when.timestamp() * 1000) for stream, when in opened.items()}
    rows = tables.between(access, participant, since, first * DAY, (today + 1) * DAY)
    book = daybook.daily(rows).filter(pl.col("day") >= first)
    made = [
        Came(
            participant=participant, at=at, stream=row["stream"], day=row["day"], **{name: row[name] for name in FIELDS}
        )
        for row in book.iter_rows(named=True)
    ]
    with transaction.atomic():
        mine = Came.objects.filter(participant=participant)
        mine.filter(Q(day__gte=first) | Q(day__lt=today - KEPT_DAYS)).delete()
        mine.exclude(stream__in=[each for each in PLAN if turning.consent_for(each) in opened]).delete()
        Came.objects.bulk_create(made, batch_size=500)


# --- a study's page ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taking:
    """One person of a study, by the name that programs give them; in the order in which they joined, never by what was measured."""

    code: str
    since: datetime
    days: int  # of the last fourteen, on which anything came
    streams: int  # that they let be read for research


@dataclass(frozen=True)
class Looked:
    """What a study's page shows."""

    study: Study
    ended: int  # people who took part before
    people: Sequence[Taking]
    consents: Sequence[tuple[str, int]]  # stream, and how many let it be read for research; those that anyone does
    covered: Sequence[tuple[str, float, int]]  # stream, mean share of the plan in the last week, and of how many people
    alarms: Mapping[str, Sequence[Alarm]]


def all_studies() -> list[Study]:
    """Give every study of the service."""
    return list(Study.objects.order_by("name", "id"))


def look(found: Study, *, at: datetime) -> Looked:
    """Give what a study's page shows, and write down for each person of whom something is shown that the study looked."""
    now = int(at.timestamp() * 1000)
    enrolled = list(Enrolment.objects.filter(study=found).select_related("participant").order_by("at", "id"))
    mine = [each for each in enrolled if each.ended_at is None]
    said = rights.open_streams_of([each.participant.person_id for each in mine], at)
    opened = {each.participant_id: _opened(each, said.get(each.participant.person_id, {})) for each in mine}
    codes = {each.participant_id: each.participant.code for each in mine}
    book = _book(codes, opened, now)
    arrivals = _arrivals(codes, opened)
    alarms = quality.alarms(book, arrivals, now)
    _note_looks(found, [number for number, code in codes.items() if code in set(book["person"])], at)
    fortnight = book.filter(pl.col("day") > now // DAY - 14).group_by("person").agg(pl.col("day").n_unique())
    days = dict(fortnight.iter_rows())
    people_of = [
        Taking(
            codes[each.participant_id],
            each.at,
            days.get(codes[each.participant_id], 0),
            len(opened[each.participant_id]),
        )
        for each in mine
    ]
    by_stream = {name: sum(name in each for each in opened.values()) for name in kinds.CATEGORIES}
    left = {each.participant_id for each in enrolled} - set(codes)
    return Looked(
        found,
        len(left),
        people_of,
        [(name, n) for name, n in by_stream.items() if n],
        _covered(book, now),
        quality.by_kind(alarms),
    )


def _opened(enrolment: Enrolment, said: Mapping[str, Mapping[Use, datetime]]) -> dict[str, datetime]:
    return {name: since for name, since in studies.for_research(said).items() if studies.reads(enrolment, name)}


def _book(codes: Mapping[int, str], opened: Mapping[int, Mapping[str, datetime]], now: int) -> pl.DataFrame:
    rows = Came.objects.filter(participant__in=codes, day__gte=now // DAY - KEPT_DAYS)
    doubled = _doubled(codes)
    made = []
    for row in rows.values("participant", "stream", "day", *FIELDS):
        number, consent = row.pop("participant"), turning.consent_for(row["stream"])
        if consent in opened[number]:
            again = round(row["rows"] * doubled.get((number, consent), 0.0))
            made.append({**row, "person": codes[number], "doubled": again})
    return pl.DataFrame(made, schema=KIND)


def _doubled(codes: Mapping[int, str]) -> dict[tuple[int, str], float]:
    """Give the share of what came that was kept before already: the archive itself holds each event once."""
    tallies = Tally.objects.filter(participant__in=codes).exclude(doubled=0)
    return {(row.participant_id, row.stream): row.doubled / (row.doubled + row.stored) for row in tallies}


def _arrivals(codes: Mapping[int, str], opened: Mapping[int, Mapping[str, datetime]]) -> pl.DataFrame:
    """Give the newest batch of each stream that has a plan; of others nobody can say when something should have come."""
    planned = {turning.consent_for(stream) for stream, each in PLAN.items() if each.every_min}
    tallies = Tally.objects.filter(participant__in=codes, stream__in=planned).exclude(newest=None)
    made = [
        (codes[row.participant_id], row.stream, int(row.seen_at.timestamp() * 1000), row.newest, row.newest, row.stored)
        for row in tallies
        if row.stream in opened[row.participant_id]
    ]
    return pl.DataFrame(made, schema=ARRIVALS, orient="row")


def _covered(book: pl.DataFrame, now: int) -> list[tuple[str, float, int]]:
    wanted = {stream: 1440 / each.every_min for stream, each in PLAN.items() if each.every_min}
    week = book.filter(pl.col("day").is_between(now // DAY - 7, now // DAY - 1), pl.col("stream").is_in(sorted(wanted)))
    if week.is_empty():
        return []
    share = pl.min_horizontal(pl.col("cycles") / pl.col("stream").replace_strict(wanted, return_dtype=pl.Float64), 1.0)
    return list(
        week.group_by("stream")
        .agg(share.mean().alias("share"), pl.col("person").n_unique().alias("people"))
        .sort("stream")
        .iter_rows()
    )


def _note_looks(found: Study, participants: Sequence[int], at: datetime) -> None:
    with transaction.atomic():
        rows = [
            StudyLook(participant_id=number, study=found, day=timezone.localdate(at), at=at) for number in participants
        ]
        StudyLook.objects.bulk_create(rows, ignore_conflicts=True)
        StudyLook.objects.filter(participant__in=participants, study=found, day=timezone.localdate(at)).update(
            n=F("n") + 1, at=at
        )
