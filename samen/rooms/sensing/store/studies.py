"""Studies, their activities and sensors, who takes part, and the tags that programs hang on them."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from samen.people import store as people
from samen.people.access import Allowed, Ground
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose, Use
from samen.rooms.sensing.kinds import SPACE
from samen.rooms.sensing.models.way_in import Attachment, Enrolment, Participant, Study, StudyLook, Thing

OWN = ("id", "spec", "name")


def code(letter: str) -> str:
    """Make an id that programs see."""
    return f"{letter}{secrets.token_hex(8)}"


def make(name: str, *, at: datetime) -> Study:
    """Make a study."""
    return Study.objects.create(code=code("S"), researcher=code("R"), name=name[:200], at=at)


def study(number: int | None) -> Study | None:
    """Give a study."""
    return Study.objects.filter(id=number).first() if number else None


def by_code(number: str) -> Study | None:
    """Give a study by its code."""
    return Study.objects.filter(code=number).first()


def taking_part(found: Study) -> QuerySet[Participant]:
    """Give who takes part in a study now."""
    return Participant.objects.filter(enrolments__study=found, enrolments__ended_at=None).order_by("id")


def studies_of(participant: Participant) -> list[Study]:
    """Give the studies that somebody takes part in now."""
    return list(Study.objects.filter(enrolments__participant=participant, enrolments__ended_at=None).order_by("id"))


@dataclass(frozen=True)
class Shared:
    """What a study may read of one person: under the person's own yes to research, stream by stream."""

    access: Allowed
    open: Mapping[str, int]  # stream -> from when on, ms


def shared(participant: Participant, found: Study, *, at: datetime) -> Shared:
    """Give what a person lets this study read now: their yes to research, and of it what they chose for this one."""
    mine = Enrolment.objects.filter(participant=participant, study=found, ended_at=None).first()
    said = rights.open_streams(participant.person_id, at, lock=False) if mine is not None else {}
    opened = {
        stream: int(since.timestamp() * 1000)
        for stream, since in for_research(said).items()
        if mine is not None and reads(mine, stream)
    }
    return Shared(machine(participant), opened)


def machine(participant: Participant) -> Allowed:
    """Give the access under which what a study may read is looked up: the machine's, for the person's own yes."""
    return people.machine(participant.person_id, Ground.PORTABILITY, Scope.RIGHTS)


def for_research(said: Mapping[str, Mapping[Use, datetime]]) -> dict[str, datetime]:
    """Give the streams that somebody lets be read for research, and from when on."""
    return {
        subject.removeprefix(SPACE): since
        for subject, uses in said.items()
        for use, since in uses.items()
        if use.purpose is Purpose.RESEARCH
    }


def reads(enrolment: Enrolment, stream: str) -> bool:
    """Say whether a person chose to let a study read a stream."""
    return enrolment.streams is None or stream in enrolment.streams


def note_look(participant: Participant, found: Study, *, at: datetime) -> None:
    """Write down that a study's key reads something of a person, before it does."""
    look, _ = StudyLook.objects.get_or_create(
        participant=participant, study=found, day=timezone.localdate(at), defaults={"at": at}
    )
    StudyLook.objects.filter(id=look.id).update(n=F("n") + 1, at=at)


def looks(access: Allowed) -> list[StudyLook]:
    """Give which studies read something of a person, newest first."""
    access.require(Scope.RIGHTS)
    rows = StudyLook.objects.filter(participant__person=access.person).select_related("study")
    return list(rows.order_by("-at")[:20])


# --- activities and sensors ------------------------------------------------------------------------------------------


def things(kind: str, found: Study) -> list[dict[str, Any]]:
    """Give the activities or sensors of a study, in LAMP's shape."""
    return [shaped(row) for row in Thing.objects.filter(kind=kind, study=found).order_by("id")]


def thing(kind: str, number: str) -> Thing | None:
    """Give one activity or sensor."""
    return Thing.objects.select_related("study").filter(kind=kind, code=number).first()


def add_thing(kind: str, found: Study, given: Mapping[str, Any], *, at: datetime) -> str:
    """Add an activity or a sensor to a study; gives its id."""
    row = Thing(code=code("A" if kind == "activity" else "N"), kind=kind, study=found, at=at)
    _fill(row, given)
    row.save()
    return row.code


def change_thing(row: Thing, given: Mapping[str, Any]) -> None:
    """Change what is given of an activity or a sensor."""
    _fill(row, given)
    row.save()


def _fill(row: Thing, given: Mapping[str, Any]) -> None:
    row.spec, row.name = str(given.get("spec", row.spec))[:64], str(given.get("name", row.name))[:200]
    row.rest = {**row.rest, **{key: value for key, value in given.items() if key not in OWN}}


def shaped(row: Thing) -> dict[str, Any]:
    """Give an activity or a sensor in LAMP's shape."""
    empty: dict[str, Any] = {"settings": {}}
    if row.kind == "activity":
        empty |= {"schedule": [], "category": []}
    return {**empty, **row.rest, "id": row.code, "spec": row.spec, "name": row.name}


# --- tags --------------------------------------------------------------------------------------------------------------


def tags(of: str, by: str) -> list[str]:
    """Give the names of the tags that a caller hung on something."""
    return sorted(set(Attachment.objects.filter(of=of, by=by).values_list("key", flat=True)))


def tag(of: str, by: str, key: str) -> list[Any]:
    """Give what a tag says, in a list: empty when it is not there."""
    return list(Attachment.objects.filter(of=of, by=by, key=key).order_by("id").values_list("value", flat=True)[:1])


def hang(of: str, by: str, key: str, target: str, value: Any, *, participant: int | None) -> None:
    """Hang a tag on something; nothing takes it off."""
    where: dict[str, Any] = {"of": of, "by": by, "key": key[:200], "target": target[:64]}
    if value is None:
        Attachment.objects.filter(**where).delete()
        return
    Attachment.objects.update_or_create(**where, defaults={"value": value, "participant_id": participant})


def participant(number: str | int | None) -> Participant | None:
    """Give somebody by what programs call them, or by number."""
    wanted = Q(id=number) if isinstance(number, int) else Q(code=number)
    return Participant.objects.filter(wanted).first() if number else None


def of_person(access: Allowed) -> Participant | None:
    """Give a person's place in this room, if there is one."""
    access.require(Scope.RIGHTS)
    return Participant.objects.filter(person=access.person).first()


def takes_part(who: Participant, number: int) -> bool:
    """Say whether somebody takes part in a study now."""
    return Enrolment.objects.filter(participant=who, study=number, ended_at=None).exists()
