"""A study of the demo: two people take part, each with their own yes, and the book of what came in is counted."""

from datetime import datetime, timedelta
from uuid import UUID

from samen.people import store as people
from samen.people.access import Allowed
from samen.people.roles import Scope
from samen.rights import door as rights
from samen.rights.words import Purpose
from samen.rooms.sensing import kinds
from samen.rooms.sensing.store import keys, quality, studies
from samen.web.demo import texts


def take_part(now: datetime) -> None:
    """Make the study, and let people take part in it."""
    words = texts.read("study")
    begun = now - timedelta(days=words["begun"])
    found = studies.make(words["name"], at=begun)
    for who in words["taking_part"]:
        mine = _own(who["email"], now)
        keys.enrol(mine, found, at=begun)
        for stream in who["streams"]:
            handle = rights.stream(f"{kinds.SPACE}{stream}")
            if handle is None:
                raise LookupError(f"{stream} is not registered.")
            rights.tell(mine, handle, at=now)
            use = kinds.use_for(stream, Purpose.RESEARCH)
            rights.say_of_stream(mine, handle, use, yes=True, at=now, language="nl", since=begun)
        quality.note(keys.participant_of(mine, at=now), at=now)


def _own(email: str, now: datetime) -> Allowed:
    account, person = people.account_of(email), people.find_person(email)
    if account is None or person is None:
        raise RuntimeError(f"{email} is not there.")
    access = people.allowed(account, UUID(str(person)), Scope.RIGHTS, now=now)
    if not isinstance(access, Allowed):
        raise PermissionError(access.code)
    return access
