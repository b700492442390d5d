"""What somebody did and wrote in activities: kept through the way in, and read back; the surveys of one's own service."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Account
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.record import door as record
from samen.rooms.sensing import kinds
from samen.rooms.sensing.activities import asking, fhir
from samen.rooms.sensing.activities.asking import Survey as Asked
from samen.rooms.sensing.judging import ACTIVITY, Limits
from samen.rooms.sensing.kinds import ACTIVITIES
from samen.rooms.sensing.models.activities import Sheet, Survey
from samen.rooms.sensing.models.way_in import Study, Thing
from samen.rooms.sensing.store import events, inbox, studies
from samen.rooms.sensing.store.events import Range
from samen.rooms.sensing.store.inbox import Sent

HERE = UUID("5b0f6c3e-5a0e-4a52-9a57-7d1f5f0b6a11")  # the device that an event of our own pages comes from
SHEETS_STAY = timedelta(days=90)  # a page that is sent again after that is another one


@dataclass(frozen=True)
class Done:
    """One time that something was done."""

    activity: str
    at: datetime
    body: Mapping[str, Any]


def is_on(access: Allowed, at: datetime) -> bool:
    """Say whether a person lets results of activities be kept now."""
    access.require(Scope.RIGHTS)
    return bool(rights.open_streams(access.person, at, lock=False).get(f"{kinds.SPACE}{ACTIVITIES}"))


def keep(access: Allowed, event: Mapping[str, Any], *, at: datetime, limits: Limits) -> str:
    """Keep a result as every device's events are kept: under the person's yes, once, on disk when this returns.

    Gives what became of it: stored, doubled, quarantined, or refused; "off" without a yes, and then nothing was written.
    Raises: KeyDestroyed, DatabaseError.
    """
    _own(access)
    if not is_on(access, at):
        return "off"
    receipt = inbox.take_in(access, Sent(ACTIVITY, HERE, [dict(event)], at, limits))
    return next((what for what in ("stored", "doubled", "refused", "quarantined") if receipt.total(what)), "refused")


def done(access: Allowed, limit: int = 20, *, activity: str = "") -> list[Done]:
    """Give what a person did last, newest first."""
    access.require(Scope.RIGHTS)
    who = studies.of_person(access)
    if who is None:
        return []
    found = events.page(access, who, Range(ACTIVITY, name=activity), limit)
    rows = [each for _, each in zip(range(limit), found, strict=False)]
    return [Done(each.name, _moment(each.time), json.loads(each.body)) for each in rows]


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


# --- pages that were sent ----------------------------------------------------------------------------------------------


def was_sent(access: Allowed, sheet: UUID) -> bool:
    """Say whether a page was taken in before."""
    _own(access)
    return Sheet.objects.filter(person=access.person, sheet=sheet).exists()


def note_sent(access: Allowed, sheet: UUID, *, at: datetime) -> bool:
    """Write down that a page was taken in; False when it was before. Call it in the transaction that keeps the rest."""
    _own(access)
    Sheet.objects.filter(person=access.person, at__lt=at - SHEETS_STAY).delete()
    try:
        with transaction.atomic():
            Sheet.objects.create(person_id=access.person, sheet=sheet, at=at)
    except IntegrityError:
        return False
    return True


def file(access: Allowed, found: Asked, filled: fhir.Filled) -> None:
    """Put a filled-in survey in the record: the answers with the survey in them, and numbers as Observations. Scope ANSWERS."""
    each = [fhir.response(found, filled), *fhir.observations(found, filled)]
    record.save_many([(access, one) for one in each], origin="own", now=filled.at)


# --- surveys of one's own service --------------------------------------------------------------------------------------


def surveys_for(access: Allowed) -> list[Survey]:
    """Give the surveys that a person can fill in: those for everybody here, of their studies, and given to them alone."""
    access.require(Scope.RIGHTS)
    mine = (
        Q(study=None, person=None)
        | Q(person=access.person)
        | Q(study__enrolments__participant__person=access.person, study__enrolments__ended_at=None)
    )
    rows = Survey.objects.filter(mine, state="open").select_related("by", "study").distinct()
    return list(rows.order_by("opened_at"))


def survey_for(access: Allowed, code: str) -> Survey | None:
    """Give one of the surveys that a person can fill in."""
    return next((each for each in surveys_for(access) if each.code == code), None)


def titles(access: Allowed, codes: Collection[str]) -> dict[str, asking.Text]:
    """Give the titles of surveys that a person filled in, also of those that have ended."""
    access.require(Scope.RIGHTS)
    rows = Survey.objects.filter(code__in=codes).values_list("code", "body") if codes else []
    return {code: asking.survey(body).title for code, body in rows}


def surveys_of(by: Account) -> QuerySet[Survey]:
    """Give the surveys that somebody here wrote, newest first; not what they gave to single people."""
    return Survey.objects.filter(by=by, person=None).select_related("study").order_by("-at")


def survey_of(by: Account, code: str) -> Survey | None:
    """Give one of the surveys that somebody here wrote."""
    return surveys_of(by).filter(code=code).first()


def begin_survey(by: Account, body: Asked, *, at: datetime) -> Survey:
    """Begin a survey: nobody is asked it before it is opened."""
    return Survey.objects.create(code=studies.code("A"), by=by, body=asking.plain(body), at=at)


def change_survey(row: Survey, body: Asked, study: Study | None) -> bool:
    """Change a survey that is not open yet; False for one that is: who answered it answered these words."""
    return bool(Survey.objects.filter(id=row.id, state="draft").update(body=asking.plain(body), study=study))


def open_survey(row: Survey, *, at: datetime) -> bool:
    """Let people fill in a survey that has nothing wrong with it; programs of its study then see it as well."""
    found = asking.survey(row.body)
    if asking.problems(found):
        return False
    with transaction.atomic():
        if not Survey.objects.filter(id=row.id, state="draft").update(state="open", opened_at=at):
            return False
        if row.study is not None:
            Thing.objects.create(
                code=row.code,
                kind="activity",
                study=row.study,
                spec="lamp.survey",
                name=found.title.en[:200],
                rest={"category": ["assess"], "schedule": [], "settings": asking.lamp(found)},
                at=at,
            )
    return True


def end_survey(row: Survey) -> bool:
    """End a survey: nobody is offered it any more. What was answered stays its person's."""
    with transaction.atomic():
        Thing.objects.filter(code=row.code, kind="activity").delete()
        return bool(Survey.objects.filter(id=row.id, state="open").update(state="ended"))


def drop_survey(row: Survey) -> bool:
    """Throw away a survey that was never open."""
    return bool(Survey.objects.filter(id=row.id, state="draft").delete()[0])


def may_be_given(access: Allowed, at: datetime) -> bool:
    """Say whether a person says yes to activities being kept for their care: only then may they be given a survey. Scope ANSWERS."""
    access.require(Scope.ANSWERS)
    said = rights.open_streams(access.person, at, lock=False).get(f"{kinds.SPACE}{ACTIVITIES}", {})
    return kinds.use_for(ACTIVITIES, Purpose.CARE) in said


def given(access: Allowed, by: Account) -> list[Survey]:
    """Give what somebody gave to a person in their care, newest first. Scope ANSWERS."""
    access.require(Scope.ANSWERS)
    return list(Survey.objects.filter(by=by, person=access.person).order_by("-at"))


def give(access: Allowed, row: Survey, *, at: datetime) -> bool:
    """Give a copy of a whole survey to one person in one's care; False without their yes, or when they have it already.

    Scope ANSWERS, ground care. Raises: NotAllowed.
    """
    access.require(Scope.ANSWERS)
    if access.ground is not Ground.CARE or access.actor != row.by_id:
        raise NotAllowed("A survey is given by whoever wrote it, to somebody in their care.")
    same = Survey.objects.filter(by=row.by, person=access.person, state="open", body=row.body)
    if asking.problems(asking.survey(row.body)) or not may_be_given(access, at) or same.exists():
        return False
    Survey.objects.create(
        code=studies.code("A"), by=row.by, person_id=access.person, body=row.body, state="open", at=at, opened_at=at
    )
    return True


def take_back(access: Allowed, code: str) -> bool:
    """End a survey that was given to one person: by them, or by whoever gave it. What was answered stays. Scope ANSWERS or own."""
    mine = Survey.objects.filter(code=code, person=access.person, state="open")
    if access.ground is Ground.OWN:
        access.require(Scope.RIGHTS)
    else:
        access.require(Scope.ANSWERS)
        mine = mine.filter(by=access.actor)
    return bool(mine.update(state="ended"))


def all_studies() -> Sequence[Study]:
    """Give the studies that a survey can belong to."""
    return list(Study.objects.order_by("name"))


def remove(person: UUID) -> int:
    """Remove the pages that somebody who is erased sent, and what they were given; the events go with all others of the room."""
    return Sheet.objects.filter(person=person).delete()[0] + Survey.objects.filter(person=person).delete()[0]


def _own(access: Allowed) -> None:
    access.require(Scope.RIGHTS)
    if access.ground is not Ground.OWN:
        raise NotAllowed("Only the person adds what they did themselves.")
