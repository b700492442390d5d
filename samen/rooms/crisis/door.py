"""What other rooms, and the house's own pages, may ask of the crisis room."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from samen.people.access import Allowed
from samen.rooms.crisis import imminent, systems
from samen.rooms.crisis import numbers as numbers
from samen.rooms.crisis.imminent import Said
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.jobs import watching as jobs
from samen.rooms.crisis.jobs.line import Answer as Answer
from samen.rooms.crisis.jobs.line import block as block
from samen.rooms.crisis.jobs.watching import called as called
from samen.rooms.crisis.jobs.watching import post as post
from samen.rooms.crisis.reading import ANSWERED_WITHIN, CALM, LASTING, Level, Question, action_of
from samen.rooms.crisis.store import contacts, watching
from samen.rooms.crisis.watching import Letter as Letter


def is_watched(access: Allowed, now: datetime) -> bool:
    """Say whether a person's own watch is on: their pages carry a sign for as long. Scope RIGHTS, ground own."""
    return watching.is_on(access, now)


def hear(access: Allowed, text: str, *, client_id: str, at: datetime) -> Answer:
    """Hear danger in what somebody wrote in another room, and give what to show at once. Scope TALK, ground own.

    It runs `crisis.detect` through the gate: without a yes, or with any other no, the answer is empty and says the code.
    """
    return line.hear(access, text, client_id=client_id, at=at)


def open_contact(access: Allowed, *, at: datetime, urgency: int | None = None) -> UUID:
    """Let somebody who writes in another room wait for a counsellor of the line, with what was heard there; gives the talk."""
    mine = contacts.begin_for(access, "companion", now=at)
    if urgency is not None:
        contacts.say_urgency(access, mine.contact, urgency)
    contacts.wait_for_human(access, mine.contact, at=at)
    return mine.contact


HEARING = (
    systems.HEARING + systems.MODELS
)  # the files that hear: part of the digest of whichever system listens with them


@dataclass(frozen=True)
class Listened:
    """What a message of another room's talk shows, and what to say to it (keys of `crisis.imminent`) where words help."""

    now: int  # level of this message alone
    level: int  # level of the talk
    action: str  # what the talk calls for: none, ask or alarm
    keys: tuple[str, ...] = ()
    numbers: str = ""  # subject of the block of numbers that stands under it
    answered: str = ""  # what was answered to what the program asked before: yes, unsure, past or no
    state: Mapping[str, Any] = field(default_factory=dict)  # to be given back with the next message


def hear_own(text: str, language: str) -> int:
    """Give the level of danger in words that a program would say to somebody, within a run of another room's own AI system."""
    return int(systems.hear_own(text, language))


def listen(before: Mapping[str, Any], text: str, language: str, *, human_there: bool) -> Listened:
    """Hear danger in a message within a run of another room's own AI system, whose sheet says that it listens: it tells nobody.

    Takes:  the state that the message before gave (empty at first), the text, its language, whether a human is there now.
            A question that the program asked stands in the state as `open`; who takes it out says that this text is no answer to it.
    """
    open_, left = before.get("open") or ("", 0)
    heard = systems.hear_next(before.get("talk", {}), text, language, Question(open_) if open_ else None)
    said = Said(**before.get("said", {}))
    earlier = before.get("topics", ())
    lasting = LASTING if before.get("talk", {}).get("peak", 0) >= Level.DANGER else ()
    topics = tuple(dict.fromkeys((*(each for each in earlier if each in lasting), *(heard.topics or earlier))))
    is_no = heard.answer in CALM
    answer = None if is_no and before.get("thanked") else heard.answer
    turn = imminent.turn(heard.level, topics, said, human_there=human_there, is_read=False, answer=answer)
    after = dict(before.get("said", {}))
    if turn is not None:
        told = max(said.block_level, heard.level) if turn.numbers else said.block_level
        after = {
            "block_level": int(told),
            "turns": said.turns + 1,
            "asked": said.asked or turn.asks is Question.THOUGHTS,
        }
    waits = [open_, left - 1] if left > 1 and (is_no or heard.answer is None) else []  # who says no may think again
    if turn is not None and turn.asks is not None:
        waits = [str(turn.asks), ANSWERED_WITHIN]
    return Listened(
        now=int(heard.now),
        level=int(heard.level),
        action=str(action_of(heard.level)),
        keys=turn.keys if turn is not None else (),
        numbers=turn.numbers if turn is not None else "",
        state={
            "talk": heard.state,
            "said": after,
            "topics": list(topics),
            "open": waits,
            "thanked": bool(waits) and (is_no or bool(before.get("thanked"))),
        },
        answered=str(heard.answer or ""),
    )


def named_contacts(access: Allowed) -> list[watching.Contact]:
    """Give whom a person named as somebody who may be told, with whether they said yes themselves. Scope RIGHTS, ground own."""
    return watching.contacts(access)


def receivers(access: Allowed, *, contact: str, at: datetime) -> dict[str, str]:
    """Give who is told under a person's own rule, address to name: the contact with this id who said yes, or those who treat them.

    Nobody for a contact who never said yes or took it back. Scope RIGHTS, ground own.
    """
    if contact:
        return {
            each.email: each.name for each in watching.contacts(access) if str(each.id) == contact and each.said_yes
        }
    return jobs.team(access.person, at)


def is_human_there(at: datetime) -> bool:
    """Say whether somebody answers the line now."""
    return line.duty.count(at) > 0
