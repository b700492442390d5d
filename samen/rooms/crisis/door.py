"""What other rooms, and the house's own pages, may ask of the crisis room."""

from datetime import datetime
from uuid import UUID

from samen.people.access import Allowed
from samen.rooms.crisis import numbers as numbers
from samen.rooms.crisis.jobs import line
from samen.rooms.crisis.jobs.line import Answer as Answer
from samen.rooms.crisis.store import contacts, watching


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
