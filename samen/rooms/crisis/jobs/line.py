"""What happens when a message reaches the line: kept first, then read by a computer where the person wants that."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights import gate
from samen.rights.words import Denied, Finding, Held, Released
from samen.rooms.crisis import imminent, numbers, systems
from samen.rooms.crisis.imminent import Said
from samen.rooms.crisis.numbers import Number
from samen.rooms.crisis.reading import CALM, Level
from samen.rooms.crisis.reading import Answer as Answered
from samen.rooms.crisis.store import contacts, drift, duty
from samen.rooms.crisis.store.contacts import Heard, Mine, Talk
from samen.words import say

log = logging.getLogger("samen.crisis")


@dataclass(frozen=True)
class TakenIn:
    """What became of a message: kept now or before, and whether a computer read it."""

    is_new: bool
    read: bool
    record: UUID | None = None
    answer: str = ""  # what the computer said at once, with the numbers: for ways in that show no page


def tell_and_choose(mine: Mine, *, yes: bool, at: datetime, language: str) -> None:
    """Keep the one press on the page that says what the computer does: notice, statement, and what follows from it."""
    access = mine.of(Scope.RIGHTS)
    rights.tell(access, systems.TRIAGE, at=at)
    for use in systems.TRIAGE.manifest.uses:
        rights.say(access, systems.TRIAGE, use, yes=yes, at=at, language=language)
    contacts.choose(mine.access, mine.contact, computer=yes, at=at)


def take_in(mine: Mine, text: str, *, client_id: str, at: datetime) -> TakenIn:
    """Keep a message; once this returns it is not lost. Then let the computer read, where it may.

    Whatever keeps the computer from reading changes one thing alone: the talk waits by its person's own word and by time.
    """
    if contacts.write(mine.access, mine.contact, text, client_id=client_id, at=at) is None:
        return TakenIn(is_new=False, read=False)
    return read_so_far(mine, at=at)


def read_so_far(mine: Mine, *, at: datetime) -> TakenIn:
    """Let the computer read a talk as it stands, where its person wants that: after a message, or after a yes that came later."""
    talk = contacts.talk(mine.access, mine.contact)
    if talk is None or talk.wants_computer is not True:
        return TakenIn(is_new=True, read=False)
    match gate.run(systems.TRIAGE, person=mine.access.person, actor=None):
        case Released(record=record, finding=finding) if not finding.abstained:
            what = heard_of(finding)
            _count(finding, talk, at)
            contacts.heard(mine.access, mine.contact, what, at=at)
            if what.level >= Level.DANGER:
                rights.in_crisis(mine.access.person, at=at)
            answer = _answer(mine, talk, what, _answered(finding.value["newest"]), at=at)
            return TakenIn(is_new=True, read=True, record=record, answer=answer)
        case Released() | Held() | Denied():
            return TakenIn(is_new=True, read=False)


def _count(finding: Finding, talk: Talk, at: datetime) -> None:
    """Count how the last message reads, with nothing of who wrote it, so that a change in what comes in is noticed."""
    newest, version = finding.value["newest"], systems.version(systems.hears())
    said = {"action": newest["action"], "probability": newest["probability"]}
    try:
        drift.count(timezone.localdate(at), talk.language, version, **said)
    except DatabaseError as wrong:  # a count that is lost is no reason to let somebody wait for their answer
        log.error("A message was read and not counted (%s).", type(wrong).__name__)


@dataclass(frozen=True)
class Answer:
    """What somebody reads at once who wrote elsewhere in the product: nothing, where silence is better."""

    level: Level = Level.NONE
    text: str = ""
    numbers: tuple[Number, ...] = ()
    record: UUID | None = None
    denied: str = ""  # the gate's code, where it did not let the computer hear


def hear(access: Allowed, text: str, *, client_id: str, at: datetime) -> Answer:
    """Let `crisis.detect` hear what somebody wrote, under their own yes to it, and give what helps now."""
    mine = contacts.begin_for(access, "companion", now=at)
    if not contacts.keep(access, mine.contact, text, client_id=client_id, at=at):
        return Answer()
    match gate.run(systems.DETECT, person=access.person, actor=access):
        case Released(record=record, finding=finding) if not finding.abstained:
            level, topics = Level(finding.value["level"]), tuple(finding.value["topics"])
        case Denied(code=code):
            return Answer(denied=code)
        case Released() | Held():
            return Answer()
    talk = contacts.talk(access, mine.contact)
    if talk is None:
        return Answer()
    newest = finding.value["readings"][-1]
    said = _answer(mine, talk, Heard(level, 0.0, topics, {}), _answered(newest), at=at)
    after = contacts.talk(access, mine.contact)
    gave = after is not None and after.block_level > talk.block_level
    return Answer(level, said, block(talk.language, topics, at) if gave else (), record)


def heard_of(finding: Finding) -> Heard:
    """Read a finding of `crisis.triage` as the room keeps it."""
    value: Mapping[str, Any] = finding.value
    return Heard(
        level=Level(value["level"]),
        probability=value["probability"],
        topics=tuple(value["topics"]),
        spans={int(message): [tuple(span) for span in spans] for message, spans in value["spans"].items()},
    )


def _answered(newest: Mapping[str, Any]) -> Answered | None:
    """Give what the newest message answered to what the computer had asked."""
    return Answered(newest["answer"]) if newest["answer"] else None


def _answer(mine: Mine, talk: Talk, what: Heard, answered: Answered | None, *, at: datetime) -> str:
    """Say at once what helps; where a counsellor writes already, the computer is silent unless the numbers were never given."""
    if talk.state == "taken" and (talk.block_level or what.level < Level.DANGER):
        return ""
    if answered in CALM and contacts.was_answered(mine.access, mine.contact):
        answered = None
    said = Said(block_level=talk.block_level, turns=talk.turns, asked=talk.asked)
    turn = imminent.turn(what.level, what.topics, said, human_there=duty.count(at) > 0, answer=answered)
    if turn is None:
        return ""
    text = "\n".join(say(key, talk.language) for key in turn.keys)
    contacts.answer_by_computer(
        mine.access,
        mine.contact,
        text,
        at=at,
        level=what.level,
        has_numbers=bool(turn.numbers),
        asks=turn.asks,
    )
    if not turn.numbers:
        return text
    given = block(talk.language, what.topics, at)
    return "\n".join([text, *(f"{each.name}: {each.shown}" for each in given)])


def block(language: str, topics: tuple[str, ...], today: datetime) -> tuple[Number, ...]:
    """Give the number block that stands under an urgent answer."""
    group = imminent.group_of(topics)
    listed = numbers.load(language, timezone.localdate(today))
    return numbers.block(listed, settings.SAMEN.country, imminent.NUMBERS_FOR.get(group, "suicide"))
