"""A person's talks with the companion: kept, gone on with, read. Each function takes what opens them to that person."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from samen.people import store as people
from samen.people.access import Allowed, Ground, NotAllowed
from samen.people.models import Person
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Category, Permit
from samen.rooms.companion import answers
from samen.rooms.companion.models.talk import Exchange, Talk

STATE, GIVEN, REPLY = "companion.state", "companion.given", "companion.reply"
LONGEST = 4000  # letters of one answer


@dataclass(frozen=True)
class Open:
    """The talk that is open: which, in which language, and how many turns it has."""

    id: UUID
    language: str
    turn: int


@dataclass(frozen=True)
class Waiting:
    """A turn that was given and not answered yet, with where the talk stood before."""

    talk: UUID
    language: str
    state: Mapping[str, Any]
    turn: int
    pressed: str
    typed: str
    at: datetime


@dataclass(frozen=True)
class Turn:
    """One turn as a page shows it."""

    turn: int
    at: datetime
    pressed: str
    typed: str
    reply: Mapping[str, Any]
    record: UUID | None  # the inference that said it


@dataclass(frozen=True)
class Spoken:
    """The newest turn that was answered, with its reply, as a language model may be asked about it."""

    turn: int
    language: str
    typed: str
    reply: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True)
class Kept:
    """A talk in the list of one's own."""

    id: UUID
    language: str
    begun_at: datetime
    last_at: datetime
    turns: int
    open: bool


def _own(access: Allowed) -> None:
    access.require(Scope.TALK)
    if access.ground is not Ground.OWN:
        raise NotAllowed("A talk with the companion is read by its person alone, or under a share.")


def open_talk(access: Allowed, *, at: datetime) -> Open:
    """Give the talk that is open, or begin one."""
    _own(access)
    found = Talk.objects.filter(person=access.person, closed_at=None).first()
    if found is None:
        language = Person.objects.values_list("language", flat=True).get(id=access.person)
        empty = people.sealer(access.person).seal("{}", STATE)
        try:
            with transaction.atomic():
                found = Talk.objects.create(
                    person_id=access.person, language=language, begun_at=at, last_at=at, state_sealed=empty
                )
        except IntegrityError:  # the same person pressed twice in one moment
            found = Talk.objects.get(person=access.person, closed_at=None)
    return Open(found.id, found.language, found.turn)


def speak(access: Allowed, talk: UUID, language: str) -> None:
    """Let a talk go on in another language. What was said before stays as it was said."""
    _own(access)
    Talk.objects.filter(id=talk, person=access.person).update(language=language)


def give(access: Allowed, talk: UUID, *, pressed: str, typed: str, client_id: str, at: datetime) -> bool:
    """Keep what the person gave as the next turn; when this returns it is on the disk. False: this very press is kept already."""
    _own(access)
    body = json.dumps({"pressed": pressed, "typed": typed[:LONGEST]})
    with transaction.atomic():
        found = Talk.objects.select_for_update().get(id=talk, person=access.person)
        if found.exchanges.filter(client_id=client_id).exists():
            return False
        # A turn that never got its reply (a run that was denied, a crash) makes room for this one.
        found.exchanges.filter(reply_sealed=None).delete()
        Exchange.objects.create(
            talk=found,
            turn=found.turn + 1,
            client_id=client_id,
            at=at,
            given_sealed=people.sealer(access.person).seal(body, GIVEN),
        )
    return True


def waiting(permit: Permit, person: UUID) -> Waiting | None:
    """Give the turn that waits for its reply. Raises: NotPermitted."""
    rights.require(permit, Category.TALK, person)
    found = (
        Exchange.objects.filter(talk__person=person, talk__closed_at=None, reply_sealed=None)
        .select_related("talk")
        .order_by("-turn")
        .first()
    )
    if found is None:
        return None
    sealer = people.sealer(person)
    given = json.loads(sealer.open_text(found.given_sealed, GIVEN))
    state = json.loads(sealer.open_text(found.talk.state_sealed, STATE))
    return Waiting(found.talk_id, found.talk.language, state, found.turn, given["pressed"], given["typed"], found.at)


def answer(
    access: Allowed, talk: UUID, value: Mapping[str, Any], reply: Mapping[str, Any], *, record: UUID, at: datetime
) -> None:
    """Keep what was said, and where the talk stands after `value`: together, so that neither is ever without the other."""
    _own(access)
    sealer = people.sealer(access.person)
    with transaction.atomic():
        found = Talk.objects.select_for_update().get(id=talk, person=access.person)
        row = found.exchanges.filter(reply_sealed=None).order_by("-turn").first()
        if row is None:
            return  # the same turn was answered by another request
        row.reply_sealed, row.record = sealer.seal(json.dumps(reply), REPLY), record
        row.save(update_fields=["reply_sealed", "record"])
        state = answers.merged(json.loads(sealer.open_text(found.state_sealed, STATE)), value)
        found.state_sealed, found.turn, found.last_at = sealer.seal(json.dumps(state), STATE), row.turn, at
        found.save(update_fields=["state_sealed", "turn", "last_at"])


def spoken(permit: Permit, person: UUID) -> Spoken | None:
    """Give the newest answered turn of the open talk. Raises: NotPermitted."""
    rights.require(permit, Category.TALK, person)
    found = (
        Exchange.objects.filter(talk__person=person, talk__closed_at=None)
        .exclude(reply_sealed=None)
        .select_related("talk")
        .order_by("-turn")
        .first()
    )
    if found is None:
        return None
    sealer = people.sealer(person)
    given = json.loads(sealer.open_text(found.given_sealed, GIVEN))
    reply = json.loads(sealer.open_text(found.reply_sealed or b"", REPLY))
    return Spoken(found.turn, found.talk.language, given["typed"], reply, found.at)


def reword(access: Allowed, talk: UUID, turn: int, text: str, *, record: UUID) -> None:
    """Let other words stand in place of the last text of a reply, with the written one beside them."""
    _own(access)
    sealer = people.sealer(access.person)
    with transaction.atomic():
        row = Exchange.objects.select_for_update().get(talk=talk, talk__person=access.person, turn=turn)
        reply = json.loads(sealer.open_text(row.reply_sealed or b"", REPLY))
        if "worded" not in reply:
            made = {"worded": str(record), "scripted": reply["texts"][-1], "texts": [*reply["texts"][:-1], text]}
            row.reply_sealed = sealer.seal(json.dumps({**reply, **made}), REPLY)
            row.save(update_fields=["reply_sealed"])


def state(access: Allowed, talk: UUID) -> Mapping[str, Any]:
    """Give where a talk stands, as plain values; empty before its first turn."""
    _own(access)
    found = Talk.objects.get(id=talk, person=access.person)
    made: Mapping[str, Any] = json.loads(people.sealer(access.person).open_text(found.state_sealed, STATE))
    return made


def states(access: Allowed) -> dict[UUID, Mapping[str, Any]]:
    """Give where each of one's own talks stands, the newest first."""
    _own(access)
    sealer = people.sealer(access.person)
    rows = Talk.objects.filter(person=access.person, turn__gt=0).order_by("-last_at")
    return {row.id: json.loads(sealer.open_text(row.state_sealed, STATE)) for row in rows}


def turns(access: Allowed, talk: UUID, *, last: int | None = None) -> list[Turn]:
    """Give the turns of a talk that were answered, oldest first; with `last` only so many of the newest."""
    _own(access)
    rows = Exchange.objects.filter(talk=talk, talk__person=access.person).exclude(reply_sealed=None).order_by("-turn")
    return opened(access, list(rows[:last] if last else rows))


def opened(access: Allowed, rows: Sequence[Exchange]) -> list[Turn]:
    """Open rows that come newest first; gives them oldest first. Which rows these may be, whoever calls has asked."""
    access.require(Scope.TALK)
    sealer = people.sealer(access.person)
    made = []
    for row in reversed(rows):
        given = json.loads(sealer.open_text(row.given_sealed, GIVEN))
        reply = json.loads(sealer.open_text(row.reply_sealed or b"", REPLY))
        made.append(Turn(row.turn, row.at, given["pressed"], given["typed"], reply, row.record))
    return made


def typed(access: Allowed, talk: UUID, turns: Collection[int] | None = None) -> dict[int, str]:
    """Give what was typed in a talk, by turn: what stands in the blanks of sentences. None: in all its turns."""
    _own(access)
    if turns is not None and not turns:
        return {}
    rows = Exchange.objects.filter(talk=talk, talk__person=access.person).values_list("turn", "given_sealed")
    rows = rows if turns is None else rows.filter(turn__in=turns)
    sealer = people.sealer(access.person)
    found = {turn: json.loads(sealer.open_text(sealed, GIVEN))["typed"] for turn, sealed in rows}
    return {turn: text for turn, text in found.items() if text}


def close(access: Allowed, talk: UUID, *, at: datetime) -> None:
    """Close a talk: the next press begins a new one, and this one can be read, kept or deleted."""
    _own(access)
    Talk.objects.filter(id=talk, person=access.person, closed_at=None).update(closed_at=at)


def kept(access: Allowed) -> list[Kept]:
    """Give the list of one's own talks in which something was said, the newest first."""
    _own(access)
    rows = Talk.objects.filter(person=access.person, turn__gt=0).order_by("-last_at")
    return [Kept(row.id, row.language, row.begun_at, row.last_at, row.turn, row.closed_at is None) for row in rows]


def remove(person: UUID) -> int:
    """Remove all talks of somebody who is erased."""
    return Talk.objects.filter(person=person).delete()[0]
